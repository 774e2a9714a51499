import { afterEach, describe, expect, it } from 'vitest'
import type { Level } from '../../src/health/health.ts'
import {
  URL,
  at,
  createSimulation,
  linesOf,
  scripted,
  type Simulation,
  type Spell,
} from './simulation.ts'

const open: Simulation[] = []

afterEach(() => {
  for (const simulation of open.splice(0)) simulation.dispose()
})

/** Bad at every third minute of half an hour. */
const FLAPS: readonly Spell[] = Array.from({ length: 10 }, (_, turn) => {
  const minute = turn * 3
  const clock = (value: number): string => `08:${String(value).padStart(2, '0')}`
  return {
    check: 'database',
    from: clock(minute),
    until: clock(minute + 1),
    status: 'critical',
  } as const
})

const SPELLS: readonly Spell[] = [
  // Redis hangs; sales suffer from it.
  { check: 'redis', from: '01:10', until: '01:22', status: 'critical' },
  { check: 'sales', from: '01:11', until: '01:22', status: 'critical' },
  // One bad answer is no state.
  { check: 'rabbitmq', from: '03:00', until: '03:01', status: 'warning' },
  { check: 'settlement', from: '04:00', until: '06:00', status: 'critical' },
  ...FLAPS,
  { check: 'redis', from: '09:58', until: '10:50', status: 'critical' },
  { check: 'database', from: '12:05', until: '12:10', status: 'critical' },
  { check: 'service', from: '14:00', until: '14:30', status: 'unknown' },
  { check: 'disk', from: '15:00', until: '16:30', status: 'warning' },
  { check: 'latency', from: '19:00', until: '19:30', status: 'warning' },
  { check: 'cpu', from: '22:30', until: '23:40', status: 'warning' },
]

describe('a day of watching', () => {
  it('tells exactly what there is to tell, once, in order', async () => {
    const script = scripted(SPELLS)
    const simulation = createSimulation({
      fast: true,
      startMs: at('00:00'),
      look: (level: Level, nowMs: number) => ({
        ...script(level, nowMs),
        ...(nowMs >= at('02:30') && nowMs < at('02:31')
          ? { settled: { date: '2026-11-23', count: 1234, amount: '45678900' } }
          : {}),
      }),
      // The look of 18:00 hangs: one mark is missed, the next one late.
      lookMs: (nowMs) => (nowMs === at('18:00') ? 130_000 : 40),
      // The network is away for an hour.
      answer: (nowMs) =>
        nowMs >= at('15:00') && nowMs < at('16:00')
          ? { kind: 'lost', reason: 'ENETUNREACH', sent: false }
          : undefined,
    })
    open.push(simulation)
    const { records } = simulation
    const policy = { quietHours: { from: '22:00', until: '07:00' } }

    await simulation.watchUntil(at('04:50') + 30_000, policy)
    const ack = { by: '김운영', reason: '개발팀 확인 중', untilMs: at('08:00') }
    records.request(URL, { kind: 'ack', check: 'settlement', atMs: at('04:50'), ...ack })
    await simulation.watchUntil(at('10:00') + 30_000, policy)
    await simulation.passUntil(at('10:40') + 30_000)
    await simulation.watchUntil(at('11:59') + 30_000, policy)
    const works = { by: '김운영', reason: 'DB 교체', untilMs: at('12:20') }
    records.request(URL, { kind: 'maintenance', atMs: at('12:00'), ...works })
    await simulation.watchUntil(at('23:59') + 30_000, policy)

    expect(linesOf(simulation.received)).toEqual([
      '01:10 slack [위험] redis 응답 없음',
      '01:10 pagerduty trigger W20261124-01',
      '01:23 slack [복구] redis 정상 · 13분 만에',
      '01:23 pagerduty resolve W20261124-01',
      '02:30 finance 정산 완료 11/23 · 1,234건 · 45,678,900원 · 매출과 대사 일치',
      '04:05 slack [위험] settlement 응답 없음',
      '04:05 pagerduty trigger W20261124-02',
      '04:35 slack [지속] settlement 35분째 · 응답 없음',
      // Taken over by the watch that starts after the one that was stopped.
      '04:51 slack [확인] settlement 김운영 대응 중',
      '04:51 pagerduty acknowledge W20261124-02',
      '06:05 slack [복구] settlement 정상 · 2시간 5분 만에',
      '06:05 pagerduty resolve W20261124-02',
      '08:00 slack [위험] database 응답 없음',
      '08:00 pagerduty trigger W20261124-03',
      '08:02 slack [복구] database 정상 · 2분 만에',
      '08:02 pagerduty resolve W20261124-03',
      '08:03 slack [위험] database 응답 없음',
      '08:03 pagerduty trigger W20261124-04',
      '08:05 slack [복구] database 정상 · 2분 만에',
      '08:05 pagerduty resolve W20261124-04',
      // The third time it is called flapping, and from then on only its end is told.
      '08:06 slack [위험] database 상태 불안정 · 정상과 이상을 반복',
      '08:06 pagerduty trigger W20261124-05',
      '08:35 slack [복구] database 정상 · 29분 만에',
      '08:35 pagerduty resolve W20261124-05',
      '09:58 slack [위험] redis 응답 없음',
      '09:58 pagerduty trigger W20261124-06',
      // Nobody watched; the outage went on, and is not told as a new one.
      '10:40 slack [감시 공백] 40분(10:00–10:40)',
      '10:40 slack [지속] redis 42분째 · 응답 없음',
      '10:51 pagerduty resolve W20261124-06',
      '10:51 slack [복구] redis 정상 · 53분 만에',
      '14:15 slack [위험] service 15분째 확인 불가 · 인증 거부(401)',
      '14:15 pagerduty trigger W20261124-08',
      '14:31 slack [확인 재개] service 정상 · 31분 만에',
      '14:31 pagerduty resolve W20261124-08',
      // Said at 15:30 and at 16:00, when the network was away.
      '16:03 slack [경고] disk 느림 (늦게 발송됨)',
      '16:03 slack [지속] disk 1시간째 · 느림',
      '16:30 slack [지속] disk 1시간 30분째 · 느림',
      '17:00 slack [복구] disk 정상 · 2시간 만에',
      '19:05 slack [경고] latency 느림',
      '19:35 slack [복구] latency 정상 · 35분 만에',
    ])
    // 1,440 marks, but for the 40 nobody watched and the one that was missed.
    expect(simulation.rounds()).toBe(1400)
    expect(simulation.missed).toEqual([[at('18:01')]])
    expect(records.pending()).toBe(0)
    const quiet = simulation.changes.filter(({ muted }) => muted !== undefined)
    expect(quiet.map(({ check, event, muted }) => [check, event, muted])).toEqual([
      ['database', 'opened', 'maintenance'],
      ['cpu', 'opened', 'quiet_hours'],
    ])
    const held = simulation.changes.filter(({ event }) => event === 'held')
    expect(held.map(({ check }) => check)).toEqual(['sales'])
  })
})
