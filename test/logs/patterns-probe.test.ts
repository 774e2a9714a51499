import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { ServiceReader } from '../../src/core/service.ts'
import { createLogPatternProbe } from '../../src/health/log-pattern-probe.ts'
import { createServiceClient } from '../../src/service/client.ts'
import { createFakeClock, createFakeWorld, type FakeWorld } from '../support/ports.ts'
import { line, lines } from './mined.ts'

const worlds: FakeWorld[] = []
afterEach(() => {
  for (const world of worlds.splice(0)) world.dispose()
})

const CHECKLIST = `
apiVersion: mts/v1
kind: Checklist
id: daily
title: { ko: 점검, en: Check }
version: 1.0.0
owner: test
steps:
  - id: errors
    title: { ko: 오류, en: Errors }
    type: probe
    probe: log.patterns
    successCondition: value.class == "none"
    warningCondition: value.class != "none"
`

const TUESDAY = '2026-11-24T09:00:00+09:00'
const WEDNESDAY = '2026-11-25T09:00:00+09:00'

/** A service at ease writes a line every ten minutes, from midnight to nine. */
const calm = (date: string): readonly string[] =>
  Array.from({ length: 54 }, (_unused, index) => {
    const [hour, minute] = [Math.floor(index / 6), (index % 6) * 10]
    const time = `0${hour}:${String(minute).padStart(2, '0')}:00.000`
    return line('Publishing SaleCreatedEvent', { date, time })
  })
const failed = (date: string): string =>
  line('일일 정산 배치 실패', { date, time: '02:00:01.000', level: 'ERROR' })
const lonely = (date: string): string =>
  line('Cannot reach van gateway', { date, time: '05:00:00.000', level: 'ERROR' })

function open(log: string, now = TUESDAY): { world: FakeWorld; clock: { set(at: string): void } } {
  const clock = createFakeClock(now)
  const world = createFakeWorld({
    clock,
    env: { MTS_URL: 'http://127.0.0.1:1', MTS_LOG: 'service.log' },
    files: {
      'service.log': log,
      'config/book/daily.yaml': CHECKLIST,
      'config/config.yaml': 'playbooks: [book]\n',
    },
    service: (settings, port) => createServiceClient(settings, port),
  })
  worlds.push(world)
  return { world, clock }
}

interface Item {
  readonly status: string
  readonly observed: string
  readonly evidence: { readonly value: Record<string, unknown> }
}

async function checked(world: FakeWorld): Promise<Item> {
  const done = await world.mts('checklist', 'daily', '-o', 'json')
  const [item] = done.json()['items'] as Item[]
  if (item?.evidence === undefined) throw new Error(done.stdout)
  return item
}

describe('the patterns of the log in a checklist', () => {
  it('name what is wrong and its playbook; the first day has nothing to compare with', async () => {
    const { world } = open(lines(...calm('2026-11-24'), failed('2026-11-24')))
    const item = await checked(world)
    expect(item.status).toBe('warning')
    expect(item.observed).toContain('비교 기준 없음')
    expect(item.observed).toContain('일일 정산 배치 실패 1건(02:00)')
    expect(item.evidence.value).toMatchObject({
      source: 'log',
      class: 'not_compared',
      errors: 1,
      newCount: null,
      known: ['batch-failed'],
      playbooks: ['settlement-failure'],
      ordinaryEvents: 54,
    })
  })

  it('are the next day’s baseline: what was there is no news, what was not is new', async () => {
    const { world, clock } = open(lines(...calm('2026-11-24'), failed('2026-11-24')))
    await checked(world)
    clock.set(WEDNESDAY)
    const next = [...calm('2026-11-25'), failed('2026-11-25')]
    writeFileSync(join(world.home, 'service.log'), lines(...next))
    const same = await checked(world)
    expect(same.evidence.value).toMatchObject({ class: 'same', newCount: 0, grownCount: 0 })
    expect(same.evidence.value['baseline']).toMatch(/^daily 11\/24\(20261124-\d+\)$/)
    expect(same.observed).toContain('신규 없음')

    // Observed anew on the same day, it is still held against the day before.
    writeFileSync(join(world.home, 'service.log'), lines(...next, lonely('2026-11-25')))
    const item = await checked(world)
    expect(item.evidence.value).toMatchObject({ class: 'new', newCount: 1 })
    expect(item.observed).toContain('신규 1종')
    expect(item.observed).toContain('Cannot reach van gateway')
    const again = await checked(world)
    expect(again.evidence.value).toMatchObject({ class: 'new', newCount: 1 })
    expect(again.evidence.value['baseline']).toBe(item.evidence.value['baseline'])
  })

  it('tell what is gone, and that nothing is wrong', async () => {
    const burst = Array.from({ length: 200 }, () => lonely('2026-11-24'))
    const { world, clock } = open(lines(...calm('2026-11-24'), ...burst))
    await checked(world)
    clock.set(WEDNESDAY)
    writeFileSync(join(world.home, 'service.log'), lines(...calm('2026-11-25')))
    const item = await checked(world)
    expect(item.status).toBe('pass')
    expect(item.evidence.value).toMatchObject({ class: 'none', goneCount: 1, errors: 0 })
  })

  it('are not known from a log that has stopped, is missing, or carries no times', async () => {
    for (const [log, words] of [
      [lines(failed('2026-11-21')), '2026-11-21 02:00 이후 기록되지 않음'],
      ['', '비어 있거나'],
      ['hello\n', '비어 있거나'],
    ] as const) {
      const { world } = open(log)
      const done = await world.mts('checklist', 'daily', '-o', 'json')
      expect(done.code).toBe(3)
      expect(done.stdout).toContain(words)
    }
  })

  it('hold what `--compare daily` compares with, from the moment of the checklist on', async () => {
    const { world, clock } = open(lines(...calm('2026-11-24'), failed('2026-11-24')))
    const none = await world.mts('logs', 'patterns', '--compare', 'daily', '-o', 'json')
    expect([none.code, none.json()['code']]).toEqual([66, 'NOT_FOUND'])

    await checked(world)
    clock.set('2026-11-24T12:00:00+09:00')
    writeFileSync(
      join(world.home, 'service.log'),
      lines(
        ...calm('2026-11-24'),
        failed('2026-11-24'),
        line('Disk is odd', { date: '2026-11-24', time: '11:00:00.000', level: 'ERROR' }),
        line('Publishing SaleCreatedEvent', { date: '2026-11-24', time: '11:01:00.000' }),
      ),
    )
    const { code, json } = await world.mts('logs', 'patterns', '--compare', 'daily', '-o', 'json')
    expect(code).toBe(0)
    const value = json() as unknown as {
      events: number
      patterns: { template: string; change: { kind: string } }[]
    }
    // Neither the morning's failure nor the ordinary line, which the checklist did not keep, is new.
    expect(value.events).toBe(2)
    expect(
      value.patterns.filter(({ change }) => change.kind === 'new').map(({ template }) => template),
    ).toEqual(['Disk is odd'])
  })

  it('are saved by `--level warn -o json` without making yesterday’s talk look new', async () => {
    const { world } = open(lines(...calm('2026-11-24'), failed('2026-11-24')))
    const saved = await world.mts('logs', 'patterns', '--level', 'warn', '-o', 'json')
    writeFileSync(join(world.home, 'base.json'), saved.stdout)
    const { json } = await world.mts('logs', 'patterns', '--compare', 'base.json', '-o', 'json')
    expect(json()['comparison']).toMatchObject({ new: 0, grown: 0, gone: 0 })
    const patterns = json()['patterns'] as { change: { kind: string } }[]
    expect(patterns.map(({ change }) => change.kind)).toEqual(['same', 'same'])
  })
})

describe('without a log', () => {
  it('the meter counts since the start, and nothing is said of patterns', async () => {
    const counts: Readonly<Record<string, number>> = { 'logback.events': 20, 'process.uptime': 60 }
    const reader = {
      metric: async (name: string) => ({
        kind: 'ok',
        value: { name, measurements: { COUNT: counts[name], VALUE: counts[name] } },
      }),
      metricsSummary: async () => ({ kind: 'ok', value: { sales: 2 } }),
    } as unknown as ServiceReader
    const probe = createLogPatternProbe({ reader })
    const seen = await probe.observe(
      { hours: 24, compare: true },
      { clock: createFakeClock(), signal: new AbortController().signal },
    )
    expect(seen).toMatchObject({
      kind: 'observed',
      value: { source: 'meter', class: 'counted', errors: 6, newCount: null, patterns: [] },
    })
    expect(probe.outputs.safeParse(seen.kind === 'observed' ? seen.value : {}).success).toBe(true)
  })
})
