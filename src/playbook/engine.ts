/**
 * Walks playbooks and checklists. It has no terminal in it: it speaks by `notify` and `request`, and
 * every fact is in the journal before the next step. A run can be taken up again from any point:
 * finished steps are not done again, a look that was cut short is looked anew, and an action without
 * a result is settled by reading before anything else happens.
 */
import { MtsError } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import type { RunWriter } from '../core/journal.ts'
import { cleanText } from '../core/sanitize.ts'
import { text } from '../core/text.ts'
import type { GivenAnswer } from './dialog.ts'
import type { Document, Step } from './document.ts'
import { reconcilePending } from './engine-action.ts'
import { ask, waitingOf } from './engine-ask.ts'
import { performStep } from './engine-step.ts'
import { createWalk, type EnginePorts, type Progress, type Walk } from './engine-walk.ts'
import { foldRun, isFinished, stepAt, stepState } from './fold.ts'
import {
  SIGN_STEP,
  type Ending,
  type OpenedFrom,
  type RunState,
  type RunStartedData,
} from './run-state.ts'

export type { EnginePorts } from './engine-walk.ts'

interface StartOptions {
  readonly document: Document
  /** Checked and complete, defaults included. */
  readonly inputs: Readonly<Record<string, unknown>>
  readonly operator: string
  /** Begins here instead of at the first step. Throws USAGE (64), FROM_NEEDS_EARLIER (5). */
  readonly fromStep?: string
  /** The checklist's item it is opened from. */
  readonly from?: OpenedFrom
}

export interface ResumeOptions {
  /** Who goes on; the run's operator stays who began it. */
  readonly by: string
  readonly given?: GivenAnswer
  /** Values of secret inputs: they are in no journal and have to be given again. */
  readonly secrets?: Readonly<Record<string, unknown>>
  /** A checklist begun again on its day: read everything anew, keep the answers. */
  readonly anew?: boolean
  /** Ends the run; only the steps of `finally` are still done. */
  readonly abort?: { readonly reason: string }
}

export interface Engine {
  /** Begins a run and walks it as far as it goes. */
  start(options: StartOptions): Promise<RunState>
  /**
   * Goes on with a run. A finished one is returned as it is. Throws URL_MISMATCH (64) when the run
   * belongs to another url, BUSY (75) while somebody else holds it, NOT_FOUND (66).
   */
  resume(run: string, options: ResumeOptions): Promise<RunState>
  note(
    run: string,
    options: { readonly by: string; readonly text: string; readonly step?: string },
  ): RunState
  handOver(run: string, options: { readonly by: string; readonly to: string }): RunState
}

export function createEngine(ports: EnginePorts): Engine {
  return {
    async start({ document, inputs, operator, fromStep, from }) {
      const fromIndex =
        fromStep === undefined
          ? 0
          : (await import('./from-step.ts')).positionFrom(document, fromStep)
      const kept: Record<string, unknown> = {}
      const secrets: Record<string, unknown> = {}
      for (const [name, value] of Object.entries(inputs)) {
        const secret = document.inputs[name]?.secret === true
        kept[name] = secret ? '***' : value
        if (secret) secrets[name] = value
      }
      const writer = ports.journal.startRun({
        kind: document.kind === 'Checklist' ? 'checklist' : 'playbook',
        subject: document.id,
        url: ports.url,
        operator,
        data: {
          document,
          inputs: kept,
          url: ports.url,
          operator,
          ...(fromIndex === 0 ? {} : { fromIndex }),
          ...(from === undefined ? {} : { from }),
        } satisfies RunStartedData,
      })
      return holding(writer, async () => {
        const walk = createWalk(writer, ports, { by: operator, secrets })
        walk.notify('RUN_STARTED', document.title)
        return walkOn(walk)
      })
    },
    async resume(run, options) {
      const known = readRun(ports, run)
      if (isOver(known)) return known
      return holding(ports.journal.openRun(run), async (writer) => {
        const walk = createWalk(writer, ports, {
          by: options.by,
          secrets: options.secrets ?? {},
          ...(options.given === undefined ? {} : { given: options.given }),
        })
        if (isOver(walk.state())) return walk.state()
        assertGivenFits(walk)
        if (options.abort !== undefined) assertNothingPending(walk)
        walk.append({
          kind: 'runResumed',
          data: {
            by: options.by,
            ...(options.anew === true ? { anew: true } : {}),
            ...(options.abort === undefined
              ? {}
              : { abort: { reason: cleanText(options.abort.reason) } }),
          },
        })
        return walkOn(walk)
      })
    },
    note(run, { by, text: words, step }) {
      return writing(run, ports, (writer) => {
        writer.append({
          kind: 'noteAdded',
          ...(step === undefined ? {} : { step }),
          data: { text: cleanText(words, 1000), by },
        })
      })
    },
    handOver(run, { by, to }) {
      return writing(run, ports, (writer) => {
        writer.append({ kind: 'runHandedOver', data: { to: cleanText(to, 100), by } })
      })
    },
  }
}

/** Over: it can no longer be gone on with. */
function isOver(state: RunState): boolean {
  return state.endedAtMs !== undefined
}

/** What a run stands at, by its events alone. Throws NOT_FOUND (66), URL_MISMATCH (64). */
function readRun(ports: EnginePorts, run: string): RunState {
  const header = ports.journal.run(run)
  if (header === undefined) {
    throw new MtsError({
      code: 'NOT_FOUND',
      exitCode: EXIT.notFound,
      message: text(`실행 기록이 없습니다: ${run}`, `no such run: ${run}`),
      next: ['mts run list'],
    })
  }
  if (header.url !== ports.url) {
    throw new MtsError({
      code: 'URL_MISMATCH',
      exitCode: EXIT.usage,
      message: text(
        `${run}은(는) ${header.url}의 실행입니다. 다른 주소(${ports.url})로 이어 할 수 없습니다`,
        `${run} belongs to ${header.url} and cannot go on with ${ports.url}`,
      ),
      next: [`mts run resume ${run} --url ${header.url}`],
    })
  }
  return foldRun(ports.journal.events(run))
}

async function holding(
  writer: RunWriter,
  work: (writer: RunWriter) => Promise<RunState>,
): Promise<RunState> {
  try {
    return await work(writer)
  } finally {
    writer.release()
  }
}

function writing(run: string, ports: EnginePorts, write: (writer: RunWriter) => void): RunState {
  readRun(ports, run)
  const writer = ports.journal.openRun(run)
  try {
    write(writer)
  } finally {
    writer.release()
  }
  return foldRun(ports.journal.events(run))
}

async function walkOn(walk: Walk): Promise<RunState> {
  for (;;) {
    let progress: Progress
    try {
      progress = await advance(walk)
    } catch (error) {
      if (!(error instanceof MtsError && error.code === 'INTERRUPTED')) throw error
      walk.refold()
      progress = parkInterrupted(walk)
    }
    if (progress === 'stop') return walk.state()
  }
}

async function advance(walk: Walk): Promise<Progress> {
  const { pending, document } = walk.state()
  const step = nextStep(walk)
  const somethingLeft = pending !== undefined || step !== undefined || document.kind === 'Checklist'
  if (walk.ports.signal.aborted && somethingLeft) return parkInterrupted(walk)
  if (pending !== undefined) {
    const progress = await reconcilePending(walk)
    const waiting = walk.deferred.get(pending.step)
    return progress === 'stop' && waiting !== undefined ? walk.park(waiting) : progress
  }
  if (step !== undefined) {
    const progress = await performStep(walk, step)
    return progress === 'stop' && walk.deferred.has(step.id) ? 'on' : progress
  }
  if (document.kind === 'Checklist') return closeChecklist(walk)
  return finish(walk, walk.state().ending ?? { status: 'succeeded', refused: false })
}

/** A playbook stands at one step; of a checklist every item is done, in order, whatever came of others. */
function nextStep(walk: Walk): Step | undefined {
  const state = walk.state()
  if (state.document.kind === 'Playbook') return stepAt(state)
  if (state.ending !== undefined || state.signed !== undefined) return undefined
  return state.document.steps.find(
    (step) => !walk.deferred.has(step.id) && !isFinished(stepState(state, step.id)),
  )
}

/** All read, all answered: what is left is the signature. */
async function closeChecklist(walk: Walk): Promise<Progress> {
  const { document, signed, ending } = walk.state()
  if (ending !== undefined) return finish(walk, ending)
  const open = document.steps.find((step) => walk.deferred.has(step.id))
  const waiting = open === undefined ? undefined : walk.deferred.get(open.id)
  if (waiting !== undefined) return walk.park(waiting)
  if (signed === undefined) {
    const asked = await ask(walk, undefined, {
      kind: 'sign',
      prompt: text('점검 결과를 확인하고 서명합니까?', 'sign the checklist as checked?'),
    })
    return asked === 'answered' ? 'on' : 'stop'
  }
  const failed = document.steps.some((step) => walk.step(step.id).status === 'failed')
  return finish(walk, { status: failed ? 'failed' : 'succeeded', refused: false })
}

function finish(walk: Walk, ending: Ending): Progress {
  walk.append({ kind: 'runFinished', data: ending }, ending.status)
  walk.notify('RUN_FINISHED', ending.finding?.message ?? walk.state().document.title)
  return 'stop'
}

function parkInterrupted(walk: Walk): Progress {
  const step = nextStep(walk)
  const waiting = waitingOf(step, {
    kind: 'action',
    prompt: text('중단됨. 이어 할 수 있습니다', 'interrupted; it can be resumed'),
  })
  return walk.park({ ...waiting, kind: 'interrupted' }, true)
}

/** An answer is for the step the run stands at: the same command run twice must not answer the next one. */
function assertGivenFits(walk: Walk): void {
  const { given } = walk
  if (given === undefined) return
  const state = walk.state()
  if (state.pending === undefined && standsAt(state, given.step)) return
  // Of some actions only a person can say what came of them.
  const { waiting, pending } = state
  if (pending?.step === given.step && waiting?.kind === 'judge') return
  const at = state.pending?.step ?? state.waiting?.step ?? stepAt(state)?.id ?? ''
  throw new MtsError({
    code: 'STEP_NOT_WAITING',
    exitCode: EXIT.usage,
    message: text(
      `${given.step} 단계는 지금 답을 기다리지 않습니다(현재: ${at})`,
      `step ${given.step} does not wait for an answer now (the run stands at ${at})`,
    ),
    next: [`mts run status ${state.run} --url ${state.url}`],
  })
}

/** A playbook waits at one step; a checklist at every item that is open, and at its signature when none is. */
function standsAt(state: RunState, id: string): boolean {
  if (state.document.kind === 'Playbook') return stepAt(state)?.id === id
  const open = state.document.steps.filter((step) => !isFinished(stepState(state, step.id)))
  return id === SIGN_STEP ? open.length === 0 : open.some((step) => step.id === id)
}

function assertNothingPending(walk: Walk): void {
  const { pending, run, url } = walk.state()
  if (pending === undefined) return
  throw new MtsError({
    code: 'ACTION_PENDING',
    exitCode: EXIT.busy,
    message: text(
      '보낸 요청의 결과를 아직 모릅니다. 결과를 확인한 뒤 중단할 수 있습니다',
      'a request is out whose result is not known; settle it before aborting',
    ),
    next: [`mts run resume ${run} --url ${url}`],
  })
}
