/** Durations as Prometheus writes them. */
const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const

/** `1h30m`; at least 1 ms, since Prometheus takes no empty range. */
export function promDurationOf(ms: number): string {
  let rest = Math.max(1, Math.round(ms))
  let words = ''
  for (const [unit, size] of UNITS) {
    const amount = Math.floor(rest / size)
    if (amount > 0) words += `${amount}${unit}`
    rest -= amount * size
  }
  return words
}
