/**
 * Is an alert's line where it should be? How often the value was over it, how near it came, and a
 * line that fits what was seen. Pure; a value that was never measured cannot fire, and that is said.
 */
import type { Sample } from '../core/journal.ts'
import { quantile } from './sample-series.ts'

export interface ReviewedRule {
  readonly id: string
  readonly line: number
  readonly unit: string
  /** The value has to stay over the line this long before it counts, ms. */
  readonly forMs: number
  /** No line is proposed above it: over 95 % a warning comes too late. */
  readonly highest: number
}

export type ThresholdVerdict =
  | 'keep'
  /** Fires more than once a week: too low, or there is work to do. */
  | 'raise'
  /** Never came near: it would fire only when it is long too late. */
  | 'lower'
  /** No value is measured: it cannot fire. */
  | 'cannot_fire'

export interface ThresholdReview {
  readonly id: string
  readonly line: number
  readonly unit: string
  readonly samples: number
  /** Episodes over the line. */
  readonly firedCount: number
  readonly highest?: number
  /** How near it came to the line, percent of it. */
  readonly nearestPercent?: number
  readonly verdict: ThresholdVerdict
  readonly proposed?: number
}

/** Fewer values than a day of half-hourly samples say nothing. */
const FEWEST_SAMPLES = 40
const WEEK_MS = 7 * 86_400_000
/** Never over this share of the line: the line is far from anything that happens. */
const FAR_PERCENT = 50

export function reviewThreshold(
  rule: ReviewedRule,
  samples: readonly Sample[],
  spanMs: number,
): ThresholdReview {
  const { id, line, unit } = rule
  const values = samples.map(({ value }) => value).filter((value) => Number.isFinite(value))
  const common = { id, line, unit, samples: values.length }
  if (values.length < FEWEST_SAMPLES) return { ...common, firedCount: 0, verdict: 'cannot_fire' }
  const highest = Math.max(...values)
  const firedCount = episodesOver(samples, line, rule.forMs)
  const seen = {
    ...common,
    firedCount,
    highest: rounded(highest),
    nearestPercent: rounded((highest / line) * 100),
  }
  if (firedCount > spanMs / WEEK_MS) {
    const usual = quantile(values, 0.99) ?? highest
    const proposed = Math.min(rule.highest, upToFive(usual * 1.1))
    return proposed > line ? { ...seen, verdict: 'raise', proposed } : { ...seen, verdict: 'keep' }
  }
  if (firedCount === 0 && (highest / line) * 100 < FAR_PERCENT) {
    const proposed = upToFive(highest * 1.25)
    return proposed < line ? { ...seen, verdict: 'lower', proposed } : { ...seen, verdict: 'keep' }
  }
  return { ...seen, verdict: 'keep' }
}

/** Stretches of samples over the line that lasted at least `forMs`. */
export function episodesOver(samples: readonly Sample[], line: number, forMs: number): number {
  const sorted = [...samples].sort((left, right) => left.atMs - right.atMs)
  let count = 0
  let sinceMs: number | undefined
  let counted = false
  for (const { atMs, value } of sorted) {
    if (value <= line) {
      sinceMs = undefined
      counted = false
      continue
    }
    sinceMs ??= atMs
    if (!counted && atMs - sinceMs >= forMs) {
      count++
      counted = true
    }
  }
  return count
}

function upToFive(value: number): number {
  return Math.max(5, Math.ceil(value / 5 - 1e-9) * 5)
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10
}
