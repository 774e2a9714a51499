import { describe, expect, it } from 'vitest'
import { namesDiffer, numericChanges } from '../../src/checklist/run-change.ts'
import {
  checklistValue,
  exitCodeOfChecklist,
  type ChecklistItem,
  type ItemStatus,
} from '../../src/checklist/run.ts'
import type { RunState, StepState } from '../../src/playbook/run-state.ts'
import { checklist, step } from '../playbook/engine/harness.ts'

const STEP_STATES: Readonly<Record<ItemStatus, Partial<StepState>>> = {
  pass: { status: 'succeeded', verdict: 'pass' },
  warning: { status: 'succeeded', verdict: 'warning' },
  fail: { status: 'failed', verdict: 'fail' },
  unknown: { status: 'unknown', verdict: 'inconclusive' },
  skipped: { status: 'skipped' },
  unanswered: { status: 'running' },
}

function valueOf(statuses: readonly ItemStatus[], blocking = false) {
  const document = checklist(
    statuses.map((_status, index) => step('manual', `item-${index}`, { blocking })),
  )
  const state: RunState = {
    run: '20261124-01',
    url: 'http://127.0.0.1:8080',
    operator: 'kim',
    document,
    inputs: {},
    status: 'waiting',
    startedAtMs: Date.parse('2026-11-24T09:00:00+09:00'),
    updatedAtMs: 0,
    steps: Object.fromEntries(
      statuses.map((status, index) => [
        `item-${index}`,
        { reasons: [], given: {}, notes: [], status: 'pending', ...STEP_STATES[status] },
      ]),
    ),
    position: { phase: 'steps', index: 0 },
    notes: [],
  }
  return checklistValue(state, undefined, 'mts run resume')
}

describe('how a checklist ends', () => {
  it.each<[readonly ItemStatus[], boolean, number]>([
    [['pass', 'skipped'], false, 0],
    [['pass', 'unknown'], false, 3],
    [['unknown', 'unanswered'], false, 4],
    [['unanswered', 'warning'], false, 1],
    [['unanswered', 'fail'], false, 1],
    [['unanswered', 'fail'], true, 2],
    [['pass', 'warning'], true, 1],
  ])('%j (blocking: %s) is exit %i', (statuses, blocking, code) => {
    const value = valueOf(statuses, blocking)
    expect(value.items.map((item: ChecklistItem) => item.status)).toEqual(statuses)
    expect(exitCodeOfChecklist(value)).toBe(code)
  })
})

describe('what changed', () => {
  it('is every number that both hold and that differs, as its own field', () => {
    expect(
      numericChanges(
        { diskPercent: 69, note: 'a', pools: { active: 3 }, gone: 1 },
        { diskPercent: 69.4, note: 'b', pools: { active: 3 }, came: 2 },
      ),
    ).toEqual([{ field: 'diskPercent', unit: '%p', before: 69, after: 69.4, difference: 0.4 }])
  })

  it('is another state, or another member of a list, but not what moves every day', () => {
    const was = { class: 'same', notOk: ['redis'], date: '2026-11-23', count: 3, note: '3 left' }
    expect(namesDiffer(was, { ...was, date: '2026-11-24', count: 9, note: '9 left' })).toBe(false)
    expect(namesDiffer(was, { ...was, class: 'grown' })).toBe(true)
    expect(namesDiffer(was, { ...was, notOk: ['redis', 'sales'] })).toBe(true)
    expect(namesDiffer({ class: 'new', newCount: 1 }, { class: 'new', newCount: 1 })).toBe(true)
    // A list that was not there then says nothing about a change.
    expect(namesDiffer({}, { ended: ['java'] })).toBe(false)
  })

  it('is nothing where a number is missing or none', () => {
    expect(numericChanges(undefined, { n: 1 })).toEqual([])
    expect(numericChanges({ n: Number.NaN }, { n: 1 })).toEqual([])
    expect(numericChanges({ n: 1 }, { n: null })).toEqual([])
  })
})
