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

export interface ServiceWriter {
  /** POST /api/settlements/manual, once, on a fresh connection. */
  postManual(date: SeoulDate, options?: RequestOptions): Promise<PostResult>
  /** POST /api/settlements/{id}/reprocess, once, on a fresh connection. */
  postReprocess(id: number, options?: RequestOptions): Promise<PostResult>
}

export interface Service extends ServiceReader, ServiceWriter {
  /** Lets go of every connection. */
  close(): Promise<void>
}
