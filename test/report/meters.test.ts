import { afterEach, describe, expect, it } from 'vitest'
import { createSystemClock } from '../../src/cli/clock.ts'
import type { Clock } from '../../src/core/clock.ts'
import type { Sample } from '../../src/core/journal.ts'
import { drawChart } from '../../src/render/report-chart.ts'
import type { LineChart } from '../../src/report/chart.ts'
import { meterCharts } from '../../src/report/sample-charts.ts'
import { json, serve, type TestServer } from '../telemetry/servers.ts'
import { createFakeWorld, type FakeWorld } from '../support/ports.ts'

const URL = 'http://service.test:8080'
const START_MS = Date.parse('2026-11-24T02:00:00+09:00')
const MINUTE = 60_000

const worlds: FakeWorld[] = []
afterEach(() => {
  for (const world of worlds.splice(0)) world.dispose()
})

const sample = (metric: string, minute: number, value: number, processStartMs = 1): Sample => ({
  atMs: START_MS + minute * MINUTE,
  url: URL,
  metric,
  value,
  processStartMs,
})

const valuesOf = (chart: LineChart | undefined): readonly (readonly [string, number])[] =>
  (chart?.series[0]?.points ?? []).map(({ at, value }) => [at.slice(11, 16), value])

describe('the meters of a watch', () => {
  it('are drawn as what a reader knows: percent, milliseconds a call, connections in use', () => {
    const charts = meterCharts([
      sample('jvm.memory.used:heap', 0, 256),
      sample('jvm.memory.max:heap', 0, 512),
      sample('jvm.memory.used:heap', 30, 480),
      sample('jvm.memory.max:heap', 30, 512),
      // 100 calls in 20 s, then a restart, then none at all.
      sample('http.server.requests:count', 0, 10),
      sample('http.server.requests:seconds', 0, 1),
      sample('http.server.requests:count', 30, 110),
      sample('http.server.requests:seconds', 30, 21),
      sample('http.server.requests:count', 60, 5, 2),
      sample('http.server.requests:seconds', 60, 1, 2),
      sample('http.server.requests:count', 90, 5, 2),
      sample('http.server.requests:seconds', 90, 1, 2),
      sample('http.server.requests:count', 120, 15, 2),
      sample('http.server.requests:seconds', 120, 2, 2),
      sample('hikaricp.connections.active', 0, 3),
      sample('hikaricp.connections.active', 30, 10),
    ])
    expect(charts.map(({ id }) => id)).toEqual(['meter-latency', 'meter-pool', 'meter-heap'])
    const [latency, pool, heap] = charts
    expect(latency?.title.ko).toBe('평균 응답 시간 · mts watch')
    expect(valuesOf(latency)).toEqual([
      ['02:30', 200],
      ['04:00', 100],
    ])
    expect(valuesOf(pool)).toEqual([
      ['02:00', 3],
      ['02:30', 10],
    ])
    expect(valuesOf(heap)).toEqual([
      ['02:00', 50],
      ['02:30', 93.75],
    ])
  })

  it('are not joined over a time in which nobody measured', () => {
    const minutes = [0, 1, 2, 3, 30, 31, 32]
    const [chart] = meterCharts(
      minutes.map((minute) => sample('system.cpu.usage', minute, 0.5)),
      [],
      [
        { at: '2026-11-24T02:01:00+09:00', name: { ko: '시작', en: 'begun' } },
        { at: '2026-11-24T09:00:00+09:00', name: { ko: '종료', en: 'ended' } },
      ],
    )
    if (chart === undefined) throw new Error('no chart')
    const drawing = drawChart(chart, 'ko')
    expect(drawing.curves).toHaveLength(2)
    // The moment that lies within is named beside its line, the other one nowhere.
    const named = drawing.labels.filter(({ text }) => text === '시작' || text === '종료')
    expect(named.map(({ text }) => text)).toEqual(['시작'])
    expect(drawing.grid.filter(({ x1, x2 }) => x1 === x2 && x1 + 4 === named[0]?.x)).toHaveLength(1)
  })
})

/** Real time, as deadlines are, that can be moved on. */
function movedClock(): Clock & { move(ms: number): void } {
  const clock = createSystemClock()
  const startMs = clock.monotonicMs()
  let movedMs = 0
  return {
    ...clock,
    now: () => START_MS + movedMs + clock.monotonicMs() - startMs,
    move: (ms) => {
      movedMs += ms
    },
  }
}

/** A run that ends at once and is reported 90 minutes later; the watch had left two CPU samples. */
async function reportWith(prometheus: TestServer) {
  const clock = movedClock()
  const world = createFakeWorld({
    clock,
    env: { MTS_URL: URL, MTS_PROMETHEUS_URL: prometheus.url },
  })
  worlds.push(world)
  const journal = await world.ports.openJournal(`${world.home}/state/journal.db`, world.ports.clock)
  const writer = journal.startRun({
    kind: 'action',
    subject: 'settlement.reprocess',
    url: URL,
    operator: 'tester',
    data: {},
  })
  journal.addSamples([sample('system.cpu.usage', 0, 0.1), sample('system.cpu.usage', 1, 0.2)])
  writer.append({ kind: 'runFinished', data: {} }, { status: 'succeeded' })
  writer.release()
  journal.close()
  clock.move(90 * MINUTE)
  return world.mts('report', '-o', 'json')
}

const ok = (data: unknown) => ({ status: 'success', data })
const labels = { job: 'mini-today-sales', instance: 'service.test:8080' }

describe('the report with a Prometheus', () => {
  it('draws what it kept from an hour before to an hour after, and leaves its gaps', async () => {
    const ranges: URLSearchParams[] = []
    const prometheus = await serve((asked, response) => {
      const asForm = new URLSearchParams(asked.body)
      const url = new globalThis.URL(asked.path, 'http://prometheus')
      const given = (name: string): string => url.searchParams.get(name) ?? asForm.get(name) ?? ''
      const nowSeconds = (START_MS + 90 * MINUTE) / 1000
      if (url.pathname === '/api/v1/query_range') {
        ranges.push(url.searchParams)
        const [from, step] = [Number(given('start')), Number(given('step').replace('s', ''))]
        const values = Array.from({ length: 20 }, (_unused, index) => [
          from + index * step,
          index === 7 ? 'NaN' : '42',
        ])
        json(response, 200, ok({ resultType: 'matrix', result: [{ metric: {}, values }] }))
        return
      }
      const range = given('query').endsWith(']')
      json(
        response,
        200,
        ok(
          range
            ? { resultType: 'matrix', result: [{ metric: labels, values: [[nowSeconds, '1']] }] }
            : { resultType: 'vector', result: [{ metric: labels, value: [nowSeconds, '1'] }] },
        ),
      )
    })
    const done = await reportWith(prometheus)
    expect(`${done.stderr}${done.code}`).toBe('0')
    const charts = (done.json()['charts'] as { kind: string; id: string; title: string }[]).filter(
      ({ kind }) => kind === 'lines',
    )
    expect(charts.map(({ id }) => id)).toEqual([
      'meter-sales',
      'meter-errors',
      'meter-latency',
      'meter-pool',
      'meter-cpu',
      'meter-heap',
    ])
    const cpu = charts.find(({ id }) => id === 'meter-cpu') as unknown as LineChart
    expect(cpu.title).toBe('CPU 사용률 · Prometheus')
    expect(cpu.series[0]?.points).toHaveLength(19)
    const minutes = (name: string): number =>
      Math.floor((Number(ranges[0]?.get(name)) * 1000 - START_MS) / MINUTE)
    expect([minutes('start'), minutes('end')]).toEqual([-60, 60])
  })

  it('says when it cannot tell, and draws the samples instead', async () => {
    const done = await reportWith(await serve((_asked, response) => json(response, 503, 'down')))
    expect(done.code).toBe(0)
    expect(done.stderr).toContain('감시 표본으로 그립니다')
    const charts = done.json()['charts'] as { title: string }[]
    expect(charts.map(({ title }) => title)).toEqual(['CPU 사용률 · mts watch'])
  })
})
