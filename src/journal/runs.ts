/** The runs on record: claiming a new one, taking an existing one, listing them. */
import type { Clock } from '../core/clock.ts'
import { seoulDateOf } from '../core/dates.ts'
import type { Journal, RunHeader, RunKind, RunStatus, RunWriter } from '../core/journal.ts'
import { cleanString } from './clean-data.ts'
import type { Row } from './driver.ts'
import type { EventLog } from './event-log.ts'
import { holderJson, parseHolder } from './holders.ts'
import { runBusy, runExported, runNotFound } from './journal-errors.ts'
import type { ProcessIdentity } from './process-identity.ts'
import { createRunWriter } from './run-writer.ts'
import type { Store } from './store.ts'
import { numberOf, optionalNumberOf, parseStored, textOf } from './store.ts'

export interface Runs extends Pick<Journal, 'startRun' | 'openRun' | 'run' | 'runs'> {
  /** Gives back the right to every run taken here that is still held. */
  releaseAll(): void
}

const RUN_COLUMNS = `run, kind, subject, url, operator, started_at_ms, ended_at_ms, status,
  epoch, holder, held_since_ms, exported_seq,
  (SELECT data FROM events WHERE seq = exported_seq) AS exported_data,
  (SELECT at_ms FROM events WHERE seq = exported_seq) AS exported_at_ms`

export function createRuns(ports: {
  readonly store: Store
  readonly log: EventLog
  readonly clock: Clock
  readonly identity: ProcessIdentity
}): Runs {
  const { store, log, clock, identity } = ports
  const held = new Set<RunWriter>()

  const writerOf = (claim: { run: string; epoch: number; url: string }): RunWriter => {
    const writer: RunWriter = createRunWriter(
      { store, log, released: () => held.delete(writer) },
      claim,
    )
    held.add(writer)
    return writer
  }
  const find = (run: string): Row | undefined =>
    store.get(`SELECT ${RUN_COLUMNS} FROM runs WHERE run = ?`, [run])

  /** Held by a process that lives, this one included. */
  const isHeld = (row: Row): boolean =>
    row['holder'] !== null && identity.isAlive(parseHolder(textOf(row, 'holder')))

  const headerOf = (row: Row): RunHeader => {
    const endedAtMs = optionalNumberOf(row, 'ended_at_ms')
    const status = textOf(row, 'status') as RunStatus
    return {
      run: textOf(row, 'run'),
      kind: textOf(row, 'kind') as RunKind,
      subject: textOf(row, 'subject'),
      url: textOf(row, 'url'),
      operator: textOf(row, 'operator'),
      startedAtMs: numberOf(row, 'started_at_ms'),
      ...(endedAtMs === undefined ? {} : { endedAtMs }),
      status: status === 'running' && !isHeld(row) ? 'interrupted' : status,
      ...exportedOf(row, store.path),
    }
  }

  return {
    startRun({ kind, data, ...options }) {
      const subject = cleanString(options.subject)
      const url = cleanString(options.url)
      const operator = cleanString(options.operator)
      const run = log.write((append) => {
        const nowMs = Math.trunc(clock.now())
        const { id, day, number } = nextRunId(store, seoulDateOf(nowMs).replaceAll('-', ''))
        store.run(
          `INSERT INTO runs (run, day, number, kind, subject, url, operator, started_at_ms, status,
             epoch, holder, held_since_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'running', 1, ?, ?)`,
          [id, day, number, kind, subject, url, operator, nowMs, holderJson(identity.self), nowMs],
        )
        // Who and what belongs into the chain too: the table of runs is only a view of it.
        const header = { kind, subject, url, operator }
        append(id, { kind: 'runStarted', data: withHeader(data, header) })
        return id
      })
      return writerOf({ run, epoch: 1, url })
    },
    openRun(run) {
      const claim = store.write(() => {
        const row = find(run)
        if (row === undefined) throw runNotFound(run)
        const url = textOf(row, 'url')
        const { exported } = exportedOf(row, store.path)
        if (exported !== undefined) throw runExported(run, exported)
        if (isHeld(row)) {
          const holder = parseHolder(textOf(row, 'holder'))
          const sinceMs = numberOf(row, 'held_since_ms')
          const holding = { run, operator: textOf(row, 'operator'), holder, sinceMs }
          throw runBusy(holding, url, identity.self.host)
        }
        const epoch = numberOf(row, 'epoch') + 1
        store.run('UPDATE runs SET epoch = ?, holder = ?, held_since_ms = ? WHERE run = ?', [
          epoch,
          holderJson(identity.self),
          Math.trunc(clock.now()),
          run,
        ])
        return { run, epoch, url }
      })
      return writerOf(claim)
    },
    run(run) {
      const row = find(run)
      return row === undefined ? undefined : headerOf(row)
    },
    runs(filter = {}) {
      const conditions: string[] = []
      const params: (string | number)[] = []
      if (filter.kind !== undefined) {
        conditions.push('kind = ?')
        params.push(filter.kind)
      }
      if (filter.subject !== undefined) {
        conditions.push('subject = ?')
        params.push(cleanString(filter.subject))
      }
      const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
      // SQLite takes a negative limit for none.
      params.push(filter.limit ?? -1)
      return store
        .all(
          `SELECT ${RUN_COLUMNS} FROM runs${where} ORDER BY started_at_ms DESC, number DESC LIMIT ?`,
          params,
        )
        .map(headerOf)
    },
    releaseAll() {
      for (const writer of held) writer.release()
    },
  }
}

/** The next number of a day (`YYYYMMDD`). Within a transaction. */
export function nextRunId(store: Store, day: string): { id: string; day: string; number: number } {
  const last = store.get('SELECT max(number) AS number FROM runs WHERE day = ?', [day])
  const number = (optionalNumberOf(last ?? { number: null }, 'number') ?? 0) + 1
  return { id: `${day}-${String(number).padStart(2, '0')}`, day, number }
}

/** Who gave the run away, when and from where; nothing while it is ours. */
function exportedOf(row: Row, path: string): Pick<RunHeader, 'exported'> {
  if (row['exported_seq'] === null) return {}
  const data = parseStored(textOf(row, 'exported_data'), path) as { by: string; host: string }
  return {
    exported: { atMs: numberOf(row, 'exported_at_ms'), by: data.by, host: data.host },
  }
}

function withHeader(data: unknown, header: Readonly<Record<string, string>>): unknown {
  const isObject = typeof data === 'object' && data !== null && !Array.isArray(data)
  return isObject ? { ...data, header } : { value: data, header }
}
