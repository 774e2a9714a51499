import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { createExpressions } from '../../../src/playbook/conditions.ts'
import type { BranchStep, Document, Scope, Step } from '../../../src/playbook/document.ts'
import { successors } from '../../../src/playbook/flow.ts'
import { chooseBranch, judgeProbe } from '../../../src/playbook/judge-step.ts'
import { SETTLEMENT_CLASSES } from '../../../src/settlement/classify.ts'
import { cellsOf } from '../../../src/render/columns.ts'
import { ROOT, shipped } from './support.ts'

const expressions = createExpressions()

const PLAYBOOKS = [
  'service-down',
  'settlement-failure',
  'sales-drop',
  'latency',
  'data-consistency',
  'dependency-outage',
]
const COMMANDS = [
  'settle',
  'health',
  'playbook',
  'run',
  'checklist',
  'config',
  'logs',
  'report',
  'triage',
]

describe('every shipped file', () => {
  it('is valid, and has the name of its id', async () => {
    for (const kind of ['playbooks', 'checklists'] as const) {
      for (const name of await readdir(join(ROOT, kind))) {
        // Data beside the documents: patterns of the log, ends of life, cases.
        if (!name.endsWith('.yaml') || name.endsWith('.test.yaml')) continue
        if (name === 'log-patterns.yaml') continue
        // Named patterns of the log and the table of versions: data, no playbook.
        if (name === 'log-patterns.yaml' || name === 'end-of-life.json') continue
        const id = name.replace(/\.yaml$/, '')
        expect((await shipped(kind, id)).id).toBe(id)
      }
    }
  })

  it('says the same number of things in both languages and names only commands that exist', async () => {
    for (const document of [
      ...(await Promise.all(PLAYBOOKS.map((id) => shipped('playbooks', id)))),
      await shipped('checklists', 'daily'),
    ]) {
      const source = JSON.stringify(document)
      for (const match of source.matchAll(/mts ([a-z]+)(?: ([a-z-]+))?/g)) {
        expect(COMMANDS).toContain(match[1])
        if (match[1] === 'playbook') expect(PLAYBOOKS, source).toContain(match[2])
      }
      expect(source).not.toMatch(/[‘’“”]|!"/)
    }
  })
})

describe('settlement-failure', () => {
  let document: Document
  const at = (id: string): number => document.steps.findIndex((step) => step.id === id)
  const stepOf = (id: string): Step => {
    const step = document.steps[at(id)]
    if (step === undefined) throw new Error(`no step ${id}`)
    return step
  }

  beforeAll(async () => {
    document = await shipped('playbooks', 'settlement-failure')
  })

  it('begins with the impact and how long until it hurts more', () => {
    expect(document.priority).toBe('P1')
    expect(document.impact?.ko).toMatch(/지급/)
    expect(document.worsens?.ko).toMatch(/지급 마감/)
    expect(document.steps[0]).toMatchObject({ probe: 'settlement.deadline' })
  })

  it('ends on every way through, without a loop, within a bounded number of steps', () => {
    const positionOf = (id: string): number | undefined => (at(id) < 0 ? undefined : at(id))
    let ways = 0
    const ends = new Set<string>()
    const walk = (index: number, path: readonly number[]): void => {
      const step = document.steps[index]
      if (step === undefined) throw new Error(`a way runs off the end: ${path.join(',')}`)
      expect(path).not.toContain(index)
      const next = successors(step, index, positionOf)
      if (next.length === 0) {
        ways++
        ends.add(step.finding?.code ?? `no finding at ${step.id}`)
      }
      for (const target of next) walk(target, [...path, index])
    }
    walk(0, [])
    expect(ways).toBeGreaterThan(20)
    expect([...ends].sort()).toEqual([
      'ALREADY_SETTLED',
      'DEPENDENCY_DOWN',
      'HOLDS_SALES',
      'LATE_SALES',
      'NOT_COMPARED',
      'NOT_SETTLED',
      'NO_SALES',
      'SALES_UNPROVEN',
      'SERVICE_DOWN',
      'SETTLED',
      'STATE_UNKNOWN',
      'STUCK_PROCESSING',
      'TOTALS_MISMATCH',
      'ZERO_CONFIRMED',
    ])
  })

  const CHECKS = { service: 'ok', database: 'ok', redis: 'ok', rabbitmq: 'ok' }

  function scope(state: string | undefined, checks: object = CHECKS, again?: string): Scope {
    const seen = (value: string | undefined): Scope['steps'][string] =>
      value === undefined
        ? { status: 'unknown' }
        : { status: 'succeeded', value: { class: value, record: { id: 8 } } }
    return {
      inputs: { date: '2026-11-23' },
      steps: {
        overview: { status: 'succeeded', value: { status: 'ok', checks } },
        settlement: seen(state),
        ...(again === undefined ? {} : { again: seen(again) }),
      },
      now: '2026-11-24T03:00:00+09:00',
      today: '2026-11-24',
      dueDate: '2026-11-23',
    }
  }

  const lead = (branch: string, seen: Scope): string =>
    chooseBranch(stepOf(branch) as BranchStep, expressions, seen).goto

  it('leads every state of the settlement to its own end', () => {
    const ways = Object.fromEntries(
      SETTLEMENT_CLASSES.map((state) => [state, lead('classify', scope(state))]),
    )
    expect(ways).toEqual({
      none: 'run',
      none_no_sales: 'no-sales',
      failed_empty: 'reprocess',
      failed_holding_sales: 'sheet',
      failed_unproven: 'sheet',
      processing: 'pause',
      completed: 'already-settled',
      completed_zero: 'zero-settled',
      completed_unchecked: 'not-compared',
      completed_wrong: 'sheet',
      late_sales: 'sheet',
      unknown: 'cannot-tell',
    })
  })

  it('hands each case that nothing may be sent for over under its own name', () => {
    const over = (state: string, again?: string): string =>
      lead('hand-over', scope(state, CHECKS, again))
    expect(over('failed_holding_sales')).toBe('holds-sales')
    expect(over('failed_unproven')).toBe('unproven')
    expect(over('completed_wrong')).toBe('wrong-totals')
    expect(over('late_sales')).toBe('late-sales')
    expect(over('processing', 'processing')).toBe('stuck')
    expect(over('processing', 'failed_holding_sales')).toBe('holds-sales')
  })

  it('repairs the dependency before anything else, whatever the settlement is', () => {
    for (const state of [...SETTLEMENT_CLASSES, undefined]) {
      for (const name of ['database', 'redis', 'rabbitmq']) {
        const checks = { ...CHECKS, [name]: 'critical' }
        expect(lead('classify', scope(state, checks))).toBe('dependency-down')
      }
      const checks = {
        service: 'critical',
        database: 'unknown',
        redis: 'unknown',
        rabbitmq: 'unknown',
      }
      expect(lead('classify', scope(state, checks))).toBe('service-down')
    }
  })

  it('stops when the state of the settlement or of the whole is not known', () => {
    expect(lead('classify', scope(undefined))).toBe('cannot-tell')
    const blind = scope('failed_empty')
    expect(
      lead('classify', { ...blind, steps: { ...blind.steps, overview: { status: 'unknown' } } }),
    ).toBe('cannot-tell')
  })

  it('passes nothing that is not known, and nothing that is wrong', () => {
    const verdict = (id: string, value: unknown): string => {
      const step = stepOf(id)
      if (step.type !== 'probe') throw new Error('it is no probe')
      const seen = { kind: 'observed', value, summary: step.title, source: '' } as const
      return judgeProbe(step, seen, expressions, scope('completed')).verdict
    }
    for (const id of ['overview', 'service-down', 'dependency-down']) {
      expect(verdict(id, { status: 'unknown' }), id).toBe('inconclusive')
      expect(verdict(id, { status: 'critical' }), id).toBe('fail')
    }
    for (const id of ['settlement', 'again', 'verified']) {
      expect(verdict(id, { class: 'unknown' }), id).toBe('inconclusive')
      expect(verdict(id, { class: 'failed_holding_sales' }), id).not.toBe('pass')
    }
    for (const id of ['totals', 'consistency', 'already-settled']) {
      expect(verdict(id, { status: 'not_checked' }), id).toBe('inconclusive')
      expect(verdict(id, { status: 'different' }), id).not.toBe('pass')
    }
    expect(verdict('clock', { skewed: false, zone: 'unknown' })).toBe('inconclusive')
    expect(verdict('verified', { class: 'completed_unchecked' })).toBe('inconclusive')
  })

  it('looks again after waiting, and still sends nothing for what holds sales', () => {
    const after = (again: string | undefined): string => {
      const seen = scope('processing', CHECKS)
      const steps = {
        ...seen.steps,
        again:
          again === undefined
            ? { status: 'unknown' }
            : { status: 'succeeded', value: { class: again } },
      }
      return lead('after-pause', { ...seen, steps })
    }
    expect(after('completed')).toBe('consistency')
    expect(after('failed_empty')).toBe('reprocess')
    for (const state of [
      'processing',
      'failed_holding_sales',
      'failed_unproven',
      'none',
      undefined,
    ]) {
      expect(after(state)).toBe('sheet')
    }
  })

  it('reprocesses the record that was seen last', () => {
    const step = stepOf('reprocess')
    if (step.type !== 'action') throw new Error('it is no action')
    const first = scope('failed_empty')
    expect(expressions.template(step.with, first)).toEqual({ kind: 'value', value: { id: 8 } })
    const steps = {
      ...first.steps,
      again: { status: 'succeeded', value: { class: 'failed_empty', record: { id: 9 } } },
    }
    expect(expressions.template(step.with, { ...first, steps })).toEqual({
      kind: 'value',
      value: { id: 9 },
    })
    expect(expressions.template(step.with, scope(undefined)).kind).toBe('unknown')
  })

  it('goes on after an action only when it has succeeded', () => {
    for (const action of ['run', 'reprocess']) {
      const after = (outcome: string | undefined): string => {
        const seen = scope('failed_empty')
        const own =
          outcome === undefined ? { status: 'skipped' } : { status: 'failed', value: { outcome } }
        return lead(`after-${action}`, { ...seen, steps: { ...seen.steps, [action]: own } })
      }
      expect(after('succeeded')).toBe('consistency')
      for (const outcome of ['refused', 'failed', 'violated', 'unknown', undefined]) {
        expect(after(outcome)).toBe('not-settled')
      }
    }
  })

  it('has the five steps of P1 in their order, and the guide’s four immediate ones before the decision', () => {
    const titles = document.steps.map((step) => step.title.ko)
    const p1 = [
      /^P1 1\/5 임시 대응/,
      /^P1 2\/5 데이터 정합성 확인/,
      /^P1 3\/5 근본 원인 분석 후 수정/,
      /^P1 4\/5 자동 정산 시스템 복구/,
      /^P1 5\/5 정산 데이터 검증/,
    ].map((pattern) => titles.findIndex((title) => pattern.test(title)))
    expect(p1.every((position) => position >= 0)).toBe(true)
    expect([...p1].sort((left, right) => left - right)).toEqual(p1)
    const whys = document.steps.map((step) => step.why?.ko ?? '')
    const immediate = [1, 2, 3].map((number) =>
      whys.findIndex((why) => why.startsWith(`즉시 대응 ${number}.`)),
    )
    expect(immediate.every((position) => position >= 0 && position < at('classify'))).toBe(true)
    expect(stepOf('reprocess').why?.ko).toMatch(/^즉시 대응 4\./)
  })

  it('says at every step that acts, and at every stop, what is dangerous', () => {
    for (const id of [
      'run',
      'reprocess',
      'pause',
      'sheet',
      'holds-sales',
      'dependency-down',
      'cannot-tell',
    ]) {
      expect(stepOf(id).danger, id).toBeDefined()
    }
  })

  it('asks nobody before it knows which case it is', () => {
    expect(
      document.steps
        .slice(0, at('classify') + 1)
        .every((step) => ['probe', 'branch'].includes(step.type)),
    ).toBe(true)
  })

  it('keeps the titles of what is shown on every run to one line', () => {
    for (const [index, step] of document.steps.slice(0, at('classify') + 1).entries()) {
      expect(cellsOf(`${index + 1} ${step.title.ko}`), step.title.ko).toBeLessThan(22)
    }
  })
})

describe('daily', () => {
  let document: Document
  beforeAll(async () => {
    document = await shipped('checklists', 'daily')
  })

  it('has the five items of the guide first and in order, all measured', () => {
    expect(document.steps.slice(0, 5).map((step) => [step.title.ko, step.type])).toEqual([
      ['전날 정산 완료 여부', 'probe'],
      ['야간 배치 성공 여부', 'probe'],
      ['시스템 리소스 사용률', 'probe'],
      ['에러 로그 패턴', 'probe'],
      ['외부 API 응답률', 'probe'],
    ])
  })

  it('asks a person at most three questions', () => {
    expect(document.steps.filter((step) => step.type === 'manual').length).toBeLessThanOrEqual(3)
  })

  it('judges every state of the settlement, and leaves only the unknown undecided', () => {
    const item = document.steps[0]
    if (item?.type !== 'probe') throw new Error('it is no probe')
    const judged = Object.fromEntries(
      SETTLEMENT_CLASSES.map((state) => {
        const holds = (source: string | undefined): boolean => {
          const result = expressions.condition(source ?? 'false', {
            inputs: {},
            steps: {},
            value: { class: state },
            now: '',
            today: '',
            dueDate: '',
          })
          return result.kind === 'value' && result.value
        }
        const verdicts = [
          holds(item.failureCondition) ? 'fail' : '',
          holds(item.successCondition) ? 'pass' : '',
          holds(item.warningCondition) ? 'warning' : '',
        ].filter((verdict) => verdict !== '')
        return [state, verdicts.join('+')]
      }),
    )
    expect(judged).toEqual({
      none: 'fail',
      none_no_sales: 'fail',
      failed_empty: 'fail',
      failed_holding_sales: 'fail',
      failed_unproven: 'fail',
      processing: 'fail',
      completed: 'pass',
      completed_zero: 'warning',
      completed_unchecked: 'warning',
      completed_wrong: 'fail',
      late_sales: 'warning',
      unknown: '',
    })
  })
})
