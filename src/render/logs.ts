/** The patterns of a log on a terminal: what is wrong first, what is usual folded into a line. */
import { durationText } from '../core/duration.ts'
import type { LogChange, LogLevel, LogPattern, LogPatterns, LogSpan } from '../core/log-patterns.ts'
import { LOG_LEVELS } from '../core/log-patterns.ts'
import { koreanDate, shortDate } from '../core/dates.ts'
import { text, type Text } from '../core/text.ts'
import { cellsOf, padCells, wrapCells } from './columns.ts'
import { line, spread } from './lines.ts'
import { say, type View } from './view.ts'

export interface LogPatternsFace {
  /** Patterns written out. */
  readonly top: number
  /** Levels below WARN are written out too. */
  readonly everyLevel: boolean
}

const INDENT = 7
const COUNT_CELLS = 10
const TEMPLATE_LINES = 3
const EXAMPLE_LINES = 2
const MAX_FILES = 3

export function renderLogPatterns(value: LogPatterns, view: View, face: LogPatternsFace): string {
  const width = Math.min(80, view.width)
  const lines = [...heading(value, view, width)]
  if (value.events === 0) {
    lines.push(say(view, nothingWords(value)), ...coverLines(value, view))
    return lines.join('\n')
  }
  if (value.comparison !== undefined) lines.push(...comparisonLines(value, view))
  const wanted = value.patterns.filter((pattern) => isShown(pattern, value, face))
  const shown = wanted.slice(0, face.top)
  for (const pattern of shown) lines.push(...patternLines(pattern, value, view, width))
  if (shown.length === 0) lines.push(say(view, emptyWords(value)))
  lines.push(...foldedLines(value, view, wanted.length - shown.length, face))
  return lines.join('\n')
}

function isShown(pattern: LogPattern, value: LogPatterns, face: LogPatternsFace): boolean {
  if (value.comparison !== undefined && pattern.change?.kind === 'same') return false
  return face.everyLevel || isTrouble(pattern.level)
}

function isTrouble(level: LogLevel): boolean {
  return LOG_LEVELS.indexOf(level) <= LOG_LEVELS.indexOf('UNKNOWN')
}

function heading(value: LogPatterns, view: View, width: number): readonly string[] {
  const rest = value.files.length - MAX_FILES
  const names = value.files.slice(0, MAX_FILES).join(', ')
  const files = rest > 0 ? `${names} ${say(view, text(`외 ${rest}개`, `and ${rest} more`))}` : names
  const levels = LOG_LEVELS.filter((level) => (value.levels[level] ?? 0) > 0)
    .map((level) => `${level} ${grouped(value.levels[level] ?? 0)}`)
    .join(' · ')
  const counted = text(
    `${grouped(value.lines)}줄 · 이벤트 ${grouped(value.events)}건${levels === '' ? '' : `(${levels})`}`,
    `${grouped(value.lines)} lines, ${grouped(value.events)} events${levels === '' ? '' : ` (${levels})`}`,
  )
  const took = say(view, durationText(value.elapsedMs))
  return [
    view.paint.bold(spread(files, spanWords(value.span, view), width)),
    ...spread(say(view, counted), took, width).split('\n'),
  ].flatMap((row) => wrapCells(row, width))
}

function nothingWords(value: LogPatterns): Text {
  return value.lines === 0
    ? text('로그가 비어 있습니다', 'the log is empty')
    : text('조건에 맞는 이벤트가 없습니다', 'no event fits')
}

/** Nothing in the stretch that was asked for: where the log itself lies. */
function coverLines(value: LogPatterns, view: View): readonly string[] {
  if (value.covers.from === null) return []
  return [line(view, text('로그 범위', 'Covers'), spanWords(value.covers, view))]
}

function emptyWords(value: LogPatterns): Text {
  return value.comparison === undefined
    ? text('경고 이상의 패턴 없음', 'no pattern of WARN or above')
    : text('달라진 패턴 없음', 'nothing has changed')
}

function comparisonLines(value: LogPatterns, view: View): readonly string[] {
  const { comparison } = value
  if (comparison === undefined) return []
  const { baseline, span, events } = comparison
  // A stretch is its own name.
  const name = baseline.includes('..') ? '' : `${baseline} · `
  const words = text(
    `${name}${spanWords(span, view)} · 이벤트 ${grouped(events)}건`,
    `${name}${spanWords(span, view)}, ${grouped(events)} events`,
  )
  const counts = text(
    `신규 ${comparison.new} · 증가 ${comparison.grown} · 소멸 ${comparison.gone} · 변화 없음 ${comparison.same}`,
    `new ${comparison.new}, grown ${comparison.grown}, gone ${comparison.gone}, the same ${comparison.same}`,
  )
  return [
    line(view, text('기준', 'Baseline'), say(view, words)),
    line(view, text('변화', 'Changes'), say(view, counts)),
  ]
}

function patternLines(
  pattern: LogPattern,
  value: LogPatterns,
  view: View,
  width: number,
): readonly string[] {
  const indent = ' '.repeat(INDENT)
  const room = width - INDENT
  const wrap = (words: string, most: number): readonly string[] =>
    shortened(wrapCells(words, room), most, room).map((row) => indent + row)
  const known = pattern.known === undefined ? '' : `[${say(view, pattern.known.title)}] `
  const rows = [headLine(pattern, value, view)]
  if (pattern.change !== undefined) rows.push(...wrap(say(view, changeWords(pattern)), 2))
  const template = pattern.template === '' ? say(view, NO_MESSAGE) : pattern.template
  rows.push(...wrap(known + template, TEMPLATE_LINES))
  const where = [(pattern.exceptions ?? []).join(' ← '), pattern.frame ?? '']
    .filter((part) => part !== '')
    .join(' · ')
  if (where !== '') rows.push(...wrap(where, 2))
  const example = exampleWords(pattern, view)
  if (example !== '') {
    rows.push(...wrap(example, EXAMPLE_LINES).map((row) => view.paint.dim(row)))
  }
  if (pattern.known?.playbook !== undefined) {
    rows.push(`${indent}→ mts playbook ${pattern.known.playbook}`)
  }
  return rows
}

const NO_MESSAGE = text('(메시지 없음)', '(no message)')

/** `ERROR     312건 ......................▃█ 02:54:08–02:55:08`. */
function headLine(pattern: LogPattern, value: LogPatterns, view: View): string {
  const level = padCells(pattern.level, INDENT)
  const count = say(view, text(`${grouped(pattern.count)}건`, grouped(pattern.count)))
  const right = ' '.repeat(Math.max(0, COUNT_CELLS - cellsOf(count))) + count
  const spark = pattern.trend === undefined ? '' : ` ${sparkline(pattern.trend)}`
  const times = timesOf(pattern, value.span, view)
  const painted = isTrouble(pattern.level)
    ? pattern.level === 'WARN' || pattern.level === 'UNKNOWN'
      ? view.paint.warning(level)
      : view.paint.critical(level)
    : level
  return `${painted}${right}${spark}${times === '' ? '' : ` ${times}`}`.trimEnd()
}

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const

/** Zero is a dot, so that one event is not mistaken for none. */
function sparkline(counts: readonly number[]): string {
  const most = Math.max(...counts, 0)
  return counts
    .map((count) =>
      count === 0 ? '.' : (BARS[Math.min(7, Math.ceil((count / most) * 8) - 1)] ?? '█'),
    )
    .join('')
}

function changeWords({ change, count }: LogPattern): Text {
  const { kind, baseline, expected } = change as LogChange
  const was = grouped(baseline)
  const now = grouped(count)
  const usual = expected === null ? '' : grouped(Math.round(expected))
  switch (kind) {
    case 'new':
      return text('신규: 기준에 없음', 'new: not in the baseline')
    case 'grown':
      return text(
        `증가: 기준 ${was}건, 예상 ${usual}건 → ${now}건`,
        `grown: ${was} in the baseline, ${usual} expected, ${now} now`,
      )
    case 'gone':
      return text(`소멸: 기준 ${was}건 → 0건`, `gone: ${was} in the baseline, none now`)
    case 'same':
      return text(`변화 없음: 기준 ${was}건`, `the same: ${was} in the baseline`)
  }
}

/** What the lines above do not say already: a template without marks is its own example. */
function exampleWords(pattern: LogPattern, view: View): string {
  const { example, template, exceptions } = pattern
  const [outermost] = exceptions ?? []
  const thrown = outermost === undefined ? '' : `${outermost}: `
  for (const known of [`${template} | ${thrown}`, `${template} | `, thrown]) {
    if (known !== '' && example.startsWith(known)) return example.slice(known.length)
  }
  return example === template || example === outermost
    ? ''
    : say(view, text(`예: ${example}`, `e.g. ${example}`))
}

function foldedLines(
  value: LogPatterns,
  view: View,
  more: number,
  face: LogPatternsFace,
): readonly string[] {
  const rows: string[] = []
  if (more > 0) {
    const words = text(
      `${more}종 더 있음: --top ${face.top + more}`,
      `${more} more: --top ${face.top + more}`,
    )
    rows.push(line(view, text('생략', 'Left out'), say(view, words)))
  }
  if (!face.everyLevel) {
    const below = value.patterns.filter(
      (pattern) =>
        !isTrouble(pattern.level) &&
        (value.comparison === undefined || pattern.change?.kind !== 'same'),
    )
    const events = below.reduce((sum, { count }) => sum + count, 0)
    const changed = value.comparison === undefined ? text('', '') : text('달라진 ', 'changed, ')
    if (below.length > 0) {
      const words = text(
        `${changed.ko}INFO 이하 ${below.length}종 ${grouped(events)}건: --level trace`,
        `${changed.en}${below.length} patterns below WARN, ${grouped(events)} events: --level trace`,
      )
      rows.push(line(view, text('접음', 'Folded'), say(view, words)))
    }
  }
  if (value.noise !== undefined && value.noise.events > 0) {
    rows.push(line(view, text('평소 잡음', 'Noise'), say(view, noiseWords(value))))
  }
  if (value.dropped.events > 0) {
    const { patterns, events } = value.dropped
    const words = text(
      `패턴이 너무 많아 드문 ${grouped(patterns)}종 ${grouped(events)}건은 나누지 않음`,
      `too many patterns: ${grouped(patterns)} rare ones (${grouped(events)} events) were not kept apart`,
    )
    rows.push(line(view, text('주의', 'Note'), say(view, words)))
  }
  if (value.undated > 0) {
    const words = text(
      `시각이 없어 제외한 이벤트 ${grouped(value.undated)}건`,
      `${grouped(value.undated)} events without a time were left out`,
    )
    rows.push(line(view, text('주의', 'Note'), say(view, words)))
  }
  return rows
}

function noiseWords(value: LogPatterns): Text {
  const { noise } = value
  if (noise === undefined) return text('', '')
  const { events, sales, perSale, status } = noise
  const all = grouped(events)
  if (status === 'unknown') {
    return text(
      `DLQ ${all}건 · 매출 로그가 없어 많은지 판단할 수 없음`,
      `${all} dead-letter lines; the log tells no sales to hold them against`,
    )
  }
  const each = sales === null || sales === 0 ? '-' : (events / sales).toFixed(1)
  if (status === 'beyond') {
    return text(
      `DLQ ${all}건, 매출 ${grouped(sales ?? 0)}건 대비 초과(정상 매출당 ${perSale}건 이하)`,
      `${all} dead-letter lines for ${grouped(sales ?? 0)} sales: beyond the usual ${perSale} a sale`,
    )
  }
  return text(
    `DLQ ${all}건 · 매출 ${grouped(sales ?? 0)}건(매출당 ${each}건, 정상 ${perSale}건 이하)`,
    `${all} dead-letter lines for ${grouped(sales ?? 0)} sales (${each} a sale; up to ${perSale} is usual)`,
  )
}

/** Dates are left out where the whole report is of one day. */
function timesOf(pattern: LogPattern, span: LogSpan, view: View): string {
  const { firstSeen, lastSeen } = pattern
  if (firstSeen === null || lastSeen === null) return ''
  const oneDay = span.from?.slice(0, 10) === span.to?.slice(0, 10)
  const show = (iso: string): string =>
    oneDay ? iso.slice(11, 19) : `${shortDate(iso.slice(0, 10))} ${iso.slice(11, 16)}`
  const from = show(firstSeen)
  const to = show(lastSeen)
  if (from === to) return from
  return `${from}${say(view, text('–', '–'))}${to}`
}

function spanWords({ from, to }: LogSpan, view: View): string {
  if (from === null || to === null) return say(view, text('시각 없음', 'no times'))
  const date = (iso: string): string =>
    say(view, text(koreanDate(iso.slice(0, 10)), iso.slice(0, 10)))
  const first = `${date(from)} ${from.slice(11, 19)}`
  const same = from.slice(0, 10) === to.slice(0, 10)
  return `${first}–${same ? '' : `${date(to)} `}${to.slice(11, 19)}`
}

/** At most so many lines; the last says that there was more. */
function shortened(lines: readonly string[], most: number, cells: number): readonly string[] {
  if (lines.length <= most) return lines
  const kept = lines.slice(0, most)
  let last = kept.at(-1) ?? ''
  while (cellsOf(last) > cells - 2) last = last.slice(0, -1)
  return [...kept.slice(0, -1), `${last} …`]
}

function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}
