/** How fast and how full it was this week against the week before: samples of the journal, p95 from Prometheus. */
import { z } from 'zod'
import type { QueryAnswer } from '../core/monitoring.ts'
import type { Read } from '../core/read.ts'
import { SAMPLED } from '../core/sampled-meters.ts'
import type { RequestOptions } from '../core/service.ts'
import type { Settings } from '../core/settings.ts'
import { text, type Text } from '../core/text.ts'
import type { OperationContext, ProbeDeclaration } from '../playbook/operation.ts'
import { increases, percentSamples, quantile, type SampleReader } from './sample-series.ts'

export type QueryPrometheus = (
  expression: string,
  options: RequestOptions & { readonly atMs?: number },
) => Promise<Read<QueryAnswer>>

export interface PerformancePorts {
  readonly samples: SampleReader
  readonly settings: Pick<Settings, 'instances'>
  /** Absent: no Prometheus is configured. */
  readonly queryPrometheus?: QueryPrometheus
}

const performanceInput = z.object({
  /** A rise of this much is named. */
  risePercent: z.int().min(1).max(1000).default(20),
})

const WEEK_MS = 7 * 86_400_000
/** A week that was watched less than this has too few samples for a median. */
const FEWEST_SAMPLES = 48

export interface Measure {
  readonly id: 'p95' | 'response' | 'heap' | 'pool'
  readonly unit: 'ms' | '%'
  readonly title: Text
  readonly now?: number
  readonly before?: number
  /** Why there is no value. */
  readonly missing?: Text
}

export function createPerformanceProbe(
  ports: PerformancePorts,
): ProbeDeclaration<z.output<typeof performanceInput>> {
  return {
    id: 'performance.week',
    title: text('성능 지표의 주간 변화', 'performance against the week before'),
    impact: 'read_only',
    idempotent: true,
    inputs: performanceInput,
    outputs: z.object({
      p95Ms: z.number().optional(),
      responseMs: z.number().optional(),
      heapPercent: z.number().optional(),
      poolPercent: z.number().optional(),
      measures: z.array(
        z.object({
          id: z.string(),
          unit: z.string(),
          now: z.number().optional(),
          before: z.number().optional(),
        }),
      ),
      rising: z.array(z.string()),
      notSeen: z.array(z.string()),
    }),
    async observe({ risePercent }, context) {
      const source = ports.queryPrometheus === undefined ? 'journal' : 'journal, Prometheus'
      const measures = await measureWeeks(ports, context)
      const notSeen = measures.filter(
        ({ now, before }) => now === undefined || before === undefined,
      )
      if (notSeen.length === measures.length) {
        return { kind: 'unknown', reason: missingWords(measures), source }
      }
      const rising = measures.filter((measure) => hasRisen(measure, risePercent))
      const now = (id: Measure['id']) => measures.find((measure) => measure.id === id)?.now
      return {
        kind: 'observed',
        value: {
          ...optional('p95Ms', now('p95')),
          ...optional('responseMs', now('response')),
          ...optional('heapPercent', now('heap')),
          ...optional('poolPercent', now('pool')),
          measures: measures.map(({ id, unit, now: value, before }) => ({
            id,
            unit,
            ...optional('now', value),
            ...optional('before', before),
          })),
          rising: rising.map(({ id }) => id),
          notSeen: notSeen.map(({ id }) => id),
        },
        summary: wordsOf(measures),
        source,
      }
    },
  }
}

/** A rise of a value that is next to nothing is none. */
const SMALLEST_RISE: Readonly<Record<Measure['unit'], number>> = { ms: 50, '%': 5 }

function hasRisen({ now, before, unit }: Measure, risePercent: number): boolean {
  if (now === undefined || before === undefined) return false
  const rise = now - before
  return rise >= SMALLEST_RISE[unit] && rise >= (before * risePercent) / 100
}

async function measureWeeks(
  ports: PerformancePorts,
  context: OperationContext,
): Promise<readonly Measure[]> {
  const nowMs = context.clock.now()
  const [p95Now, p95Before, now, before] = await Promise.all([
    p95Of(ports, nowMs, context),
    p95Of(ports, nowMs - WEEK_MS, context),
    weekOf(ports, nowMs),
    weekOf(ports, nowMs - WEEK_MS),
  ])
  const measure = (
    id: Measure['id'],
    unit: Measure['unit'],
    title: Text,
    values: readonly [number | undefined, number | undefined],
    missing: Text,
  ): Measure => ({
    id,
    unit,
    title,
    ...optional('now', values[0]),
    ...optional('before', values[1]),
    ...(values[0] === undefined || values[1] === undefined ? { missing } : {}),
  })
  const p95Missing =
    p95Now.kind === 'unknown'
      ? p95Now.reason
      : p95Before.kind === 'unknown'
        ? p95Before.reason
        : NO_SAMPLES
  return [
    measure('p95', 'ms', text('p95', 'p95'), [valueOf(p95Now), valueOf(p95Before)], p95Missing),
    measure(
      'response',
      'ms',
      text('평균 응답', 'mean response'),
      [now.responseMs, before.responseMs],
      NO_SAMPLES,
    ),
    measure('heap', '%', text('힙', 'heap'), [now.heapPercent, before.heapPercent], NO_SAMPLES),
    measure(
      'pool',
      '%',
      text('DB 연결', 'pool'),
      [now.poolPercent, before.poolPercent],
      NO_SAMPLES,
    ),
  ]
}

const NO_SAMPLES = text(
  '2주치 표본 없음(mts watch를 켜 두세요)',
  'no samples of two weeks (keep mts watch running)',
)
const NO_PROMETHEUS = text(
  'Prometheus 미설정(설정 prometheus.url 또는 MTS_PROMETHEUS_URL)',
  'no Prometheus (set prometheus.url or MTS_PROMETHEUS_URL)',
)

type Value =
  | { readonly kind: 'known'; readonly value: number }
  | { readonly kind: 'unknown'; readonly reason: Text }

function valueOf(value: Value): number | undefined {
  return value.kind === 'known' ? value.value : undefined
}

/** Over all instances: rates summed by bucket first, the quantile last. Our own probing is left out. */
const P95 =
  'histogram_quantile(0.95, sum by (le) (rate(http_server_requests_seconds_bucket{uri!~"/actuator.*"}[7d]))) * 1000'

async function p95Of(
  { queryPrometheus }: PerformancePorts,
  atMs: number,
  context: OperationContext,
): Promise<Value> {
  if (queryPrometheus === undefined) return { kind: 'unknown', reason: NO_PROMETHEUS }
  const read = await queryPrometheus(P95, { atMs, signal: context.signal })
  if (read.kind !== 'ok') {
    const why = read.kind === 'absent' ? text('없음(404)', 'not there (404)') : read.failure.message
    return { kind: 'unknown', reason: text(`Prometheus ${why.ko}`, `Prometheus: ${why.en}`) }
  }
  const [element] = read.value.elements
  if (element === undefined || element.value.kind !== 'number') {
    return {
      kind: 'unknown',
      reason: text(
        'Prometheus에 응답 시간 히스토그램 없음(mts doctor)',
        'Prometheus has no histogram of response times (mts doctor)',
      ),
    }
  }
  return { kind: 'known', value: Math.round(element.value.value) }
}

interface Week {
  readonly responseMs?: number
  readonly heapPercent?: number
  readonly poolPercent?: number
}

async function weekOf({ samples, settings }: PerformancePorts, toMs: number): Promise<Week> {
  const read = (metric: string) => samples(metric, toMs - WEEK_MS, toMs)
  const [heapUsed, heapMax, active, max, requests, seconds] = await Promise.all(
    [
      SAMPLED.heapUsed,
      SAMPLED.heapMax,
      SAMPLED.poolActive,
      SAMPLED.poolMax,
      SAMPLED.requests,
      SAMPLED.requestSeconds,
    ].map(({ metric }) => read(metric)),
  )
  const median = (values: readonly { readonly value: number }[]): number | undefined =>
    values.length < FEWEST_SAMPLES
      ? undefined
      : rounded(
          quantile(
            values.map(({ value }) => value),
            0.5,
          ),
        )
  const counted = increases(requests ?? [])
  const took = increases(seconds ?? [])
  const count = sum(counted)
  const responseMs =
    settings.instances !== 1 || counted.length < FEWEST_SAMPLES || count === 0
      ? undefined
      : rounded((sum(took) / count) * 1000)
  return {
    ...optional('responseMs', responseMs),
    ...optional('heapPercent', median(percentSamples(heapUsed ?? [], heapMax ?? []))),
    ...optional('poolPercent', median(percentSamples(active ?? [], max ?? []))),
  }
}

function sum(values: readonly { readonly value: number }[]): number {
  return values.reduce((total, { value }) => total + value, 0)
}

function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 10) / 10
}

function optional<K extends string>(key: K, value: number | undefined): Partial<Record<K, number>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<K, number>>)
}

function wordsOf(measures: readonly Measure[]): Text {
  const seen = measures.flatMap(({ title, now, before, unit }) => {
    if (now === undefined || before === undefined) return []
    const change = Math.round((now - before) * 10) / 10
    const signed = change > 0 ? `+${change}` : String(change)
    const difference = unit === '%' ? text('%p', ' points') : text('ms', ' ms')
    return [
      text(
        `${title.ko} ${now}${unit}(전주 대비 ${signed}${difference.ko})`,
        `${title.en} ${now} ${unit} (${signed}${difference.en})`,
      ),
    ]
  })
  const missing = measures.some(({ missing: why }) => why !== undefined)
    ? [missingWords(measures)]
    : []
  return text(
    [...seen, ...missing].map(({ ko }) => ko).join(' · '),
    [...seen, ...missing].map(({ en }) => en).join('; '),
  )
}

/** Those with the same reason together. */
function missingWords(measures: readonly Measure[]): Text {
  const groups = new Map<string, { readonly why: Text; readonly titles: Text[] }>()
  for (const { title, missing } of measures) {
    if (missing === undefined) continue
    const group = groups.get(missing.en) ?? { why: missing, titles: [] }
    group.titles.push(title)
    groups.set(missing.en, group)
  }
  const parts = [...groups.values()]
  return text(
    parts.map(({ why, titles }) => `${titles.map(({ ko }) => ko).join('·')} ${why.ko}`).join(' · '),
    parts
      .map(({ why, titles }) => `${titles.map(({ en }) => en).join(', ')}: ${why.en}`)
      .join('; '),
  )
}
