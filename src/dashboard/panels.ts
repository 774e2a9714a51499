/**
 * The guide's queries, corrected, as panels: for each the question to Prometheus, what `mts watch`
 * has left in the journal for it, and what the service itself says right now.
 */
import { NOT_LATENCY, SALES_POST, increaseWithBirths, p95Expression } from '../core/api-calls.ts'
import { promDurationOf } from '../core/prom-duration.ts'
import type { SeriesQuestion, ServiceSeries } from '../core/over-time.ts'
import { SAMPLED, type SampledMeter } from '../core/sampled-meters.ts'
import type { Thresholds } from '../core/settings.ts'
import { text, type Text } from '../core/text.ts'
import type { DashboardName, PanelUnit } from './dashboard.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** What the service can say of right now. */
export type NowId =
  | 'heap'
  | 'pool'
  | 'redis'
  | 'cpu'
  | 'disk'
  | 'slowest'
  | 'payment-types'
  | 'settlements'
  | 'sales-failures'
  | 'sales-since-start'
  | 'amount-since-start'

export type JournalRecipe =
  /** What a counter rose by in a window. */
  | { readonly kind: 'rise'; readonly meter: SampledMeter; readonly windowMs: number }
  /** As it was measured, times `scale`. */
  | { readonly kind: 'value'; readonly meter: SampledMeter; readonly scale: number }
  /** A part as percent of its whole, or what is left of it. */
  | {
      readonly kind: 'share'
      readonly part: SampledMeter
      readonly whole: SampledMeter
      readonly left: boolean
    }
  /** What one counter rose by for each that another did: seconds a request. */
  | { readonly kind: 'ratio'; readonly of: SampledMeter; readonly by: SampledMeter }

export interface PanelPlan {
  readonly id: string
  readonly title: Text
  readonly unit: PanelUnit
  readonly threshold?: (thresholds: Thresholds) => number
  readonly prometheus?: {
    readonly question: SeriesQuestion
    /** Beside it, the same a week ago. */
    readonly weekAgo?: SeriesQuestion
    /** Counts over so long: where less was watched, it is at least so much. */
    readonly windowMs?: number
    /** The scrape may show 0 for ever; the service's own count tells. */
    readonly blindBeside?: { readonly meter: string; readonly total: SeriesQuestion }
  }
  /** `title`: where it shows something else than Prometheus would. */
  readonly journal?: JournalRecipe & { readonly title?: Text }
  /** What the service says right now; the reader of the service knows how. */
  readonly now?: NowId
  /** Numbers beside the curve are asked of the service even where Prometheus has the curve. */
  readonly withParts?: boolean
  /** Why there is no curve of it. */
  readonly noCurve?: Text
}

const SALES = 'sales_created_total'
/** The exposed name carries the unit, twice; a mended service's would not. */
const amount = ({ job }: ServiceSeries): string =>
  `{__name__=~"sales_amount_total(_KRW_total)?",${job}}`
const sales = ({ job }: ServiceSeries): string => `${SALES}{${job}}`

function windowOf(wantedMs: number, { scrapeIntervalMs }: ServiceSeries): string {
  // A rate needs two scrapes in its window, whatever the rhythm.
  return promDurationOf(Math.max(wantedMs, 4 * scrapeIntervalMs))
}

const blindSales = {
  meter: 'sales.created.total',
  total: (series: ServiceSeries) => ({
    expression: `sum(${sales(series)})`,
    basis: sales(series),
  }),
} as const

const BUSINESS: readonly PanelPlan[] = [
  {
    id: 'sales-per-hour',
    title: text('시간당 매출 건수', 'Sales an hour'),
    unit: 'sales',
    prometheus: {
      windowMs: HOUR_MS,
      question: (series) => ({
        expression: `sum(increase(${sales(series)}[1h]))`,
        basis: sales(series),
        everyInstance: true,
      }),
      weekAgo: (series) => ({
        expression: `sum(increase(${sales(series)}[1h] offset 1w))`,
        basis: sales(series),
      }),
      blindBeside: blindSales,
    },
    journal: { kind: 'rise', meter: SAMPLED.sales, windowMs: HOUR_MS },
    now: 'sales-since-start',
  },
  {
    id: 'sales-amount',
    title: text('매출 금액(24시간)', 'Amount in 24 h'),
    unit: 'won',
    prometheus: {
      windowMs: DAY_MS,
      question: (series) => ({
        expression: `sum(increase(${amount(series)}[1d]))`,
        basis: amount(series),
        everyInstance: true,
      }),
      blindBeside: {
        meter: 'sales.amount.total',
        total: (series) => ({ expression: `sum(${amount(series)})`, basis: amount(series) }),
      },
    },
    journal: { kind: 'rise', meter: SAMPLED.salesAmount, windowMs: DAY_MS },
    now: 'amount-since-start',
  },
  {
    id: 'payment-types',
    title: text('결제수단별 누계', 'By payment type'),
    unit: 'sales',
    now: 'payment-types',
    noCurve: text('기동 후 누계(수집은 항상 0)', 'since the start (scrape: 0)'),
  },
  {
    id: 'settlement-success',
    title: text('정산 성공률', 'Settlements that succeed'),
    unit: 'percent',
    now: 'settlements',
    noCurve: text('기동 후 누계(수집은 항상 0)', 'since the start (scrape: 0)'),
  },
  {
    id: 'sales-failures',
    title: text('매출 등록 실패율(15분)', 'Sales that fail (15 min)'),
    unit: 'percent',
    prometheus: { question: (series) => failureShare(series) },
    now: 'sales-failures',
  },
]

function failureShare(series: ServiceSeries): ReturnType<SeriesQuestion> {
  const window = windowOf(15 * MINUTE_MS, series)
  const meter = 'http_server_requests_seconds_count'
  const requests = (labels: string): string =>
    increaseWithBirths(
      `${meter}{${series.job},uri="${SALES_POST}"${labels}}`,
      `{${series.job}}`,
      window,
    )
  return {
    expression: `(sum(${requests(',status=~"[45].."')}) or vector(0)) / (sum(${requests('')}) > 0) * 100`,
    basis: `${meter}{${series.job}}`,
    everyInstance: true,
  }
}

const SYSTEM: readonly PanelPlan[] = [
  {
    id: 'latency-p95',
    title: text('API 응답시간 95%', 'API time, 95 %'),
    unit: 'seconds',
    threshold: ({ apiTimeMs }) => apiTimeMs / 1000,
    prometheus: {
      question: (series) => ({
        expression: p95Expression(series.instance, windowOf(5 * MINUTE_MS, series)),
        basis: `http_server_requests_seconds_count{${series.instance},uri!~"${NOT_LATENCY}"}`,
      }),
    },
    journal: {
      kind: 'ratio',
      of: SAMPLED.requestSeconds,
      by: SAMPLED.requests,
      title: text('API 응답시간 평균', 'API time, mean'),
    },
    now: 'slowest',
  },
  {
    id: 'heap',
    title: text('JVM 힙 사용률', 'JVM heap'),
    unit: 'percent',
    threshold: ({ heapPercent }) => heapPercent,
    prometheus: {
      question: ({ instance }) => ({
        // Eden and survivor spaces have a maximum of -1.
        expression: `max(sum by (instance) (jvm_memory_used_bytes{${instance},area="heap"}) / sum by (instance) (jvm_memory_max_bytes{${instance},area="heap"} >= 0) * 100)`,
        basis: `jvm_memory_used_bytes{${instance},area="heap"}`,
      }),
    },
    journal: { kind: 'share', part: SAMPLED.heapUsed, whole: SAMPLED.heapMax, left: false },
    now: 'heap',
  },
  {
    id: 'db-connections',
    title: text('DB 연결(사용 중)', 'DB connections in use'),
    unit: 'connections',
    prometheus: {
      question: ({ instance }) => ({
        expression: `max(hikaricp_connections_active{${instance}})`,
        basis: `hikaricp_connections_active{${instance}}`,
      }),
    },
    journal: { kind: 'value', meter: SAMPLED.poolActive, scale: 1 },
    now: 'pool',
    withParts: true,
  },
  {
    id: 'redis-clients',
    title: text('Redis 연결', 'Redis clients'),
    unit: 'connections',
    prometheus: {
      // Of redis_exporter: one Redis is ours for sure, of several nobody knows which.
      question: () => ({
        expression: 'redis_connected_clients',
        basis: 'redis_connected_clients',
      }),
    },
    now: 'redis',
    noCurve: text('추이: redis_exporter 필요', 'history needs redis_exporter'),
  },
  {
    id: 'cpu',
    title: text('CPU 사용률', 'CPU'),
    unit: 'percent',
    threshold: ({ cpuPercent }) => cpuPercent,
    prometheus: {
      question: ({ instance }) => ({
        expression: `max(system_cpu_usage{${instance}} >= 0) * 100`,
        basis: `system_cpu_usage{${instance}}`,
      }),
    },
    journal: { kind: 'value', meter: SAMPLED.cpu, scale: 100 },
    now: 'cpu',
  },
  {
    id: 'disk',
    title: text('디스크 사용률', 'Disk'),
    unit: 'percent',
    threshold: ({ diskPercent }) => diskPercent,
    prometheus: {
      question: ({ instance }) => ({
        expression: `max(1 - disk_free_bytes{${instance}} / (disk_total_bytes{${instance}} > 0)) * 100`,
        basis: `disk_free_bytes{${instance}}`,
      }),
    },
    journal: { kind: 'share', part: SAMPLED.diskFree, whole: SAMPLED.diskTotal, left: true },
    now: 'disk',
  },
]

export const PANELS: Readonly<Record<DashboardName, readonly PanelPlan[]>> = {
  business: BUSINESS,
  system: SYSTEM,
}
