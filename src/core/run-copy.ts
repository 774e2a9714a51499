/** A run on its way to another journal: everything that was recorded of it, with its hashes. */
import type { RunKind, RunStatus } from './journal.ts'

/** An event as the exporting journal holds it. `previous`: the hash of the event before it there. */
export interface CopiedEvent {
  readonly seq: number
  readonly atMs: number
  readonly kind: string
  readonly step?: string
  /** The recorded JSON, to the character: it is what was hashed. */
  readonly data: string
  readonly previous: string
  readonly hash: string
}

/** A request that went out; without `closedAtMs` its outcome is not known. `seq` names its event. */
export interface CopiedIntent {
  readonly seq: number
  readonly step: string
  readonly action: string
  readonly date: string
  readonly sentAtMs: number
  readonly closedAtMs?: number
}

export interface RunCopy {
  readonly apiVersion: 'mts/v1'
  readonly kind: 'RunExport'
  /** Of the file; a reader refuses one that it does not know. */
  readonly format: 1
  readonly run: string
  readonly runKind: RunKind
  readonly subject: string
  readonly url: string
  readonly operator: string
  readonly status: RunStatus
  /** Hash of the run's first event where it began: the same on every machine it goes to. */
  readonly origin: string
  readonly exportedAtMs: number
  readonly exportedBy: string
  readonly exportedFrom: string
  readonly events: readonly CopiedEvent[]
  readonly intents: readonly CopiedIntent[]
  /** Over everything else in the copy: a missing or changed part shows. */
  readonly digest: string
}

/** `reopened`: the very copy that was given away here came back, nothing was done elsewhere. */
export type ImportedRun = {
  readonly run: string
  readonly kind: 'imported' | 'returned' | 'reopened'
  /** The number it had elsewhere, where that one was taken here. */
  readonly formerly?: string
}

export interface RunTransfers {
  /**
   * Closes the run here (a finished one stays readable and open to notes) and gives the copy that
   * goes on elsewhere. Asked again for a run that is closed so, it gives the same copy again.
   * BUSY (75) while somebody holds the run; NOT_FOUND (66).
   */
  exportRun(run: string, by: string): RunCopy
  /**
   * Takes a copy whose hashes were checked. Refused (5): ALREADY_HERE, RUN_DIVERGED, and without
   * `reopen` REOPEN_UNCONFIRMED (4) for the copy that was given away here. INTENT_OPEN (75).
   */
  importRun(copy: RunCopy, options: { readonly by: string; readonly reopen: boolean }): ImportedRun
}
