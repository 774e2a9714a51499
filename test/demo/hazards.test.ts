/** The ways the service loses money, and what keeps two actors from seeing each other. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Demo } from '../../src/demo/demo.ts'
import { ask, createNewDemo, createUsualDemo } from './support.ts'

const DATE = '2026-11-20'

function addSales(demo: Demo, count = 3): void {
  for (let index = 0; index < count; index++) {
    demo.addSale({ at: `${DATE}T1${index}:00:00`, amount: 10_000, paymentType: 'BANK_TRANSFER' })
  }
}

describe('settling by hand', () => {
  it('takes only COMPLETED sales of the date and writes their fees anew', async () => {
    const { demo } = createNewDemo()
    addSales(demo)
    demo.addSale({ at: `${DATE}T20:00:00`, amount: 5000, status: 'CANCELLED' })
    demo.addSale({ at: '2026-11-21T00:00:00', amount: 7000 })
    expect(demo.sales(DATE).map((sale) => sale.fee)).toEqual([0, 0, 0, 12_500])
    expect(await demo.manual(DATE)).toBe(200)
    expect(demo.settlementOnDate(DATE)).toMatchObject({
      status: 'COMPLETED',
      totalAmount: 3_000_000,
      totalFee: 90_000,
      netAmount: 2_910_000,
      transactionCount: 3,
      saleIds: [1, 2, 3],
    })
    expect(demo.sales(DATE).map((sale) => sale.fee)).toEqual([30_000, 30_000, 30_000, 12_500])
  })

  it('leaves a late sale of a settled date unsettled for ever', async () => {
    const { demo } = createNewDemo()
    addSales(demo)
    await demo.manual(DATE)
    const late = demo.addSale({ at: `${DATE}T23:59:59`, amount: 900 })
    expect(await demo.runBatch(DATE)).toBe('skipped')
    expect(demo.sales(DATE).find((sale) => sale.id === late.id)?.settlementId).toBeNull()
  })

  it('flips a settled date to FAILED with its sales linked, and answers 500', async () => {
    const { demo } = createNewDemo()
    addSales(demo)
    await demo.manual(DATE)
    expect(await demo.manual(DATE)).toBe(500)
    expect(demo.settlementOnDate(DATE)).toMatchObject({
      status: 'FAILED',
      note: `Error: Settlement already exists for date: ${DATE}`,
      transactionCount: 3,
      saleIds: [1, 2, 3],
    })
  })
})

describe('reprocessing', () => {
  it('deletes every sale that is linked to the record, and answers 200', async () => {
    const { demo } = createNewDemo()
    addSales(demo)
    await demo.manual(DATE)
    await demo.manual(DATE)
    const answer = await ask(demo, 'POST', '/api/settlements/1/reprocess')
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.body)).toMatchObject({
      id: 2,
      totalAmount: 0,
      note: 'No sales to settle',
    })
    expect(demo.sales(DATE)).toEqual([])
    expect((await ask(demo, 'GET', '/api/settlements/1')).status).toBe(404)
  })

  it('settles the sales of a record that holds none, under a new id', async () => {
    const { demo } = createNewDemo()
    await demo.manual(DATE)
    await demo.manual(DATE)
    addSales(demo)
    expect(await demo.reprocess(1)).toBe(200)
    expect(demo.settlementOnDate(DATE)).toMatchObject({ id: 2, status: 'COMPLETED' })
    expect(demo.settlementOnDate(DATE)?.saleIds).toHaveLength(3)
  })

  it('answers 400 with an empty body to an unknown id and to a record that has not failed', async () => {
    const { demo } = createNewDemo()
    await demo.manual(DATE)
    for (const id of [1, 4711]) {
      const answer = await ask(demo, 'POST', `/api/settlements/${id}/reprocess`)
      expect([answer.status, answer.body]).toEqual([400, ''])
    }
    expect(demo.settlementOnDate(DATE)).toMatchObject({ id: 1, status: 'COMPLETED' })
  })
})

describe('two at the same moment', () => {
  it('lets an operator flip what the batch has just settled', async () => {
    const { demo } = createNewDemo()
    addSales(demo)
    const [batch, manual] = await Promise.all([demo.runBatch(DATE), demo.manual(DATE)])
    expect([batch, manual]).toEqual(['settled', 500])
    expect(demo.settlementOnDate(DATE)).toMatchObject({ status: 'FAILED', transactionCount: 3 })
    expect(demo.settlementOnDate(DATE)?.note).toContain('ConstraintViolationException')
  })

  it('answers with the record as it was committed, though it is flipped before the answer is out', async () => {
    const { demo } = createNewDemo()
    addSales(demo)
    demo.setPace({ beforeCommitMs: 10, afterCommitMs: 1000 })
    const winner = ask(demo, 'POST', `/api/settlements/manual?settlementDate=${DATE}`)
    expect(await demo.manual(DATE)).toBe(500)
    const answer = await winner
    expect(answer.status).toBe(200)
    expect(answer.body).toContain('"status":"COMPLETED"')
    expect(demo.settlementOnDate(DATE)).toMatchObject({ status: 'FAILED' })
  })

  it('never lets two records of one date stand, whoever acts when', async () => {
    const action = fc.constantFrom('manual', 'reprocess', 'batch', 'sale')
    const moments = fc.array(fc.record({ action, delayMs: fc.nat({ max: 60 }) }), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(moments, async (actors) => {
        const { demo, clock } = createNewDemo()
        addSales(demo)
        await Promise.all(
          actors.map(async (actor) => {
            await clock.sleep(actor.delayMs)
            if (actor.action === 'manual') await demo.manual(DATE)
            else if (actor.action === 'batch') await demo.runBatch(DATE)
            else if (actor.action === 'sale') demo.addSale({ at: `${DATE}T22:00:00`, amount: 100 })
            else await demo.reprocess(demo.settlementOnDate(DATE)?.id ?? 1)
          }),
        )
        const records = demo.settlements().filter(({ date }) => date === DATE)
        expect(records.length).toBeLessThanOrEqual(1)
        for (const record of records) {
          // What is linked is what the record says, and a sale is never linked to a record that is gone.
          expect(record.saleIds).toHaveLength(record.transactionCount)
        }
        const ids = new Set(records.map(({ id }) => id))
        for (const sale of demo.sales(DATE)) {
          if (sale.settlementId !== null) expect(ids).toContain(sale.settlementId)
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe('the nightly batch', () => {
  it('settles yesterday when the clock passes 02:00 in Seoul', () => {
    const { demo, clock } = createUsualDemo({ historyDays: 2 }, '2026-11-24T01:59:00+09:00')
    expect(demo.settlementOnDate('2026-11-23')).toBeUndefined()
    clock.set('2026-11-24T02:00:01+09:00')
    const record = demo.settlementOnDate('2026-11-23')
    expect(record).toMatchObject({ status: 'COMPLETED' })
    expect(record?.transactionCount).toBeGreaterThan(200)
    expect(demo.settlementOnDate('2026-11-24')).toBeUndefined()
  })

  it('skips a date that somebody settled before it was over, and its later sales stay out', async () => {
    const { demo, clock } = createUsualDemo({ historyDays: 2 }, '2026-11-24T18:00:00+09:00')
    expect(await demo.manual('2026-11-24')).toBe(200)
    const settled = demo.settlementOnDate('2026-11-24')?.transactionCount ?? 0
    clock.set('2026-11-25T03:00:00+09:00')
    expect(demo.settlementOnDate('2026-11-24')?.transactionCount).toBe(settled)
    expect(demo.sales('2026-11-24').filter((sale) => sale.settlementId === null)).not.toEqual([])
  })

  it('links the sales and fails when RabbitMQ is down, for 1.5 s looking COMPLETED', async () => {
    const { demo, clock } = createNewDemo({ faults: ['rabbit-down'] })
    addSales(demo)
    demo.setPace({ beforeCommitMs: 0 })
    const startedMs = clock.now()
    const batch = demo.runBatch(DATE)
    await new Promise((resolve) => setImmediate(resolve))
    expect(demo.settlementOnDate(DATE)).toMatchObject({ status: 'COMPLETED' })
    expect(await batch).toBe('failed')
    expect(clock.now() - startedMs).toBe(1500)
    expect(demo.settlementOnDate(DATE)).toMatchObject({
      status: 'FAILED',
      note: 'Error: java.net.ConnectException: Connection refused',
      transactionCount: 3,
      saleIds: [1, 2, 3],
    })
  })

  it('leaves no record when the database is away', async () => {
    const { demo } = createNewDemo({ faults: ['db-down'] })
    expect(await demo.runBatch(DATE)).toBe('failed')
    expect(demo.settlementOnDate(DATE)).toBeUndefined()
  })
})

describe('repeatability', () => {
  it('gives the same answers for the same seed and clock, to the last nanosecond', async () => {
    const answers = async (seed: number): Promise<string> => {
      const { demo } = createUsualDemo({ seed, historyDays: 3, faults: ['failed-batch-empty'] })
      const id = demo.spoiled[0]?.settlementId
      const bodies: string[] = []
      for (const [method, path] of [
        ['GET', `/api/settlements/${id}`],
        ['POST', `/api/settlements/${id}/reprocess`],
        ['GET', '/api/settlements/range?startDate=2026-11-20&endDate=2026-11-24'],
        ['GET', '/actuator/metrics/http.server.requests'],
      ] as const) {
        bodies.push((await ask(demo, method, path)).body)
      }
      return bodies.join('\n')
    }
    expect(await answers(7)).toBe(await answers(7))
    expect(await answers(7)).not.toBe(await answers(8))
  })

  it('does not depend on when and how often one looks', () => {
    const often = createUsualDemo({ historyDays: 1 })
    const once = createUsualDemo({ historyDays: 1 })
    for (let minute = 10; minute < 60; minute++) {
      often.clock.set(`2026-11-24T09:${minute}:00+09:00`)
      often.demo.sales('2026-11-24')
    }
    once.clock.set('2026-11-24T09:59:00+09:00')
    expect(often.demo.sales('2026-11-24')).toEqual(once.demo.sales('2026-11-24'))
  })
})
