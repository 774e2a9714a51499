/** What the log adds to triage: what it says of now calls for a playbook, what is over only adds. */
import { describe, expect, it } from 'vitest'
import { rankPlaybooks, verdictOf } from '../../src/triage/rank.ts'
import type { Evidence, LoggedPattern, Seen, Triage } from '../../src/triage/triage.ts'
import { shippedPlaybooks } from './shipped.ts'
import { visitDemo } from './demo-world.ts'

const playbooks = await shippedPlaybooks()
const words = (value: string) => ({ ko: value, en: value })

function logged(id: string, playbook: string, recent: boolean): LoggedPattern {
  return { id, playbook, recent, status: 'critical', message: words(id) }
}

function ranked(evidence: readonly Evidence[], log: readonly LoggedPattern[]) {
  const seen: Seen = {
    observedAt: '2026-11-24T14:30:00+09:00',
    evidence,
    alerts: [],
    logged: log,
    unseen: [],
  }
  return { triage: rankPlaybooks(seen, playbooks), seen }
}

const FAILED: Evidence = {
  id: 'settlement-record',
  status: 'critical',
  state: 'failed_holding_sales',
  message: words('FAILED'),
}
const RABBIT_WELL: Evidence = { id: 'rabbitmq', status: 'ok', message: words('ok') }
const RABBIT_DOWN: Evidence = {
  id: 'rabbitmq',
  status: 'critical',
  state: 'down',
  message: words('DOWN'),
}

describe('a pattern of the log', () => {
  it('of the last minutes calls for its playbook, however well a fresh look finds it', () => {
    const { triage } = ranked([RABBIT_WELL], [logged('rabbit', 'dependency-outage', true)])
    expect(triage.hypotheses).toMatchObject([
      { playbook: 'dependency-outage', contradicted: true, evidence: [{ id: 'log:rabbit' }] },
    ])
  })

  it('of before adds to what speaks for its playbook, and else is only told', () => {
    const night = [
      logged('batch', 'settlement-failure', false),
      logged('rabbit', 'dependency-outage', false),
    ]
    const { triage } = ranked([FAILED, RABBIT_WELL], night)
    expect(triage.hypotheses.map(({ playbook }) => playbook)).toEqual(['settlement-failure'])
    expect(triage.hypotheses[0]?.evidence.map(({ id }) => id)).toEqual([
      'settlement-record',
      'log:batch',
    ])
    expect(triage.earlier.map(({ playbook }) => playbook)).toEqual(['dependency-outage'])
    const alone = ranked([FAILED], []).triage.hypotheses[0]?.confidence ?? 1
    expect(triage.hypotheses[0]?.confidence).toBeGreaterThan(alone)
  })

  it('of before leaves a quiet day quiet', () => {
    const { triage, seen } = ranked([RABBIT_WELL], [logged('batch', 'settlement-failure', false)])
    expect(triage.hypotheses).toEqual([])
    expect(verdictOf(triage, seen)).toBe('ok')
  })

  it('stays a symptom under its cause', () => {
    const { triage } = ranked([RABBIT_DOWN], [logged('batch', 'settlement-failure', true)])
    expect(triage.hypotheses).toMatchObject([
      { playbook: 'dependency-outage' },
      { playbook: 'settlement-failure', explainedBy: ['rabbitmq'] },
    ])
  })

  it('for a playbook that is not there says nothing', () => {
    const { triage } = ranked([], [logged('x', 'gone', true), logged('y', 'gone', false)])
    expect(triage.hypotheses).toEqual([])
    expect(triage.earlier).toEqual([])
  })
})

const LOG = [
  '2026-11-24 02:00:01.100  INFO 77 --- [sched-1] c.o.t.BatchScheduler : === 일일 정산 배치 시작 ===',
  '2026-11-24 02:00:54.200 ERROR 77 --- [sched-1] c.o.t.BatchScheduler : === 일일 정산 배치 실패: 2026-11-23 ===',
  '2026-11-24 14:29:00.000  INFO 77 --- [http-1] c.o.t.SalesController : alive',
  '',
].join('\n')

async function triageWithLog(faults: readonly string[], ...argv: readonly string[]) {
  const { world, close } = await visitDemo(faults, { files: { 'service.log': LOG } })
  try {
    return await world.mts('triage', ...argv)
  } finally {
    await close()
  }
}

describe('mts triage --log', () => {
  it('corroborates a failed settlement by the batch that failed in the night', async () => {
    const { json } = await triageWithLog(
      ['failed-batch-linked'],
      '-o',
      'json',
      '--log',
      'service.log',
    )
    const { hypotheses } = json() as unknown as Triage
    expect(hypotheses[0]?.playbook).toBe('settlement-failure')
    const line = hypotheses[0]?.evidence.find(({ id }) => id === 'log:batch-failed')
    expect(line?.message).toContain('일일 정산 배치 실패 1건(02:00)')
  })

  it('on a quiet day tells what the night was like, and ends well', async () => {
    const { stdout, code } = await triageWithLog([], '--log', 'service.log')
    expect(stdout).toContain('지난 일  로그 일일 정산 배치 실패 1건(02:00)')
    expect(stdout).toContain('mts playbook settlement-failure')
    expect(code).toBe(0)
  })

  it('ends with 66 for a log that is not there, and with 3 where the configured one is not', async () => {
    expect((await triageWithLog([], '--log', 'gone.log')).code).toBe(66)
    const { world, close } = await visitDemo([], { env: { MTS_LOG: '/nowhere/service.log' } })
    try {
      const { code, json } = await world.mts('triage', '-o', 'json')
      const { unseen } = json() as unknown as Triage
      expect(unseen.find(({ id }) => id === 'log')?.message).toContain('ENOENT')
      expect(code).toBe(3)
    } finally {
      await close()
    }
  })
})
