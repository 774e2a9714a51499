/** How long until the payout deadline: it decides whether finance and developers are woken now. */
import { addDays, seoulDateOf, seoulInstant, weekdayOf, type SeoulDate } from '../core/dates.ts'

export interface PayoutDeadline {
  /** The next deadline that has not passed, ms since the epoch. */
  readonly nextMs: number
  readonly remainingMs: number
  /** Today is a business day and its deadline is over. */
  readonly passedToday: boolean
}

function isBusinessDay(date: SeoulDate, holidays: readonly SeoulDate[]): boolean {
  const weekday = weekdayOf(date)
  return weekday !== 0 && weekday !== 6 && !holidays.includes(date)
}

/** `at` is `HH:MM` of Seoul on business days. Undefined when no business day is in sight (a broken holiday list). */
export function nextPayoutDeadline(
  nowMs: number,
  at: string,
  holidays: readonly SeoulDate[],
): PayoutDeadline | undefined {
  const today = seoulDateOf(nowMs)
  const passedToday = isBusinessDay(today, holidays) && seoulInstant(today, at) <= nowMs
  for (let ahead = 0; ahead <= 30; ahead++) {
    const date = addDays(today, ahead)
    const nextMs = seoulInstant(date, at)
    if (nextMs > nowMs && isBusinessDay(date, holidays)) {
      return { nextMs, remainingMs: nextMs - nowMs, passedToday }
    }
  }
  return undefined
}
