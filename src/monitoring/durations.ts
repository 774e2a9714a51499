/** Durations as Prometheus writes them, scaled as the plan wants it. */
import type { MonitoringPlan } from './plan.ts'

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const

/** `1h30m`; at least 1 ms, since Prometheus takes no empty range. */
export function promDuration(ms: number, plan: Pick<MonitoringPlan, 'timeScale'>): string {
  let rest = Math.max(1, Math.round(ms * plan.timeScale))
  let words = ''
  for (const [unit, size] of UNITS) {
    const amount = Math.floor(rest / size)
    if (amount > 0) words += `${amount}${unit}`
    rest -= amount * size
  }
  return words
}

export const SECOND_MS = 1000
export const MINUTE_MS = 60_000
export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000
