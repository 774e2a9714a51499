/** What the service says right now, for panels that have no curve and for the numbers beside one. */
import type { RequestOptions, Service } from '../core/service.ts'
import { text, type Text } from '../core/text.ts'
import type { NowId } from '../dashboard/panels.ts'
import type { Now } from '../dashboard/observe.ts'
import { SALES_POST } from '../core/api-calls.ts'
import { factOf, meterFact, sizeFact, type Fact } from '../health/fact.ts'
import { countOf } from '../health/meter-count.ts'

const PAYMENT_TYPES = 'sales.by.payment.type.total'
const SETTLED = 'settlement.result.total'
const REQUESTS = 'http.server.requests'
/** More kinds than there are: a build that tags otherwise must not send hundreds of questions. */
const MOST_KINDS = 12

type Part = Now['parts'][number]

export async function readNow(id: NowId, service: Service, options: RequestOptions): Promise<Now> {
  const value = async (
    name: string,
    statistic: string,
    tags: Readonly<Record<string, string>> = {},
  ): Promise<Fact<number>> => meterFact(await service.metric(name, tags, options), statistic)

  switch (id) {
    case 'heap': {
      const info = factOf(await service.systemInfo(options))
      if (info.kind === 'unknown') return unknownNow(info.reason)
      const { heapUsedBytes, heapMaxBytes } = info.value
      return shareNow(sizeFact(heapUsedBytes, 'heap'), sizeFact(heapMaxBytes, 'heap max'))
    }
    case 'disk': {
      const [free, total] = await Promise.all([
        value('disk.free', 'VALUE'),
        value('disk.total', 'VALUE'),
      ])
      const left = shareNow(free, total)
      return left.value === undefined ? left : { ...left, value: 100 - left.value }
    }
    case 'cpu': {
      const cpu = await value('system.cpu.usage', 'VALUE')
      return cpu.kind === 'known' ? { value: cpu.value * 100, parts: [] } : unknownNow(cpu.reason)
    }
    case 'pool':
      return poolNow(
        ...(await Promise.all([
          value('hikaricp.connections.active', 'VALUE'),
          value('hikaricp.connections.pending', 'VALUE'),
          value('hikaricp.connections.max', 'VALUE'),
        ])),
      )
    case 'redis': {
      const read = factOf(await service.componentHealth('customRedis', options))
      if (read.kind === 'unknown') return unknownNow(read.reason)
      const clients = Number(read.value.details['connected_clients'] ?? Number.NaN)
      return Number.isFinite(clients)
        ? { value: clients, parts: [] }
        : unknownNow(text('연결 수를 보여 주지 않음', 'the count is not shown'))
    }
    case 'slowest': {
      const slowest = await value(REQUESTS, 'MAX')
      return slowest.kind === 'known'
        ? { parts: [part('최근 2분 최대', 'slowest in 2 min', slowest.value, 'seconds')] }
        : unknownNow(slowest.reason)
    }
    case 'payment-types':
      return kindsNow(service, PAYMENT_TYPES, 'payment_type', options)
    case 'settlements':
      return settlementsNow(service, options)
    case 'sales-failures':
      return failuresNow(service, options)
    case 'sales-since-start':
      return sinceStart(await value('sales.created.total', 'COUNT'), 'sales')
    case 'amount-since-start':
      return sinceStart(await value('sales.amount.total', 'COUNT'), 'won')
  }
}

function part(ko: string, en: string, value: number, unit: Part['unit'] = 'sales'): Part {
  return { name: text(ko, en), value, unit }
}

function unknownNow(reason: Text): Now {
  return { parts: [], reason }
}

function sinceStart(total: Fact<number>, unit: Part['unit']): Now {
  return total.kind === 'known'
    ? { parts: [part('기동 후', 'since the start', total.value, unit)] }
    : unknownNow(total.reason)
}

function shareNow(of: Fact<number>, whole: Fact<number>): Now {
  if (of.kind === 'unknown') return unknownNow(of.reason)
  if (whole.kind === 'unknown') return unknownNow(whole.reason)
  if (whole.value === 0) return unknownNow(text('전체가 0', 'the whole is 0'))
  return { value: (of.value / whole.value) * 100, parts: [] }
}

function poolNow(active: Fact<number>, pending: Fact<number>, max: Fact<number>): Now {
  const parts = [
    ...(pending.kind === 'known' ? [part('대기', 'waiting', pending.value, 'connections')] : []),
    ...(max.kind === 'known' ? [part('최대', 'most', max.value, 'connections')] : []),
  ]
  return active.kind === 'known' ? { value: active.value, parts } : { parts, reason: active.reason }
}

async function kindsNow(
  service: Service,
  meter: string,
  tag: string,
  options: RequestOptions,
): Promise<Now> {
  const whole = factOf(await service.metric(meter, {}, options))
  if (whole.kind === 'unknown') return unknownNow(whole.reason)
  const kinds = (whole.value.tags[tag] ?? []).slice(0, MOST_KINDS)
  const counts = await Promise.all(
    kinds.map(async (kind) => ({
      kind,
      count: await countOf(service, meter, { [tag]: kind }, options),
    })),
  )
  const parts: Part[] = []
  for (const { kind, count } of counts) {
    if (count.kind === 'unknown') return unknownNow(count.reason)
    parts.push(part(kind, kind, count.value))
  }
  return {
    value: parts.reduce((sum, { value }) => sum + value, 0),
    parts: parts.toSorted((left, right) => right.value - left.value),
  }
}

async function settlementsNow(service: Service, options: RequestOptions): Promise<Now> {
  const [good, failed] = await Promise.all([
    countOf(service, SETTLED, { result: 'success' }, options),
    countOf(service, SETTLED, { result: 'failure' }, options),
  ])
  if (good.kind === 'unknown') return unknownNow(good.reason)
  if (failed.kind === 'unknown') return unknownNow(failed.reason)
  const parts = [part('성공', 'good', good.value), part('실패', 'failed', failed.value)]
  const all = good.value + failed.value
  return all === 0
    ? { parts, reason: text('기동 후 정산 없음', 'none since the start') }
    : { value: (good.value / all) * 100, parts }
}

async function failuresNow(service: Service, options: RequestOptions): Promise<Now> {
  const count = (outcome?: string) =>
    countOf(
      service,
      REQUESTS,
      { uri: SALES_POST, ...(outcome === undefined ? {} : { outcome }) },
      options,
    )
  const [requests, server, client] = await Promise.all([
    count(),
    count('SERVER_ERROR'),
    count('CLIENT_ERROR'),
  ])
  for (const each of [requests, server, client]) {
    if (each.kind === 'unknown') return unknownNow(each.reason)
  }
  const of = (each: typeof requests): number => (each.kind === 'known' ? each.value : 0)
  return {
    parts: [
      part('기동 후 요청', 'requests since the start', of(requests)),
      part('실패', 'failed', of(server) + of(client)),
    ],
  }
}
