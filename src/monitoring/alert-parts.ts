/** Parts that several alerts share: conditions on the scrape itself, and series for their tests. */
import { promDuration } from './durations.ts'
import type { MonitoringPlan } from './plan.ts'

export const INSTANCE = 'app-1:8080'

/** A service-wide alert stays silent while nothing of it is up: that is ServiceDown's to tell, alone. */
export function whileUp({ job }: MonitoringPlan): string {
  return `and on (job) (count by (job) (up{job="${job}"} == 1) > 0)`
}

/** Without a scrape from that long ago there is no evidence: silence instead of a guess. */
export function whenScrapedBefore(plan: MonitoringPlan, ms: number): string {
  const window = promDuration(ms, plan)
  return `and on (job) (count by (job) (up{job="${plan.job}"} offset ${window} == 1) > 0)`
}

/** Stands in for a sum by job whose series is not there: no series is no event, not no answer. */
export function orNone({ job }: MonitoringPlan): string {
  return `or label_replace(vector(0), "job", "${job}", "", "")`
}

/** What makes sales, settlements and answers fail by itself. */
export const CAUSES = ['DatabaseDown', 'DatabasePoolExhausted', 'RabbitMqDown'] as const

/**
 * A symptom stays silent while its cause fires, and for as long after as its own window still looks
 * back on it: Alertmanager's inhibition ends with the cause, the window does not.
 */
export function unlessCaused({ job, timeScale }: MonitoringPlan, windowMs: number): string {
  const alerts = `ALERTS{job="${job}",alertstate="firing",alertname=~"${CAUSES.join('|')}"}`
  const window = promDuration(windowMs, { timeScale })
  return `unless on (job) (count by (job) (last_over_time(${alerts}[${window}])))`
}

/** A series of this job's instance for a rule's unit test. */
export function testSeries(
  plan: MonitoringPlan,
  name: string,
  values: string,
  labels: Readonly<Record<string, string>> = {},
): { readonly series: string; readonly values: string } {
  const all = { job: plan.job, instance: INSTANCE, ...labels }
  const inside = Object.entries(all).map(([key, value]) => `${key}="${value}"`)
  return { series: `${name}{${inside.join(',')}}`, values }
}
