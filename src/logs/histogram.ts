/**
 * Events over time in a fixed number of buckets: the buckets double their width when the stretch
 * grows, so that a second and a year take the same memory.
 */
const BUCKETS = 64
const SMALLEST_MS = 1000

export interface Histogram {
  /** `timeMs` since the epoch; NaN is not counted. */
  add(timeMs: number, count?: number): void
  /** Adds what another one holds, each bucket at its beginning. */
  merge(other: Histogram): void
  readonly widthMs: number
  /** Calls back for every bucket that holds something, with its beginning. */
  each(visit: (startMs: number, count: number) => void): void
}

export function createHistogram(): Histogram {
  const counts = new Uint32Array(BUCKETS)
  let widthMs = SMALLEST_MS
  /** Number of the first bucket since the epoch; NaN while empty. */
  let first = NaN

  function widen(): void {
    const from = Math.floor(first / 2)
    const halves = new Uint32Array(BUCKETS)
    for (let index = 0; index < BUCKETS; index++) {
      const at = Math.floor((first + index) / 2) - from
      halves[at] = (halves[at] ?? 0) + (counts[index] ?? 0)
    }
    counts.set(halves)
    first = from
    widthMs *= 2
  }

  function lastUsed(): number {
    for (let index = BUCKETS - 1; index > 0; index--) if (counts[index] !== 0) return index
    return 0
  }

  /** Makes room in front, where the buckets at the end are free. */
  function shift(by: number): boolean {
    if (lastUsed() + by >= BUCKETS) return false
    counts.copyWithin(by, 0, BUCKETS - by)
    counts.fill(0, 0, by)
    first -= by
    return true
  }

  const histogram: Histogram = {
    add(timeMs, count = 1) {
      if (Number.isNaN(timeMs)) return
      if (Number.isNaN(first)) first = Math.floor(timeMs / widthMs)
      for (;;) {
        const at = Math.floor(timeMs / widthMs) - first
        if (at >= BUCKETS) {
          widen()
        } else if (at < 0) {
          if (!shift(-at)) widen()
        } else {
          counts[at] = (counts[at] ?? 0) + count
          return
        }
      }
    },
    merge(other) {
      other.each((startMs, count) => {
        histogram.add(startMs, count)
      })
    },
    get widthMs() {
      return widthMs
    },
    each(visit) {
      if (Number.isNaN(first)) return
      for (let index = 0; index < BUCKETS; index++) {
        const count = counts[index] as number
        if (count > 0) visit((first + index) * widthMs, count)
      }
    },
  }
  return histogram
}
