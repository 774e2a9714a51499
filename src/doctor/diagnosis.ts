/** What `mts doctor` finds: what it means for the operator, and what mends it. */
import type { Text } from '../core/text.ts'

export const FINDING_CODES = [
  'UNREACHABLE',
  'HEALTH_HANGS',
  'CLOCK_SKEW',
  'ZONE_MISMATCH',
  'RULE_DEAD',
  'RULE_WRONG',
  'RECEIVER_MISSING',
  'INHIBITION_INVERTED',
  'SERIES_ABSENT',
  'SERIES_BLIND',
  'SCRAPE_SLOW',
  'RUNBOOK_MISSING',
  'PLAYBOOK_MISSING',
  'ALERT_MISSING',
  'ENDPOINT_BROKEN',
] as const

export type FindingCode = (typeof FINDING_CODES)[number]

export type FindingSeverity = 'critical' | 'warning' | 'info'

export interface Finding {
  readonly code: FindingCode
  readonly severity: FindingSeverity
  /** What it is about: a rule, a series, a receiver, an endpoint. With the code it names the finding. */
  readonly subject: string
  readonly message: Text
  readonly remedy: Text
  /** A team that cannot mend it has said so, until then. */
  readonly accepted?: { readonly reason: string; readonly until: string }
}

/** What could not be looked at, and so was not judged. */
export interface Unseen {
  readonly what: Text
  readonly reason: Text
}

export interface Diagnosis {
  readonly kind: 'Diagnosis'
  readonly url: string
  readonly observedAt: string
  readonly findings: readonly Finding[]
  readonly unseen: readonly Unseen[]
}

const SEVERITIES: readonly FindingSeverity[] = ['critical', 'warning', 'info']

/** Worst first, accepted ones last, else in the order of the codes. */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  const rank = (finding: Finding): number =>
    (finding.accepted === undefined ? 0 : 1000) +
    SEVERITIES.indexOf(finding.severity) * 100 +
    FINDING_CODES.indexOf(finding.code)
  return findings.toSorted(
    (left, right) => rank(left) - rank(right) || (left.subject < right.subject ? -1 : 1),
  )
}

export function worstSeverity(findings: readonly Finding[]): FindingSeverity | undefined {
  const open = findings.filter((finding) => finding.accepted === undefined)
  return SEVERITIES.find((severity) => open.some((finding) => finding.severity === severity))
}
