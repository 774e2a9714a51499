import { describe, expect, it } from 'vitest'
import type { RowsAnswer } from '../../src/core/over-time.ts'
import { createSlowestProbe } from '../../src/health/latency-probes.ts'
import type { MeterProbePorts } from '../../src/health/meter-count.ts'
import { createAnswerRateProbe } from '../../src/health/meter-probes.ts'
import { createOverviewProbe } from '../../src/health/probes.ts'
import { createSalesMeterProbes } from '../../src/health/sales-meter-probes.ts'
import { createSalesProbes } from '../../src/health/sales-probes.ts'
import type { Observation, ProbeDeclaration } from '../../src/playbook/operation.ts'
import { HOUR_READINGS, fakeOverTime, readings, type OverTimeScript } from './fake-over-time.ts'
import {
  NOW_MS,
  SETTINGS,
  absent,
  createFakeService,
  failed,
  meter,
  type Scripted,
} from './fake-service.ts'
import { createFakeClock } from './fake-time.ts'

type Script = Readonly<Record<string, Scripted>>

async function observe<I>(
  make: (ports: MeterProbePorts) => ProbeDeclaration<I> | undefined,
  overTime: OverTimeScript | undefined,
  script: Script = {},
): Promise<Observation> {
  const clock = createFakeClock(NOW_MS)
  const probe = make({
    reader: createFakeService(clock, script),
    ...(overTime === undefined ? {} : { withOverTime: fakeOverTime(overTime, clock) }),
  })
  if (probe === undefined) throw new Error('no such probe')
  const signal = new AbortController().signal
  const seen = await clock.run(probe.observe(probe.inputs.parse({}), { clock, signal }))
  if (seen.kind === 'observed') expect(probe.outputs.safeParse(seen.value).error).toBeUndefined()
  return seen
}

const HTTP = 'metrics/http.server.requests'
const counted: Script = {
  [HTTP]: { read: meter({ COUNT: 100 }, { uri: ['/a'] }) },
  [`${HTTP}?uri=/a`]: { read: meter({ COUNT: 100 }) },
  [`${HTTP}?uri=/a&outcome=SERVER_ERROR`]: { read: meter({ COUNT: 2 }) },
}
const row = (uri: string, outcome: string, value: number) => ({ labels: { uri, outcome }, value })
const rows = (...given: ReturnType<typeof row>[]): RowsAnswer => ({ kind: 'known', rows: given })

describe('http.answerRate', () => {
  it('is of the last hour by Prometheus, and says so', async () => {
    const seen = await observe(createAnswerRateProbe, {
      rows: rows(
        row('/a', 'SUCCESS', 39.6),
        row('/a', 'SERVER_ERROR', 10.2),
        row('/b', 'SUCCESS', 50),
      ),
    })
    expect(seen).toMatchObject({
      value: { requests: 100, serverErrors: 10, percent: 90, span: 'hour' },
      source: 'Prometheus http_server_requests_seconds_count',
    })
    expect(seen.kind === 'observed' && seen.summary.ko).toBe(
      '최근 1시간 90.00%(요청 100건 중 5xx 10건) · 최다 /a 10건',
    )
  })

  it('is since the start by the service, where Prometheus has no hour or no request in it', async () => {
    for (const overTime of [undefined, {}, { rows: rows(row('/a', 'SUCCESS', 0.2)) }]) {
      expect(await observe(createAnswerRateProbe, overTime, counted)).toMatchObject({
        value: { requests: 100, serverErrors: 2, percent: 98, span: 'start' },
        source: '/actuator/metrics/http.server.requests',
      })
    }
  })
})

describe('sales.requests', () => {
  const requests = (ports: MeterProbePorts) =>
    createSalesMeterProbes(ports).find(({ id }) => id === 'sales.requests')

  it('counts failures of both kinds in the last hour', async () => {
    const uri = '/api/v1/sales/webhook'
    expect(
      await observe(requests, {
        rows: rows(
          row(uri, 'SUCCESS', 30),
          row(uri, 'SERVER_ERROR', 9),
          row(uri, 'CLIENT_ERROR', 1),
        ),
      }),
    ).toMatchObject({ value: { requests: 40, failed: 10, failedPercent: 25, span: 'hour' } })
  })

  it('counts since the start where Prometheus has no hour', async () => {
    const uri = `${HTTP}?uri=/api/v1/sales/webhook`
    const script: Script = {
      [HTTP]: { read: meter({ COUNT: 9 }) },
      [uri]: { read: meter({ COUNT: 8 }) },
      [`${uri}&outcome=SERVER_ERROR`]: { read: meter({ COUNT: 2 }) },
      [`${uri}&outcome=CLIENT_ERROR`]: { read: absent() },
    }
    expect(await observe(requests, {}, script)).toMatchObject({
      value: { requests: 8, failed: 2, failedPercent: 25, span: 'start' },
    })
  })
})

describe('sales.lastHour', () => {
  const hour = (stores: readonly string[]) => (ports: MeterProbePorts) =>
    createSalesProbes({ ...ports, settings: { ...SETTINGS, stores } }).find(
      ({ id }) => id === 'sales.lastHour',
    )
  const steady = (each: number) => [
    readings(HOUR_READINGS, (index) => 7 + Math.floor(index / each)),
  ]
  const weeks: OverTimeScript = {
    sales: steady(80),
    salesWeekAgo: steady(6),
    amount: [readings(HOUR_READINGS, (index) => 1000 * index)],
  }

  it('is counted by Prometheus where no stores are configured, against the same hour of earlier weeks', async () => {
    const seen = await observe(hour([]), weeks)
    expect(seen).toMatchObject({
      value: { count: 3, amount: '240000', expected: 40, days: 4, level: 'low' },
      source: 'Prometheus sales_created_total',
    })
    expect(seen.kind === 'observed' && seen.summary.ko).toContain(
      '같은 요일 4일 평균 40.0건 · 급감',
    )
  })

  it('is counted by Prometheus where the sales cannot be read', async () => {
    const broken: Script = { 'sales/*': { read: failed('service_error', { httpStatus: 500 }) } }
    expect(await observe(hour(SETTINGS.stores), weeks, broken)).toMatchObject({
      value: { level: 'low' },
      source: 'Prometheus sales_created_total',
    })
  })

  it('is unknown where neither tells, with the reason of the sales themselves', async () => {
    const late = { ...weeks, sales: [readings(30, () => 7)] }
    for (const overTime of [undefined, {}, late]) {
      const seen = await observe(hour([]), overTime)
      expect(seen).toMatchObject({ kind: 'unknown', source: '/api/v1/sales' })
      expect(seen.kind === 'unknown' && seen.reason.en).toContain('stores')
    }
  })
})

describe('probes that name Prometheus', () => {
  it('http.slowest adds the 95th percentile', async () => {
    const script: Script = {
      [HTTP]: { read: meter({ COUNT: 9 }, { uri: ['/a'] }) },
      [`${HTTP}?uri=/a`]: { read: meter({ COUNT: 9, TOTAL_TIME: 1, MAX: 5 }) },
    }
    const slowest = (ports: MeterProbePorts) => createSlowestProbe({ ...ports, settings: SETTINGS })
    const seen = await observe(slowest, { p95Seconds: 0.25 }, script)
    expect(seen).toMatchObject({ value: { p95Ms: 250, maxMs: 5000, slow: 1 } })
    expect(seen.source).toContain('Prometheus')
    const without = await observe(slowest, undefined, script)
    expect(without.kind === 'observed' && without.value).not.toHaveProperty('p95Ms')
  })

  it('health.overview says so when a check rests on it', async () => {
    const overview = (ports: MeterProbePorts) =>
      createOverviewProbe({ ...ports, settings: SETTINGS })
    expect((await observe(overview, { p95Seconds: 0.2 })).source).toBe('/actuator/health')
    const level2 = (ports: MeterProbePorts) => {
      const probe = overview(ports)
      return {
        ...probe,
        observe: (_input: unknown, context: Parameters<typeof probe.observe>[1]) =>
          probe.observe({ level: 2 }, context),
      } as typeof probe
    }
    expect((await observe(level2, { p95Seconds: 0.2 })).source).toBe('/actuator/health, Prometheus')
  })
})
