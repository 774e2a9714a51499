/** Curves out of what `mts watch` has left in the journal. A stretch that was not watched is a gap. Pure. */
import { riseOf, type Reading } from '../core/counter-rise.ts'
import type { Sample } from '../core/journal.ts'
import type { Grid, GridPoint } from '../core/over-time.ts'
import type { SampledMeter } from '../core/sampled-meters.ts'
import type { JournalRecipe } from './panels.ts'

/** Rounds that may be missed before a stretch counts as not watched. */
const MISSED_ROUNDS = 2.5
/** Samples of one round, ms. */
const SAME_ROUND_MS = 60_000

export interface JournalCurve {
  readonly points: readonly GridPoint[]
  /** The newest measurement up to the end of the grid; undefined when there is none. */
  readonly newest?: { readonly atMs: number; readonly value: number; readonly whole: boolean }
  /** Older than this is stale, ms. */
  readonly freshMs: number
  /** Some of it was watched for less than its window, and shows less than there was. */
  readonly less: boolean
}

export type SamplesOf = (meter: SampledMeter) => readonly Sample[]

export function journalCurve(
  recipe: JournalRecipe,
  samplesOf: SamplesOf,
  grid: Grid,
  everyMs: Readonly<Record<1 | 2 | 3, number>>,
): JournalCurve {
  const freshMs = MISSED_ROUNDS * everyMs[metersOf(recipe)[0].level]
  if (recipe.kind === 'rise') return riseCurve(recipe, samplesOf, grid, freshMs)
  const measured = measurementsOf(recipe, samplesOf).filter(
    ({ atMs }) => atMs >= grid.fromMs && atMs <= grid.toMs,
  )
  const newest = measured.at(-1)
  return {
    points: withGaps(measured, freshMs),
    ...(newest === undefined ? {} : { newest: { ...newest, whole: true } }),
    freshMs,
    less: false,
  }
}

/** Every meter a curve is made of, the one that gives its rhythm first. */
export function metersOf(recipe: JournalRecipe): readonly [SampledMeter, ...SampledMeter[]] {
  switch (recipe.kind) {
    case 'rise':
    case 'value':
      return [recipe.meter]
    case 'share':
      return [recipe.part, recipe.whole]
    case 'ratio':
      return [recipe.of, recipe.by]
  }
}

/** How far before its beginning a curve looks back, ms. */
export function lookBackOf(recipe: JournalRecipe): number {
  return recipe.kind === 'rise' ? recipe.windowMs : 0
}

function riseCurve(
  { meter, windowMs }: Extract<JournalRecipe, { kind: 'rise' }>,
  samplesOf: SamplesOf,
  { fromMs, toMs, stepMs }: Grid,
  gapMs: number,
): JournalCurve {
  const readings = samplesOf(meter)
  const points: GridPoint[] = []
  let newest: JournalCurve['newest']
  let less = false
  for (let atMs = fromMs; atMs <= toMs; atMs += stepMs) {
    const last = readings.findLast((reading) => reading.atMs <= atMs)
    if (last === undefined || atMs - last.atMs > gapMs) {
      points.push({ atMs, value: null })
      continue
    }
    const { count, whole } = riseOf(readings, { fromMs: atMs - windowMs, toMs: atMs, gapMs })
    // At least 0 is nothing that anybody has seen.
    if (!whole && count === 0) {
      points.push({ atMs, value: null })
      continue
    }
    if (!whole) less = true
    points.push({ atMs, value: count })
    newest = { atMs: last.atMs, value: count, whole }
  }
  return { points, ...(newest === undefined ? {} : { newest }), freshMs: gapMs, less }
}

function measurementsOf(
  recipe: Exclude<JournalRecipe, { kind: 'rise' }>,
  samplesOf: SamplesOf,
): readonly Reading[] {
  switch (recipe.kind) {
    case 'value':
      return samplesOf(recipe.meter).map(({ atMs, value }) => ({
        atMs,
        value: value * recipe.scale,
      }))
    case 'share':
      return pairsOf(samplesOf(recipe.part), samplesOf(recipe.whole)).flatMap(
        ({ atMs, left, right }) => {
          if (right <= 0) return []
          const share = (left / right) * 100
          return [{ atMs, value: recipe.left ? 100 - share : share }]
        },
      )
    case 'ratio':
      return ratiosOf(pairsOf(samplesOf(recipe.of), samplesOf(recipe.by)))
  }
}

interface Pair {
  readonly atMs: number
  readonly left: number
  readonly right: number
}

function pairsOf(lefts: readonly Sample[], rights: readonly Sample[]): readonly Pair[] {
  return lefts.flatMap(({ atMs, value }) => {
    const right = rights.find((other) => Math.abs(other.atMs - atMs) <= SAME_ROUND_MS)
    return right === undefined ? [] : [{ atMs, left: value, right: right.value }]
  })
}

/** Without a request in between there is no mean, and a counter that fell has begun anew. */
function ratiosOf(pairs: readonly Pair[]): readonly Reading[] {
  return pairs.flatMap((pair, index) => {
    const before = pairs[index - 1]
    if (before === undefined) return []
    const of = pair.left - before.left
    const by = pair.right - before.right
    return of < 0 || by <= 0 ? [] : [{ atMs: pair.atMs, value: of / by }]
  })
}

function withGaps(measured: readonly Reading[], gapMs: number): readonly GridPoint[] {
  return measured.flatMap((point, index): readonly GridPoint[] => {
    const before = measured[index - 1]
    if (before === undefined || point.atMs - before.atMs <= gapMs) return [point]
    return [{ atMs: before.atMs + gapMs, value: null }, point]
  })
}
