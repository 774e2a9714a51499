/** What a checklist is held against: the last signed one, the one of a week ago, its 90 days, what else is due. */
import { addDays, seoulDateOf } from '../core/dates.ts'
import type { Journal, RunHeader } from '../core/journal.ts'
import { checklistHistory } from '../checklist/history.ts'
import {
  checklistValue,
  type ChecklistAround,
  type ChecklistRun,
  type OpenedPlaybook,
} from '../checklist/run.ts'
import { dueOn, RHYTHMS, type Rhythm } from '../checklist/schedule.ts'
import { foldRun } from '../playbook/fold.ts'
import type { RunState } from '../playbook/run-state.ts'

export interface HoldingPorts {
  readonly journal: Journal
  readonly holidays: readonly string[]
  nowMs(): number
}

/** `rerun`: the command that goes on. */
export function heldChecklist(ports: HoldingPorts, state: RunState, rerun: string): ChecklistRun {
  const { previous, around } = heldAgainst(ports, state)
  return checklistValue(state, previous, rerun, around)
}

interface Surroundings {
  readonly previous: RunState | undefined
  readonly around: ChecklistAround
}

/** More than the business days of 90 days. */
const RUNS_LOOKED_AT = 100
/** A week ago, give or take a holiday. */
const WEEK_SLACK_DAYS = 3

function heldAgainst(ports: HoldingPorts, state: RunState): Surroundings {
  const { journal, holidays } = ports
  const nowMs = ports.nowMs()
  const { id } = state.document
  const earlier = journal
    .runs({ kind: 'checklist', subject: id, limit: RUNS_LOOKED_AT })
    .filter(
      (header) =>
        header.startedAtMs <= state.startedAtMs &&
        header.run !== state.run &&
        header.url === state.url &&
        header.endedAtMs !== undefined,
    )
    .map((header) => ({ header, state: foldRun(journal.events(header.run)) }))
  const signed = earlier.filter((run) => run.state.signed !== undefined)
  const today = seoulDateOf(state.startedAtMs)
  const weekAgo = signed.find(({ header }) => isWeekBefore(header, today))?.state
  const rhythm = RHYTHMS.find((candidate) => candidate === id)
  const due = rhythm === undefined ? today : dueOn(rhythm, today, holidays)
  const history = checklistHistory(
    id,
    state.url,
    [...earlier.map((run) => run.state), state],
    nowMs,
  )
  return {
    previous: signed[0]?.state,
    around: {
      nowMs,
      ...(weekAgo === undefined ? {} : { weekAgo }),
      opened: openedFrom(journal, state),
      caught: new Map(history.items.map((item) => [item.id, item.caughtCount])),
      // Only the daily one names what else is to be done: it is the one that is opened every day.
      ...(id === 'daily'
        ? { alsoDue: RHYTHMS.filter((other) => isOpen(journal, other, state, holidays)) }
        : {}),
      ...(due === today ? {} : { dueOn: due }),
    },
  }
}

/** Due today, or missed since: a checklist that was never begun is only named on its day. */
function isOpen(
  journal: Journal,
  rhythm: Rhythm,
  state: RunState,
  holidays: readonly string[],
): boolean {
  if (rhythm === state.document.id) return false
  const today = seoulDateOf(state.startedAtMs)
  const due = dueOn(rhythm, today, holidays)
  if (due > today) return false
  const [newest] = journal
    .runs({ kind: 'checklist', subject: rhythm, limit: RUNS_LOOKED_AT })
    .filter((header) => header.url === state.url && header.endedAtMs !== undefined)
  if (newest === undefined) return due === today
  return seoulDateOf(newest.startedAtMs) < due
}

function isWeekBefore(header: RunHeader, today: string): boolean {
  const date = seoulDateOf(header.startedAtMs)
  return date <= addDays(today, -7) && date >= addDays(today, -7 - WEEK_SLACK_DAYS)
}

/** More playbooks than anybody opens on a day. */
const PLAYBOOKS_LOOKED_AT = 50

/** The playbooks that were opened from its items. */
function openedFrom(journal: Journal, state: RunState): readonly OpenedPlaybook[] {
  return journal
    .runs({ kind: 'playbook', limit: PLAYBOOKS_LOOKED_AT })
    .filter(({ url, startedAtMs }) => url === state.url && startedAtMs >= state.startedAtMs)
    .flatMap(({ run, subject, status }) => {
      const { from } = foldRun(journal.events(run))
      return from?.run === state.run ? [{ item: from.item, run, playbook: subject, status }] : []
    })
}
