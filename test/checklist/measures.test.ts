import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCapacityProbe } from '../../src/checklist/capacity-probe.ts'
import { forecast } from '../../src/checklist/forecast.ts'
import {
  incidentStatistics,
  type HandledIncident,
} from '../../src/checklist/incident-statistics.ts'
import { createPerformanceProbe } from '../../src/checklist/performance-probe.ts'
import { increaseOfDays, increases } from '../../src/checklist/sample-series.ts'
import { createThresholdProbe } from '../../src/checklist/threshold-probe.ts'
import { episodesOver, reviewThreshold } from '../../src/checklist/threshold-review.ts'
import { addDays } from '../../src/core/dates.ts'
import type { QueryAnswer } from '../../src/core/monitoring.ts'
import { SAMPLED } from '../../src/core/sampled-meters.ts'
import { text } from '../../src/core/text.ts'
import type { Observation, OperationContext } from '../../src/playbook/operation.ts'
import { createFakeClock } from '../support/ports.ts'
import { everyHalfHour, reader } from './samples.ts'

const NOW = '2026-12-01T00:00:00+09:00'
const NOW_MS = Date.parse(NOW)
const WEEK_MS = 7 * 86_400_000

function context(): OperationContext {
  return { clock: createFakeClock(NOW), signal: new AbortController().signal }
}

function valueOf<T>(observation: Observation): T {
  if (observation.kind !== 'observed') throw new Error(observation.reason.en)
  return observation.value as T
}

const THRESHOLDS = {
  noSalesMinutes: 60,
  settlementFailurePercent: 5,
  apiTimeMs: 3000,
  queueMessages: 100,
  heapPercent: 80,
  cpuPercent: 70,
  cpuForMs: 300_000,
  diskPercent: 85,
}
const SETTINGS = { thresholds: THRESHOLDS, instances: 1 }

describe('a forecast', () => {
  it('is the day on which a straight line reaches the limit', () => {
    const days = Array.from({ length: 30 }, (_, index) => ({
      date: addDays('2026-11-01', index),
      value: 50 + index,
    }))
    // 79 on the last day, one a day: 85 six days later.
    expect(forecast(days, 85)).toEqual({ days: 30, now: 79, perDay: 1, daysLeft: 6 })
    expect(forecast(days, 79)).toMatchObject({ daysLeft: 0 })
  })

  it('reaches nothing where nothing grows, nor within a year where it grows slowly', () => {
    const days = (perDay: number) =>
      Array.from({ length: 10 }, (_, index) => ({
        date: addDays('2026-11-01', index),
        value: 10 + index * perDay,
      }))
    expect(forecast(days(-0.5), 80)).not.toHaveProperty('daysLeft')
    expect(forecast(days(0), 80)).not.toHaveProperty('daysLeft')
    expect(forecast(days(0.1), 80)).not.toHaveProperty('daysLeft')
  })

  it('is none below seven days', () => {
    const days = Array.from({ length: 6 }, (_, index) => ({
      date: addDays('2026-11-01', index),
      value: index,
    }))
    expect(forecast(days, 80)).toBeUndefined()
  })

  it('finds every line again, whatever its slope and height', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -50, max: 50 }),
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 7, max: 60 }),
        (tenths, start, count) => {
          const days = Array.from({ length: count }, (_, index) => ({
            date: addDays('2026-01-01', index),
            value: start + (index * tenths) / 10,
          }))
          const found = forecast(days)
          expect(found?.perDay).toBeCloseTo(tenths / 10, 3)
          expect(found?.now).toBeCloseTo(start + ((count - 1) * tenths) / 10, 1)
        },
      ),
      { numRuns: 100 },
    )
  })
})

describe('capacity.forecast', () => {
  const disk = (perDay: number, days = 20) => [
    ...everyHalfHour(SAMPLED.diskFree.metric, NOW_MS, days, (day) => 400 - perDay * 10 * day),
    ...everyHalfHour(SAMPLED.diskTotal.metric, NOW_MS, days, () => 1000),
  ]

  it('names the limit that comes near, and what nobody measured', async () => {
    const probe = createCapacityProbe({ samples: reader(disk(1)), settings: SETTINGS })
    const value = valueOf<{
      near: unknown
      notSeen: unknown
      meters: readonly Record<string, unknown>[]
    }>(await probe.observe({ horizonDays: 90 }, context()))
    // 60 % on the first day, 79 on the twentieth: 85 six days later.
    expect(value.near).toEqual([{ id: 'disk', days: 6 }])
    expect(value.meters).toEqual([
      { id: 'disk', days: 20, now: 79, perDay: 1, limit: 85, daysLeft: 6 },
    ])
    expect(value.notSeen).toEqual(['heap', 'connections', 'sales'])
  })

  it('counts sales by the day, over a restart of the service', async () => {
    const sales = everyHalfHour(SAMPLED.sales.metric, NOW_MS, 10, (_day, index) => {
      // Five sales each half hour; the process began anew in the middle.
      const since = index < 240 ? index : index - 240
      return since * 5
    }).map((sample, index) => ({ ...sample, processStartMs: index < 240 ? 1 : 2 }))
    // The half hour of the restart is lost, and the last one is not over.
    expect(increaseOfDays(sales).map(({ value }) => value)).toEqual([
      240, 240, 240, 240, 235, 240, 240, 240, 240, 235,
    ])
    const probe = createCapacityProbe({ samples: reader(sales), settings: SETTINGS })
    const value = valueOf<{ meters: readonly { id: string }[] }>(
      await probe.observe({ horizonDays: 90 }, context()),
    )
    expect(value.meters.map(({ id }) => id)).toEqual(['sales'])
    // Two instances behind one address mix their counters.
    const two = createCapacityProbe({
      samples: reader(sales),
      settings: { ...SETTINGS, instances: 2 },
    })
    expect((await two.observe({ horizonDays: 90 }, context())).kind).toBe('unknown')
  })

  it('is unknown without a week of samples, and says what cures it', async () => {
    const probe = createCapacityProbe({ samples: reader(disk(1, 5)), settings: SETTINGS })
    expect(await probe.observe({ horizonDays: 90 }, context())).toMatchObject({
      kind: 'unknown',
      reason: { ko: expect.stringContaining('mts watch') },
    })
  })
})

describe('a counter', () => {
  it('never falls: every increase is at least zero and the sum is what was counted', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(50), fc.boolean()), { minLength: 2, maxLength: 40 }),
        (steps) => {
          let total = 0
          let counter = 0
          let start = 1
          const samples = steps.map(([more, restart], index) => {
            if (restart) {
              counter = 0
              start++
            }
            counter += more
            if (index > 0) total += more
            return {
              atMs: index * 1000,
              url: '',
              metric: '',
              value: counter,
              processStartMs: start,
            }
          })
          const found = increases(samples)
          expect(found.every(({ value }) => value >= 0)).toBe(true)
          expect(found.reduce((sum, { value }) => sum + value, 0)).toBe(total)
        },
      ),
    )
  })
})

describe('the review of a threshold', () => {
  const cpu = { id: 'cpu', line: 70, unit: '%', forMs: 0, highest: 95 }
  const samples = (value: (day: number, index: number) => number) =>
    everyHalfHour('cpu', NOW_MS, 28, value)

  it('proposes a higher line where it fires more than once a week', () => {
    // Every third day an hour at 78 %.
    const busy = samples((day, index) => (day % 3 === 0 && index % 48 < 2 ? 78 : 40))
    expect(reviewThreshold(cpu, busy, 4 * WEEK_MS)).toMatchObject({
      firedCount: 10,
      highest: 78,
      nearestPercent: 111.4,
      verdict: 'raise',
      // 78 and a tenth more is 85.8: 90.
      proposed: 90,
    })
  })

  it('proposes a lower one where nothing ever came half way', () => {
    expect(
      reviewThreshold(
        cpu,
        samples(() => 20),
        4 * WEEK_MS,
      ),
    ).toMatchObject({
      firedCount: 0,
      nearestPercent: 28.6,
      verdict: 'lower',
      proposed: 25,
    })
  })

  it('keeps one that fires now and then, and says of one without values that it cannot fire', () => {
    const once = samples((day, index) => (day === 9 && index % 48 === 0 ? 75 : 50))
    expect(reviewThreshold(cpu, once, 4 * WEEK_MS)).toMatchObject({
      firedCount: 1,
      verdict: 'keep',
    })
    expect(reviewThreshold(cpu, once.slice(0, 20), 4 * WEEK_MS)).toMatchObject({
      verdict: 'cannot_fire',
    })
  })

  it('counts a stretch over the line once, and only when it lasted', () => {
    const values = [60, 80, 80, 80, 60, 80, 60]
    const series = values.map((value, index) => ({
      atMs: index * 60_000,
      url: '',
      metric: '',
      value,
    }))
    expect(episodesOver(series, 70, 0)).toBe(2)
    expect(episodesOver(series, 70, 120_000)).toBe(1)
  })

  it('is made for every line of mts, from what the watch has left', async () => {
    const probe = createThresholdProbe({
      settings: SETTINGS,
      samples: reader([
        ...everyHalfHour(SAMPLED.cpu.metric, NOW_MS, 28, () => 0.2),
        ...everyHalfHour(SAMPLED.heapUsed.metric, NOW_MS, 28, () => 60),
        ...everyHalfHour(SAMPLED.heapMax.metric, NOW_MS, 28, () => 100),
        // A sale each half hour, but none for two hours every morning.
        ...everyHalfHour(SAMPLED.sales.metric, NOW_MS, 28, (day, index) => {
          const within = index % 48
          return day * 44 + (within < 10 ? within : within < 14 ? 10 : within - 4)
        }),
      ]),
    })
    const value = valueOf<{
      rules: readonly { id: string; firedCount: number; highest?: number }[]
      proposals: unknown
      cannotFire: unknown
    }>(await probe.observe({}, context()))
    expect(value.rules.map(({ id }) => id)).toEqual(['jvm-memory', 'cpu', 'disk', 'sales'])
    expect(value.cannotFire).toEqual(['disk'])
    expect(value.rules[3]).toMatchObject({ firedCount: 28, highest: 120 })
    expect(value.proposals).toEqual(['cpu', 'sales'])
  })
})

describe('performance.week', () => {
  const weeks = (before: number, now: number) => [
    ...everyHalfHour(SAMPLED.heapUsed.metric, NOW_MS, 14, (day) => (day < 7 ? before : now)),
    ...everyHalfHour(SAMPLED.heapMax.metric, NOW_MS, 14, () => 100),
    ...everyHalfHour(SAMPLED.requests.metric, NOW_MS, 14, (_day, index) => index * 100),
    ...everyHalfHour(
      SAMPLED.requestSeconds.metric,
      NOW_MS,
      14,
      // 40 ms a call, 120 ms in the second week.
      (_day, index) => (index <= 336 ? index * 4 : 336 * 4 + (index - 336) * 12),
    ),
  ]
  const answer = (value: QueryAnswer['elements'][number]['value']) => ({
    kind: 'ok' as const,
    meta: { httpStatus: 200, latencyMs: 1 },
    value: {
      kind: 'vector' as const,
      elements: [{ labels: {}, atMs: 0, value }],
      histograms: 0,
      warnings: [],
      infos: [],
    },
  })

  it('finds what rose, and says what cannot be seen and how to cure it', async () => {
    const probe = createPerformanceProbe({ samples: reader(weeks(40, 60)), settings: SETTINGS })
    const seen = await probe.observe({ risePercent: 20 }, context())
    expect(valueOf(seen)).toMatchObject({
      heapPercent: 60,
      rising: ['response', 'heap'],
      notSeen: ['p95', 'pool'],
    })
    expect(seen).toMatchObject({ summary: { ko: expect.stringContaining('prometheus.url') } })
    expect(valueOf<{ responseMs: number }>(seen).responseMs).toBeCloseTo(120, 0)
  })

  it('takes p95 from Prometheus, and NaN is no value', async () => {
    const ports = { samples: reader(weeks(40, 40)), settings: SETTINGS }
    const good = createPerformanceProbe({
      ...ports,
      queryPrometheus: async (_expression, { atMs }) =>
        answer({ kind: 'number', value: atMs === NOW_MS ? 900 : 500 }),
    })
    expect(valueOf(await good.observe({ risePercent: 20 }, context()))).toMatchObject({
      p95Ms: 900,
      rising: ['p95', 'response'],
    })
    const empty = createPerformanceProbe({
      ...ports,
      queryPrometheus: async () => answer({ kind: 'special', spelling: 'NaN' }),
    })
    expect(valueOf(await empty.observe({ risePercent: 20 }, context()))).toMatchObject({
      notSeen: ['p95', 'pool'],
    })
  })
})

describe('the statistics of incidents', () => {
  const at = (minutes: number): number => NOW_MS + minutes * 60_000
  const incident = (
    acknowledged: number | undefined,
    resolved: number | undefined,
    steps: readonly (readonly [string, number])[] = [],
    openFollowUps = 0,
  ): HandledIncident => ({
    run: '20261124-01',
    title: text('정산', 'settlement'),
    startedAtMs: at(0),
    ...(acknowledged === undefined ? {} : { acknowledgedAtMs: at(acknowledged) }),
    ...(resolved === undefined ? {} : { resolvedAtMs: at(resolved) }),
    steps: steps.map(([title, minutes]) => ({
      title: text(title, title),
      tookMs: minutes * 60_000,
    })),
    openFollowUps,
  })

  it('are medians over those that were acknowledged and resolved, and the longest steps', () => {
    const found = incidentStatistics([
      incident(2, 10, [
        ['call', 6],
        ['look', 1],
      ]),
      incident(4, 30, [['call', 20]]),
      incident(9, 600, [['wait', 500]], 2),
      incident(undefined, undefined, [], 1),
    ])
    expect(found).toEqual({
      incidentCount: 4,
      resolvedCount: 3,
      acknowledgeMs: 4 * 60_000,
      resolveMs: 30 * 60_000,
      longestResolveMs: 600 * 60_000,
      slowestSteps: [
        { title: text('wait', 'wait'), tookMs: 500 * 60_000 },
        { title: text('call', 'call'), tookMs: 20 * 60_000 },
        { title: text('look', 'look'), tookMs: 60_000 },
      ],
      openCount: 3,
    })
  })

  it('have no times where nothing happened', () => {
    expect(incidentStatistics([])).toEqual({
      incidentCount: 0,
      resolvedCount: 0,
      slowestSteps: [],
      openCount: 0,
    })
  })
})
