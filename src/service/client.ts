/** The client of mini-today-sales: every question and the two requests that change something. */
import type { Clock } from '../core/clock.ts'
import { isSeoulDate } from '../core/dates.ts'
import type { RequestOptions, Service, ServiceRareReader, ServiceRequest } from '../core/service.ts'
import type { Settings } from '../core/settings.ts'
import { text } from '../core/text.ts'
import { loadAddress } from '../wire/address.ts'
import { createCollectingReader } from '../wire/body.ts'
import { readJson } from './answer.ts'
import type { Interpret } from './answer.ts'
import { createConnections } from '../wire/connections.ts'
import type { Connections } from '../wire/connections.ts'
import { exchange } from '../wire/exchange.ts'
import type { AnswerHead, BodyReader, Exchange } from '../wire/exchange.ts'
import { EXPOSITION_ACCEPT, readExposition } from './exposition.ts'
import {
  HEALTH_ACCEPT,
  interpretComponentHealth,
  interpretWholeHealth,
  readHealth,
} from './health.ts'
import {
  interpretDeadLetters,
  interpretMetric,
  interpretMetricNames,
  interpretSummary,
  interpretSystemInfo,
} from './metrics.ts'
import { postResult } from './post.ts'
import {
  interpretFigures,
  interpretInfo,
  interpretUnsettled,
  readCustomMetric,
} from './rare-answers.ts'
import { query, segment } from '../wire/request.ts'
import { interpretSalesPage } from './sales.ts'
import {
  interpretExists,
  readSettlement,
  readSettlementRange,
  settlementBody,
} from './settlements.ts'
import { createWireRecord, ownHeaders } from './wire-record.ts'

const READ_TIMEOUT_MS = 5000
/** The service works on a settlement for up to a minute before it answers. */
const POST_TIMEOUT_MS = 90_000
/** A host that does not even take the connection is given up sooner: nothing has been sent. */
const POST_CONNECT_TIMEOUT_MS = 10_000

const JSON_ACCEPT = 'application/json'

/**
 * Opens nothing by itself. Throws CONFIG (78) for a URL, a header or a CA file that cannot be used;
 * afterwards no question throws for what a server or the network does.
 */
export async function createServiceClient(
  settings: Pick<Settings, 'url' | 'headers' | 'caFile' | 'timeoutMs'>,
  clock: Clock,
  shared?: Connections,
): Promise<Service & ServiceRareReader> {
  const address = await addressOf(settings)
  const connections = shared ?? (await createConnections(address))
  const { place, prefix } = address
  const wire = createWireRecord(address)

  function send<R extends BodyReader>(
    method: 'GET' | 'POST',
    path: string,
    timeouts: { readonly timeoutMs: number; readonly connectTimeoutMs?: number },
    options: RequestOptions | undefined,
    readerFor: (head: AnswerHead) => R,
    accept = JSON_ACCEPT,
  ): Promise<Exchange<R>> {
    wire.keep(method, path, accept)
    return exchange(
      { connections, clock },
      {
        method,
        path: `${prefix}${path}`,
        headers: [...ownHeaders(accept), ...address.headers],
        place,
        ...timeouts,
        ...(options?.signal === undefined ? {} : { signal: options.signal }),
      },
      readerFor,
    )
  }

  function readTimeouts(options: RequestOptions | undefined): { readonly timeoutMs: number } {
    return { timeoutMs: settings.timeoutMs ?? options?.timeoutMs ?? READ_TIMEOUT_MS }
  }

  function get<R extends BodyReader>(
    path: string,
    options: RequestOptions | undefined,
    readerFor: (head: AnswerHead) => R,
    accept?: string,
  ): Promise<Exchange<R>> {
    return send('GET', path, readTimeouts(options), options, readerFor, accept)
  }

  async function ask<T>(
    path: string,
    options: RequestOptions | undefined,
    interpret: Interpret<T>,
    absence = false,
  ) {
    const done = await get(path, options, createCollectingReader)
    return readJson(done, place, interpret, { absence })
  }

  async function post(path: string, date: string | undefined, options: RequestOptions | undefined) {
    const done = await send(
      'POST',
      path,
      {
        timeoutMs: options?.timeoutMs ?? POST_TIMEOUT_MS,
        connectTimeoutMs: POST_CONNECT_TIMEOUT_MS,
      },
      options,
      settlementBody('single'),
    )
    return postResult(done, place, date)
  }

  return {
    url: address.url,
    wire: {
      sent: () => wire.sent(),
      spell: (request) => wire.spell('POST', postPath(request), JSON_ACCEPT),
    },

    async wholeHealth(options) {
      const done = await get('/actuator/health', options, createCollectingReader, HEALTH_ACCEPT)
      return readHealth(done, place, interpretWholeHealth, { absence: false })
    },
    async componentHealth(name, options) {
      const path = `/actuator/health/${name.split('/').map(segment).join('/')}`
      const done = await get(path, options, createCollectingReader, HEALTH_ACCEPT)
      return readHealth(done, place, interpretComponentHealth, { absence: true })
    },
    async metric(name, tags, options) {
      const path = `/actuator/metrics/${segment(name)}${query(tagParameters(tags))}`
      return ask(path, options, interpretMetric(name), true)
    },
    async metricNames(options) {
      return ask('/actuator/metrics', options, interpretMetricNames)
    },
    async metricsSummary(options) {
      return ask('/api/monitoring/metrics/summary', options, interpretSummary)
    },
    async systemInfo(options) {
      return ask('/api/monitoring/system/info', options, interpretSystemInfo)
    },

    async settlementById(id, options) {
      const done = await get(`/api/settlements/${idText(id)}`, options, settlementBody('single'))
      return readSettlement(done, place, { id })
    },
    async settlementOnDate(date, options) {
      const path = `/api/settlements/date/${dateText(date)}`
      const done = await get(path, options, settlementBody('single'))
      return readSettlement(done, place, { date })
    },
    async settlementRange(from, to, options) {
      const range = query([
        ['startDate', dateText(from)],
        ['endDate', dateText(to)],
      ])
      const done = await get(`/api/settlements/range${range}`, options, settlementBody('list'))
      return readSettlementRange(done, place, from, to)
    },
    async settlementExists(date, options) {
      return ask(`/api/settlements/check/${dateText(date)}`, options, interpretExists)
    },

    async salesPage(store, from, to, page, size, options) {
      const range = query([
        ['startDate', from],
        ['endDate', to],
        ['page', String(page)],
        ['size', String(size)],
      ])
      const path = `/api/v1/sales/${segment(store)}${range}`
      return ask(path, options, interpretSalesPage({ store, from, to, page }))
    },
    async deadLetterCounts(options) {
      return ask('/api/dlq/counts', options, interpretDeadLetters)
    },

    async unsettledOnDate(date, options) {
      const path = `/api/settlements/unsettled/${dateText(date)}`
      return ask(path, options, interpretUnsettled(date))
    },
    async monitoringHealth(options) {
      return ask('/api/monitoring/health', options, interpretWholeHealth)
    },
    async customMetric(name, tags, options) {
      const asked = query([['metricName', name], ...tagParameters(tags)])
      const path = `/api/monitoring/metrics/custom${asked}`
      const done = await get(path, options, createCollectingReader)
      return readCustomMetric(done, place, name)
    },
    async info(options) {
      return ask('/actuator/info', options, interpretInfo)
    },
    async exposition(under, options) {
      const path = `${under}/prometheus`
      const done = await get(path, options, createCollectingReader, EXPOSITION_ACCEPT)
      return readExposition(done, place)
    },
    async salesDashboard(store, date, options) {
      const path = `/api/v1/sales/dashboard/${segment(store)}${query([['date', dateText(date)]])}`
      return ask(path, options, interpretFigures(store))
    },
    async monthlySalesReport(store, yearMonth, options) {
      if (!isSeoulDate(`${yearMonth}-01`)) throw new TypeError('no month of the form YYYY-MM')
      const asked = query([['yearMonth', yearMonth]])
      const path = `/api/v1/sales/report/monthly/${segment(store)}${asked}`
      return ask(path, options, interpretFigures(store))
    },

    async postManual(date, options) {
      return post(postPath({ kind: 'manual', date }), date, options)
    },
    async postReprocess(id, options) {
      return post(postPath({ kind: 'reprocess', id }), undefined, options)
    },

    // Shared ones belong to whoever shares them.
    close: async () => (shared === undefined ? connections.close() : undefined),
  }
}

/** Connections for several clients of one origin, with the same authority: closed by whoever made them. */
export async function createServiceConnections(
  settings: Pick<Settings, 'url' | 'headers' | 'caFile'>,
): Promise<Connections> {
  return createConnections(await addressOf(settings))
}

function addressOf(settings: Pick<Settings, 'url' | 'headers' | 'caFile'>) {
  return loadAddress(settings, {
    name: text('서비스', 'the service'),
    urlKey: 'url',
    headersKey: 'headers',
  })
}

function tagParameters(tags: Readonly<Record<string, string>> = {}) {
  return Object.entries(tags).map(([tag, value]) => ['tag', `${tag}:${value}`] as const)
}

/** The two requests that change something: what is shown before is what is sent. */
function postPath(request: ServiceRequest): string {
  return request.kind === 'manual'
    ? `/api/settlements/manual${query([['settlementDate', dateText(request.date)]])}`
    : `/api/settlements/${idText(request.id)}/reprocess`
}

/** Whoever calls has checked what a person typed; anything else here is a defect of ours. */
function idText(id: number): string {
  if (!Number.isSafeInteger(id) || id < 0) throw new TypeError(`no settlement id: ${id}`)
  return String(id)
}

function dateText(date: string): string {
  if (!isSeoulDate(date)) throw new TypeError('no date of the form YYYY-MM-DD')
  return date
}
