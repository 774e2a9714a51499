import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import type { Sample } from '../../src/core/journal.ts'
import type { OpeningHours } from '../../src/core/settings.ts'
import { soldSince } from '../../src/health/judge-sales.ts'
import { openTimeIn } from '../../src/health/opening-hours.ts'
import type { HealthSettings } from '../../src/health/observations.ts'
import { round } from './fake-round.ts'
import {
  NOW_MS,
  SETTINGS,
  STORE,
  absent,
  failed,
  meter,
  ok,
  type Scripted,
} from './fake-service.ts'

const HOUR_MS = 3_600_000
const NO_STORES: HealthSettings = { ...SETTINGS, stores: [] }

function page(totalElements: number): Scripted {
  return { read: ok({ sales: [], page: 0, totalElements, totalPages: 1 }) }
}

function daily(from: string, until: string): OpeningHours {
  return { byWeekday: Array.from({ length: 7 }, () => [{ from, until }]) }
}

const at = (time: string): number => Date.parse(`${time}:00+09:00`)

async function sales(
  settings: HealthSettings,
  script: Record<string, Scripted> = {},
  options: { samples?: readonly Sample[]; atMs?: number } = {},
) {
  const done = await round(
    script,
    2,
    { settings, samples: () => Promise.resolve(options.samples ?? []) },
    undefined,
    options.atMs,
  )
  return { ...done.check('sales'), asked: done.service.asked }
}

describe('sales of the configured stores', () => {
  it('asks for the last hour, one sale of the first page', async () => {
    const { asked, status, observed } = await sales(SETTINGS)
    expect(asked.find((key) => key.startsWith('sales'))).toBe(
      `sales/${STORE}?2026-11-24T08:10:00..2026-11-24T09:11:00&0&1`,
    )
    expect({ status, observed }).toEqual({ status: 'ok', observed: 42 })
  })

  it('no sale in an hour is critical and says how to set opening hours', async () => {
    const check = await sales(SETTINGS, { [`sales/${STORE}?*`]: page(0) })
    expect(check).toMatchObject({ status: 'critical', observed: 0, threshold: 1, unit: 'sales' })
    expect(check.reason?.ko).toContain('openingHours(MTS_OPENING_HOURS)')
  })

  it('is fine as soon as one of many stores sold, also when another cannot be read', async () => {
    const settings = { ...SETTINGS, stores: ['a', 'b'] }
    const check = await sales(settings, {
      'sales/a?*': { read: failed('service_error', { httpStatus: 500 }) },
      'sales/b?*': page(1),
    })
    expect(check.status).toBe('ok')
    expect(check.reason?.ko).toBe('가맹점 2곳 중 1곳 확인')
  })

  it('is unknown when a store that may have sold cannot be read', async () => {
    const settings = { ...SETTINGS, stores: ['a', 'b'] }
    const check = await sales(settings, {
      'sales/a?*': { read: failed('service_error', { httpStatus: 500 }) },
      'sales/b?*': page(0),
    })
    expect(check.status).toBe('unknown')
  })

  it('asks the remaining stores before it calls the hour empty', async () => {
    const settings = { ...SETTINGS, stores: ['a', 'b', 'c', 'd', 'e'] }
    const quiet = { 'sales/a?*': page(0), 'sales/b?*': page(0), 'sales/c?*': page(0) }
    expect((await sales(settings, { ...quiet, 'sales/d?*': page(0) })).status).toBe('ok')
    const none = { ...quiet, 'sales/d?*': page(0), 'sales/e?*': page(0) }
    expect((await sales(settings, none)).status).toBe('critical')
  })

  it('looks at the service’s hour when the clocks differ', async () => {
    const ahead = ok({ sales: [], page: 0, totalElements: 1, totalPages: 1 }, NOW_MS + HOUR_MS)
    const { asked } = await sales(SETTINGS, { [`sales/${STORE}?*`]: { read: ahead } })
    expect(asked.filter((key) => key.startsWith('sales')).at(-1)).toContain('2026-11-24T09:10:00..')
  })
})

describe('opening hours', () => {
  const evening = { ...SETTINGS, openingHours: daily('18:00', '02:00') }
  const none = { [`sales/${STORE}?*`]: page(0) }

  it.each([
    ['2026-11-24T01:59', 'critical'],
    ['2026-11-24T02:00', 'ok'],
    ['2026-11-24T12:00', 'ok'],
    ['2026-11-24T18:30', 'ok'],
    ['2026-11-24T18:59', 'ok'],
    ['2026-11-24T19:00', 'critical'],
  ])('past midnight: at %s no sale is %s', async (time, status) => {
    expect((await sales(evening, none, { atMs: at(time) })).status).toBe(status)
  })

  it('says that it is closed', async () => {
    const check = await sales(evening, none, { atMs: at('2026-11-24T12:00') })
    expect(check.observed).toEqual({ ko: '영업시간 외', en: 'closed' })
    expect(check.asked.filter((key) => key.startsWith('sales'))).toEqual([])
  })

  it('a holiday closes what begins on it, not the evening before', () => {
    const hours = daily('18:00', '02:00')
    const open = (time: string): boolean =>
      openTimeIn(at(time) - HOUR_MS, at(time), hours, ['2026-11-24']).openNow
    expect(open('2026-11-24T01:00')).toBe(true)
    expect(open('2026-11-24T20:00')).toBe(false)
    expect(open('2026-11-25T01:00')).toBe(false)
    expect(open('2026-11-25T20:00')).toBe(true)
  })

  it('a holiday closes the whole day where there are no hours', () => {
    const from = at('2026-11-24T10:00')
    expect(openTimeIn(from, from + HOUR_MS, undefined, ['2026-11-24'])).toEqual({
      openNow: false,
      openMs: 0,
    })
  })

  it('goes by the weekday, and a day without hours is closed', () => {
    const byWeekday = [
      null,
      ...Array.from({ length: 6 }, () => [{ from: '09:00', until: '18:00' }]),
    ]
    const noon = (day: string): boolean =>
      openTimeIn(at(`${day}T11:00`), at(`${day}T12:00`), { byWeekday }, []).openNow
    expect(noon('2026-11-22')).toBe(false)
    expect(noon('2026-11-23')).toBe(true)
  })

  it('takes 24 hours and periods that overlap for what they are', () => {
    const range = [at('2026-11-24T00:00'), at('2026-11-24T12:00')] as const
    const always = {
      byWeekday: Array.from({ length: 7 }, () => [{ from: '00:00', until: '24:00' }]),
    }
    expect(openTimeIn(...range, always, []).openMs).toBe(12 * HOUR_MS)
    const twice = [
      { from: '08:00', until: '11:00' },
      { from: '09:00', until: '10:00' },
    ]
    const overlap = { byWeekday: Array.from({ length: 7 }, () => twice) }
    expect(openTimeIn(...range, overlap, []).openMs).toBe(3 * HOUR_MS)
  })
})

describe('counters stand in for stores', () => {
  const started = (agoMs: number): Scripted => ({
    read: meter({ VALUE: (NOW_MS - agoMs) / 1000 }),
  })
  const summary = (count: number): Scripted => ({
    read: ok({ settlementFailures: 0, settlementSuccesses: 1, sales: count, salesAmount: 1 }),
  })
  const START = 'metrics/process.start.time'
  const COUNTER = 'metrics/sales.created.total'

  it('a count since a start within the hour is a sale within the hour', async () => {
    const check = await sales(NO_STORES, { summary: summary(3), [START]: started(HOUR_MS / 2) })
    expect(check).toMatchObject({ status: 'ok', observed: 3 })
  })

  it('no count since a start before the hour is critical', async () => {
    const check = await sales(NO_STORES, {
      summary: summary(0),
      [COUNTER]: { read: meter({ COUNT: 0 }) },
      [START]: started(2 * HOUR_MS),
    })
    expect(check.status).toBe('critical')
  })

  it('a meter that does not exist has not counted 0', async () => {
    const check = await sales(NO_STORES, {
      summary: summary(0),
      [COUNTER]: { read: absent() },
      [START]: started(2 * HOUR_MS),
    })
    expect(check.status).toBe('unknown')
  })

  it.each([
    ['sales at an unknown time', 40, 3 * HOUR_MS],
    ['a young process without sales', 0, HOUR_MS / 2],
  ])('%s leave the hour unknown, with the cure', async (_name, count, agoMs) => {
    const check = await sales(NO_STORES, {
      summary: summary(count),
      [COUNTER]: { read: meter({ COUNT: count }) },
      [START]: started(agoMs),
    })
    expect(check).toMatchObject({ status: 'unknown', observed: 'not_checked' })
    expect(check.reason?.ko).toContain('MTS_STORES')
    expect(check.reason?.ko).toContain('mts watch')
  })

  it('prove nothing when several instances answer', async () => {
    const check = await sales(
      { ...NO_STORES, instances: 2 },
      { summary: summary(3), [START]: started(HOUR_MS / 2) },
    )
    expect(check.status).toBe('unknown')
    expect(check.reason?.ko).toContain('2대')
  })

  const sample = (minutesAgo: number, value: number, startedMinutesAgo?: number): Sample => ({
    atMs: NOW_MS - minutesAgo * 60_000,
    url: 'http://localhost:8080',
    metric: 'sales.created.total',
    value,
    ...(startedMinutesAgo === undefined
      ? {}
      : { processStartMs: NOW_MS - startedMinutesAgo * 60_000 }),
  })

  it('with samples the hour is told from the time before', async () => {
    const script = { summary: summary(40), [START]: started(3 * HOUR_MS) }
    const flat = await sales(NO_STORES, script, { samples: [sample(65, 40, 180)] })
    expect(flat.status).toBe('critical')
    const rising = await sales(NO_STORES, script, { samples: [sample(20, 38, 180)] })
    expect(rising).toMatchObject({ status: 'ok', observed: 2 })
    const before = await sales(NO_STORES, script, { samples: [sample(90, 38, 180)] })
    expect(before.status).toBe('unknown')
  })

  it('a restart is no fall: what came after it counts, what lies between is unknown', () => {
    const hourAgo = NOW_MS - HOUR_MS
    const current = (value: number) => ({ value, atMs: NOW_MS, startMs: NOW_MS - 10 * 60_000 })
    const old = [sample(70, 500, 600), sample(15, 500, 600)]
    expect(soldSince(hourAgo, current(2), old)).toEqual({ kind: 'some', count: 2 })
    expect(soldSince(hourAgo, current(0), old)).toEqual({ kind: 'unknown' })
    // The old process had sold within the hour before it ended.
    const busy = [sample(50, 500, 600), sample(15, 507, 600)]
    expect(soldSince(hourAgo, current(0), busy)).toEqual({ kind: 'some', count: 7 })
  })

  it('samples without a start prove no empty hour', () => {
    const current = { value: 40, atMs: NOW_MS, startMs: NOW_MS - 5 * HOUR_MS }
    expect(soldSince(NOW_MS - HOUR_MS, current, [sample(70, 40)])).toEqual({ kind: 'unknown' })
  })

  it('never says none when there was a sale, nor more than there were', () => {
    const minute = fc.integer({ min: 0, max: 119 })
    fc.assert(
      fc.property(
        fc.array(minute, { maxLength: 12 }),
        fc.array(minute, { maxLength: 8 }),
        fc.array(minute, { maxLength: 2 }),
        (soldAgo, sampledAgo, restartsAgo) => {
          // A process since long ago and its restarts; each sale counts in the process of its time.
          const starts = [...restartsAgo, 600].sort((left, right) => right - left)
          const startAt = (ago: number): number =>
            starts.filter((start) => start >= ago).at(-1) ?? 600
          const countAt = (ago: number): number =>
            soldAgo.filter((sold) => sold >= ago && sold < startAt(ago)).length
          const samples = sampledAgo.map((ago) => sample(ago, countAt(ago), startAt(ago)))
          const inHour = soldAgo.filter((ago) => ago < 60).length
          const verdict = soldSince(
            NOW_MS - HOUR_MS,
            { value: countAt(0), atMs: NOW_MS, startMs: NOW_MS - startAt(0) * 60_000 },
            samples,
          )
          if (verdict.kind === 'none') expect(inHour).toBe(0)
          if (verdict.kind === 'some') expect(verdict.count).toBeLessThanOrEqual(inHour)
        },
      ),
      { numRuns: 500 },
    )
  })
})
