/** Log levels as small numbers, the most severe first: what the scanner counts with. */
import { LOG_LEVELS, type LogLevel } from '../core/log-patterns.ts'

export const FATAL = 0
export const ERROR = 1
export const WARN = 2
export const UNKNOWN = 3
export const INFO = 4
export const DEBUG = 5
export const TRACE = 6

const CODES: Readonly<Record<string, number>> = {
  FATAL,
  CRITICAL: FATAL,
  EMERGENCY: FATAL,
  ALERT: FATAL,
  ERROR,
  ERR: ERROR,
  SEVERE: ERROR,
  WARN,
  WARNING: WARN,
  INFO,
  INFORMATION: INFO,
  NOTICE: INFO,
  DEBUG,
  FINE: DEBUG,
  TRACE,
  FINER: TRACE,
  FINEST: TRACE,
}

/** Syslog's numbers, as GELF has them. */
const SYSLOG: readonly number[] = [FATAL, FATAL, FATAL, ERROR, WARN, INFO, INFO, DEBUG]

export function levelName(code: number): LogLevel {
  return LOG_LEVELS[code] ?? 'UNKNOWN'
}

/** UNKNOWN for a word that is no level. */
export function levelCode(word: unknown): number {
  if (typeof word === 'number') return SYSLOG[word] ?? UNKNOWN
  return typeof word === 'string' ? (CODES[word.trim().toUpperCase()] ?? UNKNOWN) : UNKNOWN
}

/** True of a word that the option `--level` takes. */
export function parseLevel(word: string): LogLevel | undefined {
  const code = CODES[word.trim().toUpperCase()]
  return code === undefined ? undefined : levelName(code)
}
