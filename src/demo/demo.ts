/**
 * The demo service without its sockets: a stateful imitation of mini-today-sales, driven by a
 * clock, repeatable from a seed, broken in the ways one asks for.
 */
import type { Clock } from '../core/clock.ts'
import { addDays, seoulDateOf, seoulInstant } from '../core/dates.ts'
import type { SeoulDate } from '../core/dates.ts'
import type { RouteAnswer } from './answers.ts'
import { createCounters, httpTags } from './counters.ts'
import { isDemoFault } from './faults.ts'
import type { DemoFault } from './faults.ts'
import { createLedger } from './ledger.ts'
import type { Channel, DemoSale, DemoSettlement, DemoStore, PaymentType } from './ledger.ts'
import { countHistory, createPassingTime } from './passing-time.ts'
import { createRandom } from './random.ts'
import type { DemoAnswer, DemoRequest, LoggedRequest } from './request.ts'
import { route } from './routes.ts'
import { batchDate, reprocess, runBatch, settleByHand } from './settling.ts'
import { spoil, SPOILING_FAULTS } from './spoil.ts'
import type { SpoiledDate, SpoilingFault } from './spoil.ts'
import type { SettlingPace, World } from './world.ts'

/** The demo's stores; the first one is that of the recordings, and the only one with traffic of its own. */
export const DEMO_STORES: readonly DemoStore[] = [
  {
    id: 1,
    businessNumber: '123-45-67890',
    storeName: '테스트 카페',
    ownerName: '김영희',
    phoneNumber: '02-1234-5678',
    address: '서울시 강남구 테헤란로 123',
    category: 'CAFE',
  },
  {
    id: 2,
    businessNumber: '234-56-78901',
    storeName: '테스트 베이커리',
    ownerName: '박철수',
    phoneNumber: '02-2345-6789',
    address: '서울시 마포구 양화로 45',
    category: 'BAKERY',
  },
]

export interface DemoOptions {
  readonly clock: Clock
  /** Every wait of the service is multiplied by it. 1 unless given. */
  readonly timeScale?: number
  readonly faults?: readonly string[]
  readonly seed?: number
  /**
   * Days of sales and settlements before today, and the age of the process. 40 unless given; with 0
   * the service is as new as in the recordings: no sale, ids from 1.
   */
  readonly historyDays?: number
  /** False: sales come only by request or `addSale`. */
  readonly traffic?: boolean
  /** False: only `runBatch` settles; nothing happens at 02:00. */
  readonly nightlyBatch?: boolean
}

interface AddedSale {
  /** `YYYY-MM-DDTHH:MM:SS`, Seoul. */
  readonly at: string
  /** Won. */
  readonly amount: number
  readonly paymentType?: PaymentType
  readonly channel?: Channel
  readonly store?: string
  readonly orderNumber?: string
  readonly status?: 'COMPLETED' | 'CANCELLED'
}

/** Amounts are hundredths of won. */
type SaleView = Readonly<Omit<DemoSale, 'store'>> & { readonly store: string }
type SettlementView = Readonly<DemoSettlement> & { readonly saleIds: readonly number[] }

export interface Demo {
  readonly stores: readonly DemoStore[]
  readonly faults: ReadonlySet<DemoFault>
  /** Dates spoiled by the failed-batch and missing-batch faults. */
  readonly spoiled: readonly SpoiledDate[]
  /** Every request that came in, oldest first; second actors and the batch are not in it. At most the last 10,000. */
  readonly requests: readonly LoggedRequest[]
  /** Answers one request. The signal ends its waits, and then it rejects; a client that goes away must not abort it. */
  handle(request: DemoRequest, signal?: AbortSignal): Promise<DemoAnswer>
  setFault(name: string): void
  /** Ends an outage; a settlement that went wrong stays as it is. */
  clearFault(name: string): void
  /** How long settling takes around its commit, ms before scaling. */
  setPace(pace: Partial<SettlingPace>): void
  addSale(sale: AddedSale): SaleView
  /** The nightly batch of a date (yesterday unless given), as a second instance would run it. */
  runBatch(date?: SeoulDate): Promise<'settled' | 'skipped' | 'failed'>
  /** Somebody else settles a date by hand; gives the HTTP status they see. */
  manual(date: SeoulDate): Promise<number>
  /** Somebody else reprocesses; gives the HTTP status they see. */
  reprocess(id: number): Promise<number>
  sales(date: SeoulDate): readonly SaleView[]
  settlement(id: number): SettlementView | undefined
  settlementOnDate(date: SeoulDate): SettlementView | undefined
  /** Newest date first. */
  settlements(): readonly SettlementView[]
  /** Changes a record behind the service's back: stuck in PROCESSING, wrong totals. */
  amendSettlement(
    id: number,
    change: Partial<Omit<DemoSettlement, 'id' | 'date' | 'createdAt'>>,
  ): void
}

const DEFAULT_HISTORY_DAYS = 40
const NO_SALES_FOR_MS = 95 * 60_000
const PAYMENT_OUTAGE_FOR_MS = 3 * 3_600_000
const SLOW_MS = 300
const MAX_LOGGED_REQUESTS = 10_000

/** @throws RangeError for a fault that does not exist. */
export function createDemo(options: DemoOptions): Demo {
  const { clock } = options
  const timeScale = options.timeScale ?? 1
  const seed = options.seed ?? 1
  const historyDays = options.historyDays ?? DEFAULT_HISTORY_DAYS
  const startMs = clock.now()
  const today = seoulDateOf(startMs)
  const processStartMs =
    historyDays === 0 ? startMs - 15_000 : seoulInstant(addDays(today, -historyDays), '00:00')

  const faults = new Set<DemoFault>()
  const spoiled: SpoiledDate[] = []
  const requests: LoggedRequest[] = []
  const faultSinceMs = new Map<DemoFault, number>()
  const random = createRandom(seed)
  const counters = createCounters()
  let lastStamp = { ms: 0, nanos: 0 }
  let orderCount = 0

  const world: World = {
    clock,
    ledger: createLedger(),
    counters,
    faults,
    stores: DEMO_STORES,
    random,
    processStartMs,
    pace: { beforeCommitMs: 25, afterCommitMs: 5 },
    dbWaiting: 0,
    wait: (ms, signal) => clock.sleep(ms * timeScale, signal),
    catchUp: () => catchUp(),
    stamp() {
      const ms = Math.max(clock.now(), lastStamp.ms)
      const least = ms === lastStamp.ms ? lastStamp.nanos + 1 : 0
      const nanos = Math.min(999_999, least + Math.floor(random() * (999_999 - least) * 0.5))
      lastStamp = { ms, nanos }
      return lastStamp
    },
  }

  const catchUp = createPassingTime(world, {
    seed,
    fromMs: historyDays === 0 ? startMs : processStartMs,
    traffic: options.traffic !== false,
    nightlyBatch: options.nightlyBatch !== false,
    faultSinceMs,
  })

  function startFault(name: DemoFault, sinceMs: number): void {
    if (faults.has(name)) return
    faults.add(name)
    faultSinceMs.set(name, sinceMs)
  }

  const wanted = (options.faults ?? []).map((name) => checked(name))
  for (const name of wanted) {
    // Outages began just now; a lack of sales must be old enough to be seen.
    const ago =
      name === 'no-sales' ? NO_SALES_FOR_MS : name === 'payment-outage' ? PAYMENT_OUTAGE_FOR_MS : 0
    if (ago > 0) startFault(name, startMs - ago)
  }
  catchUp()
  if (historyDays > 0) countHistory(world)
  for (const name of wanted) startFault(name, startMs)
  for (const name of SPOILING_FAULTS) {
    if (wanted.includes(name)) spoiled.push(spoil(world, name, spoiled))
  }

  const saleView = ({ store, ...sale }: DemoSale): SaleView => ({
    ...sale,
    store: store.businessNumber,
  })
  const view = (settlement: DemoSettlement | undefined): SettlementView | undefined =>
    settlement && {
      ...settlement,
      saleIds: world.ledger.salesOfSettlement(settlement).map((sale) => sale.id),
    }

  return {
    stores: DEMO_STORES,
    faults,
    spoiled,
    requests,
    async handle(request, signal) {
      catchUp()
      if (faults.has('service-down')) return { kind: 'cut' }
      const atMs = clock.now()
      const startedMs = clock.monotonicMs()
      requests.push({ method: request.method, path: request.path, atMs })
      if (requests.length > MAX_LOGGED_REQUESTS) requests.shift()
      if (faults.has('slow')) await world.wait(SLOW_MS, signal)
      const [path = '', ...query] = request.path.split('?')
      const { answer, uri } = await route(world, {
        method: request.method,
        path,
        query: new URLSearchParams(query.join('?')),
        headers: request.headers ?? {},
        body: request.body ?? '',
        signal,
      })
      const endedMs = clock.now()
      const tags = httpTags(request.method, uri, answer.status, answer.exception)
      const seconds = 0.002 + random() * 0.01 + (clock.monotonicMs() - startedMs) / 1000
      counters.countRequest(tags, seconds, endedMs)
      if (request.method === 'POST' && faults.has('lost-answer')) return { kind: 'cut' }
      return complete(answer, request.method, endedMs)
    },
    setFault(name) {
      const fault = checked(name)
      catchUp()
      if (isSpoiling(fault) && !faults.has(fault)) spoiled.push(spoil(world, fault, spoiled))
      startFault(fault, clock.now())
    },
    clearFault(name) {
      catchUp()
      faults.delete(checked(name))
      faultSinceMs.delete(checked(name))
    },
    setPace(pace) {
      world.pace = { ...world.pace, ...pace }
    },
    addSale(sale) {
      catchUp()
      const store = DEMO_STORES.find(
        ({ businessNumber }) => businessNumber === (sale.store ?? DEMO_STORES[0]?.businessNumber),
      )
      const ms = Date.parse(`${sale.at}+09:00`)
      if (store === undefined || Number.isNaN(ms)) throw new RangeError(`no such sale: ${sale.at}`)
      orderCount++
      const added = world.ledger.addSale({
        store,
        transactionMicros: ms * 1000,
        amount: Math.round(sale.amount * 100),
        paymentType: sale.paymentType ?? 'CARD',
        channel: sale.channel ?? 'OFFLINE',
        orderNumber: sale.orderNumber ?? `ADDED-${orderCount}`,
        status: sale.status ?? 'COMPLETED',
      })
      if (added === undefined) throw new RangeError('this order number is taken')
      counters.countSale(added)
      return saleView(added)
    },
    async runBatch(date) {
      catchUp()
      return runBatch(world, date ?? batchDate(clock.now()))
    },
    async manual(date) {
      catchUp()
      return (await settleByHand(world, date)).status
    },
    async reprocess(id) {
      catchUp()
      return (await reprocess(world, id)).status
    },
    sales(date) {
      catchUp()
      return world.ledger.salesOnDate(date).map((sale) => saleView(sale))
    },
    settlement(id) {
      catchUp()
      return view(world.ledger.settlement(id))
    },
    settlementOnDate(date) {
      catchUp()
      return view(world.ledger.settlementOnDate(date))
    },
    settlements() {
      catchUp()
      return world.ledger.settlements().flatMap((settlement) => view(settlement) ?? [])
    },
    amendSettlement(id, change) {
      const settlement = world.ledger.settlement(id)
      if (settlement === undefined) throw new RangeError(`no settlement ${id}`)
      Object.assign(settlement, change)
    },
  }
}

function checked(name: string): DemoFault {
  if (!isDemoFault(name)) throw new RangeError(`no such fault: ${name}`)
  return name
}

function isSpoiling(name: DemoFault): name is SpoilingFault {
  return (SPOILING_FAULTS as readonly DemoFault[]).includes(name)
}

// Tomcat gives the connection up after these.
const CLOSING_STATUSES = new Set([400, 408, 411, 413, 414, 500, 501, 503])

/** Adds what every answer carries: the service's time, and how its length is told. */
function complete(answer: RouteAnswer, method: string, nowMs: number): DemoAnswer {
  const length: Record<string, string> =
    answer.body === ''
      ? { 'content-length': '0' }
      : answer.headers?.['content-length'] === undefined
        ? { 'transfer-encoding': 'chunked' }
        : {}
  return {
    kind: 'answer',
    status: answer.status,
    headers: {
      ...answer.headers,
      ...length,
      date: new Date(nowMs).toUTCString(),
      ...(CLOSING_STATUSES.has(answer.status) ? { connection: 'close' } : {}),
    },
    body: method === 'HEAD' ? '' : answer.body,
  }
}
