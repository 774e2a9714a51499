/** Everything a health check saw, as plain values: what the judges judge and tests write by hand. */
import type { SeoulDate } from '../core/dates.ts'
import type { Sample } from '../core/journal.ts'
import type { Read } from '../core/read.ts'
import type {
  ComponentHealth,
  HealthReport,
  Metric,
  SettlementRecord,
  SystemInfo,
} from '../core/service.ts'
import type { Settings } from '../core/settings.ts'
import type { Text } from '../core/text.ts'
import type { Fact } from './fact.ts'
import type { Level } from './health.ts'
import type { P95 } from './collect-over-time.ts'
import type { OpenTime } from './opening-hours.ts'
import type { ScrapedSales } from './scraped-sales.ts'

/** The part of the configuration that health rests on. */
export type HealthSettings = Pick<
  Settings,
  'stores' | 'openingHours' | 'holidays' | 'batch' | 'thresholds' | 'instances' | 'timeoutMs'
>

/** Components with a path of their own, as this service has them. */
export const COMPONENTS = [
  'customDatabase',
  'customRabbitMQ',
  'customRedis',
  'db',
  'diskSpace',
  'ping',
  'rabbit',
  'redis',
] as const

export type ComponentName = (typeof COMPONENTS)[number]

export interface ComponentObservations {
  readonly whole: Read<HealthReport>
  /** Components asked on their own path: all of them when the whole did not answer, else only `db`. */
  readonly own: Readonly<Partial<Record<ComponentName, Read<ComponentHealth>>>>
}

export interface PoolObservations {
  readonly pending: Fact<number>
  /** Asked for only when something waits. */
  readonly active?: Fact<number>
  readonly max?: Fact<number>
}

export interface SalesObservations {
  /** The service's clock where it is known. */
  readonly nowMs: number
  readonly windowMs: number
  readonly open: OpenTime
  /** Sales of each store in the window; stores that were not asked are not in it. */
  readonly stores: readonly { readonly store: string; readonly count: Fact<number> }[]
  readonly counter?: SalesCounter
  /** By the counters as Prometheus has scraped them; absent without Prometheus. */
  readonly scraped?: {
    readonly now: Fact<ScrapedSales>
    /** The same hour a week ago; not known where either day is a holiday. */
    readonly weekAgo: Fact<ScrapedSales>
    /** What the service itself counts: a scrape that stands at 0 beside it is blind. */
    readonly counted: Fact<number>
  }
}

/** Sales since the start of one process, and what is on record about the counter. */
export interface SalesCounter {
  readonly count: Fact<number>
  readonly startMs: Fact<number>
  readonly samples: readonly Sample[]
}

export type DateFact =
  | { readonly kind: 'record'; readonly record: SettlementRecord }
  /** The service itself said that there is no record. */
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly fact: Fact<never> }

export interface SettlementObservations {
  /** Today in Seoul by the service's clock where it is known. */
  readonly today: SeoulDate
  readonly due: SeoulDate
  readonly onDue: DateFact
  /** What is known of the last 30 dates, the due one included; a date that is missing was not seen. */
  readonly dates: ReadonlyMap<SeoulDate, DateFact>
  readonly meter: SettlementMeter
}

export interface SettlementMeter {
  /** Failures since the process began; not known when the meter itself does not exist. */
  readonly failures: Fact<number>
  readonly startMs: Fact<number>
}

export interface LatencyObservations {
  readonly all: Read<Metric>
  /** Slowest call of each endpoint that counts, ms; asked for only when the whole is over the line. */
  readonly endpoints: readonly { readonly uri: string; readonly maxMs: Fact<number> }[]
  /** Of the last minutes, by Prometheus; absent without it. */
  readonly p95?: Fact<P95>
}

export interface ResourceObservations {
  readonly heap: Fact<Pick<SystemInfo, 'heapUsedBytes' | 'heapMaxBytes'>>
  readonly heapSource: string
  /** 0 to 1. */
  readonly cpu: Fact<number>
  readonly cpuSamples: readonly Sample[]
  /** By Prometheus, for each instance that may be the one that was asked; absent without it. */
  readonly cpuScraped?: Fact<readonly (readonly Sample[])[]>
  /** Asked for only when the component does not say. */
  readonly diskMeters?: { readonly free: Fact<number>; readonly total: Fact<number> }
}

export interface HealthObservations {
  readonly url: string
  readonly level: Level
  /** Our clock when the first question went out. */
  readonly observedAtMs: number
  readonly elapsedMs: number
  /** Requests sent. */
  readonly requests: number
  /** The service itself answered something, an error included. */
  readonly answered: boolean
  /** Something was refused with 401 or 403. */
  readonly unauthorized: boolean
  /** How far the service's clock is ahead of ours, ms; absent when its answers carried no date. */
  readonly clockOffsetMs?: number
  readonly components: ComponentObservations
  readonly pool: PoolObservations
  readonly sales?: SalesObservations
  readonly settlement?: SettlementObservations
  readonly latency?: LatencyObservations
  readonly resources?: ResourceObservations
  /** Absent: no Prometheus is configured, or nothing that it could tell was asked. */
  readonly overTime?: { readonly failure: Text | null }
}
