import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chanceOfAtMost, judgeStopped } from '../../src/health/sales-stopped.ts'
import { referenceDays, type SaleSeen } from '../../src/health/sales-window.ts'

const NOW = Date.parse('2026-11-24T12:00:00+09:00')
const HOUR = 3_600_000

const sale = (minutesAgo: number, rest: Partial<SaleSeen> = {}): SaleSeen => ({
  store: '1',
  paymentType: 'CARD',
  channel: 'OFFLINE',
  amount: '1000',
  atMs: NOW - minutesAgo * 60_000,
  ...rest,
})
/** One of each payment type every ten minutes over six hours. */
const day = (types: readonly string[], untilMinutesAgo = 0, rest: Partial<SaleSeen> = {}) =>
  types
    .flatMap((paymentType) =>
      Array.from({ length: 36 }, (_, index) => sale(index * 10, { paymentType, ...rest })),
    )
    .filter(({ atMs }) => atMs <= NOW - untilMinutesAgo * 60_000)

const judge = (sales: readonly SaleSeen[], earlier: readonly (readonly SaleSeen[])[]) =>
  judgeStopped({ fromMs: NOW - 6 * HOUR, nowMs: NOW, sales, earlier })

const week = Array.from({ length: 4 }, () => day(['CARD', 'CASH', 'MOBILE_PAY']))

describe('which kind of sale has stopped', () => {
  it('is cards, while cash flows: the networks', () => {
    const seen = judge([...day(['CASH', 'MOBILE_PAY']), ...day(['CARD'], 180)], week)
    expect(seen).toMatchObject({ pattern: 'card', cash: 'flowing' })
  })

  it('is everything, when everything has', () => {
    expect(judge(day(['CARD', 'CASH', 'MOBILE_PAY'], 120), week).pattern).toBe('all')
    expect(judge([], week).pattern).toBe('all')
  })

  it('is one store, while the others flow', () => {
    const both = [...week].map((sales) => [
      ...sales,
      ...day(['CARD', 'CASH', 'MOBILE_PAY'], 0, { store: '2' }),
    ])
    const now = [
      ...day(['CARD', 'CASH', 'MOBILE_PAY']),
      ...day(['CARD', 'CASH', 'MOBILE_PAY'], 150, { store: '2' }),
    ]
    const seen = judge(now, both)
    expect(seen.pattern).toBe('store')
    expect(seen.stores.map(({ id, state }) => [id, state])).toEqual([
      ['1', 'flowing'],
      ['2', 'stopped'],
    ])
  })

  it('is nothing while a pause is no longer than chance makes it', () => {
    expect(judge(day(['CARD', 'CASH', 'MOBILE_PAY'], 20), week).pattern).toBe('none')
  })

  it('is not told from one earlier day where four would tell', () => {
    const now = [...day(['CASH', 'MOBILE_PAY']), ...day(['CARD'], 80)]
    expect(judge(now, week).pattern).toBe('card')
    expect(judge(now, week.slice(0, 1)).pattern).toBe('none')
    expect(judge([], []).pattern).toBe('none')
  })

  it('never calls a kind stopped of which fewer than five were to be expected, nor one that has just sold', () => {
    const minutes = fc.integer({ min: 0, max: 359 })
    const some = fc.array(
      fc.record({ ago: minutes, type: fc.constantFrom('CARD', 'CASH', 'POINT') }),
      { maxLength: 60 },
    )
    fc.assert(
      fc.property(some, fc.array(some, { maxLength: 4 }), (now, earlier) => {
        const of = (list: readonly { ago: number; type: string }[]): SaleSeen[] =>
          list.map(({ ago, type }) => sale(ago, { paymentType: type }))
        const seen = judge(of(now), earlier.map(of))
        for (const kind of [seen.all, ...seen.types, ...seen.channels, ...seen.stores]) {
          if (kind.state === 'stopped') expect(kind.expectedSince).toBeGreaterThanOrEqual(5)
          if (kind.lastMs === NOW) expect(kind.state).not.toBe('stopped')
        }
      }),
    )
  })
})

describe('how likely so few sales are', () => {
  it('is a probability that grows with the count and shrinks with what was to be expected', () => {
    const whole = fc.integer({ min: 0, max: 400 })
    fc.assert(
      fc.property(whole, whole, fc.integer({ min: 1, max: 8 }), (count, total, days) => {
        const chance = chanceOfAtMost(count, total, days)
        expect(chance).toBeGreaterThanOrEqual(0)
        expect(chance).toBeLessThanOrEqual(1)
        expect(chanceOfAtMost(count + 1, total, days)).toBeGreaterThanOrEqual(chance - 1e-9)
        expect(chanceOfAtMost(count, total + 10, days)).toBeLessThanOrEqual(chance + 1e-9)
      }),
    )
  })

  it('is what counting by hand gives', () => {
    expect(chanceOfAtMost(0, 4, 1)).toBeCloseTo(1 / 16)
    expect(chanceOfAtMost(1, 1, 1)).toBeCloseTo(3 / 4)
    expect(chanceOfAtMost(3, 0, 0)).toBe(1)
  })
})

describe('the days a day is held against', () => {
  it('are the same weekday of four weeks without holidays, and the days just before of its own kind', () => {
    const { sameWeekday, recent } = referenceDays('2026-11-24', ['2026-11-10', '2026-11-20'])
    expect(sameWeekday).toEqual(['2026-11-17', '2026-11-03', '2026-10-27'])
    expect(recent).toEqual(['2026-11-23', '2026-11-19', '2026-11-18', '2026-11-17'])
  })

  it('of a holiday are the holidays before it', () => {
    expect(referenceDays('2026-12-25', ['2026-10-09', '2026-10-03', '2026-12-25'])).toEqual({
      sameWeekday: ['2026-10-09', '2026-10-03'],
      recent: [],
    })
  })
})
