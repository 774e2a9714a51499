/** The configuration as everything but `config/` sees it: complete, typed, in base units. */
import type { SeoulDate } from './dates.ts'
import type { Channel } from './notice.ts'
import type { Lang } from './text.ts'

export interface Thresholds {
  /** Minutes without a sale that are critical. */
  readonly noSalesMinutes: number
  /** Share of failed settlements over the last 30 dates, percent. */
  readonly settlementFailurePercent: number
  /** Slowest API call, ms. */
  readonly apiTimeMs: number
  /** Messages waiting in the sales queue. */
  readonly queueMessages: number
  /** Redis memory in use, bytes; none: shown, not judged. */
  readonly redisMemoryBytes?: number
  readonly heapPercent: number
  readonly cpuPercent: number
  /** How long the CPU must have been above the line, ms. */
  readonly cpuForMs: number
  readonly diskPercent: number
}

/** Opening hours by weekday (0 Sunday … 6 Saturday), `HH:MM`–`HH:MM` Seoul; `until` ≤ `from` passes midnight. null: closed. */
export interface OpeningHours {
  readonly byWeekday: readonly (
    | readonly { readonly from: string; readonly until: string }[]
    | null
  )[]
}

export interface External {
  readonly id: string
  /** `http(s)://…` or `host:port`. */
  readonly target: string
  readonly statusPage?: string
  readonly owner?: string
  readonly phone?: string
}

export interface OperatorCommand {
  readonly id: string
  /** Program and arguments; never a shell string. */
  readonly argv: readonly string[]
  readonly timeoutMs: number
  readonly impact: 'read_only' | 'mutating' | 'undetermined'
}

/** A time of day to another, `HH:MM` Seoul; `until` ≤ `from` passes midnight. */
export interface TimeSpan {
  readonly from: string
  readonly until: string
}

/** Regular or single works on the service: measured, marked, not sent. */
export interface MaintenanceWindow extends TimeSpan {
  /** 0 Sunday … 6 Saturday; on which the window begins. Absent with a date, or for every day. */
  readonly weekdays?: readonly number[]
  readonly date?: SeoulDate
  readonly reason?: string
}

/** Who is told. Addresses and keys are secrets: never shown, logged or kept. */
export interface NotifySettings {
  readonly slackUrl?: string
  /** Where the nightly line goes. */
  readonly financeUrl?: string
  readonly pagerdutyKey?: string
  readonly pagerdutyUrl?: string
  /** Asked for at every round, so that somebody else notices a watch that has stopped. */
  readonly heartbeatUrl?: string
  /** Deadline of one message, ms; absent: 10 s. */
  readonly timeoutMs?: number
  /** Channels by check, or by severity (`critical`, `warning`). */
  readonly routes: Readonly<Record<string, readonly Channel[]>>
  /** Warnings wait for its end. */
  readonly quietHours?: TimeSpan
  /** Whether playbook runs tell when they start, wait and end. */
  readonly runs: boolean
}

export interface WatchSettings {
  /** How often each level is judged, ms. */
  readonly everyMs: Readonly<Record<1 | 2 | 3, number>>
  /** Failures in a row until a state is believed, and good answers until it is over. */
  readonly failures: number
  readonly recoveries: number
  readonly remindAfterMs: number
  readonly noEvidenceAfterMs: number
  readonly maintenance: readonly MaintenanceWindow[]
  /** Whether an incident prepares a run of its playbook, waiting at its first step. */
  readonly prepareRuns: boolean
}

/** Where the instances of `mts health --fleet` are named; all of them count together. */
export interface FleetSettings {
  readonly instances: readonly {
    readonly name?: string | undefined
    /** Without credentials. */
    readonly url: string
    /** Business numbers of its own. */
    readonly stores?: readonly string[] | undefined
  }[]
  /** Path of a file as Prometheus' file_sd has it. */
  readonly file?: string
  /** The job whose targets Prometheus is asked for. */
  readonly job?: string
}

export interface Settings {
  /** Base URL without trailing slash and without credentials. */
  readonly url: string
  /** Sent with every request, authorization included. Secret: never shown, logged or kept. */
  readonly headers: Readonly<Record<string, string>>
  /** PEM of a certificate authority to trust besides the system's. */
  readonly caFile?: string
  /** Business numbers over which sales are counted; empty: not known. */
  readonly stores: readonly string[]
  readonly openingHours?: OpeningHours
  readonly holidays: readonly SeoulDate[]
  /** `HH:MM` on business days. */
  readonly payoutDeadline?: string
  /** The service does not show it. */
  readonly springBoot?: string
  readonly externals: readonly External[]
  readonly commands: readonly OperatorCommand[]
  readonly batch: { readonly at: string; readonly graceMs: number }
  readonly verifyAfterMs: number
  readonly thresholds: Thresholds
  readonly prometheusUrl?: string
  /** Sent with every request to it, authorization included. Secret. */
  readonly prometheusHeaders?: Readonly<Record<string, string>>
  readonly alertmanagerUrl?: string
  readonly alertmanagerHeaders?: Readonly<Record<string, string>>
  readonly log?: string
  /** How many instances answer behind the url; counters are evidence for sales only when it is 1. */
  readonly instances: number
  readonly playbookDirs: readonly string[]
  /** Path of the journal's file. */
  readonly journal: string
  readonly lang: Lang
  /** Overrides the deadline of every read, ms; absent: each question's own. */
  readonly timeoutMs?: number
  /** Absent: no fleet is configured. */
  readonly fleet?: FleetSettings
  /** Absent: nobody is told. */
  readonly notify?: NotifySettings
  /** Absent: the defaults of `mts watch`. */
  readonly watch?: WatchSettings
}
