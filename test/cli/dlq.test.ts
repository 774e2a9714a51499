import { afterEach, describe, expect, it } from 'vitest'
import type { Metric, Service } from '../../src/core/service.ts'
import type { DeadLetterCounts } from '../../src/core/service.ts'
import type { Read } from '../../src/core/read.ts'
import { createFakeWorld } from '../support/ports.ts'
import type { FakeWorld } from '../support/ports.ts'

const worlds: FakeWorld[] = []

afterEach(() => {
  for (const world of worlds.splice(0)) world.dispose()
})

const META = { httpStatus: 200, latencyMs: 1 }

const ok = <T>(value: T): Read<T> => ({ kind: 'ok', value, meta: META })

const meter = (statistic: string, value: number): Read<Metric> =>
  ok({ name: 'x', baseUnit: null, measurements: { [statistic]: value }, tags: {} })

const unknown = (kind: 'unreachable' | 'service_error'): Read<never> => ({
  kind: 'unknown',
  failure: { kind, message: { ko: '실패', en: 'failed' } },
  latencyMs: 1,
})

const ABSENT: Read<never> = { kind: 'absent', meta: META }

function worldOf(
  counts: Read<DeadLetterCounts>,
  meters: Readonly<Record<string, Read<Metric>>> = {},
): FakeWorld {
  const service = {
    close: () => Promise.resolve(),
    deadLetterCounts: async () => counts,
    metric: async (name: string) => meters[name] ?? ABSENT,
  } as unknown as Service
  const world = createFakeWorld({ service })
  worlds.push(world)
  return world
}

const EMPTY = ok({ sales: 0, settlement: 0, notification: 0 })

describe('mts dlq', () => {
  it('counts what waits and what was rejected since the service started', async () => {
    const world = worldOf(ok({ sales: 2, settlement: 0, notification: 1 }), {
      'rabbitmq.rejected': meter('COUNT', 3),
      'process.start.time': meter('VALUE', Date.parse('2026-11-23T18:00:00+09:00') / 1000),
    })
    const result = await world.mts('dlq', '-o', 'json')
    expect(result.code).toBe(0)
    expect(result.json()).toMatchObject({
      kind: 'DeadLetters',
      queues: [
        { name: 'dlq.sales', messages: 2 },
        { name: 'dlq.settlement', messages: 0 },
        { name: 'dlq.notification', messages: 1 },
      ],
      rejected: { status: 'known', count: 3, since: '2026-11-23T18:00:00+09:00' },
    })
    expect((await world.mts('dlq')).stdout.split('\n')[0]).toMatch(/^적체 +dlq\.sales +2건/)
  })

  it('always says that an empty queue proves nothing', async () => {
    for (const lang of ['ko', 'en']) {
      for (const more of [[], ['-o', 'json']]) {
        const { stdout } = await worldOf(EMPTY).mts('dlq', '--lang', lang, ...more)
        const words = stdout.replace(/\s+/g, ' ')
        expect(words).toContain(
          lang === 'ko' ? '유실이 없다는 뜻은 아닙니다' : 'does not mean that nothing was lost',
        )
      }
    }
  })

  it('takes a meter that is not there or cannot be read for unknown, not for 0', async () => {
    const absent = await worldOf(EMPTY).mts('dlq', '-o', 'json')
    expect(absent.json()['rejected']).toMatchObject({ status: 'unknown' })
    const unread = await worldOf(EMPTY, { 'rabbitmq.rejected': unknown('unreachable') }).mts(
      'dlq',
      '-o',
      'json',
    )
    expect(unread.json()['rejected']).toEqual({ status: 'unknown', reason: '실패' })
  })

  it('ends 69 when the service cannot be reached, 3 when RabbitMQ is down behind it', async () => {
    expect((await worldOf(unknown('unreachable')).mts('dlq')).code).toBe(69)
    expect((await worldOf(unknown('service_error')).mts('dlq')).code).toBe(3)
  })
})
