/**
 * What Prometheus and Alertmanager can be asked, as the rooms that decide see it: facts, no wire
 * formats. `telemetry/` implements it.
 */
import type { LabelMatcher, Labels } from './label-matcher.ts'
import type { Failure, Read, ReadMeta } from './read.ts'
import type { RequestOptions } from './service.ts'

/** What the server said beside its answer. Not empty: what it gave may be a part of the whole. */
export interface Remarks {
  readonly warnings: readonly string[]
  readonly infos: readonly string[]
}

/** A value as Prometheus gives it: NaN and the infinities are no numbers to judge by. */
export type SampleValue =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'special'; readonly spelling: 'NaN' | '+Inf' | '-Inf' }

export interface Point {
  /** When it was evaluated (not when it was scraped), ms since the epoch. */
  readonly atMs: number
  readonly value: SampleValue
}

export interface VectorElement extends Point {
  readonly labels: Labels
}

/** Native histograms are counted, not read. */
export interface QueryAnswer extends Remarks {
  readonly kind: 'vector' | 'scalar'
  readonly elements: readonly VectorElement[]
  readonly histograms: number
}

export interface RangeAnswer extends Remarks {
  readonly series: readonly { readonly labels: Labels; readonly points: readonly Point[] }[]
  readonly histograms: number
}

export type AlertState = 'firing' | 'pending' | 'inactive' | 'unknown'

/** An alert as Prometheus' rules see it, before Alertmanager. */
export interface RuleAlert {
  readonly labels: Labels
  readonly annotations: Labels
  readonly state: AlertState
  readonly activeAtMs?: number
}

interface RuleCommon {
  readonly name: string
  readonly query: string
  readonly labels: Labels
  readonly health: string
  readonly lastError?: string
}

export interface AlertingRule extends RuleCommon {
  readonly kind: 'alerting'
  readonly annotations: Labels
  readonly forMs: number
  readonly state: AlertState
  readonly alerts: readonly RuleAlert[]
}

export interface RecordingRule extends RuleCommon {
  readonly kind: 'recording'
}

export type LoadedRule = AlertingRule | RecordingRule

export interface RuleGroup {
  readonly name: string
  readonly file: string
  readonly intervalMs: number
  readonly rules: readonly LoadedRule[]
}

export interface ScrapeTarget {
  readonly job: string
  readonly instance: string
  readonly labels: Labels
  /** Credentials taken out. */
  readonly scrapeUrl: string
  readonly health: 'up' | 'down' | 'unknown'
  readonly lastError: string
  /** Absent when it was never scraped. */
  readonly lastScrapeMs?: number
  readonly scrapeDurationMs: number
  /** Absent where Prometheus is too old to say. */
  readonly scrapeIntervalMs?: number
  readonly scrapeTimeoutMs?: number
}

export interface MetricMetadata {
  readonly type: string
  readonly unit: string
}

/** Read-only questions. None of them throws for what a server does. */
export interface PrometheusReader {
  /** Base URL without credentials or trailing slash. */
  readonly url: string
  query(
    expression: string,
    options?: RequestOptions & { readonly atMs?: number },
  ): Promise<Read<QueryAnswer>>
  queryRange(
    expression: string,
    range: { readonly fromMs: number; readonly toMs: number; readonly stepMs: number },
    options?: RequestOptions,
  ): Promise<Read<RangeAnswer>>
  /** Samples as they were scraped, not evaluated on a grid: those of the last `windowMs` up to `atMs`. */
  rawSamples(
    selector: string,
    windowMs: number,
    options?: RequestOptions & { readonly atMs?: number },
  ): Promise<Read<RangeAnswer>>
  rules(options?: RequestOptions): Promise<Read<readonly RuleGroup[]>>
  alerts(options?: RequestOptions): Promise<Read<readonly RuleAlert[]>>
  targets(options?: RequestOptions): Promise<Read<readonly ScrapeTarget[]>>
  /** By name of the metric family. */
  metadata(options?: RequestOptions): Promise<Read<ReadonlyMap<string, MetricMetadata>>>
  /** Label sets of the series that any of the selectors chooses, at most `limit` of them. */
  series(
    selectors: readonly string[],
    options?: RequestOptions & { readonly fromMs?: number; readonly limit?: number },
  ): Promise<Read<readonly Labels[]>>
  /** Names of all metrics that have a series. */
  metricNames(options?: RequestOptions): Promise<Read<readonly string[]>>
  version(options?: RequestOptions): Promise<Read<string>>
  /** How long it keeps samples, in its own words: `15d`, `15d or 50GiB`. */
  retention?(options?: RequestOptions): Promise<Read<string>>
  /** The Alertmanagers it sends to. */
  alertmanagers(options?: RequestOptions): Promise<Read<readonly string[]>>
  close(): Promise<void>
}

export interface ActiveAlert {
  readonly fingerprint: string
  readonly labels: Labels
  readonly annotations: Labels
  readonly startsAtMs: number
  /** `suppressed`: silenced, inhibited or muted by a time interval. */
  readonly state: 'active' | 'suppressed' | 'unprocessed' | 'unknown'
  readonly silencedBy: readonly string[]
  readonly inhibitedBy: readonly string[]
  readonly mutedBy: readonly string[]
  readonly receivers: readonly string[]
}

export interface Silence {
  readonly id: string
  readonly state: 'active' | 'pending' | 'expired' | 'unknown'
  readonly matchers: readonly LabelMatcher[]
  readonly startsAtMs: number
  readonly endsAtMs: number
  readonly createdBy: string
  readonly comment: string
}

export interface NewSilence {
  readonly matchers: readonly LabelMatcher[]
  readonly startsAtMs: number
  readonly endsAtMs: number
  readonly createdBy: string
  readonly comment: string
}

/** A node of the routing tree; what it leaves out, its parent says. */
export interface AlertRoute {
  readonly receiver?: string
  readonly matchers: readonly LabelMatcher[]
  readonly continues: boolean
  readonly groupBy: readonly string[]
  readonly routes: readonly AlertRoute[]
}

export interface InhibitRule {
  readonly source: readonly LabelMatcher[]
  readonly target: readonly LabelMatcher[]
  readonly equal: readonly string[]
}

export interface AlertReceiver {
  readonly name: string
  /** `slack`, `pagerduty`, `webhook`, ...; empty: alerts sent here reach nobody. */
  readonly integrations: readonly string[]
}

export interface AlertmanagerConfig {
  readonly route: AlertRoute
  readonly receivers: readonly AlertReceiver[]
  readonly inhibitRules: readonly InhibitRule[]
  /** Words of an old configuration that are in use: `source_match`, `match`, `service_key`. */
  readonly deprecated: readonly string[]
  /** Matchers that could not be read, as they stand. */
  readonly unreadable: readonly string[]
}

export interface AlertmanagerStatus {
  readonly version: string
  readonly cluster: string
  readonly config: AlertmanagerConfig
}

/** What came of a request that changes a silence. It is sent at most once. */
export type SilenceResult =
  | { readonly kind: 'not_sent'; readonly failure: Failure }
  /** Alertmanager answered: done with the silence's id, or refused with its words. */
  | { readonly kind: 'done'; readonly silenceId: string; readonly meta: ReadMeta }
  | { readonly kind: 'refused'; readonly httpStatus: number; readonly message: string }
  /** Whether it took effect is not known: read the silences. */
  | { readonly kind: 'lost'; readonly failure: Failure }

export interface Alertmanager {
  readonly url: string
  status(options?: RequestOptions): Promise<Read<AlertmanagerStatus>>
  /** Everything it holds, silenced and inhibited too. */
  alerts(options?: RequestOptions): Promise<Read<readonly ActiveAlert[]>>
  silences(options?: RequestOptions): Promise<Read<readonly Silence[]>>
  createSilence(silence: NewSilence, options?: RequestOptions): Promise<SilenceResult>
  expireSilence(id: string, options?: RequestOptions): Promise<SilenceResult>
  close(): Promise<void>
}
