/**
 * A playbook or checklist as the engine sees it: inert data, checked and complete (`load.ts` makes
 * it from YAML). No step knows how it is run, viewed or rehearsed.
 *
 * Expressions are CEL. Their scope: `inputs.<name>`; `steps.<id>.status`, `.value` (a probe's or
 * action's value), `.answers.<field>` (what a person entered); `value`, the observation of the step
 * at hand; `now` (`YYYY-MM-DDTHH:MM:SS+09:00`), `today`, `dueDate` (the newest settlement date whose
 * batch is due). In `with`, a string that is wholly `${ … }` is an expression; any other value stands
 * for itself. In the `prompt` of a manual or approval step `${inputs.<name>}` is filled in.
 */
import type { Text } from '../core/text.ts'

export type Priority = 'P0' | 'P1' | 'P2'

export interface InputDeclaration {
  readonly type: 'string' | 'integer' | 'date' | 'boolean'
  readonly title: Text
  readonly required: boolean
  readonly enum?: readonly string[]
  /** Linear-time regular expression (RE2). */
  readonly pattern?: string
  readonly secret?: boolean
  /** A literal or `${ … }`. */
  readonly default?: unknown
}

/** A conclusion: a stable code and words. A run that ends on a finding with `failure: true` has failed. */
export interface Finding {
  readonly code: string
  readonly message: Text
  readonly failure: boolean
}

/** One piece of triage's evidence that speaks for a playbook. */
export interface Signal {
  /** An id of the evidence (`database`), or one state of it (`pool:waiting`). */
  readonly evidence: string
  /** Statuses that count. Default: critical and warning; what is unknown never speaks for anything. */
  readonly status: readonly ('critical' | 'warning')[]
  /** How far this alone proves that the playbook is called for: over 0, at most 1. */
  readonly weight: number
  /** More urgent than the playbook itself when this is seen. */
  readonly priority?: Priority
  /** Evidence of which this is a mere symptom; without it, what the playbook's signals name together. */
  readonly explainedBy: readonly string[]
}

interface StepCommon {
  readonly id: string
  readonly title: Text
  /** Why this step, in a line or two, shown when the operator asks. */
  readonly why?: Text
  /** What is dangerous here; shown always. */
  readonly danger?: Text
  /** Skip when false. */
  readonly when?: string
  /** Block when false, with the words to say so. */
  readonly preconditions?: readonly { readonly condition: string; readonly message: Text }[]
  /** What a failed step means for the run. Default abort. */
  readonly onFailure: 'abort' | 'continue'
  /** Only checklists: a failed one makes the whole checklist critical. */
  readonly blocking?: boolean
  /** Only checklists: what the item is called where several share a line. */
  readonly short?: Text
  /** Only checklists: the playbook that treats it. */
  readonly playbook?: string
  /** The run ends after this step, with the finding if there is one. */
  readonly end?: boolean
  readonly finding?: Finding
  /** Line in the source file, for messages. */
  readonly line: number
}

export interface ProbeStep extends StepCommon {
  readonly type: 'probe'
  readonly probe: string
  readonly with: Readonly<Record<string, unknown>>
  /** True: pass. */
  readonly successCondition?: string
  /** True: fail. Looked at first. Neither true: warning if `warningCondition` holds, else inconclusive. */
  readonly failureCondition?: string
  readonly warningCondition?: string
  /** What it means when the probe could not see. The default, and the only sound one, is inconclusive. */
  readonly onNoData: 'inconclusive' | 'fail'
  /** Ask again every `intervalMs` until success or `timeoutMs`. */
  readonly intervalMs?: number
  readonly timeoutMs?: number
  /** So many looks in a row have to pass; 1. */
  readonly consecutiveSuccessLimit?: number
}

export interface ActionStep extends StepCommon {
  readonly type: 'action'
  readonly action: string
  readonly with: Readonly<Record<string, unknown>>
  readonly approval: { readonly prompt?: Text; readonly expiresInMs: number }
}

export interface ManualField {
  readonly id: string
  readonly title: Text
  readonly type: 'string' | 'integer' | 'money' | 'url' | 'boolean'
  readonly required: boolean
}

export interface ManualStep extends StepCommon {
  readonly type: 'manual'
  readonly prompt: Text
  /** What the person enters as proof. None: done or not done. */
  readonly expects: readonly ManualField[]
  /** What it asks for stays open after the run, due at this `HH:MM` of Seoul as it comes next. */
  readonly followUp?: { readonly until: string }
  /** Only checklists: whose answer counts; another's is kept as a note. As operators are named in the journal. */
  readonly ownerOnly?: string
  /** Only checklists: items whose figures no screen shows until this one is answered from another source. */
  readonly conceals?: readonly string[]
}

export interface ApprovalStep extends StepCommon {
  readonly type: 'approval'
  readonly prompt: Text
}

export interface WaitStep extends StepCommon {
  readonly type: 'wait'
  /** Wait this long … */
  readonly forMs?: number
  /** … or until this `HH:MM` of Seoul comes next. */
  readonly until?: string
}

export interface BranchStep extends StepCommon {
  readonly type: 'branch'
  /** The first whose condition is true is taken. */
  readonly branches: readonly {
    readonly when: string
    readonly goto: string
    readonly title: Text
  }[]
  /** Where to go when none is true or one cannot be judged. */
  readonly otherwise: string
}

export type Step = ProbeStep | ActionStep | ManualStep | ApprovalStep | WaitStep | BranchStep

export interface Document {
  readonly apiVersion: 'mts/v1'
  readonly kind: 'Playbook' | 'Checklist'
  readonly id: string
  readonly title: Text
  readonly version: string
  readonly owner: string
  readonly labels: Readonly<Record<string, string>>
  /** Playbooks only. */
  readonly priority?: Priority
  /** What the business feels now, and how long until it hurts more: the first two lines of every playbook. */
  readonly impact?: Text
  readonly worsens?: Text
  readonly triggers: readonly {
    readonly alertname: string
    readonly labels: Readonly<Record<string, string>>
  }[]
  /** What `mts triage` weighs. Absent: only the triggers speak for it. */
  readonly signals?: {
    readonly evidence: readonly Signal[]
    /** Evidence that explains an alert of this playbook, and every signal that names nothing of its own. */
    readonly explainedBy: readonly string[]
  }
  readonly inputs: Readonly<Record<string, InputDeclaration>>
  readonly steps: readonly Step[]
  /** Run when the run is aborted, before `finally`. Absent in runs pinned before there was such a thing. */
  readonly onCancel?: readonly Step[]
  /** Run at the end however the run ends. */
  readonly finally: readonly Step[]
  /** Where it was read from, for messages. */
  readonly file: string
  /** SHA-256 of the source text: the pinned version. */
  readonly digest: string
}

/** What expressions can see. Plain JSON. */
export interface Scope {
  readonly inputs: Readonly<Record<string, unknown>>
  readonly steps: Readonly<
    Record<
      string,
      {
        readonly status: string
        readonly value?: unknown
        readonly answers?: Readonly<Record<string, unknown>>
      }
    >
  >
  readonly value?: unknown
  readonly now: string
  readonly today: string
  readonly dueDate: string
}

/** An expression's result; anything missing, NaN or of the wrong type on the way is unknown, never false. */
export type Evaluation<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'unknown'; readonly reason: Text }

/** Conditions and templates of documents; `conditions.ts` makes one over CEL. */
export interface Expressions {
  condition(source: string, scope: Scope): Evaluation<boolean>
  /** Resolves `${ … }` strings inside a `with` or `default` value. */
  template(value: unknown, scope: Scope): Evaluation<unknown>
}
