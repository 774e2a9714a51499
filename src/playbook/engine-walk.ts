/**
 * One walk over one run: its state, kept in step with the journal, and the ways to write to it.
 * Every fact is on disk before the next step begins.
 */
import type { Clock } from '../core/clock.ts'
import { isoSeoul, seoulDateOf, type SeoulDate } from '../core/dates.ts'
import { MtsError } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import type { Journal, JournalEvent, RunStatus, RunWriter } from '../core/journal.ts'
import { text, type Text } from '../core/text.ts'
import type { Catalog } from './catalog.ts'
import type { EngineDialog, GivenAnswer } from './dialog.ts'
import type { Expressions, Scope, Step } from './document.ts'
import { applyEvent, foldRun, isFinished, stepState } from './fold.ts'
import type { RunState, StepFinishedData, StepState, Waiting } from './run-state.ts'

export interface EnginePorts {
  readonly journal: Journal
  readonly expressions: Expressions
  readonly catalog: Catalog
  readonly clock: Clock
  readonly dialog: EngineDialog
  /** The first Ctrl-C: stops before the next thing is done. */
  readonly signal: AbortSignal
  /** The second Ctrl-C, while a request is out: leaves at once, with the intent open. */
  readonly hardStop?: AbortSignal
  /** The service at which probes and actions are aimed; a run is bound to it. */
  readonly url: string
  /** The newest settlement date whose batch is due. */
  dueDate(nowMs: number): SeoulDate
  /** Aborts when one look has taken longer than any sound one; absent: no limit. */
  lookLimit?(): AbortSignal
  /** Waits longer than this are not sat out unless a person wants to, ms. */
  readonly patienceMs: number
}

/** `on`: the state has changed, look again. `stop`: the run waits, is interrupted or is over. */
export type Progress = 'on' | 'stop'

export interface Walk {
  readonly ports: EnginePorts
  readonly writer: RunWriter
  readonly by: string
  /** The answer from the command line until it is used. */
  given: GivenAnswer | undefined
  /** Items of a checklist that nobody could answer now. */
  readonly deferred: Map<string, Waiting>
  state(): RunState
  step(id: string): StepState
  append(event: JournalEvent, status?: RunStatus): void
  /** Reads the run's events anew, after the gate has written some. */
  refold(): void
  scope(): Scope
  finishStep(step: Step, data: StepFinishedData): void
  /** Leaves the run waiting, or interrupted, where it stands. */
  park(waiting: Waiting, interrupted?: boolean): 'stop'
  notify(code: string, words: Text, options?: { progress?: boolean; step?: string }): void
}

export function createWalk(
  writer: RunWriter,
  ports: EnginePorts,
  options: {
    readonly by: string
    readonly given?: GivenAnswer
    readonly secrets: Readonly<Record<string, unknown>>
  },
): Walk {
  let state = foldRun(ports.journal.events(writer.run))

  const append = (event: JournalEvent, status: RunStatus = 'running'): void => {
    state = applyEvent(state, writer.append(event, { status }))
  }
  const notify: Walk['notify'] = (code, words, { progress = false, step } = {}) => {
    ports.dialog.notify({
      code,
      text: words,
      weight: progress ? 'progress' : 'normal',
      data: { step, state },
    })
  }
  return {
    ports,
    writer,
    by: options.by,
    given: options.given,
    deferred: new Map(),
    state: () => state,
    step: (id) => stepState(state, id),
    append,
    refold: () => {
      state = foldRun(ports.journal.events(writer.run))
    },
    scope: () => scopeOf(state, ports, options.secrets),
    finishStep: (step, data) => {
      append({ kind: 'stepFinished', step: step.id, data })
      notify('STEP_FINISHED', step.title, { step: step.id })
    },
    park: (waiting, interrupted = false) => {
      append(
        { kind: 'runWaiting', step: waiting.step, data: { waiting, interrupted } },
        interrupted ? 'interrupted' : 'waiting',
      )
      return 'stop'
    },
    notify,
  }
}

/** What expressions see of the run. A secret that this process was not given is simply not there. */
function scopeOf(
  state: RunState,
  ports: EnginePorts,
  secrets: Readonly<Record<string, unknown>>,
): Scope {
  const nowMs = ports.clock.now()
  const inputs: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(state.inputs)) {
    if (state.document.inputs[name]?.secret !== true) inputs[name] = value
    else if (Object.hasOwn(secrets, name)) inputs[name] = secrets[name]
  }
  const steps: Record<string, Scope['steps'][string]> = {}
  for (const [id, step] of Object.entries(state.steps)) {
    if (!isFinished(step)) continue
    steps[id] = {
      status: step.status,
      ...(step.value === undefined ? {} : { value: step.value }),
      ...(step.answers === undefined ? {} : { answers: step.answers }),
    }
  }
  return {
    inputs,
    steps,
    now: isoSeoul(nowMs),
    today: seoulDateOf(nowMs),
    dueDate: ports.dueDate(nowMs),
  }
}

/** A run may outlive the version of mts that knew its document's words. */
export function notInThisVersion(id: string): MtsError {
  return new MtsError({
    code: 'UNKNOWN_OPERATION',
    exitCode: EXIT.config,
    message: text(
      `이 버전에 없는 이름입니다: ${id}`,
      `this version knows no probe or action of that name: ${id}`,
    ),
    next: ['mts playbook validate'],
  })
}
