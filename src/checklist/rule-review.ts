/**
 * Prometheus' own alerting rules over four weeks: how often each fired, how near its value came to
 * its line, whether it can fire at all, and a line that fits what was seen. Pure.
 */
import { quantile } from './sample-series.ts'

export interface LoadedRuleFacts {
  readonly name: string
  /** Stretches in which it fired; absent: not known. */
  readonly firedCount?: number
  /** Absent: it compares nothing with a number. */
  readonly comparison?: { readonly direction: 'above' | 'below'; readonly line: number }
  /** The value it compares, the worst of its series at each moment; absent: not read. */
  readonly values?: readonly number[]
  /** Prometheus cannot evaluate it. */
  readonly broken?: string
}

export type LoadedRuleVerdict =
  | 'keep'
  | 'raise'
  | 'lower'
  /** Its expression gave nothing in four weeks, or cannot be evaluated. */
  | 'cannot_fire'
  /** What would be needed to say was not read, or there is too little of it. */
  | 'not_judged'

export interface LoadedRuleReview {
  readonly name: string
  readonly direction?: 'above' | 'below'
  readonly line?: number
  readonly firedCount?: number
  /** The value that came nearest to firing. */
  readonly extreme?: number
  /** 100: it reached the line. */
  readonly nearestPercent?: number
  readonly verdict: LoadedRuleVerdict
  readonly proposed?: number
}

/** A rule of ten minutes' steps needs a day before anything is said about its line. */
const FEWEST_VALUES = 100
const WEEKS = 4
const FAR_PERCENT = 50

export function reviewLoadedRule(facts: LoadedRuleFacts): LoadedRuleReview {
  const { name, firedCount, comparison, values, broken } = facts
  const common = {
    name,
    ...(comparison === undefined ? {} : comparison),
    ...(firedCount === undefined ? {} : { firedCount }),
  }
  if (broken !== undefined) return { ...common, verdict: 'cannot_fire' }
  if (comparison === undefined) {
    return { ...common, verdict: firedCount === undefined ? 'not_judged' : keepOrNoise(firedCount) }
  }
  if (values === undefined) return { ...common, verdict: 'not_judged' }
  const seen = values.filter((value) => Number.isFinite(value))
  if (seen.length === 0) {
    // NaN all the time is no proof that it never gives a number.
    return { ...common, verdict: values.length === 0 ? 'cannot_fire' : 'not_judged' }
  }
  const { direction, line } = comparison
  const extreme = rounded(direction === 'above' ? highest(seen) : lowest(seen))
  const nearestPercent = nearness(extreme, line, direction)
  const near = { extreme, ...(nearestPercent === undefined ? {} : { nearestPercent }) }
  if (seen.length < FEWEST_VALUES || firedCount === undefined) {
    return { ...common, ...near, verdict: 'not_judged' }
  }
  return { ...common, ...near, ...verdictOf(seen, { direction, line, firedCount, nearestPercent }) }
}

/** More than once a week without a line to move is noise all the same; there is no number to propose. */
function keepOrNoise(firedCount: number): LoadedRuleVerdict {
  return firedCount > WEEKS ? 'raise' : 'keep'
}

interface Judged {
  readonly direction: 'above' | 'below'
  readonly line: number
  readonly firedCount: number
  readonly nearestPercent: number | undefined
}

function verdictOf(
  seen: readonly number[],
  { direction, line, firedCount, nearestPercent }: Judged,
): Pick<LoadedRuleReview, 'verdict' | 'proposed'> {
  const above = direction === 'above'
  if (firedCount > WEEKS) {
    const usual = quantile(seen, above ? 0.99 : 0.01) ?? line
    const proposed = twoDigits(usual * (above ? 1.1 : 0.9))
    const helps = Number.isFinite(proposed) && (above ? proposed > line : proposed < line)
    return helps ? { verdict: 'raise', proposed } : { verdict: 'keep' }
  }
  if (firedCount > 0 || nearestPercent === undefined || nearestPercent >= FAR_PERCENT) {
    return { verdict: 'keep' }
  }
  const extreme = above ? highest(seen) : lowest(seen)
  const proposed = twoDigits(extreme * (above ? 1.25 : 0.8))
  // A value that is always nothing says nothing about where its line should be.
  const helps = above ? proposed > 0 && proposed < line : proposed > line
  return helps ? { verdict: 'lower', proposed } : { verdict: 'keep' }
}

/** Only lines above nothing can be come near to by a share. */
function nearness(extreme: number, line: number, direction: 'above' | 'below'): number | undefined {
  if (line <= 0 || extreme < 0) return undefined
  if (direction === 'above') return rounded((extreme / line) * 100)
  return extreme === 0 ? 100 : rounded((line / extreme) * 100)
}

function highest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
}

function lowest(values: readonly number[]): number {
  return values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY)
}

function twoDigits(value: number): number {
  return Number(value.toPrecision(2))
}

function rounded(value: number): number {
  const size = Math.abs(value)
  if (size >= 10 && size < 1e9) return Math.round(value * 10) / 10
  const short = Number(value.toPrecision(3))
  return Number.isFinite(short) ? short : value
}

/** Stretches of neighbouring steps in which something was there. */
export function stretches(atMs: readonly number[], stepMs: number): number {
  const sorted = [...atMs].sort((left, right) => left - right)
  let count = 0
  let lastMs: number | undefined
  for (const at of sorted) {
    if (lastMs === undefined || at - lastMs > stepMs * 1.5) count++
    lastMs = at
  }
  return count
}
