import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createDemo } from '../../src/demo/demo.ts'
import { listenDemo } from '../../src/demo/listen.ts'
import type { Listening } from '../../src/demo/listen.ts'
import { differenceOf } from '../../src/monitoring/difference.ts'
import { countEpisodes } from '../../src/monitoring/episodes.ts'
import { cellsOf } from '../../src/render/columns.ts'
import { createFakeWorld } from '../support/ports.ts'
import type { FakeWorld } from '../support/ports.ts'
import { json, serve, wallClock } from '../telemetry/servers.ts'
import { findBinaries, WITHOUT_BINARIES } from './real-servers.ts'

const binaries = findBinaries()

let listening: Listening
beforeAll(async () => {
  listening = await listenDemo(createDemo({ clock: wallClock, historyDays: 1 }))
})
afterAll(() => listening.close())

function worldOf(env: Readonly<Record<string, string>> = {}): FakeWorld {
  const world = createFakeWorld({
    clock: wallClock,
    env: { MTS_URL: listening.url, PATH: process.env['PATH'] ?? '', ...env },
  })
  onTestFinished(() => world.dispose())
  return world
}

interface Check {
  readonly status: string
  readonly tools: readonly { command: string; status: string; output: string }[]
  readonly rules: readonly {
    name: string
    loaded: string
    fired: number | null
    faults: readonly { id: string }[]
  }[]
  readonly onlyLoaded: readonly string[]
}

describe('mts monitoring render', () => {
  it('writes every file, readable by the servers, and says what is left to do', async () => {
    const world = worldOf()
    const { code, json: value } = await world.mts(
      'monitoring',
      'render',
      '--out',
      'm',
      '-o',
      'json',
    )
    expect(code).toBe(0)
    const directory = join(world.home, 'm')
    expect(readdirSync(directory).sort()).toEqual([
      'alertmanager.yml',
      'application.yml',
      'grafana-business.json',
      'grafana-system.json',
      'mini-today-sales-rules-days.test.yml',
      'mini-today-sales-rules.test.yml',
      'mini-today-sales-rules.yml',
      'prometheus.yml',
    ])
    expect(value()['files']).toHaveLength(8)
    expect(statSync(join(directory, 'prometheus.yml')).mode & 0o777).toBe(0o644)
    const config = readFileSync(join(directory, 'prometheus.yml'), 'utf8')
    expect(config).toContain(new URL(listening.url).host)
  })

  it('never overwrites a changed file unasked, and shows what would change', async () => {
    const world = worldOf()
    await world.mts('monitoring', 'render', '--out', 'm')
    const place = join(world.home, 'm', 'alertmanager.yml')
    const before = readFileSync(place, 'utf8').replace('group_wait: 10s', 'group_wait: 45s')
    writeFileSync(place, before)

    const again = await world.mts('monitoring', 'render', '--out', 'm')
    expect(again.code).toBe(4)
    expect(again.stdout).toContain('-   group_wait: 45s')
    expect(again.stdout).toContain('+   group_wait: 10s')
    expect(again.stdout).toContain('--overwrite')
    expect(readFileSync(place, 'utf8')).toBe(before)
    for (const line of again.stdout.split('\n')) expect(cellsOf(line)).toBeLessThanOrEqual(80)

    const forced = await world.mts(
      'monitoring',
      'render',
      '--out',
      'm',
      '--overwrite',
      '-o',
      'json',
    )
    expect(forced.code).toBe(0)
    const files = forced.json()['files'] as { path: string; status: string }[]
    expect(files.filter(({ status }) => status === 'overwritten')).toMatchObject([
      { path: 'alertmanager.yml' },
    ])
    expect(readFileSync(place, 'utf8')).toContain('group_wait: 10s')
  })

  it('takes targets and a job, and refuses what is none', async () => {
    const world = worldOf()
    await world.mts(
      ...['monitoring', 'render', '--out', 'm', '--job', 'sales'],
      ...['--target', 'app-1:8080', '--target', 'app-2:8080'],
    )
    const config = readFileSync(join(world.home, 'm', 'prometheus.yml'), 'utf8')
    expect(config).toContain('app-2:8080')
    expect(config).toContain('job_name: sales')
    for (const wrong of [
      ['--job', 'a b'],
      ['--target', 'x'],
      ['--time-scale', '0'],
    ]) {
      expect((await world.mts('monitoring', 'render', '--out', 'n', ...wrong)).code).toBe(64)
    }
  })
})

describe('mts monitoring check', () => {
  const rendered = async (env: Readonly<Record<string, string>> = {}) => {
    const world = worldOf(env)
    await world.mts('monitoring', 'render', '--out', 'm')
    return {
      world,
      check: async (...argv: readonly string[]) => {
        const finished = await world.mts('monitoring', 'check', '--dir', 'm', ...argv, '-o', 'json')
        return { code: finished.code, value: finished.json() as unknown as Check }
      },
    }
  }

  it('without the tools says so and still checks the rules itself', async () => {
    const { world, check } = await rendered({ PATH: '/nowhere' })
    const { code, value } = await check()
    expect(code).toBe(0)
    expect(new Set(value.tools.map(({ status }) => status))).toEqual(new Set(['absent']))
    expect(value.rules.flatMap(({ faults }) => faults)).toEqual([])
    expect((await world.mts('monitoring', 'check', '--dir', 'm')).stdout).toContain(
      '설치되어 있지 않아',
    )

    const place = join(world.home, 'm', 'mini-today-sales-rules.yml')
    const rules = readFileSync(place, 'utf8')
    writeFileSync(
      place,
      rules.replace(
        'expr: system_cpu_usage{job="mini-today-sales"} > 0.7',
        'expr: rate(settlement_result_total{result="failure"}[5m]) > 70',
      ),
    )
    const worse = await check()
    expect(worse.code).toBe(1)
    const cpu = worse.value.rules.find(({ name }) => name === 'HighCpuUsage')
    expect(cpu?.faults.map(({ id }) => id)).toEqual(['dead'])
  })

  it.skipIf(binaries === undefined)(
    `passes on the complaints of promtool and amtool ${binaries === undefined ? WITHOUT_BINARIES : ''}`,
    async () => {
      const { world, check } = await rendered()
      for (const name of [
        'mini-today-sales-rules-days.test.yml',
        'mini-today-sales-rules.test.yml',
      ]) {
        writeFileSync(join(world.home, 'm', name), 'rule_files: []\n')
      }
      writeFileSync(join(world.home, 'm', 'alertmanager.yml'), 'route: { receiver: nobody }\n')
      const { code, value } = await check()
      expect(code).toBe(1)
      const failed = value.tools.filter(({ status }) => status === 'failed')
      expect(failed).toMatchObject([{ command: 'amtool check-config alertmanager.yml' }])
      expect(failed[0]?.output).toContain('nobody')
      expect(value.tools.filter(({ status }) => status === 'passed')).toHaveLength(3)
    },
  )

  it('compares with what is loaded, and counts how often each alert would have fired', async () => {
    const nowMs = Date.now()
    const minutes = (from: number, to: number): [number, string][] =>
      Array.from({ length: to - from }, (_none, step) => [nowMs / 1000 - (from + step) * 60, '1'])
    const prometheus = await serve((asked, response) => {
      const url = new URL(asked.path, 'http://x')
      if (url.pathname.endsWith('/rules')) {
        json(response, 200, {
          status: 'success',
          data: {
            groups: [
              {
                name: 'g',
                rules: [
                  {
                    type: 'alerting',
                    name: 'HighCpuUsage',
                    query: 'system_cpu_usage{job="mini-today-sales"}   > 0.7',
                    duration: 300,
                    labels: { severity: 'warning', service: 'mini-today-sales' },
                  },
                  {
                    type: 'alerting',
                    name: 'HighDiskUsage',
                    query: 'instance:disk_used:ratio{job="mini-today-sales"} > 0.85',
                    duration: 300,
                    labels: { severity: 'critical', service: 'mini-today-sales' },
                  },
                  {
                    type: 'recording',
                    name: 'instance:jvm_heap:ratio',
                    query:
                      'sum by(job, instance) (jvm_memory_used_bytes{area="heap",job="mini-today-sales"}) / sum by(job, instance) (jvm_memory_max_bytes{area="heap",job="mini-today-sales"} >= 0)',
                  },
                  { type: 'alerting', name: 'DatabaseDown', query: 'up == 7', duration: 60 },
                  { type: 'alerting', name: 'OfAnotherTeam', query: 'up == 0' },
                ],
              },
            ],
          },
        })
        return
      }
      const query = url.searchParams.get('query') ?? new URLSearchParams(asked.body).get('query')
      const values = query?.includes('system_cpu_usage')
        ? // Two episodes long enough, one too short.
          [...minutes(500, 520), ...minutes(300, 303), ...minutes(100, 110)].sort(
            ([left], [right]) => left - right,
          )
        : []
      json(response, 200, {
        status: 'success',
        data: { resultType: 'matrix', result: values.length === 0 ? [] : [{ metric: {}, values }] },
      })
    })
    const { check } = await rendered({ PATH: '/nowhere', MTS_PROMETHEUS_URL: prometheus.url })
    const { value } = await check('--days', '2')
    const rule = (wanted: string) => value.rules.find(({ name }) => name === wanted)
    expect(rule('HighCpuUsage')).toMatchObject({ loaded: 'same', fired: 2 })
    // Printed anew, with its matchers in another order.
    expect(rule('instance:jvm_heap:ratio')?.loaded).toBe('same')
    // The same but for its severity, so that it goes to somebody else.
    expect(rule('HighDiskUsage')?.loaded).toBe('different')
    expect(rule('DatabaseDown')).toMatchObject({ loaded: 'different', fired: 0 })
    expect(rule('ServiceDown')).toMatchObject({ loaded: 'not_loaded', fired: 0 })
    // It rests on a recording rule that is not loaded: nobody can say.
    expect(rule('HighResponseTime')).toMatchObject({ loaded: 'not_loaded', fired: null })
    expect(value.onlyLoaded).toEqual(['OfAnotherTeam'])
  })

  it('ends with 66 where there is nothing to check', async () => {
    const world = worldOf()
    expect((await world.mts('monitoring', 'check', '--dir', 'nothing')).code).toBe(66)
    mkdirSync(join(world.home, 'empty'))
    expect((await world.mts('monitoring', 'check', '--dir', 'empty')).code).toBe(66)
    expect((await world.mts('monitoring', 'check', '--days', '0')).code).toBe(64)
  })
})

describe('a difference', () => {
  it('gives back both texts, whatever they are', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 })
      .map((lines) => lines.join('\n'))
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = differenceOf(before, after)
        if (before === after) {
          expect(lines.every(({ kind }) => kind === 'gap')).toBe(true)
          return
        }
        // Gaps hold what is in both: where there are none, both texts can be read off.
        if (lines.some(({ kind }) => kind === 'gap')) return
        const side = (own: string): string =>
          lines
            .filter(({ kind }) => kind === 'same' || kind === own)
            .map((line) => line.text)
            .join('\n')
        expect([side('removed'), side('added')]).toEqual([before, after])
      }),
    )
  })
})

describe('episodes', () => {
  it('end at a gap, count when they last, and one per series', () => {
    const point = (minute: number) => ({
      atMs: minute * 60_000,
      value: { kind: 'number' as const, value: 1 },
    })
    const series = [
      { labels: {}, points: [0, 1, 2, 3, 4, 5, 20, 21, 40, 41, 42, 43, 44, 45, 46].map(point) },
      { labels: { a: 'b' }, points: [0, 1].map(point) },
    ]
    const answer = { series, histograms: 0, warnings: [], infos: [] }
    const count = (forMs: number) => countEpisodes(answer, { stepMs: 60_000, forMs })
    expect(count(5 * 60_000)).toBe(2)
    expect(count(6 * 60_000)).toBe(1)
    expect(count(0)).toBe(4)
  })
})
