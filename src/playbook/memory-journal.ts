/**
 * A journal that lasts as long as the process: for walks that rehearse (`playbook test`) and never
 * touch a service. One run, one writer, nothing durable.
 */
import { digestOf } from '../core/digest.ts'
import type { Clock } from '../core/clock.ts'
import type {
  AskedApproval,
  Journal,
  JournalEvent,
  OpenIntent,
  RunHeader,
  RunStatus,
  RunWriter,
  StoredEvent,
} from '../core/journal.ts'

export function createMemoryJournal(clock: Clock): Journal {
  const headers = new Map<string, RunHeader>()
  const events: StoredEvent[] = []
  const approvals = new Map<string, AskedApproval>()
  let intents: OpenIntent[] = []

  const store = (run: string, event: JournalEvent, status?: RunStatus): StoredEvent => {
    const atMs = clock.now()
    const before = events.at(-1)?.hash ?? ''
    const stored = {
      ...event,
      seq: events.length + 1,
      run,
      atMs,
      // Nobody verifies it: of the data, which holds whole documents, nothing is hashed.
      hash: digestOf([before, run, event.kind, event.step ?? '']),
    }
    events.push(stored)
    const header = headers.get(run)
    if (header !== undefined && status !== undefined) {
      const ended = event.kind === 'runFinished' ? { endedAtMs: atMs } : {}
      headers.set(run, { ...header, ...ended, status })
    }
    return stored
  }

  const spend = (digest: string, nowMs: number): void => {
    const asked = approvals.get(digest)
    if (asked === undefined || asked.usedAtMs !== undefined || nowMs >= asked.expiresAtMs) {
      throw new Error('an approval is good once, and not for ever')
    }
    approvals.set(digest, { ...asked, usedAtMs: nowMs })
  }

  const writerOf = (run: string): RunWriter => ({
    run,
    epoch: 1,
    append: (event, options) => store(run, event, options?.status),
    askApproval(approval, data) {
      approvals.set(approval.digest, { ...approval, run })
      store(run, { kind: 'approvalRequested', step: approval.step, data })
    },
    intend({ step, action, date, digest, nowMs, data }) {
      if (digest !== undefined) spend(digest, nowMs)
      const url = headers.get(run)?.url ?? ''
      intents.push({ run, step, action, url, date, sentAtMs: nowMs, data })
      store(run, { kind: 'actionIntended', step, data })
    },
    finishAction({ step, data }) {
      const unknown = (data as { readonly outcome?: string }).outcome === 'unknown'
      if (!unknown) intents = intents.filter((open) => open.run !== run || open.step !== step)
      store(run, { kind: 'actionFinished', step, data })
    },
    release: () => undefined,
  })

  return {
    startRun({ kind, subject, url, operator, data }) {
      const run = `${headers.size + 1}`
      const startedAtMs = clock.now()
      headers.set(run, { run, kind, subject, url, operator, startedAtMs, status: 'running' })
      store(run, { kind: 'runStarted', data })
      return writerOf(run)
    },
    openRun: writerOf,
    run: (run) => headers.get(run),
    runs: () => [...headers.values()].toReversed(),
    events: (run) => events.filter((event) => event.run === run),
    approval: (digest) => approvals.get(digest),
    openIntents: (filter = {}) =>
      intents.filter(
        (open) =>
          (filter.url === undefined || open.url === filter.url) &&
          (filter.date === undefined || open.date === filter.date),
      ),
    lockDate: () => ({ release: () => undefined }),
    verifyChain: () => ({
      intact: true,
      events: events.length,
      headHash: events.at(-1)?.hash ?? '',
    }),
    addSamples: () => undefined,
    samples: () => [],
    close: () => undefined,
  }
}
