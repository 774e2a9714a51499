import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seoulInstant } from '../../src/core/dates.ts'
import type { SettlementRecord } from '../../src/core/service.ts'
import type { SettlementFacts } from '../../src/settlement/facts.ts'
import { inBatchWindow, judgeReprocess, judgeRun } from '../../src/settlement/interlock.ts'

const RULES = { batch: { at: '02:00', graceMs: 30 * 60_000 } }
const MORNING = seoulInstant('2026-11-24', '09:00')

const SAFE_RECORD: SettlementRecord = {
  id: 8,
  date: '2026-11-23',
  status: 'FAILED',
  totalAmount: '0',
  totalFee: '0',
  netAmount: '0',
  transactionCount: 0,
  note: 'Error',
  createdAt: null,
  completedAt: null,
  holdsSales: 'no',
  bodyIntact: true,
}

const SALES: SettlementFacts['sales'] = {
  kind: 'known',
  date: '2026-11-23',
  stores: ['123-45-67890'],
  sales: [],
  completed: { count: 3, amount: '60000', fee: '850', net: '59150' },
  hash: 'x',
}

const SAFE: SettlementFacts = {
  date: '2026-11-23',
  record: { kind: 'record', record: SAFE_RECORD },
  sales: SALES,
  dependencies: { database: 'UP', redis: 'UP', rabbitmq: 'UP' },
  clockSkewMs: 0,
  serviceNowMs: MORNING,
  startedMonotonicMs: 0,
}

const FREE: SettlementFacts = { ...SAFE, record: { kind: 'none' }, exists: false }

function codes(facts: Partial<SettlementFacts>, record: Partial<SettlementRecord> = {}): string[] {
  const base: SettlementFacts = {
    ...SAFE,
    record: { kind: 'record', record: { ...SAFE_RECORD, ...record } },
    ...facts,
  }
  return judgeReprocess(base, RULES).map((reason) => reason.code)
}

describe('the interlock of reprocessing', () => {
  it('allows a FAILED record that provably holds no sale, with everything up and the clock right', () => {
    expect(judgeReprocess(SAFE, RULES)).toEqual([])
  })

  it('refuses the natural trap: FAILED with sales linked, in numbers', () => {
    const [reason] = judgeReprocess(
      {
        ...SAFE,
        record: {
          kind: 'record',
          record: {
            ...SAFE_RECORD,
            holdsSales: 'yes',
            totalAmount: '60000',
            totalFee: '850',
            netAmount: '59150',
            transactionCount: 3,
            bodyIntact: false,
          },
        },
      },
      RULES,
    )
    expect(reason?.code).toBe('HOLDS_SALES')
    expect(reason?.message.ko).toBe('매출 3건 60,000원이 함께 삭제됩니다')
  })

  it('refuses sales linked to a record whose totals are 0, with what the day holds at most', () => {
    const facts: SettlementFacts = {
      ...SAFE,
      record: { kind: 'record', record: { ...SAFE_RECORD, holdsSales: 'yes' } },
    }
    const [reason] = judgeReprocess(facts, RULES)
    expect(reason?.code).toBe('HOLDS_SALES')
    expect(reason?.message.ko).toContain('최대 3건 60,000원')
  })

  it('names each rule', () => {
    expect(codes({}, { status: 'COMPLETED' })).toEqual(['NOT_FAILED'])
    expect(codes({}, { status: 'PROCESSING' })).toEqual(['NOT_FAILED'])
    expect(codes({}, { holdsSales: 'unknown' })).toEqual(['SALES_UNPROVEN'])
    expect(codes({}, { totalAmount: '1' })).toEqual(['TOTALS_NOT_ZERO'])
    expect(codes({}, { transactionCount: 1 })).toEqual(['TOTALS_NOT_ZERO'])
    expect(codes({ record: { kind: 'none' } })).toEqual(['NOT_FOUND'])
    expect(codes({ record: { kind: 'unknown' } })).toEqual(['RECORD_UNREADABLE'])
    expect(codes({ clockSkewMs: 61_000 })).toEqual(['CLOCK_SKEW'])
    expect(codes({ clockSkewMs: -61_000 })).toEqual(['CLOCK_SKEW'])
    expect(codes({ date: '2026-11-24' }, { date: '2026-11-24' })).toEqual(['DATE_NOT_OVER'])
    expect(codes({ serviceNowMs: seoulInstant('2026-11-24', '02:10') })).toEqual(['BATCH_WINDOW'])
    const { clockSkewMs: _skew, serviceNowMs: _now, ...noDate } = SAFE
    expect(judgeReprocess(noDate, RULES).map((reason) => reason.code)).toEqual(['CLOCK_SKEW'])
    const unreadable = { kind: 'unknown' as const, reason: { ko: '', en: '' } }
    expect(codes({ sales: unreadable })).toEqual(['SALES_UNREADABLE'])
  })

  it('never allows anything while a fact is missing or a dependency is not proven up', () => {
    const state = fc.constantFrom('UP' as const, 'DOWN' as const, 'UNKNOWN' as const)
    fc.assert(
      fc.property(
        fc.record({
          holdsSales: fc.constantFrom('yes' as const, 'no' as const, 'unknown' as const),
          status: fc.constantFrom('FAILED', 'COMPLETED', 'PENDING', 'PROCESSING', 'CANCELLED', 'X'),
          transactionCount: fc.constantFrom(0, 3),
        }),
        fc.record({ database: state, redis: state, rabbitmq: state }),
        (record, dependencies) => {
          const safe =
            record.holdsSales === 'no' &&
            record.status === 'FAILED' &&
            record.transactionCount === 0 &&
            Object.values(dependencies).every((value) => value === 'UP')
          const found = codes({ dependencies }, record)
          expect(found.length === 0).toBe(safe)
        },
      ),
    )
  })
})

describe('the interlock of settling by hand', () => {
  it('allows a date that is over, has sales and provably no record', () => {
    expect(judgeRun(FREE, RULES)).toEqual([])
  })

  it('needs JSON false: a bare 404 proves nothing', () => {
    expect(judgeRun({ ...FREE, exists: 'unknown' }, RULES)[0]?.code).toBe('RECORD_UNREADABLE')
    const { exists: _exists, ...notAsked } = FREE
    expect(judgeRun(notAsked, RULES)[0]?.code).toBe('RECORD_UNREADABLE')
  })

  it('refuses a settled date, also a FAILED one, and one that only check knows', () => {
    expect(judgeRun({ ...SAFE, exists: true }, RULES)[0]?.code).toBe('ALREADY_SETTLED')
    expect(judgeRun({ ...FREE, exists: true }, RULES)[0]?.code).toBe('ALREADY_SETTLED')
  })

  it('refuses without stores, and without a sale', () => {
    const none = { ...SALES, completed: { count: 0, amount: '0', fee: '0', net: '0' } }
    const unset = { kind: 'not_checked' as const, reason: { ko: '', en: '' } }
    expect(judgeRun({ ...FREE, sales: none }, RULES)[0]?.code).toBe('NO_SALES')
    expect(judgeRun({ ...FREE, sales: unset }, RULES)[0]?.code).toBe('STORES_UNKNOWN')
  })
})

describe("the batch's window", () => {
  it('is two minutes before the batch until its grace is over, also across midnight', () => {
    const at = (time: string, batchAt = '02:00') =>
      inBatchWindow(seoulInstant('2026-11-24', time), { at: batchAt, graceMs: 30 * 60_000 })
    expect(at('01:57')).toBe(false)
    expect(at('01:58')).toBe(true)
    expect(at('02:29')).toBe(true)
    expect(at('02:30')).toBe(false)
    expect(at('23:59', '00:01')).toBe(true)
    expect(at('00:10', '23:50')).toBe(true)
  })
})
