/**
 * On which days a checklist is due: daily on business days, weekly on Monday, monthly on the 1st;
 * what falls on a weekend or a holiday moves to the next business day. Pure.
 */
import { addDays, weekdayOf, type SeoulDate } from '../core/dates.ts'

export type Rhythm = 'daily' | 'weekly' | 'monthly'

export const RHYTHMS: readonly Rhythm[] = ['daily', 'weekly', 'monthly']

export function isBusinessDay(date: SeoulDate, holidays: readonly SeoulDate[]): boolean {
  const weekday = weekdayOf(date)
  return weekday !== 0 && weekday !== 6 && !holidays.includes(date)
}

/** A broken list of holidays must not search for ever. */
const FARTHEST_DAYS = 31

/** The date itself when it is a business day. */
function nextBusinessDay(date: SeoulDate, holidays: readonly SeoulDate[]): SeoulDate {
  let day = date
  for (let ahead = 0; ahead < FARTHEST_DAYS && !isBusinessDay(day, holidays); ahead++) {
    day = addDays(day, 1)
  }
  return day
}

/** The day on which the newest round of it is due, on or before `today` or moved beyond it. */
export function dueOn(rhythm: Rhythm, today: SeoulDate, holidays: readonly SeoulDate[]): SeoulDate {
  return nextBusinessDay(nominalDay(rhythm, today), holidays)
}

function nominalDay(rhythm: Rhythm, today: SeoulDate): SeoulDate {
  if (rhythm === 'daily') return today
  if (rhythm === 'monthly') return `${today.slice(0, 8)}01`
  return addDays(today, -((weekdayOf(today) + 6) % 7))
}

/** What is to be done today. A monthly one of the 1st that fell on a holiday is due on the day after. */
export function dueToday(today: SeoulDate, holidays: readonly SeoulDate[]): readonly Rhythm[] {
  return RHYTHMS.filter((rhythm) => dueOn(rhythm, today, holidays) === today)
}
