/**
 * What mini-today-sales can be asked, as the rooms that decide see it: facts, no wire formats.
 * `service/` implements it and is the only room that knows the service's quirks.
 */
import type { SeoulDate } from './dates.ts'
import type { Won } from './money.ts'
import type { Failure, Read, ReadMeta } from './read.ts'

/** Of a settlement only its scalars and whether it holds sales pass the edge; no personal data. */
export interface SettlementRecord {
  readonly id: number
  readonly date: SeoulDate
  /** PENDING, PROCESSING, COMPLETED, FAILED, CANCELLED; anything else is kept as sent and matches none. */
  readonly status: string
  readonly totalAmount: Won
  readonly totalFee: Won
  readonly netAmount: Won
  readonly transactionCount: number
  readonly note: string | null
  /** As the service wrote them: Seoul time without a zone. */
  readonly createdAt: string | null
  readonly completedAt: string | null
  /** `no` only when an empty `sales` array was really seen. */
  readonly holdsSales: 'yes' | 'no' | 'unknown'
  /** False when the body was the service's broken JSON, of which only the head was read. */
  readonly bodyIntact: boolean
}

export interface SettlementRange {
  /** Newest first. */
  readonly records: readonly SettlementRecord[]
  /** False when the body broke off at the first record that holds sales: older ones are not known. */
  readonly complete: boolean
}

export type ComponentStatus = 'UP' | 'DOWN' | 'OUT_OF_SERVICE' | 'UNKNOWN'

export interface ComponentHealth {
  readonly status: ComponentStatus
  /** Cleaned scalars of `details`; nested ones are dropped. */
  readonly details: Readonly<Record<string, string | number | boolean>>
}

export interface HealthReport {
  readonly status: ComponentStatus
  /** Empty when the service does not show details: that does not mean healthy. */
  readonly components: Readonly<Record<string, ComponentHealth>>
}

export interface Metric {
  readonly name: string
  readonly baseUnit: string | null
  /** By statistic: COUNT, TOTAL_TIME, TOTAL, MAX, VALUE. NaN and infinities are left out. */
  readonly measurements: Readonly<Record<string, number>>
  readonly tags: Readonly<Record<string, readonly string[]>>
}

export interface MetricsSummary {
  readonly settlementFailures: number
  readonly settlementSuccesses: number
  readonly sales: number
  readonly salesAmount: number
}

export interface SystemInfo {
  readonly heapUsedBytes: number
  readonly heapMaxBytes: number
  readonly processors: number
  readonly javaVersion: string
  readonly osName: string
}

export interface Sale {
  readonly id: number
  /** Seoul time without a zone, as sent. */
  readonly transactionTime: string
  readonly amount: Won
  readonly fee: Won
  readonly netAmount: Won
  readonly status: string
  readonly paymentType: string
  readonly channel: string
  readonly orderNumber: string
}

export interface SalesPage {
  readonly sales: readonly Sale[]
  readonly page: number
  readonly totalElements: number
  readonly totalPages: number
}

export interface DeadLetterCounts {
  readonly sales: number
  readonly settlement: number
  readonly notification: number
}

/** What came of a request that changes something. It is sent at most once, whatever happens. */
export type PostResult =
  /** The connection was never made: the request certainly did not leave. */
  | { readonly kind: 'not_sent'; readonly failure: Failure }
  /**
   * The service itself answered. `record` is the settlement in a 200's body, if it could be read.
   * A 200 is not the end: the record is read back all the same.
   */
  | {
      readonly kind: 'answered'
      readonly httpStatus: number
      readonly record?: SettlementRecord
      readonly meta: ReadMeta
    }
  /** Cut, timed out, 502, 503, 504, or an answer that is not the service's: it may still be at work. */
  | { readonly kind: 'lost'; readonly failure: Failure }

export interface RequestOptions {
  /** Deadline for the whole answer, ms. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** Read-only questions. None of them throws for what a server does; they throw only for a defect of ours. */
export interface ServiceReader {
  /** The configured base URL without credentials or trailing slash: what digests, locks and printed commands name. */
  readonly url: string
  wholeHealth(options?: RequestOptions): Promise<Read<HealthReport>>
  componentHealth(name: string, options?: RequestOptions): Promise<Read<ComponentHealth>>
  metric(
    name: string,
    tags?: Readonly<Record<string, string>>,
    options?: RequestOptions,
  ): Promise<Read<Metric>>
  metricNames(options?: RequestOptions): Promise<Read<readonly string[]>>
  metricsSummary(options?: RequestOptions): Promise<Read<MetricsSummary>>
  systemInfo(options?: RequestOptions): Promise<Read<SystemInfo>>
  settlementById(id: number, options?: RequestOptions): Promise<Read<SettlementRecord>>
  settlementOnDate(date: SeoulDate, options?: RequestOptions): Promise<Read<SettlementRecord>>
  settlementRange(
    from: SeoulDate,
    to: SeoulDate,
    options?: RequestOptions,
  ): Promise<Read<SettlementRange>>
  /** `true` once any record exists for the date, also a FAILED one. Only JSON `false` proves that none does. */
  settlementExists(date: SeoulDate, options?: RequestOptions): Promise<Read<boolean>>
  /** One page of a store's sales with transactionTime in [from, to], both Seoul date-times without zone, newest first. */
  salesPage(
    store: string,
    from: string,
    to: string,
    page: number,
    size: number,
    options?: RequestOptions,
  ): Promise<Read<SalesPage>>
  deadLetterCounts(options?: RequestOptions): Promise<Read<DeadLetterCounts>>
}

/** What is not settled of a date, as far as the service says it. */
export interface UnsettledSales {
  readonly count: number
  /** Sales, or settlements that would be made of them; absent when the service only counted. */
  readonly items?: readonly { readonly id: number; readonly amount: Won }[]
}

/** Each field is absent where the service does not say it; this build says nothing. */
export interface ServiceInfo {
  readonly version?: string
  /** ISO 8601, as sent. */
  readonly builtAt?: string
  readonly commit?: string
}

/**
 * By the service's own names: numbers, yes and no, days, months and times. Other text and everything
 * nested is left out, since a store's owner may be in it.
 */
export type SalesFigures = Readonly<Record<string, string | number | boolean>>

/**
 * Read-only questions that no decision may depend on: on the build we know they fail, or another
 * one answers better. Kept apart from `ServiceReader`, so that whoever decides does not even see them.
 */
export interface ServiceRareReader {
  /** Always a service error on this build; a sound answer is taken when a later one gives it. */
  unsettledOnDate(date: SeoulDate, options?: RequestOptions): Promise<Read<UnsettledSales>>
  /** What `wholeHealth` says, under HTTP 200 whatever it says; it hangs in the same way. */
  monitoringHealth(options?: RequestOptions): Promise<Read<HealthReport>>
  /** As `metric`; `absent` is the service's 200 with nothing in it. */
  customMetric(
    name: string,
    tags?: Readonly<Record<string, string>>,
    options?: RequestOptions,
  ): Promise<Read<Metric>>
  info(options?: RequestOptions): Promise<Read<ServiceInfo>>
  /**
   * The scrape in text format 0.0.4, under either of its two paths. As sent: to be parsed, never shown.
   * About 450 KB, and many of its meters stay 0 for ever: never for a health check.
   */
  exposition(
    under: '/actuator' | '/api/monitoring',
    options?: RequestOptions,
  ): Promise<Read<string>>
  /** A service error on this build. */
  salesDashboard(
    store: string,
    date: SeoulDate,
    options?: RequestOptions,
  ): Promise<Read<SalesFigures>>
  /** `yearMonth`: `YYYY-MM`. A service error on this build. */
  monthlySalesReport(
    store: string,
    yearMonth: string,
    options?: RequestOptions,
  ): Promise<Read<SalesFigures>>
}

export interface ServiceWriter {
  /** POST /api/settlements/manual, once, on a fresh connection. */
  postManual(date: SeoulDate, options?: RequestOptions): Promise<PostResult>
  /** POST /api/settlements/{id}/reprocess, once, on a fresh connection. */
  postReprocess(id: number, options?: RequestOptions): Promise<PostResult>
}

/** A request as it goes over the wire. Values of configured headers are variables: `Bearer $MTS_TOKEN`. */
export interface WireRequest {
  readonly method: 'GET' | 'POST'
  /** Without credentials. */
  readonly url: string
  readonly headers: readonly { readonly name: string; readonly value: string }[]
  /** The service's requests carry none. */
  readonly body: null
}

/** A request by what it means, for those who show it before it is sent. */
export type ServiceRequest =
  | { readonly kind: 'manual'; readonly date: SeoulDate }
  | { readonly kind: 'reprocess'; readonly id: number }

/** Requests spelled out: to be shown, never a way to send one. */
export interface ServiceWire {
  /** What this client has asked so far, the newest last; the oldest are let go. */
  sent(): readonly WireRequest[]
  /** Exactly what `postManual` or `postReprocess` would send. */
  spell(request: ServiceRequest): WireRequest
}

export interface Service extends ServiceReader, ServiceWriter {
  readonly wire?: ServiceWire
  /** Lets go of every connection. */
  close(): Promise<void>
}
