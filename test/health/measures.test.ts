import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import type { Sample } from '../../src/core/journal.ts'
import type { Read } from '../../src/core/read.ts'
import type { ComponentHealth } from '../../src/core/service.ts'
import type { CheckId, Level } from '../../src/health/health.ts'
import { sustained } from '../../src/health/judge-resources.ts'
import { round } from './fake-round.ts'
import {
  HANG,
  NOW_MS,
  SETTINGS,
  absent,
  failed,
  meter,
  ok,
  report,
  type Scripted,
} from './fake-service.ts'

const REQUESTS = 'metrics/http.server.requests'

function maxima(byUri: Record<string, number | Read<unknown>>): Record<string, Scripted> {
  const numbers = Object.values(byUri).filter((max) => typeof max === 'number')
  const script: Record<string, Scripted> = {
    [REQUESTS]: {
      read: meter({ COUNT: 9, MAX: Math.max(...numbers) }, { uri: Object.keys(byUri) }),
    },
  }
  for (const [uri, max] of Object.entries(byUri)) {
    script[`${REQUESTS}?uri=${uri}`] = {
      read: typeof max === 'number' ? meter({ COUNT: 3, MAX: max }) : max,
    }
  }
  return script
}

const latency = async (script: Record<string, Scripted>) =>
  (await round(script, 2)).check('latency')

describe('API time', () => {
  it('over 3 seconds is a warning that names the slowest endpoints, slowest first', async () => {
    const check = await latency(
      maxima({ '/a': 3.2, '/b': 9.5, '/c': 1, '/d': 4, '/e': 5, '/actuator/health': 120 }),
    )
    expect(check).toMatchObject({ status: 'warning', observed: 9500, threshold: 3000, unit: 'ms' })
    expect(check.reason?.ko).toContain('/b 9.5초, /e 5.0초, /d 4.0초 외 1개')
    expect(check.reason?.ko).not.toContain('actuator')
  })

  it('leaves out probing and the two settlement requests', async () => {
    const check = await latency(
      maxima({
        '/actuator/health': 120,
        '/actuator': 9,
        '/api/settlements/manual': 53,
        '/api/settlements/{id}/reprocess': 54,
        '/api/settlements/range': 0.2,
      }),
    )
    expect(check).toMatchObject({ status: 'ok', observed: 200 })
  })

  it('asks one question while all is well', async () => {
    const { service } = await round({}, 2)
    expect(service.asked.filter((key) => key.startsWith(REQUESTS))).toEqual([REQUESTS])
  })

  it('is unknown when an endpoint over the line may be the one that cannot be read', async () => {
    const check = await latency({
      ...maxima({ '/a': 0.1, '/actuator/health': 9, '/b': failed('cut') }),
    })
    expect(check.status).toBe('unknown')
  })

  it('is unknown when the meter does not say which endpoint', async () => {
    expect((await latency({ [REQUESTS]: { read: meter({ MAX: 9 }) } })).status).toBe('unknown')
  })

  it('is asked once more when nothing had been measured yet', async () => {
    const answers = [absent(), meter({ COUNT: 1, MAX: 0.01 })]
    const check = await latency({ [REQUESTS]: { read: () => answers.shift() ?? absent() } })
    expect(check).toMatchObject({ status: 'ok', observed: 10 })
  })

  it('a meter without a maximum is unknown, not fast', async () => {
    expect((await latency({ [REQUESTS]: { read: meter({ COUNT: 4 }) } })).status).toBe('unknown')
  })
})

const resource = async (
  id: CheckId,
  script: Record<string, Scripted>,
  samples?: readonly Sample[],
) =>
  (
    await round(script, 3, samples === undefined ? {} : { samples: () => Promise.resolve(samples) })
  ).check(id)

function heap(used: number, max: number): Record<string, Scripted> {
  return {
    system: {
      read: ok({
        heapUsedBytes: used,
        heapMaxBytes: max,
        processors: 2,
        javaVersion: '',
        osName: '',
      }),
    },
  }
}

describe('heap', () => {
  it.each([
    [80, 100, 'ok'],
    [80.4, 100, 'warning'],
    [80, 0, 'unknown'],
    [80, -1, 'unknown'],
    [Number.NaN, 100, 'unknown'],
    [80, Number.NaN, 'unknown'],
  ])('%d of %d is %s', async (used, max, status) => {
    expect((await resource('jvm-memory', heap(used, max))).status).toBe(status)
  })

  it('shows a decimal near the line', async () => {
    expect((await resource('jvm-memory', heap(80.4, 100))).reason?.ko).toBe('80.4% 사용(기준 80%)')
  })

  it('is read from the meters when the service’s own summary cannot be', async () => {
    const check = await resource('jvm-memory', {
      system: { read: failed('service_error', { httpStatus: 500 }) },
      'metrics/jvm.memory.used?area=heap': { read: meter({ VALUE: 90 }) },
      'metrics/jvm.memory.max?area=heap': { read: meter({ VALUE: 100 }) },
    })
    expect(check).toMatchObject({ status: 'warning', observed: 90 })
  })
})

const cpuMeter = (value: number): Record<string, Scripted> => ({
  'metrics/system.cpu.usage': { read: meter({ VALUE: value }) },
})
const cpuSample = (secondsAgo: number, value: number): Sample => ({
  atMs: NOW_MS - secondsAgo * 1000,
  url: 'http://localhost:8080',
  metric: 'system.cpu.usage',
  value,
})
const everyMinute = (value: number): Sample[] =>
  [360, 300, 240, 180, 120, 60].map((ago) => cpuSample(ago, value))

describe('CPU', () => {
  it('at the line is ok, without any history', async () => {
    expect((await resource('cpu', cpuMeter(0.7))).status).toBe('ok')
  })

  it('above the line without history is unknown, with the cure', async () => {
    const check = await resource('cpu', cpuMeter(0.9))
    expect(check).toMatchObject({ status: 'unknown', observed: 90 })
    expect(check.reason?.ko).toContain('mts watch')
  })

  it('above the line for five minutes is a warning', async () => {
    const check = await resource('cpu', cpuMeter(0.9), everyMinute(0.8))
    expect(check.status).toBe('warning')
    expect(check.reason?.ko).toContain('5분 지속')
  })

  it('that was below in between is ok', async () => {
    const samples = [...everyMinute(0.8), cpuSample(150, 0.2)]
    expect((await resource('cpu', cpuMeter(0.9), samples)).status).toBe('ok')
  })

  it.each([
    ['too short a history', [cpuSample(120, 0.9), cpuSample(60, 0.9)]],
    ['a gap', [cpuSample(310, 0.9), cpuSample(20, 0.9)]],
    ['not a number', everyMinute(Number.NaN)],
  ])('with %s is unknown', async (_name, samples) => {
    expect((await resource('cpu', cpuMeter(0.9), samples)).status).toBe('unknown')
  })

  it.each([-1, Number.NaN])('of %d is unknown', async (value) => {
    expect((await resource('cpu', cpuMeter(value))).status).toBe('unknown')
  })

  it('is never called sustained with a reading below the line among the last five minutes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 420 }), fc.double({ min: 0, max: 1 }))),
        (readings) => {
          const samples = readings.map(([ago, value]) => cpuSample(ago, value))
          const verdict = sustained(samples, 0.7, NOW_MS, 300_000)
          const dipped = readings.some(([ago, value]) => ago <= 300 && value <= 0.7)
          expect(verdict === 'no').toBe(dipped)
          if (verdict === 'yes') {
            expect(readings.some(([ago, value]) => ago >= 300 && value > 0.7)).toBe(true)
          }
        },
      ),
    )
  })
})

describe('disk', () => {
  const disk = (details: ComponentHealth['details'], status: ComponentHealth['status'] = 'UP') => ({
    health: { read: ok(report({ diskSpace: { status, details } })) },
  })

  it.each([
    [150, 'ok'],
    [149, 'warning'],
    [1000, 'ok'],
  ])('with %d of 1000 free is %s', async (free, status) => {
    expect((await resource('disk', disk({ total: 1000, free }))).status).toBe(status)
  })

  it('that the service itself calls DOWN is critical', async () => {
    const check = await resource('disk', disk({ total: 1000, free: 1 }, 'DOWN'))
    expect(check.status).toBe('critical')
  })

  it('is read from the meters when the component hides its details', async () => {
    const check = await resource('disk', {
      ...disk({}),
      'metrics/disk.free': { read: meter({ VALUE: 10 }) },
      'metrics/disk.total': { read: meter({ VALUE: 100 }) },
    })
    expect(check).toMatchObject({ status: 'warning', observed: 90 })
  })

  it('of no size is unknown', async () => {
    expect((await resource('disk', disk({ total: 0, free: 0 }))).status).toBe('unknown')
  })
})

describe('redis and rabbitmq', () => {
  const component = async (name: string, details: ComponentHealth['details'], id: CheckId) =>
    (await round({ health: { read: ok(report({ [name]: { status: 'UP', details } })) } }, 1)).check(
      id,
    )

  it('Redis that answers PING is ok and shows its memory', async () => {
    const check = await component('customRedis', { ping: 'PONG', used_memory: '1.02M' }, 'redis')
    expect(check).toMatchObject({ status: 'ok', observed: 1_069_548, unit: 'bytes' })
    expect(check.summary.ko).toBe('1.02MB')
  })

  it.each([
    [{ used_memory: '1.02M' }, 'unknown'],
    [{ ping: 'LOADING', used_memory: '1.02M' }, 'critical'],
    [{ ping: 'PONG', cache_test: 'FAIL' }, 'warning'],
    [{}, 'unknown'],
  ])('Redis that is UP with %j is %s', async (details, status) => {
    expect((await component('customRedis', details, 'redis')).status).toBe(status)
  })

  it.each([
    ['2.00G', 'warning'],
    ['900.00M', 'ok'],
    ['lots', 'unknown'],
  ])('Redis memory of %s against a line of 1 GB is %s', async (memory, status) => {
    const settings = {
      ...SETTINGS,
      thresholds: { ...SETTINGS.thresholds, redisMemoryBytes: 1024 ** 3 },
    }
    const details = { ping: 'PONG', used_memory: memory }
    const { check } = await round(
      { health: { read: ok(report({ customRedis: { status: 'UP', details } })) } },
      1,
      { settings },
    )
    expect(check('redis').status).toBe(status)
  })

  it.each([
    [1000, 'ok'],
    [1001, 'warning'],
    [-1, 'unknown'],
    ['many', 'unknown'],
  ])('a sales queue of %s messages is %s', async (messages, status) => {
    const details = { sales_queue_messages: messages }
    expect((await component('customRabbitMQ', details, 'rabbitmq')).status).toBe(status)
  })
})

describe('what is not known', () => {
  const levels: readonly Level[] = [1, 2, 3]
  const bad: readonly Scripted[] = [
    HANG,
    { read: absent() },
    { read: failed('unreachable') },
    { read: failed('cut') },
    { read: failed('unauthorized', { httpStatus: 401 }) },
    { read: failed('service_error', { httpStatus: 500 }) },
    { read: failed('foreign', { httpStatus: 200 }) },
    { read: failed('unreadable') },
  ]
  /** What each check cannot do without. */
  const NEEDS: readonly (readonly [CheckId, string])[] = [
    ['service', 'health'],
    ['database', 'metrics/hikaricp.connections.pending'],
    ['sales', 'sales/123-45-67890?*'],
    ['latency', REQUESTS],
    ['cpu', 'metrics/system.cpu.usage'],
  ]

  it('is never fine, whichever way a question fails', async () => {
    for (const [id, key] of NEEDS) {
      for (const answer of bad) {
        const { health, check } = await round({ [key]: answer })
        expect(check(id).status, `${id} ${JSON.stringify(answer)}`).not.toBe('ok')
        expect(check(id).reason, id).not.toBeNull()
        expect(health.status).not.toBe('ok')
      }
    }
  })

  it('leaves no check fine when everything fails, at every level', async () => {
    for (const level of levels) {
      for (const answer of bad) {
        const { health } = await round({ '*': answer }, level)
        expect(health.checks.map(({ status }) => status)).not.toContain('ok')
        expect(health.checks.every(({ level: own }) => own <= level)).toBe(true)
      }
    }
  })

  it('the worst check is the status: critical, unknown, warning, ok', async () => {
    const cpu = cpuMeter(0.9)
    const slow = maxima({ '/a': 9 })
    const down = {
      health: { read: ok(report({ rabbit: { status: 'DOWN' as const, details: {} } })) },
    }
    expect((await round({})).health.status).toBe('ok')
    expect((await round(slow)).health.status).toBe('warning')
    expect((await round({ ...slow, ...cpu })).health.status).toBe('unknown')
    expect((await round({ ...slow, ...cpu, ...down })).health.status).toBe('critical')
  })
})
