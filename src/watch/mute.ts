/**
 * Why something is not sent right now. Works on the service hold back everything. Sales are made on
 * holidays and at night too: those hold back warnings only, and a critical still pages.
 */
import { addDays, seoulDateOf, seoulInstant, seoulTimeOf, weekdayOf } from '../core/dates.ts'
import { text, type Text } from '../core/text.ts'
import type { TimeSpan } from '../core/settings.ts'
import type { WatchPolicy } from './policy.ts'
import type { Maintenance } from './state.ts'

export type MuteKind = 'maintenance' | 'holiday' | 'quiet_hours'

export interface Mute {
  readonly kind: MuteKind
  readonly reason: Text
}

/** Works: they hold for everything, warnings and criticals; undefined: nothing does. */
export function muteOfAll(
  atMs: number,
  policy: WatchPolicy,
  asked: readonly Maintenance[],
): Mute | undefined {
  const by = asked.find(({ fromMs, untilMs }) => atMs >= fromMs && atMs < untilMs)
  if (by !== undefined) return maintenance(by.reason)
  const date = seoulDateOf(atMs)
  for (const window of policy.maintenance) {
    for (const day of [date, addDays(date, -1)]) {
      if (window.date !== undefined && window.date !== day) continue
      if (window.weekdays !== undefined && !window.weekdays.includes(weekdayOf(day))) continue
      if (lies(atMs, day, window)) return maintenance(window.reason)
    }
  }
  return undefined
}

/** What holds for a warning besides: a holiday, the night. */
export function muteOfWarnings(atMs: number, policy: WatchPolicy): Mute | undefined {
  const { quietHours, holidays } = policy
  if (holidays.includes(seoulDateOf(atMs))) {
    return { kind: 'holiday', reason: text('휴무일(경고 보류)', 'holiday (warnings wait)') }
  }
  if (quietHours === undefined) return undefined
  const time = seoulTimeOf(atMs)
  const { from, until } = quietHours
  const quiet =
    from < until ? time >= from && time < until : from !== until && (time >= from || time < until)
  return quiet
    ? { kind: 'quiet_hours', reason: text('야간(경고 보류)', 'quiet hours (warnings wait)') }
    : undefined
}

function maintenance(reason: string | undefined): Mute {
  const why = reason === undefined || reason === '' ? '' : `: ${reason}`
  return { kind: 'maintenance', reason: text(`점검 중${why}`, `maintenance${why}`) }
}

/** A span that begins on `day`; one that ends where it begins lasts the whole day. */
function lies(atMs: number, day: string, { from, until }: TimeSpan): boolean {
  const endDay = until <= from ? addDays(day, 1) : day
  return atMs >= seoulInstant(day, from) && atMs < seoulInstant(endDay, until)
}
