/** Results as they come, kept so that the worst come out first. */
import { isoSeoul } from '../core/dates.ts'
import type { Status } from '../core/verdict.ts'
import type { Level } from '../health/health.ts'
import { WORST_FIRST } from './fleet.ts'
import type { FleetHealth, InstanceHealth } from './fleet.ts'

export interface Tally {
  add(health: InstanceHealth, index: number): void
  counts(): Readonly<Record<Status, number>>
  /** How many have come. */
  readonly done: number
  result(round: {
    readonly level: Level
    readonly observedAtMs: number
    readonly elapsedMs: number
  }): FleetHealth
}

/** `keepFine`: false where those without trouble are only counted. */
export function createTally(keepFine: boolean): Tally {
  const counts: Record<Status, number> = { ok: 0, warning: 0, critical: 0, unknown: 0 }
  const kept: { readonly health: InstanceHealth; readonly index: number }[] = []
  return {
    add(health, index) {
      counts[health.status]++
      if (keepFine || health.status !== 'ok') kept.push({ health, index })
    },
    counts: () => ({ ...counts }),
    get done() {
      return WORST_FIRST.reduce((sum, status) => sum + counts[status], 0)
    },
    result({ level, observedAtMs, elapsedMs }) {
      const rank = (status: Status): number => WORST_FIRST.indexOf(status)
      kept.sort(
        (left, right) =>
          rank(left.health.status) - rank(right.health.status) || left.index - right.index,
      )
      return {
        kind: 'FleetHealth',
        observedAt: isoSeoul(observedAtMs),
        level,
        // Nothing asked is nothing known.
        status: WORST_FIRST.find((status) => counts[status] > 0) ?? 'unknown',
        elapsedMs: Math.round(elapsedMs),
        counts: { ...counts },
        instances: kept.map(({ health }) => health),
      }
    },
  }
}
