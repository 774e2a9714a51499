/** The value of `mts health`: what was judged, on what evidence, and what to do next. */
import type { Text } from '../core/text.ts'
import type { Status } from '../core/verdict.ts'

export type Level = 1 | 2 | 3

/** Every check, in the order it is shown, with the level it belongs to. */
export const CHECK_LEVELS = {
  service: 1,
  database: 1,
  redis: 1,
  rabbitmq: 1,
  sales: 2,
  settlement: 2,
  latency: 2,
  'jvm-memory': 3,
  cpu: 3,
  disk: 3,
} as const satisfies Readonly<Record<string, Level>>

export type CheckId = keyof typeof CHECK_LEVELS

export interface HealthCheck {
  readonly id: CheckId
  readonly level: Level
  readonly status: Status
  /** What was measured, in `unit`; null when nothing was. */
  readonly observed: number | string | Text | null
  /** The line it is held against, in `unit`; null when there is none. `sales`: at least this many. */
  readonly threshold: number | string | null
  /** `ms`, `%`, `bytes`, `messages`, `sales`; null for a state. */
  readonly unit: string | null
  /** Why it is not ok; for an ok check what it rests on, or null. */
  readonly reason: Text | null
  /** A few words for a line on which several checks share the room. */
  readonly summary: Text
  /** The endpoint it was read from. */
  readonly source: string
  /** How long the component took to answer; absent when it was not asked on its own. */
  readonly latencyMs?: number
  /** Commands that help, most useful first. */
  readonly next?: readonly string[]
}

export interface Health {
  readonly kind: 'Health'
  readonly url: string
  /** ISO 8601, Seoul. */
  readonly observedAt: string
  readonly level: Level
  /** The worst check, in the order critical, unknown, warning, ok. */
  readonly status: Status
  readonly elapsedMs: number
  /** Only where Prometheus is configured and the level asks what it can tell. */
  readonly overTime?: {
    /** The checks that rest on it, besides the service's own word. */
    readonly checks: readonly CheckId[]
    /** Why it told nothing; null when it told something. */
    readonly reason: Text | null
  }
  readonly checks: readonly HealthCheck[]
}

/** What a check's own judge says; its id, level and next commands are added where checks are put together. */
export interface Judged {
  readonly status: Status
  readonly observed: number | string | Text | null
  readonly threshold: number | string | null
  readonly unit: string | null
  readonly reason: Text | null
  readonly summary: Text
  readonly source: string
  readonly latencyMs?: number
}

/** The same health with every next command rewritten, e.g. so that it names the url. */
export function readdressNext(health: Health, rewrite: (command: string) => string): Health {
  return {
    ...health,
    checks: health.checks.map((check) =>
      check.next === undefined ? check : { ...check, next: check.next.map(rewrite) },
    ),
  }
}
