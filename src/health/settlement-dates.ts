/** The last 30 settlement dates: which of them were seen, and which the failure meter answers for. */
import { addDays, seoulInstant, type SeoulDate } from '../core/dates.ts'
import type { DateFact, SettlementMeter } from './observations.ts'

/** Dates over which the share of failed settlements is taken. */
export const SETTLEMENT_DATES = 30

export function firstDateOf(due: SeoulDate): SeoulDate {
  return addDays(due, 1 - SETTLEMENT_DATES)
}

/** The dates not seen yet, newest first. */
export function unseenDates(dates: ReadonlyMap<SeoulDate, DateFact>, due: SeoulDate): SeoulDate[] {
  const unseen: SeoulDate[] = []
  for (let back = 0; back < SETTLEMENT_DATES; back++) {
    const date = addDays(due, -back)
    const fact = dates.get(date)
    if (fact === undefined || fact.kind === 'unknown') unseen.push(date)
  }
  return unseen
}

/**
 * Whether the failure meter answers for a date: the process that counts was running when the
 * date's batch was due, and is the only one.
 */
export function meterAnswersFor(
  date: SeoulDate,
  meter: SettlementMeter,
  settings: { readonly batch: { readonly at: string }; readonly instances: number },
): boolean {
  return (
    settings.instances === 1 &&
    meter.failures.kind === 'known' &&
    meter.startMs.kind === 'known' &&
    meter.startMs.value < seoulInstant(addDays(date, 1), settings.batch.at)
  )
}
