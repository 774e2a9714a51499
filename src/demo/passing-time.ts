/** What happens by itself as the clock goes on: sales come in, and at 02:00 the batch settles yesterday. */
import { addDays, seoulDateOf, seoulInstant } from '../core/dates.ts'
import { httpTags } from './counters.ts'
import type { DemoFault } from './faults.ts'
import { batchDate, runBatchAtOnce } from './settling.ts'
import { salesBetween } from './traffic.ts'
import type { World } from './world.ts'

const BATCH_AT = '02:00'

export interface PassingTimeOptions {
  readonly seed: number
  /** ms since the epoch: nothing has happened before. */
  readonly fromMs: number
  readonly traffic: boolean
  readonly nightlyBatch: boolean
  /** Since when each fault has been there, ms since the epoch. */
  readonly faultSinceMs: ReadonlyMap<DemoFault, number>
}

/** Each call lets happen all that was due since the one before. */
export function createPassingTime(world: World, options: PassingTimeOptions): () => void {
  let doneMs = options.fromMs
  return () => {
    const nowMs = world.clock.now()
    while (doneMs < nowMs) {
      const batchMs = batchAfter(doneMs)
      const untilMs = Math.min(batchMs, nowMs)
      if (options.traffic) letSalesIn(world, options, doneMs, untilMs)
      doneMs = untilMs
      const isUp = !world.faults.has('service-down')
      if (untilMs === batchMs && options.nightlyBatch && isUp) {
        runBatchAtOnce(world, batchDate(batchMs), batchMs)
      }
    }
  }
}

function letSalesIn(world: World, options: PassingTimeOptions, fromMs: number, toMs: number): void {
  const { counters } = world
  const since = (...names: DemoFault[]): number =>
    Math.min(...names.map((name) => options.faultSinceMs.get(name) ?? Infinity))
  const stoppedMs = since('no-sales', 'service-down')
  const cardsStoppedMs = since('payment-outage')
  const databaseMs = since('db-down', 'db-hang', 'pool-exhausted')
  const rabbitMs = since('rabbit-down', 'rabbit-hang')
  const redisMs = since('redis-down', 'redis-hang')
  for (const sale of salesBetween(options.seed, world.stores, fromMs, toMs)) {
    const atMs = sale.transactionMicros / 1000
    if (atMs > stoppedMs || atMs > databaseMs) continue
    if (sale.paymentType === 'CARD' && atMs > cardsStoppedMs) continue
    // As by request: counted and rolled back without RabbitMQ, stored but refused without Redis.
    counters.countSale(sale)
    if (atMs > rabbitMs) continue
    const added = world.ledger.addSale(sale)
    if (added === undefined) continue
    counters.rabbit.published++
    const refused = atMs > redisMs
    const tags = httpTags('POST', '/api/v1/sales/webhook', refused ? 500 : 201)
    counters.countRequest(tags, refused ? 60 : 0.012 + (added.id % 17) * 0.003, atMs)
  }
}

/** The next 02:00 of Seoul after an instant. */
function batchAfter(ms: number): number {
  const date = seoulDateOf(ms)
  const atMs = seoulInstant(date, BATCH_AT)
  return atMs > ms ? atMs : seoulInstant(addDays(date, 1), BATCH_AT)
}

/** What others have asked in the days before: a scrape every 15 s, a health check every minute. */
export function countHistory(world: World): void {
  const seconds = (world.clock.now() - world.processStartMs) / 1000
  const past = (method: string, uri: string, status: number, count: number, mean: number): void => {
    world.counters.countPast(httpTags(method, uri, status), count, count * mean)
  }
  past('GET', '/actuator/prometheus', 200, Math.floor(seconds / 15), 0.018)
  past('GET', '/actuator/health', 200, Math.floor(seconds / 60), 0.009)
  past('GET', '/api/v1/sales/{businessNumber}', 200, Math.floor(seconds / 120), 0.021)
  past('GET', '/api/v1/sales/dashboard/{businessNumber}', 500, 3, 0.011)
  past('POST', '/api/v1/sales/webhook', 500, 4, 0.016)
  past('GET', '/**', 404, 12, 0.004)
  world.counters.log.error += 7
  world.counters.log.warn += 31
  world.counters.log.info += Math.floor(seconds / 20)
}
