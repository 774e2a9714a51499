import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MtsError } from '../../src/core/errors.ts'
import { cellsOf } from '../../src/render/columns.ts'
import { renderHealth } from '../../src/render/health.ts'
import { PLAIN } from '../../src/render/paint.ts'
import { checkHealth } from '../../src/health/check-health.ts'
import type { CheckId, Health, HealthCheck } from '../../src/health/health.ts'
import {
  HOUR_READINGS,
  fakeOverTime,
  readings,
  unknownAnswer,
  type OverTimeScript,
} from './fake-over-time.ts'
import {
  HANG,
  NOW_MS,
  SETTINGS,
  absent,
  createFakeService,
  failed,
  meter,
  ok,
  type Scripted,
} from './fake-service.ts'
import { createFakeClock } from './fake-time.ts'

type Script = Readonly<Record<string, Scripted>>

interface Seen {
  readonly health: Health
  check(id: CheckId): HealthCheck
}

async function judge(
  script: Script,
  overTime: OverTimeScript | undefined,
  settings: Partial<typeof SETTINGS> = {},
): Promise<Seen> {
  const clock = createFakeClock(NOW_MS)
  const reader = createFakeService(clock, script)
  const ports = {
    reader,
    clock,
    settings: { ...SETTINGS, ...settings },
    ...(overTime === undefined ? {} : { withOverTime: fakeOverTime(overTime, clock) }),
  }
  const health = await clock.run(checkHealth(ports, 3))
  return {
    health,
    check: (id) => {
      const found = health.checks.find((each) => each.id === id)
      if (found === undefined) throw new Error(`no check ${id}`)
      return found
    },
  }
}

const REQUESTS = 'metrics/http.server.requests'
const slow: Script = {
  [REQUESTS]: { read: meter({ COUNT: 9, MAX: 9 }, { uri: ['/a'] }) },
  [`${REQUESTS}?uri=/a`]: { read: meter({ COUNT: 3, MAX: 9 }) },
}

describe('latency beside Prometheus', () => {
  const latency = async (script: Script, overTime: OverTimeScript) =>
    (await judge(script, overTime)).check('latency')

  it('is a warning when the 95th percentile is over the line, whatever the last two minutes were', async () => {
    const check = await latency({}, { p95Seconds: 4.2 })
    expect(check).toMatchObject({ status: 'warning', observed: 4200, threshold: 3000 })
    expect(check.reason?.ko).toBe('p95 4.2초(최근 5분) · 기준 3초')
    expect(check.source).toContain('Prometheus')
  })

  it('keeps a slow call of the last two minutes a warning, and says whether it lasts', async () => {
    const check = await latency(slow, { p95Seconds: 0.3 })
    expect(check).toMatchObject({ status: 'warning', observed: 9000 })
    expect(check.reason?.ko).toContain('/a 9.0초')
    expect(check.reason?.ko).toContain('p95 0.3초(최근 5분)')
  })

  it('is told by Prometheus where the meters cannot tell', async () => {
    const blind: Script = { [REQUESTS]: { read: meter({ COUNT: 4 }) } }
    expect((await judge(blind, undefined)).check('latency').status).toBe('unknown')
    expect(await latency(blind, { p95Seconds: 0.3 })).toMatchObject({
      status: 'ok',
      observed: 300,
      source: 'Prometheus http_server_requests_seconds_bucket',
    })
  })

  it('is not believed while calls wait for a connection, by Prometheus neither', async () => {
    const stalled: Script = {
      'metrics/hikaricp.connections.pending': { read: meter({ VALUE: 4 }) },
      'metrics/hikaricp.connections.active': { read: meter({ VALUE: 10 }) },
    }
    expect((await latency(stalled, { p95Seconds: 0.3 })).status).toBe('unknown')
  })
})

describe('CPU beside Prometheus', () => {
  const busy: Script = { 'metrics/system.cpu.usage': { read: meter({ VALUE: 0.93 }) } }
  const cpu = async (series: readonly (readonly number[])[] | undefined) =>
    (await judge(busy, series === undefined ? {} : { cpu: series })).check('cpu')

  it('is a warning when every scrape of five minutes was over the line', async () => {
    const check = await cpu([readings(25, () => 0.9)])
    expect(check.status).toBe('warning')
    expect(check.reason?.ko).toContain('5분 지속')
    expect(check.source).toContain('Prometheus system_cpu_usage')
  })

  it('is no warning when one scrape was below it', async () => {
    expect(await cpu([readings(25, (index) => (index === 20 ? 0.2 : 0.9))])).toMatchObject({
      status: 'ok',
    })
  })

  it('is unknown when the scrapes do not reach back or are none', async () => {
    expect((await cpu([readings(12, () => 0.9)])).status).toBe('unknown')
    expect((await cpu([])).status).toBe('unknown')
    expect((await cpu(undefined)).status).toBe('unknown')
  })
})

describe('sales beside Prometheus', () => {
  const noStores = { stores: [] }
  const steady = (from: number, each: number) =>
    readings(HOUR_READINGS, (index) => from + Math.floor(index / each))
  const still = (at: number) => readings(HOUR_READINGS, () => at)
  /** As the service's own summary has it, and no sample of a watch. */
  const counting = (sales: number): Script => ({
    summary: {
      read: ok({ settlementFailures: 0, settlementSuccesses: 6, sales, salesAmount: 1 }),
    },
    'metrics/sales.created.total': { read: meter({ COUNT: sales }) },
  })
  const sales = async (script: Script, overTime: OverTimeScript, settings: object = noStores) =>
    (await judge(script, overTime, settings)).check('sales')

  it('are counted without stores, over all instances', async () => {
    const check = await sales(
      {},
      { sales: [steady(40, 24), steady(7, 80)] },
      { ...noStores, instances: 2 },
    )
    expect(check).toMatchObject({
      status: 'ok',
      observed: 13,
      source: 'Prometheus sales_created_total',
    })
    expect(check.summary.ko).toBe('지난 1시간 13건')
  })

  it('were none when every instance was scraped for the whole hour and none counted', async () => {
    expect(await sales(counting(40), { sales: [still(40)] })).toMatchObject({
      status: 'critical',
      observed: 0,
    })
  })

  it('that came after the last scrape count too', async () => {
    expect(await sales(counting(42), { sales: [still(40)] })).toMatchObject({
      status: 'ok',
      observed: 2,
    })
  })

  it.each([
    ['a scrape that stands at 0 while the service counts', { sales: [still(0)] }],
    ['an hour that was not watched from its beginning', { sales: [still(40).slice(100)] }],
    ['an instance that is not scraped', { sales: [still(40)], notScraped: ['app-2:8080'] }],
    ['no series', {}],
  ] as [string, OverTimeScript][])('%s proves nothing', async (_name, overTime) => {
    expect((await sales(counting(40), overTime)).status).toBe('unknown')
  })

  it('begun anew after a restart count from 0', async () => {
    const restarted = readings(HOUR_READINGS, (index) => (index < 200 ? 40 : index < 230 ? 0 : 3))
    expect(await sales(counting(3), { sales: [restarted] })).toMatchObject({ observed: 3 })
  })

  it('far below the same hour last week are a warning, with both numbers', async () => {
    const check = await sales({}, { sales: [steady(40, 125)], salesWeekAgo: [steady(0, 5)] }, {})
    expect(check.status).toBe('warning')
    expect(check.reason?.ko).toContain('급감 · 지난주 같은 시간 48건')
    expect(check.next?.[0]).toContain('sales-drop')
  })

  it('a little below it, or below an hour of few, are no warning', async () => {
    const little = await sales({}, { sales: [steady(0, 8)], salesWeekAgo: [steady(0, 5)] }, {})
    expect(little).toMatchObject({ status: 'ok' })
    const few = await sales({}, { sales: [steady(0, 125)], salesWeekAgo: [steady(0, 20)] }, {})
    expect(few).toMatchObject({ status: 'ok' })
  })

  it('are not held against a holiday, nor a holiday against a working day', async () => {
    for (const holiday of ['2026-11-24', '2026-11-17']) {
      const check = await sales(
        {},
        { sales: [steady(40, 125)], salesWeekAgo: [steady(0, 5)] },
        { holidays: [holiday] },
      )
      expect(check.reason?.ko ?? '').not.toContain('지난주')
    }
  })
})

describe('Prometheus that is of no use', () => {
  const useless: readonly [string, OverTimeScript | 'wrong address'][] = [
    ['hangs', { afterMs: 60_000 }],
    ['has nothing', {}],
    ['says NaN', { p95Seconds: unknownAnswer('not_a_number') }],
    ['is stale', { p95Seconds: unknownAnswer('stale') }],
    ['has a wrong address', 'wrong address'],
  ]
  it.each(useless)('and %s changes no verdict, and is told', async (_name, overTime) => {
    for (const script of [{}, slow, { '*': { read: failed('unreachable') } }] as Script[]) {
      const clock = createFakeClock(NOW_MS)
      const withOverTime =
        overTime === 'wrong address'
          ? () =>
              Promise.reject(
                new MtsError({
                  code: 'CONFIG',
                  exitCode: 78,
                  message: { ko: '주소', en: 'address' },
                }),
              )
          : fakeOverTime(overTime, clock)
      const reader = createFakeService(clock, script)
      const health = await clock.run(
        checkHealth({ reader, clock, settings: SETTINGS, withOverTime }, 3),
      )
      const { health: without } = await judge(script, undefined)
      expect(health.checks).toEqual(without.checks)
      expect(health.overTime?.reason).not.toBeNull()
      expect(health.overTime?.checks).toEqual([])
    }
  })

  it('and hangs holds a healthy service up for a second at most, a hanging one not at all', async () => {
    const hanging = await judge({}, { afterMs: 60_000 })
    expect(hanging.health.elapsedMs).toBeLessThanOrEqual(1010)
    const both = await judge({ health: HANG, 'health/redis': HANG }, { afterMs: 60_000 })
    const alone = await judge({ health: HANG, 'health/redis': HANG }, undefined)
    expect(both.health.elapsedMs).toBe(alone.health.elapsedMs)
  })

  it('and what rests on it when it is of use, stand in the view for people', async () => {
    for (const lang of ['ko', 'en'] as const) {
      const view = { lang, width: 80, paint: PLAIN, nowMs: NOW_MS }
      const hanging = renderHealth((await judge({}, { afterMs: 60_000 })).health, view)
      const useful = renderHealth((await judge({}, { p95Seconds: 0.2 })).health, view)
      expect(hanging).toMatch(
        lang === 'ko' ? /출처 +Actuator만\(Prometheus 응답 없음/ : /Source +Actuator alone/,
      )
      expect(useful).toMatch(
        lang === 'ko' ? /출처 +Prometheus: latency/ : /Source +Prometheus: latency/,
      )
      for (const line of `${hanging}\n${useful}`.split('\n'))
        expect(cellsOf(line)).toBeLessThanOrEqual(80)
    }
  })

  it('is not asked for level 1', async () => {
    const clock = createFakeClock(NOW_MS)
    const never = () => Promise.reject(new Error('it was asked'))
    const reader = createFakeService(clock)
    const health = await clock.run(
      checkHealth({ reader, clock, settings: SETTINGS, withOverTime: never }, 1),
    )
    expect(health.overTime).toBeUndefined()
  })

  it('never turns what the service itself tells into unknown', async () => {
    const answer = fc.oneof(
      fc.double({ min: 0, max: 60, noNaN: true }),
      fc.constantFrom(unknownAnswer('empty'), unknownAnswer('stale'), unknownAnswer('partial')),
    )
    const counts = fc.array(fc.array(fc.nat(90), { maxLength: 260 }), { maxLength: 3 })
    const scripts: Script[] = [
      {},
      slow,
      { 'metrics/system.cpu.usage': { read: meter({ VALUE: 0.93 }) } },
      { [REQUESTS]: { read: absent() } },
    ]
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          p95Seconds: answer,
          cpu: counts,
          sales: counts,
          salesWeekAgo: counts,
          afterMs: fc.nat(2000),
        }),
        fc.nat(scripts.length - 1),
        fc.constantFrom({}, { stores: [] }),
        async (overTime, index, settings) => {
          const script = scripts[index] ?? {}
          const [withIt, without] = await Promise.all([
            judge(script, overTime, settings),
            judge(script, undefined, settings),
          ])
          for (const before of without.health.checks) {
            if (before.status === 'unknown') continue
            expect(withIt.check(before.id).status).not.toBe('unknown')
          }
        },
      ),
      { numRuns: 60 },
    )
  })
})
