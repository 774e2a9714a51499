/**
 * Logs that write one JSON object a line: Logstash's encoder, ECS, GELF, Log4j 2, Bunyan-like ones.
 * The time is taken from the bytes of every line; everything else once for each shape.
 */
import { levelCode } from './levels.ts'

export interface JsonEvent {
  readonly level: number
  readonly logger: string
  readonly message: string
  /** As Java prints it, lines apart. */
  readonly stack: string
}

const TIME_KEYS = [
  '@timestamp',
  'timestamp',
  'time',
  'ts',
  'timeMillis',
  'date',
  'datetime',
] as const
const MESSAGE_KEYS = ['message', 'msg', 'short_message', '@message'] as const
const LEVEL_KEYS = [
  'level',
  'log.level',
  'severity',
  '_level_name',
  'levelname',
  'loglevel',
] as const
const LOGGER_KEYS = [
  'logger_name',
  'logger',
  'log.logger',
  'loggerName',
  '_log_logger',
  'name',
] as const
const STACK_KEYS = [
  'stack_trace',
  'error.stack_trace',
  'exception',
  'stackTrace',
  'full_message',
  'thrown',
  'stack',
] as const
const SEOUL_OFFSET_MS = 9 * 3_600_000

/** Undefined when the line is no object with a message. */
export function parseJsonEvent(line: string): JsonEvent | undefined {
  const fields = objectOf(line)
  if (fields === undefined) return undefined
  const message = firstString(fields, MESSAGE_KEYS)
  if (message === undefined) return undefined
  const level = firstOf(fields, LEVEL_KEYS)
  const trace = firstOf(fields, STACK_KEYS) ?? nested(fields, 'error', 'stack_trace')
  return {
    level: levelCode(level ?? nested(fields, 'log', 'level')),
    logger: firstString(fields, LOGGER_KEYS) ?? stringOf(nested(fields, 'log', 'logger')),
    message,
    stack: stackOf(trace),
  }
}

/** True of a line that shows that this log is JSON: an object with a message and a time or a level. */
export function isJsonEvent(line: string): boolean {
  const fields = objectOf(line)
  if (fields === undefined || firstString(fields, MESSAGE_KEYS) === undefined) return false
  return (
    firstOf(fields, TIME_KEYS) !== undefined ||
    firstOf(fields, LEVEL_KEYS) !== undefined ||
    fields['log'] !== undefined
  )
}

function objectOf(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    return value as Record<string, unknown>
  } catch {
    // Not JSON, or cut off: the caller reads it as text.
    return undefined
  }
}

function firstOf(fields: Record<string, unknown>, keys: readonly string[]): unknown {
  const key = keys.find((name) => Object.hasOwn(fields, name))
  return key === undefined ? undefined : fields[key]
}

function firstString(fields: Record<string, unknown>, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = fields[key]
    if (typeof value === 'string') return value
  }
  return undefined
}

function nested(fields: Record<string, unknown>, outer: string, inner: string): unknown {
  const value = fields[outer]
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[inner]
    : undefined
}

function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Log4j 2 nests the trace; its class and message are enough. */
function stackOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null) return ''
  const thrown = value as Record<string, unknown>
  const text = stringOf(
    thrown['stackTrace'] ?? thrown['stacktrace'] ?? thrown['extendedStackTrace'],
  )
  if (text !== '') return text
  return stringOf(thrown['name'] ?? thrown['exception_class'])
}

export interface JsonTime {
  /** ms since the epoch, or NaN. */
  timeOf(bytes: Buffer, start: number, end: number): number
}

/** Every line of a log has its time under the same key: it is looked for once. */
export function createJsonTime(): JsonTime {
  let key: Buffer | undefined
  return {
    timeOf(bytes, start, end) {
      if (key !== undefined) {
        const found = valueAt(bytes, key, start, end)
        if (found >= 0) return readTime(bytes, found, end)
      }
      for (const name of TIME_KEYS) {
        const candidate = Buffer.from(`"${name}":`)
        const found = valueAt(bytes, candidate, start, end)
        if (found < 0) continue
        const timeMs = readTime(bytes, found, end)
        if (Number.isNaN(timeMs)) continue
        key = candidate
        return timeMs
      }
      return NaN
    },
  }
}

/** Where the value of a key begins, or -1. Inside a string the quotes would be escaped. */
function valueAt(bytes: Buffer, key: Buffer, start: number, end: number): number {
  const found = bytes.indexOf(key, start)
  if (found < 0 || found >= end) return -1
  let at = found + key.length
  while (bytes[at] === 0x20) at++
  return at
}

function readTime(bytes: Buffer, at: number, end: number): number {
  if (bytes[at] !== 0x22) return epochOf(bytes.toString('latin1', at, Math.min(end, at + 24)))
  const close = bytes.indexOf(0x22, at + 1)
  if (close < 0 || close > end) return NaN
  return isoOf(bytes.toString('latin1', at + 1, Math.min(close, at + 48)))
}

/** Seconds with decimals, milliseconds or nanoseconds since the epoch. */
function epochOf(written: string): number {
  const digits = /^\d{9,19}(?:\.\d+)?/.exec(written)?.[0]
  if (digits === undefined) return NaN
  const value = Number(digits)
  if (value < 1e11) return Math.round(value * 1000)
  return value < 1e14 ? value : Math.round(value / 1e6)
}

/** ISO 8601; without a zone the service's own is meant. */
function isoOf(written: string): number {
  const match =
    /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:[.,](\d{1,9}))?\s?(Z|[+-]\d{2}:?\d{2})?$/.exec(
      written,
    )
  if (match === null) return NaN
  const [, date, clock, fraction = '', zone] = match
  const ms = Date.parse(`${date}T${clock}Z`) + Number(fraction.padEnd(3, '0').slice(0, 3))
  if (zone === 'Z') return ms
  if (zone === undefined) return ms - SEOUL_OFFSET_MS
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))
  return ms - (zone.startsWith('-') ? -minutes : minutes) * 60_000
}
