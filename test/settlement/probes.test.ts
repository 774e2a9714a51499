import { describe, expect, it } from 'vitest'
import type { Read } from '../../src/core/read.ts'
import type { Sale, ServiceReader, SettlementRecord } from '../../src/core/service.ts'
import { createBatchProbe, ranOf, zoneOfBatch } from '../../src/settlement/batch-probe.ts'
import { classifySettlement } from '../../src/settlement/classify.ts'
import { createClockProbe } from '../../src/settlement/clock-probe.ts'
import { nextPayoutDeadline } from '../../src/settlement/payout-deadline.ts'
import { createSettlementProbes } from '../../src/settlement/probes.ts'
import type { SalesOfDay } from '../../src/settlement/sales-of-day.ts'
import { totalsOf } from '../../src/settlement/sales-of-day.ts'
import { createFakeClock } from '../support/ports.ts'

const DATE = '2026-11-23'
const BATCH = { at: '02:00', graceMs: 30 * 60_000 }
const NOW = Date.parse('2026-11-24T03:00:00+09:00')

const COMPLETED: SettlementRecord = {
  id: 8,
  date: DATE,
  status: 'COMPLETED',
  totalAmount: '60000',
  totalFee: '600',
  netAmount: '59400',
  transactionCount: 2,
  note: null,
  createdAt: '2026-11-24T02:00:01.5',
  completedAt: '2026-11-24T02:00:02',
  holdsSales: 'yes',
  bodyIntact: false,
}
const EMPTY: SettlementRecord = {
  ...COMPLETED,
  status: 'FAILED',
  totalAmount: '0',
  totalFee: '0',
  netAmount: '0',
  transactionCount: 0,
  holdsSales: 'no',
}

function sale(id: number, amount: string, fee: string, net: string, status = 'COMPLETED'): Sale {
  return {
    id,
    amount,
    fee,
    netAmount: net,
    status,
    transactionTime: `${DATE}T12:00:00`,
    paymentType: 'CARD',
    channel: 'OFFLINE',
    orderNumber: `O-${id}`,
  }
}
const TWO = [sale(1, '20000', '200', '19800'), sale(2, '40000', '400', '39600')]

function day(sales: readonly Sale[]): SalesOfDay {
  return {
    kind: 'known',
    date: DATE,
    stores: ['A'],
    sales: sales.map((each) => ({ ...each, store: 'A' })),
    completed: totalsOf(sales.filter((each) => each.status === 'COMPLETED')),
    hash: 'x',
  }
}
const UNCHECKED: SalesOfDay = { kind: 'not_checked', reason: { ko: '미설정', en: 'not set' } }

const classOf = (record: SettlementRecord, sales: SalesOfDay): string =>
  classifySettlement({ kind: 'record', record }, true, sales).class

describe('the class of a settlement', () => {
  it('is completed only when it was held against the sales and is equal in everything', () => {
    expect(classOf(COMPLETED, day(TWO))).toBe('completed')
    expect(classOf(COMPLETED, UNCHECKED)).toBe('completed_unchecked')
    expect(classOf({ ...COMPLETED, totalFee: '601' }, day(TWO))).toBe('completed_wrong')
    expect(classOf(COMPLETED, day(TWO.slice(0, 1)))).toBe('completed_wrong')
    expect(classOf(COMPLETED, day([...TWO, sale(3, '5', '0', '5', 'CANCELLED')]))).toBe('completed')
  })

  it('does not take 0 sales for right: they may have been deleted', () => {
    expect(classOf({ ...EMPTY, status: 'COMPLETED' }, day([]))).toBe('completed_zero')
    expect(classOf({ ...EMPTY, status: 'COMPLETED' }, day(TWO))).toBe('completed_wrong')
  })

  it('names what came too late, with count, amount and store', () => {
    const found = classifySettlement(
      { kind: 'record', record: COMPLETED },
      true,
      day([...TWO, sale(9, '7000', '0', '7000')]),
    )
    expect(found).toMatchObject({
      class: 'late_sales',
      late: { count: 1, amount: '7000', stores: ['A'] },
    })
  })

  it('lets a FAILED record be empty only when that is proven', () => {
    expect(classOf(EMPTY, day(TWO))).toBe('failed_empty')
    expect(classOf({ ...EMPTY, holdsSales: 'yes' }, day(TWO))).toBe('failed_holding_sales')
    expect(classOf({ ...EMPTY, holdsSales: 'unknown' }, day(TWO))).toBe('failed_unproven')
    for (const field of ['totalAmount', 'totalFee', 'netAmount'] as const) {
      expect(classOf({ ...EMPTY, [field]: '1' }, day(TWO))).toBe('failed_unproven')
    }
    expect(classOf({ ...EMPTY, transactionCount: 1 }, day(TWO))).toBe('failed_unproven')
  })

  it('takes only the service’s own false for the absence of a record', () => {
    const none = (exists: boolean | 'unknown', sales: SalesOfDay): string =>
      classifySettlement({ kind: 'none' }, exists, sales).class
    expect(none(false, day(TWO))).toBe('none')
    expect(none(false, day([]))).toBe('none_no_sales')
    expect(none(true, day(TWO))).toBe('unknown')
    expect(none('unknown', day(TWO))).toBe('unknown')
  })

  it('is unknown for a status nobody knows', () => {
    expect(classOf({ ...COMPLETED, status: 'CANCELLED' }, day(TWO))).toBe('unknown')
    expect(classOf({ ...COMPLETED, status: 'PENDING' }, day(TWO))).toBe('processing')
  })
})

function reader(answers: {
  record?: Read<SettlementRecord>
  exists?: Read<boolean>
  range?: Read<{ records: readonly SettlementRecord[]; complete: boolean }>
}): ServiceReader {
  const lost: Read<never> = {
    kind: 'unknown',
    failure: { kind: 'timeout', message: { ko: '응답 없음', en: 'no answer' } },
    latencyMs: 5000,
  }
  return {
    url: 'http://localhost:8080',
    settlementOnDate: async () => answers.record ?? lost,
    settlementExists: async () => answers.exists ?? lost,
    settlementRange: async () => answers.range ?? lost,
    salesPage: async () => lost,
  } as unknown as ServiceReader
}

const ok = <T>(value: T, dateMs?: number): Read<T> => ({
  kind: 'ok',
  value,
  meta: { httpStatus: 200, latencyMs: 3, ...(dateMs === undefined ? {} : { dateMs }) },
})
const absent: Read<never> = { kind: 'absent', meta: { httpStatus: 404, latencyMs: 3 } }

function context(): { clock: ReturnType<typeof createFakeClock>; signal: AbortSignal } {
  return { clock: createFakeClock(NOW), signal: new AbortController().signal }
}

const SETTINGS = { stores: [], batch: BATCH, holidays: [] }

describe('probes of settlements', () => {
  const observe = async (id: string, service: ServiceReader, settings: object = SETTINGS) => {
    const ports = { reader: service, settings: settings as typeof SETTINGS }
    const probe = [...createSettlementProbes(ports), createBatchProbe(ports)].find(
      (each) => each.id === id,
    )
    if (probe === undefined) throw new Error(id)
    return { probe, seen: await probe.observe({}, context()) }
  }

  it('are unknown when the record cannot be read', async () => {
    for (const id of [
      'settlement.due',
      'settlement.record',
      'settlement.conservation',
      'settlement.batch',
    ]) {
      expect((await observe(id, reader({}))).seen.kind, id).toBe('unknown')
    }
  })

  it('do not take a bare 404 for the absence of a record', async () => {
    const bare = reader({ record: absent, exists: ok(true) })
    for (const id of ['settlement.record', 'settlement.batch']) {
      expect((await observe(id, bare)).seen.kind, id).toBe('unknown')
    }
    const proven = reader({ record: absent, exists: ok(false) })
    expect((await observe('settlement.record', proven)).seen).toMatchObject({
      value: { exists: false, date: DATE },
    })
  })

  it('return what they declare', async () => {
    const service = reader({ record: ok(COMPLETED), exists: ok(true) })
    const deadline = { ...SETTINGS, payoutDeadline: '09:30' }
    for (const id of [
      'settlement.due',
      'settlement.record',
      'settlement.conservation',
      'settlement.batch',
      'settlement.deadline',
    ]) {
      const { probe, seen } = await observe(id, service, deadline)
      if (seen.kind === 'unknown') throw new Error(`${id}: ${seen.reason.en}`)
      expect(probe.outputs.safeParse(seen.value).error, id).toBeUndefined()
    }
  })

  it('say not_checked, not equal, when no stores are configured', async () => {
    const { seen } = await observe('settlement.conservation', reader({ record: ok(COMPLETED) }))
    expect(seen).toMatchObject({ value: { status: 'not_checked' } })
  })

  it('are unknown about a deadline that nobody configured', async () => {
    expect((await observe('settlement.deadline', reader({}))).seen.kind).toBe('unknown')
  })
})

describe('the nightly batch', () => {
  it('ran in time only when it made the record itself, that night', () => {
    expect(ranOf(COMPLETED, DATE, BATCH)).toBe('on_time')
    expect(ranOf({ ...COMPLETED, createdAt: '2026-11-24T03:10:00' }, DATE, BATCH)).toBe(
      'other_time',
    )
    expect(ranOf({ ...COMPLETED, createdAt: '2026-11-25T02:00:01' }, DATE, BATCH)).toBe(
      'other_time',
    )
    expect(ranOf({ ...COMPLETED, createdAt: null }, DATE, BATCH)).toBe('other_time')
    expect(ranOf({ ...COMPLETED, createdAt: '2026-11-24T17:00:01' }, DATE, BATCH)).toBe(
      'wrong_zone',
    )
    expect(ranOf(EMPTY, DATE, BATCH)).toBe('failed')
    expect(ranOf({ ...COMPLETED, status: 'PROCESSING' }, DATE, BATCH)).toBe('unfinished')
  })

  it('shows its zone by the time of day at which it writes', () => {
    expect(zoneOfBatch({ createdAt: '2026-11-24T02:00:03.123456' }, BATCH)).toBe('seoul')
    expect(zoneOfBatch({ createdAt: '2026-11-23T17:00:03' }, BATCH)).toBe('utc')
    expect(zoneOfBatch({ createdAt: '2026-11-24T14:12:00' }, BATCH)).toBe('unknown')
    expect(zoneOfBatch({ createdAt: 'yesterday' }, BATCH)).toBe('unknown')
  })

  it('is looked at with the service’s clock beside ours', async () => {
    const clock = async (dateMs?: number) => {
      const range = ok({ records: [COMPLETED], complete: false }, dateMs)
      const probe = createClockProbe({ reader: reader({ range }), settings: SETTINGS })
      return probe.observe({}, context())
    }
    expect(await clock(NOW)).toMatchObject({ value: { skewed: false, zone: 'seoul' } })
    expect(await clock(NOW + 120_000)).toMatchObject({ value: { skewed: true } })
    expect((await clock()).kind).toBe('unknown')
  })
})

describe('the payout deadline', () => {
  const next = (at: string, holidays: readonly string[] = []) =>
    nextPayoutDeadline(Date.parse(at), '09:30', holidays)

  it('is the next one on a business day', () => {
    expect(next('2026-11-24T03:18:00+09:00')).toMatchObject({
      remainingMs: (6 * 60 + 12) * 60_000,
      passedToday: false,
    })
    expect(next('2026-11-27T10:00:00+09:00')).toMatchObject({
      nextMs: Date.parse('2026-11-30T09:30:00+09:00'),
      passedToday: true,
    })
    expect(next('2026-11-24T03:00:00+09:00', ['2026-11-24'])).toMatchObject({
      nextMs: Date.parse('2026-11-25T09:30:00+09:00'),
    })
  })
})
