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
