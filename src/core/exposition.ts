/** What a scrape holds, as the rooms that decide see it: series with values, and what was said about their families. */
import type { Labels } from './label-matcher.ts'

export interface ExpositionSample {
  readonly name: string
  readonly labels: Labels
  /** As the format has it: NaN and the infinities are values here. */
  readonly value: number
  /** ms since the epoch; absent when the scrape's own time counts. */
  readonly timestampMs?: number
  readonly exemplar?: {
    readonly labels: Labels
    readonly value: number
    readonly timestampMs?: number
  }
}

export interface ExpositionFamily {
  readonly type?: string
  readonly help?: string
  readonly unit?: string
}

export interface Exposition {
  readonly samples: readonly ExpositionSample[]
  /** By the name that stands in `# TYPE`, `# HELP` or `# UNIT`. */
  readonly families: ReadonlyMap<string, ExpositionFamily>
}
