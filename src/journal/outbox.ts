/** What has to be told and what became of it: in order for each channel, on disk before it leaves. */
import type { AddressedNotice, Channel, Notice } from '../core/notice.ts'
import type { Delivery, DeliveryOutcome, DeliveryState } from '../core/watch-records.ts'
import { cleanData, cleanString } from './clean-data.ts'
import type { Row } from './driver.ts'
import type { Store } from './store.ts'
import { numberOf, optionalNumberOf, parseStored, textOf } from './store.ts'

/** All but `newest`, `head` and `pending` are called inside a transaction; `record` makes its own. */
export interface Outbox {
  add(url: string, addressed: AddressedNotice, nowMs: number): void
  recover(nowMs: number): number
  head(channel: Channel): Delivery | undefined
  begin(id: number): void
  end(id: number, outcome: DeliveryOutcome, nowMs: number): void
  record(
    url: string,
    addressed: AddressedNotice,
    outcome: Exclude<DeliveryOutcome, { kind: 'again' }>,
    nowMs: number,
  ): void
  newest(limit: number): readonly Delivery[]
  pending(): number
  /** Removes what ended before. */
  prune(beforeMs: number): void
}

const COLUMNS = `id, url, channel, notice, created_at_ms, state, attempts, next_at_ms, ended_at_ms,
  problem, maybe_duplicate`

export function createOutbox(store: Store): Outbox {
  const insert = (url: string, { channel, notice }: AddressedNotice, nowMs: number): number => {
    store.run(
      `INSERT INTO deliveries (url, channel, event, incident, notice, created_at_ms, state, attempts,
         next_at_ms, maybe_duplicate) VALUES (?, ?, ?, ?, ?, ?, 'waiting', 0, ?, 0)`,
      [
        cleanString(url),
        channel,
        notice.event,
        notice.incident ?? null,
        JSON.stringify(cleanData(notice)),
        Math.trunc(nowMs),
        Math.trunc(nowMs),
      ],
    )
    return numberOf(store.get('SELECT max(id) AS id FROM deliveries') ?? {}, 'id')
  }
  const end = (id: number, outcome: DeliveryOutcome, nowMs: number): void => {
    if (outcome.kind === 'again') {
      store.run(
        `UPDATE deliveries SET state = 'waiting', next_at_ms = ?, problem = ?,
           maybe_duplicate = max(maybe_duplicate, ?) WHERE id = ?`,
        [Math.trunc(outcome.atMs), cleanString(outcome.problem), outcome.maybeSent ? 1 : 0, id],
      )
      return
    }
    store.run('UPDATE deliveries SET state = ?, ended_at_ms = ?, problem = ? WHERE id = ?', [
      outcome.kind,
      Math.trunc(nowMs),
      outcome.kind === 'failed' ? cleanString(outcome.problem) : null,
      id,
    ])
  }
  return {
    add(url, addressed, nowMs) {
      if (!remindsAlready(store, addressed)) insert(url, addressed, nowMs)
    },
    recover: (nowMs) =>
      store.run(
        `UPDATE deliveries SET state = 'waiting', maybe_duplicate = 1, next_at_ms = ?
         WHERE state = 'sending'`,
        [Math.trunc(nowMs)],
      ),
    head(channel) {
      const row = store.get(
        `SELECT ${COLUMNS} FROM deliveries WHERE channel = ? AND ended_at_ms IS NULL
         ORDER BY id LIMIT 1`,
        [channel],
      )
      return row === undefined ? undefined : deliveryOf(row, store.path)
    },
    begin(id) {
      store.run("UPDATE deliveries SET state = 'sending', attempts = attempts + 1 WHERE id = ?", [
        id,
      ])
    },
    end,
    record(url, addressed, outcome, nowMs) {
      store.write(() => {
        const id = insert(url, addressed, nowMs)
        store.run('UPDATE deliveries SET attempts = 1 WHERE id = ?', [id])
        end(id, outcome, nowMs)
      })
    },
    newest: (limit) =>
      store
        .all(`SELECT ${COLUMNS} FROM deliveries ORDER BY id DESC LIMIT ?`, [limit])
        .map((row) => deliveryOf(row, store.path)),
    pending: () =>
      numberOf(
        store.get('SELECT count(*) AS waiting FROM deliveries WHERE ended_at_ms IS NULL') ?? {},
        'waiting',
      ),
    prune(beforeMs) {
      store.run('DELETE FROM deliveries WHERE ended_at_ms < ?', [beforeMs])
    },
  }
}

/** While nothing gets through, reminders would pile up; one that waits says as much as many. */
function remindsAlready(store: Store, { channel, notice }: AddressedNotice): boolean {
  if (notice.event !== 'reminded' || notice.incident === undefined) return false
  const waiting = store.get(
    `SELECT id FROM deliveries WHERE channel = ? AND ended_at_ms IS NULL AND event = 'reminded'
       AND incident = ?`,
    [channel, notice.incident],
  )
  return waiting !== undefined
}

function deliveryOf(row: Row, path: string): Delivery {
  const endedAtMs = optionalNumberOf(row, 'ended_at_ms')
  return {
    id: numberOf(row, 'id'),
    url: textOf(row, 'url'),
    channel: textOf(row, 'channel') as Channel,
    notice: parseStored(textOf(row, 'notice'), path) as Notice,
    createdAtMs: numberOf(row, 'created_at_ms'),
    state: textOf(row, 'state') as DeliveryState,
    attempts: numberOf(row, 'attempts'),
    nextAtMs: numberOf(row, 'next_at_ms'),
    ...(endedAtMs === undefined ? {} : { endedAtMs }),
    ...(row['problem'] === null ? {} : { problem: textOf(row, 'problem') }),
    maybeDuplicate: numberOf(row, 'maybe_duplicate') === 1,
  }
}
