import { afterEach, describe, expect, it, vi } from 'vitest'
import { healthCommand } from '../../src/cli/commands/health.ts'
import type { Clock } from '../../src/core/clock.ts'
import type { Service } from '../../src/core/service.ts'
import { createFakeWorld, type FakeOptions, type FakeWorld } from '../support/ports.ts'
import {
  HANG,
  NOW_MS,
  STORE,
  createFakeService,
  failed,
  meter,
  ok,
  type FakeService,
  type Scripted,
} from './fake-service.ts'
import { createFakeClock, type FakeClock } from './fake-time.ts'

interface Stage {
  readonly world: FakeWorld
  readonly clock: FakeClock
  readonly service: FakeService
}

const worlds: FakeWorld[] = []

afterEach(() => {
  for (const world of worlds.splice(0)) world.dispose()
})

function stage(script: Record<string, Scripted> = {}, options: Partial<FakeOptions> = {}): Stage {
  const clock = createFakeClock(NOW_MS)
  const service = createFakeService(clock, script)
  const world = createFakeWorld({
    clock,
    specs: [healthCommand],
    service: asService(service, clock),
    env: { MTS_STORES: STORE, NO_COLOR: '1' },
    ...options,
  })
  worlds.push(world)
  return { world, clock, service }
}

/** The command only reads: a request that changes something fails the test. */
function asService(reader: FakeService, _clock: Clock): Service {
  const never = (): never => {
    throw new Error('health must not change anything')
  }
  return { ...reader, postManual: never, postReprocess: never, close: () => Promise.resolve() }
}

/** The command loads its modules in real time; fake time begins with its first question. */
async function firstQuestion(service: FakeService): Promise<void> {
  await vi.waitFor(
    () => {
      expect(service.asked).not.toEqual([])
    },
    { timeout: 10_000, interval: 1 },
  )
}

describe('mts health', () => {
  it.each([
    ['a healthy service', {}, 0],
    [
      'a slow API',
      {
        'metrics/http.server.requests': { read: meter({ MAX: 9 }, { uri: ['/a'] }) },
        'metrics/http.server.requests?*': { read: meter({ MAX: 9 }) },
      },
      1,
    ],
    ['a hanging Redis', { health: HANG, 'health/redis': HANG }, 2],
    ['a refused connection', { '*': { read: failed('unreachable') } }, 2],
    ['a 401', { '*': { read: failed('unauthorized', { httpStatus: 401 }) } }, 3],
  ] as [string, Record<string, Scripted>, number][])(
    '%s: the exit code is that of the worst check',
    async (_name, script, code) => {
      const { world, clock } = stage(script)
      for (const argv of [['health'], ['health', '-o', 'json'], ['health', '-o', 'nagios']]) {
        const done = await clock.run(world.mts(...argv))
        expect(done.code, argv.join(' ')).toBe(code)
        expect(done.stderr).toBe('')
      }
    },
  )

  it('prints one JSON value as the contract has it', async () => {
    const { world, clock } = stage()
    const done = await clock.run(world.mts('health', '-o', 'json', '--level', '1'))
    const value = done.json()
    expect(value).toMatchObject({
      apiVersion: 'mts/v1',
      kind: 'Health',
      url: 'http://localhost:8080',
      observedAt: '2026-11-24T09:10:00+09:00',
      level: 1,
      status: 'ok',
    })
    expect((value['checks'] as unknown[])[0]).toEqual({
      id: 'service',
      level: 1,
      status: 'ok',
      observed: 'UP',
      threshold: 'UP',
      unit: null,
      reason: null,
      summary: '4ms',
      source: '/actuator/health',
      latencyMs: 4,
    })
  })

  it('names the url in the next command unless it is the default', async () => {
    const down = { '*': { read: failed('unreachable') } } as const
    const plain = stage(down)
    const shown = await plain.clock.run(plain.world.mts('health'))
    expect(shown.stdout).toMatch(/조치 +mts playbook service-down\n/)
    const named = stage(down)
    const other = await named.clock.run(named.world.mts('health', '--url', 'http://localhost:8080'))
    expect(other.stdout).toContain('mts playbook service-down --url http://localhost:8080')
  })

  it.each([
    ['health', '--level', '4'],
    ['health', '--watch'],
    ['health', '--watch', '-o', 'json'],
    ['health', '--watch', '--interval', 'soon'],
    ['health', '-o', 'csv'],
  ])('%s %s %s is wrong usage', async (...argv) => {
    const { world, clock } = stage()
    expect((await clock.run(world.mts(...argv))).code).toBe(64)
  })

  it('reads what mts watch has left when only that can tell', async () => {
    const { world, clock } = stage({
      'metrics/system.cpu.usage': { read: meter({ VALUE: 0.9 }) },
    })
    const path = `${world.ports.directories.state}/journal.db`
    const journal = await world.ports.openJournal(path, clock)
    journal.addSamples(
      [360, 300, 240, 180, 120, 60].map((ago) => ({
        atMs: NOW_MS - ago * 1000,
        url: 'http://localhost:8080',
        metric: 'system.cpu.usage',
        value: 0.85,
      })),
    )
    journal.close()
    const done = await clock.run(world.mts('health', '-o', 'json'))
    const cpu = (done.json()['checks'] as { id: string; status: string }[]).find(
      ({ id }) => id === 'cpu',
    )
    expect(cpu?.status).toBe('warning')
  })

  it('leaves no journal behind where there was none', async () => {
    const { existsSync } = await import('node:fs')
    const { world, clock } = stage({ 'metrics/system.cpu.usage': { read: meter({ VALUE: 0.9 }) } })
    expect((await clock.run(world.mts('health'))).code).toBe(3)
    expect(existsSync(world.ports.directories.state)).toBe(false)
  })
})

describe('mts health --watch', () => {
  it('redraws every ten seconds and leaves the terminal as it was', async () => {
    const { world, clock, service } = stage({}, { stdoutColumns: 80 })
    const running = world.mts('health', '--watch')
    await firstQuestion(service)
    await clock.run(clock.sleep(35_000))
    world.interrupt()
    const done = await clock.run(running)
    expect(done.code).toBe(130)
    expect(done.stdout.startsWith('\u001B[?1049h\u001B[?25l')).toBe(true)
    const [drawn = '', left = ''] = done.stdout.split('\u001B[?25h\u001B[?1049l')
    expect(drawn.match(/09:10:00|09:10:10|09:10:20|09:10:30/g)).toEqual([
      '09:10:00',
      '09:10:10',
      '09:10:20',
      '09:10:30',
    ])
    expect(drawn).toContain('Ctrl-C')
    // The last picture stays, on the screen the operator came from.
    expect(left).toContain('09:10:30')
    expect(left).not.toContain('\u001B')
  })

  it('ends at once when interrupted in the middle of a round', async () => {
    const { world, clock, service } = stage({ '*': HANG }, { stdoutColumns: 80 })
    const running = world.mts('health', '--watch')
    await firstQuestion(service)
    await clock.run(clock.sleep(500))
    world.interrupt()
    const done = await clock.run(running)
    expect(done.code).toBe(130)
    expect(clock.monotonicMs()).toBeLessThan(1000)
    expect(done.stdout.endsWith('\u001B[?25h\u001B[?1049l')).toBe(true)
  })

  it('shows recovery once the path that hung answers again', async () => {
    let slow = true
    const { world, clock, service } = stage(
      {
        'health/redis': {
          get afterMs() {
            const now = slow ? 25_000 : 3
            slow = false
            return now
          },
          read: ok({ status: 'UP', details: {} }),
        },
        health: { afterMs: 1500, read: failed('service_error', { httpStatus: 503 }) },
      },
      { stdoutColumns: 80 },
    )
    const running = world.mts('health', '--watch', '--level', '1')
    await firstQuestion(service)
    await clock.run(clock.sleep(28_500))
    expect(world.stdoutSoFar().match(/위험 +redis/g)?.length).toBe(3)
    await clock.run(clock.sleep(10_000))
    expect(world.stdoutSoFar().match(/위험 +redis/g)?.length).toBe(3)
    expect(world.stdoutSoFar().match(/· redis 4ms/g)?.length).toBe(1)
    world.interrupt()
    await clock.run(running)
  })
})
