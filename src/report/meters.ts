/**
 * The meters that are drawn around an incident: what Prometheus is asked for each, and how it is made
 * of the samples that `mts watch` leaves where there is no Prometheus.
 */
import type { Sample } from '../core/journal.ts'
import type { SeriesQuestion } from '../core/over-time.ts'
import { SAMPLED, type SampledMeter } from '../core/sampled-meters.ts'
import { text, type Text } from '../core/text.ts'

export interface Measured {
  readonly atMs: number
  readonly value: number
}

export interface Meter {
  readonly id: string
  readonly title: Text
  readonly unit: string
  readonly question: SeriesQuestion
  /** Absent: nothing that is sampled tells it. Takes the samples of one service, oldest first. */
  readonly sampled?: {
    readonly from: readonly SampledMeter[]
    draw(samplesOf: (meter: SampledMeter) => readonly Sample[]): readonly Measured[]
  }
}

const { cpu, sales, heapUsed, heapMax, poolActive, requests, requestSeconds } = SAMPLED

/** Calls of the service's own interface; scrapes and looks would dilute them. */
const CALLS = 'uri!~"/actuator.*"'

export const METERS: readonly Meter[] = [
  {
    id: 'sales',
    title: text('분당 매출 등록', 'Sales a minute'),
    unit: '건',
    question: ({ job }) => ({
      expression: `sum(rate(sales_created_total{${job}}[5m])) * 60`,
      basis: `sales_created_total{${job}}`,
      everyInstance: true,
    }),
    sampled: { from: [sales], draw: (samplesOf) => perMinute(samplesOf(sales)) },
  },
  {
    id: 'errors',
    title: text('분당 5xx 응답', 'Answers of 5xx a minute'),
    unit: '건',
    question: ({ job }) => ({
      // Without one 5xx so far the series is not there: then the rest tells that there were none.
      expression:
        `(sum(rate(http_server_requests_seconds_count{${job},${CALLS},status=~"5.."}[5m]))` +
        ` or 0 * sum(rate(http_server_requests_seconds_count{${job}}[5m]))) * 60`,
      basis: `http_server_requests_seconds_count{${job}}`,
      everyInstance: true,
    }),
  },
  {
    id: 'latency',
    title: text('평균 응답 시간', 'Mean time to answer'),
    unit: 'ms',
    question: ({ job }) => ({
      expression:
        `1000 * sum(rate(http_server_requests_seconds_sum{${job},${CALLS}}[5m]))` +
        ` / sum(rate(http_server_requests_seconds_count{${job},${CALLS}}[5m]))`,
      basis: `http_server_requests_seconds_count{${job}}`,
      everyInstance: true,
    }),
    sampled: {
      from: [requestSeconds, requests],
      draw: (samplesOf) => meanMs(samplesOf(requestSeconds), samplesOf(requests)),
    },
  },
  {
    id: 'pool',
    title: text('DB 커넥션 사용', 'Database connections in use'),
    unit: '개',
    question: ({ instance }) => ({
      expression: `sum(hikaricp_connections_active{${instance}})`,
      basis: `hikaricp_connections_active{${instance}}`,
    }),
    sampled: { from: [poolActive], draw: (samplesOf) => samplesOf(poolActive) },
  },
  {
    id: 'cpu',
    title: text('CPU 사용률', 'CPU'),
    unit: '%',
    question: ({ instance }) => ({
      expression: `100 * max(system_cpu_usage{${instance}})`,
      basis: `system_cpu_usage{${instance}}`,
    }),
    sampled: { from: [cpu], draw: (samplesOf) => scaled(samplesOf(cpu), 100) },
  },
  {
    id: 'heap',
    title: text('힙 사용률', 'Heap'),
    unit: '%',
    question: ({ instance }) => ({
      expression:
        `100 * sum(jvm_memory_used_bytes{${instance},area="heap"})` +
        // A space without a limit says -1.
        ` / sum(jvm_memory_max_bytes{${instance},area="heap"} > 0)`,
      basis: `jvm_memory_used_bytes{${instance},area="heap"}`,
    }),
    sampled: {
      from: [heapUsed, heapMax],
      draw: (samplesOf) => percentOf(samplesOf(heapUsed), samplesOf(heapMax)),
    },
  },
]

/** Names of all samples that the meters are made of. */
export const SAMPLED_FOR_METERS: readonly string[] = [
  ...new Set(METERS.flatMap(({ sampled }) => sampled?.from.map(({ metric }) => metric) ?? [])),
]

function scaled(samples: readonly Sample[], factor: number): readonly Measured[] {
  return samples.map(({ atMs, value }) => ({ atMs, value: value * factor }))
}

/** Of two measurements of one process; a restart begins anew and is no fall. */
function growth(
  samples: readonly Sample[],
): readonly { readonly atMs: number; readonly overMs: number; readonly grown: number }[] {
  return samples.flatMap((sample, index) => {
    const before = samples[index - 1]
    if (before === undefined || before.processStartMs !== sample.processStartMs) return []
    const overMs = sample.atMs - before.atMs
    const grown = sample.value - before.value
    return overMs > 0 && grown >= 0 ? [{ atMs: sample.atMs, overMs, grown }] : []
  })
}

function perMinute(samples: readonly Sample[]): readonly Measured[] {
  return growth(samples).map(({ atMs, overMs, grown }) => ({
    atMs,
    value: grown / (overMs / 60_000),
  }))
}

/** What the calls between two measurements took on average; without a call there is nothing to tell. */
function meanMs(seconds: readonly Sample[], counts: readonly Sample[]): readonly Measured[] {
  const calls = new Map(growth(counts).map(({ atMs, grown }) => [atMs, grown]))
  return growth(seconds).flatMap(({ atMs, grown }) => {
    const count = calls.get(atMs) ?? 0
    return count > 0 ? [{ atMs, value: (1000 * grown) / count }] : []
  })
}

function percentOf(parts: readonly Sample[], wholes: readonly Sample[]): readonly Measured[] {
  const whole = new Map(wholes.map(({ atMs, value }) => [atMs, value]))
  return parts.flatMap(({ atMs, value }) => {
    const most = whole.get(atMs) ?? 0
    return most > 0 ? [{ atMs, value: (100 * value) / most }] : []
  })
}
