/**
 * Counts the errors of a Spring log within a stretch of time. The file is read in blocks from its
 * end backwards until the stretch begins, so that a log of gigabytes costs what its last hours cost.
 */
import { open, type FileHandle } from 'node:fs/promises'
import { messageOf, systemCodeOf } from '../core/errors.ts'
import { cleanText } from '../core/sanitize.ts'
import { text, type Text } from '../core/text.ts'
import { createHeaderParser, type HeaderParser } from './header.ts'
import { ERROR, UNKNOWN } from './levels.ts'

export interface ErrorCount {
  readonly errors: number
  readonly noise: number
  readonly firstMs?: number
  readonly lastMs?: number
  readonly loggers: readonly { readonly logger: string; readonly count: number }[]
  readonly partial: boolean
}

export type CountedErrors =
  | { readonly kind: 'counted'; readonly count: ErrorCount; readonly file: string }
  | { readonly kind: 'unknown'; readonly reason: Text }

const BLOCK_BYTES = 1 << 20
/** Beyond this, the count is a lower bound and says so. */
const MAX_BYTES = 512 * BLOCK_BYTES
/** What is looked at of a line: time, level and logger stand at its beginning. */
const MAX_HEAD_BYTES = 4096
const MAX_LOGGERS = 5

/** Every dead letter of a healthy sale is written about by these, at ERROR. */
export function isNoise(logger: string, message: string): boolean {
  return (
    logger.endsWith('SalesEventListener') ||
    (logger.endsWith('SimpleMessageListenerContainer') &&
      message.startsWith('Execution of Rabbit message listener failed'))
  )
}

interface Tally {
  readonly headers: HeaderParser
  errors: number
  noise: number
  firstMs: number | undefined
  lastMs: number | undefined
  /** The earliest event of any level that was seen. */
  earliestMs: number | undefined
  events: number
  readonly loggers: Map<string, number>
}

/** Times are ms since the epoch, both ends included; `path` is what the setting `log` names. */
export async function countLogErrors(
  path: string,
  fromMs: number,
  toMs: number,
  signal: AbortSignal,
): Promise<CountedErrors> {
  const tally: Tally = {
    headers: createHeaderParser(),
    errors: 0,
    noise: 0,
    firstMs: undefined,
    lastMs: undefined,
    earliestMs: undefined,
    events: 0,
    loggers: new Map(),
  }
  try {
    const handle = await open(path, 'r')
    try {
      await tallyBackwards(tally, handle, fromMs, toMs, signal)
    } finally {
      await handle.close()
    }
  } catch (error) {
    const why = systemCodeOf(error) ?? cleanText(messageOf(error), 120)
    return {
      kind: 'unknown',
      reason: text(`로그를 읽을 수 없음(${why})`, `the log cannot be read (${why})`),
    }
  }
  if (tally.events === 0) {
    return {
      kind: 'unknown',
      reason: text(
        'Spring 형식의 로그가 아니거나 비어 있음',
        "the log is empty, or not in Spring's format",
      ),
    }
  }
  return { kind: 'counted', count: countOf(tally, fromMs), file: path }
}

async function tallyBackwards(
  tally: Tally,
  handle: FileHandle,
  fromMs: number,
  toMs: number,
  signal: AbortSignal,
): Promise<void> {
  const { size } = await handle.stat()
  const stopAt = Math.max(0, size - MAX_BYTES)
  let end = size
  /** The head of a line whose beginning lies in the block before. */
  let rest: Buffer = Buffer.alloc(0)
  while (end > stopAt) {
    signal.throwIfAborted()
    const start = Math.max(stopAt, end - BLOCK_BYTES)
    const block = Buffer.alloc(end - start)
    const { bytesRead } = await handle.read(block, 0, block.length, start)
    const whole = Buffer.concat([block.subarray(0, bytesRead), rest])
    const newline = whole.indexOf(0x0a)
    const cut = start === stopAt ? 0 : newline < 0 ? whole.length : newline + 1
    tallyLines(tally, whole.subarray(cut), fromMs, toMs)
    rest = whole.subarray(0, Math.min(cut, MAX_HEAD_BYTES))
    end = start
    if (tally.earliestMs !== undefined && tally.earliestMs < fromMs) return
  }
}

function tallyLines(tally: Tally, block: Buffer, fromMs: number, toMs: number): void {
  let from = 0
  while (from < block.length) {
    const next = block.indexOf(0x0a, from)
    const until = next < 0 ? block.length : next
    // Only an event begins with its time; the rest is stack traces and SQL.
    const end = Math.min(until, from + MAX_HEAD_BYTES)
    if (tally.headers.parse(block, from, end)) tallyEvent(tally, block, end, fromMs, toMs)
    from = until + 1
  }
}

function tallyEvent(tally: Tally, block: Buffer, end: number, fromMs: number, toMs: number): void {
  const { level, timeMs: atMs, loggerStart, loggerEnd, messageStart } = tally.headers.header
  if (level === UNKNOWN) return
  tally.events++
  if (tally.earliestMs === undefined || atMs < tally.earliestMs) tally.earliestMs = atMs
  if (level > ERROR || atMs < fromMs || atMs > toMs) return
  const logger = block.toString('utf8', loggerStart, loggerEnd)
  const message = block.toString('utf8', messageStart, end)
  tally.errors++
  if (isNoise(logger, message)) {
    tally.noise++
    return
  }
  if (tally.firstMs === undefined || atMs < tally.firstMs) tally.firstMs = atMs
  if (tally.lastMs === undefined || atMs > tally.lastMs) tally.lastMs = atMs
  const name = cleanText(logger.split('.').at(-1) ?? logger, 80)
  tally.loggers.set(name, (tally.loggers.get(name) ?? 0) + 1)
}

function countOf(tally: Tally, fromMs: number): ErrorCount {
  const loggers = [...tally.loggers]
    .map(([logger, count]) => ({ logger, count }))
    .sort((left, right) => right.count - left.count)
    .slice(0, MAX_LOGGERS)
  return {
    errors: tally.errors,
    noise: tally.noise,
    ...(tally.firstMs === undefined ? {} : { firstMs: tally.firstMs }),
    ...(tally.lastMs === undefined ? {} : { lastMs: tally.lastMs }),
    loggers,
    partial: tally.earliestMs === undefined || tally.earliestMs > fromMs,
  }
}
