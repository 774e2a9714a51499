/**
 * What a log says, as every room sees it: patterns instead of lines. `logs/` makes these values,
 * `render/` shows them; triage, checklists and reports read them. All of it is clean text already:
 * masked, on one line, of bounded length.
 */
import type { Text } from './text.ts'

/** Most severe first. UNKNOWN is a line that names no level. */
export const LOG_LEVELS = ['FATAL', 'ERROR', 'WARN', 'UNKNOWN', 'INFO', 'DEBUG', 'TRACE'] as const

export type LogLevel = (typeof LOG_LEVELS)[number]

/** A pattern that has a name in `log-patterns.yaml`. */
export interface KnownLogPattern {
  readonly id: string
  readonly title: Text
  /** The playbook that treats it. */
  readonly playbook?: string
}

export interface LogPattern {
  /** The same for the same pattern of another log, as long as its template is the same. */
  readonly id: string
  /** The message with its variable parts as `<n>`, `<id>`, `<v>`, …; `<*>` is any word. */
  readonly template: string
  readonly count: number
  readonly level: LogLevel
  /** ISO 8601; null where the lines carry no time. */
  readonly firstSeen: string | null
  readonly lastSeen: string | null
  /** One event of it, masked. */
  readonly example: string
  readonly logger?: string
  /** Simple class names, the outermost first. */
  readonly exceptions?: readonly string[]
  /** First frame of the service's own code: `SalesService.createSale`. */
  readonly frame?: string
  readonly known?: KnownLogPattern
  /** Events in each of the report's `trend.buckets` equal stretches; absent without times. */
  readonly trend?: readonly number[]
  readonly new?: true
  /** Only with a baseline. */
  readonly change?: LogChange
}

export interface LogChange {
  readonly kind: 'new' | 'grown' | 'gone' | 'same'
  /** Events in the baseline. */
  readonly baseline: number
  /** What the baseline lets expect for as long (or as busy) a stretch; null where that is not known. */
  readonly expected: number | null
  /** Chance of seeing so many (for `gone`: none) if nothing had changed; null where not tested. */
  readonly pValue: number | null
}

/** Lines that every healthy sale leaves on this build: not a finding while there are no more than that. */
export interface LogNoise {
  /** `beyond`: more than the sales explain, so they are listed as patterns; `unknown`: the log tells no sales. */
  readonly status: 'usual' | 'beyond' | 'unknown'
  readonly events: number
  /** null: the log holds no lines below WARN, so sales cannot be counted. */
  readonly sales: number | null
  /** Most lines that one sale leaves. */
  readonly perSale: number
  readonly patterns: readonly LogPattern[]
}

/** One stretch of time; null where not bounded or not known. */
export interface LogSpan {
  readonly from: string | null
  readonly to: string | null
}

export interface LogComparison {
  /** What was compared with: a file's name, or the stretch in words of ISO 8601. */
  readonly baseline: string
  readonly span: LogSpan
  readonly events: number
  readonly new: number
  readonly grown: number
  readonly gone: number
  readonly same: number
  /** Chance of any false `grown` or `gone` in the whole comparison. */
  readonly alpha: number
}

export interface LogPatterns {
  readonly kind: 'LogPatterns'
  readonly files: readonly string[]
  /** Lines read, whatever they were. */
  readonly lines: number
  /** Events the patterns and the noise were made from, after every filter but the level. */
  readonly events: number
  readonly bytes: number
  readonly elapsedMs: number
  /** First and last event of those. */
  readonly span: LogSpan
  /** First and last event of the log, whatever was asked for. */
  readonly covers: LogSpan
  readonly trend: { readonly buckets: number; readonly bucketMs: number } | null
  /** Root of the service's own code as the log shows it: `com.okpos.todaysales`. */
  readonly ownPackage: string | null
  /** Events by level, those below `leastLevel` too. */
  readonly levels: Readonly<Partial<Record<LogLevel, number>>>
  /** Least severe level that is listed; absent when all are. */
  readonly leastLevel?: LogLevel
  /** Most severe and most frequent first; with a baseline what has changed comes before what has not. */
  readonly patterns: readonly LogPattern[]
  /** Absent where no known pattern says what noise is. */
  readonly noise?: LogNoise
  readonly comparison?: LogComparison
  /** Events that could not be kept as patterns of their own, so that memory stays bounded. */
  readonly dropped: { readonly patterns: number; readonly events: number }
  /** Events without a time, left out because a stretch of time was asked for. */
  readonly undated: number
}

/**
 * Patterns seen before, to compare with: another log, or what a checklist left in the journal.
 * `coveredMs` is how long they were watched, null where not known.
 */
export interface PatternBaseline {
  readonly name: string
  readonly span: LogSpan
  readonly coveredMs: number | null
  /** What is less severe than this was not kept, so that it cannot be told to be new; absent when all was. */
  readonly leastLevel?: LogLevel
  /** Events of INFO and below among those that were not kept: how busy it was. */
  readonly ordinaryEvents?: number
  readonly patterns: readonly Pick<
    LogPattern,
    'template' | 'count' | 'level' | 'logger' | 'exceptions' | 'frame'
  >[]
}
