/** What the scrape shows and what it does not: series that are absent, and meters it is blind to. */
import type { Exposition } from '../core/exposition.ts'
import { matches } from '../core/label-matcher.ts'
import { text } from '../core/text.ts'
import type { Text } from '../core/text.ts'
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
  return [
    ...absent,
    ...facts.meters.flatMap((meter) => judgeMeter(meter, used)),
    ...renamedSeries(facts, used, names),
  ]
}

/** Series that monitoring of this service asks for by a name it does not have, or not here. */
const ASKED_FOR: readonly { readonly series: string; readonly instead?: Text }[] = [
  { series: 'sales_amount_total' },
  {
    series: 'redis_connected_clients',
    instead: text(
      'redis_exporter가 있어야 합니다. 지금 값: mts health(redis)',
      'it takes redis_exporter; what there is now: mts health (redis)',
    ),
  },
]

function renamedSeries(
  { prometheus }: DoctorFacts,
  used: ReadonlySet<string>,
  names: ReadonlySet<string>,
): readonly Finding[] {
  const elsewhere = prometheus.kind === 'seen' ? prometheus.facts.metricNames : undefined
  return ASKED_FOR.flatMap(({ series, instead }): readonly Finding[] => {
    // A rule on it is dead, which is told of the rule.
    if (names.has(series) || elsewhere?.has(series) === true || used.has(series)) return []
    const longer = [...names].find((name) => name.startsWith(`${series}_`))
    const remedy =
      longer === undefined ? instead : text(`${longer}(으)로 쓰세요`, `write ${longer}`)
    if (remedy === undefined) return []
    return [
      {
        code: 'SERIES_ABSENT',
        severity: 'info',
        subject: series,
        message: text(
          '가이드의 쿼리에 있는 이름이지만 수집 지표에는 없습니다',
          "a name of the guide's queries that the scrape does not have",
        ),
        remedy,
      },
    ]
  })
}

/** Registered by this build and never counted up, neither here nor in the scrape: what counts instead. */
const NEVER_COUNTED: Readonly<Record<string, string>> = {
  'settlement.failure.total': 'mts metrics settlement.result.total',
  'api.calls.total': 'mts metrics http.server.requests',
}

function neverCounted(
  { meter, counted, scraped }: MeterFact,
  used: ReadonlySet<string>,
): readonly Finding[] {
  const instead = NEVER_COUNTED[meter]
  if (instead === undefined || scraped === null || counted.count > 0 || scraped.sum > 0) return []
  return [
    {
      code: 'SERIES_BLIND',
      severity: used.has(scraped.family) ? 'critical' : 'info',
      subject: scraped.family,
      message: text(
        '이 서비스가 올리지 않는 계수기입니다. 무슨 일이 있어도 0입니다',
        'the service never counts it up: it stays 0 whatever happens',
      ),
      remedy: text(`대신 ${instead}`, `instead: ${instead}`),
    },
  ]
}

/** Counted by the service, standing still in the scrape: an alert on it looks alive and never fires. */
function judgeMeter(
  { meter, counted, scraped }: MeterFact,
  used: ReadonlySet<string>,
): readonly Finding[] {
  if (scraped === null) return []
  const lost = counted.tagKeys.filter((key) => !scraped.labelKeys.includes(key))
  const stands = counted.count > 0 && scraped.sum === 0
  if (!stands && lost.length === 0) return neverCounted({ meter, counted, scraped }, used)
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
    hasNegative: (selector, summedBy) => {
      if (exposition === undefined) {
        return selector.name === 'jvm_memory_max_bytes' && summedBy === undefined
      }
      if (selector.name === undefined) return false
      const samples = samplesOf(selector)
      return summedBy === undefined
        ? samples.some(({ value }) => value < 0)
        : sumsBy(samples, summedBy).some((sum) => sum < 0)
    },
    largestBucket: (selector) => {
      if (selector.name?.endsWith('_bucket') !== true) return undefined
      const bounds = samplesOf(selector)
        .map(({ labels }) => Number(labels['le']))
        .filter((bound) => Number.isFinite(bound))
      return bounds.length === 0 ? undefined : Math.max(...bounds)
    },
  }
}

function sumsBy(samples: Exposition['samples'], labels: readonly string[]): readonly number[] {
  const sums = new Map<string, number>()
  for (const sample of samples) {
    const key = labels.map((label) => sample.labels[label] ?? '').join('\n')
    sums.set(key, (sums.get(key) ?? 0) + sample.value)
  }
  return [...sums.values()]
}
