/** What one round brings in, and what comes of it. */
import type { RunHeader } from '../core/journal.ts'
import type { AddressedNotice, Channel, NoticeEvent, Severity } from '../core/notice.ts'
import type { SeoulDate } from '../core/dates.ts'
import type { Won } from '../core/money.ts'
import type { Text } from '../core/text.ts'
import type { Status } from '../core/verdict.ts'
import type { WatchRequest } from '../core/watch-records.ts'
import type { MuteKind } from './mute.ts'
import type { WatchState } from './state.ts'

/** One check as it was judged; health's checks fit, and so do those that only a watch makes. */
export interface WatchedCheck {
  readonly id: string
  readonly level: number
  readonly status: Status
  readonly reason: Text | null
  readonly summary: Text
  readonly next?: readonly string[]
}

/** The settled day, proven good. */
export interface SettledDay {
  readonly date: SeoulDate
  readonly count: number
  readonly amount: Won
}

/** The daily checklist that should have been signed by now. */
export interface UnsignedDaily {
  readonly date: SeoulDate
  /** `HH:MM` by which it should have been. */
  readonly since: string
  /** Questions that nobody has answered; 0 also where it was not begun. */
  readonly open: number
}

export interface WatchRound {
  readonly atMs: number
  /** The service's url. */
  readonly service: string
  readonly checks: readonly WatchedCheck[]
  /** What people asked since the last round, oldest first. */
  readonly requests?: readonly WatchRequest[]
  readonly settled?: SettledDay
  readonly unsigned?: UnsignedDaily
  /** The newest runs of playbooks; absent where they are not told. */
  readonly runs?: readonly RunHeader[]
  /** Who went on with a prepared run. */
  readonly resumed?: readonly { readonly run: string; readonly by: string }[]
  /** A command line that goes to this service: `mts …`. */
  readonly commandLine: (words: readonly string[]) => string
}

/** One line for whoever looks on, and for the log. */
export interface Change {
  readonly event:
    | NoticeEvent
    /** Told only now, since what held it back is over. */
    | 'told'
    | 'steadied'
    /** A symptom of something else. */
    | 'held'
    | 'maintenance'
    | 'unmatched'
  readonly atMs: number
  readonly severity: Severity
  readonly title: Text
  readonly check?: string
  readonly incident?: string
  /** Where it goes; empty when nobody is told. */
  readonly channels: readonly Channel[]
  /** Why nobody is told. */
  readonly muted?: MuteKind
}

export interface Advance {
  readonly state: WatchState
  readonly changes: readonly Change[]
  readonly notices: readonly AddressedNotice[]
}
