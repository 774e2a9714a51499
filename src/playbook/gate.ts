/**
 * The one gate every mutation passes: a fresh look, an explicit yes bound to what was seen, the
 * intent on disk before the request leaves, at most one request, and a verdict from reading back.
 */
import type { Clock } from '../core/clock.ts'
import type { Dialog } from '../core/dialog.ts'
import type { Journal, RunWriter } from '../core/journal.ts'
import type { ActionDeclaration, Look, Reason, Verdict } from './operation.ts'

export type ApprovalMode =
  /** A person at a terminal types the id. */
  | { readonly kind: 'ask' }
  /** A digest from an earlier answer of ours. */
  | { readonly kind: 'digest'; readonly digest: string }
  /** Nobody to ask: look, record what would be approved, and stop. */
  | { readonly kind: 'nobody' }

export interface GateRequest<Input, L extends Look, S, V extends Verdict> {
  readonly action: ActionDeclaration<Input, L, S, V>
  readonly input: Input
  readonly step: string
  readonly approval: ApprovalMode
  readonly expiresInMs?: number
  /** Base URL without credentials: part of the digest and the lock. */
  readonly url: string
}

export interface GatePorts {
  readonly journal: Journal
  readonly writer: RunWriter
  readonly clock: Clock
  readonly dialog: Dialog
  /** The first Ctrl-C: stops before anything is sent. Once a request is out it no longer counts. */
  readonly signal: AbortSignal
  /** The second Ctrl-C: leaves at once, with the intent open. */
  readonly hardStop?: AbortSignal
}

/** How far an action came. Every variant carries the look its value is rendered from. */
export type GateResult<L extends Look, V extends Verdict> =
  | { readonly kind: 'refused'; readonly look: L; readonly reasons: readonly Reason[] }
  | {
      readonly kind: 'confirmation_required'
      readonly look: L
      readonly digest: string
      /** Why an offered digest was not taken: CONFIRM_UNKNOWN, CONFIRM_USED, CONFIRM_EXPIRED, EVIDENCE_CHANGED. */
      readonly reasons: readonly Reason[]
    }
  /** The person said no, or the evidence changed under the question: nothing was sent. */
  | { readonly kind: 'declined'; readonly look: L; readonly reasons: readonly Reason[] }
  | { readonly kind: 'done'; readonly look: L; readonly verdict: V }
