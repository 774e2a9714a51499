/** Charts as geometry: d3 works out scales and curves, the page draws them. Sized to be read on a phone. */
import { scaleLinear, scaleUtc } from 'd3-scale'
import { line } from 'd3-shape'
import { durationText } from '../core/duration.ts'
import type { Lang } from '../core/text.ts'
import { text } from '../core/text.ts'
import type { Chart, LineChart, SpanChart } from '../report/chart.ts'

const SEOUL_OFFSET_MS = 9 * 3_600_000
const WIDTH = 360

interface Label {
  readonly x: number
  readonly y: number
  readonly text: string
  readonly anchor: 'start' | 'middle' | 'end'
}

/** Everything a chart is drawn and told with; coordinates in a box of `width` by `height`. */
export interface Drawing {
  readonly id: string
  readonly title: string
  readonly description: string
  readonly width: number
  readonly height: number
  readonly grid: readonly {
    readonly x1: number
    readonly y1: number
    readonly x2: number
    readonly y2: number
  }[]
  readonly labels: readonly Label[]
  readonly curves: readonly string[]
  readonly dots: readonly { readonly x: number; readonly y: number }[]
  readonly bars: readonly {
    readonly x: number
    readonly y: number
    readonly width: number
    readonly height: number
    readonly tone: string
  }[]
  /** The same, for those who do not see it. */
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

export function drawChart(chart: Chart, lang: Lang): Drawing {
  return chart.kind === 'lines' ? drawLines(chart, lang) : drawSpans(chart, lang)
}

const LINES = { height: 180, left: 52, right: 12, top: 10, bottom: 26 }

function drawLines(chart: LineChart, lang: Lang): Drawing {
  const points = chart.series.flatMap((series) => series.points)
  // Seoul's wall clock put on a scale of UTC, so that ticks fall on Seoul's hours and days.
  const timeOf = (at: string): Date => new Date(Date.parse(at) + SEOUL_OFFSET_MS)
  const times = points.map((point) => timeOf(point.at).getTime())
  const x = scaleUtc()
    .domain([new Date(Math.min(...times)), new Date(Math.max(...times))])
    .range([LINES.left, WIDTH - LINES.right])
  const values = points.map((point) => point.value)
  const low = Math.min(0, ...values)
  const high = Math.max(...values, low + 1)
  const y = scaleLinear()
    .domain([low, high])
    .nice(4)
    .range([LINES.height - LINES.bottom, LINES.top])
  const curveOf = line<{ readonly at: string; readonly value: number }>()
    .x((point) => x(timeOf(point.at)))
    .y((point) => y(point.value))
  const round = (value: number): number => Math.round(value * 10) / 10
  const yTicks = y.ticks(4)
  const marks = marksIn(chart, lang, (at) => round(x(timeOf(at))))
  const name = nameOfLines(chart, lang)
  return {
    id: chart.id,
    title: name,
    description: describeLines(chart, lang),
    width: WIDTH,
    height: LINES.height,
    grid: [
      ...yTicks.map((tick) => ({
        x1: LINES.left,
        x2: WIDTH - LINES.right,
        y1: round(y(tick)),
        y2: round(y(tick)),
      })),
      ...marks.map((mark) => ({
        x1: mark.x,
        x2: mark.x,
        y1: LINES.top,
        y2: LINES.height - LINES.bottom,
      })),
    ],
    labels: [
      ...yTicks.map((tick) => ({
        x: LINES.left - 6,
        y: round(y(tick)) + 4,
        text: compact(tick, lang),
        anchor: 'end' as const,
      })),
      ...timeLabels(chart, x.ticks(4), (at) => x(at)),
      ...marks.map((mark) => ({ ...mark, x: mark.x + (mark.anchor === 'end' ? -4 : 4) })),
    ],
    curves: chart.series.flatMap((series) =>
      joined(series.points, chart.gapMs).map((stretch) => curveOf([...stretch]) ?? ''),
    ),
    // Few points are seen as points; many are a curve.
    dots:
      points.length > 40
        ? []
        : points.map((point) => ({ x: round(x(timeOf(point.at))), y: round(y(point.value)) })),
    bars: [],
    head: [lang === 'ko' ? '시각' : 'At', name],
    rows: thinned(points).map((point) => [
      chart.daily === true ? point.at.slice(0, 10) : point.at.slice(5, 16).replace('T', ' '),
      point.value.toLocaleString('en-US'),
    ]),
  }
}

/** Names of moments that lie within the picture, beside the lines that are drawn for them. */
function marksIn(chart: LineChart, lang: Lang, x: (at: string) => number): readonly Label[] {
  const right = WIDTH - LINES.right
  let freeFrom = 0
  return (chart.marks ?? []).flatMap((mark) => {
    const at = x(mark.at)
    if (at < LINES.left || at > right) return []
    const anchor = at > right - MARK_ROOM ? ('end' as const) : ('start' as const)
    const from = anchor === 'end' ? at - MARK_ROOM : at
    // Two moments close together: the second name would be written over the first.
    const words = from < freeFrom ? '' : mark.name[lang]
    freeFrom = Math.max(freeFrom, from + MARK_ROOM)
    return [{ x: at, y: LINES.top + 14, text: words, anchor }]
  })
}

const MARK_ROOM = 36

/** The stretches without a gap; a point by itself is a stretch too. */
function joined<T extends { readonly at: string }>(
  points: readonly T[],
  gapMs: number | undefined,
): readonly (readonly T[])[] {
  const stretches: T[][] = []
  let lastMs = Number.NEGATIVE_INFINITY
  for (const point of points) {
    const atMs = Date.parse(point.at)
    const open = stretches.at(-1)
    if (open === undefined || (gapMs !== undefined && atMs - lastMs > gapMs))
      stretches.push([point])
    else open.push(point)
    lastMs = atMs
  }
  return stretches
}

function timeLabels(
  chart: LineChart,
  hours: readonly Date[],
  x: (at: Date) => number,
): readonly Label[] {
  const ticks = chart.daily === true ? daysOf(chart) : hours
  return ticks.map((tick) => {
    const at = x(tick)
    const anchor = at < LINES.left + 14 ? 'start' : at > WIDTH - LINES.right - 14 ? 'end' : 'middle'
    const iso = tick.toISOString()
    const words =
      chart.daily === true || iso.slice(11, 16) === '00:00' ? iso.slice(5, 10) : iso.slice(11, 16)
    return { x: Math.round(at * 10) / 10, y: LINES.height - 8, text: words, anchor }
  })
}

/** First, middle and last day: a tick between two days would name neither. */
function daysOf(chart: LineChart): readonly Date[] {
  const days = [
    ...new Set(
      chart.series.flatMap(({ points }) =>
        points.map(({ at }) => Date.parse(at) + SEOUL_OFFSET_MS),
      ),
    ),
  ].sort((left, right) => left - right)
  const wanted = [0, Math.floor((days.length - 1) / 2), days.length - 1]
  return [...new Set(wanted)].flatMap((index) => {
    const day = days[index]
    return day === undefined ? [] : [new Date(day)]
  })
}

function nameOfLines(chart: LineChart, lang: Lang): string {
  return chart.unit === ''
    ? chart.title[lang]
    : `${chart.title[lang]} (${unitWords(chart.unit, lang)})`
}

const UNITS_IN_ENGLISH: Readonly<Record<string, string>> = { 원: 'won', 건: 'count', 개: 'count' }

function unitWords(unit: string, lang: Lang): string {
  if (lang === 'ko') return unit
  return UNITS_IN_ENGLISH[unit] ?? unit
}

function describeLines(chart: LineChart, lang: Lang): string {
  const values = chart.series.flatMap(({ points }) => points.map(({ value }) => value))
  const last = values.at(-1) ?? 0
  const number = (value: number): string => value.toLocaleString('en-US')
  const words = text(
    `최소 ${number(Math.min(...values))}, 최대 ${number(Math.max(...values))}, 마지막 ${number(last)}`,
    `least ${number(Math.min(...values))}, most ${number(Math.max(...values))}, last ${number(last)}`,
  )
  return words[lang]
}

/** Numbers of an axis: in 만 and 억, or k and M. */
function compact(value: number, lang: Lang): string {
  return new Intl.NumberFormat(lang === 'ko' ? 'ko-KR' : 'en-US', {
    notation: 'compact',
    maximumFractionDigits: 1,
  }).format(value)
}

const MAX_ROWS = 60

function thinned<T>(points: readonly T[]): readonly T[] {
  const every = Math.ceil(points.length / MAX_ROWS)
  return points.filter((_, index) => index % every === 0 || index === points.length - 1)
}

const SPANS = { row: 34, top: 4, bottom: 22, bar: 10 }

/** Name above, bar below: long names of steps fit on a phone. */
function drawSpans(chart: SpanChart, lang: Lang): Drawing {
  const starts = chart.rows.map((row) => Date.parse(row.from))
  const ends = chart.rows.map((row) => Date.parse(row.to))
  const fromMs = Math.min(...starts)
  const totalMs = Math.max(1000, Math.max(...ends) - fromMs)
  const x = scaleLinear().domain([0, totalMs]).range([0, WIDTH])
  const height = SPANS.top + chart.rows.length * SPANS.row + SPANS.bottom
  const round = (value: number): number => Math.round(value * 10) / 10
  const took = chart.rows.map((_, index) =>
    Math.max(0, (ends[index] ?? fromMs) - (starts[index] ?? fromMs)),
  )
  const whole = durationText(totalMs)[lang]
  return {
    id: chart.id,
    title: chart.title[lang],
    description: lang === 'ko' ? `전체 ${whole}` : `${whole} in all`,
    width: WIDTH,
    height,
    grid: [{ x1: 0, x2: WIDTH, y1: height - SPANS.bottom + 4, y2: height - SPANS.bottom + 4 }],
    labels: [
      ...chart.rows.flatMap((row, index): Label[] => {
        const y = SPANS.top + index * SPANS.row + 14
        return [
          { x: 0, y, text: clipped(row.label[lang], 40), anchor: 'start' },
          { x: WIDTH, y, text: durationText(took[index] ?? 0)[lang], anchor: 'end' },
        ]
      }),
      { x: 0, y: height - 4, text: '0', anchor: 'start' },
      { x: WIDTH, y: height - 4, text: whole, anchor: 'end' },
    ],
    curves: [],
    dots: [],
    bars: chart.rows.map((row, index) => {
      const left = Math.min(WIDTH - 3, x((starts[index] ?? fromMs) - fromMs))
      return {
        x: round(left),
        y: SPANS.top + index * SPANS.row + 19,
        width: round(Math.min(WIDTH - left, Math.max(3, x(took[index] ?? 0)))),
        height: SPANS.bar,
        tone: row.tone,
      }
    }),
    head: lang === 'ko' ? ['단계', '시작', '소요'] : ['Step', 'Begun', 'Took'],
    rows: chart.rows.map((row, index) => [
      row.label[lang],
      row.from.slice(11, 19),
      durationText(took[index] ?? 0)[lang],
    ]),
  }
}

/** Cut by what it takes on paper: Hangul is twice as wide. */
function clipped(words: string, units: number): string {
  let used = 0
  let result = ''
  for (const char of words) {
    used += (char.codePointAt(0) ?? 0) > 0x2e7f ? 2 : 1
    if (used > units) return `${result}…`
    result += char
  }
  return result
}
