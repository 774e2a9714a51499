/**
 * One line of the exposition format (Prometheus text 0.0.4 and OpenMetrics 1.0): a sample or a
 * comment. Written over characters instead of patterns: a scrape has thousands of lines.
 */
import type { ExpositionSample } from '../core/exposition.ts'

export type ExpositionFormat = 'text' | 'openmetrics'

export type Line =
  | { readonly kind: 'sample'; readonly sample: ExpositionSample }
  | {
      readonly kind: 'about'
      readonly what: 'help' | 'type' | 'unit'
      readonly name: string
      readonly words: string
    }
  | { readonly kind: 'end' }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'fault'; readonly reason: string }

const SPACE = 32
const TAB = 9
const QUOTE = 34
const HASH = 35
const COMMA = 44
const EQUALS = 61
const BACKSLASH = 92
const OPEN = 123
const CLOSE = 125

class LineFault extends Error {}

/** Never throws. */
export function parseLine(line: string, format: ExpositionFormat): Line {
  try {
    const start = skipBlanks(line, 0)
    if (start === line.length) {
      return format === 'openmetrics' ? fault('an empty line') : { kind: 'nothing' }
    }
    if (line.charCodeAt(start) === HASH) return parseComment(line.slice(start), format)
    return { kind: 'sample', sample: parseSample(line, start, format) }
  } catch (error) {
    if (error instanceof LineFault) return fault(error.message)
    throw error
  }
}

function fault(reason: string): Line {
  return { kind: 'fault', reason }
}

const ABOUT = /^#[ \t]+(HELP|TYPE|UNIT)[ \t]+("(?:[^"\\]|\\.)*"|[^\s"]+)(?:[ \t]+(.*)|[ \t]*)$/s

function parseComment(line: string, format: ExpositionFormat): Line {
  if (line === '# EOF') return format === 'openmetrics' ? { kind: 'end' } : { kind: 'nothing' }
  const match = ABOUT.exec(line)
  if (match === null) {
    // The older format allows any comment, OpenMetrics none.
    return format === 'openmetrics' ? fault('a comment that is not known') : { kind: 'nothing' }
  }
  const [, word = '', given = '', rest = ''] = match
  if (word === 'UNIT' && format === 'text') return { kind: 'nothing' }
  const name = given.startsWith('"') ? unescape(given.slice(1, -1)) : given
  if (!given.startsWith('"') && !isMetricName(name)) return fault(`no metric name: ${name}`)
  switch (word) {
    case 'HELP':
      return { kind: 'about', what: 'help', name, words: unescape(rest) }
    case 'TYPE':
      return { kind: 'about', what: 'type', name, words: rest.trim() }
    default:
      return { kind: 'about', what: 'unit', name, words: rest.trim() }
  }
}

function parseSample(line: string, start: number, format: ExpositionFormat): ExpositionSample {
  let at = start
  while (at < line.length && isNameChar(line.charCodeAt(at))) at++
  let name = line.slice(start, at)
  if (name !== '' && !isMetricName(name)) throw new LineFault(`no metric name: ${name}`)
  at = skipBlanks(line, at)
  let labels: Record<string, string> = {}
  if (line.charCodeAt(at) === OPEN) {
    const block = parseLabels(line, at, name === '')
    labels = block.labels
    name = name === '' ? (block.quotedName ?? '') : name
    at = skipBlanks(line, block.at)
  } else if (at === start + name.length && name !== '') {
    throw new LineFault('no value')
  }
  if (name === '') throw new LineFault('no metric name')
  const value = takeToken(line, at)
  const number = parseNumber(value.token)
  at = skipBlanks(line, value.at)
  let timestampMs: number | undefined
  if (at < line.length && line.charCodeAt(at) !== HASH) {
    const stamp = takeToken(line, at)
    timestampMs = parseTimestamp(stamp.token, format)
    at = skipBlanks(line, stamp.at)
  }
  let exemplar: ExpositionSample['exemplar']
  if (line.charCodeAt(at) === HASH && format === 'openmetrics') {
    const taken = parseExemplar(line, at + 1)
    exemplar = taken.exemplar
    at = taken.at
  }
  if (at < line.length) throw new LineFault('more after the sample')
  return {
    name,
    labels,
    value: number,
    ...(timestampMs === undefined ? {} : { timestampMs }),
    ...(exemplar === undefined ? {} : { exemplar }),
  }
}

function parseExemplar(
  line: string,
  start: number,
): { readonly exemplar: NonNullable<ExpositionSample['exemplar']>; readonly at: number } {
  let at = skipBlanks(line, start)
  if (line.charCodeAt(at) !== OPEN) throw new LineFault('no labels of the exemplar')
  const { labels, at: after } = parseLabels(line, at, false)
  const value = takeToken(line, skipBlanks(line, after))
  const exemplarValue = parseNumber(value.token)
  at = skipBlanks(line, value.at)
  if (at === line.length) return { exemplar: { labels, value: exemplarValue }, at }
  const stamp = takeToken(line, at)
  const timestampMs = parseTimestamp(stamp.token, 'openmetrics')
  return {
    exemplar: { labels, value: exemplarValue, timestampMs },
    at: skipBlanks(line, stamp.at),
  }
}

interface LabelBlock {
  readonly labels: Record<string, string>
  /** `{"a.name", ...}`: names that are no identifiers stand in the braces. */
  readonly quotedName: string | undefined
  readonly at: number
}

function parseLabels(line: string, open: number, namesMetric: boolean): LabelBlock {
  const labels: Record<string, string> = {}
  let quotedName: string | undefined
  let at = skipBlanks(line, open + 1)
  let first = true
  while (line.charCodeAt(at) !== CLOSE) {
    let name: string
    const quoted = line.charCodeAt(at) === QUOTE
    if (quoted) {
      const string = takeString(line, at)
      name = string.value
      at = string.at
    } else {
      const start = at
      while (at < line.length && isNameChar(line.charCodeAt(at))) at++
      name = line.slice(start, at)
      if (!isLabelName(name)) throw new LineFault(`no label name: ${name}`)
    }
    at = skipBlanks(line, at)
    if (line.charCodeAt(at) === EQUALS) {
      const string = takeString(line, skipBlanks(line, at + 1))
      setLabel(labels, name, string.value)
      at = skipBlanks(line, string.at)
    } else if (quoted && namesMetric && first) {
      quotedName = name
    } else {
      throw new LineFault('a label without a value')
    }
    first = false
    const next = line.charCodeAt(at)
    if (next === COMMA) at = skipBlanks(line, at + 1)
    else if (next !== CLOSE) throw new LineFault('labels that do not end')
  }
  return { labels, quotedName, at: at + 1 }
}

function setLabel(labels: Record<string, string>, name: string, value: string): void {
  if (Object.hasOwn(labels, name)) throw new LineFault(`label twice: ${name}`)
  if (name === '__proto__') {
    Object.defineProperty(labels, name, { value, enumerable: true, configurable: true })
  } else labels[name] = value
}

function takeString(line: string, at: number): { readonly value: string; readonly at: number } {
  if (line.charCodeAt(at) !== QUOTE) throw new LineFault('a value without quotes')
  const start = at + 1
  let end = line.indexOf('"', start)
  if (end === -1) throw new LineFault('quotes that do not end')
  const value = line.slice(start, end)
  // Nearly no label needs more than this.
  if (!value.includes('\\')) return { value, at: end + 1 }
  end = start
  for (;;) {
    const char = line.charCodeAt(end)
    if (Number.isNaN(char)) throw new LineFault('quotes that do not end')
    if (char === QUOTE) break
    end += char === BACKSLASH ? 2 : 1
  }
  return { value: unescape(line.slice(start, end)), at: end + 1 }
}

function unescape(words: string): string {
  if (!words.includes('\\')) return words
  return words.replace(/\\([\\n"])/g, (_whole, char: string) => (char === 'n' ? '\n' : char))
}

function takeToken(line: string, start: number): { readonly token: string; readonly at: number } {
  let at = start
  while (at < line.length && !isBlank(line.charCodeAt(at))) at++
  if (at === start) throw new LineFault('no value')
  return { token: line.slice(start, at), at }
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

function parseNumber(token: string): number {
  if (NUMBER.test(token)) return finite(token, 'number')
  switch (token.toLowerCase()) {
    case 'nan':
      return Number.NaN
    case '+inf':
    case 'inf':
    case '+infinity':
    case 'infinity':
      return Number.POSITIVE_INFINITY
    case '-inf':
    case '-infinity':
      return Number.NEGATIVE_INFINITY
    default:
      throw new LineFault(`no number: ${token}`)
  }
}

/** Whole milliseconds in the older format, seconds in OpenMetrics. */
function parseTimestamp(token: string, format: ExpositionFormat): number {
  if (format === 'text') {
    if (!/^-?\d+$/.test(token)) throw new LineFault(`no timestamp: ${token}`)
    return Number(token)
  }
  if (!NUMBER.test(token)) throw new LineFault(`no timestamp: ${token}`)
  return finite(token, 'timestamp') * 1000
}

/** Digits beyond what a double holds are no infinity: the format spells those. */
function finite(token: string, what: string): number {
  const value = Number(token)
  if (!Number.isFinite(value)) throw new LineFault(`no ${what}: ${token}`)
  return value
}

function isBlank(char: number): boolean {
  return char === SPACE || char === TAB
}

function skipBlanks(line: string, start: number): number {
  let at = start
  while (at < line.length && isBlank(line.charCodeAt(at))) at++
  return at
}

/** Letters, digits, `_` and `:`. */
function isNameChar(char: number): boolean {
  return (
    (char >= 97 && char <= 122) ||
    (char >= 65 && char <= 90) ||
    (char >= 48 && char <= 58) ||
    char === 95
  )
}

function isMetricName(name: string): boolean {
  for (let at = 0; at < name.length; at++) if (!isNameChar(name.charCodeAt(at))) return false
  return name !== '' && !startsWithDigit(name)
}

function isLabelName(name: string): boolean {
  return isMetricName(name) && !name.includes(':')
}

function startsWithDigit(name: string): boolean {
  const char = name.charCodeAt(0)
  return char >= 48 && char <= 57
}
