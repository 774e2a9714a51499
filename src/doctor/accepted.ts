/** Findings that a team has accepted because it cannot mend them: with a reason, and only until a date. */
import { addDays, daysBetween } from '../core/dates.ts'
import type { SeoulDate } from '../core/dates.ts'
import type { Finding } from './diagnosis.ts'

export interface Acceptance {
  readonly code: string
  readonly subject: string
  readonly reason: string
  /** The last day on which it holds. */
  readonly until: SeoulDate
  readonly acceptedBy: string
  /** ISO 8601. */
  readonly acceptedAt: string
}

/** Longer would be for ever. */
export const LONGEST_DAYS = 180

export function longestUntil(today: SeoulDate): SeoulDate {
  return addDays(today, LONGEST_DAYS)
}

/** Marks what is accepted today; what has run out counts again. */
export function applyAcceptances(
  findings: readonly Finding[],
  acceptances: readonly Acceptance[],
  today: SeoulDate,
): readonly Finding[] {
  return findings.map((finding) => {
    const accepted = acceptances.find(
      ({ code, subject, until }) =>
        code === finding.code && subject === finding.subject && daysBetween(today, until) >= 0,
    )
    return accepted === undefined
      ? finding
      : { ...finding, accepted: { reason: accepted.reason, until: accepted.until } }
  })
}
