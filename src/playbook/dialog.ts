/**
 * What the engine asks a person and what can be answered. The engine has no terminal: a face
 * (terminal prompts, tests) answers; where nobody can, `request` is absent, and absence is never a yes.
 */
import type { Dialog } from '../core/dialog.ts'
import type { Text } from '../core/text.ts'
import type { ManualField, Step } from './document.ts'
import type { PlannedRequest, Reason } from './operation.ts'
import type { RunState } from './run-state.ts'

export type QuestionKind =
  /** The person does something and says so, with proof where the document wants it. */
  | 'manual'
  /** Yes or no; no fails the step. */
  | 'approval'
  /** What was seen does not decide: the person does. */
  | 'judge'
  /** Whether the step applies could not be evaluated. */
  | 'applies'
  /** A precondition does not hold (or is not known): the step cannot begin. */
  | 'blocked'
  /** A mutation comes next: look and go to its gate, or not. */
  | 'action'
  /** The step failed: again, or take it as failed. */
  | 'failed'
  /** A wait longer than anyone wants to watch. */
  | 'wait'
  /** All items are done: sign the checklist. */
  | 'sign'

export interface Question {
  readonly kind: QuestionKind
  /** The step's id; `sign` for a checklist's signature. */
  readonly step: string
  readonly prompt: Text
  /** What is known and why it is asked. */
  readonly reasons: readonly Reason[]
  readonly fields: readonly ManualField[]
  /** The document's step; absent for the signature. */
  readonly of?: Step
  /** Everything so far, for the details a person may ask to see. */
  readonly state: RunState
  /** Wall clock at which a wait ends. */
  readonly untilMs?: number
  /** What the action at hand would send. */
  readonly plan?: PlannedRequest
}

/** What a person says about the step itself: it is recorded and the step goes on from it. */
export type StepAnswer =
  /** Done, yes, passed, go on; `values` holds what was typed for the fields, checked by the engine. */
  | { readonly kind: 'complete'; readonly values: Readonly<Record<string, string>> }
  /** No, did not pass. */
  | { readonly kind: 'fail'; readonly reason: string }
  | { readonly kind: 'skip'; readonly reason: string }
  /** Look again. */
  | { readonly kind: 'repeat' }

export type Answer =
  | StepAnswer
  /** Kept, and asked again. */
  | { readonly kind: 'note'; readonly text: string }
  /** Recorded; the run then waits for the other person. */
  | { readonly kind: 'handoff'; readonly to: string; readonly note?: string }
  /** To a read-only step that was done: `backTargets` names them. */
  | { readonly kind: 'back'; readonly to: string }
  /** The run waits and can be resumed. */
  | { readonly kind: 'stop' }
  /** Ctrl-C: as stop, and the run counts as interrupted. */
  | { readonly kind: 'interrupt' }

export interface EngineDialog extends Dialog {
  readonly request?: (question: Question) => Promise<Answer>
}

/** An answer given on the command line, for the step it names: good for one question. */
export interface GivenAnswer {
  readonly step: string
  readonly answer?: StepAnswer
  /** `--confirm`: for an action's gate. */
  readonly confirm?: string
}
