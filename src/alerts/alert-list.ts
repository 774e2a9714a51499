/** What fires, waits, is silenced or inhibited: Prometheus' view and Alertmanager's, put together. */
import type { OpeningAlert } from '../core/alert-playbook.ts'
import type { Labels } from '../core/label-matcher.ts'
import type { ActiveAlert, RuleAlert } from '../core/monitoring.ts'
import { isoSeoul } from '../core/dates.ts'
import type { Text } from '../core/text.ts'

export type AlertCondition = 'firing' | 'pending' | 'silenced' | 'inhibited'

export interface AlertItem {
  readonly alertname: string
  readonly state: AlertCondition
  readonly severity: string
  readonly labels: Labels
  /** ISO 8601; null when nobody says. */
  readonly since: string | null
  readonly summary: string
  readonly description: string
  /** Who is told; empty while nobody is. */
  readonly receivers: readonly string[]
  readonly silencedBy: readonly string[]
  readonly playbook?: string
}

export interface AlertList {
  readonly kind: 'AlertList'
  readonly observedAt: string
  /** Firing first, by severity; what is hidden last. */
  readonly items: readonly AlertItem[]
  /** A source that is configured and did not answer: the list may lack what it knows. */
  readonly unseen: readonly { readonly source: string; readonly reason: Text }[]
}

export function listAlerts(
  pending: readonly RuleAlert[],
  active: readonly ActiveAlert[],
  playbookOf: (alert: OpeningAlert) => string | undefined,
): readonly AlertItem[] {
  const told = active.map((alert) => itemOf(alert, conditionOf(alert), playbookOf))
  // Alertmanager knows all that fires and has been sent; Prometheus also what waits or is on its way.
  const untold = pending
    .filter(({ state }) => state === 'firing' || state === 'pending')
    .filter(
      (alert) =>
        alert.state === 'pending' || !active.some(({ labels }) => isSame(alert.labels, labels)),
    )
    .map((alert) =>
      itemOf(
        {
          labels: alert.labels,
          annotations: alert.annotations,
          ...(alert.activeAtMs === undefined ? {} : { startsAtMs: alert.activeAtMs }),
          receivers: [],
          silencedBy: [],
        },
        alert.state === 'pending' ? 'pending' : 'firing',
        playbookOf,
      ),
    )
  return [...told, ...untold].toSorted(
    (left, right) => rank(left) - rank(right) || (left.alertname < right.alertname ? -1 : 1),
  )
}

/** Prometheus adds its external labels on the way: what it has must be there, with the same values. */
function isSame(own: Labels, sent: Labels): boolean {
  return Object.entries(own).every(([name, value]) => sent[name] === value)
}

function conditionOf(alert: ActiveAlert): AlertCondition {
  if (alert.silencedBy.length > 0 || alert.mutedBy.length > 0) return 'silenced'
  return alert.inhibitedBy.length > 0 ? 'inhibited' : 'firing'
}

function itemOf(
  alert: Pick<ActiveAlert, 'labels' | 'annotations' | 'receivers' | 'silencedBy'> & {
    readonly startsAtMs?: number
  },
  state: AlertCondition,
  playbookOf: (alert: OpeningAlert) => string | undefined,
): AlertItem {
  const alertname = alert.labels['alertname'] ?? ''
  const playbook = playbookOf({
    name: alertname,
    labels: alert.labels,
    annotations: alert.annotations,
  })
  return {
    alertname,
    state,
    severity: alert.labels['severity'] ?? '',
    labels: alert.labels,
    since: alert.startsAtMs === undefined ? null : isoSeoul(alert.startsAtMs),
    summary: alert.annotations['summary'] ?? '',
    description: alert.annotations['description'] ?? '',
    receivers: alert.receivers,
    silencedBy: alert.silencedBy,
    ...(playbook === undefined ? {} : { playbook }),
  }
}

const CONDITIONS: readonly AlertCondition[] = ['firing', 'pending', 'silenced', 'inhibited']

function rank(item: AlertItem): number {
  const severity = item.severity === 'critical' ? 0 : item.severity === 'warning' ? 1 : 2
  return CONDITIONS.indexOf(item.state) * 10 + severity
}
