/**
 * Dates and times of Seoul. Korea has kept UTC+9 without daylight saving since 1988, so a fixed
 * offset is exact for every date the service can hold, and needs no time zone database at start-up.
 */
const SEOUL_OFFSET_MS = 9 * 3_600_000
const DAY_MS = 86_400_000

/** `YYYY-MM-DD`, a day of the service (Asia/Seoul). */
export type SeoulDate = string

export function isSeoulDate(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false
  const ms = Date.parse(`${value}T00:00:00Z`)
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(value)
}

export function seoulDateOf(epochMs: number): SeoulDate {
  return new Date(epochMs + SEOUL_OFFSET_MS).toISOString().slice(0, 10)
}

/** Hours and minutes in Seoul, `HH:MM`. */
export function seoulTimeOf(epochMs: number): string {
  return new Date(epochMs + SEOUL_OFFSET_MS).toISOString().slice(11, 16)
}

/** `HH:MM:SS` in Seoul. */
export function seoulClockOf(epochMs: number): string {
  return new Date(epochMs + SEOUL_OFFSET_MS).toISOString().slice(11, 19)
}

/** ISO 8601 with Seoul's offset and seconds: `2026-11-24T02:55:04+09:00`. */
export function isoSeoul(epochMs: number): string {
  return `${new Date(epochMs + SEOUL_OFFSET_MS).toISOString().slice(0, 19)}+09:00`
}

export function addDays(date: SeoulDate, days: number): SeoulDate {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)
}

/** Whole days from `from` to `to`; negative when `to` is earlier. */
export function daysBetween(from: SeoulDate, to: SeoulDate): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS)
}

/** The instant of a Seoul date at `HH:MM` (midnight unless given), ms since the epoch. */
export function seoulInstant(date: SeoulDate, time = '00:00'): number {
  return Date.parse(`${date}T${time}:00Z`) - SEOUL_OFFSET_MS
}

/** 0 Sunday … 6 Saturday. */
export function weekdayOf(date: SeoulDate): number {
  return new Date(`${date}T00:00:00Z`).getUTCDay()
}

/** The service writes Seoul time without a zone, up to nanoseconds: `2026-11-24T02:45:08.303` → epoch ms. */
export function parseServiceTime(value: string): number | undefined {
  const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d{1,9})?$/.exec(value)
  if (match === null) return undefined
  const ms = Date.parse(`${match[1]}Z`)
  if (Number.isNaN(ms)) return undefined
  return ms - SEOUL_OFFSET_MS + Math.floor(Number(match[2] ?? 0) * 1000)
}

/**
 * The newest date whose nightly batch is due: what "yesterday's settlement" means everywhere.
 * At 02:10 with a batch at 02:00 and 30 minutes of grace it is still the day before yesterday.
 */
export function dueSettlementDate(
  nowMs: number,
  batch: { at: string; graceMs: number },
): SeoulDate {
  const today = seoulDateOf(nowMs)
  const due = seoulInstant(today, batch.at) + batch.graceMs
  return nowMs >= due ? addDays(today, -1) : addDays(today, -2)
}

const WEEKDAYS_KO = ['일', '월', '화', '수', '목', '금', '토'] as const

/** `11월 24일(화)`: a date as a Korean reads it. */
export function koreanDate(date: SeoulDate): string {
  return `${Number(date.slice(5, 7))}월 ${Number(date.slice(8, 10))}일(${WEEKDAYS_KO[weekdayOf(date)]})`
}

/** `11/24`: short, for tables. */
export function shortDate(date: SeoulDate): string {
  return `${Number(date.slice(5, 7))}/${date.slice(8, 10)}`
}

/** `YYYY-MM-DD HH:MM` of Seoul: when that time of day comes next after an instant. */
export function nextSeoulTime(time: string, afterMs: number): string {
  const today = seoulDateOf(afterMs)
  const date = seoulInstant(today, time) > afterMs ? today : addDays(today, 1)
  return `${date} ${time}`
}
