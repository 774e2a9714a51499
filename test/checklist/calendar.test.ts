import { describe, expect, it } from 'vitest'
import { dueOn, dueToday } from '../../src/checklist/schedule.ts'
import {
  databaseOf,
  javaVersion,
  supportOf,
  type SupportTable,
} from '../../src/checklist/support-table.ts'
import { addDays } from '../../src/core/dates.ts'
import { datesSinceLastCheck } from '../../src/settlement/backlog-probe.ts'
import { salesTrend, type DaySales } from '../../src/settlement/sales-trend.ts'

describe('support of a version', () => {
  const table: SupportTable = {
    asOf: '2026-04-30',
    source: 'test',
    products: {
      java: { '17': '2027-10-31', '8': '2026-11-30' },
      redis: { '7.0': '2024-07-29' },
      mariadb: { '10.11': '2028-02-16', '10.1': '2020-10-17' },
    },
  }

  it('ends on its day, is told half a year before, and is never made up', () => {
    const on = (product: string, version: string) =>
      supportOf(table, product, version, '2026-11-24')
    expect(on('java', '17.0.15')).toEqual({ state: 'supported', cycle: '17', until: '2027-10-31' })
    expect(on('java', '8')).toMatchObject({ state: 'ending' })
    expect(supportOf(table, 'java', '8', '2026-11-30')).toMatchObject({ state: 'ending' })
    expect(supportOf(table, 'java', '8', '2026-12-01')).toMatchObject({ state: 'ended' })
    expect(on('redis', '7.0.15')).toMatchObject({ state: 'ended' })
    expect(on('redis', '9.9.1')).toMatchObject({ state: 'unknown' })
    expect(on('mariadb', '10.11.19')).toMatchObject({ state: 'supported', cycle: '10.11' })
    expect(on('cassandra', '4')).toMatchObject({ state: 'unknown' })
    expect(on('java', 'unknown')).toEqual({ state: 'unknown' })
  })

  it('sees through the names that MariaDB and Java 8 go by', () => {
    expect(databaseOf('5.5.5-10.11.19-MariaDB-0+deb12u1')).toEqual({
      product: 'mariadb',
      version: '10.11.19',
    })
    expect(databaseOf('8.0.36')).toEqual({ product: 'mysql', version: '8.0.36' })
    expect(javaVersion('1.8.0_432')).toBe('8')
  })
})

describe('the schedule', () => {
  it('moves what falls on a holiday to the next business day', () => {
    // 2027-01-01 is a Friday and a holiday; 2026-11-01 a Sunday.
    expect(dueOn('monthly', '2027-01-04', ['2027-01-01'])).toBe('2027-01-04')
    expect(dueOn('monthly', '2026-11-02', [])).toBe('2026-11-02')
    expect(dueOn('weekly', '2026-11-26', ['2026-11-23'])).toBe('2026-11-24')
    expect(dueToday('2026-11-24', ['2026-11-23'])).toEqual(['daily', 'weekly'])
    expect(dueToday('2026-11-28', [])).toEqual([])
    expect(dueToday('2027-01-04', ['2027-01-01'])).toEqual(['daily', 'weekly', 'monthly'])
  })

  it('after holidays the daily covers every date since the one that was last looked at', () => {
    expect(datesSinceLastCheck('2026-11-24', '2026-11-23', [])).toEqual(['2026-11-22'])
    expect(datesSinceLastCheck('2026-11-23', '2026-11-22', [])).toEqual([
      '2026-11-19',
      '2026-11-20',
      '2026-11-21',
    ])
    expect(datesSinceLastCheck('2026-11-24', '2026-11-23', ['2026-11-23'])).toEqual([
      '2026-11-19',
      '2026-11-20',
      '2026-11-21',
      '2026-11-22',
    ])
  })
})

describe('the trend of sales', () => {
  const days = (count: (date: string, back: number) => number, types = ['CARD', 'CASH']) => {
    const found = new Map<string, DaySales>()
    for (let back = 0; back < 35; back++) {
      const date = addDays('2026-11-23', -back)
      const each = count(date, back)
      found.set(date, {
        date,
        count: each * types.length,
        amount: String(each * types.length * 1000),
        types: new Map(types.map((type) => [type, each])),
        channels: new Map([['OFFLINE', each * types.length]]),
      })
    }
    return found
  }

  it('is the week against the same weekdays of four weeks', () => {
    const trend = salesTrend(
      days((_date, back) => (back < 7 ? 15 : 10)),
      '2026-11-23',
      [],
    )
    expect(trend).toMatchObject({
      from: '2026-11-17',
      to: '2026-11-23',
      count: 210,
      amount: '210000',
      expectedAmount: '140000',
      changePercent: 50,
      weeks: 4,
      vanished: [],
    })
    expect(trend?.days.every(({ changePercent }) => changePercent === 50)).toBe(true)
  })

  it('names a payment type that vanished though the sum is right', () => {
    const found = days(() => 10)
    for (const [date, day] of found) {
      if (date >= '2026-11-17') found.set(date, { ...day, types: new Map([['CARD', 20]]) })
    }
    const trend = salesTrend(found, '2026-11-23', [])
    expect(trend).toMatchObject({ changePercent: 0, vanished: ['CASH'] })
    expect(trend?.types).toEqual([
      { id: 'CARD', count: 140, expectedCount: 70, changePercent: 100 },
      { id: 'CASH', count: 0, expectedCount: 70, changePercent: -100 },
    ])
  })

  it('holds no ordinary day against a holiday, and below five expected says nothing', () => {
    const holiday = '2026-11-16'
    const trend = salesTrend(
      days((date) => (date === holiday ? 0 : 10)),
      '2026-11-23',
      [holiday],
    )
    expect(trend?.changePercent).toBe(0)
    const few = salesTrend(
      days((_date, back) => (back < 7 ? 0 : 2)),
      '2026-11-23',
      [],
    )
    expect(few?.days.every((day) => day.changePercent === undefined)).toBe(true)
  })

  it('is none where the four weeks before hold nothing', () => {
    expect(
      salesTrend(
        days((_date, back) => (back < 7 ? 5 : 0)),
        '2026-11-23',
        [],
      ),
    ).toBeUndefined()
  })
})
