/** What the demo has counted since its process started: the source of its meters. */
import type { Channel, PaymentType } from './ledger.ts'

/** How long Micrometer remembers a timer's maximum, ms. */
const MAX_WINDOW_MS = 120_000

export interface HttpTags {
  readonly exception: string
  readonly method: string
  readonly outcome: string
  readonly status: string
  /** The route's template, `/**` for an unknown path. */
  readonly uri: string
}

/** The tags of a request that has ended with this status. */
export function httpTags(
  method: string,
  uri: string,
  status: number,
  exception = 'None',
): HttpTags {
  const outcome = status < 400 ? 'SUCCESS' : status < 500 ? 'CLIENT_ERROR' : 'SERVER_ERROR'
  return { exception, method, outcome, status: String(status), uri }
}

interface HttpTimer {
  readonly tags: HttpTags
  count: number
  totalSeconds: number
  recent: { readonly atMs: number; readonly seconds: number }[]
}

export interface HttpReading {
  readonly tags: HttpTags
  readonly count: number
  readonly totalSeconds: number
  readonly maxSeconds: number
}

export interface Counters {
  readonly sales: { count: number; amount: number }
  readonly salesByType: Map<string, { paymentType: PaymentType; channel: Channel; count: number }>
  /** By number of transactions: the service makes a tag value of each. */
  readonly settlementSuccesses: Map<number, number>
  /** By the exception's class. */
  readonly settlementFailures: Map<string, number>
  readonly log: { error: number; warn: number; info: number }
  readonly rabbit: { published: number; rejected: number }
  countSale(sale: { paymentType: PaymentType; channel: Channel; amount: number }): void
  countSuccess(transactions: number): void
  /** Takes back one success, for a record that turns out to have failed. */
  uncountSuccess(transactions: number): void
  countFailure(errorType: string): void
  /** One request that has ended: the service counts none before. */
  countRequest(tags: HttpTags, seconds: number, atMs: number): void
  /** Requests of the time before, whose maximum is long forgotten. */
  countPast(tags: HttpTags, count: number, totalSeconds: number): void
  requests(nowMs: number): readonly HttpReading[]
}

export function createCounters(): Counters {
  const timers = new Map<string, HttpTimer>()
  const settlementSuccesses = new Map<number, number>()
  const settlementFailures = new Map<string, number>()
  const salesByType: Counters['salesByType'] = new Map()
  const sales = { count: 0, amount: 0 }
  const log = { error: 0, warn: 0, info: 0 }
  const rabbit = { published: 0, rejected: 0 }

  const timerOf = (tags: HttpTags): HttpTimer => {
    const key = `${tags.exception} ${tags.method} ${tags.status} ${tags.uri}`
    const known = timers.get(key)
    if (known !== undefined) return known
    const timer: HttpTimer = { tags, count: 0, totalSeconds: 0, recent: [] }
    timers.set(key, timer)
    return timer
  }

  return {
    sales,
    salesByType,
    settlementSuccesses,
    settlementFailures,
    log,
    rabbit,
    countSale(sale) {
      sales.count++
      sales.amount += sale.amount
      const key = `${sale.paymentType} ${sale.channel}`
      const known = salesByType.get(key)
      if (known !== undefined) known.count++
      else {
        const { paymentType, channel } = sale
        salesByType.set(key, { paymentType, channel, count: 1 })
      }
    },
    countSuccess(transactions) {
      settlementSuccesses.set(transactions, (settlementSuccesses.get(transactions) ?? 0) + 1)
      rabbit.published++
      log.info += 4
    },
    uncountSuccess(transactions) {
      const left = (settlementSuccesses.get(transactions) ?? 0) - 1
      if (left > 0) settlementSuccesses.set(transactions, left)
      else settlementSuccesses.delete(transactions)
    },
    countFailure(errorType) {
      settlementFailures.set(errorType, (settlementFailures.get(errorType) ?? 0) + 1)
      log.error++
      log.warn++
    },
    countRequest(tags, seconds, atMs) {
      const timer = timerOf(tags)
      timer.count++
      timer.totalSeconds += seconds
      timer.recent = timer.recent.filter((entry) => entry.atMs > atMs - MAX_WINDOW_MS)
      timer.recent.push({ atMs, seconds })
    },
    countPast(tags, count, totalSeconds) {
      const timer = timerOf(tags)
      timer.count += count
      timer.totalSeconds += totalSeconds
    },
    requests: (nowMs) =>
      [...timers.values()].map((timer) => ({
        tags: timer.tags,
        count: timer.count,
        totalSeconds: timer.totalSeconds,
        maxSeconds: timer.recent
          .filter((entry) => entry.atMs > nowMs - MAX_WINDOW_MS)
          .reduce((highest, entry) => Math.max(highest, entry.seconds), 0),
      })),
  }
}
