/**
 * A curve in a few lines of a terminal, in Braille dots: two by four to a cell, and one cell wide in
 * every terminal, Korean ones too. A gap stays empty; the axes carry their units.
 */
import { scaleLinear } from 'd3-scale'
import { cellsOf, padCells } from './columns.ts'

export interface ChartPoint {
  readonly atMs: number
  /** null is a gap. */
  readonly value: number | null
}

export interface ChartCurve {
  /** `dots`: only where it was measured, to be told from the other without colour. */
  readonly stroke: 'line' | 'dots'
  readonly points: readonly ChartPoint[]
}

export interface TerminalChart {
  readonly curves: readonly ChartCurve[]
  readonly fromMs: number
  readonly toMs: number
  /** Drawn where it is in sight: a line far above everything would press the curve flat. */
  readonly threshold?: number
  /** The top of the axis; by what is measured unless given. */
  readonly top?: number
  /** Cells of the whole, labels included. */
  readonly width: number
  readonly height: number
  readonly valueWords: (value: number) => string
  readonly timeWords: (atMs: number) => string
}

const EMPTY = 0x28_00
/** Bits of the dots of a Braille cell, by column and row from the top. */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const

/** `height` lines of curve, and one of the times at both ends. */
export function drawTerminalChart(chart: TerminalChart): readonly string[] {
  const top = topOf(chart)
  const labels = [chart.valueWords(top), chart.valueWords(0)]
  const labelCells = Math.max(...labels.map(cellsOf))
  const columns = Math.max(4, chart.width - labelCells - 1)
  const cells = Array.from({ length: chart.height }, () => new Uint16Array(columns))
  for (const curve of chart.curves) plot(cells, curve, chart, top)
  const line = thresholdRow(chart, top)
  const rows = cells.map((row, index) => {
    const label = index === 0 ? labels[0] : index === chart.height - 1 ? labels[1] : ''
    const drawn = [...row].map((dots, column) =>
      dots > 0
        ? String.fromCodePoint(EMPTY + dots)
        : index === line && column % 2 === 0
          ? '-'
          : ' ',
    )
    const words = label ?? ''
    return `${' '.repeat(labelCells - cellsOf(words))}${words} ${drawn.join('')}`.trimEnd()
  })
  return [...rows, `${' '.repeat(labelCells + 1)}${timeLine(chart, columns)}`.trimEnd()]
}

/** Both ends, or the later one alone where there is no room for two. */
function timeLine({ timeWords, fromMs, toMs }: TerminalChart, columns: number): string {
  const to = timeWords(toMs)
  const from = timeWords(fromMs)
  const room = columns - cellsOf(to)
  if (room > cellsOf(from)) return `${padCells(from, room)}${to}`
  return room >= 0 ? `${' '.repeat(room)}${to}` : ''
}

function topOf({ curves, threshold, top, height }: TerminalChart): number {
  if (top !== undefined) return top
  const values = curves.flatMap(({ points }) => points.map(({ value }) => value ?? 0))
  const highest = Math.max(0, ...values)
  const inSight = threshold !== undefined && highest >= threshold / 2
  const wanted = inSight ? Math.max(highest, threshold) : highest
  // A curve that is 0 throughout lies on the axis, not at the top of nothing.
  const [, nice = 1] = scaleLinear()
    .domain([0, wanted === 0 ? 1 : wanted])
    .nice(height)
    .domain()
  return nice
}

function thresholdRow({ threshold, height }: TerminalChart, top: number): number | undefined {
  if (threshold === undefined || threshold > top || threshold <= 0) return undefined
  return Math.min(height - 1, Math.floor((1 - threshold / top) * height))
}

interface Dot {
  readonly x: number
  readonly y: number
}

function plot(
  cells: readonly Uint16Array[],
  { stroke, points }: ChartCurve,
  { fromMs, toMs }: TerminalChart,
  top: number,
): void {
  const width = (cells[0]?.length ?? 0) * 2
  const height = cells.length * 4
  const x = scaleLinear()
    .domain([fromMs, toMs])
    .range([0, width - 1])
    .clamp(true)
  const y = scaleLinear()
    .domain([0, top])
    .range([height - 1, 0])
    .clamp(true)
  let before: Dot | undefined
  for (const { atMs, value } of points) {
    if (value === null || atMs < fromMs || atMs > toMs) {
      before = undefined
      continue
    }
    const dot = { x: Math.round(x(atMs)), y: Math.round(y(value)) }
    if (before === undefined || stroke === 'dots') set(cells, dot)
    else connect(cells, before, dot)
    before = dot
  }
}

/** Every column between two dots, and in each the rows that the line passes. */
function connect(cells: readonly Uint16Array[], from: Dot, to: Dot): void {
  const steps = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y), 1)
  for (let step = 0; step <= steps; step++) {
    set(cells, {
      x: Math.round(from.x + ((to.x - from.x) * step) / steps),
      y: Math.round(from.y + ((to.y - from.y) * step) / steps),
    })
  }
}

function set(cells: readonly Uint16Array[], { x, y }: Dot): void {
  const row = cells[Math.floor(y / 4)]
  const bit = DOTS[x % 2 === 0 ? 0 : 1][y % 4]
  const column = Math.floor(x / 2)
  if (row === undefined || bit === undefined) return
  row[column] = (row[column] ?? 0) | bit
}

/** A bar of whole cells; what is more than nothing has one. */
export function barOf(value: number, most: number, cells: number): string {
  if (value <= 0 || most <= 0) return ''
  return String.fromCodePoint(EMPTY + 0xff).repeat(Math.max(1, Math.round((value / most) * cells)))
}
