import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EVIDENCE_IDS } from '../../src/playbook/evidence-ids.ts'
import { rankPlaybooks, verdictOf } from '../../src/triage/rank.ts'
import type { Evidence, FiringAlert, Seen } from '../../src/triage/triage.ts'
import { DEMO_FAULT_NAMES, type DemoFault } from '../../src/demo/faults.ts'
import { shippedPlaybooks } from './shipped.ts'

const playbooks = await shippedPlaybooks()

const words = (value: string) => ({ ko: value, en: value })

function evidence(id: Evidence['id'], status: Evidence['status'], state?: string): Evidence {
  return { id, status, message: words(id), ...(state === undefined ? {} : { state }) }
}

function seenOf(parts: readonly Evidence[], alerts: readonly FiringAlert[] = []): Seen {
  const others = EVIDENCE_IDS.filter((id) => !parts.some((part) => part.id === id))
  return {
    observedAt: '2026-11-24T14:30:00+09:00',
    evidence: [...parts, ...others.map((id) => evidence(id, 'ok'))],
    alerts,
    logged: [],
    unseen: [],
  }
}

function alert(name: string, severity = 'critical'): FiringAlert {
  return { name, labels: { alertname: name, severity }, annotations: {}, message: words(name) }
}

const order = (seen: Seen): readonly string[] =>
  rankPlaybooks(seen, playbooks).hypotheses.map(({ playbook }) => playbook)

/** What nothing can show, or hides all the rest from us. */
type Apart = 'auth' | 'lost-answer'

/** What each fault of the demo shows when nothing hides it. */
const SHOWN: Readonly<Record<Exclude<DemoFault, Apart>, readonly Evidence[]>> = {
  'redis-down': [evidence('redis', 'critical', 'silent')],
  'redis-hang': [evidence('redis', 'critical', 'silent')],
  'db-down': [evidence('database', 'critical', 'down')],
  'db-hang': [evidence('database', 'critical', 'silent')],
  'rabbit-down': [evidence('rabbitmq', 'critical', 'down')],
  'rabbit-hang': [evidence('rabbitmq', 'critical', 'silent')],
  'service-down': [evidence('service', 'critical')],
  slow: [evidence('latency', 'warning')],
  'failed-batch-linked': [
    evidence('settlement', 'critical', 'due'),
    evidence('settlement-record', 'critical', 'failed_holding_sales'),
  ],
  'failed-batch-empty': [
    evidence('settlement', 'critical', 'due'),
    evidence('settlement-record', 'critical', 'failed_empty'),
  ],
  'missing-batch': [
    evidence('settlement', 'critical', 'due'),
    evidence('settlement-record', 'critical', 'none'),
  ],
  'stuck-batch': [
    evidence('settlement', 'critical', 'due'),
    evidence('settlement-record', 'warning', 'processing'),
  ],
  'late-sales': [evidence('settlement-record', 'warning', 'late_sales')],
  'wrong-totals': [evidence('settlement-record', 'critical', 'completed_wrong')],
  'no-sales': [evidence('sales', 'critical'), evidence('sales-by-type', 'critical', 'all')],
  'payment-outage': [evidence('sales-by-type', 'critical', 'card')],
  'pool-exhausted': [
    evidence('database', 'critical', 'silent'),
    evidence('pool', 'critical', 'waiting'),
  ],
  'high-memory': [evidence('jvm-memory', 'warning')],
}

type Shown = keyof typeof SHOWN
const DEPENDENCIES: readonly Shown[] = [
  'redis-down',
  'redis-hang',
  'db-hang',
  'rabbit-down',
  'rabbit-hang',
]
const SETTLEMENTS: readonly Shown[] = [
  'failed-batch-linked',
  'failed-batch-empty',
  'missing-batch',
  'stuck-batch',
]
/** A record that stands as COMPLETED and is not right. */
const RECORDS: readonly Shown[] = ['late-sales', 'wrong-totals']
const DONE: readonly Shown[] = [...SETTLEMENTS, ...RECORDS]
const SERVICE: readonly Shown[] = ['service-down']
const SALES: readonly Shown[] = ['no-sales', 'payment-outage']
const SLOW: readonly Shown[] = ['slow', 'high-memory']
const POOL: readonly Shown[] = ['pool-exhausted']
const DATABASE: readonly Shown[] = ['db-down']

/** Any of the left with any of the right: which playbook must be first. */
const PAIRS: readonly (readonly [readonly Shown[], readonly Shown[], string])[] = [
  // A service that is away explains whatever else was seen of it.
  [SERVICE, [...DATABASE, ...DEPENDENCIES, ...POOL, ...DONE, ...SALES, ...SLOW], 'service-down'],
  // A database that says DOWN explains all the rest, a full pool too.
  [DATABASE, [...DEPENDENCIES, ...POOL, ...DONE, ...SALES, ...SLOW], 'dependency-outage'],
  // A cause before its symptoms, and what stops sales now before last night's settlement.
  [DEPENDENCIES, [...DEPENDENCIES, ...DONE, ...SALES, ...SLOW], 'dependency-outage'],
  // Behind a full pool a silent database is no finding of its own.
  [POOL, [...DEPENDENCIES, ...DONE, ...SALES, ...SLOW], 'latency'],
  [SALES, [...SALES, ...DONE, ...SLOW], 'sales-drop'],
  // One record is the newest: of two things said of it the failure is the one to act on.
  [SETTLEMENTS, [...SETTLEMENTS, ...RECORDS, ...SLOW], 'settlement-failure'],
  [RECORDS, [...RECORDS, ...SLOW], 'data-consistency'],
  [SLOW, SLOW, 'latency'],
]

/** Of two pieces about the same thing the worse one is seen. */
function merged(left: readonly Evidence[], right: readonly Evidence[]): readonly Evidence[] {
  const both = [...left, ...right].toSorted(
    (a, b) => Number(b.state === 'down') - Number(a.state === 'down'),
  )
  return both.filter((each, index) => both.findIndex(({ id }) => id === each.id) === index)
}

describe('the first playbook', () => {
  const pairs = PAIRS.flatMap(([lefts, rights, playbook]) =>
    lefts.flatMap((left) =>
      rights.filter((right) => right !== left).map((right) => [left, right, playbook] as const),
    ),
  )

  it('is in the table for every pair of faults that can be seen', () => {
    const names = (left: string, right: string): string => [left, right].toSorted().join('+')
    const covered = new Set(pairs.map(([left, right]) => names(left, right)))
    const visible = DEMO_FAULT_NAMES.filter((name) => name in SHOWN)
    const wanted = visible.flatMap((left, index) =>
      visible.slice(index + 1).map((right) => names(left, right)),
    )
    expect([...covered].toSorted()).toEqual(wanted.toSorted())
  })

  it.each(pairs)('of %s with %s is %s', (left, right, playbook) => {
    expect(order(seenOf(merged(SHOWN[left], SHOWN[right])))[0]).toBe(playbook)
  })

  it('is service-down when nothing answers, whatever alerts fire', () => {
    const unknown = EVIDENCE_IDS.filter((id) => id !== 'service').map((id) =>
      evidence(id, 'unknown'),
    )
    const seen = seenOf(
      [evidence('service', 'critical'), ...unknown],
      [
        alert('HighSettlementFailureRate'),
        alert('HighResponseTime', 'warning'),
        alert('DatabaseDown'),
      ],
    )
    const { hypotheses } = rankPlaybooks(seen, playbooks)
    expect(hypotheses[0]).toMatchObject({ playbook: 'service-down', priority: 'P0' })
    for (const { explainedBy } of hypotheses.slice(1)) expect(explainedBy).toEqual(['service'])
  })
})

describe('the ranking', () => {
  it('puts symptoms under their cause, with the cause as evidence and half the confidence', () => {
    const seen = seenOf(merged(SHOWN['db-down'], SHOWN['failed-batch-linked']))
    const [cause, symptom] = rankPlaybooks(seen, playbooks).hypotheses
    expect(cause?.playbook).toBe('dependency-outage')
    expect(symptom).toMatchObject({ playbook: 'settlement-failure', explainedBy: ['database'] })
    expect(symptom?.evidence.map(({ id }) => id)).toContain('database')
    const alone = rankPlaybooks(seenOf(SHOWN['failed-batch-linked']), playbooks).hypotheses[0]
    expect(symptom?.confidence).toBeCloseTo((alone?.confidence ?? 0) / 2, 1)
  })

  it('does not let Redis explain a failed settlement: settling needs none', () => {
    const seen = seenOf(merged(SHOWN['redis-down'], SHOWN['failed-batch-empty']))
    const settlement = rankPlaybooks(seen, playbooks).hypotheses[1]
    expect(settlement?.playbook).toBe('settlement-failure')
    expect(settlement?.explainedBy).toBeUndefined()
  })

  it('keeps a cause above its symptoms however little its own playbook makes of it', () => {
    const doubting = playbooks.map((playbook) =>
      playbook.id !== 'dependency-outage' || playbook.signals === undefined
        ? playbook
        : {
            ...playbook,
            signals: {
              ...playbook.signals,
              evidence: playbook.signals.evidence.map((signal) => ({ ...signal, weight: 0.1 })),
            },
          },
    )
    const seen = seenOf(merged(SHOWN['rabbit-down'], SHOWN['missing-batch']))
    const { hypotheses } = rankPlaybooks(seen, doubting)
    expect(hypotheses.map(({ playbook }) => playbook)).toEqual([
      'dependency-outage',
      'settlement-failure',
    ])
  })

  it('makes a cause as urgent as its symptoms', () => {
    const raised = playbooks.map((playbook) =>
      playbook.id === 'dependency-outage' ? { ...playbook, priority: 'P2' as const } : playbook,
    )
    const seen = seenOf(merged(SHOWN['rabbit-down'], SHOWN['missing-batch']))
    expect(rankPlaybooks(seen, raised).hypotheses[0]).toMatchObject({
      playbook: 'dependency-outage',
      priority: 'P1',
    })
  })

  it('believes a fresh look more than an alert: contradicted, last, and still said', () => {
    const seen = seenOf(SHOWN['high-memory'], [alert('ServiceDown')])
    const { hypotheses } = rankPlaybooks(seen, playbooks)
    expect(hypotheses.map(({ playbook }) => playbook)).toEqual(['latency', 'service-down'])
    expect(hypotheses[1]).toMatchObject({ contradicted: true, priority: 'P0' })
    expect(hypotheses[1]?.evidence[0]?.id).toBe('alert:ServiceDown')
  })

  it('takes an alert for what cannot be seen otherwise', () => {
    const seen = seenOf([evidence('latency', 'unknown')], [alert('HighResponseTime', 'warning')])
    expect(rankPlaybooks(seen, playbooks).hypotheses[0]).toMatchObject({ playbook: 'latency' })
    expect(rankPlaybooks(seen, playbooks).hypotheses[0]?.contradicted).toBeUndefined()
  })

  it('names alerts that open no playbook, once each, and draws no conclusion from them', () => {
    const seen = seenOf([], [alert('Foreign'), alert('Foreign'), alert('DiskOfSomebody', 'info')])
    const triage = rankPlaybooks(seen, playbooks)
    expect(triage.hypotheses).toEqual([])
    expect(triage.unclaimed.map(({ id }) => id)).toEqual(['alert:Foreign', 'alert:DiskOfSomebody'])
    expect(verdictOf(triage, seen)).toBe('ok')
  })

  it('never lets what is unknown or fine speak for a playbook, and lists the unknown', () => {
    const status = fc.constantFrom('ok' as const, 'unknown' as const)
    const all = fc.tuple(...EVIDENCE_IDS.map((id) => status.map((each) => evidence(id, each))))
    fc.assert(
      fc.property(all, (parts) => {
        const seen = seenOf(parts)
        const triage = rankPlaybooks(seen, playbooks)
        expect(triage.hypotheses).toEqual([])
        const unknown = parts.filter((part) => part.status === 'unknown').map(({ id }) => id)
        expect(triage.unseen.map(({ id }) => id)).toEqual(unknown)
        expect(verdictOf(triage, seen)).toBe(unknown.length === 0 ? 'ok' : 'unknown')
      }),
    )
  })

  it('does not hang on the order of evidence or playbooks, and keeps its order and bounds', () => {
    const status = fc.constantFrom('ok', 'unknown', 'warning', 'critical')
    const state = fc.constantFrom(undefined, 'down', 'silent', 'waiting', 'card', 'all', 'due')
    const all = fc.tuple(
      ...EVIDENCE_IDS.map((id) => fc.tuple(status, state).map(([a, b]) => evidence(id, a, b))),
    )
    const alerts = fc.subarray([
      alert('ServiceDown'),
      alert('DatabaseDown'),
      alert('HighResponseTime', 'warning'),
    ])
    fc.assert(
      fc.property(all, alerts, (parts, firing) => {
        const { hypotheses } = rankPlaybooks(seenOf(parts, firing), playbooks)
        const reversed = rankPlaybooks(seenOf(parts.toReversed(), firing), playbooks.toReversed())
        const shape = (each: (typeof hypotheses)[number]): string =>
          `${each.playbook} ${each.priority} ${each.confidence}`
        expect(reversed.hypotheses.map(shape)).toEqual(hypotheses.map(shape))
        const standing = hypotheses.filter(({ contradicted }) => contradicted !== true)
        const priorities = standing.map(({ priority }) => priority)
        expect(priorities).toEqual(priorities.toSorted())
        for (const { confidence, evidence: cited } of hypotheses) {
          expect(confidence).toBeGreaterThan(0)
          expect(confidence).toBeLessThanOrEqual(1)
          expect(cited.length).toBeGreaterThan(0)
        }
      }),
    )
  })
})

describe('the verdict', () => {
  it('is unknown where something was not seen, but not for what nobody set up', () => {
    const blind = seenOf([{ ...evidence('sales', 'unknown'), notConfigured: true }])
    expect(verdictOf(rankPlaybooks(blind, playbooks), blind)).toBe('ok')
    const broken = { ...seenOf([]), unseen: [{ id: 'alerts', message: words('no answer') }] }
    expect(verdictOf(rankPlaybooks(broken, playbooks), broken)).toBe('unknown')
  })
})
