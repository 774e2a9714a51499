/** When the stores sell: outside these hours no sale is no alarm. */
import { addDays, seoulDateOf, seoulInstant, weekdayOf, type SeoulDate } from '../core/dates.ts'
import type { OpeningHours } from '../core/settings.ts'

const DAY_MS = 86_400_000

export interface OpenTime {
  readonly openNow: boolean
  /** How much of the time looked at the stores were open, ms. */
  readonly openMs: number
}

/**
 * How far the stores were open in (fromMs, toMs], and whether they are at `toMs`. Without opening
 * hours always. A period belongs to the day it begins on: after midnight it is still the evening
 * before's, and a holiday takes away only what begins on it.
 */
export function openTimeIn(
  fromMs: number,
  toMs: number,
  hours: OpeningHours | undefined,
  holidays: readonly SeoulDate[],
): OpenTime {
  if (hours === undefined && holidays.length === 0) return { openNow: true, openMs: toMs - fromMs }
  const spans: [number, number][] = []
  const last = seoulDateOf(toMs)
  for (let day = addDays(seoulDateOf(fromMs), -1); day <= last; day = addDays(day, 1)) {
    if (holidays.includes(day)) continue
    spans.push(...periodsOf(day, hours))
  }
  return {
    openNow: spans.some(([from, until]) => from <= toMs && toMs < until),
    openMs: lengthOf(spans, fromMs, toMs),
  }
}

function periodsOf(day: SeoulDate, hours: OpeningHours | undefined): [number, number][] {
  const midnight = seoulInstant(day)
  if (hours === undefined) return [[midnight, midnight + DAY_MS]]
  return (hours.byWeekday[weekdayOf(day)] ?? []).map(({ from, until }) => {
    const start = midnight + clockMs(from)
    const end = midnight + clockMs(until)
    return [start, end <= start ? end + DAY_MS : end]
  })
}

/** `HH:MM` from midnight, ms; `24:00` is the end of the day. */
function clockMs(time: string): number {
  const [hours = '0', minutes = '0'] = time.split(':')
  return (Number(hours) * 60 + Number(minutes)) * 60_000
}

/** Length of the union of the spans within [fromMs, toMs]: overlapping periods count once. */
function lengthOf(spans: readonly [number, number][], fromMs: number, toMs: number): number {
  let total = 0
  let reached = fromMs
  for (const [start, end] of [...spans].sort(([left], [right]) => left - right)) {
    const from = Math.max(start, reached)
    const until = Math.min(end, toMs)
    if (until > from) {
      total += until - from
      reached = until
    }
  }
  return total
}
