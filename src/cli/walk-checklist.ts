/** `mts checklist`: one run a day, evidence that is fresh when it is signed, and what it is held against. */
import { seoulDateOf, shortDate } from '../core/dates.ts'
import { MtsError } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import { text } from '../core/text.ts'
import { exitCodeOfChecklist, FRESH_MS, isExpired, type ChecklistRun } from '../checklist/run.ts'
import type { GivenAnswer } from '../playbook/dialog.ts'
import type { Document } from '../playbook/document.ts'
import type { Engine } from '../playbook/engine.ts'
import { exitCodeOfRun, resumeWords } from '../playbook/run.ts'
import { SIGN_STEP, type RunState } from '../playbook/run-state.ts'
import type { CommandContext, Outcome } from './command.ts'
import { heldChecklist, type HoldingPorts } from './walk-checklist-around.ts'
import type { ChecklistScreens } from './walk-checklist-face.ts'
import { commandLineFor, withEngine } from './walk-engine.ts'

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
  const work = await openWork(context)
  const state = await walkWithPlaybooks(work, async (engine) => {
    let at =
      open === undefined
        ? await engine.start({ document, inputs: {}, operator: by })
        : await engine.resume(open.run, { by, anew: true })
    for (const answer of given) at = await engine.resume(at.run, { by, given: answer })
    return at
  })
  return checklistOutcome(work, state, { all, signedBefore: false })
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
  const work = await openWork(context)
  const state = await walkWithPlaybooks(work, (engine) =>
    engine.resume(known.run, {
      by: context.ports.operator,
      ...(given === undefined ? {} : { given }),
      ...(stale ? { anew: true } : {}),
    }),
  )
  const signedBefore = known.signed !== undefined
  return checklistOutcome(work, state, { all: false, signedBefore })
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

/** A checklist at the terminal, or without one: the journal, the screens, the value. */
interface Work {
  readonly context: CommandContext
  readonly holding: HoldingPorts
  readonly screens: ChecklistScreens
}

async function openWork(context: CommandContext): Promise<Work> {
  const { holidays } = await context.settings()
  const { clock } = context.ports
  const holding = { journal: await context.journal(), holidays, nowMs: () => clock.now() }
  const { createChecklistScreens } = await import('./walk-checklist-face.ts')
  const screens = await createChecklistScreens((state) => heldChecklist(holding, state, ''))
  return { context, holding, screens }
}

/**
 * Walks it, and as long as a playbook was asked for by a key: walks that, linked to its item, and
 * then looks at everything anew.
 */
async function walkWithPlaybooks(
  { context, holding, screens }: Work,
  first: (engine: Engine) => Promise<RunState>,
): Promise<RunState> {
  const options = { checklist: screens }
  let state = await withEngine(context, options, first)
  for (;;) {
    const item = screens.takeOpened()
    if (item === undefined || context.signal.aborted) return state
    const value = heldChecklist(holding, state, '').items.find(({ id }) => id === item)
    if (value?.playbook === undefined) return state
    const { openLinkedPlaybook } = await import('./walk-checklist-playbook.ts')
    await openLinkedPlaybook(context, state.run, value)
    if (context.signal.aborted) return state
    const { run } = state
    const by = context.ports.operator
    state = await withEngine(context, options, (engine) => engine.resume(run, { by, anew: true }))
  }
}

async function checklistOutcome(
  { context, holding, screens }: Work,
  state: RunState,
  { all, signedBefore }: { readonly all: boolean; readonly signedBefore: boolean },
): Promise<Outcome<ChecklistRun>> {
  const { renderChecklist, renderSigned } = await import('../render/checklist.ts')
  const rerun = commandLineFor(context, state.url)(resumeWords(state))
  const value = heldChecklist(holding, state, rerun)
  const signedNow = value.signed !== undefined && !signedBefore
  if (signedNow) {
    const { postSigned } = await import('./walk-checklist-post.ts')
    await postSigned(context, value)
  }
  // What the person has signed is still on the same screen.
  const brief = signedNow && screens.shown && context.ports.stdout.isTTY
  const interrupted = state.status === 'interrupted'
  return {
    value,
    exitCode: interrupted ? exitCodeOfRun(state) : exitCodeOfChecklist(value),
    faces: {
      table: (shown, view) =>
        brief ? renderSigned(shown, view) : renderChecklist(shown, view, { all }),
    },
  }
}
