/** What a counter rose by in a stretch of time, reading by reading: a fall means that it began anew at 0. */
export interface Reading {
  readonly atMs: number
  readonly value: number
}

export interface Rise {
  /** At least so much; exactly, where `whole`. */
  readonly count: number
  /** It was read from end to end without a hole in which it may have begun anew. */
  readonly whole: boolean
  /** What it stood at last; 0 when there is no reading. */
  readonly last: number
}

export interface Stretch {
  readonly fromMs: number
  readonly toMs: number
  /** Readings further apart leave a hole. */
  readonly gapMs: number
}

/** `readings` oldest first; one from before `fromMs` is where the count begins. */
export function riseOf(readings: readonly Reading[], { fromMs, toMs, gapMs }: Stretch): Rise {
  const upToEnd = readings.filter(({ atMs }) => atMs <= toMs)
  const baseline = upToEnd.findLastIndex(({ atMs }) => atMs <= fromMs)
  const seen = upToEnd.slice(Math.max(0, baseline))
  const [first] = seen
  const last = seen.at(-1)
  if (first === undefined || last === undefined) return { count: 0, whole: false, last: 0 }
  let count = 0
  let whole = baseline >= 0 && fromMs - first.atMs <= gapMs && toMs - last.atMs <= gapMs
  for (const [index, { atMs, value }] of seen.entries()) {
    const before = seen[index - 1]
    if (before === undefined) continue
    count += value >= before.value ? value - before.value : value
    if (atMs - before.atMs > gapMs) whole = false
  }
  return { count, whole, last: last.value }
}
