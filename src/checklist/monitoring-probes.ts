/** What Prometheus keeps and how old it and Alertmanager are. Without an address of theirs, nothing is known. */
import { z } from 'zod'
import { seoulDateOf } from '../core/dates.ts'
import type { Alertmanager, PrometheusReader } from '../core/monitoring.ts'
import type { Read } from '../core/read.ts'
import { text, type Text } from '../core/text.ts'
import type { ProbeDeclaration } from '../playbook/operation.ts'
import { supportOf, type SupportTable } from './support-table.ts'

export interface MonitoringPorts {
  /** Opens a client for some questions and lets it go; absent: none is configured. */
  readonly withPrometheus?: <T>(work: (client: PrometheusReader) => Promise<T>) => Promise<T>
  readonly withAlertmanager?: <T>(work: (client: Alertmanager) => Promise<T>) => Promise<T>
  loadSupportTable(): Promise<SupportTable>
}

type Nothing = Record<string, never>
const nothing = z.object({}) as z.ZodType<Nothing>

const NO_PROMETHEUS = text(
  'Prometheus 미설정: 설정 prometheus.url 또는 MTS_PROMETHEUS_URL',
  'no Prometheus configured: set prometheus.url or MTS_PROMETHEUS_URL',
)

const DAY_MS = 86_400_000
/** Asked for at most this far back: one point a day. */
const FARTHEST_DAYS = 400

const retentionInput = z.object({
  /** Fewer days of metrics than this and the month cannot be looked back on. */
  wantedDays: z.int().min(1).max(400).default(30),
})

export function createRetentionProbe(
  ports: MonitoringPorts,
): ProbeDeclaration<z.output<typeof retentionInput>> {
  return {
    id: 'monitoring.retention',
    title: text('메트릭 보관 기간', 'how long metrics are kept'),
    impact: 'read_only',
    idempotent: true,
    inputs: retentionInput,
    outputs: z.object({
      oldestDays: z.number(),
      wantedDays: z.number(),
      /** As it is set to keep them; null: it does not say. */
      keptFor: z.string().nullable(),
      keptDays: z.number().nullable(),
      enough: z.boolean(),
    }),
    async observe({ wantedDays }, context) {
      const source = 'Prometheus /api/v1/status/runtimeinfo, count(up)'
      if (ports.withPrometheus === undefined) {
        return { kind: 'unknown', reason: NO_PROMETHEUS, source }
      }
      const toMs = context.clock.now()
      const fromMs = toMs - FARTHEST_DAYS * DAY_MS
      const options = { signal: context.signal }
      const [read, setting] = await ports.withPrometheus((client) =>
        Promise.all([
          client.queryRange('count(up)', { fromMs, toMs, stepMs: DAY_MS }, options),
          client.retention?.(options),
        ]),
      )
      if (read.kind !== 'ok') return { kind: 'unknown', reason: whyNot('Prometheus', read), source }
      const oldestMs = Math.min(
        ...read.value.series.flatMap(({ points }) => points.map(({ atMs }) => atMs)),
      )
      if (!Number.isFinite(oldestMs)) {
        const reason = text('Prometheus에 표본이 없음', 'Prometheus holds no sample')
        return { kind: 'unknown', reason, source }
      }
      const oldestDays = Math.floor((toMs - oldestMs) / DAY_MS)
      const keptFor = setting?.kind === 'ok' ? setting.value : null
      const keptDays = keptFor === null ? null : daysOfRetention(keptFor)
      // What is set to be thrown away sooner does not get old enough, however much is there now.
      const enough = oldestDays >= wantedDays && (keptDays === null || keptDays >= wantedDays)
      return {
        kind: 'observed',
        value: { oldestDays, wantedDays, keptFor, keptDays, enough },
        summary: text(
          `보관 설정 ${keptFor ?? '확인 불가'} · 가장 오래된 표본 ${oldestDays}일 전(${seoulDateOf(oldestMs)}) · 필요 ${wantedDays}일`,
          `kept for ${keptFor ?? 'an unknown time'}; oldest sample ${oldestDays} days ago (${seoulDateOf(oldestMs)}); ${wantedDays} wanted`,
        ),
        source,
      }
    },
  }
}

/** `15d`, `1y`, `2w3d`, `15d or 50GiB`; null where only a size limits it. */
function daysOfRetention(words: string): number | null {
  const time = words.split(/\s+or\s+/).find((part) => /^(?:\d+(?:ms|[smhdwy]))+$/.test(part))
  if (time === undefined) return null
  const days = { ms: 1 / 86_400_000, s: 1 / 86_400, m: 1 / 1440, h: 1 / 24, d: 1, w: 7, y: 365 }
  let total = 0
  for (const [, count, unit] of time.matchAll(/(\d+)(ms|[smhdwy])/g)) {
    total += Number(count) * days[unit as keyof typeof days]
  }
  return Math.floor(total)
}

export function createToolsProbe(ports: MonitoringPorts): ProbeDeclaration<Nothing> {
  return {
    id: 'monitoring.versions',
    title: text('모니터링 도구 버전', 'versions of the monitoring tools'),
    impact: 'read_only',
    idempotent: true,
    inputs: nothing,
    outputs: z.object({
      prometheus: z.string().optional(),
      alertmanager: z.string().optional(),
      prometheusState: z.enum(['supported', 'ending', 'ended', 'unknown']),
      until: z.string().optional(),
    }),
    async observe(_input, context) {
      const source = '/api/v1/status/buildinfo, /api/v2/status'
      const { withPrometheus, withAlertmanager } = ports
      if (withPrometheus === undefined) return { kind: 'unknown', reason: NO_PROMETHEUS, source }
      const options = { signal: context.signal }
      const [prometheus, alertmanager, table] = await Promise.all([
        withPrometheus((client) => client.version(options)),
        withAlertmanager?.((client) => client.status(options)),
        ports.loadSupportTable(),
      ])
      if (prometheus.kind !== 'ok') {
        return { kind: 'unknown', reason: whyNot('Prometheus', prometheus), source }
      }
      const version = prometheus.value
      const support = supportOf(table, 'prometheus', version, seoulDateOf(context.clock.now()))
      const until = 'until' in support ? support.until : undefined
      const other = alertmanager?.kind === 'ok' ? alertmanager.value.version : undefined
      const state = {
        supported: text(`지원 중(${until}까지)`, `mended until ${until}`),
        ending: text(`곧 종료(${until})`, `ends ${until}`),
        ended: text(`지원 종료(${until})`, `ended ${until}`),
        unknown: text('지원 여부 확인 불가(표에 없음)', 'not in the table'),
      }[support.state]
      const beside = otherWords(alertmanager)
      return {
        kind: 'observed',
        value: {
          prometheus: version,
          prometheusState: support.state,
          ...(until === undefined ? {} : { until }),
          ...(other === undefined ? {} : { alertmanager: other }),
        },
        summary: text(
          `Prometheus ${version} ${state.ko} · ${beside.ko}`,
          `Prometheus ${version} ${state.en}; ${beside.en}`,
        ),
        source,
      }
    },
  }
}

function otherWords(read: Read<{ readonly version: string }> | undefined): Text {
  if (read === undefined) {
    return text(
      'Alertmanager 미설정(설정 alertmanager.url)',
      'no Alertmanager (set alertmanager.url)',
    )
  }
  if (read.kind === 'ok') {
    return text(`Alertmanager ${read.value.version}`, `Alertmanager ${read.value.version}`)
  }
  return whyNot('Alertmanager', read)
}

function whyNot(name: string, read: Exclude<Read<unknown>, { kind: 'ok' }>): Text {
  const why = read.kind === 'absent' ? text('없음(404)', 'not there (404)') : read.failure.message
  return text(`${name} 조회 실패: ${why.ko}`, `${name}: ${why.en}`)
}
