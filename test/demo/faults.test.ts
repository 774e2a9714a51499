/** Each fault is seen where an operator would look for it. */
import { describe, expect, it } from 'vitest'
import { createSystemClock } from '../../src/cli/clock.ts'
import type { Demo } from '../../src/demo/demo.ts'
import { createDemo } from '../../src/demo/demo.ts'
import { DEMO_FAULT_NAMES, DEMO_FAULTS, nearestFault } from '../../src/demo/faults.ts'
import { listenDemo } from '../../src/demo/listen.ts'
import { ask, createNewDemo, createSkippingClock, createUsualDemo, MORNING } from './support.ts'

const YESTERDAY = '2026-11-23'

async function value(demo: Demo, metric: string): Promise<number> {
  const { body } = await ask(demo, 'GET', `/actuator/metrics/${metric}`)
  const { measurements } = JSON.parse(body) as {
    measurements: { statistic: string; value: number }[]
  }
  const wanted = metric.startsWith('http.server') ? 'MAX' : measurements[0]?.statistic
  return measurements.find(({ statistic }) => statistic === wanted)?.value ?? Number.NaN
}

async function lastSaleAgeMinutes(demo: Demo, paymentType?: string): Promise<number> {
  const now = Date.parse(MORNING)
  const times = ['2026-11-23', '2026-11-24']
    .flatMap((date) => demo.sales(date))
    .filter((sale) => paymentType === undefined || sale.paymentType === paymentType)
    .map((sale) => sale.transactionMicros / 1000)
  return (now - Math.max(...times)) / 60_000
}

describe('a demo without faults', () => {
  it('is healthy: all components UP, yesterday settled, sales in the last minutes', async () => {
    const { demo, clock } = createUsualDemo()
    const health = await ask(demo, 'GET', '/actuator/health')
    expect(health.status).toBe(200)
    expect(clock.sleeps).toEqual([])
    expect(demo.settlementOnDate(YESTERDAY)).toMatchObject({ status: 'COMPLETED' })
    expect(await lastSaleAgeMinutes(demo)).toBeLessThan(11)
    expect(await value(demo, 'system.cpu.usage')).toBe(0.12)
    const heap = await value(demo, 'jvm.memory.used?tag=area:heap')
    expect(heap / (await value(demo, 'jvm.memory.max?tag=area:heap'))).toBeCloseTo(0.41, 3)
    const free = await value(demo, 'disk.free')
    expect(1 - free / (await value(demo, 'disk.total'))).toBeCloseTo(0.69, 3)
    expect(await value(demo, 'http.server.requests')).toBeLessThan(1)
  })

  it.each(['00:05', '02:10', '04:45', '13:00', '23:55'])(
    'has a sale within ten minutes and every due date settled at %s',
    (time) => {
      const at = `2026-11-24T${time}:00+09:00`
      const { demo } = createUsualDemo({ historyDays: 3 }, at)
      const newest = ['2026-11-23', '2026-11-24']
        .flatMap((date) => demo.sales(date))
        .reduce((latest, sale) => Math.max(latest, sale.transactionMicros / 1000), 0)
      expect(Date.parse(at) - newest).toBeLessThan(11 * 60_000)
      expect(demo.settlementOnDate('2026-11-22')).toMatchObject({ status: 'COMPLETED' })
      expect(demo.settlementOnDate(YESTERDAY) !== undefined).toBe(time > '02:00')
    },
  )

  it('counts since its start, forty days ago, what its database holds', async () => {
    const { demo } = createUsualDemo()
    const uptime = await value(demo, 'process.uptime')
    expect(uptime / 86_400).toBeGreaterThan(39)
    const settled = demo.settlements()
    expect(settled.length).toBeGreaterThan(38)
    expect(await value(demo, 'settlement.result.total?tag=result:success')).toBe(settled.length)
    const failure = await ask(
      demo,
      'GET',
      '/actuator/metrics/settlement.result.total?tag=result:failure',
    )
    expect([failure.status, failure.body]).toEqual([404, ''])
    const health = await ask(demo, 'GET', '/actuator/health/customDatabase')
    const count = await value(demo, 'sales.created.total')
    expect(health.body).toContain(`"sales_count":${count},`)
    expect(count).toBeGreaterThan(10_000)
  })
})

describe('every fault', () => {
  it('is described in both languages, in the order of its names', () => {
    expect(DEMO_FAULTS.map(({ name }) => name)).toEqual(DEMO_FAULT_NAMES)
    for (const { description } of DEMO_FAULTS) {
      expect(description.ko).toMatch(/[가-힣]|Redis|DB/)
      expect(description.en).not.toMatch(/[가-힣]/)
    }
  })

  it('can be combined with all others', async () => {
    const clock = createSkippingClock(MORNING)
    // All but the one that leaves nobody to ask.
    const faults = DEMO_FAULT_NAMES.filter((name) => name !== 'service-down')
    const demo = createDemo({ clock, historyDays: 8, faults })
    const headers = { authorization: 'Bearer demo-token' }
    const health = await ask(demo, 'GET', '/actuator/health', { headers })
    expect(health.status).toBe(503)
    expect(demo.spoiled.map(({ fault, date }) => [fault, date])).toEqual([
      ['failed-batch-linked', '2026-11-23'],
      ['failed-batch-empty', '2026-11-22'],
      ['missing-batch', '2026-11-21'],
      ['stuck-batch', '2026-11-20'],
      ['late-sales', '2026-11-19'],
      ['wrong-totals', '2026-11-18'],
    ])
  })

  it('that does not exist is refused, with the nearest name known', () => {
    expect(() =>
      createDemo({ clock: createSkippingClock(MORNING), faults: ['redis-dwn'] }),
    ).toThrow('redis-dwn')
    expect(nearestFault('redis-dwn')).toBe('redis-down')
    expect(nearestFault('completely-different-words')).toBeUndefined()
  })
})

describe('failed-batch-linked', () => {
  it("leaves yesterday's record FAILED with true totals and all its sales linked", async () => {
    const { demo } = createUsualDemo({ faults: ['failed-batch-linked'] })
    const record = demo.settlementOnDate(YESTERDAY)
    const sales = demo.sales(YESTERDAY).filter((sale) => sale.status === 'COMPLETED')
    expect(record).toMatchObject({
      status: 'FAILED',
      note: 'Error: java.net.ConnectException: Connection refused',
      transactionCount: sales.length,
      totalAmount: sales.reduce((sum, sale) => sum + sale.amount, 0),
      saleIds: sales.map((sale) => sale.id),
    })
    expect(await value(demo, 'settlement.result.total?tag=result:failure')).toBe(1)
    const settled = demo.settlements().length - 1
    expect(await value(demo, 'settlement.result.total?tag=result:success')).toBe(settled)
    expect(demo.spoiled).toEqual([
      { fault: 'failed-batch-linked', date: YESTERDAY, settlementId: record?.id },
    ])
  })
})

describe('failed-batch-empty', () => {
  it("leaves yesterday's record FAILED with no totals, no sales, and the day's sales unlinked", async () => {
    const { demo } = createUsualDemo({ faults: ['failed-batch-empty'] })
    const { body } = await ask(demo, 'GET', `/api/settlements/date/${YESTERDAY}`)
    expect(JSON.parse(body)).toMatchObject({
      status: 'FAILED',
      totalAmount: 0,
      totalFee: 0,
      transactionCount: 0,
      sales: [],
    })
    const sales = demo.sales(YESTERDAY)
    expect(sales.length).toBeGreaterThan(200)
    expect(sales.filter((sale) => sale.settlementId !== null)).toEqual([])
    // Fees are as they were when the sales came in: only cards have one.
    expect(new Set(sales.filter((sale) => sale.fee > 0).map((sale) => sale.paymentType))).toEqual(
      new Set(['CARD']),
    )
  })

  it('takes the day before yesterday when yesterday is the linked one', () => {
    const { demo } = createUsualDemo({ faults: ['failed-batch-empty', 'failed-batch-linked'] })
    expect(demo.spoiled.map(({ fault, date }) => [fault, date])).toEqual([
      ['failed-batch-linked', '2026-11-23'],
      ['failed-batch-empty', '2026-11-22'],
    ])
    expect(demo.settlementOnDate('2026-11-22')).toMatchObject({ status: 'FAILED', saleIds: [] })
  })

  it('spoils the newest date whose batch is due: before 02:30 that is the day before yesterday', () => {
    const { demo } = createUsualDemo(
      { faults: ['failed-batch-empty'] },
      '2026-11-24T02:10:00+09:00',
    )
    expect(demo.spoiled[0]?.date).toBe('2026-11-22')
    expect(demo.settlementOnDate('2026-11-23')).toMatchObject({ status: 'COMPLETED' })
  })
})

describe('missing-batch', () => {
  it('leaves no record for yesterday', async () => {
    const { demo } = createUsualDemo({ faults: ['missing-batch'] })
    expect((await ask(demo, 'GET', `/api/settlements/check/${YESTERDAY}`)).body).toBe('false')
    expect((await ask(demo, 'GET', `/api/settlements/date/${YESTERDAY}`)).status).toBe(404)
    expect(demo.sales(YESTERDAY).filter((sale) => sale.settlementId !== null)).toEqual([])
  })
})

describe('no-sales and payment-outage', () => {
  it('no-sales: nothing for more than an hour, though the counters know earlier sales', async () => {
    const { demo } = createUsualDemo({ faults: ['no-sales'] })
    expect(await lastSaleAgeMinutes(demo)).toBeGreaterThan(90)
    expect(await lastSaleAgeMinutes(demo)).toBeLessThan(120)
    expect(await value(demo, 'sales.created.total')).toBeGreaterThan(10_000)
  })

  it('payment-outage: no card for hours, everything else as usual', async () => {
    const { demo } = createUsualDemo({ faults: ['payment-outage'] })
    expect(await lastSaleAgeMinutes(demo, 'CARD')).toBeGreaterThan(175)
    expect(await lastSaleAgeMinutes(demo)).toBeLessThan(21)
  })

  it('payment-outage: something else is sold at least every twenty minutes, at night too', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const at = '2026-11-24T05:00:00+09:00'
      const { demo } = createUsualDemo({ historyDays: 1, seed, faults: ['payment-outage'] }, at)
      const times = demo.sales('2026-11-24').map((sale) => sale.transactionMicros / 60_000_000)
      const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0))
      expect(Math.max(...gaps)).toBeLessThanOrEqual(21)
    }
  })

  it('sales come again once the fault is cleared', () => {
    const { demo, clock } = createUsualDemo({ historyDays: 1, faults: ['no-sales'] })
    const before = demo.sales('2026-11-24').length
    clock.set('2026-11-24T09:30:00+09:00')
    expect(demo.sales('2026-11-24')).toHaveLength(before)
    demo.clearFault('no-sales')
    clock.set('2026-11-24T10:30:00+09:00')
    expect(demo.sales('2026-11-24').length).toBeGreaterThan(before)
  })
})

describe('an outage while sales come in', () => {
  it.each([
    ['rabbit-down', { stored: false, counted: true }],
    ['redis-down', { stored: true, counted: true }],
    ['db-down', { stored: false, counted: false }],
  ] as const)('%s: stored and counted as by request', async (fault, { stored, counted }) => {
    const { demo, clock } = createUsualDemo({ historyDays: 1 })
    const storedBefore = demo.sales('2026-11-24').length
    const countedBefore = await value(demo, 'sales.created.total')
    demo.setFault(fault)
    clock.set('2026-11-24T10:00:00+09:00')
    expect(demo.sales('2026-11-24').length > storedBefore).toBe(stored)
    expect((await value(demo, 'sales.created.total')) > countedBefore).toBe(counted)
  })
})

describe('pool-exhausted', () => {
  it('shows 10 of 10 in use and 4 waiting, whoever asks meanwhile', async () => {
    const { demo } = createNewDemo({ faults: ['pool-exhausted'] })
    const waiting = ask(demo, 'GET', '/actuator/health/db')
    const pool = ['active', 'max', 'pending'].map((part) =>
      value(demo, `hikaricp.connections.${part}`),
    )
    expect(await Promise.all(pool)).toEqual([10, 10, 4])
    expect((await waiting).status).toBe(200)
  })
})

describe('slow, high-memory and auth', () => {
  it('slow: every answer 0.3 s later, and an API maximum over 3 s', async () => {
    const { demo, clock } = createUsualDemo({ faults: ['slow'], historyDays: 1, timeScale: 0.5 })
    await ask(demo, 'GET', '/actuator/info')
    expect(clock.sleeps).toEqual([150])
    expect(await value(demo, 'http.server.requests?tag=uri:/api/v1/sales/webhook')).toBeGreaterThan(
      3,
    )
  })

  it('high-memory: 93 % of the heap, told alike by both endpoints', async () => {
    const { demo } = createUsualDemo({ faults: ['high-memory'], historyDays: 1 })
    const used = await value(demo, 'jvm.memory.used?tag=area:heap')
    expect(used / (await value(demo, 'jvm.memory.max?tag=area:heap'))).toBeCloseTo(0.93, 3)
    const info = JSON.parse((await ask(demo, 'GET', '/api/monitoring/system/info')).body) as {
      jvm_memory_used: number
    }
    expect(info.jvm_memory_used).toBe(used)
  })

  it('auth: 401 as JSON without the token, everything with it', async () => {
    const { demo } = createNewDemo({ faults: ['auth'] })
    const refused = await ask(demo, 'GET', '/actuator/health')
    expect(refused.status).toBe(401)
    expect(refused.headers['content-type']).toBe('application/json')
    expect(
      (await ask(demo, 'POST', '/api/settlements/manual?settlementDate=2026-11-01')).status,
    ).toBe(401)
    expect(demo.settlements()).toEqual([])
    const headers = { authorization: 'Bearer demo-token' }
    expect((await ask(demo, 'GET', '/actuator/health', { headers })).status).toBe(200)
  })
})

describe('lost-answer', () => {
  it('cuts a POST that has taken effect, and answers every GET', async () => {
    const { demo } = createNewDemo({ faults: ['lost-answer'] })
    const path = '/api/settlements/manual?settlementDate=2026-11-01'
    expect(await demo.handle({ method: 'POST', path })).toEqual({ kind: 'cut' })
    expect((await ask(demo, 'GET', '/api/settlements/check/2026-11-01')).body).toBe('true')
    expect(demo.requests.map((request) => request.path)).toEqual([
      path,
      '/api/settlements/check/2026-11-01',
    ])
  })
})

describe('waits', () => {
  it('are multiplied by the time scale', async () => {
    const { demo, clock } = createNewDemo({ faults: ['redis-hang', 'db-hang'], timeScale: 0.01 })
    await ask(demo, 'GET', '/actuator/health')
    expect(clock.sleeps.reduce((sum, ms) => sum + ms, 0)).toBe(1800)
  })

  it('show in the pool while they last', async () => {
    const { demo } = createNewDemo({ faults: ['db-down'] })
    const waiting = [1, 2, 3].map((id) => ask(demo, 'GET', `/api/settlements/${id}`))
    expect(await value(demo, 'hikaricp.connections.pending')).toBe(3)
    await Promise.all(waiting)
    expect(await value(demo, 'hikaricp.connections.pending')).toBe(0)
  })

  it('end when the signal does, and what was waiting never takes effect', async () => {
    const { demo } = createNewDemo({ faults: ['rabbit-down'] })
    const controller = new AbortController()
    const path = '/api/settlements/manual?settlementDate=2026-11-01'
    const answer = demo.handle({ method: 'POST', path }, controller.signal)
    controller.abort(new Error('closing'))
    await expect(answer).rejects.toThrow('closing')
    expect(demo.settlements()).toEqual([])
  })
})

describe('service-down', () => {
  it('cuts every connection, takes no sale, and answers again once it is over', async () => {
    const demo = createDemo({ clock: createSystemClock(), historyDays: 1 })
    const listening = await listenDemo(demo)
    try {
      const ping = () => fetch(`${listening.url}/actuator/health/ping`)
      expect((await ping()).status).toBe(200)
      demo.setFault('service-down')
      await expect(ping()).rejects.toThrow('fetch failed')
      await expect(
        fetch(`${listening.url}/api/v1/sales/webhook`, { method: 'POST', body: '{}' }),
      ).rejects.toThrow('fetch failed')
      expect(demo.requests.filter(({ method }) => method === 'POST')).toEqual([])
      demo.clearFault('service-down')
      expect((await ping()).status).toBe(200)
    } finally {
      await listening.close()
    }
  })
})

describe('rabbit-hang', () => {
  it('makes both checks of the broker wait, and nothing else', async () => {
    const clock = createSkippingClock(MORNING)
    const demo = createDemo({ clock, historyDays: 1, faults: ['rabbit-hang'] })
    const took = async (name: string): Promise<number> => {
      const before = clock.monotonicMs()
      await ask(demo, 'GET', `/actuator/health/${name}`)
      return clock.monotonicMs() - before
    }
    expect(await took('rabbit')).toBe(60_000)
    expect(await took('customRabbitMQ')).toBe(60_000)
    expect(await took('redis')).toBe(0)
  })
})

describe('settlements that are not what they say', () => {
  it.each([
    ['stuck-batch', 'PROCESSING', true],
    ['late-sales', 'COMPLETED', false],
    ['wrong-totals', 'COMPLETED', false],
  ])('%s leaves yesterday %s', (fault, status, isOpen) => {
    const { demo } = createUsualDemo({ faults: [fault] })
    const record = demo.settlementOnDate(YESTERDAY)
    const sales = demo.sales(YESTERDAY).filter((sale) => sale.status === 'COMPLETED')
    expect(record?.status).toBe(status)
    expect(record?.completedAt === null).toBe(isOpen)
    const total = sales.reduce((sum, sale) => sum + sale.amount, 0)
    if (isOpen) expect(record?.totalAmount).toBe(total)
    else expect(record?.totalAmount).not.toBe(total)
    expect(sales.length - (record?.transactionCount ?? 0)).toBe(fault === 'late-sales' ? 2 : 0)
  })
})
