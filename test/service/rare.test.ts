/** The questions that nothing depends on: what they take for an answer, and what they leave out of it. */
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Service, ServiceRareReader } from '../../src/core/service.ts'
import { answerOf, clientOf, listen, recordedBytes } from './wire.ts'

type Ask = (client: Service & ServiceRareReader) => Promise<unknown>

const JSON_TYPE = { 'content-type': 'application/json' }
const TEXT = { 'content-type': 'text/plain;version=0.0.4;charset=utf-8' }
const STORE = '123-45-67890'

async function asked(bytes: Uint8Array | string, ask: Ask, thenClose = false) {
  const server = await listen((_request, socket) => {
    if (thenClose) socket.end(bytes)
    else socket.write(bytes)
  })
  const read = await ask(await clientOf(server.url))
  expect(server.requests).toHaveLength(1)
  return { read, request: server.requests[0] }
}

const said = (value: unknown) => answerOf(200, JSON.stringify(value))
const ok = (value: unknown) => expect.objectContaining({ kind: 'ok', value })
const unknownOf = (kind: string) =>
  expect.objectContaining({ kind: 'unknown', failure: expect.objectContaining({ kind }) })

const unsettled: Ask = (client) => client.unsettledOnDate('2026-11-23')
const custom: Ask = (client) => client.customMetric('no.such')
const info: Ask = (client) => client.info()
const scrape: Ask = (client) => client.exposition('/actuator')
const dashboard: Ask = (client) => client.salesDashboard(STORE, '2026-11-23')
const monthly: Ask = (client) => client.monthlySalesReport(STORE, '2026-11')
const health: Ask = (client) => client.monitoringHealth()

describe('every rare question', () => {
  const questions: [string, Ask][] = [
    ['unsettled', unsettled],
    ['monitoring health', health],
    ['custom metric', custom],
    ['info', info],
    ['exposition', scrape],
    ['dashboard', dashboard],
    ['monthly', monthly],
  ]
  const html = '<!doctype html><html>UP 1\n</html>'
  const error = JSON.stringify({ success: false, message: '오류', data: null })

  it.each(questions)('takes no page, proxy or error for an answer: %s', async (_name, ask) => {
    const cases: [Uint8Array, string][] = [
      [answerOf(200, html, { 'content-type': 'text/html' }), 'foreign'],
      [answerOf(200, '', { 'content-type': 'text/html' }), 'foreign'],
      [answerOf(502, html, { 'content-type': 'text/html' }), 'foreign'],
      [answerOf(503, '', {}), 'foreign'],
      [answerOf(503, '{"status":"UP"}'), 'foreign'],
      [answerOf(302, '', { location: '/login' }), 'foreign'],
      [answerOf(401, '', {}), 'unauthorized'],
      [answerOf(500, error), 'service_error'],
      [answerOf(404, '', {}), 'service_error'],
      [
        Buffer.from('HTTP/1.1 200 X\r\ncontent-length: 50\r\n\r\nx 1\n'),
        ask === scrape ? 'foreign' : 'cut',
      ],
    ]
    for (const [bytes, kind] of cases) {
      expect((await asked(bytes, ask, true)).read, bytes.toString()).toEqual(unknownOf(kind))
    }
    const called = ask === scrape ? TEXT : JSON_TYPE
    const page = await asked(answerOf(200, html, called), ask)
    expect(page.read).toEqual(unknownOf('unreadable'))
    const endless = await asked(answerOf(200, ' '.repeat(1024 * 1024 + 1), called), ask)
    expect(JSON.stringify(endless.read)).toContain('over 1 MiB')
  })

  it.each(questions)('gives up at its deadline: %s', async (name) => {
    const server = await listen(() => undefined)
    const client = await clientOf(server.url)
    const options = { timeoutMs: 40 }
    const asks: Record<string, () => Promise<unknown>> = {
      unsettled: () => client.unsettledOnDate('2026-11-23', options),
      'monitoring health': () => client.monitoringHealth(options),
      'custom metric': () => client.customMetric('a', {}, options),
      info: () => client.info(options),
      exposition: () => client.exposition('/api/monitoring', options),
      dashboard: () => client.salesDashboard(STORE, '2026-11-23', options),
      monthly: () => client.monthlySalesReport(STORE, '2026-11', options),
    }
    expect(await asks[name]?.()).toEqual(unknownOf('timeout'))
  })

  it.each(questions.filter(([, ask]) => ask !== scrape))(
    'takes no error under HTTP 200 for an answer: %s',
    async (_name, ask) => {
      expect((await asked(answerOf(200, error), ask)).read).toEqual(unknownOf('service_error'))
    },
  )

  it('keeps what was typed inside its place in the path', async () => {
    const server = await listen((_request, socket) => socket.write(answerOf(404, '', {})))
    const client = await clientOf(server.url)
    await client.customMetric('a&b', { 'k&y': 'v:1=2', x: 'y' })
    await client.salesDashboard('1/2?3', '2026-11-23')
    await client.monthlySalesReport('1/2?3', '2026-11')
    await client.exposition('/api/monitoring')
    expect(server.requests.map(({ path }) => path)).toEqual([
      '/api/monitoring/metrics/custom?metricName=a%26b&tag=k%26y%3Av%3A1%3D2&tag=x%3Ay',
      '/api/v1/sales/dashboard/1%2F2%3F3?date=2026-11-23',
      '/api/v1/sales/report/monthly/1%2F2%3F3?yearMonth=2026-11',
      '/api/monitoring/prometheus',
    ])
    await expect(client.unsettledOnDate('2026-02-30')).rejects.toThrow(TypeError)
    await expect(client.salesDashboard(STORE, '2026-11')).rejects.toThrow(TypeError)
    await expect(client.monthlySalesReport(STORE, '2026-13')).rejects.toThrow(TypeError)
    await expect(client.salesDashboard('..', '2026-11-23')).rejects.toMatchObject({ code: 'USAGE' })
    expect(server.requests).toHaveLength(4)
  })
})

describe('what is not settled of a date', () => {
  const store = { ownerName: '김영희', phoneNumber: '02-1234-5678', address: '테헤란로 1' }

  it('is taken as a list of sales or of settlements to be, without anything personal', async () => {
    const sales = [
      { id: 1, amount: 12000, transactionTime: '2026-11-23T11:05:00', store },
      {
        id: 2,
        amount: 5500.5,
        transactionTime: '2026-11-23T23:59:59.999999',
        store,
        note: '김영희',
      },
    ]
    const { read } = await asked(said(sales), unsettled)
    const items = [
      { id: 1, amount: '12000' },
      { id: 2, amount: '5500.5' },
    ]
    expect(read).toEqual(ok({ count: 2, items }))
    const candidates = [{ id: 7, totalAmount: 60000, settlementDate: '2026-11-23', sales: [] }]
    expect((await asked(said(candidates), unsettled)).read).toEqual(
      ok({ count: 1, items: [{ id: 7, amount: '60000' }] }),
    )
    expect((await asked(said([]), unsettled)).read).toEqual(ok({ count: 0, items: [] }))
  })

  it('is taken as a bare count, of which nothing is listed', async () => {
    expect((await asked(said(3), unsettled)).read).toEqual(ok({ count: 3 }))
  })

  it.each([
    [
      'one sale twice',
      [
        { id: 1, amount: 1 },
        { id: 1, amount: 1 },
      ],
    ],
    ['no amount', [{ id: 1 }]],
    ['an amount that is text', [{ id: 1, amount: '1' }]],
    ['a fraction of an amount', [{ id: 1, amount: 1.005 }]],
    ['no id', [{ amount: 1 }]],
    ['another day', [{ id: 1, amount: 1, transactionTime: '2026-11-24T00:00:00' }]],
    ['another date', [{ id: 1, totalAmount: 1, settlementDate: '2026-11-22' }]],
    ['a time that is none', [{ id: 1, amount: 1, transactionTime: 'today' }]],
    ['a negative count', -1],
    ['half a count', 1.5],
    ['yes', true],
    ['an object', { count: 3 }],
    ['null', null],
  ])('is not known from %s', async (_name, value) => {
    expect((await asked(said(value), unsettled)).read).toEqual(unknownOf('unreadable'))
  })
})

describe('the health under /api/monitoring', () => {
  it('counts by its words, not by the HTTP 200 that carries it', async () => {
    const body = { status: 'DOWN', components: { redis: { status: 'DOWN', details: { a: 'x' } } } }
    expect((await asked(said(body), health)).read).toEqual(ok(body))
  })
})

describe('a custom metric', () => {
  it('is absent only when the service says nothing, and says so', async () => {
    expect((await asked(answerOf(200, '', {}), custom)).read).toMatchObject({ kind: 'absent' })
    const typed = await asked(answerOf(200, ''), custom)
    expect(typed.read).toEqual(unknownOf('unreadable'))
    const cached = await asked(answerOf(200, '', { age: '9' }), custom)
    expect(cached.read).toEqual(unknownOf('foreign'))
    const closed = await asked('HTTP/1.1 200 X\r\nconnection: close\r\n\r\n', custom, true)
    expect(closed.read).toEqual(unknownOf('unreadable'))
  })

  it('must be the one that was asked for', async () => {
    const other = { name: 'other', measurements: [{ statistic: 'COUNT', value: 1 }] }
    expect((await asked(said(other), custom)).read).toEqual(unknownOf('unreadable'))
  })
})

describe('the build of the service', () => {
  it('is what Spring says of it; what an operator has added stays out', async () => {
    const value = {
      build: { version: '1.2.3', time: '2026-11-01T02:03:04.567Z', user: 'kim@x.example' },
      git: { branch: 'main', commit: { id: { abbrev: '0a1b2c3', full: 'x' }, user: 'kim' } },
      db: { password: 'hunter2' },
    }
    const { read } = await asked(said(value), info)
    expect(read).toEqual(
      ok({ version: '1.2.3', builtAt: '2026-11-01T02:03:04.567Z', commit: '0a1b2c3' }),
    )
    const simple = await asked(said({ git: { commit: { id: '0a1b2c3' } } }), info)
    expect(simple.read).toEqual(ok({ commit: '0a1b2c3' }))
  })

  it('is not known from another shape', async () => {
    for (const value of [[], 'x', null, { build: 'x' }, { build: { time: 'soon' } }]) {
      expect((await asked(said(value), info)).read).toEqual(unknownOf('unreadable'))
    }
  })
})

describe('the scrape', () => {
  const whole = recordedBytes('exposition.txt')

  it('is handed on as the service wrote it, compressed or not', async () => {
    const plain = await asked(answerOf(200, whole, TEXT), scrape)
    expect(plain.read).toEqual(ok(whole.toString('utf8')))
    expect(plain.request?.headers['accept']).toBe('text/plain;version=0.0.4')
    const packed = answerOf(200, gzipSync(whole), { ...TEXT, 'content-encoding': 'gzip' })
    expect((await asked(packed, scrape)).read).toEqual(ok(whole.toString('utf8')))
  })

  it('may hold what is no number, times and all that a label can hold', async () => {
    const body = '# x\n\na NaN\nb{c="} 1",d="\\"\\n"} +Inf 1395066363000\ne_total -1.5e-9\n'
    expect((await asked(answerOf(200, body, TEXT), scrape)).read).toEqual(ok(body))
  })

  it.each([
    ['nothing', ''],
    ['only comments', '# HELP a b\n'],
    ['a proxy’s word', 'upstream failed\n'],
    ['a line that breaks off', 'a 1\nb{c="d'],
    ['a value that breaks off at its end', 'a 1\nb 12'],
    ['another format', '{"a":1}\n'],
    ['bytes that are no UTF-8', Buffer.from('a{b="\xff"} 1\n', 'latin1')],
  ])('is not known from %s', async (_name, body) => {
    expect((await asked(answerOf(200, body, TEXT), scrape)).read).toEqual(unknownOf('unreadable'))
  })

  it('is not known when lines may be missing at its end', async () => {
    const head = 'HTTP/1.1 200 X\r\ncontent-type: text/plain;version=0.0.4\r\n\r\n'
    expect((await asked(`${head}a 1\n`, scrape, true)).read).toEqual(unknownOf('unreadable'))
  })

  it('is not JSON, nor another version of the format', async () => {
    expect((await asked(answerOf(200, 'a 1\n'), scrape)).read).toEqual(unknownOf('foreign'))
    const open = { 'content-type': 'application/openmetrics-text;version=1.0.0' }
    expect((await asked(answerOf(200, 'a 1\n# EOF\n', open), scrape)).read).toEqual(
      unknownOf('foreign'),
    )
  })
})

describe.each([
  ['a dashboard', dashboard],
  ['a monthly report', monthly],
])('%s', (_name, ask) => {
  it('leaves only figures behind', async () => {
    const data = {
      businessNumber: STORE,
      date: '2026-11-23',
      yearMonth: '2026-11',
      at: '2026-11-23T11:05:00',
      totalAmount: 78900,
      average: 13150.5,
      closed: false,
      huge: 1e300,
      none: null,
      storeName: '김영희 카페',
      ownerName: '김영희',
      phoneNumber: '02-1234-5678',
      store: { address: '테헤란로 1' },
      hourly: [1, 2],
      'bad\u001b[31mname': 1,
    }
    const { read } = await asked(said({ success: true, data }), ask)
    expect(read).toEqual(
      ok({
        date: '2026-11-23',
        yearMonth: '2026-11',
        at: '2026-11-23T11:05:00',
        totalAmount: 78900,
        average: 13150.5,
        closed: false,
        'bad [31mname': 1,
      }),
    )
  })

  it('is not known from another store’s, or without data', async () => {
    const data = { businessNumber: '1', totalAmount: 1 }
    for (const value of [{ success: true, data }, { success: true, data: null }, { data: {} }, 1]) {
      expect((await asked(said(value), ask)).read).toEqual(unknownOf('unreadable'))
    }
  })
})
