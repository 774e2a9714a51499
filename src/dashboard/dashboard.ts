/** The value of `mts dashboard`: curves with their latest value, each with where it comes from. */
import type { Text } from '../core/text.ts'

export const DASHBOARDS = ['business', 'system'] as const
export type DashboardName = (typeof DASHBOARDS)[number]

/** `percent`: 0 to 100. */
export type PanelUnit = 'sales' | 'connections' | 'won' | 'percent' | 'seconds'

export type PanelSource = 'Prometheus' | 'journal' | 'Actuator'

export interface Curve {
  readonly name: Text
  /** Oldest first; null is a gap. */
  readonly points: readonly { readonly at: string; readonly value: number | null }[]
}

export interface Panel {
  readonly id: string
  readonly title: Text
  readonly unit: PanelUnit
  /** The line it is held against, in `unit`; null when there is none. */
  readonly threshold: number | null
  /** Where the curve, or without one the latest value, comes from; null when nothing is known. */
  readonly source: PanelSource | null
  /** What Prometheus was asked; null where it was not. */
  readonly query: string | null
  /** null: not known, and `reason` says why. Never a 0 that nobody measured. */
  readonly latest: {
    readonly value: number
    readonly at: string
    readonly ageMs: number
    /** From where, if not from `source`. */
    readonly source: PanelSource
    /** Not all of its time was watched: at least so much. */
    readonly atLeast: boolean
  } | null
  readonly series: readonly Curve[]
  /** Numbers that belong to it and make no curve: by kind of payment, a pool's size. */
  readonly parts: readonly {
    readonly name: Text
    readonly value: number
    readonly unit: PanelUnit
  }[]
  /** Why the latest value or the curve is missing, or what to know when reading it. */
  readonly reason: Text | null
}

export interface Dashboard {
  readonly kind: 'Dashboard'
  readonly dashboard: DashboardName
  readonly url: string
  /** ISO 8601, Seoul, as all times here. */
  readonly observedAt: string
  readonly from: string
  readonly to: string
  readonly stepMs: number
  /** Why Prometheus told nothing; null when it told something. Absent: none is configured. */
  readonly prometheus?: { readonly url: string; readonly reason: Text | null }
  readonly panels: readonly Panel[]
}
