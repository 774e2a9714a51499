/** What the doctor judges: plain facts, gathered beforehand. */
import type { TriggeredPlaybook } from '../core/alert-playbook.ts'
import type { Exposition } from '../core/exposition.ts'
import type { AlertmanagerConfig, RuleGroup, ScrapeTarget } from '../core/monitoring.ts'
import type { Text } from '../core/text.ts'
import type { LookUp } from './dead-rules.ts'

export type HealthFact =
  | { readonly kind: 'answered'; readonly latencyMs: number }
  | { readonly kind: 'hangs'; readonly afterMs: number }
  | { readonly kind: 'unreachable'; readonly reason: Text }
  | { readonly kind: 'unknown'; readonly reason: Text }

export interface EndpointFact {
  /** As a person would ask it: `GET /api/settlements/unsettled/{date}`. */
  readonly path: string
  readonly state: 'fine' | 'broken' | 'unknown'
  /** What it would have been good for, and what is used instead. */
  readonly instead: Text
}

export type ClockFact =
  | {
      readonly kind: 'known'
      /** The service's clock minus ours, ms. */
      readonly skewMs: number
      readonly zone: 'seoul' | 'utc' | 'unknown'
    }
  | { readonly kind: 'unknown'; readonly reason: Text }

export interface ServiceFacts {
  readonly health: HealthFact
  readonly endpoints: readonly EndpointFact[]
  readonly clock: ClockFact
}

/** One meter from both sides. */
export interface MeterFact {
  readonly meter: string
  /** Of all its tags together, and the tags it has. */
  readonly counted: { readonly count: number; readonly tagKeys: readonly string[] }
  /** The family in the scrape; null when there is none. */
  readonly scraped: {
    readonly family: string
    readonly sum: number
    readonly labelKeys: readonly string[]
  } | null
}

export interface PrometheusFacts {
  readonly url: string
  readonly groups: readonly RuleGroup[]
  readonly targets: readonly ScrapeTarget[]
  /** Addresses it sends alerts to. Absent when that could not be read. */
  readonly alertmanagers?: readonly string[]
  /** Names of all metrics it has. Absent when they could not be read. */
  readonly metricNames?: ReadonlySet<string>
  /** Selectors that were not looked up, for there are too many. */
  readonly selectorsLeft: number
  /** What it said beside its rules and targets: they may be a part of the whole. */
  readonly warnings: readonly string[]
  /** By the selector's text; one that is missing was not looked up. */
  readonly lookUps: ReadonlyMap<string, LookUp>
}

/** `none`: not configured, so nobody expects it to be seen. */
export type Seen<T> =
  | { readonly kind: 'none' }
  | { readonly kind: 'unreachable'; readonly url: string; readonly reason: Text }
  | { readonly kind: 'seen'; readonly facts: T }

export interface DoctorFacts {
  readonly url: string
  readonly nowMs: number
  readonly service: ServiceFacts
  /** Absent when the scrape could not be read; `reason` then says why. */
  readonly exposition?: Exposition
  readonly expositionReason?: Text
  readonly meters: readonly MeterFact[]
  readonly prometheus: Seen<PrometheusFacts>
  readonly alertmanager: Seen<{ readonly url: string; readonly config: AlertmanagerConfig }>
  /** Absent when the playbooks could not be listed. */
  readonly playbooks?: readonly TriggeredPlaybook[]
}
