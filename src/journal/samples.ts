/** Measurements that `watch` leaves behind: outside the chain, kept for 90 days. */
import type { Clock } from '../core/clock.ts'
import type { Journal, Sample } from '../core/journal.ts'
import { cleanString } from './clean-data.ts'
import { defect } from './journal-errors.ts'
import type { Store } from './store.ts'
import { numberOf, optionalNumberOf, textOf } from './store.ts'

const KEPT_MS = 90 * 86_400_000

export type Samples = Pick<Journal, 'addSamples' | 'samples'>

/** Inside a transaction. */
export function insertSamples(store: Store, samples: readonly Sample[], nowMs: number): void {
  for (const { atMs, url, metric, value, processStartMs } of samples) {
    if (!Number.isFinite(value)) throw defect(`the sample of ${metric} is no number`)
    store.run(
      'INSERT INTO samples (url, metric, at_ms, value, process_start_ms) VALUES (?, ?, ?, ?, ?)',
      [
        cleanString(url),
        cleanString(metric),
        Math.trunc(atMs),
        value,
        processStartMs === undefined ? null : Math.trunc(processStartMs),
      ],
    )
  }
  store.run('DELETE FROM samples WHERE at_ms < ?', [Math.trunc(nowMs) - KEPT_MS])
}

export function createSamples(store: Store, clock: Clock): Samples {
  return {
    addSamples(samples) {
      store.write(() => {
        insertSamples(store, samples, clock.now())
      })
    },
    samples({ url, metric, fromMs, toMs }) {
      return store
        .all(
          `SELECT at_ms, url, metric, value, process_start_ms FROM samples
           WHERE url = ? AND metric = ? AND at_ms BETWEEN ? AND ? ORDER BY at_ms, rowid`,
          [cleanString(url), cleanString(metric), fromMs, toMs],
        )
        .map((row): Sample => {
          const processStartMs = optionalNumberOf(row, 'process_start_ms')
          return {
            atMs: numberOf(row, 'at_ms'),
            url: textOf(row, 'url'),
            metric: textOf(row, 'metric'),
            value: numberOf(row, 'value'),
            ...(processStartMs === undefined ? {} : { processStartMs }),
          }
        })
    },
  }
}
