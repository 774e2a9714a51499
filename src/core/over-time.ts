/**
 * What Prometheus has kept of the service, as the rooms that decide ask for it: rates, quantiles and
 * what held for minutes. Empty, NaN, infinite, stale and partial are not known: none of them is 0.
 */
import type { RequestOptions } from './service.ts'
import type { Text } from './text.ts'

export type NumberAnswer =
  | { readonly kind: 'known'; readonly value: number; readonly atMs: number }
  | {
      readonly kind: 'unknown'
      readonly why: 'unreachable' | 'empty' | 'not_a_number' | 'stale' | 'partial' | 'ambiguous'
      readonly reason: Text
    }

/** How the series of this service are selected; matchers without braces. */
export interface ServiceSeries {
  /** Every instance: `job="mini-today-sales"`. */
  readonly job: string
  /** The instance behind the configured url where Prometheus has it under that address, else as `job`. */
  readonly instance: string
  readonly scrapeIntervalMs: number
}

/** What one instance counted, sample by sample, on our own clock. */
export interface ScrapedSeries {
  readonly instance: string
  readonly labels: Readonly<Record<string, string>>
  /** Oldest first; NaN and the infinities left out. */
  readonly samples: readonly { readonly atMs: number; readonly value: number }[]
}

export type ScrapedAnswer =
  | {
      readonly kind: 'known'
      readonly series: readonly ScrapedSeries[]
      readonly scrapeIntervalMs: number
      /** Instances of the job that are not scraped now: what they count is not in here. */
      readonly notScraped: readonly string[]
    }
  | { readonly kind: 'unknown'; readonly reason: Text }

export type RowsAnswer =
  | {
      readonly kind: 'known'
      readonly rows: readonly {
        readonly labels: Readonly<Record<string, string>>
        readonly value: number
      }[]
    }
  | { readonly kind: 'unknown'; readonly reason: Text }

/** An expression over the service's series, and the series whose newest sample shows that it is fresh. */
export type SeriesQuestion = (series: ServiceSeries) => {
  readonly expression: string
  /** A selector: nothing of it younger than two scrapes makes the answer stale. */
  readonly basis: string
  /** Over every instance: one that is not scraped makes the answer a part of the whole. */
  readonly everyInstance?: boolean
}

export interface Grid {
  readonly fromMs: number
  readonly toMs: number
  readonly stepMs: number
}

/** A value that is no number is a gap. */
export interface GridPoint {
  readonly atMs: number
  readonly value: number | null
}

export type RangeRead =
  | {
      readonly kind: 'known'
      /** One for each step, gaps too; none has a value where the series was not there. */
      readonly points: readonly GridPoint[]
      /** The last of them, or why it is not to be believed. */
      readonly latest: NumberAnswer
      /** As it was asked. */
      readonly expression: string
    }
  | { readonly kind: 'unknown'; readonly reason: Text; readonly expression?: string }

export interface OverTime {
  /** Base URL of Prometheus, without credentials. */
  readonly url: string
  /** One number over all that the expression says. */
  number(question: SeriesQuestion, options?: RequestOptions): Promise<NumberAnswer>
  /** A number for each of several label sets; one that is no number makes the whole unknown. */
  rows(question: SeriesQuestion, options?: RequestOptions): Promise<RowsAnswer>
  /** One number over series that are not the service's own, such as an exporter's. */
  foreign(
    question: { readonly expression: string; readonly basis: string },
    options?: RequestOptions,
  ): Promise<NumberAnswer>
  /** A single curve: an expression that gives several is not drawn. */
  range(question: SeriesQuestion, grid: Grid, options?: RequestOptions): Promise<RangeRead>
  /** As scraped in the `windowMs` up to `backMs` ago. */
  scraped(
    selector: (series: ServiceSeries) => string,
    window: { readonly windowMs: number; readonly backMs?: number },
    options?: RequestOptions,
  ): Promise<ScrapedAnswer>
}

/** Opens Prometheus for some questions and lets it go. Absent where none is configured. */
export type WithOverTime = <T>(work: (overTime: OverTime) => Promise<T>) => Promise<T>
