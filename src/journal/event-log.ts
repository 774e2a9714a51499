/** Appending to the chain and reading it back. The only place that writes events. */
import type { Clock } from '../core/clock.ts'
import { canonicalJson } from '../core/digest.ts'
import type { ChainReport, JournalEvent, RunStatus, StoredEvent } from '../core/journal.ts'
import { CHAIN_START, GENESIS_HASH, eventHash, judgeHead, judgeNext } from './chain.ts'
import type { ChainedEvent, ChainWalk } from './chain.ts'
import { cleanData, cleanString } from './clean-data.ts'
import type { Row } from './driver.ts'
import type { Head, HeadFile } from './head-file.ts'
import { damaged, defect } from './journal-errors.ts'
import { isEnded, statusAfter } from './run-status.ts'
import type { Store } from './store.ts'
import { numberOf, parseStored, textOf } from './store.ts'

/** Appends within the transaction at hand. */
type Append = (
  run: string,
  event: JournalEvent,
  status?: RunStatus,
  /** When it was first recorded, for an event that comes from another journal; now unless given. */
  atMs?: number,
) => StoredEvent

export interface EventLog {
  /** One durable transaction that may append; afterwards the head file is brought up to date. */
  write<T>(body: (append: Append) => T): T
  events(run: string): readonly StoredEvent[]
  /** As they lie in the chain, to be given away: hashed text, and the hash before each. */
  chained(run: string): readonly (ChainedEvent & { readonly previous: string })[]
  verify(): ChainReport
  /** Where the chain ends now. */
  head(): Head
  /** Syncs the head file, before the journal is closed. */
  settleHead(): void
  /** Moves the head file on, unless it says something the chain contradicts. */
  recordHead(head: Head): void
}

const EVENT_COLUMNS = 'seq, run, at_ms, kind, step, data, hash'
const VERIFY_BATCH = 500

/** The one key of `runStarted` that holds a document of the operators' own. */
const PINNED_DOCUMENT = 'document'

export function createEventLog(store: Store, headFile: HeadFile, clock: Clock): EventLog {
  const head = (): Head => {
    const row = store.get('SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1')
    if (row === undefined) return { events: 0, hash: GENESIS_HASH }
    return { events: numberOf(row, 'seq'), hash: textOf(row, 'hash') }
  }
  const hashAt = (seq: number): string | undefined => {
    if (seq === 0) return GENESIS_HASH
    const row = store.get('SELECT hash FROM events WHERE seq = ?', [seq])
    return row === undefined ? undefined : textOf(row, 'hash')
  }
  const append: Append = (run, event, status, givenAtMs) => {
    const previous = head()
    const cleaned = cleanData(event.data, event.kind === 'runStarted' ? PINNED_DOCUMENT : undefined)
    const chained = {
      seq: previous.events + 1,
      run,
      atMs: Math.trunc(givenAtMs ?? clock.now()),
      kind: event.kind,
      step: event.step === undefined ? null : cleanString(event.step),
      dataJson: canonicalJson(cleaned),
    }
    const hash = eventHash(previous.hash, chained)
    const { seq, atMs, kind, step, dataJson } = chained
    store.run(`INSERT INTO events (${EVENT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)`, [
      seq,
      run,
      atMs,
      kind,
      step,
      dataJson,
      hash,
    ])
    projectStatus(store, run, event, atMs, status)
    return storedEventOf({ ...chained, hash }, store.path)
  }
  const recordHead = (next: Head): void => {
    const recorded = headFile.read()
    // Missing or contradicting: it is the only witness of a lost end, so it stays as it is.
    if (recorded.kind !== 'recorded' || recorded.events >= next.events) return
    if (hashAt(recorded.events) !== recorded.hash) return
    try {
      headFile.advance(next)
    } catch {
      // The events are on disk. A head that stays behind is allowed and catches up with the next one.
    }
  }

  return {
    head,
    recordHead,
    settleHead: () => headFile.settle(),
    write(body) {
      let last: StoredEvent | undefined
      const result = store.write(() =>
        body((run, event, status, atMs) => {
          last = append(run, event, status, atMs)
          return last
        }),
      )
      if (last !== undefined) recordHead({ events: last.seq, hash: last.hash })
      return result
    },
    events(run) {
      const rows = store.all(`SELECT ${EVENT_COLUMNS} FROM events WHERE run = ? ORDER BY seq`, [
        run,
      ])
      return rows.map((row) => storedEventOf(chainedEventOf(row), store.path))
    },
    chained(run) {
      return store
        .all(`SELECT ${EVENT_COLUMNS} FROM events WHERE run = ? ORDER BY seq`, [run])
        .map((row) => {
          const event = chainedEventOf(row)
          const previous = hashAt(event.seq - 1)
          if (previous === undefined || eventHash(previous, event) !== event.hash) {
            throw damaged(store.path, new Error(`event ${event.seq}`))
          }
          return { ...event, previous }
        })
    },
    verify() {
      // The head file first: whatever is appended meanwhile can only put the chain further on.
      const recorded = headFile.read()
      return store.read(() => {
        const walk = walkChain(store)
        const problem = walk.problem ?? judgeHead(walk, recorded, hashAt)
        const { events, headHash } = walk
        return problem === undefined
          ? { intact: true, events, headHash }
          : { intact: false, events, headHash, problem }
      })
    },
  }
}

function walkChain(store: Store): ChainWalk {
  let walk = CHAIN_START
  let rows: readonly Row[]
  let last = Number.MIN_SAFE_INTEGER
  do {
    rows = store.all(
      `SELECT ${EVENT_COLUMNS} FROM events WHERE seq > ? ORDER BY seq LIMIT ${VERIFY_BATCH}`,
      [last],
    )
    for (const row of rows) {
      walk = judgeNext(walk, chainedEventOf(row))
      last = numberOf(row, 'seq')
    }
  } while (rows.length === VERIFY_BATCH && walk.problem === undefined)
  return walk
}

/** Keeps the list of runs in step with their events, in the same transaction. */
function projectStatus(
  store: Store,
  run: string,
  event: JournalEvent,
  atMs: number,
  explicit: RunStatus | undefined,
): void {
  const status = explicit ?? statusAfter(event)
  if (status === undefined) {
    if (event.kind === 'runFinished') throw defect('runFinished needs data.status')
    return
  }
  if (isEnded(status)) {
    // A note on a run that is over does not move its end.
    const sql = 'UPDATE runs SET status = ?, ended_at_ms = coalesce(ended_at_ms, ?) WHERE run = ?'
    store.run(sql, [status, atMs, run])
  } else {
    store.run('UPDATE runs SET status = ?, ended_at_ms = NULL WHERE run = ?', [status, run])
  }
}

function chainedEventOf(row: Row): ChainedEvent {
  return {
    seq: numberOf(row, 'seq'),
    run: textOf(row, 'run'),
    atMs: numberOf(row, 'at_ms'),
    kind: textOf(row, 'kind'),
    step: row['step'] === null ? null : textOf(row, 'step'),
    dataJson: textOf(row, 'data'),
    hash: textOf(row, 'hash'),
  }
}

function storedEventOf(event: ChainedEvent, path: string): StoredEvent {
  const { seq, run, atMs, step, hash } = event
  return {
    seq,
    run,
    atMs,
    // Written by this program, or a newer one whose schema version would have been refused.
    kind: event.kind as JournalEvent['kind'],
    ...(step === null ? {} : { step }),
    data: parseStored(event.dataJson, path),
    hash,
  }
}
