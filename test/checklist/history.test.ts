import { describe, expect, it } from 'vitest'
import { checklistHistory, idleItems } from '../../src/checklist/history.ts'
import type { RunState, StepState } from '../../src/playbook/run-state.ts'
import { checklist, step } from '../playbook/engine/harness.ts'

const NOW_MS = Date.parse('2026-12-01T09:00:00+09:00')
const DAY_MS = 86_400_000
const URL_OF_SERVICE = 'http://127.0.0.1:8080'

const PASSED: Partial<StepState> = { status: 'succeeded', verdict: 'pass' }
const FAILED: Partial<StepState> = { status: 'failed', verdict: 'fail' }

/** A run so many days ago; items as given, by name. */
function runOf(daysAgo: number, items: Readonly<Record<string, Partial<StepState>>>): RunState {
  const startedAtMs = NOW_MS - daysAgo * DAY_MS
  return {
    run: `run-${daysAgo}`,
    url: URL_OF_SERVICE,
    operator: 'kim',
    document: checklist(Object.keys(items).map((id) => step('probe', id))),
    inputs: {},
    status: 'succeeded',
    startedAtMs,
    updatedAtMs: startedAtMs,
    steps: Object.fromEntries(
      Object.entries(items).map(([id, own]) => [
        id,
        { reasons: [], given: {}, notes: [], status: 'pending', ...own },
      ]),
    ),
    position: { phase: 'steps', index: 0 },
    notes: [],
  }
}

describe('items that nobody needs', () => {
  it('are those that were looked at in 90 days and never caught anything', () => {
    const runs = Array.from({ length: 100 }, (_, daysAgo) =>
      runOf(daysAgo, {
        quiet: PASSED,
        // Its one failure is older than 90 days; that of the other is not.
        'long-ago': daysAgo === 95 ? FAILED : PASSED,
        useful: daysAgo === 60 ? FAILED : PASSED,
        unseen: { status: 'unknown' },
      }),
    )
    const history = checklistHistory('daily', URL_OF_SERVICE, runs, NOW_MS)
    expect(history.items.map(({ id, caughtCount }) => [id, caughtCount])).toEqual([
      ['quiet', 0],
      ['long-ago', 0],
      ['useful', 1],
      ['unseen', 0],
    ])
    expect(history.items[0]?.points).toHaveLength(100)
    // What could never be seen has not proven itself useless.
    expect(idleItems(history, NOW_MS).map(({ id }) => id)).toEqual(['quiet', 'long-ago'])
  })

  it('are none after a few days', () => {
    const runs = [0, 1, 2].map((daysAgo) => runOf(daysAgo, { quiet: PASSED }))
    const history = checklistHistory('daily', URL_OF_SERVICE, runs, NOW_MS)
    expect(idleItems(history, NOW_MS)).toEqual([])
  })

  it('are items of the newest document only', () => {
    const history = checklistHistory(
      'daily',
      URL_OF_SERVICE,
      [runOf(1, { old: PASSED, kept: PASSED }), runOf(0, { kept: PASSED, added: PASSED })],
      NOW_MS,
    )
    expect(history.items.map(({ id, points }) => [id, points.length])).toEqual([
      ['kept', 2],
      ['added', 1],
    ])
  })
})
