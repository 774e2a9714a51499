/**
 * The journal as the rooms that act see it. Events are append-only and chained by hash; state is
 * a fold over events. `appendEvent` returns only when the event is durable (fsync'ed), and throws
 * otherwise: then nothing may leave for the service.
 */
import type { RunTransfers } from './run-copy.ts'
import type { Text } from './text.ts'
import type { WatchRecords } from './watch-records.ts'

export type RunKind = 'playbook' | 'checklist' | 'action'

/** One fact of a run. `data` is plain JSON, already free of secrets and personal data. */
export interface JournalEvent {
  readonly kind:
    | 'runStarted'
    | 'stepStarted'
    | 'probeObserved'
    | 'answerGiven'
    | 'approvalRequested'
    | 'approvalGiven'
    | 'actionIntended'
    | 'actionFinished'
    | 'stepFinished'
    | 'noteAdded'
    | 'runWaiting'
    | 'runResumed'
    | 'runHandedOver'
    | 'runFinished'
    | 'runExported'
    | 'runImported'
    | 'followUpAdded'
    | 'followUpClosed'
  readonly step?: string
  readonly data: unknown
}

export interface StoredEvent extends JournalEvent {
  /** Position in the whole journal, from 1 without gaps. */
  readonly seq: number
  readonly run: string
  /** Wall clock when it was written, ms since the epoch. */
  readonly atMs: number
  readonly hash: string
}

export type RunStatus = 'running' | 'waiting' | 'succeeded' | 'failed' | 'aborted' | 'interrupted'

export interface RunHeader {
  /** `YYYYMMDD-NN`, Seoul date and a number within it. */
  readonly run: string
  readonly kind: RunKind
  /** Playbook or checklist id, or the action's id. */
  readonly subject: string
  readonly url: string
  readonly operator: string
  readonly startedAtMs: number
  readonly endedAtMs?: number
  /** As the last event left it; `running` of a dead process is shown as `interrupted`. */
  readonly status: RunStatus
  /** Given away with `mts run export`: nothing can be written to it here until it comes back. */
  readonly exported?: { readonly atMs: number; readonly by: string; readonly host: string }
}

/** An action that was sent and whose outcome is not known. */
export interface OpenIntent {
  readonly run: string
  readonly step: string
  readonly action: string
  readonly url: string
  readonly date: string
  readonly sentAtMs: number
  /** What `actionIntended` carried. */
  readonly data: unknown
}

/** An approval that was asked for: good once, for ten minutes, in the journal that asked. */
export interface AskedApproval {
  readonly digest: string
  readonly run: string
  readonly step: string
  readonly action: string
  readonly askedAtMs: number
  readonly expiresAtMs: number
  readonly usedAtMs?: number
}

/** The right to write one run, held by one process; fenced by an epoch. */
export interface RunWriter {
  readonly run: string
  readonly epoch: number
  /** Appends durably. Throws BUSY (75) when another writer has taken the run since, CONFIG (78) when the disk refuses. */
  append(event: JournalEvent, options?: { status?: RunStatus }): StoredEvent
  /** Records an approval that is asked for, in one transaction with its `approvalRequested` event. */
  askApproval(approval: Omit<AskedApproval, 'run' | 'usedAtMs'>, data: unknown): void
  /**
   * In one durable transaction: spends the approval (if a digest is given; refused when used or
   * expired), registers the intent for (url, date), and appends `actionIntended`. Refused with BUSY
   * when an intent on that date is open.
   */
  intend(intent: {
    readonly step: string
    readonly action: string
    readonly date: string
    readonly digest?: string
    readonly nowMs: number
    readonly data: unknown
  }): void
  /** Closes the intent and appends `actionFinished`, in one transaction. */
  finishAction(finish: { readonly step: string; readonly data: unknown }): void
  /** Gives the right back (the run may be resumed by anyone). */
  release(): void
}

/** Lock on (url, settlement date) from the last look to the verdict. */
export interface DateLock {
  release(): void
}

export interface Sample {
  readonly atMs: number
  readonly url: string
  readonly metric: string
  readonly value: number
  /** process.start.time of the instance, ms since the epoch: tells a counter reset from a fall. */
  readonly processStartMs?: number
}

export interface ChainReport {
  readonly intact: boolean
  readonly events: number
  readonly headHash: string
  readonly problem?: Text
}

export interface Journal {
  /** Starts a run: claims a new id, appends `runStarted` and returns its writer. */
  startRun(options: {
    readonly kind: RunKind
    readonly subject: string
    readonly url: string
    readonly operator: string
    readonly data: unknown
  }): RunWriter
  /** Takes the right to write an existing run. BUSY (75) while its holder lives; NOT_FOUND (66) when unknown. */
  openRun(run: string): RunWriter
  run(run: string): RunHeader | undefined
  /** Newest first. */
  runs(filter?: {
    readonly kind?: RunKind
    readonly subject?: string
    readonly limit?: number
  }): readonly RunHeader[]
  events(run: string): readonly StoredEvent[]
  approval(digest: string): AskedApproval | undefined
  openIntents(filter?: { readonly url?: string; readonly date?: string }): readonly OpenIntent[]
  /** BUSY (75) while another living process holds it. */
  lockDate(url: string, date: string, run: string): DateLock
  verifyChain(): ChainReport
  addSamples(samples: readonly Sample[]): void
  samples(query: {
    readonly url: string
    readonly metric: string
    readonly fromMs: number
    readonly toMs: number
  }): readonly Sample[]
  /** State and outbox of `mts watch`; absent in journals that cannot be watched with. */
  readonly watching?: WatchRecords
  /** Runs to and from other journals; absent in journals that keep nothing. */
  readonly transfers?: RunTransfers
  /** Checkpoints and closes. */
  close(): void
}
