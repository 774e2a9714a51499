/** Real journals in temporary directories; only time and the other processes are made up. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import type { Clock } from '../../src/core/clock.ts'
import { seoulInstant } from '../../src/core/dates.ts'
import { MtsError } from '../../src/core/errors.ts'
import type { Journal, RunWriter } from '../../src/core/journal.ts'
import { openSqlite } from '../../src/journal/driver.ts'
import type { OpenDatabase, SqlDatabase } from '../../src/journal/driver.ts'
import { openJournal } from '../../src/journal/journal.ts'
import type { ProcessIdentity } from '../../src/journal/process-identity.ts'

export const URL = 'http://localhost:8080'
export const DATE = '2026-11-23'
export const START_MS = seoulInstant('2026-11-24', '02:45')

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0).toReversed()) cleanup()
})

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'mts-journal-'))
  cleanups.push(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

export interface FakeClock extends Clock {
  readonly set: (epochMs: number) => void
  readonly advance: (ms: number) => void
}

export function fakeClock(startMs = START_MS): FakeClock {
  let nowMs = startMs
  return {
    now: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: () => Promise.resolve(),
    set: (epochMs) => (nowMs = epochMs),
    advance: (ms) => (nowMs += ms),
  }
}

/** Processes of one machine: each id is an identity, alive until it is killed. */
interface Machine {
  process(pid: number): ProcessIdentity
  kill(pid: number): void
}

function machine(): Machine {
  const dead = new Set<number>()
  return {
    process: (pid) => ({
      self: { pid, startTime: `started-${pid}`, bootId: 'boot-1', host: 'ops1' },
      isAlive: (holder) => !dead.has(holder.pid),
    }),
    kill: (pid) => void dead.add(pid),
  }
}

export interface Desk {
  readonly path: string
  readonly clock: FakeClock
  readonly machine: Machine
  /** Opens the journal as the process with this id; closed after the test. */
  readonly open: (pid?: number, openDatabase?: OpenDatabase) => Journal
}

export function desk(path = join(temporaryDirectory(), 'state', 'journal.db')): Desk {
  const clock = fakeClock()
  const processes = machine()
  return {
    path,
    clock,
    machine: processes,
    open(pid = 100, openDatabase = openSqlite) {
      const journal = openJournal(path, { clock, process: processes.process(pid), openDatabase })
      cleanups.push(() => journal.close())
      return journal
    },
  }
}

export function startRun(
  journal: Journal,
  options: Partial<Parameters<Journal['startRun']>[0]> = {},
): RunWriter {
  return journal.startRun({
    kind: 'action',
    subject: 'settlement.reprocess',
    url: URL,
    operator: 'kim',
    data: {},
    ...options,
  })
}

/** A hand in the file that the journal knows nothing of. */
export function tamper(path: string, change: (database: SqlDatabase) => void): void {
  const database = openSqlite(path, { busyTimeoutMs: 1000 })
  try {
    change(database)
  } finally {
    database.close()
  }
}

/** The typed error that `body` throws. */
export function thrownBy(body: () => unknown): MtsError {
  try {
    body()
  } catch (error) {
    if (error instanceof MtsError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
