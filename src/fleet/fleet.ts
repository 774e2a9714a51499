/** Many instances and their health: what is asked, and the value that comes of it. */
import type { Text } from '../core/text.ts'
import type { Status } from '../core/verdict.ts'
import type { HealthCheck, Level } from '../health/health.ts'

export interface FleetInstance {
  /** Fit to show. */
  readonly name: string
  /** Base URL without credentials. */
  readonly url: string
  /** Business numbers of its own; absent: those of the settings. */
  readonly stores?: readonly string[]
}

/** One line of a source: an instance, or what cannot be one. Nothing a source names is left out in silence. */
export type FleetEntry =
  | { readonly kind: 'instance'; readonly instance: FleetInstance }
  | { readonly kind: 'unusable'; readonly name: string; readonly why: Text }

export interface InstanceHealth {
  readonly name: string
  /** Empty for an entry that holds no address. */
  readonly url: string
  readonly status: Status
  readonly checks: readonly HealthCheck[]
}

export interface FleetHealth {
  readonly kind: 'FleetHealth'
  /** ISO 8601, Seoul. */
  readonly observedAt: string
  readonly level: Level
  /** The worst instance, in the order critical, unknown, warning, ok. */
  readonly status: Status
  readonly elapsedMs: number
  readonly counts: Readonly<Record<Status, number>>
  /** Worst first, then as the source has them. */
  readonly instances: readonly InstanceHealth[]
}

/** In the order people look at them. */
export const WORST_FIRST: readonly Status[] = ['critical', 'unknown', 'warning', 'ok']

/** An instance that could not be asked at all is unknown, and says why. */
export function unusableHealth(name: string, why: Text, source: string): InstanceHealth {
  const check: HealthCheck = {
    id: 'service',
    level: 1,
    status: 'unknown',
    observed: null,
    threshold: null,
    unit: null,
    reason: why,
    summary: why,
    source,
  }
  return { name, url: '', status: 'unknown', checks: [check] }
}
