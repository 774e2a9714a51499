/**
 * What an event says, as words: asked once for each shape. Everything that comes out of here is
 * masked; nothing else of the log is kept.
 */
import type { PatternBaseline } from '../core/log-patterns.ts'
import type { ScannedEvent } from './event-scanner.ts'
import type { FrameworkBytes } from './frameworks.ts'
import { parseJsonEvent } from './json-line.ts'
import { knownPatternOf, type KnownPatterns } from './known-patterns.ts'
import { levelCode, UNKNOWN } from './levels.ts'
import type { Reading } from './pattern-store.ts'
import { maskPrivate } from './private-data.ts'
import { MAX_TRACE_MESSAGE, NO_TRACE, readTrace, shortClass, type Trace } from './trace.ts'
import { ANY_WORD, templateWords } from './variables.ts'

/** Read of a message for its example; longer than what is shown, so that masking sees whole values. */
const EXAMPLE_BYTES = 2048
const EXAMPLE_LENGTH = 300
const EXCEPTION_LENGTH = 200
/** Near the cut of a long message, half a telephone number may stand: that much is left out. */
const CUT_MARGIN = 80
const MAX_LOGGER = 120

interface Words {
  readonly level: number
  readonly logger: string
  /** Raw; `cut` when the event says more. */
  readonly message: string
  readonly cut: boolean
  readonly trace: Trace
}

export function readEvent(
  event: ScannedEvent,
  known: KnownPatterns,
  frameworks: FrameworkBytes,
): Reading {
  const words = wordsOf(event, frameworks)
  const { level, trace } = words
  const logger = maskPrivate(words.logger).slice(0, MAX_LOGGER)
  const masked = maskPrivate(words.message)
  const message = words.cut ? withoutEdge(masked) : masked
  return {
    level,
    logger,
    words: templateWords(message),
    known: knownPatternOf(known, {
      level,
      logger,
      message: trace.message === '' ? words.message : `${words.message}\n${trace.message}`,
      exceptions: trace.exceptions,
    }),
    trace,
    example: exampleOf(message, trace),
  }
}

function wordsOf(event: ScannedEvent, frameworks: FrameworkBytes): Words {
  const { bytes, start, headEnd, end } = event
  if (event.form === 'json') {
    const json = parseJsonEvent(bytes.toString('utf8', start, headEnd))
    if (json !== undefined) {
      const { level, logger, message, stack } = json
      return { level, logger, ...bounded(message), trace: traceOf(stack, frameworks) }
    }
  }
  const message = messageOf(bytes, event.messageStart, headEnd)
  if (event.form === 'text') {
    return {
      level: event.level,
      logger: bytes.toString('utf8', event.loggerStart, event.loggerEnd),
      ...message,
      trace: headEnd + 1 < end ? readTrace(bytes, headEnd + 1, end, frameworks) : NO_TRACE,
    }
  }
  return {
    level: levelIn(message.message),
    logger: '',
    ...message,
    trace: readTrace(bytes, start, end, frameworks),
  }
}

function messageOf(bytes: Buffer, from: number, to: number): { message: string; cut: boolean } {
  const stop = Math.min(to, from + EXAMPLE_BYTES)
  return { message: wholeCharacters(bytes.toString('utf8', from, stop)), cut: stop < to }
}

function bounded(message: string): { message: string; cut: boolean } {
  const cut = message.length > EXAMPLE_BYTES
  return { message: cut ? wholeCharacters(message.slice(0, EXAMPLE_BYTES)) : message, cut }
}

/** Without what a cut has left of a character at the end. */
function wholeCharacters(value: string): string {
  return value.replace(/\uFFFD{1,3}$|[\uD800-\uDBFF]$/, '')
}

function withoutEdge(masked: string): string {
  return masked.slice(0, Math.max(0, masked.length - CUT_MARGIN)).replace(/\S*$/, '')
}

function traceOf(stack: string, frameworks: FrameworkBytes): Trace {
  if (stack === '') return NO_TRACE
  const bytes = Buffer.from(stack)
  return readTrace(bytes, 0, bytes.length, frameworks)
}

/** A log without headers: a level in capitals near the beginning is taken for one. */
function levelIn(line: string): number {
  const found = /\b(?:FATAL|ERROR|SEVERE|WARN(?:ING)?|INFO|DEBUG|TRACE)\b/.exec(line.slice(0, 120))
  return found === null ? UNKNOWN : levelCode(found[0])
}

function exampleOf(message: string, trace: Trace): string {
  const parts = [shortened(message, EXAMPLE_LENGTH)]
  const [outermost] = trace.exceptions
  if (outermost !== undefined) {
    const masked = maskPrivate(trace.message)
    const said = Buffer.byteLength(trace.message) < MAX_TRACE_MESSAGE ? masked : withoutEdge(masked)
    const words = said === '' ? '' : `: ${shortened(said, EXCEPTION_LENGTH)}`
    parts.push(`${shortClass(outermost)}${words}`)
  }
  return parts.filter((part) => part !== '').join(' | ')
}

function shortened(value: string, length: number): string {
  if (value.length <= length) return value
  return `${value.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}

/** A pattern saved earlier: its template is its own words, and masked already. */
export function readSaved(
  saved: PatternBaseline['patterns'][number],
  known: KnownPatterns,
): Reading {
  const level = levelCode(saved.level)
  const logger = saved.logger ?? ''
  const exceptions = saved.exceptions ?? []
  return {
    level,
    logger,
    words: saved.template.split(' ').filter((word) => word !== ''),
    known: knownPatternOf(known, { level, logger, message: saved.template, exceptions }),
    trace: NO_TRACE,
    example: saved.template.replaceAll(ANY_WORD, '…'),
    given: { exceptions, frame: saved.frame },
  }
}
