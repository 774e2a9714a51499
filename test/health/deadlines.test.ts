import { describe, expect, it } from 'vitest'
import { checkHealth } from '../../src/health/check-health.ts'
import type { Health } from '../../src/health/health.ts'
import type { HealthPorts } from '../../src/health/round.ts'
import { round } from './fake-round.ts'
import { createFakeClock } from './fake-time.ts'
import {
  HANG,
  NOW_MS,
  SETTINGS,
  STORE,
  absent,
  createFakeService,
  failed,
  meter,
  ok,
  report,
  type Scripted,
} from './fake-service.ts'

function statuses(health: Health): Record<string, string> {
  return Object.fromEntries(health.checks.map(({ id, status }) => [id, status]))
}

const REDIS_HANGS: Record<string, Scripted> = {
  health: HANG,
  'health/redis': HANG,
  'health/customRedis': HANG,
}

describe('a service whose Redis hangs', () => {
  it('is judged within three seconds: redis hangs, all else is fine', async () => {
    const { health, check } = await round(REDIS_HANGS)
    expect(health.elapsedMs).toBeLessThanOrEqual(3010)
    expect(statuses(health)).toEqual({
      service: 'ok',
      database: 'ok',
      redis: 'critical',
      rabbitmq: 'ok',
      sales: 'ok',
      settlement: 'ok',
      latency: 'ok',
      'jvm-memory': 'ok',
      cpu: 'ok',
      disk: 'ok',
    })
    expect(check('redis').reason?.ko).toContain('응답 없음(2초 초과)')
    expect(check('redis').reason?.en).toContain('no answer')
    expect(health.status).toBe('critical')
  })

  it('has its whole health let go when the components take over', async () => {
    const clock = createFakeClock(NOW_MS)
    let letGoAtMs: number | undefined
    const service = createFakeService(clock, REDIS_HANGS)
    const reader = {
      ...service,
      wholeHealth: (options?: { signal?: AbortSignal }) => {
        options?.signal?.addEventListener('abort', () => {
          letGoAtMs = clock.monotonicMs()
        })
        return service.wholeHealth(options)
      },
    }
    await clock.run(checkHealth({ reader, clock, settings: SETTINGS }, 1))
    expect(letGoAtMs).toBe(1000)
  })
})

describe('a service whose database hangs', () => {
  const hangs: Record<string, Scripted> = {
    health: HANG,
    'health/db': HANG,
    'health/customDatabase': HANG,
    [`sales/${STORE}?*`]: HANG,
    'range?*': HANG,
    'date/*': HANG,
    'metrics/hikaricp.connections.pending': { read: meter({ VALUE: 4 }) },
    'metrics/hikaricp.connections.active': { read: meter({ VALUE: 10 }) },
  }

  it('names the database and its full pool, and leaves what needs it unknown', async () => {
    const { health, check } = await round(hangs)
    expect(health.elapsedMs).toBeLessThanOrEqual(3010)
    expect(check('database').status).toBe('critical')
    expect(check('database').reason?.ko).toBe(
      '응답 없음(3초 초과) · 커넥션 풀 10/10 사용, 4건 대기 · 영향: 모든 업무 요청 실패',
    )
    expect(check('service').status).toBe('ok')
    expect(check('redis').status).toBe('ok')
    expect(check('sales').status).toBe('unknown')
    expect(check('settlement').status).toBe('unknown')
    // Calls that have not ended are not measured: the small maximum proves nothing.
    expect(check('latency').status).toBe('unknown')
    expect(check('latency').reason?.ko).toContain('4건 대기')
  })

  it('is a warning while the database still answers through a full pool', async () => {
    const { check } = await round({
      'metrics/hikaricp.connections.pending': { read: meter({ VALUE: 4 }) },
      'metrics/hikaricp.connections.active': { read: meter({ VALUE: 10 }) },
    })
    expect(check('database').status).toBe('warning')
  })

  it('is no warning when threads wait for a pool that is not full', async () => {
    const { check } = await round({
      'metrics/hikaricp.connections.pending': { read: meter({ VALUE: 1 }) },
      'metrics/hikaricp.connections.active': { read: meter({ VALUE: 9 }) },
    })
    expect(check('database').status).toBe('ok')
  })
})

describe('a service that is slow to say that RabbitMQ is down', () => {
  it('is asked component by component and blames RabbitMQ alone', async () => {
    const down = { status: 'DOWN', details: { error: 'org.amqp.AmqpConnectException: refused' } }
    const { health, check } = await round({
      health: { afterMs: 1500, read: ok({ status: 'DOWN', components: {} }) },
      'health/rabbit': { afterMs: 1500, read: ok(down) },
      'health/customRabbitMQ': { afterMs: 1500, read: ok(down) },
    })
    expect(check('rabbitmq').status).toBe('critical')
    expect(check('rabbitmq').reason?.ko).toBe(
      'DOWN · AmqpConnectException: refused · 영향: 매출 등록·정산 실패',
    )
    expect(check('service').status).toBe('ok')
    expect(health.elapsedMs).toBeLessThan(2600)
  })
})

describe('a service that does not answer', () => {
  it('is critical when it cannot be reached, the rest unknown for the same reason', async () => {
    const { health, check } = await round({
      '*': { read: failed('unreachable', { systemCode: 'ECONNREFUSED' }) },
    })
    expect(check('service').status).toBe('critical')
    expect(check('service').reason?.ko).toContain('ECONNREFUSED')
    const rest = health.checks.filter(({ id }) => id !== 'service')
    expect(new Set(rest.map(({ status }) => status))).toEqual(new Set(['unknown']))
    expect(new Set(rest.map(({ reason }) => reason?.en)).size).toBe(1)
    expect(rest.every(({ observed }) => observed === null)).toBe(true)
    expect(health.status).toBe('critical')
  })

  it('is critical when it takes connections and says nothing, and no dependency is blamed', async () => {
    const { health, check } = await round({ '*': HANG })
    expect(check('service').status).toBe('critical')
    expect(check('redis').status).toBe('unknown')
    expect(check('database').status).toBe('unknown')
    expect(health.elapsedMs).toBeLessThanOrEqual(3010)
  })

  it('is critical when only a proxy answers for it', async () => {
    const { check } = await round({ '*': { read: failed('foreign', { httpStatus: 502 }) } })
    expect(check('service').status).toBe('critical')
    expect(check('service').reason?.ko).toContain('502')
  })
})

describe('answers that are not the service’s', () => {
  it.each([401, 403])(
    'a %i leaves the service unknown and names the setting',
    async (httpStatus) => {
      const { health, check, service } = await round({
        '*': { read: failed('unauthorized', { httpStatus }) },
      })
      expect(health.status).toBe('unknown')
      expect(check('service').status).toBe('unknown')
      expect(check('service').reason?.ko).toContain('MTS_TOKEN')
      expect(check('redis').reason?.ko).toContain(`인증 거부(${httpStatus})`)
      expect(service.asked.length).toBeLessThanOrEqual(15)
    },
  )

  it('an open health behind closed business endpoints still names the setting', async () => {
    const { check } = await round({
      [`sales/${STORE}?*`]: { read: failed('unauthorized', { httpStatus: 401 }) },
    })
    expect(check('service').status).toBe('unknown')
    expect(check('service').reason?.ko).toContain('MTS_TOKEN')
    expect(check('sales').status).toBe('unknown')
    expect(check('redis').status).toBe('ok')
  })

  it('an HTML page leaves everything unknown', async () => {
    const { health, check } = await round({ '*': { read: failed('foreign', { httpStatus: 200 }) } })
    expect(health.status).toBe('unknown')
    expect(check('service').reason?.ko).toContain('mini-today-sales가 아닐 수 있음')
  })

  it('a foreign health beside readable metrics: what can be judged is judged', async () => {
    const { check } = await round({ 'health?*': { read: failed('foreign', { httpStatus: 200 }) } })
    expect(check('service').status).toBe('unknown')
    expect(check('redis').status).toBe('unknown')
    expect(check('latency').status).toBe('ok')
    expect(check('sales').status).toBe('ok')
  })
})

describe('a service that answers only in part', () => {
  it('is a warning when its whole health alone hangs', async () => {
    const { check } = await round({ health: HANG })
    expect(check('service').status).toBe('warning')
    expect(check('redis').status).toBe('ok')
  })

  it('is ok itself when it answers that a dependency is down', async () => {
    const { check } = await round({
      health: { read: ok(report({ redis: { status: 'DOWN', details: {} } })) },
    })
    expect(check('service').status).toBe('ok')
    expect(check('service').observed).toBe('DOWN')
    expect(check('redis').status).toBe('critical')
  })

  it('names the one part of a dependency that is down', async () => {
    const { check } = await round({
      health: { read: ok(report({ customRedis: { status: 'DOWN', details: {} } })) },
    })
    expect(check('redis').reason?.ko).toBe('customRedis DOWN · 영향: 매출 등록 실패')
  })

  it('warns about a component that has no check of its own', async () => {
    const { check } = await round({
      health: { read: ok(report({ mail: { status: 'DOWN', details: {} } })) },
    })
    expect(check('service').status).toBe('warning')
    expect(check('service').reason?.ko).toContain('mail DOWN')
  })

  it.each([
    ['DOWN', 'critical'],
    ['OUT_OF_SERVICE', 'critical'],
    ['UNKNOWN', 'unknown'],
  ] as const)('a component that is %s is %s', async (status, verdict) => {
    const { check } = await round({
      health: { read: ok(report({ redis: { status, details: {} } })) },
    })
    expect(check('redis').status).toBe(verdict)
  })

  it('does not take hidden components for healthy ones and says how to show them', async () => {
    const { check } = await round({
      health: { read: ok({ status: 'UP', components: {} }) },
      'health/db': { read: absent() },
    })
    expect(check('service').status).toBe('ok')
    for (const id of ['database', 'redis', 'rabbitmq'] as const) {
      expect(check(id).status).toBe('unknown')
      expect(check(id).reason?.ko).toContain('management.endpoint.health.show-details')
    }
  })

  it('is critical when it says DOWN and hides why', async () => {
    const { check } = await round({
      health: { read: ok({ status: 'DOWN', components: {} }) },
      'health/db': { read: absent() },
    })
    expect(check('service').status).toBe('critical')
  })

  it('leaves one component that is not reported unknown', async () => {
    const { customRabbitMQ: _left, ...others } = report().components
    const { check } = await round({ health: { read: ok({ status: 'UP', components: others }) } })
    expect(check('rabbitmq').status).toBe('unknown')
    expect(check('rabbitmq').reason?.ko).toContain('customRabbitMQ')
  })
})

describe('levels', () => {
  it('asks and shows only what the level needs', async () => {
    const one = await round({}, 1)
    expect(one.health.checks.map(({ id }) => id)).toEqual([
      'service',
      'database',
      'redis',
      'rabbitmq',
    ])
    expect(one.service.asked.sort()).toEqual([
      'health',
      'health/db',
      'metrics/hikaricp.connections.pending',
    ])
    const two = await round({}, 2)
    expect(two.health.checks.map(({ id }) => id).slice(4)).toEqual([
      'sales',
      'settlement',
      'latency',
    ])
    expect(two.service.asked).not.toContain('system')
  })

  it('shortens every deadline with the timeout setting', async () => {
    const { health } = await round(REDIS_HANGS, 3, { settings: { ...SETTINGS, timeoutMs: 500 } })
    expect(health.elapsedMs).toBeLessThanOrEqual(1010)
    expect(health.checks.find(({ id }) => id === 'redis')?.status).toBe('critical')
  })
})

describe('the number of requests to a healthy service', () => {
  it.each([
    ['one store', { ...SETTINGS }],
    ['two stores', { ...SETTINGS, stores: [STORE, '222-22-22222'] }],
    ['no store', { ...SETTINGS, stores: [] }],
    ['ten stores', { ...SETTINGS, stores: Array.from({ length: 10 }, (_, store) => `s-${store}`) }],
    ['two instances', { ...SETTINGS, instances: 2, stores: [STORE] }],
  ])('stays within 15 with %s', async (_name, settings) => {
    const { health, service } = await round({}, 3, { settings })
    expect(service.asked.length).toBeLessThanOrEqual(15)
    expect(
      health.checks.filter(({ id }) => id !== 'sales').every(({ status }) => status === 'ok'),
    ).toBe(true)
  })

  it('stays within 15 when it has just started and measured nothing', async () => {
    const { service } = await round({
      'metrics/http.server.requests': { read: absent() },
      summary: {
        read: ok({ settlementFailures: 0, settlementSuccesses: 0, sales: 0, salesAmount: 0 }),
      },
      'metrics/settlement.result.total': { read: meter({ COUNT: 0 }) },
    })
    expect(service.asked.length).toBeLessThanOrEqual(15)
  })
})

describe('watching', () => {
  it('never has two requests out on one path, and calls what is still out hanging', async () => {
    const clock = createFakeClock(NOW_MS)
    const service = createFakeService(clock, {
      ...REDIS_HANGS,
      'metrics/http.server.requests': {
        read: meter({ MAX: 9 }, { uri: ['/a', '/b', '/c', '/d'] }),
      },
      'metrics/http.server.requests?*': { afterMs: 50, read: meter({ MAX: 4 }) },
    })
    const ports: HealthPorts = { reader: service, clock, settings: SETTINGS, pathsOut: new Map() }
    for (let turn = 0; turn < 15; turn++) {
      const health = await clock.run(checkHealth(ports, 3))
      expect(health.checks.find(({ id }) => id === 'redis')?.status).toBe('critical')
      expect(health.checks.find(({ id }) => id === 'rabbitmq')?.status).toBe('ok')
      await clock.run(clock.sleep(10_000))
    }
    expect(service.crowding()).toBe(1)
    // 150 seconds of a path that hangs for 120: asked once, and once more after it had ended.
    expect(service.asked.filter((key) => key === 'health/redis').length).toBe(2)
    expect(service.asked.filter((key) => key === 'health').length).toBe(2)
  })
})
