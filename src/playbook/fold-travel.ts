/** Events about a run as a whole: it went to another journal and came back, and what stays open after it. */
import type { StoredEvent } from '../core/journal.ts'
import type { RunState, Waiting } from './run-state.ts'

/** Something to be done after an incident, written down by a person. `id` counts from 1 within the run. */
export interface AddedFollowUp {
  readonly id: string
  readonly text: string
  readonly owner?: string
  /** `YYYY-MM-DD` or `YYYY-MM-DD HH:MM`, Seoul. */
  readonly due?: string
  readonly by: string
  readonly atMs: number
}

export interface ClosedFollowUp {
  readonly by: string
  readonly atMs: number
  readonly reason: string
}

/** Where a run that was imported comes from. */
export interface ImportedFrom {
  readonly run: string
  readonly host: string
  readonly by: string
  readonly atMs: number
}

/** What travelling and follow-ups leave in a run's state. */
export interface Aftermath {
  /** Given away; absent once it is back. */
  readonly exported?: { readonly by: string; readonly host: string; readonly atMs: number }
  /** The last import. */
  readonly imported?: {
    readonly by: string
    readonly atMs: number
    readonly reopened: boolean
    readonly from: ImportedFrom
  }
  readonly followUps?: readonly AddedFollowUp[]
  /** By the follow-up's id, or by the id of the step it comes from. */
  readonly closedFollowUps?: Readonly<Record<string, ClosedFollowUp>>
}

export function onExported(state: RunState, event: StoredEvent): RunState {
  const { by, host, closed } = event.data as { by: string; host: string; closed: boolean }
  return closed ? { ...state, exported: { by, host, atMs: event.atMs } } : state
}

/** A digest that was printed elsewhere is good only there: whoever goes on looks anew. */
export function onImported(state: RunState, event: StoredEvent): RunState {
  const { exported: _back, ...home } = state
  const { by, from, reopened } = event.data as {
    by: string
    from: ImportedFrom
    reopened?: boolean
  }
  const { waiting } = state
  return {
    ...home,
    imported: { by, atMs: event.atMs, reopened: reopened === true, from },
    ...(waiting === undefined ? {} : { waiting: withoutConfirm(waiting) }),
  }
}

function withoutConfirm({ confirm: _elsewhere, ...waiting }: Waiting): Waiting {
  return waiting
}

export function onFollowUp(state: RunState, event: StoredEvent): RunState {
  const { atMs } = event
  if (event.kind === 'followUpAdded') {
    const added = event.data as Omit<AddedFollowUp, 'atMs'>
    return { ...state, followUps: [...(state.followUps ?? []), { ...added, atMs }] }
  }
  const { id, by, reason } = event.data as { id: string; by: string; reason: string }
  return { ...state, closedFollowUps: { ...state.closedFollowUps, [id]: { by, atMs, reason } } }
}
