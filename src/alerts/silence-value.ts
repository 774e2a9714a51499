/** The value of `mts alerts silence`: what it hides, how it ended. */
import type { Labels } from '../core/label-matcher.ts'
import type { ActionOutcome, Reason } from '../playbook/operation.ts'

export interface SilenceResultValue {
  readonly kind: 'SilenceAction'
  readonly action: 'silence' | 'unsilence'
  readonly outcome: ActionOutcome
  readonly reasons: readonly Reason[]
  /** As they are written: `alertname="X"`. */
  readonly matchers: readonly string[]
  readonly reason: string
  /** How long, ms; absent when one is ended. */
  readonly forMs?: number
  readonly endsAt: string | null
  /** Alerts that fall silent now (or would be told again); null when they could not be read. */
  readonly hides: readonly { readonly alertname: string; readonly labels: Labels }[] | null
  /** Loaded rules it could hide later; null when they could not be read. */
  readonly couldHide: readonly string[] | null
  readonly silenceId?: string
  readonly confirm?: string
  readonly rerun?: string
  readonly run: string
}

export interface SilenceListValue {
  readonly kind: 'SilenceList'
  readonly items: readonly {
    readonly id: string
    readonly state: string
    readonly matchers: readonly string[]
    readonly startsAt: string
    readonly endsAt: string
    readonly createdBy: string
    readonly comment: string
  }[]
}
