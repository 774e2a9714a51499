/** Samples over weeks: those that `mts watch` left in the journal, or Prometheus' where it goes back further. */
import type { Clock } from '../core/clock.ts'
import type { Sample } from '../core/journal.ts'
import type { PrometheusReader } from '../core/monitoring.ts'
import type { ServiceSeries } from '../core/over-time.ts'
import { SAMPLED } from '../core/sampled-meters.ts'
import type { SampleReader } from '../checklist/sample-series.ts'
import type { MonitoringPorts } from '../checklist/monitoring-probes.ts'

interface LongSamplePorts {
  readonly url: string
  readonly clock: Clock
  readonly journal: SampleReader
  /** Absent: none is configured. */
  readonly withPrometheus?: MonitoringPorts['withPrometheus']
}

/** What each sampled meter is called in a scrape of Micrometer, and how its series become one. */
const EXPRESSIONS: Readonly<Record<string, (selector: string) => string>> = {
  [SAMPLED.cpu.metric]: (own) => `max(system_cpu_usage{${own}})`,
  [SAMPLED.sales.metric]: (own) => `sum(sales_created_total{${own}})`,
  [SAMPLED.heapUsed.metric]: (own) => `sum(jvm_memory_used_bytes{area="heap",${own}})`,
  [SAMPLED.heapMax.metric]: (own) => `sum(jvm_memory_max_bytes{area="heap",${own}})`,
  [SAMPLED.diskFree.metric]: (own) => `min(disk_free_bytes{${own}})`,
  [SAMPLED.diskTotal.metric]: (own) => `min(disk_total_bytes{${own}})`,
  [SAMPLED.poolActive.metric]: (own) => `sum(hikaricp_connections_active{${own}})`,
  [SAMPLED.poolMax.metric]: (own) => `sum(hikaricp_connections_max{${own}})`,
  [SAMPLED.requests.metric]: (own) => `sum(http_server_requests_seconds_count{${own}})`,
  [SAMPLED.requestSeconds.metric]: (own) => `sum(http_server_requests_seconds_sum{${own}})`,
}

/** As often as a watch samples them. */
const STEP_MS = 1_800_000
/** The journal is taken as long as it lacks no more than this share of the time asked about. */
const ENOUGH = 0.8
const TIMEOUT_MS = 20_000

export function longSamples({
  url,
  clock,
  journal,
  withPrometheus,
}: LongSamplePorts): SampleReader {
  if (withPrometheus === undefined) return journal
  let found: Promise<ServiceSeries | undefined> | undefined
  return async (metric, fromMs, toMs) => {
    const kept = await journal(metric, fromMs, toMs)
    const spanMs = spanOf(kept)
    const expression = EXPRESSIONS[metric]
    if (expression === undefined || spanMs >= (toMs - fromMs) * ENOUGH) return kept
    found ??= withPrometheus((client) => seriesOf(client, url))
    const series = await found
    if (series === undefined || toMs > clock.now()) return kept
    const asked = await withPrometheus((client) =>
      rangeOf(client, expression(series.instance), { metric, url, fromMs, toMs }),
    )
    return spanOf(asked) > spanMs ? asked : kept
  }
}

async function seriesOf(client: PrometheusReader, url: string): Promise<ServiceSeries | undefined> {
  const { findServiceSeries } = await import('../telemetry/service-series.ts')
  const found = await findServiceSeries(client, url)
  return found.kind === 'found' ? found.series : undefined
}

async function rangeOf(
  client: PrometheusReader,
  expression: string,
  { metric, url, fromMs, toMs }: Omit<Sample, 'atMs' | 'value'> & { fromMs: number; toMs: number },
): Promise<readonly Sample[]> {
  const read = await client.queryRange(
    expression,
    { fromMs, toMs, stepMs: STEP_MS },
    { timeoutMs: TIMEOUT_MS },
  )
  // A part of an answer looks like a fall: nothing is better.
  if (read.kind !== 'ok' || read.value.warnings.length > 0) return []
  const [only, another] = read.value.series
  if (only === undefined || another !== undefined) return []
  return only.points.flatMap(({ atMs, value }) =>
    value.kind === 'number' ? [{ atMs, url, metric, value: value.value }] : [],
  )
}

function spanOf(samples: readonly Sample[]): number {
  const times = samples.map(({ atMs }) => atMs)
  if (times.length === 0) return 0
  return (
    times.reduce((most, at) => Math.max(most, at)) -
    times.reduce((least, at) => Math.min(least, at))
  )
}
