import { describe, expect, it } from 'vitest'
import type { Sample } from '../../src/core/journal.ts'
import { SAMPLED, type SampledMeter } from '../../src/core/sampled-meters.ts'
import { journalCurve } from '../../src/dashboard/from-journal.ts'
import type { JournalRecipe } from '../../src/dashboard/panels.ts'

const NOW = Date.parse('2026-11-24T09:00:00+09:00')
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const EVERY = { 1: MINUTE, 2: 5 * MINUTE, 3: 30 * MINUTE } as const
const GRID = { fromMs: NOW - HOUR, toMs: NOW, stepMs: 10 * MINUTE }

/** One sample for each value, `everyMs` apart, the last one at `endMs`. */
function samples(
  { metric }: SampledMeter,
  everyMs: number,
  values: readonly number[],
  endMs = NOW,
): readonly Sample[] {
  return values.map((value, index) => ({
    atMs: endMs - (values.length - 1 - index) * everyMs,
    url: 'http://x',
    metric,
    value,
  }))
}

function curve(recipe: JournalRecipe, ...given: readonly (readonly Sample[])[]) {
  const all = given.flat()
  return journalCurve(
    recipe,
    ({ metric }) => all.filter((one) => one.metric === metric),
    GRID,
    EVERY,
  )
}

const rise: JournalRecipe = { kind: 'rise', meter: SAMPLED.sales, windowMs: HOUR }
const cpu: JournalRecipe = { kind: 'value', meter: SAMPLED.cpu, scale: 100 }

describe('a curve out of the journal', () => {
  it('of a counter is what it rose by in the hour before each step', () => {
    // Two hours of readings every five minutes, one sale in each.
    const seen = curve(
      rise,
      samples(
        SAMPLED.sales,
        5 * MINUTE,
        Array.from({ length: 27 }, (_, n) => n),
      ),
    )
    expect(seen.points.map(({ value }) => value)).toEqual([12, 12, 12, 12, 12, 12, 12])
    expect(seen).toMatchObject({ less: false, newest: { atMs: NOW, value: 12, whole: true } })
  })

  it('of a counter that was not watched for the whole hour shows at least so much, and says so', () => {
    const seen = curve(rise, samples(SAMPLED.sales, 5 * MINUTE, [3, 4, 5, 6]))
    expect(seen).toMatchObject({ less: true, newest: { value: 3, whole: false } })
    expect(seen.points[0]?.value).toBeNull()
  })

  it('counts on from 0 after a restart, and nothing where nobody watched', () => {
    const restarted = samples(SAMPLED.sales, 5 * MINUTE, [
      ...Array.from({ length: 14 }, () => 40),
      2,
      5,
    ])
    expect(curve(rise, restarted).newest?.value).toBe(5)
    const early = samples(SAMPLED.sales, 5 * MINUTE, [1, 2, 3], NOW - 40 * MINUTE)
    expect(curve(rise, early).points.map(({ value }) => value)).toEqual([
      null,
      null,
      2,
      2,
      null,
      null,
      null,
    ])
  })

  it('of a gauge has a gap where rounds were missed, never a 0', () => {
    const before = samples(SAMPLED.cpu, MINUTE, [0.1, 0.2], NOW - 30 * MINUTE)
    const after = samples(SAMPLED.cpu, MINUTE, [0.3, 0.4])
    expect(curve(cpu, before, after).points.map(({ value }) => value)).toEqual([
      10,
      20,
      null,
      30,
      40,
    ])
  })

  it('of a share leaves out what has no whole, and a free disk counts as unused', () => {
    const disk: JournalRecipe = {
      kind: 'share',
      part: SAMPLED.diskFree,
      whole: SAMPLED.diskTotal,
      left: true,
    }
    const seen = curve(
      disk,
      samples(SAMPLED.diskFree, 30 * MINUTE, [30, 25]),
      samples(SAMPLED.diskTotal, 30 * MINUTE, [0, 100]),
    )
    expect(seen.points).toEqual([{ atMs: NOW, value: 75 }])
  })

  it('of a mean is seconds a request between two rounds, a gap without a request', () => {
    const mean: JournalRecipe = {
      kind: 'ratio',
      of: SAMPLED.requestSeconds,
      by: SAMPLED.requests,
    }
    const seen = curve(
      mean,
      samples(SAMPLED.requestSeconds, 30 * MINUTE, [10, 12, 12]),
      samples(SAMPLED.requests, 30 * MINUTE, [100, 140, 140]),
    )
    expect(seen.points).toEqual([{ atMs: NOW - 30 * MINUTE, value: 0.05 }])
  })

  it('is fresh for two rounds and a half of its own rhythm', () => {
    expect(curve(cpu, []).freshMs).toBe(150_000)
    expect(curve({ kind: 'value', meter: SAMPLED.poolActive, scale: 1 }, []).freshMs).toBe(
      75 * MINUTE,
    )
  })
})
