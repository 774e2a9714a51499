import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  declinePValue,
  dispersionOf,
  FAMILY_ALPHA,
  growthPValue,
  holm,
  upperTail,
} from '../../src/logs/rate-test.ts'

/** P(X ≥ count) added up, term by term, in logarithms. */
function byAddingUp(count: number, trials: number, share: number): number {
  let sum = 0
  for (let k = count; k <= trials; k++) {
    let log = k * Math.log(share) + (trials - k) * Math.log(1 - share)
    for (let index = 1; index <= k; index++) log += Math.log((trials - k + index) / index)
    sum += Math.exp(log)
  }
  return sum
}

/** A small generator, so that what failed once fails again. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

function poisson(mean: number, random: () => number): number {
  let count = 0
  for (let left = Math.exp(-mean), product = random(); product > left; product *= random()) count++
  return count
}

describe('the exact test', () => {
  it('agrees with the binomial distribution added up', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 120 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.nat(120),
        (trials, share, wanted) => {
          const count = Math.min(wanted, trials)
          const exact = count === 0 ? 1 : byAddingUp(count, trials, share)
          expect(upperTail(count, trials, share)).toBeCloseTo(exact, 9)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('holds for millions of lines', () => {
    // Normal approximation: z = 3 over a mean of a million.
    expect(upperTail(1_003_000 + 0.5, 2_004_000, 0.5)).toBeGreaterThan(0.01)
    expect(
      growthPValue({ baseline: 1_000_000, current: 1_010_000, share: 0.5, dispersion: 1 }),
    ).toBeLessThan(1e-11)
    expect(upperTail(3_000_000, 4_000_000, 0.5)).toBe(0)
  })

  it('does not cry wolf on small counts', () => {
    const p = (baseline: number, current: number): number =>
      growthPValue({ baseline, current, share: 0.5, dispersion: 1 })
    expect(p(1, 3)).toBeGreaterThan(0.3)
    expect(p(1, 6)).toBeGreaterThan(0.06)
    expect(p(2, 20)).toBeLessThan(0.001)
    expect(declinePValue({ baseline: 4, current: 0, share: 0.5, dispersion: 1 })).toBeCloseTo(
      1 / 16,
      9,
    )
  })

  it('weighs bursts down: twenty lines that came at once are one event twenty times written', () => {
    const even = { baseline: 100, current: 160, share: 0.5 }
    expect(growthPValue({ ...even, dispersion: 1 })).toBeLessThan(0.001)
    expect(growthPValue({ ...even, dispersion: 20 })).toBeGreaterThan(0.1)
    expect(dispersionOf([0, 0, 20, 0, 0, 20, 0, 0])).toBeGreaterThan(10)
    expect(dispersionOf([5, 5, 5, 5])).toBe(1)
    expect(dispersionOf([])).toBe(1)
  })

  it('keeps the chance of any false alarm in a whole report where it promises', () => {
    const random = createRandom(20261124)
    let alarmed = 0
    const reports = 400
    for (let report = 0; report < reports; report++) {
      const pValues = Array.from({ length: 100 }, () => {
        const mean = 1 + random() * 60
        const baseline = poisson(mean, random)
        const current = poisson(mean, random)
        return growthPValue({ baseline, current, share: 0.5, dispersion: 1 })
      })
      if (holm(pValues, FAMILY_ALPHA).includes(true)) alarmed++
    }
    // 1 % of 400 is 4; ten would be far out.
    expect(alarmed).toBeLessThanOrEqual(10)
  })

  it('finds what has really grown, one pattern among a hundred', () => {
    const quiet = Array.from({ length: 99 }, (_, index) => 0.2 + index / 200)
    expect(holm([...quiet, 1e-6], 0.01).lastIndexOf(true)).toBe(99)
    expect(holm([0.004, 0.0001, 0.9], 0.01)).toEqual([true, true, false])
    expect(holm([0.006, 0.0001, 0.9], 0.01)).toEqual([false, true, false])
    expect(holm([], 0.01)).toEqual([])
  })
})
