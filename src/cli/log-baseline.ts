/** The patterns of the log that the journal keeps from a daily checklist: what a later look is compared with. */
import { seoulDateOf, shortDate } from '../core/dates.ts'
import type { Journal, StoredEvent } from '../core/journal.ts'
import type { PatternBaseline } from '../core/log-patterns.ts'
import { parseObservedBaseline } from '../logs/saved-baseline.ts'

export interface KeptBaseline {
  readonly run: string
  readonly baseline: PatternBaseline
}

/** More than a quarter of a year of business days. */
const RUNS_LOOKED_AT = 100

/** The newest daily of this service begun before `beforeMs` that saw a log; undefined when none did. */
export function lastDailyPatterns(
  journal: Journal,
  url: string,
  beforeMs: number,
): KeptBaseline | undefined {
  for (const header of journal.runs({
    kind: 'checklist',
    subject: 'daily',
    limit: RUNS_LOOKED_AT,
  })) {
    if (header.url !== url || header.startedAtMs >= beforeMs) continue
    const { run } = header
    const name = `daily ${shortDate(seoulDateOf(header.startedAtMs))}(${run})`
    // Observed anew, the last one is what was signed.
    for (const event of journal.events(run).toReversed()) {
      const baseline = parseObservedBaseline(observedIn(event), name)
      if (baseline !== undefined) return { run, baseline }
    }
  }
  return undefined
}

function observedIn({ kind, data }: StoredEvent): unknown {
  if (kind !== 'probeObserved') return undefined
  return (data as { readonly observation?: { readonly value?: unknown } }).observation?.value
}
