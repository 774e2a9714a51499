/** The patterns of a log's last hours, for probes: only the part of the file that is asked for is read. */
import { stat } from 'node:fs/promises'
import { isoSeoul } from '../core/dates.ts'
import { MtsError, messageOf, systemCodeOf } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import type { LogPatterns, PatternBaseline } from '../core/log-patterns.ts'
import { cleanText } from '../core/sanitize.ts'
import { text, type Text } from '../core/text.ts'
import type { KnownPatterns } from './known-patterns.ts'
import { mineLog } from './mine-log.ts'
import { lineStartAfter, offsetOf } from './seek.ts'

export type RecentPatterns =
  | {
      readonly kind: 'mined'
      readonly patterns: LogPatterns
      readonly file: string
      /** The log begins later than asked, or its part was too long to be read whole. */
      readonly partial: boolean
    }
  | { readonly kind: 'unknown'; readonly reason: Text }

export interface RecentOptions {
  readonly path: string
  readonly known: KnownPatterns
  /** Ms since the epoch. */
  readonly fromMs: number
  readonly toMs: number
  readonly baseline?: PatternBaseline
  readonly signal: AbortSignal
  readonly monotonicMs: () => number
}

/** A day of a busy service; of more, the end is read. */
const MAX_BYTES = 2 ** 30

/** Never rejects for what the file is. */
export async function mineRecent(options: RecentOptions): Promise<RecentPatterns> {
  const { path, fromMs, toMs, baseline } = options
  let patterns: LogPatterns
  try {
    const wanted = await offsetOf(path, fromMs)
    const { size } = await stat(path)
    const fromByte =
      size - wanted <= MAX_BYTES ? wanted : await lineStartAfter(path, size - MAX_BYTES)
    patterns = await mineLog({
      sources: [{ name: path, path, exitCode: EXIT.config, fromByte }],
      known: options.known,
      window: { fromMs, toMs },
      level: 'WARN',
      ...(baseline === undefined ? {} : { baseline: { kind: 'saved', baseline } }),
      signal: options.signal,
      monotonicMs: options.monotonicMs,
    })
  } catch (error) {
    if (options.signal.aborted) throw error
    return { kind: 'unknown', reason: unreadable(error) }
  }
  const { from, to } = patterns.covers
  if (from === null || to === null) return { kind: 'unknown', reason: NO_TIMES }
  if (Date.parse(to) < fromMs) return { kind: 'unknown', reason: silentSince(to) }
  return { kind: 'mined', patterns, file: path, partial: Date.parse(from) > fromMs }
}

const NO_TIMES = text(
  '로그가 비어 있거나 시각이 없음',
  'the log is empty, or its lines carry no times',
)

/** A service that lives writes: a log that has stopped proves nothing. */
function silentSince(to: string): Text {
  const at = isoSeoul(Date.parse(to)).slice(0, 16).replace('T', ' ')
  return text(`로그가 ${at} 이후 기록되지 않음`, `nothing in the log since ${at}`)
}

function unreadable(error: unknown): Text {
  if (error instanceof MtsError) return error.text
  const why = systemCodeOf(error) ?? cleanText(messageOf(error), 120)
  return text(`로그를 읽을 수 없음(${why})`, `the log cannot be read (${why})`)
}
