import { afterEach, describe, expect, it } from 'vitest'
import { createSystemClock } from '../../src/cli/clock.ts'
import type { Clock } from '../../src/core/clock.ts'
import type { Service } from '../../src/core/service.ts'
import { DEMO_STORES, createDemo, type Demo } from '../../src/demo/demo.ts'
import { DEMO_TOKEN } from '../../src/demo/faults.ts'
import { listenDemo } from '../../src/demo/listen.ts'
import { checkHealth } from '../../src/health/check-health.ts'
import { CHECK_LEVELS, type CheckId, type Health } from '../../src/health/health.ts'
import type { HealthSettings } from '../../src/health/observations.ts'
import { createServiceClient } from '../../src/service/client.ts'
import { NOW_MS, SETTINGS } from './fake-service.ts'

/** Real time that begins at a fixed moment, so that no verdict hangs on when the tests run. */
function createShiftedClock(): Clock {
  const clock = createSystemClock()
  const startMs = clock.monotonicMs()
  return { ...clock, now: () => NOW_MS + clock.monotonicMs() - startMs }
}

const open: { close(): Promise<void> }[] = []

afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

interface Visit {
  readonly demo: Demo
  readonly service: Service
  health(settings?: Partial<HealthSettings>): Promise<Health>
}

async function visit(
  faults: readonly string[],
  options: { timeScale?: number; headers?: Record<string, string>; historyDays?: number } = {},
): Promise<Visit> {
  const clock = createShiftedClock()
  const demo = createDemo({
    clock,
    faults,
    timeScale: options.timeScale ?? 1,
    ...(options.historyDays === undefined ? {} : { historyDays: options.historyDays }),
  })
  const listening = await listenDemo(demo)
  const service = await createServiceClient(
    { url: listening.url, headers: options.headers ?? {} },
    clock,
  )
  open.push(service, listening)
  const stores = DEMO_STORES.map(({ businessNumber }) => businessNumber)
  return {
    demo,
    service,
    health: (settings) =>
      checkHealth({ reader: service, clock, settings: { ...SETTINGS, stores, ...settings } }, 3),
  }
}

const ALL_CHECKS = Object.keys(CHECK_LEVELS)

function troubled(health: Health): Partial<Record<CheckId, string>> {
  return Object.fromEntries(
    health.checks.filter(({ status }) => status !== 'ok').map(({ id, status }) => [id, status]),
  )
}

describe('the demo service', () => {
  it('healthy: every check is ok, with at most 15 requests', async () => {
    const { demo, health } = await visit([])
    const seen = await health()
    expect(troubled(seen)).toEqual({})
    expect(seen.checks.length).toBe(10)
    expect(demo.requests.length).toBeLessThanOrEqual(15)
    expect(demo.requests.every(({ method }) => method === 'GET')).toBe(true)
    expect(seen.checks.find(({ id }) => id === 'sales')?.observed).toBeGreaterThan(0)
  })

  it('without stores: sales are unknown, with the cure, and all else is ok', async () => {
    const { demo, health } = await visit([])
    const seen = await health({ stores: [] })
    expect(troubled(seen)).toEqual({ sales: 'unknown' })
    expect(demo.requests.length).toBeLessThanOrEqual(15)
  })

  it.each([
    ['redis-down', { redis: 'critical' }],
    ['db-hang', { database: 'critical', sales: 'unknown', settlement: 'unknown' }],
  ])(
    '%s: the dependency is named in time, what needs it unknown, the rest ok',
    async (fault, wrong) => {
      const { health } = await visit([fault])
      const seen = await health({ timeoutMs: 400 })
      expect(troubled(seen)).toEqual(wrong)
      expect(seen.elapsedMs).toBeLessThan(2000)
      expect(seen.checks.find(({ status }) => status === 'critical')?.reason?.ko).toContain(
        '응답 없음',
      )
    },
  )

  it('redis-hang within the real deadlines: done in about three seconds', async () => {
    const { health } = await visit(['redis-hang'])
    const seen = await health()
    expect(troubled(seen)).toEqual({ redis: 'critical' })
    expect(seen.elapsedMs).toBeLessThan(4000)
  })

  it('pool-exhausted: the full pool is named and latency is not believed', async () => {
    const { health } = await visit(['pool-exhausted'])
    const seen = await health({ timeoutMs: 400 })
    expect(troubled(seen)).toEqual({
      database: 'critical',
      sales: 'unknown',
      settlement: 'unknown',
      latency: 'unknown',
    })
    expect(seen.checks.find(({ id }) => id === 'database')?.reason?.ko).toContain('10/10')
  })

  it.each([
    ['rabbit-down', { rabbitmq: 'critical' }],
    ['failed-batch-linked', { settlement: 'critical' }],
    ['failed-batch-empty', { settlement: 'critical' }],
    ['missing-batch', { settlement: 'critical' }],
    ['no-sales', { sales: 'critical' }],
    ['high-memory', { 'jvm-memory': 'warning' }],
    ['slow', { latency: 'warning' }],
    ['auth', Object.fromEntries(ALL_CHECKS.map((id) => [id, 'unknown']))],
  ] as [string, Partial<Record<CheckId, string>>][])(
    '%s: that and nothing else',
    async (fault, wrong) => {
      const { health } = await visit([fault], { timeScale: 0.2 })
      const seen = await health()
      expect(troubled(seen)).toEqual(wrong)
    },
  )

  it('auth with the token: every check is ok', async () => {
    const { health } = await visit(['auth'], {
      headers: { authorization: `Bearer ${DEMO_TOKEN}` },
    })
    expect(troubled(await health())).toEqual({})
  })

  it('as new as a fresh installation: nothing is taken for fine that has not happened yet', async () => {
    const { health } = await visit([], { historyDays: 0 })
    const seen = await health()
    expect(troubled(seen)).toMatchObject({ settlement: 'critical', sales: 'critical' })
  })

  it('gone: the service is critical, the rest unknown', async () => {
    const { url } = (await visit([])).service
    for (const each of open.splice(0)) await each.close()
    const clock = createShiftedClock()
    const client = await createServiceClient({ url, headers: {} }, clock)
    open.push(client)
    const seen = await checkHealth({ reader: client, clock, settings: SETTINGS }, 3)
    expect(troubled(seen)).toEqual({
      ...Object.fromEntries(ALL_CHECKS.map((id) => [id, 'unknown'])),
      service: 'critical',
    })
    expect(seen.checks[0]?.reason?.ko).toContain('ECONNREFUSED')
  })
})
