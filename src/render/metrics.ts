/** One meter from both sides: what the service counts, by tag, and what the scrape shows of it. */
import { text } from '../core/text.ts'
import type { Text } from '../core/text.ts'
import { renderGrid } from './grid.ts'
import { line, paintLabel } from './lines.ts'
import { say } from './view.ts'
import type { View } from './view.ts'

export interface MeterList {
  readonly kind: 'MeterList'
  readonly url: string
  readonly observedAt: string
  readonly items: readonly {
    readonly meter: string
    /** Series it is published under; null when the scrape could not be read. */
    readonly series: readonly string[] | null
  }[]
  /** Why the scrape is missing; null when it is there. */
  readonly scrapeReason: Text | null
}

export interface MeterSide {
  readonly labels: Readonly<Record<string, string>>
  readonly series: string
  /** null for NaN and the infinities. */
  readonly value: number | null
}

export interface MeterView {
  readonly kind: 'Meter'
  readonly url: string
  readonly observedAt: string
  readonly meter: string
  readonly unit: string | null
  /** By statistic, over everything the tags asked for select. */
  readonly measurements: Readonly<Record<string, number>>
  /** By tag, the value of the first statistic for each of its values. */
  readonly tags: readonly {
    readonly tag: string
    readonly values: readonly { readonly value: string; readonly count: number | null }[]
    /** More values than were asked for. */
    readonly more: number
  }[]
  /** null when the scrape could not be read. */
  readonly scrape: readonly MeterSide[] | null
  readonly scrapeReason: Text | null
  /** Counted by the service, standing still or without its tags in the scrape. */
  readonly blind: boolean
}

const MOST_SERIES = 12

export function renderMeterList(value: MeterList, view: View): string {
  const lines = renderGrid(
    value.items.map(({ meter, series }) => [
      meter,
      series === null
        ? '?'
        : series.length === 0
          ? say(view, text('수집 지표에 없음', 'not in the scrape'))
          : series.join(', '),
    ]),
    2,
  ).map((row) => (row.length > 80 ? `${row.slice(0, 79)}…` : row))
  return [...lines, ...reasonLine(value.scrapeReason, view)].join('\n')
}

export function renderMeter(value: MeterView, view: View): string {
  const unit = value.unit === null ? '' : ` ${value.unit}`
  const lines = [view.paint.bold(value.meter)]
  const measured = Object.entries(value.measurements).map(
    ([statistic, number]) => `${statistic} ${numberWords(number)}${unit}`,
  )
  lines.push(line(view, text('서비스', 'Service'), measured.join(' · ')))
  for (const { tag, values, more } of value.tags) {
    const words = values.map(
      (one) => `${one.value} ${one.count === null ? '?' : numberWords(one.count)}`,
    )
    if (more > 0) words.push(say(view, text(`외 ${more}개`, `${more} more`)))
    lines.push(line(view, text('', ''), `${tag}: ${words.join(' · ')}`))
  }
  if (value.scrape !== null) {
    if (value.scrape.length === 0) {
      lines.push(line(view, text('수집', 'Scrape'), say(view, text('없음', 'not there'))))
    }
    for (const [index, side] of value.scrape.slice(0, MOST_SERIES).entries()) {
      const label = index === 0 ? text('수집', 'Scrape') : text('', '')
      lines.push(line(view, label, seriesWords(side)))
    }
    const more = value.scrape.length - MOST_SERIES
    if (more > 0) {
      lines.push(line(view, text('', ''), say(view, text(`외 ${more}개`, `${more} more`))))
    }
  }
  lines.push(...reasonLine(value.scrapeReason, view))
  if (value.blind) {
    lines.push(
      paintLabel(
        view,
        text('사각지대', 'Blind'),
        say(
          view,
          text(
            '서비스는 세지만 수집 지표에는 나타나지 않습니다. 이 지표로 만든 알림은 울리지 않습니다',
            'counted by the service, not seen in the scrape: an alert on it never fires',
          ),
        ),
        'warning',
      ),
    )
  }
  return lines.join('\n')
}

function reasonLine(reason: Text | null, view: View): readonly string[] {
  if (reason === null) return []
  const words = say(view, text(`수집 지표: ${reason.ko}`, `the scrape: ${reason.en}`))
  return [paintLabel(view, text('확인 불가', 'UNKNOWN'), words, 'unknown')]
}

function seriesWords({ series, labels, value }: MeterSide): string {
  const inside = Object.entries(labels).map(([name, label]) => `${name}="${label}"`)
  const shown = inside.length === 0 ? '' : `{${inside.join(',')}}`
  return `${series}${shown} ${value === null ? 'NaN' : numberWords(value)}`
}

/** Whole numbers grouped, others with the digits that matter. */
function numberWords(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString('en-US')
  return Math.abs(value) >= 1000
    ? Math.round(value).toLocaleString('en-US')
    : String(Number(value.toPrecision(4)))
}
