/** What the scrape shows and what it does not: series that are absent, and meters it is blind to. */
import type { Exposition } from '../core/exposition.ts'
import { matches } from '../core/label-matcher.ts'
import { text } from '../core/text.ts'
import type { Finding } from './diagnosis.ts'
import type { DoctorFacts, MeterFact } from './facts.ts'
import type { Selector } from './promql.ts'
import type { SeriesValues } from './rule-faults.ts'

/** What the rendered rules rest on, each with the alerts that go blind without it. */
const REQUIRED: readonly { readonly series: string; readonly alerts: string }[] = [
  { series: 'http_server_requests_seconds_bucket', alerts: 'HighResponseTime' },
  {
    series: 'http_server_requests_seconds_count',
    alerts: 'SalesRequestsFailing, HighSettlementFailureRate',
  },
  { series: 'sales_created_total', alerts: 'NoSalesDetected, SalesDropped' },
  { series: 'settlement_processing_time_seconds_count', alerts: 'SettlementBatchMissed' },
  { series: 'hikaricp_connections', alerts: 'DatabaseDown' },
  { series: 'hikaricp_connections_pending', alerts: 'DatabasePoolExhausted' },
  { series: 'rabbitmq_connections', alerts: 'RabbitMqDown' },
  { series: 'jvm_memory_used_bytes', alerts: 'HighJVMMemoryUsage' },
  { series: 'system_cpu_usage', alerts: 'HighCpuUsage' },
  { series: 'disk_free_bytes', alerts: 'HighDiskUsage' },
]

/** `used`: families that a loaded rule selects. */
export function judgeSeries(facts: DoctorFacts, used: ReadonlySet<string>): readonly Finding[] {
  const { exposition } = facts
  if (exposition === undefined) return []
  const names = new Set(exposition.samples.map(({ name }) => name))
  const absent = REQUIRED.filter(({ series }) => !names.has(series)).map(
    ({ series, alerts }): Finding => ({
      code: 'SERIES_ABSENT',
      severity: 'warning',
      subject: series,
      message: text(
        `수집 지표에 없습니다. ${alerts} 알림이 울릴 수 없습니다`,
        `not in the scrape: ${alerts} cannot fire`,
      ),
      remedy: series.endsWith('_bucket')
        ? text(
            '히스토그램을 규칙에 필요한 만큼만 켜세요: mts monitoring render의 application.yml',
            'turn on the buckets that the rules need: application.yml of mts monitoring render',
          )
        : text(
            '서비스가 내보내는 지표를 확인하세요: mts metrics',
            'see what the service publishes: mts metrics',
          ),
    }),
  )
  return [...absent, ...facts.meters.flatMap((meter) => judgeMeter(meter, used))]
}

/** Counted by the service, standing still in the scrape: an alert on it looks alive and never fires. */
function judgeMeter(
  { meter, counted, scraped }: MeterFact,
  used: ReadonlySet<string>,
): readonly Finding[] {
  if (scraped === null) return []
  const lost = counted.tagKeys.filter((key) => !scraped.labelKeys.includes(key))
  const stands = counted.count > 0 && scraped.sum === 0
  if (!stands && lost.length === 0) return []
  const isUsed = used.has(scraped.family)
  const tags = lost.length === 0 ? '' : ` (${lost.join(', ')})`
  return [
    {
      code: 'SERIES_BLIND',
      severity: isUsed ? 'critical' : 'info',
      subject: scraped.family,
      message: text(
        `서비스는 ${counted.count}건을 셌지만 수집 지표는 ${scraped.sum}입니다. 태그${tags}가 빠져 있습니다`,
        `the service has counted ${counted.count}, the scrape shows ${scraped.sum}; tags are missing${tags}`,
      ),
      remedy: text(
        `값은 mts metrics ${meter}로 보세요. 서비스 코드에서 같은 이름에 같은 태그만 쓰면 고쳐집니다`,
        `read it by mts metrics ${meter}; the service mends it by giving one name one set of tags`,
      ),
    },
  ]
}

/** Labels that Prometheus adds: a scrape by itself does not have them. */
const ADDED: ReadonlySet<string> = new Set(['job', 'instance'])

/** What is known of a series' values; without a scrape, what is known of this service's meters. */
export function seriesValuesOf(exposition: Exposition | undefined): SeriesValues {
  const samplesOf = (selector: Selector) =>
    (exposition?.samples ?? []).filter(
      ({ name, labels }) =>
        (selector.name === undefined || name === selector.name) &&
        selector.matchers.every(
          (matcher) => ADDED.has(matcher.name) || matches(matcher, { ...labels, __name__: name }),
        ),
    )
  return {
    hasNegative: (selector) =>
      exposition === undefined
        ? selector.name === 'jvm_memory_max_bytes'
        : selector.name !== undefined && samplesOf(selector).some(({ value }) => value < 0),
    largestBucket: (selector) => {
      if (selector.name?.endsWith('_bucket') !== true) return undefined
      const bounds = samplesOf(selector)
        .map(({ labels }) => Number(labels['le']))
        .filter((bound) => Number.isFinite(bound))
      return bounds.length === 0 ? undefined : Math.max(...bounds)
    },
  }
}
