import { PassThrough } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createDemo, type Demo } from '../../src/demo/demo.ts'
import { listenDemo, type Listening } from '../../src/demo/listen.ts'
import { cellsOf } from '../../src/render/columns.ts'
import { createServiceClient } from '../../src/service/client.ts'
import { createFakeWorld, type FakeOptions } from '../support/ports.ts'
import { matrix, serveSeries, vector, type Reply } from '../telemetry/prometheus-answers.ts'
import { json, wallClock } from '../telemetry/servers.ts'

interface SeenPanel {
  readonly id: string
  readonly source: string | null
  readonly latest: { readonly value: number; readonly source: string } | null
  readonly reason: string | null
  readonly series: readonly { readonly points: readonly { readonly value: number | null }[] }[]
  readonly parts: readonly { readonly name: string; readonly value: number }[]
}

let demo: Demo
let place: Listening
beforeAll(async () => {
  demo = createDemo({ clock: wallClock, historyDays: 3 })
  place = await listenDemo(demo)
})
afterAll(() => place.close())

function worldOf(env: Readonly<Record<string, string>> = {}, more: Partial<FakeOptions> = {}) {
  const world = createFakeWorld({
    clock: wallClock,
    service: createServiceClient,
    env: { MTS_URL: place.url, NO_COLOR: '1', ...env },
    ...more,
  })
  onTestFinished(() => world.dispose())
  return world
}

async function panels(
  env: Readonly<Record<string, string>>,
  ...argv: readonly string[]
): Promise<{
  readonly code: number
  readonly value: Record<string, unknown>
  of(id: string): SeenPanel
}> {
  const done = await worldOf(env).mts('dashboard', ...argv, '-o', 'json')
  const value = done.json()
  const all = value['panels'] as SeenPanel[]
  return {
    code: done.code,
    value,
    of: (id) => {
      const found = all.find((panel) => panel.id === id)
      if (found === undefined) throw new Error(`no panel ${id}`)
      return found
    },
  }
}

/** A curve over the last ten minutes in steps of a minute, on the grid that is asked for. */
function curveOf(when: string, values: readonly (string | null)[]): Reply {
  return {
    when,
    with: (response) => {
      const url = new URL(response.req.url ?? '', 'http://x')
      const startMs = Number(url.searchParams.get('start')) * 1000
      const points = values.flatMap((value, index) =>
        value === null ? [] : [[startMs + index * 60_000, value] as const],
      )
      json(response, 200, matrix([{ metric: {}, values: points }]))
    },
  }
}

const TEN_MINUTES = ['--range', '10m', '--step', '1m'] as const

describe('mts dashboard with Prometheus', () => {
  it('draws what Prometheus says, with a gap where there was no number', async () => {
    const values = ['41', 'NaN', null, '0', '5', '6', '7', '8', '9', '10', '43']
    const prometheus = await serveSeries([curveOf('max(sum by', values)])
    const { code, value, of } = await panels(
      { MTS_PROMETHEUS_URL: prometheus.url },
      'system',
      ...TEN_MINUTES,
    )
    expect(code).toBe(0)
    expect(value).toMatchObject({
      kind: 'Dashboard',
      dashboard: 'system',
      stepMs: 60_000,
      prometheus: { url: prometheus.url, reason: null },
    })
    expect(of('heap')).toMatchObject({
      source: 'Prometheus',
      latest: { value: 43, source: 'Prometheus' },
      reason: null,
    })
    expect(of('heap').series[0]?.points.map((point) => point.value)).toEqual([
      41,
      null,
      null,
      0,
      5,
      6,
      7,
      8,
      9,
      10,
      43,
    ])
    // What Prometheus has nothing of, the service itself tells, and says why.
    expect(of('cpu')).toMatchObject({ source: 'Actuator', series: [], reason: '해당 지표 없음' })
  })

  it('shows an end that is stale as not known, never as the last number', async () => {
    const stale = vector([[{}, String(Date.now() / 1000 - 300)]], Date.now())
    const prometheus = await serveSeries([
      { when: 'timestamp(http_server', with: stale },
      curveOf(
        'http_server_requests_seconds_bucket',
        Array.from({ length: 11 }, () => '0.5'),
      ),
    ])
    const { of } = await panels({ MTS_PROMETHEUS_URL: prometheus.url }, 'system', ...TEN_MINUTES)
    expect(of('latency-p95')).toMatchObject({
      source: 'Prometheus',
      latest: null,
      reason: '마지막 수집 5분 전',
    })
  })

  it('does not believe a counter that stands at 0 while the service counts', async () => {
    const prometheus = await serveSeries([
      curveOf(
        'increase(sales_created_total',
        Array.from({ length: 11 }, () => '0'),
      ),
      { when: 'sum(sales_created_total', with: vector([[{}, '0']]) },
    ])
    const { of } = await panels({ MTS_PROMETHEUS_URL: prometheus.url }, 'business', ...TEN_MINUTES)
    const sales = of('sales-per-hour')
    expect(sales).toMatchObject({ source: 'Actuator', latest: null, series: [] })
    expect(sales.reason).toContain('0에 멈춤')
    expect(sales.parts[0]?.value).toBeGreaterThan(0)
  })

  it.each([
    ['refuses', (response: Parameters<typeof json>[0]) => json(response, 401, { no: true })],
    ['hangs', () => undefined],
  ])('that %s, shows what there is without it, and says why', async (_name, answer) => {
    const prometheus = await serveSeries([{ when: '', with: answer }])
    const { code, value, of } = await panels(
      { MTS_PROMETHEUS_URL: prometheus.url },
      'system',
      '--timeout',
      '400ms',
    )
    expect(code).toBe(0)
    expect((value['prometheus'] as { reason: string }).reason).toContain('Prometheus')
    expect(of('cpu')).toMatchObject({ source: 'Actuator', latest: { value: 12 } })
  })
})

describe('mts dashboard without Prometheus', () => {
  it('draws what a watch has left in the journal, and says how old it is', async () => {
    const world = worldOf()
    const journal = await world.ports.openJournal(`${world.home}/state/journal.db`, wallClock)
    const nowMs = Date.now()
    journal.addSamples(
      Array.from({ length: 8 }, (_, index) => ({
        atMs: nowMs - 30_000 - index * 60_000,
        url: place.url,
        metric: 'system.cpu.usage',
        value: 0.3,
      })),
    )
    journal.close()
    const done = await world.mts('dashboard', 'system', ...TEN_MINUTES, '-o', 'json')
    const cpu = (done.json()['panels'] as SeenPanel[]).find(({ id }) => id === 'cpu')
    expect(cpu).toMatchObject({ source: 'journal', latest: { value: 30, source: 'journal' } })
    expect(cpu?.series[0]?.points).toHaveLength(8)
    expect(done.json()['prometheus']).toBeUndefined()
  })

  it("shows the service's own numbers where there is no history, never a curve", async () => {
    const { of } = await panels({}, 'business')
    expect(of('payment-types').parts.map(({ name }) => name)).toContain('CARD')
    expect(of('settlement-success').latest?.value).toBeGreaterThan(50)
    expect(of('sales-per-hour')).toMatchObject({ series: [], latest: null })
    expect(of('sales-per-hour').reason).toContain('추이 없음')
  })

  it('ends with 69 where nothing at all can be reached, with 64 for what it does not take', async () => {
    const dead = worldOf({ MTS_URL: 'http://127.0.0.1:1' })
    expect((await dead.mts('dashboard', 'system')).code).toBe(69)
    const world = worldOf()
    for (const argv of [
      [],
      ['sales'],
      ['system', '--range', '5'],
      ['system', '--range', '1d', '--step', '1s'],
      ['system', '--watch'],
    ]) {
      expect((await world.mts('dashboard', ...argv)).code, argv.join(' ')).toBe(64)
    }
  })

  it('is a table without a terminal, charts with one, within 80 cells in both languages', async () => {
    const piped = await worldOf().mts('dashboard', 'business')
    expect(piped.stdout).toMatch(/지금 +최소 +평균 +최대 +출처/)
    for (const lang of ['ko', 'en']) {
      for (const columns of [80, 50, 200]) {
        const shown = await worldOf({}, { stdoutColumns: columns }).mts(
          'dashboard',
          'system',
          '--lang',
          lang,
        )
        for (const line of shown.stdout.split('\n')) {
          expect(cellsOf(line)).toBeLessThanOrEqual(Math.min(80, columns))
        }
      }
    }
  })
})

describe('mts dashboard --watch', () => {
  function atTerminal() {
    const world = worldOf({}, { stdoutColumns: 80, answers: [] })
    const input = new PassThrough()
    const ports = { ...world.ports, terminal: { ...world.ports.terminal, input } }
    Object.assign(world.ports, ports)
    return { world, input }
  }

  it.each([
    ['q', 0],
    ['ㅂ', 0],
    ['\u0003', 130],
  ])('ends at %j and gives the terminal back', async (key, code) => {
    const { world, input } = atTerminal()
    const running = world.mts('dashboard', 'system', '--watch', '--interval', '1s')
    await vi.waitFor(() => expect(world.stdoutSoFar()).toContain('CPU 사용률'), 5000)
    input.write(key)
    const done = await running
    expect(done.code).toBe(code)
    expect(done.stdout.startsWith('\u001B[?1049h')).toBe(true)
    // The last picture stays where the shell goes on.
    const after = done.stdout.split('\u001B[?1049l')[1] ?? ''
    expect(after).toContain('CPU 사용률')
    expect(after).not.toContain('\u001B')
  })

  it('draws over the picture without clearing it, once for each look', async () => {
    const { world, input } = atTerminal()
    const running = world.mts('dashboard', 'system', '--watch', '--interval', '1s')
    await vi.waitFor(() => expect(world.stdoutSoFar()).toContain('CPU 사용률'), 5000)
    await wait(1300)
    input.write('q')
    const { stdout } = await running
    const frames = stdout.split('\u001B[?2026h').slice(1)
    expect(frames.length).toBeGreaterThanOrEqual(3)
    expect(frames.length).toBeLessThanOrEqual(5)
    for (const frame of frames) expect(frame).not.toContain('\u001B[2J')
  })
})
