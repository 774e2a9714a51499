/** Values of a dashboard as people read them: with their unit, short on an axis and whole beside it. */
import type { Panel, PanelUnit } from '../dashboard/dashboard.ts'
import { text } from '../core/text.ts'
import { say, type View } from './view.ts'

export function latestWords(
  { value, atLeast }: NonNullable<Panel['latest']>,
  unit: PanelUnit,
  view: View,
): string {
  const words = valueWords(value, unit, view)
  return atLeast ? say(view, text(`${words} 이상`, `at least ${words}`)) : words
}

export function valueWords(value: number, unit: PanelUnit, view: View): string {
  switch (unit) {
    case 'sales':
      return say(view, text(`${grouped(value)}건`, grouped(value)))
    case 'connections':
      return say(view, text(`${grouped(value)}개`, grouped(value)))
    case 'won':
      return say(view, text(`${grouped(value)}원`, `${grouped(value)} won`))
    case 'percent':
      return `${decimals(value)}%`
    case 'seconds':
      return secondsWords(value, view)
  }
}

/** As short as an axis wants it. */
export function axisWords(value: number, unit: PanelUnit, view: View): string {
  if (unit === 'won') return wonWords(value, view)
  if (unit === 'seconds') return value === 0 ? '0' : secondsWords(value, view)
  return unit === 'percent' ? `${decimals(value)}%` : grouped(value)
}

/** What is extrapolated is no whole number, and nobody sells a part of a coffee. */
function grouped(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function decimals(value: number): string {
  return value > 0 && value < 10 ? value.toFixed(1) : String(Math.round(value))
}

function secondsWords(value: number, view: View): string {
  if (value < 1) return `${Math.round(value * 1000)}ms`
  const seconds = value.toFixed(1)
  return say(view, text(`${seconds}초`, `${seconds}s`))
}

function wonWords(value: number, view: View): string {
  const scaled = (by: number): string => {
    const short = value / by
    return short < 10 ? short.toFixed(1) : grouped(short)
  }
  if (view.lang === 'ko') {
    if (value >= 100_000_000) return `${scaled(100_000_000)}억`
    return value >= 10_000 ? `${scaled(10_000)}만` : grouped(value)
  }
  if (value >= 1_000_000) return `${scaled(1_000_000)}M`
  return value >= 1000 ? `${scaled(1000)}k` : grouped(value)
}
