/**
 * Two stretches of a log, pattern by pattern: what is new, grown or gone. What cannot be told from
 * chance is neither. A busier hour is no trouble: growth must show against the time that passed and
 * against the ordinary lines that were written meanwhile, whichever explains more.
 */
import type { LogChange } from '../core/log-patterns.ts'
import { createHistogram } from './histogram.ts'
import { INFO } from './levels.ts'
import type { MergedPattern } from './merge-patterns.ts'
import { BASELINE, CURRENT, eachTime } from './pattern-store.ts'
import { declinePValue, dispersionOf, FAMILY_ALPHA, growthPValue, holm } from './rate-test.ts'

/** Less than half again as much is nobody's business, however sure it is. */
const LEAST_FACTOR = 1.5
/** And so is less than this many lines more. */
const LEAST_EXCESS = 5

export interface Exposure {
  /** ms each stretch covers; null where not known. */
  readonly currentMs: number | null
  readonly baselineMs: number | null
  /** Code of the least severe level that the baseline kept; Infinity when it kept all. */
  readonly leastLevel: number
  /** Events of INFO and below that the baseline counted and did not keep. */
  readonly ordinaryBefore: number
}

export function comparePatterns(
  patterns: readonly MergedPattern[],
  exposure: Exposure,
): ReadonlyMap<MergedPattern, LogChange> {
  const shares = sharesOf(patterns, exposure)
  const seen = patterns.filter(({ pattern }) => pattern.counts[BASELINE] > 0)
  const tests = seen.map((merged) => testOf(merged, shares, exposure.baselineMs))
  const grown = holm(
    tests.map(({ growth }) => growth),
    FAMILY_ALPHA / 2,
  )
  const gone = holm(
    tests.map(({ decline }) => decline),
    FAMILY_ALPHA / 2,
  )
  const changes = new Map<MergedPattern, LogChange>()
  for (const merged of patterns) {
    const [current, baseline] = merged.pattern.counts
    if (baseline > 0 || current === 0) continue
    changes.set(
      merged,
      merged.pattern.template.level > exposure.leastLevel
        ? { kind: 'same', baseline: 0, expected: null, pValue: null }
        : { kind: 'new', baseline: 0, expected: 0, pValue: null },
    )
  }
  for (const [index, merged] of seen.entries()) {
    const [current, baseline] = merged.pattern.counts
    const test = tests[index]
    if (test === undefined) continue
    const { expected, growth, decline } = test
    const enough = current - expected >= LEAST_EXCESS
    const kind =
      grown[index] === true && enough
        ? 'grown'
        : gone[index] === true && current === 0
          ? 'gone'
          : 'same'
    const pValue = current === 0 ? decline : growth
    changes.set(merged, { kind, baseline, expected: round(expected), pValue: round(pValue) })
  }
  return changes
}

interface RateTest {
  readonly growth: number
  readonly decline: number
  readonly expected: number
}

/** Against every measure of exposure; the one that explains most counts. */
function testOf(
  merged: MergedPattern,
  shares: readonly number[],
  baselineMs: number | null,
): RateTest {
  const [current, baseline] = merged.pattern.counts
  const dispersion = dispersionIn(merged, baselineMs)
  let growth = 0
  let decline = 0
  let expected = 0
  for (const share of shares) {
    const pair = { baseline, current, share, dispersion }
    growth = Math.max(growth, growthPValue(pair, LEAST_FACTOR))
    decline = Math.max(decline, declinePValue(pair))
    expected = Math.max(expected, (baseline * share) / (1 - share))
  }
  return { growth, decline, expected }
}

/** Share of the current stretch: by time, and by ordinary lines. Alike where nothing is known. */
function sharesOf(patterns: readonly MergedPattern[], exposure: Exposure): readonly number[] {
  const shares: number[] = []
  const { currentMs, baselineMs } = exposure
  if (currentMs !== null && baselineMs !== null && currentMs > 0 && baselineMs > 0) {
    shares.push(currentMs / (currentMs + baselineMs))
  }
  const ordinary: [number, number] = [0, exposure.ordinaryBefore]
  for (const { pattern } of patterns) {
    if (pattern.template.level < INFO) continue
    ordinary[CURRENT] += pattern.counts[CURRENT]
    ordinary[BASELINE] += pattern.counts[BASELINE]
  }
  if (ordinary[CURRENT] > 0 && ordinary[BASELINE] > 0) {
    shares.push(ordinary[CURRENT] / (ordinary[CURRENT] + ordinary[BASELINE]))
  }
  return shares.length === 0 ? [0.5] : shares
}

/** How unevenly the baseline's lines came, over equal stretches of all it covers. */
function dispersionIn({ pattern }: MergedPattern, baselineMs: number | null): number {
  if (baselineMs === null || pattern.counts[BASELINE] < 2) return 1
  const histogram = createHistogram()
  eachTime(pattern, BASELINE, histogram)
  const counts: number[] = []
  histogram.each((_startMs, count) => {
    counts.push(count)
  })
  const buckets = Math.max(counts.length, Math.ceil(baselineMs / histogram.widthMs))
  // A saved baseline has no times; then its lines are taken to have come evenly.
  if (counts.length === 0) return 1
  // Beyond a few hundred empty ones more change nothing.
  while (counts.length < Math.min(buckets, 512)) counts.push(0)
  return dispersionOf(counts)
}

function round(value: number): number {
  return Number(value.toPrecision(3))
}
