import { describe, expect, it } from 'vitest'
import type { RunHeader, StoredEvent } from '../../src/core/journal.ts'
import type { Notice } from '../../src/core/notice.ts'
import type { SettlementRecord } from '../../src/core/service.ts'
import type { RunState, StepState } from '../../src/playbook/run-state.ts'
import { evidenceOf } from '../../src/report/evidence.ts'
import { followUpsOf } from '../../src/report/follow-ups.ts'
import { milestonesOf } from '../../src/report/milestones.ts'
import { plainReport } from '../../src/report/plain.ts'
import { meterCharts } from '../../src/report/sample-charts.ts'
import { timelineOf } from '../../src/report/timeline.ts'
import { watchedIncidentOf } from '../../src/report/watched-incident.ts'

const at = (time: string): number => Date.parse(`2026-11-24T${time}+09:00`)

const record: SettlementRecord = {
  id: 8,
  date: '2026-11-23',
  status: 'FAILED',
  totalAmount: '60000',
  totalFee: '0',
  netAmount: '60000',
  transactionCount: 3,
  note: null,
  createdAt: '2026-11-24T02:00:00',
  completedAt: '2026-11-24T02:00:00',
  holdsSales: 'yes',
  bodyIntact: false,
}

const header: RunHeader = {
  run: '20261124-01',
  kind: 'playbook',
  subject: 'settlement-failure',
  url: 'http://a',
  operator: 'kim',
  startedAtMs: at('03:00:00'),
  status: 'running',
}

function saw(seen: SettlementRecord): StoredEvent {
  return {
    kind: 'probeObserved',
    step: 'settlement',
    run: header.run,
    seq: 2,
    atMs: at('03:00:01'),
    hash: '',
    data: {
      observation: {
        kind: 'observed',
        value: { record: seen },
        summary: { ko: '', en: '' },
        source: '/x',
      },
    },
  }
}

describe('the models of reports', () => {
  it('begin an incident with the oldest failed record, and never after it was noticed', () => {
    const onset = (...seen: SettlementRecord[]) =>
      milestonesOf(header, seen.map(saw), undefined).find(({ id }) => id === 'onset')?.at
    const later = { ...record, completedAt: '2026-11-24T03:30:00' }
    expect(onset(record)).toBe('2026-11-24T02:00:00+09:00')
    expect(onset(later)).toBeUndefined()
    expect(onset(later, record)).toBe('2026-11-24T02:00:00+09:00')
    expect(onset({ ...record, status: 'COMPLETED' })).toBeUndefined()
    expect(onset({ ...record, completedAt: null, createdAt: null })).toBeUndefined()
  })

  it('take from the watch when it was noticed and taken up, of the incident this run was begun for', () => {
    const notice = (
      event: Notice['event'],
      time: string,
      incident = 'W20261124-01',
      playbook = 'settlement-failure',
    ) => ({
      url: 'http://a',
      notice: {
        event,
        severity: 'critical',
        title: '',
        evidence: [],
        commands: [],
        service: 'http://a',
        atMs: at(time),
        incident,
        dedupKey: `mts/a:8080/${playbook}/${incident}`,
      } satisfies Notice,
    })
    const told = [
      notice('acknowledged', '02:50:00'),
      notice('opened', '02:31:00'),
      notice('opened', '02:30:00'),
      // Over before the run, of another playbook, and after the run was begun.
      notice('opened', '01:00:00', 'W20261124-02'),
      notice('recovered', '01:10:00', 'W20261124-02'),
      notice('opened', '02:55:00', 'W20261124-03', 'dependency-outage'),
      notice('opened', '03:10:00', 'W20261124-04'),
    ]
    const timesOf = (...more: ReturnType<typeof notice>[]) => {
      const watched = watchedIncidentOf([...told, ...more], header)
      return milestonesOf(header, [saw(record)], undefined, watched).map(
        ({ id, at: time, afterMs }) => `${id} ${time?.slice(11, 16) ?? '-'} ${afterMs ?? ''}`,
      )
    }
    expect(timesOf()).toEqual([
      'onset 02:00 ',
      'noticed 02:30 1800000',
      'acknowledged 02:50 3000000',
      'mitigated - ',
      'resolved - ',
    ])
    expect(timesOf(notice('recovered', '04:00:00')).at(-1)).toBe('resolved 04:00 7200000')
    expect(watchedIncidentOf(told, { ...header, url: 'http://b' })).toBeUndefined()
  })

  it('keep open what was not seen, not decided, or skipped by a person, and nothing else', () => {
    const statuses: readonly (readonly [string, Partial<StepState>])[] = [
      ['fine', { status: 'succeeded' }],
      ['undecided', { status: 'inconclusive' }],
      ['unseen', { status: 'unknown' }],
      ['skipped', { status: 'skipped', skippedBy: 'person' }],
      ['passed-over', { status: 'skipped', skippedBy: 'condition' }],
    ]
    const state = {
      run: header.run,
      document: {
        steps: statuses.map(([id]) => ({ id, type: 'probe', title: { ko: id, en: id } })),
        finally: [],
      },
      steps: Object.fromEntries(
        statuses.map(([id, own]) => [id, { reasons: [], notes: [], ...own }]),
      ),
    } as unknown as RunState
    expect(followUpsOf(state).map(({ kind, text }) => [kind, text.en.split(' (')[0]])).toEqual([
      ['unseen', 'not seen: undecided'],
      ['unseen', 'not seen: unseen'],
      ['skipped', 'skipped: skipped'],
    ])
  })

  it('hold no control character, no direction mark and no secret, however deep', () => {
    const nasty = 'a\u001b[2J\u202eb\nc password=hunter2'
    expect(plainReport({ a: [{ b: nasty }], n: 1, x: null })).toEqual({
      a: [{ b: 'a [2J b c password=***' }],
      n: 1,
      x: null,
    })
    const timeline = timelineOf({
      fromMs: at('00:00:00'),
      toMs: at('05:00:00'),
      url: 'http://a',
      runs: [],
      happenings: [],
      records: [{ ...record, note: nasty }],
      samples: [],
      others: [],
      sources: [],
      chain: { intact: true, events: 0, headHash: '0' },
    })
    expect(JSON.stringify(timeline)).not.toMatch(/hunter2|\\u001b|\u202e/)
  })

  it('show the scalars nearest to the top as evidence, and no more than a reader takes in', () => {
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${index}`, index]))
    const evidence = evidenceOf({ deep: many, status: 'ok', ratio: 0.123456, none: null })
    expect(evidence.length).toBeLessThanOrEqual(8)
    expect(evidence.slice(0, 2).map(({ label, value }) => `${label.en}=${value}`)).toEqual([
      'status=ok',
      'ratio=0.12',
    ])
  })

  it('draw a counter as its growth a minute, and a restart as a gap, not as a fall', () => {
    const sample = (minute: number, value: number, start: number) => ({
      atMs: at('02:00:00') + minute * 60_000,
      url: 'http://a',
      metric: 'sales.created.total',
      value,
      processStartMs: start,
    })
    const [chart] = meterCharts([
      sample(0, 10, 1),
      sample(2, 30, 1),
      sample(3, 5, 2),
      sample(4, 9, 2),
    ])
    expect(chart?.series[0]?.points.map(({ value }) => value)).toEqual([10, 4])
    expect(meterCharts([sample(0, 10, 1)])).toEqual([])
  })
})
