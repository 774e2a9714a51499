import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addDays,
  daysBetween,
  dueSettlementDate,
  isSeoulDate,
  isoSeoul,
  koreanDate,
  parseServiceTime,
  seoulDateOf,
  seoulInstant,
  shortDate,
  weekdayOf,
} from '../../src/core/dates.ts'

const BATCH = { at: '02:00', graceMs: 30 * 60_000 }
const anyDate = fc.integer({ min: 0, max: 25_000 }).map((days) => addDays('2000-01-01', days))

describe('dates of Seoul', () => {
  it('a date begins at midnight of Seoul, which is 15:00 UTC of the day before', () => {
    expect(seoulDateOf(Date.parse('2026-11-23T14:59:59Z'))).toBe('2026-11-23')
    expect(seoulDateOf(Date.parse('2026-11-23T15:00:00Z'))).toBe('2026-11-24')
    expect(isoSeoul(Date.parse('2026-11-23T17:55:04Z'))).toBe('2026-11-24T02:55:04+09:00')
  })

  it('days are added and counted without drift, leap years included', () => {
    fc.assert(
      fc.property(anyDate, fc.integer({ min: -4000, max: 4000 }), (date, days) => {
        expect(daysBetween(date, addDays(date, days))).toBe(days)
        expect(seoulDateOf(seoulInstant(date))).toBe(date)
      }),
    )
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29')
  })

  it('only real dates are dates', () => {
    expect(isSeoulDate('2026-11-23')).toBe(true)
    for (const wrong of ['2026-13-45', '2026-02-30', '26-11-23', '2026-11-23T00:00', '', 'x']) {
      expect(isSeoulDate(wrong), wrong).toBe(false)
    }
  })

  it("yesterday's settlement is the day before yesterday's until the batch is due at 02:30", () => {
    const at = (time: string) => dueSettlementDate(seoulInstant('2026-11-24', time), BATCH)
    expect(at('00:10')).toBe('2026-11-22')
    expect(at('02:29')).toBe('2026-11-22')
    expect(at('02:30')).toBe('2026-11-23')
    expect(at('23:59')).toBe('2026-11-23')
  })

  it("the service's times have no zone and up to nine decimals", () => {
    expect(parseServiceTime('2026-11-24T02:46:20.308797125')).toBe(
      Date.parse('2026-11-23T17:46:20.308Z'),
    )
    expect(parseServiceTime('2026-11-24T02:55:00')).toBe(Date.parse('2026-11-23T17:55:00Z'))
    expect(parseServiceTime('2026-11-24T02:55:00Z')).toBeUndefined()
    expect(parseServiceTime('yesterday')).toBeUndefined()
  })

  it('is written as a Korean reads it', () => {
    expect(weekdayOf('2026-11-24')).toBe(2)
    expect(koreanDate('2026-11-24')).toBe('11월 24일(화)')
    expect(shortDate('2026-11-03')).toBe('11/03')
  })
})
