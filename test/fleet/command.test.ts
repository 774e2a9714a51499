/** `mts health --fleet` from the front door, against many demo instances on one port. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createSystemClock } from '../../src/cli/clock.ts'
import { healthCommand } from '../../src/cli/commands/health.ts'
import { createDemo } from '../../src/demo/demo.ts'
import { createDemoFleet } from '../../src/demo/fleet.ts'
import { listenDemo } from '../../src/demo/listen.ts'
import type { Listening } from '../../src/demo/listen.ts'
import { createServiceClient } from '../../src/service/client.ts'
import { createFakeWorld } from '../support/ports.ts'
import type { FakeOptions, FakeWorld } from '../support/ports.ts'

const STORE = '123-45-67890'
const clock = createSystemClock()
let listening: Listening
let targets: string

beforeAll(async () => {
  const fleet = createDemoFleet({
    sound: createDemo({ clock, historyDays: 2 }),
    faulty: createDemo({ clock, historyDays: 2, faults: ['redis-down'], timeScale: 0 }),
    count: 20,
    faultyCount: 2,
  })
  listening = await listenDemo(fleet)
  targets = JSON.stringify(fleet.targets(new URL(listening.url).host))
  return () => listening.close()
})

const worlds: FakeWorld[] = []

afterEach(() => {
  for (const made of worlds.splice(0)) made.dispose()
})

function world(files: Record<string, string>, options: Partial<FakeOptions> = {}): FakeWorld {
  const made = createFakeWorld({
    clock,
    specs: [healthCommand],
    service: (settings, time) => createServiceClient(settings, time),
    env: { MTS_STORES: STORE },
    files,
    ...options,
  })
  worlds.push(made)
  return made
}

const shown = /^mini-today-sales {2}/

describe('mts health --fleet', () => {
  it('names those in trouble by their cause, counts the rest, and ends as the worst', async () => {
    const { code, stdout } = await world({ 'shops.json': targets }).mts(
      'health',
      '--fleet',
      'shops.json',
      '--level',
      '1',
    )
    expect(code).toBe(2)
    expect(stdout).toMatch(shown)
    expect(stdout).toMatch(/^위험 +redis 2곳/m)
    expect(stdout).toContain(`shop-0010  ${listening.url}/shop-0010`)
    expect(stdout).toContain('정상       18곳')
    expect(stdout).toContain(`mts health --url ${listening.url}/shop-0010`)
    expect(stdout).not.toContain('shop-0001 ')
  })

  it('is one JSON value with every instance, worst first', async () => {
    const finished = await world({ 'shops.yaml': `# as YAML\n${targets}` }).mts(
      ...['health', '--fleet', 'shops.yaml', '--level', '1', '-o', 'json'],
    )
    const fleet = finished.json() as { instances: { name: string; status: string }[] }
    expect(fleet).toMatchObject({
      kind: 'FleetHealth',
      level: 1,
      status: 'critical',
      counts: { ok: 18, warning: 0, critical: 2, unknown: 0 },
    })
    expect(fleet.instances.map(({ name }) => name).slice(0, 3)).toEqual([
      'shop-0010',
      'shop-0020',
      'shop-0001',
    ])
    expect(fleet.instances[0]).toMatchObject({
      url: `${listening.url}/shop-0010`,
      checks: [{ id: 'service' }, { id: 'database' }, { id: 'redis' }, { id: 'rabbitmq' }],
    })
  })

  it('is one line for Nagios', async () => {
    const { code, stdout } = await world({ 'shops.json': targets }).mts(
      ...['health', '--fleet', 'shops.json', '--level', '1', '-o', 'nagios'],
    )
    expect(code).toBe(2)
    expect(stdout).toMatch(/^MTS CRITICAL - redis 2: shop-0010, shop-0020 \| .*ok=18;;;0;20\n$/)
  })

  it('takes its instances from the configuration, with the stores of each', async () => {
    const made = world({
      'config/config.yaml': [
        'fleet:',
        '  instances:',
        `    - ${listening.url}/shop-0001`,
        `    - { name: two, url: ${listening.url}/shop-0002, stores: ['234-56-78901'] }`,
      ].join('\n'),
    })
    const { code, json } = await made.mts('health', '--fleet', '--level', '1', '-o', 'json')
    expect(code).toBe(0)
    expect(json()).toMatchObject({ counts: { ok: 2 } })
    expect(made.servedSettings.map(({ url, stores }) => [url, stores])).toEqual([
      [`${listening.url}/shop-0001`, [STORE]],
      [`${listening.url}/shop-0002`, ['234-56-78901']],
    ])
  })

  it('says of a dead instance that it is dead, and of no address that it is unknown', async () => {
    const made = world({ 's.json': '[{"targets":["127.0.0.1:1","http://u:hunter2@x"]}]' })
    const { code, stdout, stderr } = await made.mts('health', '--fleet', 's.json', '-o', 'json')
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({ counts: { critical: 1, unknown: 1, ok: 0 } })
    expect(stdout + stderr).not.toContain('hunter2')
  })

  it.each([
    ['a file that is not there', ['nope.json'], 66],
    ['an empty list', ['empty.json'], 78],
    ['another shape', ['shape.json'], 78],
    ['no YAML', ['broken.yaml'], 78],
    ['no source at all', [], 78],
    ['a service beside it', ['empty.json', '--url', 'http://127.0.0.1:1'], 64],
    ['a screen to be kept', ['empty.json', '--watch'], 64],
  ])('never calls a fleet fine with %s', async (_name, words, expected) => {
    const made = world({
      'empty.json': '[]',
      'shape.json': '{"targets":["a:80"]}',
      'broken.yaml': '- targets: [a:80\n  x: "',
    })
    const { code, stdout, stderr } = await made.mts('health', '--fleet', ...words)
    expect(code).toBe(expected)
    expect(stdout).toBe('')
    expect(stderr).not.toContain('결함')
  })

  it('tells of trouble as it comes, on a terminal', async () => {
    const made = world({ 'shops.json': targets }, { stderrColumns: 80 })
    const { stderr } = await made.mts('health', '--fleet', 'shops.json', '--level', '1')
    expect(stderr).toContain('위험  shop-0010  redis')
    expect(stderr).toMatch(/확인 \d+\/20/)
  })
})
