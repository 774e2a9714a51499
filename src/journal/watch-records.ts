/** State and outbox of `mts watch`: one holder, a round in one transaction, nothing sent unrecorded. */
import type {
  NewWatchRequest,
  WatchHold,
  WatchRecords,
  WatchRequest,
} from '../core/watch-records.ts'
import { cleanData, cleanString } from './clean-data.ts'
import { giveBack, holderJson, parseHolder } from './holders.ts'
import { watchBusy, watchLost } from './journal-errors.ts'
import { createOutbox, type Outbox } from './outbox.ts'
import type { ProcessIdentity } from './process-identity.ts'
import { insertSamples } from './samples.ts'
import type { Store } from './store.ts'
import { numberOf, parseStored, textOf } from './store.ts'

/** How long what people asked and what was told is kept, ms. */
const KEPT_MS = 90 * 86_400_000

export interface WatchKeeping {
  readonly records: WatchRecords
  /** Gives the right to watch back if it is held here. */
  releaseAll(): void
}

export function createWatchRecords(store: Store, identity: ProcessIdentity): WatchKeeping {
  const outbox = createOutbox(store)
  const held = new Set<WatchHold>()
  return {
    records: {
      hold(nowMs) {
        const id = takeHold(store, identity, nowMs)
        const hold: WatchHold = {
          ...holdOver(store, outbox, id),
          release() {
            if (!held.delete(hold)) return
            giveBack(() =>
              store.write(() => store.run('DELETE FROM watch_hold WHERE id = ?', [id])),
            )
          },
        }
        held.add(hold)
        return hold
      },
      state(url) {
        const row = store.get('SELECT state FROM watch_states WHERE url = ?', [cleanString(url)])
        return row === undefined ? undefined : parseStored(textOf(row, 'state'), store.path)
      },
      request: (url, request) => addRequest(store, url, request),
      requests: (url, afterId) => requestsAfter(store, url, afterId),
      record: (url, notice, outcome, nowMs) => outbox.record(url, notice, outcome, nowMs),
      deliveries: (limit) => outbox.newest(limit),
      pending: () => outbox.pending(),
    },
    releaseAll() {
      for (const hold of held) hold.release()
    },
  }
}

function takeHold(store: Store, identity: ProcessIdentity, nowMs: number): number {
  return store.write(() => {
    for (const row of store.all('SELECT holder, held_since_ms FROM watch_hold')) {
      const holder = parseHolder(textOf(row, 'holder'))
      if (identity.isAlive(holder)) {
        throw watchBusy(holder, numberOf(row, 'held_since_ms'), identity.self.host)
      }
    }
    store.run('DELETE FROM watch_hold')
    store.run('INSERT INTO watch_hold (holder, held_since_ms) VALUES (?, ?)', [
      holderJson(identity.self),
      Math.trunc(nowMs),
    ])
    // AUTOINCREMENT: an id is never given twice, so a hold that was taken over fits nobody.
    return numberOf(store.get('SELECT id FROM watch_hold') ?? {}, 'id')
  })
}

function holdOver(store: Store, outbox: Outbox, id: number): Omit<WatchHold, 'release'> {
  const asHolder = <T>(body: () => T): T =>
    store.write(() => {
      if (store.get('SELECT id FROM watch_hold WHERE id = ?', [id]) === undefined) throw watchLost()
      return body()
    })
  return {
    commit: ({ url, state, notices, samples, nowMs }) =>
      asHolder(() => {
        store.run(
          'INSERT OR REPLACE INTO watch_states (url, state, saved_at_ms) VALUES (?, ?, ?)',
          [cleanString(url), JSON.stringify(cleanData(state)), Math.trunc(nowMs)],
        )
        for (const notice of notices) outbox.add(url, notice, nowMs)
        if (samples.length > 0) insertSamples(store, samples, nowMs)
        store.run('DELETE FROM watch_requests WHERE at_ms < ?', [Math.trunc(nowMs) - KEPT_MS])
        outbox.prune(Math.trunc(nowMs) - KEPT_MS)
      }),
    recoverOutbox: (nowMs) => asHolder(() => outbox.recover(nowMs)),
    headOf: (channel) => outbox.head(channel),
    beginSending: (delivery) => asHolder(() => outbox.begin(delivery)),
    endSending: (delivery, outcome, nowMs) => asHolder(() => outbox.end(delivery, outcome, nowMs)),
  }
}

function addRequest(store: Store, url: string, request: NewWatchRequest): number {
  return store.write(() => {
    store.run('INSERT INTO watch_requests (url, at_ms, request) VALUES (?, ?, ?)', [
      cleanString(url),
      Math.trunc(request.atMs),
      JSON.stringify(cleanData(request)),
    ])
    return numberOf(store.get('SELECT max(id) AS id FROM watch_requests') ?? {}, 'id')
  })
}

function requestsAfter(store: Store, url: string, afterId: number): WatchRequest[] {
  return store
    .all('SELECT id, request FROM watch_requests WHERE url = ? AND id > ? ORDER BY id', [
      cleanString(url),
      afterId,
    ])
    .map((row) => ({
      ...(parseStored(textOf(row, 'request'), store.path) as NewWatchRequest),
      id: numberOf(row, 'id'),
    }))
}
