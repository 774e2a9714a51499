/** Events to state: pure, total over every prefix of a run's events, the same on every machine. */
import { EXIT } from '../core/exit-code.ts'
import { MtsError } from '../core/errors.ts'
import type { StoredEvent } from '../core/journal.ts'
import { text } from '../core/text.ts'
import { onExported, onFollowUp, onImported } from './fold-travel.ts'
import { wentBack } from './fold-back.ts'
import { endingAfter, endingAtTheLastStep } from './fold-ending.ts'
import { everyStep } from '../core/every-step.ts'
import type { Document, Step } from './document.ts'
import type { Verdict } from './operation.ts'
import {
  SIGN_STEP,
  type ObservedData,
  type AnswerGivenData,
  type Position,
  type RunResumedData,
  type RunStartedData,
  type RunState,
  type RunWaitingData,
  type StepFinishedData,
  type StepStartedData,
  type StepState,
} from './run-state.ts'

/** The state after `events`, the first of which is `runStarted`. Throws for a run that walks no document. */
export function foldRun(events: readonly StoredEvent[]): RunState {
  const [first, ...rest] = events
  if (first === undefined || first.kind !== 'runStarted' || !carriesDocument(first.data)) {
    throw new MtsError({
      code: 'NO_DOCUMENT',
      exitCode: EXIT.usage,
      message: text(
        '플레이북이나 점검표의 실행 기록이 아닙니다',
        'this run walks no playbook or checklist',
      ),
      next: ['mts run list'],
    })
  }
  let state = startedState(first, first.data)
  for (const event of rest) state = applyEvent(state, event)
  return state
}

/** The state after one more event. Events of kinds that change nothing here leave it as it is. */
export function applyEvent(state: RunState, event: StoredEvent): RunState {
  const next: RunState = { ...state, updatedAtMs: event.atMs }
  // The journal is the edge: its chain of hashes vouches that these are the values written below.
  switch (event.kind) {
    case 'runStarted':
    case 'approvalRequested':
    case 'approvalGiven':
      return next
    case 'stepStarted':
      return onStepStarted(next, event)
    case 'probeObserved': {
      const { observation, passes } = event.data as ObservedData
      // The gate keeps an action's answer under the same kind; it is no observation of ours.
      if (observation === undefined) return next
      return patchStep(next, event, (step) => ({
        ...step,
        observation,
        ...optional('passes', passes),
      }))
    }
    case 'answerGiven':
      return onAnswerGiven(next, event)
    case 'actionIntended':
      return {
        ...next,
        pending: {
          step: event.step ?? '',
          action: actionOf(next.document, event.step),
          sentAtMs: event.atMs,
        },
      }
    case 'actionFinished':
      return onActionFinished(next, event)
    case 'stepFinished':
      return onStepFinished(next, event)
    case 'noteAdded': {
      const note = event.data as { readonly text: string; readonly by: string }
      const noted: RunState = {
        ...next,
        notes: [
          ...next.notes,
          { atMs: event.atMs, ...note, ...(event.step === undefined ? {} : { step: event.step }) },
        ],
      }
      return event.step === undefined
        ? noted
        : patchStep(noted, event, (step) => ({ ...step, notes: [...step.notes, note.text] }))
    }
    case 'runWaiting':
      return onRunWaiting(next, event)
    case 'runResumed':
      return onRunResumed(next, event.data as RunResumedData)
    case 'runHandedOver': {
      const { to, by } = event.data as { readonly to: string; readonly by: string }
      return { ...next, handedTo: { to, by, atMs: event.atMs } }
    }
    case 'runFinished':
      return onRunFinished(next, event)
    case 'runExported':
      return onExported(next, event)
    case 'runImported':
      return onImported(next, event)
    case 'followUpAdded':
    case 'followUpClosed':
      return onFollowUp(next, event)
  }
}

/** The step the walk stands at; undefined at the end. */
export function stepAt(state: RunState): Step | undefined {
  const { position } = state
  if (position.phase === 'done') return undefined
  return phaseSteps(state.document, position.phase)[position.index]
}

function phaseSteps(
  { steps, onCancel = [], finally: last }: Document,
  phase: 'steps' | 'onCancel' | 'finally',
): readonly Step[] {
  return phase === 'steps' ? steps : phase === 'onCancel' ? onCancel : last
}

const NOTHING_YET: StepState = { status: 'pending', reasons: [], given: {}, notes: [] }

export function stepState(state: RunState, id: string): StepState {
  return state.steps[id] ?? NOTHING_YET
}

/** Over: nothing more will be done for this step. */
export function isFinished(step: StepState): boolean {
  return step.status !== 'pending' && step.status !== 'running' && step.status !== 'waiting'
}

function carriesDocument(data: unknown): data is RunStartedData {
  return typeof data === 'object' && data !== null && 'document' in data
}

function startedState(event: StoredEvent, data: RunStartedData): RunState {
  const state: RunState = {
    run: event.run,
    url: data.url,
    operator: data.operator,
    document: data.document,
    inputs: data.inputs,
    status: 'running',
    startedAtMs: event.atMs,
    updatedAtMs: event.atMs,
    steps: {},
    position: { phase: 'steps', index: data.fromIndex ?? 0 },
    notes: [],
    ...optional('from', data.from),
  }
  return settlePosition(state)
}

function onStepStarted(state: RunState, event: StoredEvent): RunState {
  const data = event.data as StepStartedData
  return patchStep({ ...state, status: 'running' }, event, (step) => ({
    ...NOTHING_YET,
    notes: step.notes,
    status: 'running',
    startedAtMs: event.atMs,
    ...(data.untilMs === undefined ? {} : { untilMs: data.untilMs }),
    ...(data.applies === undefined ? {} : { asksWhetherItApplies: data.applies.ask }),
  }))
}

function onAnswerGiven(state: RunState, event: StoredEvent): RunState {
  const data = event.data as AnswerGivenData
  const awake = without({ ...state, status: 'running' }, 'waiting')
  if (event.step === SIGN_STEP) {
    return data.answer.kind === 'complete'
      ? { ...awake, signed: { by: data.by, atMs: event.atMs, hash: event.hash } }
      : awake
  }
  if (data.answer.kind === 'back') return settlePosition(wentBack(awake, data.answer.to))
  return patchStep(awake, event, (step) => {
    // Looking again forgets what was seen and said, but not that the step applies.
    if (data.answer.kind === 'repeat') {
      const applies = step.given.applies
      return {
        ...NOTHING_YET,
        notes: step.notes,
        status: 'running',
        reasons: data.reasons ?? [],
        given: applies === undefined ? {} : { applies },
        ...(step.startedAtMs === undefined ? {} : { startedAtMs: step.startedAtMs }),
        ...(step.untilMs === undefined ? {} : { untilMs: step.untilMs }),
        ...(step.asksWhetherItApplies === undefined
          ? {}
          : { asksWhetherItApplies: step.asksWhetherItApplies }),
      }
    }
    return {
      ...step,
      status: 'running',
      given: { ...step.given, [data.question]: data.answer },
      answeredBy: data.by,
      ...(data.answer.kind === 'complete' && data.question === 'manual'
        ? { answers: data.answer.values }
        : {}),
    }
  })
}

/** An outcome that is not known keeps the action pending; one that was called off leaves no trace. */
function onActionFinished(state: RunState, event: StoredEvent): RunState {
  const verdict = event.data as Partial<Verdict> & { readonly sent?: boolean }
  if (verdict.outcome === 'unknown') return state
  const settled = without(state, 'pending')
  const calledOff =
    verdict.sent === false &&
    (verdict.reasons ?? []).some((reason) => CALLED_OFF_CODES.has(reason.code))
  if (calledOff) return settled
  return patchStep(settled, event, (step) => ({ ...step, actionFinished: { data: event.data } }))
}

/** Reasons for which the gate lets go of an intent before anything left. */
export const CALLED_OFF_CODES: ReadonlySet<string> = new Set(['STALE_FACTS', 'DECLINED'])

function onStepFinished(state: RunState, event: StoredEvent): RunState {
  const data = event.data as StepFinishedData
  const finished = patchStep(without({ ...state, status: 'running' }, 'waiting'), event, (step) => {
    const { actionFinished: _used, observation, ...kept } = step
    return {
      ...kept,
      status: data.status,
      endedAtMs: event.atMs,
      reasons: data.reasons ?? [],
      ...optional('verdict', data.verdict),
      ...optional('reason', data.reason),
      ...optional('observed', data.observed),
      ...optional('value', data.value),
      ...optional('outcome', data.outcome),
      ...optional('goto', data.goto),
      ...optional('skippedBy', data.skippedBy),
      ...optional('observation', observation),
    }
  })
  return settlePosition(advance(finished, event.step ?? ''))
}

function onRunWaiting(state: RunState, event: StoredEvent): RunState {
  const { waiting, interrupted } = event.data as RunWaitingData
  const marked: RunState = { ...state, waiting, status: interrupted ? 'interrupted' : 'waiting' }
  const step = marked.steps[waiting.step]
  if (step === undefined || isFinished(step)) return marked
  return { ...marked, steps: { ...marked.steps, [waiting.step]: { ...step, status: 'waiting' } } }
}

function onRunResumed(state: RunState, data: RunResumedData): RunState {
  const resumed: RunState = { ...state, status: 'running' }
  if (data.abort !== undefined) {
    return settlePosition({
      ...without(resumed, 'waiting'),
      position: { phase: 'onCancel', index: 0 },
      ending: {
        status: 'aborted',
        refused: false,
        finding: {
          code: 'ABORTED',
          message: text(data.abort.reason, data.abort.reason),
          failure: true,
        },
      },
    })
  }
  // Signed is signed: only its end was not written down any more.
  if (data.anew !== true || state.signed !== undefined) return resumed
  const steps: Record<string, StepState> = {}
  for (const step of state.document.steps) {
    const known = state.steps[step.id]
    if (known === undefined) continue
    // A person's answer is kept; whatever was read is read again.
    const asked = step.type === 'manual' || step.type === 'approval'
    // What was started and has ended is a fact of the day: it is not started again.
    const done = step.type === 'action' && known.outcome !== undefined
    if (done || (asked && known.answeredBy !== undefined)) steps[step.id] = known
    else if (known.notes.length > 0) steps[step.id] = { ...NOTHING_YET, notes: known.notes }
  }
  return { ...without(resumed, 'waiting'), steps, position: { phase: 'steps', index: 0 } }
}

function onRunFinished(state: RunState, event: StoredEvent): RunState {
  const ending = event.data as NonNullable<RunState['ending']>
  return {
    ...without(state, 'waiting'),
    status: ending.status,
    ending,
    endedAtMs: event.atMs,
    position: { phase: 'done' },
  }
}

/** Where the walk goes after a finished step. */
function advance(state: RunState, id: string): RunState {
  const { position, document } = state
  if (position.phase === 'done') return state
  const steps = phaseSteps(document, position.phase)
  const index = steps.findIndex((step) => step.id === id)
  const step = steps[index]
  if (step === undefined) return state
  if (position.phase !== 'steps') {
    return { ...state, position: { phase: position.phase, index: index + 1 } }
  }
  const own = stepState(state, id)
  if (document.kind === 'Playbook') {
    const ending = endingAfter(step, own)
    if (ending !== undefined) {
      return { ...state, ending, position: { phase: 'finally', index: 0 } }
    }
    if (own.goto !== undefined) return jump(state, index, own.goto)
  }
  return { ...state, position: { phase: 'steps', index: index + 1 } }
}

/** Branches only lead forward; a target that is not there ends the steps rather than guessing one. */
function jump(state: RunState, from: number, goto: string): RunState {
  const target = state.document.steps.findIndex((step) => step.id === goto)
  const index = target > from ? target : state.document.steps.length
  return { ...state, position: { phase: 'steps', index } }
}

/** Past the last step the run ends, and past the last of `finally` it is done. */
function settlePosition(state: RunState): RunState {
  let { position, ending } = state
  if (position.phase === 'steps' && position.index >= state.document.steps.length) {
    if (state.document.kind === 'Checklist') return state
    ending ??= endingAtTheLastStep(state)
    position = { phase: 'finally', index: 0 }
  }
  const { onCancel = [] } = state.document
  if (position.phase === 'onCancel' && position.index >= onCancel.length) {
    position = { phase: 'finally', index: 0 }
  }
  if (position.phase === 'finally' && position.index >= state.document.finally.length) {
    position = { phase: 'done' } satisfies Position
  }
  return passKept({ ...state, position, ...(ending === undefined ? {} : { ending }) })
}

/** After going back the walk comes by answers that were kept: they are not asked for again. */
function passKept(state: RunState): RunState {
  if (state.document.kind !== 'Playbook' || state.position.phase !== 'steps') return state
  const step = stepAt(state)
  if (step === undefined || !isFinished(stepState(state, step.id))) return state
  return settlePosition(advance(state, step.id))
}

function patchStep(
  state: RunState,
  event: StoredEvent,
  patch: (step: StepState) => StepState,
): RunState {
  if (event.step === undefined) return state
  return {
    ...state,
    steps: { ...state.steps, [event.step]: patch(stepState(state, event.step)) },
  }
}

function without<K extends 'waiting' | 'pending'>(state: RunState, key: K): RunState {
  const { [key]: _dropped, ...rest } = state
  return rest as RunState
}

function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<K, V>>)
}

function actionOf(document: Document, id: string | undefined): string {
  const step = everyStep(document).find((candidate) => candidate.id === id)
  return step?.type === 'action' ? step.action : ''
}
