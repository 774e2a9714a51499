/**
 * Opens the journal: one SQLite file that every process of this user shares. Opening proves that a
 * durable write works, so that nobody is asked anything that could not be recorded afterwards.
 */
import type { Clock } from '../core/clock.ts'
import { MtsError } from '../core/errors.ts'
import type { Journal } from '../core/journal.ts'
import { text } from '../core/text.ts'
import { findApproval, listOpenIntents } from './approvals.ts'
import { cleanString } from './clean-data.ts'
import { createDateLocks } from './date-locks.ts'
import { openSqlite } from './driver.ts'
import type { OpenDatabase } from './driver.ts'
import { createEventLog } from './event-log.ts'
import type { EventLog } from './event-log.ts'
import { createHeadFile } from './head-file.ts'
import type { HeadFile } from './head-file.ts'
import { madeByNewer, notAJournal, openingError, unusable } from './journal-errors.ts'
import { preparePlace } from './journal-place.ts'
import type { ProcessIdentity } from './process-identity.ts'
import { createRuns } from './runs.ts'
import { createSamples } from './samples.ts'
import { APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION } from './schema.ts'
import type { Store } from './store.ts'
import { createStore, numberOf, textOf } from './store.ts'
import { createTransfers } from './transfers.ts'
import { createWatchRecords } from './watch-records.ts'

export interface JournalPorts {
  readonly clock: Clock
  readonly process: ProcessIdentity
  /** Another driver underneath; the runtime's own unless given. */
  readonly openDatabase?: OpenDatabase
}

/** How long another process's transaction is waited for, ms. */
const BUSY_TIMEOUT_MS = 5000
/** While several processes make the same new file, switching it to WAL is refused without waiting. */
const WAL_ATTEMPTS = 50
const WAL_PAUSE_MS = 20

/**
 * Throws CONFIG (78) when the place cannot be written, others could write to it, or the file is no
 * journal, damaged, or made by a newer mts; BUSY (75) when another process keeps it locked.
 */
export function openJournal(path: string, ports: JournalPorts): Journal {
  const { clock, process: identity } = ports
  const headFile = createHeadFile(`${path}.head`)
  let store: Store | undefined
  try {
    preparePlace(path)
    store = createStore(ports.openDatabase ?? openSqlite, path, BUSY_TIMEOUT_MS)
    configure(store)
    const log = createEventLog(store, headFile, clock)
    proveWritable(store, log, headFile)
    return journalOver(store, log, clock, identity)
  } catch (error) {
    store?.close()
    throw openingError(error, path)
  }
}

function journalOver(
  store: Store,
  log: EventLog,
  clock: Clock,
  identity: ProcessIdentity,
): Journal {
  const runs = createRuns({ store, log, clock, identity })
  const locks = createDateLocks(store, clock, identity)
  const { records: watching, releaseAll: releaseWatch } = createWatchRecords(store, identity)
  let isOpen = true
  return {
    startRun: (options) => runs.startRun(options),
    openRun: (run) => runs.openRun(run),
    run: (run) => runs.run(run),
    runs: (filter) => runs.runs(filter),
    events: (run) => log.events(run),
    approval: (digest) => findApproval(store, digest),
    openIntents: ({ url, date } = {}) =>
      listOpenIntents(store, { url: url === undefined ? undefined : cleanString(url), date }),
    lockDate: (url, date, run) => locks.lock(url, date, run),
    verifyChain: () => log.verify(),
    ...createSamples(store, clock),
    watching,
    transfers: createTransfers({ store, log, clock, identity, runs }),
    close() {
      if (!isOpen) return
      isOpen = false
      closeQuietly([
        releaseWatch,
        () => locks.releaseAll(),
        () => runs.releaseAll(),
        () => log.settleHead(),
        // Without waiting: while others are at work, the last of them does it.
        () => store.exec('PRAGMA busy_timeout = 0'),
        () => store.get('PRAGMA wal_checkpoint(TRUNCATE)'),
        () => store.close(),
      ])
    },
  }
}

/** Everything is on disk before; what fails here is done by the next one to open, so nothing is thrown. */
function closeQuietly(steps: readonly (() => unknown)[]): void {
  for (const step of steps) {
    try {
      step()
    } catch {
      // See above: a command that has done its work does not fail for tidying up.
    }
  }
}

/** Recognises the file before anything in it is touched, then sets the connection up. */
function configure(store: Store): void {
  const version = pragmaNumber(store, 'user_version')
  const application = pragmaNumber(store, 'application_id')
  const isNew = version === 0 && application === 0 && countTables(store) === 0
  if (!isNew && application !== APPLICATION_ID) throw notAJournal(store.path)
  useWal(store)
  store.exec('PRAGMA synchronous = FULL')
  store.exec('PRAGMA foreign_keys = ON')
}

function useWal(store: Store): void {
  for (let attempt = 1; ; attempt++) {
    try {
      const row = store.get('PRAGMA journal_mode = WAL')
      if (row !== undefined && textOf(row, 'journal_mode') === 'wal') return
      throw unusable(
        store.path,
        text(
          '이 파일 시스템은 WAL을 지원하지 않음',
          'this file system cannot hold a write-ahead log',
        ),
      )
    } catch (error) {
      if (attempt === WAL_ATTEMPTS || !isBusyError(error)) throw error
      pause(WAL_PAUSE_MS)
    }
  }
}

function isBusyError(error: unknown): boolean {
  return error instanceof MtsError && error.code === 'BUSY'
}

/** Opening is synchronous, as SQLite is; this is its wait for another process, like busy_timeout. */
function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

function proveWritable(store: Store, log: EventLog, headFile: HeadFile): void {
  const head = store.write(() => {
    migrate(store)
    // A counter, since SQLite leaves out a write that changes nothing.
    store.run("UPDATE meta SET value = value + 1 WHERE key = 'opened'")
    const current = log.head()
    const recorded = headFile.read()
    if (recorded.kind === 'absent' && current.events === 0) headFile.write(current)
    if (recorded.kind === 'recorded' && recorded.events < current.events) headFile.sweep()
    return current
  })
  log.recordHead(head)
}

/** Inside the transaction: of two processes at once, the second finds the work done. */
function migrate(store: Store): void {
  const version = pragmaNumber(store, 'user_version')
  if (version === SCHEMA_VERSION) return
  if (version > SCHEMA_VERSION) throw madeByNewer(store.path, version, SCHEMA_VERSION)
  for (const migration of MIGRATIONS.slice(version)) store.exec(migration)
  store.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
  store.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`)
}

function pragmaNumber(store: Store, name: string): number {
  return numberOf(store.get(`PRAGMA ${name}`) ?? {}, name)
}

function countTables(store: Store): number {
  return numberOf(store.get('SELECT count(*) AS tables FROM sqlite_master') ?? {}, 'tables')
}
