/** Times as operators write them: `02:00`, `2026-11-24T02:00`, `2h` ago. Always Seoul's, unless a zone is named. */
import { addDays, isSeoulDate, seoulDateOf, seoulInstant } from '../core/dates.ts'
import { parseDuration } from '../core/duration.ts'

/** ms since the epoch, or undefined. A time of day without a date is the last one that has been. */
export function parseMoment(value: string, nowMs: number): number | undefined {
  const written = value.trim()
  const agoMs = parseDuration(written)
  if (agoMs !== undefined) return nowMs - agoMs
  const clock = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(written)
  if (clock !== null) {
    const today = seoulDateOf(nowMs)
    const ms = instant(today, clock[1], clock[2], clock[3])
    return ms <= nowMs ? ms : instant(addDays(today, -1), clock[1], clock[2], clock[3])
  }
  if (isSeoulDate(written)) return seoulInstant(written)
  const whole =
    /^(\d{4}-\d{2}-\d{2})[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?$/.exec(
      written,
    )
  if (whole === null || !isSeoulDate(whole[1] ?? '')) return undefined
  const ms = instant(whole[1] ?? '', whole[2], whole[3], whole[4])
  return ms + zoneDifferenceMs(whole[5])
}

function instant(date: string, hours = '00', minutes = '00', seconds = '00'): number {
  return seoulInstant(date, `${hours}:${minutes}`) + Number(seconds) * 1000
}

/** What a time of another zone is later than the same words in Seoul. */
function zoneDifferenceMs(zone: string | undefined): number {
  if (zone === undefined) return 0
  const minutes = zone === 'Z' ? 0 : Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6))
  return (9 * 60 - (zone.startsWith('-') ? -minutes : minutes)) * 60_000
}

/** `02:00..03:00`: undefined when it is none. A later time of day than its end is the day before's. */
export function parseStretch(
  value: string,
  nowMs: number,
): { readonly fromMs: number; readonly toMs: number } | undefined {
  const [from, to, ...rest] = value.split('..')
  if (from === undefined || to === undefined || rest.length > 0) return undefined
  const toMs = parseMoment(to, nowMs)
  if (toMs === undefined) return undefined
  const fromMs = parseMoment(from, /^\d\d:\d\d(?::\d\d)?$/.test(from.trim()) ? toMs : nowMs)
  return fromMs === undefined || fromMs >= toMs ? undefined : { fromMs, toMs }
}
