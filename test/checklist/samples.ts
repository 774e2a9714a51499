/** Samples as `mts watch` leaves them, made by rule, so that what has to come out is known. */
import type { Sample } from '../../src/core/journal.ts'

const URL_OF_SERVICE = 'http://127.0.0.1:8080'
const HALF_HOUR_MS = 1_800_000

/** One every half hour over `days` days up to (not including) `toMs`; `value` gets the days since the first. */
export function everyHalfHour(
  metric: string,
  toMs: number,
  days: number,
  value: (day: number, index: number) => number,
): Sample[] {
  const count = days * 48
  return Array.from({ length: count }, (_, index) => ({
    url: URL_OF_SERVICE,
    metric,
    atMs: toMs - (count - index) * HALF_HOUR_MS,
    value: value(Math.floor(index / 48), index),
  }))
}

/** By metric, as the journal answers. */
export function reader(samples: readonly Sample[]) {
  return (metric: string, fromMs: number, toMs: number): Promise<readonly Sample[]> =>
    Promise.resolve(
      samples.filter(
        (sample) => sample.metric === metric && sample.atMs >= fromMs && sample.atMs <= toMs,
      ),
    )
}
