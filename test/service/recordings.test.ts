/** Every recorded answer of the real service goes through the client as it was sent. */
import { describe, expect, it } from 'vitest'
import type { Service, ServiceRareReader } from '../../src/core/service.ts'
import {
  answerOf,
  chunkedOf,
  clientOf,
  listen,
  recordedBody,
  recordedBytes,
  recording,
} from './wire.ts'
import type { RecordedExchange } from './wire.ts'

const SCENARIOS = [
  'batch-failed-with-linked-sales',
  'database-down',
  'database-hangs',
  'manual-on-settled-date',
  'metrics-api',
  'pool-exhausted',
  'rabbit-back',
  'rabbit-down',
  'redis-down',
  'redis-hangs',
  'redis-hangs-by-component',
  'reprocess-failed-without-sales',
  'sales-and-settlement',
  'two-manuals-at-once',
  'two-reprocesses-at-once',
]

/** What the client was asked, and what a careful reader of the recording expects of it. */
interface Replay {
  readonly ask: (client: Service & ServiceRareReader) => Promise<unknown>
  readonly expected: unknown
  /** False where the recorded request is one that the client would never send. */
  readonly samePath: boolean
}

const failed = (kind: string) =>
  expect.objectContaining({ failure: expect.objectContaining({ kind }) })
const ok = (value: unknown) => expect.objectContaining({ kind: 'ok', value })
const absent = expect.objectContaining({ kind: 'absent' })

/** The scalars as a person reads them at the start of the body, without any of the client's code. */
function recordAtStart(body: string, intact: boolean) {
  const start =
    /^\[?\{"id":(\d+),"settlementDate":"([^"]+)","totalAmount":([\d.]+),"totalFee":([\d.]+),"netAmount":([\d.]+),"transactionCount":(\d+),"status":"([A-Z]+)","note":(null|"[^"]*"),"createdAt":(null|"[^"]*"),"completedAt":(null|"[^"]*"),"sales":\[(.)/.exec(
      body,
    )
  if (start === null) throw new Error(`no settlement: ${body.slice(0, 200)}`)
  const won = (index: number) => String(Number(start[index]))
  const nullable = (index: number) => JSON.parse(start[index] ?? 'null') as string | null
  return {
    id: Number(start[1]),
    date: start[2],
    totalAmount: won(3),
    totalFee: won(4),
    netAmount: won(5),
    transactionCount: Number(start[6]),
    status: start[7],
    note: nullable(8),
    createdAt: nullable(9),
    completedAt: nullable(10),
    holdsSales: start[11] === ']' ? 'no' : 'yes',
    bodyIntact: intact,
  }
}

function settlementAnswer(body: string) {
  return recordAtStart(body, body.endsWith('"sales":[]}'))
}

function replayOf(exchange: RecordedExchange): Replay | undefined {
  const { method, path } = exchange.request
  const [pathname = '', search = ''] = path.split('?')
  const parameters = new URLSearchParams(search)
  const status = exchange.response?.status
  const body = recordedBody(exchange)
  // What never answered is waited for only briefly.
  const deadline = status === undefined ? { timeoutMs: 60 } : {}
  const asked = (ask: Replay['ask'], expected: unknown, samePath = true): Replay => ({
    ask,
    expected: status === undefined ? failed('timeout') : expected,
    samePath,
  })
  const last = decodeURIComponent(pathname.split('/').at(-1) ?? '')
  const json = () => JSON.parse(body) as Record<string, unknown>

  if (method === 'POST') {
    const id = /^\/api\/settlements\/(\d+)\/reprocess$/.exec(pathname)?.[1]
    const date = parameters.get('settlementDate')
    const answered = expect.objectContaining({
      kind: 'answered',
      httpStatus: status,
      ...(status === 200 ? { record: settlementAnswer(body) } : {}),
    })
    if (id !== undefined) return asked((client) => client.postReprocess(Number(id)), answered)
    if (pathname === '/api/settlements/manual') {
      return asked((client) => client.postManual(date ?? '2026-11-23'), answered, date !== null)
    }
    return undefined // a sale: the client has no such request
  }
  if (pathname === '/actuator/health' || pathname === '/api/monitoring/health') {
    const names = (value: object) => Object.keys(value)
    return asked(
      (client) =>
        pathname === '/actuator/health'
          ? client.wholeHealth(deadline)
          : client.monitoringHealth(deadline),
      status === undefined
        ? undefined
        : ok({
            status: json()['status'],
            components: Object.fromEntries(
              names(json()['components'] as object).map((name) => [
                name,
                expect.objectContaining({
                  status: (json()['components'] as Record<string, { status: string }>)[name]
                    ?.status,
                }),
              ]),
            ),
          }),
    )
  }
  if (pathname.startsWith('/actuator/health/')) {
    return asked(
      (client) => client.componentHealth(last, deadline),
      status === 404
        ? absent
        : status === undefined
          ? undefined
          : ok(expect.objectContaining({ status: json()['status'] })),
    )
  }
  if (pathname === '/api/monitoring/metrics/custom' || pathname.startsWith('/actuator/metrics/')) {
    const isCustom = pathname.endsWith('/custom')
    const name = isCustom ? (parameters.get('metricName') ?? '') : last
    const tags = Object.fromEntries(
      parameters.getAll('tag').map((tag) => tag.split(':') as [string, string]),
    )
    const isMalformed = parameters.get('tag')?.includes(':') === false
    const measurements = () =>
      Object.fromEntries(
        (json()['measurements'] as { statistic: string; value: number }[]).map((item) => [
          item.statistic,
          item.value,
        ]),
      )
    return asked(
      (client) =>
        isCustom ? client.customMetric(name, tags) : client.metric(name, isMalformed ? {} : tags),
      status === 200
        ? body === ''
          ? absent
          : ok(expect.objectContaining({ name, measurements: measurements() }))
        : status === 404
          ? absent
          : failed('service_error'),
      !isMalformed,
    )
  }
  if (pathname === '/actuator/metrics') {
    return asked((client) => client.metricNames(), ok(json()['names']))
  }
  if (pathname === '/api/monitoring/metrics/summary') {
    return asked(
      (client) => client.metricsSummary(),
      ok({
        settlementFailures: json()['settlement_failure_count'],
        settlementSuccesses: json()['settlement_success_count'],
        sales: json()['total_sales_count'],
        salesAmount: json()['total_sales_amount'],
      }),
    )
  }
  if (pathname === '/api/monitoring/system/info') {
    return asked(
      (client) => client.systemInfo(),
      ok({
        heapUsedBytes: json()['jvm_memory_used'],
        heapMaxBytes: json()['jvm_memory_max'],
        processors: json()['processors'],
        javaVersion: json()['java_version'],
        osName: json()['os_name'],
      }),
    )
  }
  if (pathname === '/api/dlq/counts') {
    return asked(
      (client) => client.deadLetterCounts(),
      status === 200
        ? ok({
            sales: json()['dlq.sales'],
            settlement: json()['dlq.settlement'],
            notification: json()['dlq.notification'],
          })
        : failed('service_error'),
    )
  }
  if (pathname.startsWith('/api/settlements/check/')) {
    return asked(
      (client) => client.settlementExists(last),
      status === 200 ? ok(body === 'true') : failed('service_error'),
    )
  }
  if (pathname === '/api/settlements/range') {
    const end = parameters.get('endDate')
    return asked(
      (client) => client.settlementRange('2026-11-23', end ?? '2026-11-23'),
      status !== 200
        ? failed('service_error')
        : body === '[]'
          ? ok({ records: [], complete: true })
          : ok({ records: [recordAtStart(body, false)], complete: false }),
      end !== null,
    )
  }
  if (pathname.startsWith('/api/settlements/date/')) {
    const isDate = last !== '2026-13-45'
    return asked(
      (client) => client.settlementOnDate(isDate ? last : '2026-11-23'),
      status === 200
        ? ok(settlementAnswer(body))
        : status === 404
          ? absent
          : failed('service_error'),
      isDate,
    )
  }
  if (/^\/api\/settlements\/\d+$/.test(pathname)) {
    return asked(
      (client) => client.settlementById(Number(last)),
      status === 200 ? ok(settlementAnswer(body)) : absent,
    )
  }
  if (/^\/api\/v1\/sales\/[\d-]+$/.test(pathname)) {
    const data = json()['data'] as {
      content: { id: number; amount: number; fee: number; netAmount: number }[]
      totalElements: number
      totalPages: number
    }
    return asked(
      (client) =>
        client.salesPage(
          last,
          parameters.get('startDate') ?? '',
          parameters.get('endDate') ?? '',
          0,
          20,
        ),
      ok({
        page: 0,
        totalElements: data.totalElements,
        totalPages: data.totalPages,
        sales: data.content.map((sale) =>
          expect.objectContaining({
            id: sale.id,
            amount: String(sale.amount),
            fee: String(sale.fee),
            netAmount: String(sale.netAmount),
          }),
        ),
      }),
    )
  }
  const refused = (reason: string) =>
    expect.objectContaining({
      kind: 'unknown',
      failure: expect.objectContaining({
        kind: 'service_error',
        httpStatus: 500,
        message: expect.objectContaining({ ko: expect.stringContaining(reason) }),
      }),
    })
  if (pathname.startsWith('/api/settlements/unsettled/')) {
    return asked((client) => client.unsettledOnDate(last), refused('INTERNAL_SERVER_ERROR'))
  }
  if (pathname.startsWith('/api/v1/sales/dashboard/')) {
    return asked(
      (client) => client.salesDashboard(last, parameters.get('date') ?? ''),
      refused('대시보드 조회 중 오류가 발생했습니다'),
    )
  }
  if (pathname.startsWith('/api/v1/sales/report/monthly/')) {
    return asked(
      (client) => client.monthlySalesReport(last, parameters.get('yearMonth') ?? ''),
      refused('월별 리포트 조회 중 오류가 발생했습니다'),
    )
  }
  if (pathname === '/actuator/info') return asked((client) => client.info(), ok({}))
  if (pathname.endsWith('/prometheus')) {
    // Of the long text only its start and its end are recorded; they happen to meet in a comment.
    const under = pathname === '/actuator/prometheus' ? '/actuator' : '/api/monitoring'
    const isOpenMetrics = exchange.name.endsWith('openmetrics')
    return asked((client) => client.exposition(under), isOpenMetrics ? failed('foreign') : ok(body))
  }
  // Requests the client never sends; their answers must not be mistaken for what it did ask.
  if (pathname.startsWith('/api/v1/sales/')) {
    return asked(
      (client) => client.salesPage('1', '2026-11-23T00:00:00', '2026-11-23T23:59:59', 0, 20),
      failed('service_error'),
      false,
    )
  }
  if (pathname.startsWith('/api/settlement')) {
    return asked((client) => client.settlementById(2), failed('service_error'), false)
  }
  const type = exchange.response?.headers?.['content-type'] ?? ''
  return asked(
    (client) => client.wholeHealth(),
    failed(
      type.startsWith('application/json')
        ? status === 404
          ? 'service_error'
          : 'unreadable'
        : 'foreign',
    ),
    false,
  )
}

function bytesOf(exchange: RecordedExchange): Buffer | undefined {
  const { response } = exchange
  if (response?.status === undefined) return undefined
  const {
    'content-length': length,
    'transfer-encoding': encoding,
    ...headers
  } = response.headers ?? {}
  if (encoding === 'chunked') return chunkedOf(response.status, recordedBody(exchange), headers)
  void length
  return answerOf(response.status, recordedBody(exchange), headers)
}

const withoutPaging = (path: string): string => {
  const url = new URL(path, 'http://x')
  url.searchParams.delete('page')
  url.searchParams.delete('size')
  url.searchParams.sort()
  return `${url.pathname}?${decodeURIComponent(url.search)}`
}

describe('the recordings of the real service', () => {
  it.each(SCENARIOS)('are understood, one by one: %s', async (name) => {
    const { exchanges } = recording(name)
    let answer: Buffer | undefined
    const server = await listen((_request, socket) => {
      if (answer !== undefined) socket.write(answer)
    })
    const client = await clientOf(server.url)
    let replayed = 0
    for (const exchange of exchanges) {
      const replay = replayOf(exchange)
      if (replay === undefined) continue
      answer = bytesOf(exchange)
      const before = server.requests.length
      expect(await replay.ask(client), exchange.name).toEqual(replay.expected)
      const sent = server.requests.slice(before)
      expect(sent.map(({ method }) => method)).toEqual([
        replay.samePath ? exchange.request.method : sent[0]?.method,
      ])
      if (replay.samePath) {
        expect(withoutPaging(sent[0]?.path ?? '')).toBe(withoutPaging(exchange.request.path))
      }
      replayed += 1
    }
    const sales = exchanges.filter(({ request }) => request.path === '/api/v1/sales/webhook').length
    expect(replayed).toBe(exchanges.length - sales)
    expect(replayed).toBeGreaterThan(0)
  })

  it('gives sound facts from a whole broken body of 176 KB, and nothing personal', async () => {
    const body = recordedBytes('settlement-with-sales.body')
    const server = await listen((_request, socket) => socket.write(chunkedOf(200, body)))
    const client = await clientOf(server.url)
    const read = await client.settlementOnDate('2026-11-15')
    expect(read).toMatchObject({
      kind: 'ok',
      value: {
        id: 3,
        date: '2026-11-15',
        totalAmount: '60000',
        totalFee: '850',
        netAmount: '59150',
        transactionCount: 3,
        status: 'COMPLETED',
        note: null,
        createdAt: '2026-11-24T02:57:09',
        completedAt: '2026-11-24T02:57:09',
        holdsSales: 'yes',
        bodyIntact: false,
      },
    })
    for (const personal of ['김영희', '02-1234-5678', '테헤란로', 'ownerName']) {
      expect(JSON.stringify(read)).not.toContain(personal)
    }
  })

  it('keeps no credentials of a database URL', async () => {
    const details = {
      url: 'jdbc:mysql://root:hunter2@db:3306/today_sales?user=root&password=hunter2',
      oracle: 'jdbc:oracle:thin:scott/hunter2@//db:1521/x',
      error: 'failed: jdbc:sqlserver://db:1433;user=sa;password=hunter2 gave up',
      slash: 'jdbc:mysql://root:hun/ter2@db/x',
    }
    const body = JSON.stringify({ status: 'DOWN', details })
    const server = await listen((_request, socket) => socket.write(answerOf(503, body)))
    const client = await clientOf(server.url)
    const read = await client.componentHealth('db')
    expect(read).toMatchObject({ kind: 'ok', value: { status: 'DOWN' } })
    expect(JSON.stringify(read)).not.toMatch(/hunter2|ter2|scott/)
    expect(JSON.stringify(read)).toContain('jdbc:mysql://db:3306/today_sales')
  })
})
