/**
 * From bytes to events: lines are found, first lines told from what follows them, and each event
 * is given its time and its shape, without making a string of anything. What comes out depends on
 * the bytes alone, never on how they were cut into chunks.
 */
import type { FrameworkBytes } from './frameworks.ts'
import { createHeaderParser, type HeaderParser } from './header.ts'
import { createJsonTime, isJsonEvent } from './json-line.ts'
import { UNKNOWN } from './levels.ts'
import { hashBytes, hashShape } from './shape.ts'
import { causeStart, followTrace, type TraceProgress } from './trace-lines.ts'
import { MESSAGE_WORDS } from './variables.ts'

/**
 * One event. The scanner fills the same object again for the next, and its bytes are good only
 * until the callback returns.
 */
export interface ScannedEvent {
  bytes: Buffer
  start: number
  end: number
  /** End of its first line. */
  headEnd: number
  form: 'text' | 'plain' | 'json'
  /** ms since the epoch; NaN where neither it nor a line before tells. */
  timeMs: number
  /** UNKNOWN for JSON: there the fields tell, once for each shape. */
  level: number
  loggerStart: number
  loggerEnd: number
  messageStart: number
  /** Two halves of the hash of its shape. */
  shapeA: number
  shapeB: number
}

export interface EventScanner {
  push(chunk: Buffer): void
  /** The source has ended; another may follow. */
  end(): void
  /** Lines of all sources so far. */
  readonly lines: number
}

/** An event is looked at this far; what follows up to the next first line is counted and dropped. */
const MAX_EVENT_BYTES = 128 * 1024
const MAX_LINE_BYTES = MAX_EVENT_BYTES
const CHUNK_BYTES = 256 * 1024
/** Of a message, its first words tell its shape, as far as this. */
const MESSAGE_BYTES = 1024
const JSON_BYTES = 16 * 1024
/** What form a log has is seen in its beginning. */
const SNIFF_BYTES = 64 * 1024

const NEWLINE = 0x0a
const BRACE = 0x7b

export function createEventScanner(
  frameworks: FrameworkBytes,
  emit: (event: ScannedEvent) => void,
): EventScanner {
  const buffer = Buffer.allocUnsafeSlow(MAX_EVENT_BYTES + MAX_LINE_BYTES + CHUNK_BYTES + 64)
  const headers = createHeaderParser()
  const { header } = headers
  const jsonTime = createJsonTime()
  const trace: TraceProgress = { hash: { a: 0, b: 0 }, exceptions: 0, ownFrames: 0, frames: 0 }
  const shape = { a: 0, b: 0 }
  const event: ScannedEvent = {
    bytes: buffer,
    start: 0,
    end: 0,
    headEnd: 0,
    form: 'text',
    timeMs: NaN,
    level: UNKNOWN,
    loggerStart: 0,
    loggerEnd: 0,
    messageStart: 0,
    shapeA: 0,
    shapeB: 0,
  }
  let lines = 0
  let mode: Mode | 'undecided' = 'undecided'
  /** Bytes in the buffer. */
  let filled = 0
  /** Start of the line that is next. */
  let next = 0
  /** Start of the open event, -1 when none is. */
  let open = -1
  /** The rest of a line that was too long is not looked at. */
  let skipping = false
  let lastTimeMs = NaN

  function close(end: number): void {
    if (open < 0) return
    event.start = open
    event.end = end
    event.shapeA = shape.a ^ trace.hash.a
    event.shapeB = (shape.b + Math.imul(trace.hash.b, 0x2545f491)) | 0
    open = -1
    emit(event)
  }

  function begin(start: number, end: number, form: ScannedEvent['form']): void {
    open = start
    event.form = form
    event.headEnd = end
    trace.hash.a = 0
    trace.hash.b = 0
    trace.exceptions = 0
    trace.ownFrames = 0
    trace.frames = 0
  }

  function hashMessage(from: number, end: number): void {
    hashShape(buffer, from, Math.min(end, from + MESSAGE_BYTES), shape, MESSAGE_WORDS)
  }

  function beginText(start: number, end: number): void {
    begin(start, end, 'text')
    lastTimeMs = header.timeMs
    event.timeMs = header.timeMs
    event.level = header.level
    event.loggerStart = header.loggerStart
    event.loggerEnd = header.loggerEnd
    event.messageStart = Math.min(header.messageStart, end)
    shape.a = header.level + 1
    shape.b = header.level + 101
    hashBytes(buffer, header.loggerStart, header.loggerEnd, shape)
    hashMessage(event.messageStart, end)
  }

  function beginJson(start: number, end: number): void {
    begin(start, end, 'json')
    const timeMs = jsonTime.timeOf(buffer, start, end)
    if (!Number.isNaN(timeMs)) lastTimeMs = timeMs
    event.timeMs = lastTimeMs
    event.level = UNKNOWN
    event.loggerStart = start
    event.loggerEnd = start
    event.messageStart = start
    shape.a = 11
    shape.b = 111
    hashShape(buffer, start, Math.min(end, start + JSON_BYTES), shape, Infinity)
  }

  function beginPlain(start: number, end: number): void {
    begin(start, end, 'plain')
    event.timeMs = lastTimeMs
    event.level = UNKNOWN
    event.loggerStart = start
    event.loggerEnd = start
    event.messageStart = start
    shape.a = 21
    shape.b = 121
    hashMessage(start, end)
    followTrace(buffer, start, end, frameworks, trace)
  }

  function line(start: number, end: number): void {
    const first = buffer[start] as number
    if (first <= 0x39 && first >= 0x30 && headers.parse(buffer, start, end)) {
      close(start)
      if (mode === 'plain') mode = 'text'
      beginText(start, end)
    } else if (mode === 'json') {
      if (first === BRACE) {
        close(start)
        beginJson(start, end)
      } else {
        follow(start, end)
      }
    } else if (mode === 'text' || belongsToLineBefore(start, end)) {
      follow(start, end)
    } else if (end > start) {
      close(start)
      beginPlain(start, end)
    }
  }

  /** In a log without headers. */
  function belongsToLineBefore(start: number, end: number): boolean {
    const first = buffer[start]
    return first === 0x20 || first === 0x09 || causeStart(buffer, start, end) !== start
  }

  function follow(start: number, end: number): void {
    if (open < 0) return
    if (start - open >= MAX_EVENT_BYTES) close(start)
    else if (event.form !== 'json') followTrace(buffer, start, end, frameworks, trace)
  }

  function scan(last: boolean): void {
    // Stops the search for a newline, and whatever looks past the end of a line.
    buffer[filled] = NEWLINE
    if (mode === 'undecided') mode = modeOf(buffer, Math.min(filled, SNIFF_BYTES), headers.parse)
    let at = next
    while (at < filled) {
      const newline = buffer.indexOf(NEWLINE, at)
      const complete = newline < filled || last
      if (skipping) {
        if (complete) lines++
        skipping = !complete
        at = complete ? Math.min(newline + 1, filled) : filled
        continue
      }
      const tooLong = newline - at > MAX_LINE_BYTES
      if (!complete && !tooLong) break
      const end = tooLong ? at + MAX_LINE_BYTES : newline
      line(at, end > at && buffer[end - 1] === 0x0d ? end - 1 : end)
      // What goes on beyond what may be kept ends its event.
      if (tooLong) close(end)
      if (complete) lines++
      skipping = !complete
      at = complete ? Math.min(newline + 1, filled) : filled
    }
    next = at
    if (last) close(filled)
  }

  /** Keeps what is still needed, at the front of the buffer. */
  function compact(): void {
    const keep = open >= 0 ? open : next
    if (keep > 0) {
      buffer.copyWithin(0, keep, filled)
      filled -= keep
      next -= keep
      if (open >= 0) {
        open -= keep
        event.headEnd -= keep
        event.loggerStart -= keep
        event.loggerEnd -= keep
        event.messageStart -= keep
      }
    }
  }

  return {
    push(chunk) {
      for (let from = 0; from < chunk.length; from += CHUNK_BYTES) {
        const to = Math.min(chunk.length, from + CHUNK_BYTES)
        chunk.copy(buffer, filled, from, to)
        filled += to - from
        if (mode === 'undecided' && filled < SNIFF_BYTES) continue
        scan(false)
        compact()
      }
    },
    end() {
      scan(true)
      mode = 'undecided'
      filled = 0
      next = 0
      open = -1
      skipping = false
      lastTimeMs = NaN
    },
    get lines() {
      return lines
    },
  }
}

type Mode = 'text' | 'json' | 'plain'

/**
 * By the first line that tells. Lines before it (a banner, the end of an event) are then no events;
 * a log in which none tells is read line by line.
 */
function modeOf(buffer: Buffer, size: number, isHeader: HeaderParser['parse']): Mode {
  for (let at = 0; at < size;) {
    const newline = buffer.indexOf(NEWLINE, at)
    const end = newline < 0 || newline > size ? size : newline
    if (isHeader(buffer, at, end)) return 'text'
    if (buffer[at] === BRACE && isJsonEvent(buffer.toString('utf8', at, end))) return 'json'
    at = end + 1
  }
  return 'plain'
}
