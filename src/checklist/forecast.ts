/** When a limit is reached if it goes on like this: a straight line through one figure a day. Pure. */
import { daysBetween } from '../core/dates.ts'
import type { DayFigure } from './sample-series.ts'

export interface Forecast {
  /** Days with a figure. */
  readonly days: number
  /** On the line, on the last of those days. */
  readonly now: number
  readonly perDay: number
  /** Days from the last one until the limit; 0: it is there. Absent: not within `FARTHEST_DAYS`, or not sure. */
  readonly daysLeft?: number
  /** It may be as early as this, and as late as that: what the scatter of the days allows. */
  readonly daysLeftRange?: { readonly earliest: number; readonly latest?: number }
  /** The days lie so far apart that whether it grows at all is not sure. */
  readonly unsure?: true
}

/** Fewer days, or days closer together, make no trend. */
export const FEWEST_DAYS = 7
/** Beyond a year a straight line is no forecast. */
const FARTHEST_DAYS = 365

/** Least squares; undefined where there are too few days, or most of them are missing. */
export function forecast(given: readonly DayFigure[], limit?: number): Forecast | undefined {
  const figures = given.filter(({ value }) => Number.isFinite(value))
  const [first] = figures
  const last = figures.at(-1)
  if (first === undefined || last === undefined || figures.length < FEWEST_DAYS) return undefined
  const spanDays = daysBetween(first.date, last.date)
  if (figures.length < (spanDays + 1) * FEWEST_SHARE) return undefined
  const line = lineThrough(
    figures.map(({ date, value }) => ({ x: daysBetween(first.date, date), y: value })),
  )
  if (line === undefined) return undefined
  const now = line.at(spanDays)
  const until = limit === undefined ? {} : untilLimit(now, line, limit)
  return {
    days: figures.length,
    now: rounded(now),
    perDay: Math.round(line.perDay * 10_000) / 10_000,
    ...until,
  }
}

/** With fewer of the days known than this, a line joins what does not belong together. */
const FEWEST_SHARE = 0.5

interface Line {
  readonly perDay: number
  /** Half the width of what the slope may be, at 95 %. */
  readonly slack: number
  at(x: number): number
}

function lineThrough(
  points: readonly { readonly x: number; readonly y: number }[],
): Line | undefined {
  const meanX = mean(points.map(({ x }) => x))
  const meanY = mean(points.map(({ y }) => y))
  let above = 0
  let below = 0
  for (const { x, y } of points) {
    above += (x - meanX) * (y - meanY)
    below += (x - meanX) ** 2
  }
  if (below === 0) return undefined
  const perDay = above / below
  const at = (x: number): number => meanY + perDay * (x - meanX)
  const scatter = points.reduce((total, { x, y }) => total + (y - at(x)) ** 2, 0)
  const slack = studentOf(points.length - 2) * Math.sqrt(scatter / (points.length - 2) / below)
  return { perDay, slack, at }
}

/** Student's t at 95 %, two-sided: never too small. */
function studentOf(degrees: number): number {
  if (degrees <= 6) return 2.57
  if (degrees <= 12) return 2.37
  return degrees <= 30 ? 2.16 : 2.05
}

function untilLimit(
  now: number,
  { perDay, slack }: Line,
  limit: number,
): Pick<Forecast, 'daysLeft' | 'daysLeftRange' | 'unsure'> {
  if (now >= limit) return { daysLeft: 0 }
  const [slow, fast] = [perDay - slack, perDay + slack]
  const earliest = daysUntil(now, fast, limit)
  const daysLeft = daysUntil(now, perDay, limit)
  // Days that jump about may grow or fall: a date would look surer than it is.
  if (slow <= 0) return earliest === undefined ? {} : { unsure: true }
  if (daysLeft === undefined || earliest === undefined) return {}
  const latest = daysUntil(now, slow, limit)
  if (earliest === daysLeft && latest === daysLeft) return { daysLeft }
  return { daysLeft, daysLeftRange: { earliest, ...(latest === undefined ? {} : { latest }) } }
}

function daysUntil(now: number, perDay: number, limit: number): number | undefined {
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
