/**
 * The state of a run, folded from its events, and what the engine's events carry. A run pins its
 * document: an edited file changes no run that has begun.
 */
import type { Text } from '../core/text.ts'
import type { RunStatus } from '../core/journal.ts'
import type { QuestionKind } from './dialog.ts'
import type { Aftermath } from './fold-travel.ts'
import type { Document, Finding } from './document.ts'
import type { ActionOutcome, Observation, Reason } from './operation.ts'

/** `inconclusive`: seen but not decided; `unknown`: could not be seen, or the outcome is not known. */
type StepStatus =
  | 'pending'
  | 'running'
  | 'waiting'
  | 'succeeded'
  | 'failed'
  | 'skipped'
  | 'inconclusive'
  | 'unknown'

export type StepVerdict = 'pass' | 'warning' | 'fail' | 'inconclusive'

export interface RunStartedData {
  readonly document: Document
  /** Checked values; a secret one is masked and lives only in the process that was given it. */
  readonly inputs: Readonly<Record<string, unknown>>
  readonly url: string
  readonly operator: string
  /** Where it began, when not at the first step. */
  readonly fromIndex?: number
  /** The checklist's item it was opened from. */
  readonly from?: OpenedFrom
}

export interface OpenedFrom {
  readonly run: string
  readonly item: string
}

export interface StepStartedData {
  /** Whether the step applies could not be evaluated: a person is asked. */
  readonly applies?: { readonly ask: Text }
  /** Wall clock at which a wait ends, ms since the epoch. */
  readonly untilMs?: number
}

export interface ObservedData {
  /** Absent where the gate kept an action's answer under the same kind of event. */
  readonly observation?: Observation
  readonly passes?: number
}

/** What was answered, with checked values. */
export type RecordedAnswer =
  | { readonly kind: 'complete'; readonly values: Readonly<Record<string, unknown>> }
  | { readonly kind: 'fail'; readonly reason: string }
  | { readonly kind: 'skip'; readonly reason: string }
  | { readonly kind: 'repeat' }
  /** The walk stands at this step again. */
  | { readonly kind: 'back'; readonly to: string }

export interface AnswerGivenData {
  readonly question: QuestionKind
  readonly answer: RecordedAnswer
  readonly by: string
  /** Why a step begins anew. */
  readonly reasons?: readonly Reason[]
}

export interface StepFinishedData {
  readonly status: Exclude<StepStatus, 'pending' | 'running' | 'waiting'>
  readonly verdict?: StepVerdict
  readonly reasons?: readonly Reason[]
  /** What a person or a condition said about it, in words. */
  readonly reason?: Text
  readonly observed?: Text
  readonly value?: unknown
  readonly outcome?: ActionOutcome
  /** Where a branch leads. */
  readonly goto?: string
  /** Who decided that a step is skipped. */
  readonly skippedBy?: 'condition' | 'person'
}

/** What a waiting run waits for. */
export interface Waiting {
  readonly kind: QuestionKind | 'reconcile' | 'interrupted'
  readonly step: string
  readonly type: string
  readonly prompt: Text
  /** What is dangerous at this step. */
  readonly danger?: Text
  readonly reasons: readonly Reason[]
  /** Good once, for the action's gate. */
  readonly confirm?: string
  readonly untilMs?: number
  /** Names of the values that completing it takes. */
  readonly fields?: readonly string[]
}

export interface RunWaitingData {
  readonly waiting: Waiting
  readonly interrupted: boolean
}

export interface RunResumedData {
  readonly by: string
  /** A checklist begun again: everything that can be read is read anew, answers are kept. */
  readonly anew?: boolean
  /** `mts run abort`: only the steps of `finally` are still to be done. */
  readonly abort?: { readonly reason: string }
}

export interface Ending {
  readonly status: Extract<RunStatus, 'succeeded' | 'failed' | 'aborted'>
  readonly finding?: Finding
  /** A safety rule forbade an action and that ended the run. */
  readonly refused: boolean
}

export interface StepState {
  readonly status: StepStatus
  readonly startedAtMs?: number
  readonly endedAtMs?: number
  readonly untilMs?: number
  readonly asksWhetherItApplies?: Text
  readonly observation?: Observation
  /** Looks in a row that have passed, where several have to. */
  readonly passes?: number
  readonly observed?: Text
  readonly verdict?: StepVerdict
  readonly reasons: readonly Reason[]
  readonly reason?: Text
  readonly value?: unknown
  readonly outcome?: ActionOutcome
  readonly goto?: string
  readonly skippedBy?: 'condition' | 'person'
  /** Checked values a person entered. */
  readonly answers?: Readonly<Record<string, unknown>>
  /** Answers on record, by question, as long as the step runs. */
  readonly given: Readonly<Partial<Record<QuestionKind, RecordedAnswer>>>
  readonly answeredBy?: string
  /** What `actionFinished` carried, until the step is finished from it. */
  readonly actionFinished?: { readonly data: unknown }
  readonly notes: readonly string[]
}

interface Note {
  readonly atMs: number
  readonly by: string
  readonly step?: string
  readonly text: string
}

/** Where the walk stands: the step to do next, or the end. */
export type Position =
  | { readonly phase: 'steps' | 'onCancel' | 'finally'; readonly index: number }
  | { readonly phase: 'done' }

export interface RunState extends Aftermath {
  readonly run: string
  readonly url: string
  readonly operator: string
  readonly document: Document
  readonly inputs: Readonly<Record<string, unknown>>
  readonly status: RunStatus
  readonly startedAtMs: number
  readonly updatedAtMs: number
  readonly endedAtMs?: number
  readonly steps: Readonly<Record<string, StepState>>
  readonly position: Position
  readonly ending?: Ending
  readonly waiting?: Waiting
  /** An action that was sent and whose result is not known. */
  readonly pending?: { readonly step: string; readonly action: string; readonly sentAtMs: number }
  readonly notes: readonly Note[]
  readonly handedTo?: { readonly to: string; readonly atMs: number; readonly by: string }
  /** Checklists: who signed; `hash` is the run's last one then, which stands for all before it. */
  readonly signed?: { readonly by: string; readonly atMs: number; readonly hash: string }
  /** Playbooks: the checklist's item it was opened from. */
  readonly from?: OpenedFrom
}

/** Pseudo-step of a checklist's signature. */
export const SIGN_STEP = 'sign'
