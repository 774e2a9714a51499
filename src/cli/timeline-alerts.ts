/** Alerts of a stretch of time: what fired, from Prometheus' own history, and what Alertmanager still holds. */
import type { Labels } from '../core/label-matcher.ts'
import type { Point } from '../core/monitoring.ts'
import { text, type Text } from '../core/text.ts'
import type { SourceState, TimelineFacts } from '../report/timeline.ts'
import type { Tone } from '../report/report.ts'
import type { CommandContext } from './command.ts'

type Other = TimelineFacts['others'][number]

interface Alerts {
  readonly items: readonly Other[]
  readonly states: readonly SourceState[]
}

/** As fine as an alert is evaluated, coarser for a long stretch. */
const STEP_MS = 30_000
const MAX_STEPS = 2000

/** Nothing is said of a server that is not configured: not everybody has one. */
export async function alertsWithin(
  context: CommandContext,
  fromMs: number,
  toMs: number,
): Promise<Alerts> {
  const settings = await context.settings()
  const access = {
    ...(settings.caFile === undefined ? {} : { caFile: settings.caFile }),
    ...(settings.timeoutMs === undefined ? {} : { timeoutMs: settings.timeoutMs }),
  }
  const parts: Alerts[] = []
  if (settings.prometheusUrl !== undefined) {
    parts.push(
      await fired(
        context,
        {
          ...access,
          url: settings.prometheusUrl,
          headers: settings.prometheusHeaders ?? {},
        },
        fromMs,
        toMs,
      ),
    )
  }
  if (settings.alertmanagerUrl !== undefined) {
    parts.push(
      await held(
        context,
        {
          ...access,
          url: settings.alertmanagerUrl,
          headers: settings.alertmanagerHeaders ?? {},
        },
        fromMs,
        toMs,
      ),
    )
  }
  const items = parts.flatMap((part) => part.items)
  // What Prometheus has told already is not told again by Alertmanager.
  const told = new Set<string>()
  return {
    items: items.filter((item) => {
      const key = `${item.code} ${item.text.en} ${Math.round(item.atMs / 120_000)}`
      if (told.has(key)) return false
      told.add(key)
      return true
    }),
    states: parts.flatMap((part) => part.states),
  }
}

interface Access {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly caFile?: string
  readonly timeoutMs?: number
}

async function fired(
  context: CommandContext,
  access: Access,
  fromMs: number,
  toMs: number,
): Promise<Alerts> {
  const { createPrometheusClient } = await import('../telemetry/prometheus.ts')
  const client = await createPrometheusClient(access, context.ports.clock)
  const endMs = Math.min(toMs, context.ports.clock.now())
  const stepMs = Math.max(STEP_MS, Math.ceil((endMs - fromMs) / MAX_STEPS))
  try {
    const read = await client.queryRange(
      'ALERTS{alertstate="firing"}',
      { fromMs, toMs: Math.max(fromMs, endMs), stepMs },
      { signal: context.signal },
    )
    if (read.kind !== 'ok') {
      const words =
        read.kind === 'unknown'
          ? read.failure.message
          : text('Prometheus에 이 조회가 없음', 'Prometheus does not know this query')
      return { items: [], states: [{ source: 'alerts', status: 'unknown', words }] }
    }
    const items = read.value.series.flatMap(({ labels, points }) =>
      stretches(points, stepMs).flatMap(([startMs, lastMs]): Other[] => {
        const over = lastMs + stepMs < endMs
        return [
          alertEntry(labels, startMs, 'ALERT_FIRING'),
          ...(over ? [alertEntry(labels, lastMs + stepMs, 'ALERT_ENDED')] : []),
        ]
      }),
    )
    return { items, states: [] }
  } finally {
    await client.close()
  }
}

/** Runs of points without a gap. */
function stretches(
  points: readonly Point[],
  stepMs: number,
): readonly (readonly [number, number])[] {
  const found: [number, number][] = []
  for (const { atMs } of points) {
    const last = found.at(-1)
    if (last !== undefined && atMs - last[1] <= stepMs * 1.5) last[1] = atMs
    else found.push([atMs, atMs])
  }
  return found
}

async function held(
  context: CommandContext,
  access: Access,
  fromMs: number,
  toMs: number,
): Promise<Alerts> {
  const { createAlertmanagerClient } = await import('../telemetry/alertmanager.ts')
  const client = await createAlertmanagerClient(access, context.ports.clock)
  try {
    const read = await client.alerts({ signal: context.signal })
    if (read.kind !== 'ok') {
      const words =
        read.kind === 'unknown'
          ? read.failure.message
          : text('Alertmanager에 경보 목록이 없음', 'Alertmanager has no list of alerts')
      return { items: [], states: [{ source: 'alerts', status: 'unknown', words }] }
    }
    return {
      items: read.value
        .filter(({ startsAtMs }) => startsAtMs >= fromMs && startsAtMs <= toMs)
        .map(({ labels, startsAtMs }) => alertEntry(labels, startsAtMs, 'ALERT_FIRING')),
      states: [],
    }
  } finally {
    await client.close()
  }
}

function alertEntry(labels: Labels, atMs: number, code: 'ALERT_FIRING' | 'ALERT_ENDED'): Other {
  const name = labels['alertname'] ?? '?'
  const severity = labels['severity']
  const tone: Tone =
    code === 'ALERT_ENDED' ? 'ok' : severity === 'critical' ? 'critical' : 'warning'
  const instance = labels['instance'] === undefined ? '' : ` (${labels['instance']})`
  const words: Text =
    code === 'ALERT_FIRING'
      ? text(`경보 발생: ${name}${instance}`, `alert fires: ${name}${instance}`)
      : text(`경보 해제: ${name}${instance}`, `alert ended: ${name}${instance}`)
  return { source: 'alerts', atMs, code, tone, text: words }
}
