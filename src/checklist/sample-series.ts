/** Samples of `mts watch` as what can be judged over weeks: one figure a day, shares, increases. Pure. */
import { seoulDateOf, seoulInstant, addDays, type SeoulDate } from '../core/dates.ts'
import type { Sample } from '../core/journal.ts'
import { SAMPLED } from '../core/sampled-meters.ts'

/** What `mts watch` has left in the journal; empty when there is none. */
export type SampleReader = (
  metric: string,
  fromMs: number,
  toMs: number,
) => Promise<readonly Sample[]>

export interface DayFigure {
  readonly date: SeoulDate
  readonly value: number
}

/** The highest value of each day that has one; oldest first. */
export function highestOfDays(samples: readonly Sample[]): readonly DayFigure[] {
  const days = new Map<SeoulDate, number>()
  for (const { atMs, value } of samples) {
    if (!Number.isFinite(value)) continue
    const date = seoulDateOf(atMs)
    days.set(date, Math.max(days.get(date) ?? Number.NEGATIVE_INFINITY, value))
  }
  return [...days].sort(byDate).map(([date, value]) => ({ date, value }))
}

function byDate([left]: readonly [SeoulDate, number], [right]: readonly [SeoulDate, number]) {
  return left < right ? -1 : 1
}

/** A part as percent of its whole, where both were sampled in the same round (within a minute). */
export function percentSamples(
  parts: readonly Sample[],
  wholes: readonly Sample[],
): readonly Sample[] {
  const sorted = [...wholes].sort((left, right) => left.atMs - right.atMs)
  let next = 0
  const result: Sample[] = []
  for (const part of [...parts].sort((left, right) => left.atMs - right.atMs)) {
    while (next < sorted.length && (sorted[next]?.atMs ?? 0) < part.atMs - SAME_ROUND_MS) next++
    const whole = sorted[next]
    if (whole === undefined || whole.atMs > part.atMs + SAME_ROUND_MS || whole.value <= 0) continue
    result.push({ ...part, value: (part.value / whole.value) * 100 })
  }
  return result
}

const SAME_ROUND_MS = 60_000

export async function heapPercentSamples(
  read: (metric: string) => Promise<readonly Sample[]>,
): Promise<readonly Sample[]> {
  return percentSamples(await read(SAMPLED.heapUsed.metric), await read(SAMPLED.heapMax.metric))
}

/** Of the disk that is in use: what is sampled is what is free. */
export async function diskPercentSamples(
  read: (metric: string) => Promise<readonly Sample[]>,
): Promise<readonly Sample[]> {
  const free = percentSamples(
    await read(SAMPLED.diskFree.metric),
    await read(SAMPLED.diskTotal.metric),
  )
  return free.map((sample) => ({ ...sample, value: 100 - sample.value }))
}

export interface Increase {
  readonly fromMs: number
  readonly toMs: number
  readonly value: number
}

/**
 * What a counter rose by between each two samples. After a restart it began at 0: what it shows
 * then is the increase, and what came between the last sample and the restart is lost.
 */
export function increases(samples: readonly Sample[]): readonly Increase[] {
  const sorted = [...samples].sort((left, right) => left.atMs - right.atMs)
  const result: Increase[] = []
  for (const [index, sample] of sorted.entries()) {
    const before = sorted[index - 1]
    if (before === undefined || before.atMs === sample.atMs) continue
    const restarted =
      sample.value < before.value ||
      (sample.processStartMs !== undefined &&
        before.processStartMs !== undefined &&
        sample.processStartMs > before.processStartMs)
    const value = restarted ? sample.value : sample.value - before.value
    result.push({ fromMs: before.atMs, toMs: sample.atMs, value })
  }
  return result
}

/** Two samples further apart leave a hole: what came between belongs to no day for sure. */
const LONGEST_GAP_MS = 2 * 3_600_000
/** A day of which less was watched says nothing about a whole day. */
const FEWEST_WATCHED_MS = 22 * 3_600_000

/** What a counter rose by on each day that was watched almost whole; oldest first. */
export function increaseOfDays(samples: readonly Sample[]): readonly DayFigure[] {
  const days = new Map<SeoulDate, { value: number; watchedMs: number }>()
  for (const { fromMs, toMs, value } of increases(samples)) {
    if (toMs - fromMs > LONGEST_GAP_MS) continue
    const from = seoulDateOf(fromMs)
    const midnightMs = seoulInstant(addDays(from, 1))
    const firstMs = Math.min(toMs, midnightMs) - fromMs
    // Over midnight it is shared out by time.
    add(days, from, (value * firstMs) / (toMs - fromMs), firstMs)
    if (toMs > midnightMs) {
      const restMs = toMs - midnightMs
      add(days, seoulDateOf(toMs), (value * restMs) / (toMs - fromMs), restMs)
    }
  }
  return [...days]
    .filter(([, { watchedMs }]) => watchedMs >= FEWEST_WATCHED_MS)
    .map(([date, { value }]) => ({ date, value }))
    .sort((left, right) => (left.date < right.date ? -1 : 1))
}

function add(
  days: Map<SeoulDate, { value: number; watchedMs: number }>,
  date: SeoulDate,
  value: number,
  watchedMs: number,
): void {
  const known = days.get(date) ?? { value: 0, watchedMs: 0 }
  days.set(date, { value: known.value + value, watchedMs: known.watchedMs + watchedMs })
}

/** The value below which `share` (0 to 1) of the values lie; undefined of nothing. */
export function quantile(values: readonly number[], share: number): number | undefined {
  if (values.length === 0) return undefined
  const sorted = [...values].sort((left, right) => left - right)
  const at = (sorted.length - 1) * share
  const low = sorted[Math.floor(at)] ?? 0
  const high = sorted[Math.ceil(at)] ?? low
  return low + (high - low) * (at - Math.floor(at))
}
