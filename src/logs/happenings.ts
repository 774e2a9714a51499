/**
 * What a Spring log says happened within a stretch of time: starts and stops of the service,
 * settlements by the batch and by hand, dependencies that were gone, bursts of errors. The beginning
 * of the stretch is found by halving the file, so that a night costs what its lines cost.
 */
import { createReadStream } from 'node:fs'
import { parseServiceTime, type SeoulDate } from '../core/dates.ts'
import { messageOf, systemCodeOf } from '../core/errors.ts'
import type { Won } from '../core/money.ts'
import { cleanText } from '../core/sanitize.ts'
import { text, type Text } from '../core/text.ts'
import { createHappenings } from './happenings-state.ts'
import { offsetOf } from './seek.ts'

/** A dependency as the log names it by its exceptions. */
export type LogComponent = 'database' | 'redis' | 'rabbitmq'

/** One thing that happened; `untilMs` is when it was seen last, or ended. Ms since the epoch. */
export type LogHappening =
  | { readonly kind: 'starting'; readonly atMs: number; readonly pid: string }
  | { readonly kind: 'started'; readonly atMs: number; readonly pid: string }
  | { readonly kind: 'stopped'; readonly atMs: number; readonly pid: string }
  /** Another process writes, and neither the end of the one before nor its own start was logged. */
  | {
      readonly kind: 'replaced'
      readonly atMs: number
      readonly pid: string
      readonly before: string
    }
  | {
      readonly kind: 'batch'
      readonly atMs: number
      readonly phase: 'started' | 'completed' | 'failed'
      readonly date: SeoulDate
      /** Simple name of the exception it failed with, where one was logged just before. */
      readonly cause?: string
    }
  | { readonly kind: 'manual'; readonly atMs: number; readonly date: SeoulDate }
  | {
      readonly kind: 'settled'
      readonly atMs: number
      readonly date: SeoulDate
      readonly count: number
      readonly amount: Won
    }
  /** A record that was there is FAILED from now on. */
  | {
      readonly kind: 'marked_failed'
      readonly atMs: number
      readonly id: number
      readonly date?: SeoulDate
    }
  | {
      readonly kind: 'outage'
      readonly atMs: number
      readonly untilMs: number
      readonly component: LogComponent
      readonly errors: number
      /** True: the log says that it was back at `untilMs`; false: it was gone then still. */
      readonly recovered: boolean
    }
  | {
      readonly kind: 'errors'
      readonly atMs: number
      readonly untilMs: number
      readonly count: number
      /** Most frequent first. */
      readonly causes: readonly { readonly cause: string; readonly count: number }[]
    }

export type ReadHappenings =
  | {
      readonly kind: 'read'
      readonly happenings: readonly LogHappening[]
      /** First and last event that the log holds of the stretch; absent when it holds none. */
      readonly firstMs?: number
      readonly lastMs?: number
      /** The log begins only after the stretch does: what was before is not known. */
      readonly beginsLate: boolean
      /** A part of the stretch was left unread, since it was too long. */
      readonly cut: boolean
    }
  | { readonly kind: 'unknown'; readonly reason: Text }

const EVENT =
  /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(?:[.,](\d{1,9}))?\s+(TRACE|DEBUG|INFO|WARN|ERROR)\s+(\d+)\s+---\s+\[([^\]]*)\]\s+(\S+)\s*:\s?(.*)$/
const MAX_LINE_BYTES = 16 * 1024
/** A night of a busy service; beyond it the end of the stretch is left out, and said so. */
const MAX_BYTES = 2 ** 30
/** A dependency that went before the stretch began is named all the same. */
const LEAD_MS = 10 * 60_000

export interface LogEvent {
  readonly atMs: number
  readonly level: string
  readonly pid: string
  readonly thread: string
  readonly logger: string
  readonly message: string
}

/** Both ends included. Never throws for what the file is. */
export async function readHappenings(
  path: string,
  fromMs: number,
  toMs: number,
  signal: AbortSignal,
): Promise<ReadHappenings> {
  try {
    const start = await offsetOf(path, fromMs - LEAD_MS)
    return await scan(path, start, fromMs, toMs, signal)
  } catch (error) {
    if (signal.aborted) throw error
    const why = systemCodeOf(error) ?? cleanText(messageOf(error), 120)
    return {
      kind: 'unknown',
      reason: text(`로그를 읽을 수 없음(${why})`, `the log cannot be read (${why})`),
    }
  }
}

async function scan(
  path: string,
  start: number,
  fromMs: number,
  toMs: number,
  signal: AbortSignal,
): Promise<ReadHappenings> {
  const state = createHappenings()
  let firstMs: number | undefined
  let lastMs: number | undefined
  let events = 0
  let past = false
  let earliestMs: number | undefined
  let bytes = 0
  for await (const line of linesOf(path, start, signal)) {
    bytes += line.length + 1
    if (bytes > MAX_BYTES) break
    const event = parseEvent(line)
    if (event === undefined) {
      if (events > 0) state.continuation(line)
      continue
    }
    events++
    earliestMs ??= event.atMs
    if (event.atMs > toMs) {
      past = true
      break
    }
    if (event.atMs >= fromMs) {
      firstMs ??= event.atMs
      lastMs = event.atMs
    }
    state.event(event)
  }
  if (events === 0 && start === 0) {
    return {
      kind: 'unknown',
      reason: text(
        'Spring 형식의 로그가 아니거나 비어 있음',
        "the log is empty, or not in Spring's format",
      ),
    }
  }
  return {
    kind: 'read',
    happenings: state.finish().filter((happening) => endOf(happening) >= fromMs),
    ...(firstMs === undefined ? {} : { firstMs }),
    ...(lastMs === undefined ? {} : { lastMs }),
    beginsLate: start === 0 && earliestMs !== undefined && earliestMs > fromMs,
    cut: bytes > MAX_BYTES && !past,
  }
}

function endOf(happening: LogHappening): number {
  return 'untilMs' in happening ? happening.untilMs : happening.atMs
}

function parseEvent(line: string): LogEvent | undefined {
  const first = line.charCodeAt(0)
  if (!(first >= 0x30 && first <= 0x39)) return undefined
  const match = EVENT.exec(line)
  if (match === null) return undefined
  const [, date, time, fraction, level, pid, thread, logger, message] = match
  const atMs = parseServiceTime(`${date}T${time}${fraction === undefined ? '' : `.${fraction}`}`)
  if (atMs === undefined) return undefined
  return {
    atMs,
    level: level ?? '',
    pid: pid ?? '',
    thread: thread ?? '',
    logger: logger ?? '',
    message: message ?? '',
  }
}

/** Lines from a byte offset; the rest of an overlong one is dropped. */
async function* linesOf(path: string, start: number, signal: AbortSignal): AsyncGenerator<string> {
  let rest = Buffer.alloc(0)
  let dropping = false
  for await (const chunk of createReadStream(path, { start, highWaterMark: 1 << 20, signal })) {
    const block = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer])
    let from = 0
    for (;;) {
      const end = block.indexOf(0x0a, from)
      if (end < 0) break
      if (!dropping) yield lineText(block, from, end)
      dropping = false
      from = end + 1
    }
    rest = Buffer.from(block.subarray(from))
    if (rest.length > MAX_LINE_BYTES) {
      if (!dropping) yield lineText(rest, 0, rest.length)
      dropping = true
      rest = Buffer.alloc(0)
    }
  }
  if (rest.length > 0 && !dropping) yield lineText(rest, 0, rest.length)
}

function lineText(block: Buffer, from: number, end: number): string {
  const until = Math.min(end, from + MAX_LINE_BYTES)
  return block.toString('utf8', from, block[until - 1] === 0x0d ? until - 1 : until)
}
