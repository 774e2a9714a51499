/** What a watch remembers from round to round, and over a restart: plain JSON, bounded in size. */
import type { RunStatus } from '../core/journal.ts'
import type { Channel } from '../core/notice.ts'
import type { SeoulDate } from '../core/dates.ts'
import type { Text } from '../core/text.ts'
import type { Status } from '../core/verdict.ts'

export type Known = Exclude<Status, 'unknown'>
export type Trouble = Exclude<Known, 'ok'>

/** Answers in a row. What is unknown neither counts nor breaks a row. */
export interface Streaks {
  readonly bad: number
  readonly critical: number
  readonly ok: number
  readonly notCritical: number
}

export interface Track {
  readonly level: number
  /** What is believed. */
  readonly status: Known
  /** The last answer, as it came. */
  readonly raw: Status
  readonly streaks: Streaks
  /** Since when it has been bad without a good answer between. */
  readonly badSinceMs?: number
  /** Since when there has been no evidence. */
  readonly unknownSinceMs?: number
  /** Answers in a row since then. */
  readonly evidence: number
  /** The last answers, `1` bad and `0` good, oldest first. */
  readonly recent: string
  readonly flapping: boolean
  /** The check that explains this one, which is therefore not followed up. */
  readonly heldBy?: string
}

export interface Acknowledgement {
  readonly by: string
  readonly reason: string
  readonly untilMs: number
}

export interface Incident {
  /** `W20261124-01`: Seoul date and a number within it. */
  readonly id: string
  readonly check: string
  readonly kind: 'trouble' | 'no_evidence'
  readonly severity: Trouble
  readonly sinceMs: number
  readonly reason: Text
  readonly commands: readonly string[]
  readonly dedupKey: string
  readonly flapping: boolean
  /** Checks that this one explains. */
  readonly symptoms: readonly string[]
  /** What was said last, by channel; empty while it is held back. */
  readonly told: Readonly<Partial<Record<Channel, Trouble>>>
  /** As it was shown last, to whomever; absent until it has been. */
  readonly shown?: Trouble
  readonly lastToldMs?: number
  readonly acknowledged?: Acknowledgement
  /** A run that was prepared for whoever answers. */
  readonly run?: string
}

export interface Maintenance {
  readonly fromMs: number
  readonly untilMs: number
  readonly by: string
  readonly reason: string
}

export interface WatchState {
  readonly version: 1
  readonly lastRoundMs?: number
  readonly tracks: Readonly<Record<string, Track>>
  readonly incidents: readonly Incident[]
  readonly numbering: { readonly date: SeoulDate; readonly last: number }
  readonly maintenance: readonly Maintenance[]
  readonly lastRequest: number
  /** The newest date whose good line went to finance. */
  readonly settledDate?: SeoulDate
  /** The newest day whose unsigned checklist was told. */
  readonly unsignedDate?: SeoulDate
  /** Runs of playbooks as they were seen last; absent: none were ever looked at. */
  readonly runs?: Readonly<Record<string, RunStatus>>
}

export const NEW_WATCH: WatchState = {
  version: 1,
  tracks: {},
  incidents: [],
  numbering: { date: '', last: 0 },
  maintenance: [],
  lastRequest: 0,
}

/** The state as the journal gave it back; undefined when there is none, or none of this shape. */
export function parseWatchState(value: unknown): WatchState | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const state = value as Partial<WatchState>
  const shaped =
    state.version === 1 &&
    Array.isArray(state.incidents) &&
    Array.isArray(state.maintenance) &&
    typeof state.tracks === 'object' &&
    typeof state.numbering === 'object' &&
    typeof state.lastRequest === 'number'
  return shaped ? (state as WatchState) : undefined
}
