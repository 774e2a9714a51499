/** Times as the service writes them: Seoul without a zone, with as many decimals as there are. */
import { isSeoulDate } from '../core/dates.ts'

const SEOUL_OFFSET_MS = 9 * 3_600_000

/** An instant finer than a millisecond, as the JVM's clock gives it. */
export interface Instant {
  /** ms since the epoch. */
  readonly ms: number
  /** Nanoseconds within the millisecond, 0 to 999,999. */
  readonly nanos: number
}

/** `2026-11-24T02:56:02.970905669`, decimals without trailing zeros. */
export function writeInstant(instant: Instant): string {
  const milliseconds = ((instant.ms % 1000) + 1000) % 1000
  return writeSeconds(instant.ms) + fraction(milliseconds * 1_000_000 + instant.nanos, 9)
}

/** The same as its column keeps it: whole seconds, cut off. */
export function writeSeconds(ms: number): string {
  return new Date(ms + SEOUL_OFFSET_MS).toISOString().slice(0, 19)
}

/** A sale's time, µs since the epoch. */
export function writeMicros(micros: number): string {
  const rest = ((micros % 1_000_000) + 1_000_000) % 1_000_000
  return writeSeconds(Math.floor(micros / 1000)) + fraction(rest, 6)
}

function fraction(value: number, digits: number): string {
  const text = String(value).padStart(digits, '0').replace(/0+$/, '')
  return text === '' ? '' : `.${text}`
}

/**
 * A date-time parameter as µs since the epoch, undefined when it is none. A zone is ignored and
 * nanoseconds are rounded, both as the service and its driver do.
 */
export function parseMicros(value: string): number | undefined {
  const match =
    /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})(?::(\d{2})(\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})?$/.exec(
      value,
    )
  if (match === null) return undefined
  const [, date = '', hours = '', minutes = '', seconds = '00', decimals = ''] = match
  if (!isSeoulDate(date) || hours > '23' || minutes > '59' || seconds > '59') return undefined
  const ms = Date.parse(`${date}T${hours}:${minutes}:${seconds}Z`) - SEOUL_OFFSET_MS
  return ms * 1000 + Math.round(Number(`0${decimals}`) * 1_000_000)
}
