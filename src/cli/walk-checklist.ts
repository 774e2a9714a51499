/** `mts checklist`: one run a day, evidence that is fresh when it is signed, and what it is held against. */
import { addDays, seoulDateOf, shortDate } from '../core/dates.ts'
import { MtsError } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import type { Journal, RunHeader } from '../core/journal.ts'
import { text } from '../core/text.ts'
import { checklistHistory } from '../checklist/history.ts'
import {
  checklistValue,
  exitCodeOfChecklist,
  FRESH_MS,
  isExpired,
  type ChecklistAround,
  type ChecklistRun,
} from '../checklist/run.ts'
import { dueOn, RHYTHMS, type Rhythm } from '../checklist/schedule.ts'
import type { GivenAnswer } from '../playbook/dialog.ts'
import type { Document } from '../playbook/document.ts'
import { foldRun } from '../playbook/fold.ts'
import { exitCodeOfRun, resumeWords } from '../playbook/run.ts'
import { SIGN_STEP, type RunState } from '../playbook/run-state.ts'
import type { CommandContext, Outcome } from './command.ts'
import { commandLineFor, withEngine, type WalkOptions } from './walk-engine.ts'

export interface ChecklistOptions {
  /** What was answered beforehand, in the order of the items. */
  readonly given?: readonly GivenAnswer[]
  /** Show what passed line by line. */
  readonly all?: boolean
}

/**
 * A checklist begun twice on a day is one run, until it is signed: everything is read anew, what a
 * person answered is kept.
 */
export async function walkChecklist(
  context: CommandContext,
  document: Document,
  { given = [], all = false }: ChecklistOptions = {},
): Promise<Outcome<ChecklistRun>> {
  const journal = await context.journal()
  const { url } = await context.settings()
  const by = context.ports.operator
  const today = seoulDateOf(context.ports.clock.now())
  const open = journal
    .runs({ kind: 'checklist', subject: document.id, limit: 50 })
    .find(
      (header) =>
        header.url === url &&
        header.endedAtMs === undefined &&
        seoulDateOf(header.startedAtMs) === today,
    )
  const options = await signatureOptions(context)
  const state = await withEngine(context, options, async (engine) => {
    let at =
      open === undefined
        ? await engine.start({ document, inputs: {}, operator: by })
        : await engine.resume(open.run, { by, anew: true })
    for (const answer of given) at = await engine.resume(at.run, { by, given: answer })
    return at
  })
  return checklistOutcome(context, state, { all, signedBefore: false })
}

/**
 * Goes on with a checklist. It belongs to its day: after it, what it would sign is no longer true.
 * What was read more than an hour ago is read again; a signature under it is refused.
 */
export async function resumeChecklist(
  context: CommandContext,
  known: RunState,
  given: GivenAnswer | undefined,
): Promise<Outcome<ChecklistRun>> {
  const nowMs = context.ports.clock.now()
  const over = known.endedAtMs !== undefined
  if (!over && known.signed === undefined) assertItsDay(known, nowMs)
  const stale = !over && known.document.steps.some((step) => isExpired(step, known, nowMs))
  if (stale && given?.step === SIGN_STEP) throw evidenceExpired(known)
  const state = await withEngine(context, await signatureOptions(context), (engine) =>
    engine.resume(known.run, {
      by: context.ports.operator,
      ...(given === undefined ? {} : { given }),
      ...(stale ? { anew: true } : {}),
    }),
  )
  const signedBefore = known.signed !== undefined
  return checklistOutcome(context, state, { all: false, signedBefore })
}

function assertItsDay(known: RunState, nowMs: number): void {
  const day = seoulDateOf(known.startedAtMs)
  if (day === seoulDateOf(nowMs)) return
  const { id } = known.document
  throw new MtsError({
    code: 'CHECKLIST_DAY_OVER',
    exitCode: EXIT.refused,
    message: text(
      `${shortDate(day)}에 시작한 점검입니다. 그날의 상태를 오늘 확인할 수 없어 이어 할 수 없습니다`,
      `this checklist is of ${day}; what it would sign can no longer be seen`,
    ),
    next: [`mts checklist ${id}`, `mts run abort ${known.run} --reason …`],
  })
}

function evidenceExpired(known: RunState): MtsError {
  const minutes = FRESH_MS / 60_000
  return new MtsError({
    code: 'EVIDENCE_EXPIRED',
    exitCode: EXIT.refused,
    message: text(
      `확인한 지 ${minutes}분이 지나 서명할 수 없습니다. 다시 확인한 뒤 서명하세요`,
      `what was seen is more than ${minutes} min old; look again, then sign`,
    ),
    next: [`mts checklist ${known.document.id}`],
  })
}

async function checklistOutcome(
  context: CommandContext,
  state: RunState,
  { all, signedBefore }: { readonly all: boolean; readonly signedBefore: boolean },
): Promise<Outcome<ChecklistRun>> {
  const { renderChecklist } = await import('../render/checklist.ts')
  const rerun = commandLineFor(context, state.url)(resumeWords(state))
  const { previous, around } = await surroundings(context, state)
  const value = checklistValue(state, previous, rerun, around)
  if (value.signed !== undefined && !signedBefore) {
    const { postSigned } = await import('./walk-checklist-post.ts')
    await postSigned(context, value)
  }
  const interrupted = state.status === 'interrupted'
  return {
    value,
    exitCode: interrupted ? exitCodeOfRun(state) : exitCodeOfChecklist(value),
    faces: { table: (shown, view) => renderChecklist(shown, view, all) },
  }
}

/** Above the signature stands the whole checklist: nobody signs what they have not seen. */
async function signatureOptions(context: CommandContext): Promise<WalkOptions> {
  const { renderChecklist } = await import('../render/checklist.ts')
  const { holidays } = await context.settings()
  const journal = await context.journal()
  return {
    renderSignature: ({ state }, view) => {
      const { previous, around } = heldAgainst(journal, state, context.ports.clock.now(), holidays)
      const { rerun: _notNow, ...shown } = checklistValue(state, previous, '', around)
      return renderChecklist(shown, view)
    },
  }
}

interface Surroundings {
  readonly previous: RunState | undefined
  readonly around: ChecklistAround
}

async function surroundings(context: CommandContext, state: RunState): Promise<Surroundings> {
  const { holidays } = await context.settings()
  return heldAgainst(await context.journal(), state, context.ports.clock.now(), holidays)
}

/** More than the business days of 90 days. */
const RUNS_LOOKED_AT = 100
/** A week ago, give or take a holiday. */
const WEEK_SLACK_DAYS = 3

function heldAgainst(
  journal: Journal,
  state: RunState,
  nowMs: number,
  holidays: readonly string[],
): Surroundings {
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
