/** What safety rules kept from happening in a run, in numbers where they are known. */
import { isoSeoul } from '../core/dates.ts'
import type { StoredEvent } from '../core/journal.ts'
import { equalWon, groupedWon, type Won } from '../core/money.ts'
import { text, type Text } from '../core/text.ts'
import type { Reason } from '../playbook/operation.ts'
import type { Observation } from '../playbook/operation.ts'
import type { StepFinishedData } from '../playbook/run-state.ts'
import { LOSSES, NO_LOSS } from './report-words.ts'
import type { Prevented } from './report.ts'
import { actionValueOf } from './run-entries.ts'

interface Sales {
  readonly count: number
  readonly amount: Won
}

/** The one code by which sales would have been deleted for certain. */
const DELETES = 'HOLDS_SALES'

export function preventedIn(events: readonly StoredEvent[]): readonly Prevented[] {
  const found: Prevented[] = []
  let linked: Sales | undefined
  for (const event of events) {
    linked = linkedSalesIn(event) ?? linked
    const value = actionValueOf(event)
    if (event.kind === 'runFinished' && value?.outcome === 'refused') {
      const { before, conservation } = value
      const known = salesOf(before) ?? salesOf(conservation.before) ?? linked
      found.push(...told(event, value.reasons, known))
    } else if (event.kind === 'stepFinished') {
      const data = event.data as StepFinishedData
      if (data.outcome === 'refused') found.push(...told(event, data.reasons ?? [], linked))
    } else if (event.kind === 'runFinished') {
      // The playbook itself led away from the request: no action was ever asked.
      const { finding } = event.data as { readonly finding?: { code: string; message: Text } }
      const already = found.some((item) => item.code === finding?.code)
      if (finding !== undefined && finding.code in LOSSES && !already) {
        found.push(...told(event, [finding], linked))
      }
    }
  }
  return found
}

/** The same loss may be refused more than once: what was at stake is counted once per amount. */
export function salesAtStake(prevented: readonly Prevented[]): readonly Sales[] {
  const stakes: Sales[] = []
  for (const { sales } of prevented) {
    if (sales === undefined) continue
    const known = stakes.some(
      (stake) => stake.count === sales.count && equalWon(stake.amount, sales.amount),
    )
    if (!known) stakes.push(sales)
  }
  return stakes
}

export function salesWords({ count, amount }: Sales): Text {
  return text(
    `매출 ${count}건 ${groupedWon(amount)}원`,
    `${count} sales, ${groupedWon(amount)} won`,
  )
}

function told(
  event: StoredEvent,
  reasons: readonly Reason[],
  sales: Sales | undefined,
): readonly Prevented[] {
  return reasons.map((reason) => ({
    at: isoSeoul(event.atMs),
    run: event.run,
    code: reason.code,
    reason: reason.message,
    loss: LOSSES[reason.code] ?? NO_LOSS,
    ...(reason.code === DELETES && sales !== undefined ? { sales } : {}),
  }))
}

/** A record that was seen to hold sales, with its totals; those of the day where its own are 0. */
function linkedSalesIn(event: StoredEvent): Sales | undefined {
  if (event.kind !== 'probeObserved') return undefined
  const { observation } = event.data as { readonly observation?: Observation }
  if (observation?.kind !== 'observed') return undefined
  const value = observation.value as {
    readonly record?: { readonly holdsSales?: string } | null
    readonly sales?: unknown
  } | null
  if (value?.record?.holdsSales !== 'yes') return undefined
  return salesOf(value.record) ?? salesOf(value.sales)
}

function salesOf(value: unknown): Sales | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const seen = value as {
    readonly transactionCount?: unknown
    readonly totalAmount?: unknown
    readonly count?: unknown
    readonly amount?: unknown
  }
  const count = seen.transactionCount ?? seen.count
  const amount = seen.totalAmount ?? seen.amount
  return typeof count === 'number' && count > 0 && typeof amount === 'string'
    ? { count, amount }
    : undefined
}
