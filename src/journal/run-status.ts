/** A run's status as a fold over its events. Whether its process still lives is asked apart. */
import type { JournalEvent, RunStatus } from '../core/journal.ts'

const STATUSES: readonly RunStatus[] = [
  'running',
  'waiting',
  'succeeded',
  'failed',
  'aborted',
  'interrupted',
]

/** The status an event leaves; undefined: it leaves the one before. */
export function statusAfter(event: Pick<JournalEvent, 'kind' | 'data'>): RunStatus | undefined {
  switch (event.kind) {
    case 'runStarted':
    case 'runResumed':
      return 'running'
    case 'runWaiting':
      return 'waiting'
    case 'runFinished':
      return finishedStatusOf(event.data)
    default:
      return undefined
  }
}

/** What `runFinished` says in `data.status`; undefined when it says nothing that is a status. */
function finishedStatusOf(data: unknown): RunStatus | undefined {
  if (typeof data !== 'object' || data === null) return undefined
  const { status } = data as { status?: unknown }
  return STATUSES.find((candidate) => candidate === status)
}

/** Over for good; an interrupted run may go on. */
export function isEnded(status: RunStatus): boolean {
  return status === 'succeeded' || status === 'failed' || status === 'aborted'
}
