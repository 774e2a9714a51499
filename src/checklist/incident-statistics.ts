/** What the month's runs say about how incidents are handled: how long until acknowledged, resolved, and where it went. Pure. */
import type { Text } from '../core/text.ts'
import { quantile } from './sample-series.ts'

/** One walked playbook, as the journal has it. */
export interface HandledIncident {
  readonly run: string
  readonly title: Text
  readonly startedAtMs: number
  /** Absent: nobody has answered, approved or noted anything. */
  readonly acknowledgedAtMs?: number
  /** Absent: not over, or over without a solution. */
  readonly resolvedAtMs?: number
  readonly steps: readonly { readonly title: Text; readonly tookMs: number }[]
  readonly openFollowUps: number
}

export interface IncidentStatistics {
  readonly incidentCount: number
  readonly resolvedCount: number
  readonly acknowledgeMs?: number
  readonly resolveMs?: number
  readonly longestResolveMs?: number
  readonly slowestSteps: readonly { readonly title: Text; readonly tookMs: number }[]
  readonly openCount: number
}

const SLOWEST_STEPS = 3

/** Medians: one night that took ten hours must not hide that the others took ten minutes. */
export function incidentStatistics(incidents: readonly HandledIncident[]): IncidentStatistics {
  const acknowledge = incidents.flatMap(({ startedAtMs, acknowledgedAtMs }) =>
    acknowledgedAtMs === undefined ? [] : [acknowledgedAtMs - startedAtMs],
  )
  const resolve = incidents.flatMap(({ startedAtMs, resolvedAtMs }) =>
    resolvedAtMs === undefined ? [] : [resolvedAtMs - startedAtMs],
  )
  const acknowledgeMs = quantile(acknowledge, 0.5)
  const resolveMs = quantile(resolve, 0.5)
  return {
    incidentCount: incidents.length,
    resolvedCount: resolve.length,
    ...(acknowledgeMs === undefined ? {} : { acknowledgeMs }),
    ...(resolveMs === undefined ? {} : { resolveMs, longestResolveMs: Math.max(...resolve) }),
    slowestSteps: slowest(incidents.flatMap(({ steps }) => steps)),
    openCount: incidents.reduce((total, { openFollowUps }) => total + openFollowUps, 0),
  }
}

/** Steps of the same name together: their longest. */
function slowest(steps: HandledIncident['steps']): IncidentStatistics['slowestSteps'] {
  const longest = new Map<string, HandledIncident['steps'][number]>()
  for (const step of steps) {
    const known = longest.get(step.title.en)
    if (known === undefined || step.tookMs > known.tookMs) longest.set(step.title.en, step)
  }
  return [...longest.values()]
    .filter(({ tookMs }) => tookMs > 0)
    .sort((left, right) => right.tookMs - left.tookMs)
    .slice(0, SLOWEST_STEPS)
}
