/**
 * Sales against what was to be expected: the same weekdays of the four weeks before, holidays left
 * out of an ordinary day's expectation and the other way round. Pure.
 */
import { addDays, type SeoulDate } from '../core/dates.ts'
import { sumWon, type Won } from '../core/money.ts'
import type { Sale } from '../core/service.ts'

/** COMPLETED sales of one day. */
export interface DaySales {
  readonly date: SeoulDate
  readonly count: number
  readonly amount: Won
  readonly types: ReadonlyMap<string, number>
  readonly channels: ReadonlyMap<string, number>
}

export interface Share {
  readonly id: string
  readonly count: number
  readonly expectedCount: number
  /** Absent below `FEWEST_EXPECTED`. */
  readonly changePercent?: number
}

export interface SalesTrend {
  readonly from: SeoulDate
  readonly to: SeoulDate
  readonly count: number
  readonly amount: Won
  /** Whole won. */
  readonly expectedAmount: Won
  readonly changePercent: number
  /** Weeks of the four before that had any sale. */
  readonly weeks: number
  readonly days: readonly {
    readonly date: SeoulDate
    readonly count: number
    readonly amount: Won
    /** Absent where there is nothing to compare with. */
    readonly changePercent?: number
  }[]
  readonly types: readonly Share[]
  readonly channels: readonly Share[]
  /** Payment types and channels that were expected and did not come at all. */
  readonly vanished: readonly string[]
}

/** Below it a change means nothing. */
export const FEWEST_EXPECTED = 5
export const WEEKS_BEFORE = 4

export function daySales(date: SeoulDate, sales: readonly Sale[]): DaySales {
  const completed = sales.filter((sale) => sale.status === 'COMPLETED')
  return {
    date,
    count: completed.length,
    amount: sumWon(completed.map((sale) => sale.amount)),
    types: countBy(completed, (sale) => sale.paymentType),
    channels: countBy(completed, (sale) => sale.channel),
  }
}

function countBy(sales: readonly Sale[], key: (sale: Sale) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const sale of sales) counts.set(key(sale), (counts.get(key(sale)) ?? 0) + 1)
  return counts
}

/** The seven days up to `to`; undefined when the four weeks before hold no sale to compare with. */
export function salesTrend(
  days: ReadonlyMap<SeoulDate, DaySales>,
  to: SeoulDate,
  holidays: readonly SeoulDate[],
): SalesTrend | undefined {
  const dates = Array.from({ length: 7 }, (_, index) => addDays(to, index - 6))
  const weeks = Array.from({ length: WEEKS_BEFORE }, (_, index) => index + 1).filter((week) =>
    dates.some((date) => (days.get(addDays(date, -7 * week))?.count ?? 0) > 0),
  )
  const compared = dates.map((date) => ({
    day: days.get(date),
    date,
    before: comparable(date, weeks, holidays).flatMap((at) => days.get(at) ?? []),
  }))
  const expected = compared.map(({ before }) => mean(before.map((day) => Number(day.amount))))
  // A day without anything like it before is left out on both sides.
  const known = compared.filter((_, index) => expected[index] !== undefined)
  const expectedAmount = sum(expected.map((value) => value ?? 0))
  if (expectedAmount === 0) return undefined
  const comparedAmount = sum(known.map(({ day }) => Number(day?.amount ?? 0)))
  const own = compared.flatMap(({ day }) => day ?? [])
  const types = shares(known, (day) => day.types)
  const channels = shares(known, (day) => day.channels)
  return {
    from: dates[0] ?? to,
    to,
    count: sum(own.map((day) => day.count)),
    amount: sumWon(own.map((day) => day.amount)),
    expectedAmount: String(Math.round(expectedAmount)),
    changePercent: percentOf(comparedAmount, expectedAmount),
    weeks: weeks.length,
    days: compared.map(({ date, day, before }) => {
      const usual = mean(before.map((earlier) => Number(earlier.amount)))
      const few = (mean(before.map((earlier) => earlier.count)) ?? 0) < FEWEST_EXPECTED
      return {
        date,
        count: day?.count ?? 0,
        amount: day?.amount ?? '0',
        ...(usual === undefined || few
          ? {}
          : { changePercent: percentOf(Number(day?.amount ?? 0), usual) }),
      }
    }),
    types,
    channels,
    vanished: [...types, ...channels]
      .filter(({ count, expectedCount }) => count === 0 && expectedCount >= FEWEST_EXPECTED)
      .map(({ id }) => id),
  }
}

/** The same weekday of the weeks before, a holiday only against holidays. */
export function comparable(
  date: SeoulDate,
  weeks: readonly number[],
  holidays: readonly SeoulDate[],
): readonly SeoulDate[] {
  const holiday = holidays.includes(date)
  return weeks
    .map((week) => addDays(date, -7 * week))
    .filter((earlier) => holidays.includes(earlier) === holiday)
}

interface Compared {
  readonly day: DaySales | undefined
  readonly before: readonly DaySales[]
}

function shares(
  compared: readonly Compared[],
  counts: (day: DaySales) => ReadonlyMap<string, number>,
): readonly Share[] {
  const ids = new Set(
    compared.flatMap(({ day, before }) =>
      [...before, ...(day === undefined ? [] : [day])].flatMap((each) => [...counts(each).keys()]),
    ),
  )
  return [...ids].sort().map((id) => {
    const count = sum(
      compared.map(({ day }) => (day === undefined ? 0 : (counts(day).get(id) ?? 0))),
    )
    const usual = sum(
      compared.map(({ before }) => mean(before.map((day) => counts(day).get(id) ?? 0)) ?? 0),
    )
    return {
      id,
      count,
      expectedCount: Math.round(usual * 10) / 10,
      ...(usual < FEWEST_EXPECTED ? {} : { changePercent: percentOf(count, usual) }),
    }
  })
}

export function percentOf(value: number, usual: number): number {
  return Math.round((value / usual - 1) * 1000) / 10
}

export function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : sum(values) / values.length
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
