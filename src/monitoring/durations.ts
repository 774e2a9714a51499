/** Durations as Prometheus writes them, scaled as the plan wants it. */
import { promDurationOf } from '../core/prom-duration.ts'
import type { MonitoringPlan } from './plan.ts'

/** `1h30m`; at least 1 ms, since Prometheus takes no empty range. */
export function promDuration(ms: number, plan: Pick<MonitoringPlan, 'timeScale'>): string {
  return promDurationOf(ms * plan.timeScale)
}

export const SECOND_MS = 1000
export const MINUTE_MS = 60_000
export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000
