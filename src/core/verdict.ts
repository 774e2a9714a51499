/** The four things that can be said of anything judged. Never fewer: unknown is not fine. */
export type Status = 'ok' | 'warning' | 'critical' | 'unknown'

const ORDER: readonly Status[] = ['critical', 'unknown', 'warning', 'ok']

/** Worst of several, in the contract's order critical, unknown, warning, ok. Nothing judged is unknown. */
export function worstStatus(statuses: Iterable<Status>): Status {
  let worst = ORDER.length
  for (const status of statuses) worst = Math.min(worst, ORDER.indexOf(status))
  return ORDER[worst] ?? 'unknown'
}
