/** Whether today's daily checklist is still unsigned when it should have been, by the journal alone. */
import { addDays, seoulDateOf, seoulInstant } from '../core/dates.ts'
import type { Journal } from '../core/journal.ts'
import { isBusinessDay } from '../checklist/schedule.ts'
import { foldRun, isFinished, stepState } from '../playbook/fold.ts'
import type { UnsignedDaily } from '../watch/round.ts'

/** Half an hour after it is due. */
const SIGNED_BY = '09:30'
/** Where nobody has opened a daily for longer, it is not worked with here, or on another machine. */
const IN_USE_DAYS = 31
const RUNS_LOOKED_AT = 40

export function unsignedDaily(
  journal: Journal,
  url: string,
  holidays: readonly string[],
  nowMs: number,
): UnsignedDaily | undefined {
  const date = seoulDateOf(nowMs)
  if (!isBusinessDay(date, holidays) || nowMs < seoulInstant(date, SIGNED_BY)) return undefined
  const since = addDays(date, -IN_USE_DAYS)
  const runs = journal
    .runs({ kind: 'checklist', subject: 'daily', limit: RUNS_LOOKED_AT })
    .filter((header) => header.url === url && seoulDateOf(header.startedAtMs) >= since)
  if (runs.length === 0) return undefined
  const todays = runs.filter(({ startedAtMs }) => seoulDateOf(startedAtMs) === date)
  // Signed, or given up by somebody who said why: either way somebody has seen to it.
  if (todays.some(({ endedAtMs }) => endedAtMs !== undefined)) return undefined
  const [newest] = todays
  return { date, since: SIGNED_BY, open: newest === undefined ? 0 : openItems(journal, newest.run) }
}

function openItems(journal: Journal, run: string): number {
  const state = foldRun(journal.events(run))
  return state.document.steps.filter(
    (step) => step.type === 'manual' && !isFinished(stepState(state, step.id)),
  ).length
}
