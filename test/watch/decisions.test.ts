import { describe, expect, it } from 'vitest'
import type { RunHeader, RunStatus } from '../../src/core/journal.ts'
import type { NewWatchRequest, WatchRequest } from '../../src/core/watch-records.ts'
import type { Status } from '../../src/core/verdict.ts'
import { advanceWatch } from '../../src/watch/advance.ts'
import type { WatchPolicy } from '../../src/watch/policy.ts'
import type { Advance, WatchRound } from '../../src/watch/round.ts'
import { NEW_WATCH, parseWatchState, type WatchState } from '../../src/watch/state.ts'
import { POLICY, URL, at, checkOf } from './simulation.ts'

/** Rounds a minute apart, from 09:00 unless told otherwise. */
class Story {
  state: WatchState = NEW_WATCH
  atMs: number
  private requestId = 0
  readonly policy: WatchPolicy

  constructor(policy: Partial<WatchPolicy> = {}, from = at('09:00')) {
    this.policy = { ...POLICY, ...policy }
    this.atMs = from
  }

  round(statuses: Readonly<Record<string, Status>>, more: Partial<WatchRound> = {}): Advance {
    const levels: Readonly<Record<string, number>> = {
      sales: 2,
      settlement: 2,
      latency: 2,
      disk: 3,
    }
    const advance = advanceWatch(
      this.state,
      {
        atMs: this.atMs,
        service: URL,
        checks: Object.entries(statuses).map(([id, status]) =>
          checkOf(id, levels[id] ?? 1, status),
        ),
        commandLine: (words) => `${words.join(' ')} --url ${URL}`,
        ...more,
      },
      this.policy,
    )
    // Through the journal and back: what a restart would see.
    this.state = parseWatchState(JSON.parse(JSON.stringify(advance.state))) ?? NEW_WATCH
    this.atMs += 60_000
    return advance
  }

  /** `slack opened`, … of one round. */
  told(statuses: Readonly<Record<string, Status>>, more: Partial<WatchRound> = {}): string[] {
    return this.round(statuses, more).notices.map(
      ({ channel, notice }) => `${channel} ${notice.event}`,
    )
  }

  ask(request: Omit<NewWatchRequest, 'atMs' | 'by'> & Record<string, unknown>): WatchRequest {
    this.requestId++
    return { id: this.requestId, atMs: this.atMs, by: '김운영', ...request } as WatchRequest
  }
}

const CRITICAL = ['slack opened', 'pagerduty opened']

describe('when a state is believed', () => {
  it('a critical level 1 at once, everything else at the second time', () => {
    expect(new Story().told({ redis: 'critical' })).toEqual(CRITICAL)
    const warning = new Story()
    expect(warning.told({ redis: 'warning' })).toEqual([])
    expect(warning.told({ redis: 'warning' })).toEqual(['slack opened'])
    const business = new Story()
    expect(business.told({ settlement: 'critical' })).toEqual([])
    expect(business.told({ settlement: 'critical' })).toEqual(CRITICAL)
  })

  it('is over at the second good answer in a row', () => {
    const story = new Story()
    story.round({ redis: 'critical' })
    expect(story.told({ redis: 'ok' })).toEqual([])
    expect(story.told({ redis: 'critical' })).toEqual([])
    expect(story.told({ redis: 'ok' })).toEqual([])
    expect(story.told({ redis: 'ok' })).toEqual(['slack recovered', 'pagerduty recovered'])
  })

  it('an answer that is no evidence neither counts nor ends anything', () => {
    const story = new Story()
    story.round({ redis: 'critical' })
    for (let round = 0; round < 10; round++) expect(story.told({ redis: 'unknown' })).toEqual([])
    story.round({ redis: 'ok' })
    expect(story.told({ redis: 'unknown' })).toEqual([])
    expect(story.state.incidents).toHaveLength(1)
  })

  it('turns worse where it was told, and reaches who had not to know before', () => {
    const story = new Story()
    story.round({ redis: 'warning' })
    story.round({ redis: 'warning' })
    expect(story.told({ redis: 'critical' })).toEqual(['slack changed', 'pagerduty opened'])
    story.round({ redis: 'warning' })
    expect(story.told({ redis: 'warning' })).toEqual(['slack changed', 'pagerduty changed'])
  })
})

describe('what flaps', () => {
  const turn = (story: Story, from: number, rounds: number): string[] =>
    Array.from({ length: rounds }, (_, index) => index + from).flatMap((round) =>
      story.told({ redis: round % 2 === 0 ? 'critical' : 'ok' }),
    )

  it('is said once, kept open, and told again only when it is steady', () => {
    const story = new Story()
    expect(turn(story, 0, 30)).toEqual([...CRITICAL, 'slack flapping', 'pagerduty flapping'])
    const bad: string[] = []
    for (let round = 0; round < 9; round++) bad.push(...story.told({ redis: 'critical' }))
    expect(bad).toEqual(['slack changed', 'pagerduty changed'])
    story.round({ redis: 'ok' })
    expect(story.told({ redis: 'ok' })).toEqual(['slack recovered', 'pagerduty recovered'])
    // What it did before is forgotten: the next trouble is an ordinary one.
    const { notices } = story.round({ redis: 'critical' })
    expect(notices[0]?.notice.title).toBe('[위험] redis 응답 없음')
  })
})

describe('a cause', () => {
  it('holds back its symptoms, and lets them go when it is over', () => {
    const story = new Story()
    expect(story.told({ database: 'critical', sales: 'critical' })).toEqual(CRITICAL)
    for (let round = 0; round < 5; round++) {
      expect(story.told({ database: 'critical', sales: 'critical' })).toEqual([])
    }
    expect(story.told({ database: 'ok', sales: 'critical' })).toEqual([])
    expect(story.told({ database: 'ok', sales: 'critical' }).toSorted()).toEqual(
      [...CRITICAL, 'slack recovered', 'pagerduty recovered'].toSorted(),
    )
  })

  it('names what it holds back', () => {
    const { notices } = new Story().round({ database: 'critical', sales: 'critical' })
    expect(notices[0]?.notice.evidence.join('\n')).toContain('함께 보류한 증상: sales')
  })

  it('that is silent explains why nothing else is known', () => {
    const story = new Story()
    const unknown: Record<string, Status> = {
      service: 'unknown',
      redis: 'unknown',
      sales: 'unknown',
    }
    const told: string[] = []
    for (let minute = 0; minute <= 20; minute++) told.push(...story.told(unknown))
    expect(told).toEqual(CRITICAL)
    expect(story.state.incidents[0]).toMatchObject({ check: 'service', kind: 'no_evidence' })
  })
})

describe('who is told', () => {
  it('is a matter of severity and check', () => {
    const routes = { disk: ['pagerduty'], critical: ['pagerduty'] } as const
    const story = new Story({ routes })
    expect(story.told({ redis: 'critical', disk: 'warning' })).toEqual(['pagerduty opened'])
    expect(story.told({ redis: 'critical', disk: 'warning' })).toEqual(['pagerduty opened'])
  })

  it('hears a warning of the night in the morning, if it is still so', () => {
    const quietHours = { from: '22:00', until: '07:00' }
    const story = new Story({ quietHours }, at('06:55'))
    story.round({ redis: 'warning' })
    const { changes } = story.round({ redis: 'warning' })
    expect(changes[0]).toMatchObject({ event: 'opened', channels: [], muted: 'quiet_hours' })
    for (let minute = 57; minute < 60; minute++)
      expect(story.told({ redis: 'warning' })).toEqual([])
    expect(story.told({ redis: 'warning' })).toEqual(['slack opened'])
    expect(new Story({ quietHours }, at('23:00')).told({ redis: 'critical' })).toEqual(CRITICAL)
  })

  it.each([
    ['a window of every day', { maintenance: [{ from: '08:30', until: '09:03' }] }],
    ['a window by weekday', { maintenance: [{ weekdays: [2], from: '08:00', until: '09:03' }] }],
    [
      'a window on a date',
      { maintenance: [{ date: '2026-11-24', from: '00:00', until: '09:03' }] },
    ],
    [
      'a window since yesterday',
      { maintenance: [{ weekdays: [1], from: '23:00', until: '09:03' }] },
    ],
  ] as [string, Partial<WatchPolicy>][])(
    '%s: measured, marked, not sent, and told after it when it goes on',
    (_name, policy) => {
      const story = new Story(policy)
      const { changes, notices } = story.round({ redis: 'critical' })
      expect(notices).toEqual([])
      expect(changes[0]).toMatchObject({ event: 'opened', muted: 'maintenance' })
      story.round({ redis: 'critical' })
      story.round({ redis: 'critical' })
      expect(story.told({ redis: 'critical' })).toEqual(CRITICAL)
    },
  )

  it('pages on a holiday too, as there are sales; only warnings wait for its end', () => {
    const story = new Story({ holidays: ['2026-11-24'] }, at('23:56'))
    expect(story.told({ redis: 'critical', latency: 'warning' })).toEqual(CRITICAL)
    const { changes, notices } = story.round({ redis: 'critical', latency: 'warning' })
    expect(notices).toEqual([])
    expect(changes).toMatchObject([])
    story.round({ redis: 'ok', latency: 'warning' })
    expect(story.round({ redis: 'ok', latency: 'warning' }).changes).toMatchObject([
      { check: 'redis', event: 'recovered', channels: ['slack', 'pagerduty'] },
      { check: 'latency', event: 'opened', channels: [], muted: 'holiday' },
    ])
    // Midnight: the holiday is over, the warning is not.
    expect(story.told({ redis: 'ok', latency: 'warning' })).toEqual(['slack opened'])
  })

  it('hears nothing during works, not even of a critical, but of the end of what it was told', () => {
    const maintenance = [{ from: '09:01', until: '11:00' }]
    const story = new Story({ maintenance })
    expect(story.told({ redis: 'critical' })).toEqual(CRITICAL)
    story.round({ redis: 'critical' })
    expect(story.round({ redis: 'critical', database: 'critical' }).changes).toMatchObject([
      { check: 'database', muted: 'maintenance' },
    ])
    story.round({ redis: 'ok', database: 'ok' })
    expect(story.told({ redis: 'ok', database: 'ok' })).toEqual([
      'slack recovered',
      'pagerduty recovered',
    ])
  })

  it('may end works early', () => {
    const story = new Story()
    const begin = story.ask({ kind: 'maintenance', reason: 'DB 교체', untilMs: at('12:00') })
    expect(story.told({ redis: 'critical' }, { requests: [begin] })).toEqual([])
    const end = story.ask({ kind: 'maintenance', reason: '', untilMs: story.atMs })
    expect(story.told({ redis: 'critical' }, { requests: [end] })).toEqual(CRITICAL)
  })
})

describe('an acknowledgement', () => {
  it('stops reminders until its time runs out', () => {
    const story = new Story()
    story.round({ redis: 'critical' })
    const ack = story.ask({ kind: 'ack', check: 'redis', reason: '확인 중', untilMs: at('10:00') })
    expect(story.told({ redis: 'critical' }, { requests: [ack] })).toEqual([
      'slack acknowledged',
      'pagerduty acknowledged',
    ])
    const told: string[] = []
    while (story.atMs < at('10:00')) told.push(...story.told({ redis: 'critical' }))
    expect(told).toEqual([])
    expect(story.told({ redis: 'critical' })).toEqual(['slack reminded'])
  })

  it('of something that is not open is said, and told to nobody', () => {
    const story = new Story()
    const ack = story.ask({ kind: 'ack', check: 'disk', reason: '?', untilMs: at('10:00') })
    const { changes, notices } = story.round({ disk: 'ok' }, { requests: [ack] })
    expect([changes.map(({ event }) => event), notices]).toEqual([['unmatched'], []])
  })

  it('is given by whoever goes on with the prepared run', () => {
    const story = new Story()
    story.round({ redis: 'critical' })
    const [incident] = story.state.incidents
    if (incident === undefined) throw new Error('no incident')
    story.state = { ...story.state, incidents: [{ ...incident, run: '20261124-01' }] }
    const resumed = [{ run: '20261124-01', by: '박대응' }]
    const { notices } = story.round({ redis: 'critical' }, { resumed })
    expect(notices.map(({ notice }) => notice.event)).toEqual(['acknowledged', 'acknowledged'])
    expect(notices[0]?.notice.title).toContain('박대응')
    expect(story.told({ redis: 'critical' }, { resumed })).toEqual([])
  })
})

describe('a message', () => {
  it('holds what, since when, the evidence and the command that opens the playbook', () => {
    const { notices } = new Story().round({ redis: 'critical' })
    const [slack, pagerduty] = notices
    expect(slack?.notice).toMatchObject({
      title: '[위험] redis 응답 없음',
      evidence: ['응답 없음', '시작 09:00 · W20261124-01'],
      commands: ['mts playbook redis-trouble', `mts watch ack redis --reason <사유> --url ${URL}`],
      sinceMs: at('09:00'),
      dedupKey: 'mts/service.test:8080/redis-trouble/W20261124-01',
    })
    expect(pagerduty?.notice.dedupKey).toBe(slack?.notice.dedupKey)
  })
})

describe('runs of playbooks', () => {
  const header = (run: string, status: RunStatus): RunHeader => ({
    run,
    kind: 'playbook',
    subject: 'settlement-failure',
    url: URL,
    operator: 'tester',
    startedAtMs: 0,
    status,
  })

  it('are told when they start, wait and end; what was there before is no news', () => {
    const story = new Story({ tellRuns: true })
    expect(story.told({}, { runs: [header('20261123-01', 'waiting')] })).toEqual([])
    const runs = (status: RunStatus) => ({ runs: [header('20261124-01', status)] })
    expect(story.round({}, runs('running')).notices[0]?.notice.title).toContain('시작')
    expect(story.told({}, runs('running'))).toEqual([])
    expect(story.round({}, runs('waiting')).notices[0]?.notice.commands[0]).toContain(
      'mts run resume 20261124-01',
    )
    expect(story.told({}, runs('succeeded'))).toEqual(['slack run'])
  })
})
