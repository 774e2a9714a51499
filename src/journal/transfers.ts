/**
 * Runs that travel between journals. A run that was given away is closed here in the same
 * transaction that records it, so that of two copies only one can act. It is known everywhere by
 * the hash of its first event where it began, whatever its number is.
 */
import type { Clock } from '../core/clock.ts'
import { canonicalJson } from '../core/digest.ts'
import { MtsError } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import type { JournalEvent, RunHeader } from '../core/journal.ts'
import type { CopiedEvent, ImportedRun, RunCopy, RunTransfers } from '../core/run-copy.ts'
import { text } from '../core/text.ts'
import { closeIntent, insertIntent, openIntentSeq, refuseWhileIntentOpen } from './approvals.ts'
import type { ChainedEvent } from './chain.ts'
import { cleanString } from './clean-data.ts'
import type { EventLog } from './event-log.ts'
import { runExported, runNotFound } from './journal-errors.ts'
import type { ProcessIdentity } from './process-identity.ts'
import { copyDigest } from './run-copy.ts'
import { isEnded } from './run-status.ts'
import { nextRunId, type Runs } from './runs.ts'
import type { Store } from './store.ts'
import { numberOf, optionalNumberOf, textOf } from './store.ts'

interface TransferPorts {
  readonly store: Store
  readonly log: EventLog
  readonly clock: Clock
  readonly identity: ProcessIdentity
  readonly runs: Runs
}

type Append = Parameters<Parameters<EventLog['write']>[0]>[0]

export function createTransfers(ports: TransferPorts): RunTransfers {
  const { store, log, runs } = ports
  return {
    exportRun(run, by) {
      const header = runs.run(run)
      if (header === undefined) throw runNotFound(run)
      if (header.exported === undefined) giveAway(ports, header, by)
      return store.read(() => copyOf(ports, runs.run(run) ?? header))
    },
    importRun(copy, { by, reopen }) {
      const from = {
        run: copy.run,
        host: copy.exportedFrom,
        by: copy.exportedBy,
        atMs: copy.exportedAtMs,
      }
      return log.write((append) => {
        const known = runOfOrigin(store, copy.origin)
        const result =
          known === undefined
            ? takeNew(store, copy, append)
            : takeBack(ports, copy, known, reopen, append)
        const data = { by, host: ports.identity.self.host, from, ...reopenedOf(result) }
        append(result.run, { kind: 'runImported', data }, copy.status)
        return result
      })
    },
  }
}

function reopenedOf({ kind }: ImportedRun): { readonly reopened?: true } {
  return kind === 'reopened' ? { reopened: true } : {}
}

/** A run that is over can change no service any more: its copy is a record, and this one stays open to notes. */
function giveAway({ store, log, identity, runs }: TransferPorts, header: RunHeader, by: string) {
  const writer = runs.openRun(header.run)
  try {
    log.write((append) => {
      const row = store.get('SELECT epoch FROM runs WHERE run = ?', [header.run])
      if (row === undefined || numberOf(row, 'epoch') !== writer.epoch) {
        const now = runs.run(header.run)?.exported
        throw now === undefined ? runNotFound(header.run) : runExported(header.run, now)
      }
      const closed = !isEnded(header.status)
      const data = { by, host: identity.self.host, closed }
      const { seq } = append(header.run, { kind: 'runExported', data })
      if (closed) store.run('UPDATE runs SET exported_seq = ? WHERE run = ?', [seq, header.run])
    })
  } finally {
    writer.release()
  }
}

function copyOf({ store, log }: TransferPorts, header: RunHeader): RunCopy {
  const events = log.chained(header.run)
  const last = events.findLastIndex((event) => event.kind === 'runExported')
  // Whatever was noted after a finished run was exported goes with the next export.
  const given = events.slice(0, last + 1)
  const exported = given.at(-1)
  const data = JSON.parse(exported?.dataJson ?? '{}') as { by?: string; host?: string }
  const copy: Omit<RunCopy, 'digest'> = {
    apiVersion: 'mts/v1',
    kind: 'RunExport',
    format: 1,
    run: header.run,
    runKind: header.kind,
    subject: header.subject,
    url: header.url,
    operator: header.operator,
    status: header.status,
    origin: originOf(store, header.run, given),
    exportedAtMs: exported?.atMs ?? 0,
    exportedBy: data.by ?? '',
    exportedFrom: data.host ?? '',
    events: given.map((event) => copiedEvent(event)),
    intents: intentsOf(store, header.run),
  }
  return { ...copy, digest: copyDigest(copy) }
}

function copiedEvent(event: ChainedEvent & { readonly previous: string }): CopiedEvent {
  const { seq, atMs, kind, step, dataJson, previous, hash } = event
  return {
    seq,
    atMs,
    kind,
    ...(step === null ? {} : { step }),
    data: dataJson,
    previous,
    hash,
  }
}

function intentsOf(store: Store, run: string): RunCopy['intents'] {
  return store
    .all(
      'SELECT seq, step, action, date, sent_at_ms, closed_at_ms FROM intents WHERE run = ? ORDER BY seq',
      [run],
    )
    .map((row) => {
      const closedAtMs = optionalNumberOf(row, 'closed_at_ms')
      return {
        seq: numberOf(row, 'seq'),
        step: textOf(row, 'step'),
        action: textOf(row, 'action'),
        date: textOf(row, 'date'),
        sentAtMs: numberOf(row, 'sent_at_ms'),
        ...(closedAtMs === undefined ? {} : { closedAtMs }),
      }
    })
}

function originOf(store: Store, run: string, events: readonly ChainedEvent[]): string {
  const row = store.get('SELECT origin FROM run_origins WHERE run = ?', [run])
  return row === undefined ? (events[0]?.hash ?? '') : textOf(row, 'origin')
}

/** The run of this journal that began with that event, here or elsewhere. */
function runOfOrigin(store: Store, origin: string): string | undefined {
  const row =
    store.get('SELECT run FROM run_origins WHERE origin = ?', [origin]) ??
    store.get(`SELECT run FROM events WHERE kind = 'runStarted' AND hash = ?`, [origin])
  return row === undefined ? undefined : textOf(row, 'run')
}

function takeNew(store: Store, copy: RunCopy, append: Append): ImportedRun {
  const day = copy.run.slice(0, 8)
  const isTaken = store.get('SELECT run FROM runs WHERE run = ?', [copy.run]) !== undefined
  const { id, number } = isTaken
    ? nextRunId(store, day)
    : { id: copy.run, number: Number(copy.run.slice(9)) }
  const [first] = copy.events
  store.run(
    `INSERT INTO runs (run, day, number, kind, subject, url, operator, started_at_ms, status, epoch)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1)`,
    [
      id,
      day,
      number,
      copy.runKind,
      cleanString(copy.subject),
      cleanString(copy.url),
      cleanString(copy.operator),
      first?.atMs ?? copy.exportedAtMs,
      copy.status,
    ],
  )
  store.run('INSERT INTO run_origins (run, origin) VALUES (?, ?)', [id, copy.origin])
  takeEvents(store, id, copy, copy.events, append)
  return { run: id, kind: 'imported', ...(id === copy.run ? {} : { formerly: copy.run }) }
}

/** A run that is known here: only one that was given away may come back, and only with all that is on record here. */
function takeBack(
  ports: TransferPorts,
  copy: RunCopy,
  run: string,
  reopen: boolean,
  append: Append,
): ImportedRun {
  const { store, log, runs } = ports
  const header = runs.run(run)
  if (header === undefined) throw runNotFound(run)
  if (header.exported === undefined) throw alreadyHere(header)
  const own = log.chained(run)
  const isContinued = own.every((event, index) => isSame(event, copy.events[index]))
  if (!isContinued) throw diverged(run)
  const isOwnCopy = own.length === copy.events.length
  if (isOwnCopy && !reopen) throw reopenUnconfirmed(run)
  closeSettled(store, run, copy)
  takeEvents(store, run, copy, copy.events.slice(own.length), append)
  store.run('UPDATE runs SET exported_seq = NULL, epoch = epoch + 1 WHERE run = ?', [run])
  return { run, kind: isOwnCopy ? 'reopened' : 'returned' }
}

function isSame(own: ChainedEvent, copied: CopiedEvent | undefined): boolean {
  return (
    copied !== undefined &&
    own.kind === copied.kind &&
    own.step === (copied.step ?? null) &&
    own.atMs === copied.atMs &&
    // As values: what a JSON reader rounds it rounds on both sides.
    canonicalJson(JSON.parse(own.dataJson)) === canonicalJson(JSON.parse(copied.data))
  )
}

/** Records them as they were, at their times; what is open elsewhere is open here from now on. */
function takeEvents(
  store: Store,
  run: string,
  copy: RunCopy,
  events: readonly CopiedEvent[],
  append: Append,
): void {
  for (const { closedAtMs, step, date } of copy.intents) {
    const isOwn = openIntentSeq(store, run, cleanString(step)) !== undefined
    if (closedAtMs === undefined && !isOwn) {
      refuseWhileIntentOpen(store, { run, step, url: cleanString(copy.url), date })
    }
  }
  for (const { seq, atMs, kind, step, data } of events) {
    const event = { kind: kind as JournalEvent['kind'], data: JSON.parse(data) as unknown }
    const given = append(
      run,
      { ...event, ...(step === undefined ? {} : { step }) },
      undefined,
      atMs,
    )
    const intent = copy.intents.find((candidate) => candidate.seq === seq)
    if (intent === undefined) continue
    insertIntent(store, given.seq, { ...intent, run, url: cleanString(copy.url) })
  }
}

/** A request whose outcome was not known when the run left may have been settled elsewhere. */
function closeSettled(store: Store, run: string, { intents }: RunCopy): void {
  const open = new Set(
    intents.filter(({ closedAtMs }) => closedAtMs === undefined).map(({ step }) => step),
  )
  for (const { step, closedAtMs } of intents) {
    if (closedAtMs === undefined || open.has(step)) continue
    const seq = openIntentSeq(store, run, step)
    if (seq !== undefined) closeIntent(store, seq, closedAtMs)
  }
}

function alreadyHere(header: RunHeader): MtsError {
  return new MtsError({
    code: 'ALREADY_HERE',
    exitCode: EXIT.refused,
    message: text(
      `이미 이 기록에 있는 실행입니다: ${header.run}. 두 번 가져올 수 없습니다`,
      `this run is on record here already: ${header.run}; it cannot be imported twice`,
    ),
    next: [`mts run status ${header.run} --url ${header.url}`],
  })
}

function diverged(run: string): MtsError {
  return new MtsError({
    code: 'RUN_DIVERGED',
    exitCode: EXIT.refused,
    message: text(
      `가져올 사본이 이 기록(${run})의 뒤를 잇지 않습니다. 오래된 사본이거나 다른 곳에서 갈라졌습니다`,
      `the copy does not continue what is on record here (${run}): it is an older one, or another branch`,
    ),
    next: [
      text(
        '지금 실행을 가진 곳에서 다시 내보낸 파일을 쓰세요',
        'use the file that is exported where the run is now',
      ),
      `mts run status ${run}`,
    ],
  })
}

function reopenUnconfirmed(run: string): MtsError {
  return new MtsError({
    code: 'REOPEN_UNCONFIRMED',
    exitCode: EXIT.waiting,
    message: text(
      `여기서 내보낸 사본입니다(${run}). 다른 곳에서 가져갔다면 되돌리지 마세요. 두 곳에서 진행하게 됩니다`,
      `this copy was given away here (${run}); do not take it back if somebody has imported it, or two would act`,
    ),
    next: [
      text(
        '아무도 가져가지 않은 것을 확인했으면 같은 명령에 --reopen을 붙이세요',
        'once you know that nobody has imported it, add --reopen to the same command',
      ),
    ],
  })
}
