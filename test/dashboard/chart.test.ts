import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cellsOf } from '../../src/render/columns.ts'
import { barOf, drawTerminalChart, type TerminalChart } from '../../src/render/terminal-chart.ts'

const FROM = Date.parse('2026-11-24T08:00:00+09:00')
const STEP_MS = 60_000

function chart(
  values: readonly (number | null)[],
  more: Partial<TerminalChart> = {},
): readonly string[] {
  return drawTerminalChart({
    curves: [
      {
        stroke: 'line',
        points: values.map((value, index) => ({ atMs: FROM + index * STEP_MS, value })),
      },
    ],
    fromMs: FROM,
    toMs: FROM + (values.length - 1) * STEP_MS,
    width: 14,
    height: 2,
    valueWords: String,
    timeWords: (atMs) => new Date(atMs + 9 * 3_600_000).toISOString().slice(11, 16),
    ...more,
  })
}

const isDrawn = (char: string): boolean => char >= '\u2801' && char <= '\u28ff'
/** Columns of the chart in which anything is drawn. */
function drawnColumns(lines: readonly string[], labelCells: number): number[] {
  const columns = new Set<number>()
  for (const line of lines) {
    for (const [index, char] of [...line].entries())
      if (isDrawn(char)) columns.add(index - labelCells)
  }
  return [...columns].sort((left, right) => left - right)
}

describe('a chart of the terminal', () => {
  it('has its top and 0 on one axis, the times on the other', () => {
    const [top = '', bottom = '', times] = chart([0, 10, 0, 10])
    expect(top.startsWith('10 ')).toBe(true)
    expect(bottom.startsWith(' 0 ')).toBe(true)
    expect(times).toBe('   08:00 08:03')
  })

  it('draws 0 on the axis, and nothing where nothing is known', () => {
    const zero = chart([0, 0, 0, 0])
    expect(drawnColumns(zero.slice(0, 1), 2)).toEqual([])
    expect(drawnColumns(zero.slice(1, 2), 2).length).toBeGreaterThan(5)
    expect(drawnColumns(chart([null, null, null]), 2)).toEqual([])
  })

  it('leaves a gap open instead of joining its ends', () => {
    const lines = chart([5, 5, 5, null, null, null, null, 5, 5, 5], { width: 22, top: 10 })
    const columns = drawnColumns(lines, 3)
    const holes = columns.slice(1).map((column, index) => column - (columns[index] ?? 0))
    expect(Math.max(...holes)).toBeGreaterThan(5)
  })

  it('tells a second curve from the first without colour, and shows the line it is held against', () => {
    const points = Array.from({ length: 20 }, (_, index) => ({
      atMs: FROM + index * STEP_MS,
      value: 8,
    }))
    const draw = (stroke: 'line' | 'dots') =>
      chart([], {
        curves: [{ stroke, points: points.filter((_, index) => index % 4 === 0) }],
        toMs: FROM + 19 * STEP_MS,
        width: 24,
        top: 10,
      })
    const dots = (lines: readonly string[]) => [...lines.join('')].filter(isDrawn).length
    expect(dots(draw('dots'))).toBeLessThan(dots(draw('line')))
    expect(chart([1, 1], { top: 10, threshold: 8 })[0]).toContain('- -')
    // A line far above everything would press the curve flat.
    expect(chart([1, 2], { threshold: 100 }).join('')).not.toContain('-')
  })

  it('is as wide and as high as it was asked to be, whatever is in it', () => {
    const value = fc.option(fc.double({ min: 0, max: 1e12, noNaN: true }), { nil: null })
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 2, maxLength: 120 }),
        fc.integer({ min: 16, max: 80 }),
        fc.integer({ min: 2, max: 12 }),
        (values, width, height) => {
          const lines = chart(values, { width, height, valueWords: () => '1,234만' })
          expect(lines).toHaveLength(height + 1)
          for (const line of lines) expect(cellsOf(line)).toBeLessThanOrEqual(width)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('draws nothing where a value is missing and something where one is, for any series', () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.nat(50), { nil: null }), { minLength: 2, maxLength: 60 }),
        (values) => {
          const drawn = drawnColumns(chart(values, { width: 40, height: 4 }), 0).length
          expect(drawn > 0).toBe(values.some((value) => value !== null))
        },
      ),
      { numRuns: 100 },
    )
  })

  it('gives a bar to everything that is more than nothing', () => {
    expect(cellsOf(barOf(10, 10, 8))).toBe(8)
    expect(cellsOf(barOf(0.01, 10, 8))).toBe(1)
    expect(barOf(0, 10, 8)).toBe('')
  })
})
