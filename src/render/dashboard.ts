/** How a dashboard looks: panels side by side, each a curve with its latest value and where it comes from. */
import { koreanDate, seoulClockOf, seoulDateOf, seoulTimeOf, shortDate } from '../core/dates.ts'
import { durationText } from '../core/duration.ts'
import { stripControls } from '../core/sanitize.ts'
import { text, type Text } from '../core/text.ts'
import type { Dashboard, Panel, PanelSource } from '../dashboard/dashboard.ts'
import { cellsOf, padCells, wrapCells } from './columns.ts'
import { renderGrid } from './grid.ts'
import { spread } from './lines.ts'
import { axisWords, latestWords, valueWords } from './panel-values.ts'
import { barOf, drawTerminalChart } from './terminal-chart.ts'
import { say, type View } from './view.ts'

const WIDEST = 80
const BETWEEN = 2
/** Narrower than this a panel has the whole line. */
const NARROWEST_PAIR = 76
const CHART_ROWS = 4
const FEWEST_ROWS = 3
const MOST_ROWS = 12
/** Title, times, source, and an empty line. */
const PANEL_EXTRA = 4
const HEADER_LINES = 3
const DAY_MS = 86_400_000

/** `rows`: lines of the screen to fill; without it charts are as high as a page wants them. */
export function renderDashboard(value: Dashboard, view: View, rows?: number): string {
  const width = Math.min(WIDEST, view.width)
  const columns = width >= NARROWEST_PAIR ? 2 : 1
  const panelWidth = columns === 2 ? Math.floor((width - BETWEEN) / 2) : width
  const height = chartRows(value.panels.length, columns, rows)
  const blocks = value.panels.map((panel) => panelLines(panel, value, view, panelWidth, height))
  const lines = headerLines(value, view, width, rows !== undefined)
  for (let index = 0; index < blocks.length; index += columns) {
    lines.push('', ...sideBySide(blocks.slice(index, index + columns), panelWidth))
  }
  return lines.join('\n')
}

function chartRows(panels: number, columns: number, rows: number | undefined): number {
  if (rows === undefined) return CHART_ROWS
  const each = Math.floor((rows - HEADER_LINES) / Math.ceil(panels / columns))
  return Math.min(MOST_ROWS, Math.max(FEWEST_ROWS, each - PANEL_EXTRA))
}

function sideBySide(blocks: readonly (readonly string[])[], width: number): string[] {
  const [left = [], right = []] = blocks
  return Array.from({ length: Math.max(left.length, right.length) }, (_, index) =>
    `${padCells(left[index] ?? '', width + BETWEEN)}${right[index] ?? ''}`.trimEnd(),
  )
}

const NAMES = {
  business: text('업무 대시보드', 'Business dashboard'),
  system: text('시스템 대시보드', 'System dashboard'),
} as const

function headerLines(value: Dashboard, view: View, width: number, isLive = false): string[] {
  const atMs = Date.parse(value.observedAt)
  const date = seoulDateOf(atMs)
  const left = `${say(view, NAMES[value.dashboard])}  ${stripControls(value.url)}`
  const right = `${view.lang === 'ko' ? koreanDate(date) : date} ${seoulClockOf(atMs)}`
  const range = durationText(Date.parse(value.to) - Date.parse(value.from))
  const step = durationText(value.stepMs)
  const span = say(
    view,
    text(`최근 ${range.ko} · 간격 ${step.ko}`, `last ${range.en}, every ${step.en}`),
  )
  const quit = isLive ? ` · ${say(view, text('q 종료', 'q ends'))}` : ''
  const reason = value.prometheus?.reason ?? null
  return [
    ...spread(left, right, width).split('\n'),
    cut(`${span} · ${sourceWords(value, view)}${quit}`, width),
    ...(reason === null ? [] : [cut(stripControls(say(view, reason)), width)]),
  ]
}

/** Where the curves come from, or why not from Prometheus. */
function sourceWords({ prometheus, panels }: Dashboard, view: View): string {
  if (prometheus?.reason === null) return `Prometheus ${stripControls(prometheus.url)}`
  const fromJournal = panels.some(({ source }) => source === 'journal')
  const instead = fromJournal
    ? text('mts watch의 기록', 'what mts watch recorded')
    : text('지금 값만(Actuator)', 'only the present, by Actuator')
  const without =
    prometheus === undefined
      ? text('Prometheus 미설정', 'no Prometheus')
      : text('Prometheus 확인 불가', 'nothing from Prometheus')
  return say(view, text(`${without.ko}: ${instead.ko}`, `${without.en}: ${instead.en}`))
}

function panelLines(
  panel: Panel,
  value: Dashboard,
  view: View,
  width: number,
  height: number,
): readonly string[] {
  const body = panel.series.length > 0 ? curveLines(panel, value, view, width, height) : []
  const parts = body.length > 0 ? [] : partLines(panel, view, width, height + 1)
  const filled = [...body, ...parts]
  while (filled.length < height + 1) filled.push('')
  return [titleLine(panel, view, width), ...filled, footLine(panel, view, width)]
}

function titleLine(panel: Panel, view: View, width: number): string {
  const unknown = say(view, text('확인 불가', 'unknown'))
  const latest = panel.latest === null ? unknown : latestWords(panel.latest, panel.unit, view)
  const title = cut(say(view, panel.title), width - cellsOf(latest) - 2)
  const gap = ' '.repeat(width - cellsOf(title) - cellsOf(latest))
  const tone = panel.latest === null ? view.paint.unknown : toneOf(panel, view)
  return `${view.paint.bold(title)}${gap}${tone(latest)}`
}

function toneOf({ latest, threshold }: Panel, view: View): (words: string) => string {
  const over = latest !== null && threshold !== null && latest.value > threshold
  return over ? view.paint.warning : view.paint.bold
}

function curveLines(
  panel: Panel,
  { from, to }: Dashboard,
  view: View,
  width: number,
  height: number,
): readonly string[] {
  const fromMs = Date.parse(from)
  const toMs = Date.parse(to)
  return drawTerminalChart({
    curves: panel.series.map(({ points }, index) => ({
      stroke: index === 0 ? 'line' : 'dots',
      points: points.map((point) => ({ atMs: Date.parse(point.at), value: point.value })),
    })),
    fromMs,
    toMs,
    ...(panel.threshold === null ? {} : { threshold: panel.threshold }),
    ...(panel.unit === 'percent' ? { top: 100 } : {}),
    width,
    height,
    valueWords: (each) => axisWords(each, panel.unit, view),
    timeWords: (atMs) =>
      toMs - fromMs > DAY_MS
        ? `${shortDate(seoulDateOf(atMs))} ${seoulTimeOf(atMs)}`
        : seoulTimeOf(atMs),
  })
}

/** Numbers without a curve, as bars where they share a whole. */
function partLines({ parts }: Panel, view: View, width: number, most: number): readonly string[] {
  const shown = parts.slice(0, most)
  const highest = Math.max(0, ...parts.map(({ value }) => value))
  const named = shown.map(({ name, value, unit }) => [
    stripControls(say(view, name)),
    valueWords(value, unit, view),
  ])
  const rows = renderGrid(named, 1)
  const left = width - Math.max(0, ...rows.map(cellsOf)) - 1
  return rows.map((row, index) =>
    left < 6 || shown.length < 2 || shown.length < 2
      ? cut(row, width)
      : `${row} ${barOf(shown[index]?.value ?? 0, highest, left)}`.trimEnd(),
  )
}

/** Narrow enough that what is worth knowing fits beside it; the head of the page names it whole. */
const SOURCES: Readonly<Record<PanelSource, Text>> = {
  Prometheus: text('수집', 'scraped'),
  journal: text('기록', 'recorded'),
  Actuator: text('Actuator', 'Actuator'),
}

function footLine(panel: Panel, view: View, width: number): string {
  const words: string[] = []
  const source = panel.latest?.source ?? panel.source
  if (source !== null) words.push(say(view, SOURCES[source]) + ageWords(panel, view))
  if (panel.reason !== null) words.push(stripControls(say(view, panel.reason)))
  else words.push(...remarks(panel, view))
  return view.paint.dim(cut(words.join(' · '), width))
}

function ageWords({ latest }: Panel, view: View): string {
  // Younger than a few seconds is now.
  if (latest === null || latest.ageMs < 5000) return ''
  // Above a minute the seconds say nothing.
  const unitMs = latest.ageMs < 60_000 ? 1000 : 60_000
  const age = durationText(Math.floor(latest.ageMs / unitMs) * unitMs)
  return say(view, text(` ${age.ko} 전`, ` ${age.en} ago`))
}

function remarks(panel: Panel, view: View): readonly string[] {
  const words: string[] = []
  if (panel.series.length > 1) words.push(say(view, text('점: 지난주', 'dots: a week ago')))
  if (panel.threshold !== null) {
    const line = valueWords(panel.threshold, panel.unit, view)
    words.push(say(view, text(`기준 ${line}`, `line ${line}`)))
  }
  if (panel.series.length > 0 && panel.parts.length > 0) {
    words.push(
      ...panel.parts.map(
        ({ name, value }) => `${say(view, name)} ${value.toLocaleString('en-US')}`,
      ),
    )
  }
  return words
}

function cut(words: string, cells: number): string {
  if (cellsOf(words) <= cells) return words
  let kept = ''
  for (const char of words) {
    if (cellsOf(kept + char) > cells - 1) break
    kept += char
  }
  return `${kept}…`
}

/** For a file or a pipe: the same numbers without a picture. */
export function renderDashboardTable(value: Dashboard, view: View): string {
  const width = Math.min(WIDEST, view.width)
  const head = [
    '',
    text('지금', 'now'),
    text('최소', 'least'),
    text('평균', 'mean'),
    text('최대', 'most'),
    text('출처', 'source'),
  ].map((words) => (typeof words === 'string' ? words : say(view, words)))
  const rows = value.panels.map((panel) => tableRow(panel, view))
  const notes = value.panels.flatMap(({ title, reason }) =>
    reason === null
      ? []
      : wrapCells(stripControls(`${say(view, title)}: ${say(view, reason)}`), width),
  )
  return [...headerLines(value, view, width), '', ...renderGrid([head, ...rows], 1), '', ...notes]
    .join('\n')
    .trimEnd()
}

function tableRow(panel: Panel, view: View): readonly string[] {
  const values = (panel.series[0]?.points ?? []).flatMap(({ value }) =>
    value === null ? [] : [value],
  )
  const words = (value: number): string => axisWords(value, panel.unit, view)
  const figures =
    values.length === 0
      ? ['-', '-', '-']
      : [
          words(Math.min(...values)),
          words(values.reduce((sum, value) => sum + value, 0) / values.length),
          words(Math.max(...values)),
        ]
  return [
    say(view, panel.title),
    panel.latest === null
      ? say(view, text('확인 불가', 'unknown'))
      : latestWords(panel.latest, panel.unit, view),
    ...figures,
    panel.source ?? '-',
  ]
}
