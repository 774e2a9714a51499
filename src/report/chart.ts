/** Charts as values: what is drawn, and at the same time the table that says it without a picture. */
import type { Text } from '../core/text.ts'

export interface LineChart {
  readonly kind: 'lines'
  readonly id: string
  readonly title: Text
  readonly unit: string
  readonly series: readonly {
    readonly name: Text
    /** Ordered by time; a gap is a missing point, never a zero. */
    readonly points: readonly { readonly at: string; readonly value: number }[]
  }[]
  /** Days rather than hours on the axis. */
  readonly daily?: true
  /** Points further apart than this are not joined, ms. */
  readonly gapMs?: number
  /** Moments to see the curve against. */
  readonly marks?: readonly { readonly at: string; readonly name: Text }[]
}

/** How long each step took: from its start to its end. */
export interface SpanChart {
  readonly kind: 'spans'
  readonly id: string
  readonly title: Text
  readonly rows: readonly {
    readonly label: Text
    readonly from: string
    readonly to: string
    readonly tone: 'critical' | 'warning' | 'ok' | 'info'
  }[]
}

export type Chart = LineChart | SpanChart
