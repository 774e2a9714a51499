/** Every item of a checklist over time, out of the journal's runs. Pure. */
import { seoulDateOf, type SeoulDate } from '../core/dates.ts'
import type { Text } from '../core/text.ts'
import type { RunState } from '../playbook/run-state.ts'
import { checklistItems, type ItemStatus } from './run.ts'

interface HistoryPoint {
  readonly date: SeoulDate
  readonly run: string
  readonly status: ItemStatus
  readonly observed?: Text
}

export interface HistoryItem {
  readonly id: string
  readonly title: Text
  /** Oldest first; the last run of each day. */
  readonly points: readonly HistoryPoint[]
  /** How often it failed or warned in the last 90 days. */
  readonly caughtCount: number
}

export interface ChecklistHistory {
  readonly kind: 'ChecklistHistory'
  readonly checklist: string
  readonly url: string
  readonly from?: SeoulDate
  readonly to?: SeoulDate
  readonly items: readonly HistoryItem[]
}

/** As long as an item may go without catching anything. */
export const CAUGHT_WITHIN_DAYS = 90
const DAY_MS = 86_400_000

const CAUGHT: ReadonlySet<ItemStatus> = new Set(['fail', 'warning'])

/** `states`: runs of one checklist, in any order. An item that is gone from the newest document is left out. */
export function checklistHistory(
  checklist: string,
  url: string,
  states: readonly RunState[],
  nowMs: number,
): ChecklistHistory {
  const days = lastOfDays(states)
  const newest = days.at(-1)
  const seen = days.map((state) => ({ state, items: checklistItems(state, undefined) }))
  const [first] = days
  const sinceMs = nowMs - CAUGHT_WITHIN_DAYS * DAY_MS
  return {
    kind: 'ChecklistHistory',
    checklist,
    url,
    ...(first === undefined ? {} : { from: seoulDateOf(first.startedAtMs) }),
    ...(newest === undefined ? {} : { to: seoulDateOf(newest.startedAtMs) }),
    items: (newest?.document.steps ?? []).map((step) => {
      const points = seen.flatMap(({ state, items }) => {
        const item = items.find(({ id }) => id === step.id)
        if (item === undefined) return []
        const observed = item.observed ?? item.reason
        return [
          {
            date: seoulDateOf(state.startedAtMs),
            run: state.run,
            status: item.status,
            ...(observed === undefined ? {} : { observed }),
            recent: state.startedAtMs >= sinceMs,
          },
        ]
      })
      return {
        id: step.id,
        title: step.title,
        points: points.map(({ recent: _recent, ...point }) => point),
        caughtCount: points.filter(({ recent, status }) => recent && CAUGHT.has(status)).length,
      }
    }),
  }
}

/** Begun again on a day: what was found last counts. */
function lastOfDays(states: readonly RunState[]): readonly RunState[] {
  const days = new Map<SeoulDate, RunState>()
  for (const state of [...states].sort((left, right) => left.startedAtMs - right.startedAtMs)) {
    days.set(seoulDateOf(state.startedAtMs), state)
  }
  return [...days.values()]
}

/** Fewer runs than this prove nothing about an item. */
const FEWEST_RUNS = 10

/** Items that were looked at often enough in 90 days and never caught anything. */
export function idleItems(history: ChecklistHistory, nowMs: number): readonly HistoryItem[] {
  const since = seoulDateOf(nowMs - CAUGHT_WITHIN_DAYS * DAY_MS)
  return history.items.filter(({ points, caughtCount }) => {
    const recent = points.filter(({ date, status }) => date >= since && status === 'pass')
    return caughtCount === 0 && recent.length >= FEWEST_RUNS
  })
}
