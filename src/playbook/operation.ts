/**
 * Probes and actions: what a playbook or checklist names instead of containing code. Each is
 * declared once, beside what it does; the engine, the commands and `playbook validate` all use
 * that one declaration.
 */
import type { z } from 'zod'
import type { Clock } from '../core/clock.ts'
import type { SeoulDate } from '../core/dates.ts'
import type { ServiceRequest } from '../core/service.ts'
import type { Text } from '../core/text.ts'

/** A stable code with its words: why something was refused, failed or stands out. */
export interface Reason {
  readonly code: string
  readonly message: Text
}

export interface OperationContext {
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** What a probe saw. `unknown` carries the reason; it is never turned into a value. */
export type Observation =
  | {
      readonly kind: 'observed'
      /** Plain JSON of the declared output shape; free of secrets and personal data. */
      readonly value: unknown
      /** One line for people. */
      readonly summary: Text
      /** Where it came from: an endpoint, a file. */
      readonly source: string
    }
  | { readonly kind: 'unknown'; readonly reason: Text; readonly source: string }

export interface ProbeDeclaration<Input = never> {
  readonly id: string
  readonly title: Text
  readonly impact: 'read_only'
  readonly idempotent: true
  readonly inputs: z.ZodType<Input>
  /** Shape of `Observation.value`: conditions are type-checked against it. */
  readonly outputs: z.ZodType
  observe(input: Input, context: OperationContext): Promise<Observation>
}

/** All facts an approval is bound to, read just before. */
export interface Look {
  /** The settlement date: what is locked and what an open intent blocks. */
  readonly date: SeoulDate
  /** Plain JSON; together with url, action, run and the time of asking it makes the digest. */
  readonly evidence: unknown
  /** Monotonic ms at which the oldest of the facts was asked for. */
  readonly startedMonotonicMs: number
  /** Not empty: a safety rule forbids it. Nothing is asked, nothing is sent. */
  readonly refusals: readonly Reason[]
  /** What to type on a terminal to approve. */
  readonly typedConfirmation: string
  /** The question that asks for it. */
  readonly confirmationPrompt: Text
  /** What was seen, in a line for people: the evidence beside a digest. */
  readonly summary?: Text
}

export type ActionOutcome =
  | 'succeeded'
  | 'refused'
  | 'confirmation_required'
  | 'failed'
  | 'violated'
  | 'unknown'

/** Where an action stands when its value is made; `null` parts have not happened. */
export interface Verdict {
  readonly outcome: ActionOutcome
  readonly reasons: readonly Reason[]
  /** What came of it, in a line for people. */
  readonly summary?: Text
}

/** What an action would send or start, as it is; shown before, and never a way to send it. */
export type PlannedRequest =
  | { readonly kind: 'service'; readonly request: ServiceRequest }
  /** Secrets masked. */
  | { readonly kind: 'command'; readonly argv: readonly string[] }

/**
 * A mutation. `L` is its look, `S` what sending returned (plain JSON, kept in the journal),
 * `V` its verdict.
 */
export interface ActionDeclaration<
  Input,
  L extends Look = Look,
  S = unknown,
  V extends Verdict = Verdict,
> {
  readonly id: string
  readonly title: Text
  readonly impact: 'mutating' | 'undetermined'
  readonly idempotent: boolean
  readonly inputs: z.ZodType<Input>
  readonly outputs: z.ZodType
  /** Set when it cannot be done from here: its step is left to a person, with these words. */
  readonly unavailable?: Text
  /** `person`: nothing that can be read tells what came of it, so after a crash a person says. */
  readonly settledBy?: 'person'
  /** How long sending may take; a minute where it does not say. */
  readonly timeLimitMs?: number
  /** Why it cannot be taken back. Absent: whether it can is not known, and is not to be relied on. */
  readonly irreversible?: Text
  /** What `send` would send. Pure: reads nothing. */
  plan?(input: Input): PlannedRequest
  /** Reads every fact afresh and decides whether a rule forbids it. */
  look(input: Input, context: OperationContext): Promise<L>
  /** Sends the one request. Called at most once for one approval, after the intent is on disk. */
  send(input: Input, look: L, context: OperationContext): Promise<S>
  /**
   * Read-only: did it take effect. Right after sending, and after a crash (`sent` is then undefined:
   * whether and what was answered is not known). `sentAtMs` is wall clock.
   */
  reconcile(
    input: Input,
    intent: { readonly look: L; readonly sentAtMs: number; readonly sent: S | undefined },
    context: OperationContext,
  ): Promise<V>
}
