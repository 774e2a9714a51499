/**
 * Engines and actions talk outward only by `notify` and `request`. A terminal, the JSON face and
 * the tests each answer in their own way; where nobody can answer, `request` is absent.
 */
import type { Text } from './text.ts'

export interface Notice {
  /** Stable, for programs and tests: `ACTION_SENDING`, `STEP_STARTED`, ... */
  readonly code: string
  readonly text: Text
  /** `progress` lines may be overwritten by the next one on a terminal. */
  readonly weight?: 'progress' | 'normal' | 'important'
  readonly data?: unknown
}

/** Asks a person to approve one mutation by typing its id. */
export interface ApprovalQuestion {
  readonly kind: 'approval'
  readonly code: string
  /** What must be typed, e.g. the settlement's id. Anything else means no. */
  readonly expected: string
  readonly prompt: Text
  /** What the person must see before answering: the action's evidence, for the renderer. */
  readonly value: unknown
}

export type Approval = 'yes' | 'no'

export interface Dialog {
  notify(notice: Notice): void
  /** Absent when there is no terminal, or the output is for a program. Absence is never a yes. */
  readonly approve?: (question: ApprovalQuestion) => Promise<Approval>
}
