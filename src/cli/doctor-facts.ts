/** Gathers what the doctor judges: everything at once, each question under its own deadline. */
import { setMaxListeners } from 'node:events'
import { addDays, seoulDateOf } from '../core/dates.ts'
import type { Exposition } from '../core/exposition.ts'
import type { Alertmanager, PrometheusReader } from '../core/monitoring.ts'
import type { Read } from '../core/read.ts'
import type { RequestOptions, Service, ServiceRareReader } from '../core/service.ts'
import type { Settings } from '../core/settings.ts'
import { text } from '../core/text.ts'
import type { Text } from '../core/text.ts'
import type {
  ClockFact,
  DoctorFacts,
  EndpointFact,
  HealthFact,
  MeterFact,
  PrometheusFacts,
  Seen,
} from '../doctor/facts.ts'
import { createClockProbe } from '../settlement/clock-probe.ts'
import { parseExposition } from '../telemetry/exposition.ts'
import type { CommandContext } from './command.ts'
import { listPlaybookFacts } from './playbook-facts.ts'
import { lookUpSelectors } from './selector-lookup.ts'
import type { Telemetry } from './telemetry-clients.ts'

/** The whole health answers within milliseconds, or is waiting for something that hangs. */
const HEALTH_MS = 3000
const ENDPOINT_MS = 3000
const SCRAPE_MS = 10_000

/** Meters the guide's monitoring relies on: the ones a scrape may be blind to. */
const METERS = [
  'settlement.result.total',
  'settlement.failure.total',
  'settlement.processing.time',
  'sales.created.total',
  'sales.amount.total',
  'sales.by.payment.type.total',
  'api.calls.total',
] as const

type WholeService = Service & ServiceRareReader

export async function gatherDoctorFacts(
  context: CommandContext,
  telemetry: Telemetry,
): Promise<DoctorFacts> {
  const settings = await context.settings()
  const { createServiceClient } = await import('../service/client.ts')
  const service = await createServiceClient(settings, context.ports.clock)
  // As many questions listen to it as are asked at once.
  const signal = AbortSignal.any([context.signal])
  setMaxListeners(0, signal)
  const options: RequestOptions = { signal }
  try {
    const scrape = readScrape(service, options)
    const [
      health,
      endpoints,
      clock,
      { exposition, reason },
      meters,
      prometheus,
      alertmanager,
      playbooks,
    ] = await Promise.all([
      readHealth(service, options),
      readEndpoints(service, settings, context, options),
      readClock(service, settings, context),
      scrape,
      scrape.then(({ exposition: seen }) => readMeters(service, seen, options)),
      readPrometheus(telemetry.prometheus, context.ports.clock.now(), options),
      readAlertmanager(telemetry.alertmanager, options),
      listPlaybookFacts(context),
    ])
    return {
      url: settings.url,
      nowMs: context.ports.clock.now(),
      service: { health, endpoints, clock },
      ...(exposition === undefined ? {} : { exposition }),
      ...(reason === undefined ? {} : { expositionReason: reason }),
      meters,
      prometheus,
      alertmanager,
      ...(playbooks === undefined ? {} : { playbooks }),
    }
  } finally {
    await service.close()
  }
}

async function readHealth(service: WholeService, options: RequestOptions): Promise<HealthFact> {
  const read = await service.wholeHealth({ ...options, timeoutMs: HEALTH_MS })
  if (read.kind === 'ok') return { kind: 'answered', latencyMs: read.meta.latencyMs }
  if (read.kind === 'absent') {
    return {
      kind: 'unknown',
      reason: text('헬스체크 없음(404)', 'there is no health endpoint (404)'),
    }
  }
  const { failure } = read
  if (failure.kind === 'unreachable') return { kind: 'unreachable', reason: failure.message }
  if (failure.kind !== 'timeout') return { kind: 'unknown', reason: failure.message }
  // One that asks nobody tells a hanging dependency from a hanging service.
  const ping = await service.componentHealth('ping', { ...options, timeoutMs: HEALTH_MS })
  return ping.kind === 'unknown' && ping.failure.kind === 'timeout'
    ? { kind: 'unreachable', reason: failure.message }
    : { kind: 'hangs', afterMs: read.latencyMs }
}

async function readEndpoints(
  service: WholeService,
  settings: Settings,
  context: CommandContext,
  given: RequestOptions,
): Promise<readonly EndpointFact[]> {
  const options = { ...given, timeoutMs: ENDPOINT_MS }
  const yesterday = addDays(seoulDateOf(context.ports.clock.now()), -1)
  const [store] = settings.stores
  const asked: Promise<EndpointFact>[] = [
    service
      .unsettledOnDate(yesterday, options)
      .then((read) =>
        endpointFact(
          'GET /api/settlements/unsettled/{date}',
          read,
          text(
            'mts settle sheet, mts sales가 매출에서 직접 셉니다',
            'mts settle sheet and mts sales count from the sales themselves',
          ),
        ),
      ),
  ]
  if (store !== undefined) {
    const instead = text(
      'mts sales, mts report가 매출에서 직접 만듭니다',
      'mts sales and mts report make it from the sales themselves',
    )
    asked.push(
      service
        .salesDashboard(store, yesterday, options)
        .then((read) =>
          endpointFact('GET /api/v1/sales/dashboard/{businessNumber}', read, instead),
        ),
      service
        .monthlySalesReport(store, yesterday.slice(0, 7), options)
        .then((read) =>
          endpointFact('GET /api/v1/sales/report/monthly/{businessNumber}', read, instead),
        ),
    )
  }
  return Promise.all(asked)
}

function endpointFact(path: string, read: Read<unknown>, instead: Text): EndpointFact {
  const broken = read.kind === 'unknown' && read.failure.kind === 'service_error'
  return { path, instead, state: broken ? 'broken' : read.kind === 'unknown' ? 'unknown' : 'fine' }
}

async function readClock(
  service: WholeService,
  settings: Settings,
  context: CommandContext,
): Promise<ClockFact> {
  const probe = createClockProbe({ reader: service, settings })
  const seen = await probe.observe({}, { clock: context.ports.clock, signal: context.signal })
  if (seen.kind === 'unknown') return { kind: 'unknown', reason: seen.reason }
  const { skewMs, zone } = seen.value as { skewMs: number; zone: 'seoul' | 'utc' | 'unknown' }
  return { kind: 'known', skewMs, zone }
}

export async function readScrape(
  service: ServiceRareReader,
  options: RequestOptions,
): Promise<{ readonly exposition?: Exposition; readonly reason?: Text }> {
  const read = await service.exposition('/actuator', { ...options, timeoutMs: SCRAPE_MS })
  if (read.kind === 'unknown') return { reason: read.failure.message }
  if (read.kind === 'absent') {
    return {
      reason: text('/actuator/prometheus 없음(404)', 'there is no /actuator/prometheus (404)'),
    }
  }
  const parsed = parseExposition(read.value, 'text')
  return parsed.kind === 'whole'
    ? { exposition: parsed.exposition }
    : {
        reason: text(
          `수집 지표를 읽을 수 없음(${parsed.line}행: ${parsed.reason})`,
          `the scrape cannot be read (line ${parsed.line}: ${parsed.reason})`,
        ),
      }
}

async function readMeters(
  service: Service,
  exposition: Exposition | undefined,
  options: RequestOptions,
): Promise<readonly MeterFact[]> {
  if (exposition === undefined) return []
  const facts = await Promise.all(
    METERS.map(async (meter): Promise<MeterFact | undefined> => {
      const read = await service.metric(meter, {}, options)
      const count = read.kind === 'ok' ? read.value.measurements['COUNT'] : undefined
      if (read.kind !== 'ok' || count === undefined) return undefined
      return {
        meter,
        counted: { count, tagKeys: Object.keys(read.value.tags) },
        scraped: familyOf(meter, exposition),
      }
    }),
  )
  return facts.filter((fact) => fact !== undefined)
}

/**
 * The series a counter or timer is published under. Its name is found, not made up: base units are
 * put into it, and then `_total`.
 */
function familyOf(meter: string, { samples }: Exposition): MeterFact['scraped'] {
  const base = meter.replaceAll('.', '_')
  const counts = samples.filter(
    ({ name }) =>
      name === base ||
      name === `${base}_total` ||
      (name.startsWith(`${base}_`) && /_(?:total|count)$/.test(name)),
  )
  const [first] = counts
  if (first === undefined) return null
  const own = counts.filter(({ name }) => name === first.name)
  return {
    family: first.name,
    sum: own.reduce((sum, { value }) => sum + value, 0),
    labelKeys: [...new Set(own.flatMap(({ labels }) => Object.keys(labels)))],
  }
}

async function readPrometheus(
  prometheus: PrometheusReader | undefined,
  nowMs: number,
  options: RequestOptions,
): Promise<Seen<PrometheusFacts>> {
  if (prometheus === undefined) return { kind: 'none' }
  const { url } = prometheus
  const [rules, targets, alertmanagers, names] = await Promise.all([
    prometheus.rules(options),
    prometheus.targets(options),
    prometheus.alertmanagers(options),
    prometheus.metricNames(options),
  ])
  if (rules.kind === 'unknown') return { kind: 'unreachable', url, reason: rules.failure.message }
  if (targets.kind === 'unknown') {
    return { kind: 'unreachable', url, reason: targets.failure.message }
  }
  const groups = rules.kind === 'ok' ? rules.value : []
  const active = targets.kind === 'ok' ? targets.value : []
  return {
    kind: 'seen',
    facts: {
      url,
      groups,
      targets: active,
      ...(alertmanagers.kind === 'ok' ? { alertmanagers: alertmanagers.value } : {}),
      ...(names.kind === 'ok' ? { metricNames: new Set(names.value) } : {}),
      warnings: [rules, targets].flatMap((read) =>
        read.kind === 'ok' ? (read.meta.warnings ?? []) : [],
      ),
      ...(await lookUpSelectors(prometheus, groups, active, nowMs, options)),
    },
  }
}

async function readAlertmanager(
  alertmanager: Alertmanager | undefined,
  options: RequestOptions,
): Promise<DoctorFacts['alertmanager']> {
  if (alertmanager === undefined) return { kind: 'none' }
  const { url } = alertmanager
  const read = await alertmanager.status(options)
  if (read.kind === 'ok') return { kind: 'seen', facts: { url, config: read.value.config } }
  const reason =
    read.kind === 'unknown'
      ? read.failure.message
      : text('Alertmanager의 상태 없음', 'there is no status of Alertmanager')
  return { kind: 'unreachable', url, reason }
}
