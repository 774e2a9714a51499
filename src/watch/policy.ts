/** When a change counts, who is told, and when nobody is: everything of it configured. */
import type { SeoulDate } from '../core/dates.ts'
import type { Channel } from '../core/notice.ts'
import type { MaintenanceWindow, TimeSpan } from '../core/settings.ts'

export interface WatchPolicy {
  /** Failures in a row until a state is believed; a critical level 1 is believed at once. */
  readonly failures: number
  /** Good (or better) answers in a row until it is over. */
  readonly recoveries: number
  readonly remindAfterMs: number
  /** Without evidence for so long is an alarm of its own, ms. */
  readonly noEvidenceAfterMs: number
  /** Flapping: so many turns within so many answers; steady again after so many alike. */
  readonly flapping: {
    readonly turns: number
    readonly within: number
    readonly steadyAfter: number
  }
  /** The channels that are configured. */
  readonly channels: readonly Channel[]
  /** By check, or else by severity (`critical`, `warning`). */
  readonly routes: Readonly<Record<string, readonly Channel[]>>
  /** Warnings wait for its end. */
  readonly quietHours?: TimeSpan
  readonly holidays: readonly SeoulDate[]
  readonly maintenance: readonly MaintenanceWindow[]
  /** Whether runs of playbooks are told as well. */
  readonly tellRuns: boolean
}

export const DEFAULT_FLAPPING = { turns: 5, within: 20, steadyAfter: 8 } as const

const DEFAULT_ROUTES: Readonly<Record<string, readonly Channel[]>> = {
  critical: ['slack', 'pagerduty'],
  warning: ['slack'],
}

/** Where an incident goes, of what is configured. */
export function routeOf(
  check: string,
  severity: 'critical' | 'warning',
  policy: WatchPolicy,
): readonly Channel[] {
  const wanted = policy.routes[check] ?? policy.routes[severity] ?? DEFAULT_ROUTES[severity] ?? []
  return wanted.filter((channel) => policy.channels.includes(channel))
}
