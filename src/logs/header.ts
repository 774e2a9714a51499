/**
 * The first line of an event, read as bytes: Spring's default pattern, and any other line that
 * begins with a date and time and names a level. Nothing is made into a string here.
 */
import { DEBUG, ERROR, FATAL, INFO, TRACE, UNKNOWN, WARN } from './levels.ts'

/** Where the parts of a header stand. One is made and filled again for every line. */
export interface Header {
  /** ms since the epoch. */
  timeMs: number
  level: number
  /** Empty (start = end) where the line names no logger. */
  loggerStart: number
  loggerEnd: number
  messageStart: number
}

export interface HeaderParser {
  readonly header: Header
  /** Fills `header` and returns true when the line is the first of an event. */
  parse(bytes: Uint8Array, start: number, end: number): boolean
}

/** How far into a line that is not Spring's a level is looked for. */
const LEVEL_WITHIN = 200
const SEOUL_OFFSET_MS = 9 * 3_600_000
const SPACE = 0x20
const DOT = 0x2e
const COLON = 0x3a
const DASH = 0x2d

export function createHeaderParser(): HeaderParser {
  const header: Header = {
    timeMs: NaN,
    level: UNKNOWN,
    loggerStart: 0,
    loggerEnd: 0,
    messageStart: 0,
  }
  // Thousands of lines share a minute: its instant is worked out once.
  let lastMinute = -1
  let lastMinuteMs = 0

  function minuteOf(bytes: Uint8Array, at: number): number {
    const year = two(bytes, at) * 100 + two(bytes, at + 2)
    const key =
      (((year * 13 + two(bytes, at + 5)) * 32 + two(bytes, at + 8)) * 24 + two(bytes, at + 11)) *
        60 +
      two(bytes, at + 14)
    if (key === lastMinute) return lastMinuteMs
    const ms = instantOf(bytes, at, year)
    if (Number.isNaN(ms)) return NaN
    lastMinute = key
    lastMinuteMs = ms
    return ms
  }

  return {
    header,
    parse(bytes, start, end) {
      if (end - start < 20) return false
      const first = bytes[start] ?? 0
      if (first < 0x30 || first > 0x39) return false
      if (bytes[start + 4] !== DASH || bytes[start + 7] !== DASH) return false
      if (bytes[start + 13] !== COLON || bytes[start + 16] !== COLON) return false
      const between = bytes[start + 10]
      if (between !== SPACE && between !== 0x54) return false
      const minuteMs = minuteOf(bytes, start)
      if (Number.isNaN(minuteMs)) return false
      let at = start + 19
      let timeMs = minuteMs + two(bytes, start + 17) * 1000
      const mark = bytes[at]
      if (mark === DOT || mark === 0x2c) {
        at++
        let scale = 100
        for (;;) {
          const digit = (bytes[at] ?? 0) - 0x30
          if (digit < 0 || digit > 9) break
          if (scale >= 1) timeMs += digit * scale
          scale /= 10
          at++
        }
      }
      const zone = zoneOf(bytes, at)
      if (zone.length > 0) {
        timeMs += SEOUL_OFFSET_MS - zone.offsetMs
        at += zone.length
      }
      header.timeMs = timeMs
      if (bytes[at] !== SPACE) return false
      while (bytes[at] === SPACE) at++
      const length = levelLength(bytes, at)
      if (length > 0 && bytes[at + length] === SPACE) {
        header.level = levelAt(bytes, at)
        spring(bytes, at + length, end, header)
      } else {
        loose(bytes, at, end, header)
      }
      return true
    },
  }
}

function two(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) - 0x30) * 10 + ((bytes[at + 1] ?? 0) - 0x30)
}

function instantOf(bytes: Uint8Array, at: number, year: number): number {
  for (const offset of [0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15]) {
    const byte = bytes[at + offset] ?? 0
    if (byte < 0x30 || byte > 0x39) return NaN
  }
  const month = two(bytes, at + 5)
  const day = two(bytes, at + 8)
  const hour = two(bytes, at + 11)
  const minute = two(bytes, at + 14)
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59) return NaN
  return Date.UTC(year, month - 1, day, hour, minute) - SEOUL_OFFSET_MS
}

const NO_ZONE = { length: 0, offsetMs: 0 }

/** `Z`, `+09:00`, `+0900`; without one the service's own zone is meant. */
function zoneOf(bytes: Uint8Array, at: number): { length: number; offsetMs: number } {
  const sign = bytes[at]
  if (sign === 0x5a) return { length: 1, offsetMs: 0 }
  if (sign !== 0x2b && sign !== DASH) return NO_ZONE
  const colon = bytes[at + 3] === COLON ? 1 : 0
  const minutes = two(bytes, at + 1) * 60 + two(bytes, at + 3 + colon)
  if (!(minutes >= 0 && minutes <= 14 * 60)) return NO_ZONE
  return { length: 5 + colon, offsetMs: (sign === DASH ? -minutes : minutes) * 60_000 }
}

/** ` 3789 --- [thread] logger : message`, from behind the level. What does not fit is message. */
function spring(bytes: Uint8Array, from: number, end: number, header: Header): void {
  let at = from
  while (bytes[at] === SPACE) at++
  const plain = at
  while (isDigit(bytes[at])) at++
  if (at === plain || !isSeparator(bytes, at)) {
    logback(bytes, plain, end, header)
    return
  }
  at += 5
  // Spring Boot 3 puts the application's name and a trace id in brackets of their own.
  while (bytes[at] === 0x5b && at < end) {
    while (at < end && !(bytes[at] === 0x5d && bytes[at + 1] === SPACE)) at++
    at += 2
    while (bytes[at] === SPACE) at++
  }
  header.loggerStart = at
  for (; at < end; at++) {
    if (bytes[at] === COLON && bytes[at - 1] === SPACE) {
      let loggerEnd = at - 1
      while (loggerEnd > header.loggerStart && bytes[loggerEnd - 1] === SPACE) loggerEnd--
      header.loggerEnd = loggerEnd
      header.messageStart = bytes[at + 1] === SPACE ? at + 2 : at + 1
      return
    }
  }
  header.loggerStart = plain
  header.loggerEnd = plain
  header.messageStart = plain
}

/** ` --- `. */
function isSeparator(bytes: Uint8Array, at: number): boolean {
  return (
    bytes[at] === SPACE &&
    bytes[at + 1] === DASH &&
    bytes[at + 2] === DASH &&
    bytes[at + 3] === DASH &&
    bytes[at + 4] === SPACE
  )
}

/** Another pattern, `2026-11-24 02:45:03,759 [main] ERROR c.o.t.Sales - message`: what stands before the level is left out. */
function loose(bytes: Uint8Array, from: number, end: number, header: Header): void {
  const limit = Math.min(end, from + LEVEL_WITHIN)
  for (let at = from; at < limit; at++) {
    if (at > from && isLetter(bytes[at - 1])) continue
    const length = levelLength(bytes, at)
    if (length === 0) continue
    header.level = levelAt(bytes, at)
    at += length
    while (bytes[at] === 0x5d || bytes[at] === COLON || bytes[at] === SPACE) at++
    logback(bytes, at, end, header)
    return
  }
  header.level = UNKNOWN
  header.loggerStart = from
  header.loggerEnd = from
  header.messageStart = from
}

/** `logger - message` or `logger : message`, when the first word is one. */
function logback(bytes: Uint8Array, from: number, end: number, header: Header): void {
  let at = from
  while (at < end && bytes[at] !== SPACE) at++
  const loggerEnd = at
  while (bytes[at] === SPACE) at++
  const mark = bytes[at]
  if (at < end && (mark === DASH || mark === COLON) && bytes[at + 1] === SPACE) {
    header.loggerStart = from
    header.loggerEnd = loggerEnd
    header.messageStart = at + 2
    return
  }
  header.loggerStart = from
  header.loggerEnd = from
  header.messageStart = from
}

/** Length of a level's name in capitals at this place, 0 where none stands. */
function levelLength(bytes: Uint8Array, at: number): number {
  const word = levelWord(bytes, at)
  return word > 0 && !isLetter(bytes[at + word]) ? word : 0
}

function levelWord(bytes: Uint8Array, at: number): number {
  switch (bytes[at]) {
    case 0x45: // ERROR
      return bytes[at + 1] === 0x52 && bytes[at + 2] === 0x52 && bytes[at + 3] === 0x4f ? 5 : 0
    case 0x57: // WARN, WARNING
      if (bytes[at + 1] !== 0x41 || bytes[at + 2] !== 0x52 || bytes[at + 3] !== 0x4e) return 0
      return bytes[at + 4] === 0x49 && bytes[at + 5] === 0x4e ? 7 : 4
    case 0x49: // INFO
      return bytes[at + 1] === 0x4e && bytes[at + 2] === 0x46 && bytes[at + 3] === 0x4f ? 4 : 0
    case 0x44: // DEBUG
      return bytes[at + 1] === 0x45 && bytes[at + 2] === 0x42 && bytes[at + 3] === 0x55 ? 5 : 0
    case 0x54: // TRACE
      return bytes[at + 1] === 0x52 && bytes[at + 2] === 0x41 && bytes[at + 3] === 0x43 ? 5 : 0
    case 0x46: // FATAL
      return bytes[at + 1] === 0x41 && bytes[at + 2] === 0x54 && bytes[at + 3] === 0x41 ? 5 : 0
    case 0x53: // SEVERE
      return bytes[at + 1] === 0x45 && bytes[at + 2] === 0x56 && bytes[at + 3] === 0x45 ? 6 : 0
    default:
      return 0
  }
}

function levelAt(bytes: Uint8Array, at: number): number {
  switch (bytes[at]) {
    case 0x45:
    case 0x53:
      return ERROR
    case 0x57:
      return WARN
    case 0x49:
      return INFO
    case 0x44:
      return DEBUG
    case 0x54:
      return TRACE
    default:
      return FATAL
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39
}

function isLetter(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a))
}
