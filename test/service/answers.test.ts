/** Answers in the right shape with wrong content: numbers that are none, other people's records, pages that do not add up. */
import { describe, expect, it } from 'vitest'
import type { Service } from '../../src/core/service.ts'
import { answerOf, clientOf, listen } from './wire.ts'

async function asked(body: string, ask: (client: Service) => Promise<unknown>, status = 200) {
  const server = await listen((_request, socket) => socket.write(answerOf(status, body)))
  return ask(await clientOf(server.url))
}

const unreadable = expect.objectContaining({
  kind: 'unknown',
  failure: expect.objectContaining({ kind: 'unreadable' }),
})

function settlementJson(change: Record<string, unknown> = {}): string {
  return JSON.stringify({
    id: 8,
    settlementDate: '2026-11-23',
    totalAmount: 60000,
    totalFee: 850.5,
    netAmount: 59149.5,
    transactionCount: 3,
    status: 'FAILED',
    note: null,
    createdAt: '2026-11-24T02:55:00',
    completedAt: null,
    sales: [],
    ...change,
  })
}

const byId = (client: Service) => client.settlementById(8)

describe('a settlement', () => {
  it('keeps money as it was written', async () => {
    const body = settlementJson().replace('60000,', '90071992547409.91,')
    expect(await asked(body, byId)).toMatchObject({
      value: { totalAmount: '90071992547409.91', totalFee: '850.5', holdsSales: 'no' },
    })
  })

  it('shows what it holds when its body is sound, whatever comes after the sales', async () => {
    const {
      sales: _sales,
      id: _id,
      ...rest
    } = JSON.parse(settlementJson()) as Record<string, unknown>
    const body = JSON.stringify({ id: 8, sales: [{ id: 1 }], ...rest })
    expect(await asked(body, byId)).toMatchObject({
      kind: 'ok',
      value: { holdsSales: 'yes', bodyIntact: true, status: 'FAILED' },
    })
  })

  it('is not known to hold none when it does not say', async () => {
    expect(await asked(settlementJson({ sales: undefined }), byId)).toMatchObject({
      kind: 'ok',
      value: { holdsSales: 'unknown', bodyIntact: true },
    })
    expect(await asked(settlementJson({ sales: null }), byId)).toMatchObject({
      value: { holdsSales: 'unknown' },
    })
  })

  it('carries no control characters and no secrets in its note', async () => {
    const note = 'Error: \u001b[2Jpassword=hunter2 call 02-1234-5678\nnext'
    const read = await asked(settlementJson({ note }), byId)
    expect(JSON.stringify(read)).not.toMatch(/hunter2|1234-5678|\\u001b|\\n/)
  })

  it.each([
    ['another id', { id: 9 }],
    ['an id that is text', { id: '8' }],
    ['no date', { settlementDate: '2026-13-45' }],
    ['money as text', { totalAmount: '60000' }],
    ['money not a number', { totalFee: null }],
    ['a third of a won', { netAmount: 0.333 }],
    ['a count that is no count', { transactionCount: -1 }],
    ['half a sale', { transactionCount: 1.5 }],
    ['no status', { status: '' }],
    ['a time that is none', { createdAt: 'yesterday' }],
  ])('is unreadable with %s', async (_name, change) => {
    expect(await asked(settlementJson(change), byId)).toEqual(unreadable)
  })

  it('is unreadable with NaN in it, and when it is of another date', async () => {
    expect(await asked(settlementJson().replace('60000', 'NaN'), byId)).toEqual(unreadable)
    const onDate = (client: Service) => client.settlementOnDate('2026-11-22')
    expect(await asked(settlementJson(), onDate)).toEqual(unreadable)
    expect(await asked(`[${settlementJson()}]`, byId)).toEqual(unreadable)
  })
})

describe('a range of settlements', () => {
  const range = (client: Service) => client.settlementRange('2026-11-20', '2026-11-23')
  const first = settlementJson()
  const second = settlementJson({ id: 7, settlementDate: '2026-11-22', sales: [{ id: 1 }] })
  const third = settlementJson({ id: 6, settlementDate: '2026-11-21' })

  it('is read whole when it is sound', async () => {
    expect(await asked(`[${first},${second},${third}]`, range)).toMatchObject({
      kind: 'ok',
      value: {
        complete: true,
        records: [
          { id: 8, holdsSales: 'no', bodyIntact: true },
          { id: 7, holdsSales: 'yes', bodyIntact: true },
          { id: 6, holdsSales: 'no', bodyIntact: true },
        ],
      },
    })
  })

  it('is read up to the first that holds sales when it breaks off there', async () => {
    const broken = `[${first},${second.slice(0, -3)},"store":{}}]}]{"success":false,"message":"x"}`
    expect(await asked(broken, range)).toMatchObject({
      kind: 'ok',
      value: {
        complete: false,
        records: [
          { id: 8, holdsSales: 'no', bodyIntact: true },
          { id: 7, holdsSales: 'yes', bodyIntact: false },
        ],
      },
    })
  })

  it('does not believe the last record of a list that breaks off to be without sales', async () => {
    expect(await asked(`[${first},${third}]{"success":false}`, range)).toMatchObject({
      value: {
        complete: false,
        records: [
          { id: 8, holdsSales: 'no' },
          { id: 6, holdsSales: 'unknown', bodyIntact: false },
        ],
      },
    })
  })

  it('is put in order when it is whole, and not believed out of order when it is not', async () => {
    expect(await asked(`[${third},${first}]`, range)).toMatchObject({
      value: { complete: true, records: [{ id: 8 }, { id: 6 }] },
    })
    expect(await asked(`[${third},${first},`, range)).toEqual(unreadable)
  })

  it.each([
    ['a record of another time', `[${settlementJson({ settlementDate: '2026-10-01' })}]`],
    ['a record that is none', `[${first},{}]`],
    ['something else in the list', `[${first},3]`],
    ['an object', first],
    ['a list that breaks off at once', '[{"id":8,'],
  ])('is unreadable with %s', async (_name, body) => {
    expect(await asked(body, range)).toEqual(unreadable)
  })
})

describe('whether a settlement exists', () => {
  const exists = (client: Service) => client.settlementExists('2026-11-23')
  it('is answered by true and false alone', async () => {
    expect(await asked('false', exists)).toMatchObject({ kind: 'ok', value: false })
    expect(await asked(' true\n', exists)).toMatchObject({ kind: 'ok', value: true })
    for (const body of ['"false"', '0', 'null', '[]', '{}', '', 'falsefalse', 'False']) {
      expect(await asked(body, exists)).toEqual(unreadable)
    }
    const absent = await asked('', exists, 404)
    expect(absent).toMatchObject({ kind: 'unknown', failure: { kind: 'service_error' } })
  })
})

describe('numbers', () => {
  const summary = {
    settlement_failure_count: 1,
    settlement_success_count: 2,
    total_sales_count: 3,
    total_sales_amount: 60000.5,
    extra: 'fine',
  }
  it.each([
    ['"NaN"', '"NaN"'],
    ['NaN', 'NaN'],
    ['null', 'null'],
    ['text', '"1"'],
    ['below zero', '-1'],
    ['too large', '1e999'],
  ])('%s where a number belongs is unreadable, never 0', async (_name, value) => {
    const ask = (client: Service) => client.metricsSummary()
    expect(await asked(JSON.stringify(summary), ask)).toMatchObject({
      kind: 'ok',
      value: { settlementFailures: 1, settlementSuccesses: 2, sales: 3, salesAmount: 60000.5 },
    })
    const body = JSON.stringify(summary).replace(
      '"settlement_failure_count":1',
      `"settlement_failure_count":${value}`,
    )
    expect(await asked(body, ask)).toEqual(unreadable)
    const letters = `{"dlq.sales":${value},"dlq.settlement":0,"dlq.notification":0}`
    expect(await asked(letters, (client) => client.deadLetterCounts())).toEqual(unreadable)
    const info = `{"jvm_memory_used":${value},"jvm_memory_max":5,"processors":2,"java_version":"17","os_name":"Linux"}`
    expect(await asked(info, (client) => client.systemInfo())).toEqual(unreadable)
  })

  const metric = (client: Service) => client.metric('a.b')
  const metricJson = (measurements: string, name = 'a.b') =>
    `{"name":"${name}","description":null,"baseUnit":null,"measurements":${measurements},"availableTags":[{"tag":"k","values":["v"]}]}`

  it('leave out of a meter what has no value', async () => {
    const measurements = '[{"statistic":"COUNT","value":2.0},{"statistic":"MAX","value":"NaN"}]'
    expect(await asked(metricJson(measurements), metric)).toMatchObject({
      kind: 'ok',
      value: { name: 'a.b', baseUnit: null, measurements: { COUNT: 2 }, tags: { k: ['v'] } },
    })
  })

  it('of another meter, of no kind or twice are unreadable', async () => {
    const one = '{"statistic":"COUNT","value":2.0}'
    expect(await asked(metricJson(`[${one}]`, 'a.c'), metric)).toEqual(unreadable)
    expect(await asked(metricJson(`[${one},${one}]`), metric)).toEqual(unreadable)
    expect(await asked(metricJson('[{"statistic":"COUNT","value":"2"}]'), metric)).toEqual(
      unreadable,
    )
    expect(await asked(metricJson('[{"value":2}]'), metric)).toEqual(unreadable)
  })
})

describe('a page of sales', () => {
  const sale = {
    id: 1,
    businessNumber: '1',
    transactionTime: '2026-11-23T12:05:00',
    amount: 30000.5,
    paymentType: 'CARD',
    channel: 'OFFLINE',
    orderNumber: 'A-1',
    fee: 0,
    netAmount: 30000.5,
    status: 'COMPLETED',
  }
  const page = (data: object = {}, change: object = {}, success = true) =>
    JSON.stringify({
      success,
      message: 'x',
      data: {
        content: [{ ...sale, ...change }],
        number: 0,
        size: 20,
        totalElements: 1,
        totalPages: 1,
        ...data,
      },
    })
  const ask = (client: Service) =>
    client.salesPage('1', '2026-11-23T00:00:00', '2026-11-23T23:59:59.999999', 0, 20)

  it('is read with its money exact', async () => {
    expect(await asked(page(), ask)).toMatchObject({
      kind: 'ok',
      value: {
        page: 0,
        totalElements: 1,
        totalPages: 1,
        sales: [{ id: 1, amount: '30000.5', fee: '0', netAmount: '30000.5', status: 'COMPLETED' }],
      },
    })
  })

  it.each([
    ['another page', { number: 1, totalElements: 21, totalPages: 2 }, {}],
    ['fewer sales than it counts', { totalElements: 2 }, {}],
    ['more sales than it counts', { totalElements: 0, totalPages: 0 }, {}],
    ['pages that do not add up', { totalPages: 2 }, {}],
    ['a count below zero', { totalElements: -1 }, {}],
    ['a sale of another store', {}, { businessNumber: '2' }],
    ['a sale of another day', {}, { transactionTime: '2026-11-24T00:00:00' }],
    ['an amount as text', {}, { amount: '30000' }],
    ['no fee', {}, { fee: null }],
    ['a third of a won', {}, { netAmount: 0.333 }],
  ])('is unreadable with %s', async (_name, data, change) => {
    expect(await asked(page(data, change), ask)).toEqual(unreadable)
  })

  it('is the service’s error when it says that it failed', async () => {
    expect(await asked(page({}, {}, false), ask)).toMatchObject({
      kind: 'unknown',
      failure: { kind: 'service_error', httpStatus: 200 },
    })
  })
})

describe('health', () => {
  const ask = (client: Service) => client.wholeHealth()

  it('is what the body says, whatever status carries it', async () => {
    for (const status of [200, 500, 502, 503]) {
      expect(await asked('{"status":"DOWN"}', ask, status)).toMatchObject({
        kind: 'ok',
        value: { status: 'DOWN', components: {} },
        meta: { httpStatus: status },
      })
    }
  })

  it('is read in both versions, composites and all', async () => {
    const db = {
      status: 'DOWN',
      details: { error: 'x', tables: 3, ok: true, nested: { a: 1 }, none: null },
    }
    const three = {
      status: 'DOWN',
      components: { db, pair: { status: 'UP', components: { left: { status: 'UP' } } } },
    }
    const two = {
      status: 'DOWN',
      details: { db, pair: { status: 'UP', details: { left: { status: 'UP' } } } },
    }
    for (const body of [three, two]) {
      expect(await asked(JSON.stringify(body), ask, 503)).toMatchObject({
        kind: 'ok',
        value: {
          status: 'DOWN',
          components: {
            db: { status: 'DOWN', details: { error: 'x', tables: 3, ok: true } },
            pair: { status: 'UP', details: {} },
            'pair/left': { status: 'UP', details: {} },
          },
        },
      })
    }
  })

  it('of a kind of its own is UNKNOWN, and of none unreadable', async () => {
    expect(await asked('{"status":"FATAL"}', ask)).toMatchObject({ value: { status: 'UNKNOWN' } })
    expect(await asked('{"status":200}', ask)).toEqual(unreadable)
    expect(await asked('{"status":"UP","components":{"db":{}}}', ask)).toEqual(unreadable)
  })

  it('is not taken from a service that answers with an error instead', async () => {
    const error = '{"success":false,"errorCode":"X","message":"오류"}'
    expect(await asked(error, ask, 500)).toMatchObject({
      kind: 'unknown',
      failure: { kind: 'service_error', httpStatus: 500 },
    })
  })
})
