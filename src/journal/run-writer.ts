/** The right to write one run. Every write looks at the epoch first, inside its own transaction. */
import type { RunWriter } from '../core/journal.ts'
import {
  closeIntent,
  insertApproval,
  insertIntent,
  openIntentSeq,
  refuseWhileIntentOpen,
  spendApproval,
} from './approvals.ts'
import { cleanString } from './clean-data.ts'
import type { EventLog } from './event-log.ts'
import { giveBack } from './holders.ts'
import { defect, fencedOff } from './journal-errors.ts'
import type { Store } from './store.ts'
import { numberOf } from './store.ts'

export function createRunWriter(
  ports: { readonly store: Store; readonly log: EventLog; readonly released: () => void },
  claim: { readonly run: string; readonly epoch: number; readonly url: string },
): RunWriter {
  const { store, log } = ports
  const { run, epoch, url } = claim
  let isReleased = false

  const mayWrite = (): void => {
    if (isReleased) throw defect(`the right to write run ${run} was given back`)
    const row = store.get('SELECT epoch FROM runs WHERE run = ?', [run])
    if (row === undefined || numberOf(row, 'epoch') !== epoch) throw fencedOff(run, url)
  }

  return {
    run,
    epoch,
    append(event, options) {
      return log.write((append) => {
        mayWrite()
        return append(run, event, options?.status)
      })
    },
    askApproval(approval, data) {
      const step = cleanString(approval.step)
      log.write((append) => {
        mayWrite()
        insertApproval(store, { ...approval, run, step })
        append(run, { kind: 'approvalRequested', step, data })
      })
    },
    intend({ action, date, digest, nowMs, data, ...intent }) {
      if (!Number.isFinite(nowMs)) throw defect('an intent needs its time')
      const step = cleanString(intent.step)
      log.write((append) => {
        mayWrite()
        refuseWhileIntentOpen(store, { run, step, url, date })
        if (digest !== undefined) spendApproval(store, { digest, run, step, action, nowMs })
        const given = digest === undefined ? { typed: true } : { digest }
        append(run, { kind: 'approvalGiven', step, data: given })
        const intended = append(run, { kind: 'actionIntended', step, data })
        insertIntent(store, intended.seq, { run, step, action, url, date, sentAtMs: nowMs })
      })
    },
    /** With `data.outcome: 'unknown'` the intent stays open and goes on blocking its date. */
    finishAction({ data, ...finish }) {
      const step = cleanString(finish.step)
      const outcome = outcomeOf(data)
      if (outcome === undefined) throw defect('actionFinished needs data.outcome')
      log.write((append) => {
        mayWrite()
        const seq = openIntentSeq(store, run, step)
        if (seq === undefined) throw defect(`step ${step} of run ${run} has no open intent`)
        const finished = append(run, { kind: 'actionFinished', step, data })
        if (outcome !== 'unknown') closeIntent(store, seq, finished.atMs)
      })
    },
    release() {
      if (isReleased) return
      isReleased = true
      ports.released()
      giveBack(() =>
        store.write(() =>
          store.run(
            'UPDATE runs SET holder = NULL, held_since_ms = NULL WHERE run = ? AND epoch = ?',
            [run, epoch],
          ),
        ),
      )
    },
  }
}

/** undefined: nothing was said about the outcome, which must not pass for a known one. */
function outcomeOf(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null) return undefined
  const { outcome } = data as { outcome?: unknown }
  return typeof outcome === 'string' && outcome !== '' ? outcome : undefined
}
