/**
 * Whether a count has grown, or is only noise. Counts of two stretches are compared exactly: given
 * their sum, the share of the second is binomial if nothing has changed, so that small counts never
 * look like proof. Log lines come in bursts, which a plain count would take for news: the baseline's
 * own unevenness is measured and both counts are weighed down by it.
 */

/** Chance of at least one false alarm over everything that is compared. */
export const FAMILY_ALPHA = 0.01

/**
 * P(X ≥ count) for X ~ Binomial(trials, share). Counts need not be whole: they may have been
 * weighed down.
 */
export function upperTail(count: number, trials: number, share: number): number {
  if (count <= 0) return 1
  if (count > trials) return 0
  if (share <= 0) return 0
  if (share >= 1) return 1
  return incompleteBeta(share, count, trials - count + 1)
}

export interface CountPair {
  readonly baseline: number
  readonly current: number
  /** Share of the current stretch in both: 0.5 where they are equally long. */
  readonly share: number
  /** Variance of the baseline's counts over their mean, at least 1. */
  readonly dispersion: number
}

/** Chance of so many or more, if the rate were no more than `factor` times the baseline's. */
export function growthPValue(pair: CountPair, factor = 1): number {
  const current = pair.current / pair.dispersion
  const baseline = pair.baseline / pair.dispersion
  const odds = (factor * pair.share) / (1 - pair.share)
  return upperTail(current, current + baseline, odds / (1 + odds))
}

/** Chance of so few or fewer, if nothing had changed. */
export function declinePValue(pair: CountPair): number {
  return growthPValue({
    baseline: pair.current,
    current: pair.baseline,
    share: 1 - pair.share,
    dispersion: pair.dispersion,
  })
}

/**
 * Holm's step-down: which of many tests hold when the chance of any false one must stay below
 * `alpha`. True at the index of each that does.
 */
export function holm(pValues: readonly number[], alpha: number): readonly boolean[] {
  const order = pValues
    .map((_, index) => index)
    .sort((x, y) => (pValues[x] ?? 1) - (pValues[y] ?? 1))
  const held: boolean[] = pValues.map(() => false)
  for (const [rank, index] of order.entries()) {
    if (!((pValues[index] ?? 1) <= alpha / (pValues.length - rank))) break
    held[index] = true
  }
  return held
}

/** Variance over mean of equal stretches, never below 1 (a count cannot be steadier than chance). */
export function dispersionOf(counts: readonly number[]): number {
  if (counts.length < 2) return 1
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length
  if (mean === 0) return 1
  const squares = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0)
  return Math.max(1, squares / (counts.length - 1) / mean)
}

/** Regularized incomplete beta function, by its continued fraction (Lentz). */
function incompleteBeta(x: number, a: number, b: number): number {
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x),
  )
  const value =
    x < (a + 1) / (a + b + 2)
      ? (front * betaFraction(x, a, b)) / a
      : 1 - (front * betaFraction(1 - x, b, a)) / b
  return Math.min(1, Math.max(0, value))
}

function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value)
  let c = 1
  let d = 1 / away(1 - ((a + b) * x) / (a + 1))
  let value = d
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / away(1 + even * d)
    c = away(1 + even / c)
    value *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / away(1 + odd * d)
    c = away(1 + odd / c)
    const delta = d * c
    value *= delta
    if (Math.abs(delta - 1) < 1e-14) break
  }
  return value
}

const LANCZOS = [
  76.18009172947146, -86.50532032941678, 24.01409824083091, -1.231739572450155,
  0.001208650973866179, -0.000005395239384953,
]

function logGamma(x: number): number {
  const t = x + 5.5
  let sum = 1.000000000190015
  for (const [index, weight] of LANCZOS.entries()) sum += weight / (x + index + 1)
  return (x + 0.5) * Math.log(t) - t + Math.log((2.5066282746310007 * sum) / x)
}
