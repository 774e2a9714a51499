/** The value of `mts triage`: what was seen, and which playbooks it calls for, best first. */
import type { OpeningAlert } from '../core/alert-playbook.ts'
import type { Text } from '../core/text.ts'
import type { Status } from '../core/verdict.ts'
import type { Document, Priority } from '../playbook/document.ts'
import type { EvidenceId } from '../playbook/evidence-ids.ts'

/** One thing that was looked at. */
export interface Evidence {
  readonly id: EvidenceId
  readonly status: Status
  /** Which of its ways to be wrong, where there are several: `failed_empty`, `waiting`. */
  readonly state?: string
  readonly message: Text
  /** True: nobody set up what it takes to see this; that it is unknown says nothing about the service. */
  readonly notConfigured?: boolean
}

/** An alert that fires, silenced or not. */
export interface FiringAlert extends OpeningAlert {
  readonly message: Text
}

/** A named pattern of the log that points at a playbook. */
export interface LoggedPattern {
  readonly id: string
  readonly playbook: string
  readonly status: 'critical' | 'warning'
  /** Seen within the last minutes; else it only adds to what speaks for its playbook anyway. */
  readonly recent: boolean
  readonly message: Text
}

/** What is not in the evidence because its source could not be read. */
export interface Unseen {
  readonly id: string
  readonly message: Text
  /** True: nobody set it up, so that it says nothing about the service. */
  readonly notConfigured?: true
}

export interface Seen {
  /** ISO 8601, Seoul. */
  readonly observedAt: string
  readonly evidence: readonly Evidence[]
  readonly alerts: readonly FiringAlert[]
  readonly logged: readonly LoggedPattern[]
  readonly unseen: readonly Unseen[]
}

/** What the ranking needs to know of a playbook. */
export type RankedPlaybook = Pick<
  Document,
  'id' | 'title' | 'priority' | 'impact' | 'triggers' | 'signals'
>

export interface CitedEvidence {
  /** An id of the evidence; of an alert `alert:` and its name, of a pattern of the log `log:` and its id. */
  readonly id: string
  readonly status: Status
  readonly message: Text
}

export interface Hypothesis {
  readonly playbook: string
  readonly title: Text
  /** The playbook's own, or the more urgent one of what was seen or of a symptom it explains. */
  readonly priority: Priority
  /** 0 to 1. */
  readonly confidence: number
  readonly evidence: readonly CitedEvidence[]
  /** The evidence that explains all of it: deal with that first. Absent: it stands for itself. */
  readonly explainedBy?: readonly string[]
  /** Only alerts or the log speak for it, and a fresh look at the same things found them well. */
  readonly contradicted?: true
}

export interface Triage {
  readonly kind: 'Triage'
  readonly observedAt: string
  /** Best first. */
  readonly hypotheses: readonly Hypothesis[]
  /** What the log holds of before, for playbooks that nothing of now calls for. */
  readonly earlier: readonly { readonly playbook: string; readonly message: Text }[]
  /** Alerts that fire and open no playbook: somebody else's, or a playbook is missing. */
  readonly unclaimed: readonly CitedEvidence[]
  /** What could not be judged: neither well nor a symptom. */
  readonly unseen: readonly Unseen[]
}
