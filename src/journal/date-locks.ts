/** One action at a time on a settlement date: who holds it, taken over at once from the dead. */
import type { Clock } from '../core/clock.ts'
import type { DateLock } from '../core/journal.ts'
import { cleanString } from './clean-data.ts'
import { giveBack, holderJson, parseHolder } from './holders.ts'
import { dateBusy, runNotFound } from './journal-errors.ts'
import type { ProcessIdentity } from './process-identity.ts'
import type { Store } from './store.ts'
import { numberOf, textOf } from './store.ts'

export interface DateLocks {
  lock(url: string, date: string, run: string): DateLock
  /** Gives back every lock taken here that is still held. */
  releaseAll(): void
}

export function createDateLocks(store: Store, clock: Clock, identity: ProcessIdentity): DateLocks {
  const held = new Map<number, DateLock>()

  const refuseWhileHeld = (url: string, date: string): void => {
    const row = store.get(
      `SELECT locks.run, locks.holder, locks.held_since_ms, runs.operator
       FROM locks JOIN runs USING (run) WHERE locks.url = ? AND locks.date = ?`,
      [url, date],
    )
    if (row === undefined) return
    const holder = parseHolder(textOf(row, 'holder'))
    if (!identity.isAlive(holder)) return
    const sinceMs = numberOf(row, 'held_since_ms')
    const holding = { run: textOf(row, 'run'), operator: textOf(row, 'operator'), holder, sinceMs }
    throw dateBusy(holding, date, url, identity.self.host)
  }
  const take = (url: string, date: string, run: string): number =>
    store.write(() => {
      if (store.get('SELECT run FROM runs WHERE run = ?', [run]) === undefined)
        throw runNotFound(run)
      refuseWhileHeld(url, date)
      store.run('DELETE FROM locks WHERE url = ? AND date = ?', [url, date])
      store.run(
        'INSERT INTO locks (url, date, run, holder, held_since_ms) VALUES (?, ?, ?, ?, ?)',
        [url, date, run, holderJson(identity.self), Math.trunc(clock.now())],
      )
      // AUTOINCREMENT: an id is never given twice, so a lock that was taken over is not released.
      const row = store.get('SELECT id FROM locks WHERE url = ? AND date = ?', [url, date])
      return numberOf(row ?? {}, 'id')
    })

  return {
    lock(givenUrl, date, run) {
      const id = take(cleanString(givenUrl), date, run)
      const lock: DateLock = {
        release() {
          if (!held.delete(id)) return
          giveBack(() => store.write(() => store.run('DELETE FROM locks WHERE id = ?', [id])))
        },
      }
      held.set(id, lock)
      return lock
    },
    releaseAll() {
      for (const lock of held.values()) lock.release()
    },
  }
}
