/** A run as programs and people see it: `kind: 'Run'`, its exit code, and the words that go on with it. */
import { isoSeoul } from '../core/dates.ts'
import { EXIT, type ExitCode } from '../core/exit-code.ts'
import type { RunHeader, RunStatus } from '../core/journal.ts'
import { text, type Text } from '../core/text.ts'
import { placeholderOf } from './dialog-fields.ts'
import { everyStep } from '../core/every-step.ts'
import type { Priority, Step } from './document.ts'
import { stepState } from './fold.ts'
import type { Reason } from './operation.ts'
import { SIGN_STEP, type RunState, type StepVerdict, type Waiting } from './run-state.ts'

export interface RunStep {
  readonly id: string
  readonly title: Text
  readonly type: string
  readonly status: string
  readonly startedAt?: string
  readonly endedAt?: string
  readonly observed?: Text
  readonly verdict?: StepVerdict
  readonly reason?: Text
  /** Stable codes of what an action was refused or failed for. */
  readonly codes?: readonly string[]
  readonly answers?: Readonly<Record<string, unknown>>
  readonly note?: string
}

export interface WaitingFor {
  readonly step: string
  readonly type: string
  /** What is asked: manual, approval, judge, applies, blocked, action, failed, wait, sign, reconcile. */
  readonly question: string
  readonly prompt: Text
  /** What is dangerous at this step. */
  readonly danger?: Text
  readonly reasons?: readonly Reason[]
  readonly confirm?: string
  /** Values that completing it takes. */
  readonly fields?: readonly {
    readonly id: string
    readonly title: Text
    readonly type: string
    readonly required: boolean
  }[]
  readonly until?: string
  /** The exact command that goes on. */
  readonly rerun: string
}

export interface RunSummary {
  readonly run: string
  readonly playbook: { readonly id: string; readonly version: string; readonly digest: string }
  readonly title: Text
  readonly priority?: Priority
  readonly status: RunStatus
  readonly url: string
  readonly startedAt: string
  readonly endedAt?: string
  readonly operator: string
  readonly inputs: Readonly<Record<string, unknown>>
  readonly finding?: { readonly code: string; readonly message: Text }
  readonly waitingFor?: WaitingFor
  readonly pendingAction?: {
    readonly step: string
    readonly action: string
    readonly sentAt: string
  }
  readonly handedTo?: { readonly to: string; readonly at: string; readonly by: string }
  /** Given away: it goes on where it was imported, and nothing can be done with it here. */
  readonly exported?: Travelled
  /** Where it came from, and when it was taken in. */
  readonly imported?: Travelled & { readonly from: Travelled & { readonly run: string } }
  /** After a run that is over: how many are still to be done. */
  readonly openFollowUps?: number
}

interface Travelled {
  readonly at: string
  readonly by: string
  readonly host?: string
}

/** How the file of a run's document differs from what the run has pinned and goes on with. */
export interface DocumentNow {
  readonly status: 'edited' | 'missing'
  readonly file: string
  /** SHA-256 of the file as it is now. */
  readonly digest?: string
}

export interface Run extends RunSummary {
  readonly kind: 'Run'
  /** Absent while the file is as it was when the run began. */
  readonly documentNow?: DocumentNow
  readonly steps: readonly RunStep[]
  readonly notes?: readonly {
    readonly at: string
    readonly by: string
    readonly step?: string
    readonly text: string
  }[]
}

/** A bare action's run in the list: no document was walked. */
export interface ActionRunSummary {
  readonly run: string
  readonly action: string
  readonly status: RunStatus
  readonly url: string
  readonly startedAt: string
  readonly endedAt?: string
  readonly operator: string
  readonly exported?: Travelled
}

export interface RunList {
  readonly kind: 'RunList'
  readonly runs: readonly (RunSummary | ActionRunSummary)[]
}

/** Turns words into a command that can be pasted, the url named. */
export type CommandLine = (words: readonly string[]) => string

export function runValue(state: RunState, status: RunStatus, commandLine: CommandLine): Run {
  const steps = shownSteps(state)
  return {
    kind: 'Run',
    ...runSummary(state, status, commandLine),
    steps: steps.map((step) => runStep(step, state)),
    ...(state.notes.length === 0
      ? {}
      : {
          notes: state.notes.map((note) => ({
            at: isoSeoul(note.atMs),
            by: note.by,
            ...(note.step === undefined ? {} : { step: note.step }),
            text: note.text,
          })),
        }),
  }
}

/** `status` is the journal's: a run whose process has died is interrupted, which no event says. */
export function runSummary(
  state: RunState,
  status: RunStatus,
  commandLine: CommandLine,
): RunSummary {
  const { document, ending, pending, handedTo } = state
  const waitingFor = waitingForOf(state, status, commandLine)
  return {
    run: state.run,
    playbook: { id: document.id, version: document.version, digest: document.digest },
    title: document.title,
    ...(document.priority === undefined ? {} : { priority: document.priority }),
    status,
    url: state.url,
    startedAt: isoSeoul(state.startedAtMs),
    ...(state.endedAtMs === undefined ? {} : { endedAt: isoSeoul(state.endedAtMs) }),
    operator: state.operator,
    inputs: state.inputs,
    ...(ending?.finding === undefined
      ? {}
      : { finding: { code: ending.finding.code, message: ending.finding.message } }),
    ...(waitingFor === undefined ? {} : { waitingFor }),
    ...(pending === undefined
      ? {}
      : {
          pendingAction: {
            step: pending.step,
            action: pending.action,
            sentAt: isoSeoul(pending.sentAtMs),
          },
        }),
    ...(handedTo === undefined
      ? {}
      : { handedTo: { to: handedTo.to, by: handedTo.by, at: isoSeoul(handedTo.atMs) } }),
    ...travelOf(state),
  }
}

function travelOf({ exported, imported }: RunState): Pick<RunSummary, 'exported' | 'imported'> {
  return {
    ...(exported === undefined
      ? {}
      : { exported: { at: isoSeoul(exported.atMs), by: exported.by, host: exported.host } }),
    ...(imported === undefined
      ? {}
      : {
          imported: {
            at: isoSeoul(imported.atMs),
            by: imported.by,
            from: {
              run: imported.from.run,
              at: isoSeoul(imported.from.atMs),
              by: imported.from.by,
              host: imported.from.host,
            },
          },
        }),
  }
}

export function actionSummary(header: RunHeader): ActionRunSummary {
  return {
    run: header.run,
    action: header.subject,
    status: header.status,
    url: header.url,
    startedAt: isoSeoul(header.startedAtMs),
    ...(header.endedAtMs === undefined ? {} : { endedAt: isoSeoul(header.endedAtMs) }),
    operator: header.operator,
    ...(header.exported === undefined
      ? {}
      : {
          exported: {
            at: isoSeoul(header.exported.atMs),
            by: header.exported.by,
            host: header.exported.host,
          },
        }),
  }
}

/** How a walk ends as a process. A request whose result is not known comes before everything. */
export function exitCodeOfRun(state: RunState): ExitCode {
  if (state.status === 'interrupted') return EXIT.interrupted
  if (state.pending !== undefined) return EXIT.outcomeUnknown
  switch (state.status) {
    case 'succeeded':
      return EXIT.ok
    case 'failed':
      return state.ending?.refused === true ? EXIT.refused : EXIT.warning
    case 'aborted':
      return EXIT.ok
    case 'waiting':
    case 'running':
      return EXIT.waiting
  }
}

/** The words after `mts` that go on with a waiting run. */
export function resumeWords(state: RunState): readonly string[] {
  const words = ['run', 'resume', state.run]
  const { waiting } = state
  if (waiting === undefined) return words
  // Cut short after the intent: first it is read what came of it, and the digest is spent.
  if (state.pending !== undefined && waiting.kind !== 'judge') return words
  const at = [...words, '--step', waiting.step]
  switch (waiting.kind) {
    case 'manual':
      return [...at, '--complete', ...valueWords(state, waiting)]
    case 'approval':
    case 'applies':
    case 'sign':
      return [...at, '--complete']
    case 'judge':
    case 'blocked':
    case 'failed':
      return [...at, '--repeat']
    case 'action':
      return waiting.confirm === undefined ? words : [...at, '--confirm', waiting.confirm]
    case 'wait':
    case 'reconcile':
    case 'interrupted':
      return words
  }
}

function valueWords(state: RunState, waiting: Waiting): readonly string[] {
  const step = findStep(state, waiting.step)
  if (step?.type !== 'manual') return []
  return step.expects
    .filter((field) => field.required)
    .flatMap((field) => ['--value', `${field.id}=${placeholderOf(field.id)}`])
}

function waitingForOf(
  state: RunState,
  status: RunStatus,
  commandLine: CommandLine,
): WaitingFor | undefined {
  const { waiting } = state
  if (state.endedAtMs !== undefined || state.exported !== undefined) return undefined
  if (waiting === undefined) {
    if (status !== 'interrupted') return undefined
    return {
      step: '',
      type: 'interrupted',
      question: 'interrupted',
      prompt: text('중단됨. 이어 할 수 있습니다', 'interrupted; it can be resumed'),
      rerun: commandLine(['run', 'resume', state.run]),
    }
  }
  const step = findStep(state, waiting.step)
  return {
    step: waiting.step,
    type: waiting.type,
    question: waiting.kind,
    prompt: waiting.prompt,
    ...(waiting.danger === undefined ? {} : { danger: waiting.danger }),
    ...(waiting.reasons.length === 0 ? {} : { reasons: waiting.reasons }),
    ...(waiting.confirm === undefined ? {} : { confirm: waiting.confirm }),
    ...(waiting.kind === 'manual' && step?.type === 'manual' && step.expects.length > 0
      ? { fields: step.expects }
      : {}),
    ...(waiting.untilMs === undefined ? {} : { until: isoSeoul(waiting.untilMs) }),
    rerun: commandLine(resumeWords(state)),
  }
}

function findStep(state: RunState, id: string): Step | undefined {
  if (id === SIGN_STEP) return undefined
  return everyStep(state.document).find((step) => step.id === id)
}

function runStep(step: Step, state: RunState): RunStep {
  const own = stepState(state, step.id)
  const passedOver = own.status === 'pending' && isPassedOver(step, state)
  const note = own.notes.join(' / ')
  const codes = own.reasons.map((reason) => reason.code)
  return {
    id: step.id,
    title: step.title,
    type: step.type,
    status: passedOver ? 'skipped' : own.status,
    ...(own.startedAtMs === undefined ? {} : { startedAt: isoSeoul(own.startedAtMs) }),
    ...(own.endedAtMs === undefined ? {} : { endedAt: isoSeoul(own.endedAtMs) }),
    ...(own.observed === undefined ? {} : { observed: own.observed }),
    ...(own.verdict === undefined ? {} : { verdict: own.verdict }),
    ...(passedOver
      ? { reason: text('이 경로에 해당하지 않음', 'not on the way taken') }
      : own.reason === undefined
        ? {}
        : { reason: own.reason }),
    ...(codes.length === 0 ? {} : { codes }),
    ...(own.answers === undefined ? {} : { answers: own.answers }),
    ...(note === '' ? {} : { note }),
  }
}

/** The steps of an abort are there only when there was one. */
function shownSteps({ document, ending }: RunState): readonly Step[] {
  if (ending?.status === 'aborted') return everyStep(document)
  return [...document.steps, ...document.finally]
}

/** A branch led past it, or the run ended before it. */
function isPassedOver(step: Step, state: RunState): boolean {
  if (state.document.kind === 'Checklist') return false
  const index = state.document.steps.indexOf(step)
  if (index === -1) return state.endedAtMs !== undefined
  return state.position.phase === 'steps' ? index < state.position.index : true
}
