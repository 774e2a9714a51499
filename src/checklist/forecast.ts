/** When a limit is reached if it goes on like this: a straight line through one figure a day. Pure. */
import { daysBetween } from '../core/dates.ts'
import type { DayFigure } from './sample-series.ts'

export interface Forecast {
  /** Days with a figure. */
  readonly days: number
  /** On the line, on the last of those days. */
  readonly now: number
  readonly perDay: number
  /** Days from the last one until the limit; 0: it is there. Absent: not within `FARTHEST_DAYS`. */
  readonly daysLeft?: number
}

/** Fewer days, or days closer together, make no trend. */
export const FEWEST_DAYS = 7
/** Beyond a year a straight line is no forecast. */
const FARTHEST_DAYS = 365

/** Least squares; undefined where there are too few days. */
export function forecast(figures: readonly DayFigure[], limit?: number): Forecast | undefined {
  const [first] = figures
  const last = figures.at(-1)
  if (first === undefined || last === undefined || figures.length < FEWEST_DAYS) return undefined
  const xs = figures.map(({ date }) => daysBetween(first.date, date))
  const meanX = mean(xs)
  const meanY = mean(figures.map(({ value }) => value))
  let above = 0
  let below = 0
  for (const [index, { value }] of figures.entries()) {
    const x = (xs[index] ?? 0) - meanX
    above += x * (value - meanY)
    below += x * x
  }
  if (below === 0) return undefined
  const perDay = above / below
  const now = meanY + perDay * (daysBetween(first.date, last.date) - meanX)
  const left = limit === undefined ? undefined : daysUntil(now, perDay, limit)
  return {
    days: figures.length,
    now: rounded(now),
    perDay: Math.round(perDay * 10_000) / 10_000,
    ...(left === undefined ? {} : { daysLeft: left }),
  }
}

function daysUntil(now: number, perDay: number, limit: number): number | undefined {
  if (now >= limit) return 0
  if (perDay <= 0) return undefined
  const days = Math.floor((limit - now) / perDay + 1e-9)
  return days > FARTHEST_DAYS ? undefined : days
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10
}
