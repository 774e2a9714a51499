import { describe, expect, it, onTestFinished } from 'vitest'
import { createServiceClient } from '../../src/service/client.ts'
import { createShiftedClock } from '../playbook/engine/demo-world.ts'
import { answerOf, listen } from '../service/wire.ts'
import { createFakeWorld, type FakeWorld } from '../support/ports.ts'

const at = (time: string): number => Date.parse(`2026-11-24T${time}+09:00`)

async function worldWith(env: Record<string, string>): Promise<FakeWorld> {
  const { url } = await listen((_, socket) => socket.write(answerOf(200, '[]')))
  const world = createFakeWorld({
    clock: createShiftedClock('2026-11-24T09:00:00+09:00'),
    env: { MTS_URL: url, ...env },
    service: (settings, clock) => createServiceClient(settings, clock),
  })
  onTestFinished(() => world.dispose())
  return world
}

const alert = (name: string, points: readonly number[], labels: Record<string, string> = {}) => ({
  metric: {
    __name__: 'ALERTS',
    alertname: name,
    alertstate: 'firing',
    severity: 'critical',
    ...labels,
  },
  values: points.map((ms) => [ms / 1000, '1']),
})

async function prometheus(result: unknown): Promise<string> {
  const body = JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } })
  return (await listen((_, socket) => socket.write(answerOf(200, body)))).url
}

const every30s = (from: string, count: number): number[] =>
  Array.from({ length: count }, (_, index) => at(from) + index * 30_000)

describe('alerts in a timeline', () => {
  it('fire and end as Prometheus saw it, and what fires still has no end', async () => {
    const url = await prometheus([
      alert('RabbitMQDown', every30s('02:00:00', 9)),
      alert('HighSettlementFailureRate', every30s('02:10:00', 101)),
    ])
    const world = await worldWith({ MTS_PROMETHEUS_URL: url })
    const { code, json } = await world.mts(
      'timeline',
      '--from',
      '02:00',
      '--to',
      '03:00',
      '-o',
      'json',
    )
    expect(code).toBe(0)
    const entries = json()['entries'] as readonly {
      at: string
      code: string
      source: string
      text: string
    }[]
    expect(entries.map((entry) => [entry.at.slice(11, 19), entry.source, entry.code])).toEqual([
      ['02:00:00', 'alerts', 'ALERT_FIRING'],
      ['02:04:30', 'alerts', 'ALERT_ENDED'],
      ['02:10:00', 'alerts', 'ALERT_FIRING'],
    ])
    expect(entries[0]?.text).toContain('RabbitMQDown')
  })

  it('are told once where Alertmanager holds them too, and as words whatever their labels say', async () => {
    const hostile = '<script>\u202e\u001b[2J'
    const held = [
      {
        labels: { alertname: 'RabbitMQDown', severity: 'critical' },
        annotations: {},
        startsAt: '2026-11-23T17:00:05.000Z',
        endsAt: '2026-11-24T17:00:05.000Z',
        updatedAt: '2026-11-23T17:00:05.000Z',
        fingerprint: 'a',
        receivers: [{ name: 'ops' }],
        status: { state: 'active', silencedBy: [], inhibitedBy: [], mutedBy: [] },
      },
    ]
    const alertmanager = await listen((_, socket) =>
      socket.write(answerOf(200, JSON.stringify(held))),
    )
    const world = await worldWith({
      MTS_PROMETHEUS_URL: await prometheus([
        alert('RabbitMQDown', every30s('02:00:00', 200)),
        alert(hostile, every30s('02:30:00', 200)),
      ]),
      MTS_ALERTMANAGER_URL: alertmanager.url,
    })
    const { code, stdout } = await world.mts('timeline', '--from', '02:00', '--to', '03:00')
    expect(code).toBe(0)
    expect(stdout.match(/RabbitMQDown/g)).toHaveLength(1)
    expect(stdout).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u)
  })

  it('cannot be told when the server cannot be reached: said, and 3', async () => {
    const world = await worldWith({ MTS_PROMETHEUS_URL: 'http://127.0.0.1:9' })
    const { code, stdout } = await world.mts('timeline')
    expect(code).toBe(3)
    expect(stdout).toMatch(/확인 불가 경보:/)
  })
})

describe('what mts watch has measured', () => {
  it('tells a restart that no log speaks of', async () => {
    const world = await worldWith({})
    const journal = await world.ports.openJournal(
      `${world.ports.directories.state}/journal.db`,
      world.ports.clock,
    )
    const url = world.ports.env['MTS_URL'] ?? ''
    const sample = (time: string, start: string) => ({
      atMs: at(time),
      url,
      metric: 'system.cpu.usage',
      value: 0.1,
      processStartMs: at(start),
    })
    journal.addSamples([
      sample('02:00:00', '01:00:00'),
      sample('02:01:00', '01:00:00'),
      sample('02:05:00', '02:03:20'),
    ])
    journal.close()
    const { json } = await world.mts('timeline', '--from', '02:00', '--to', '03:00', '-o', 'json')
    expect(json()['entries']).toMatchObject([
      { at: '2026-11-24T02:03:20+09:00', source: 'samples', code: 'RESTARTED' },
    ])
  })
})
