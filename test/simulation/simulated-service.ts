/**
 * mini-today-sales as its behaviour was measured, reduced to what a settlement action touches, in
 * virtual time: reprocessing deletes linked sales, settling a settled date flips it, two at once
 * flip the winner, answers are lost while the work goes on.
 */
import { addDays, seoulInstant, type SeoulDate } from '../../src/core/dates.ts'
import type { Failure, Read, ReadMeta } from '../../src/core/read.ts'
import type {
  ComponentHealth,
  PostResult,
  RequestOptions,
  Sale,
  Service,
  SettlementRecord,
} from '../../src/core/service.ts'
import { text } from '../../src/core/text.ts'
import type { Random, VirtualClock } from './virtual-clock.ts'

export const STORE = '123-45-67890'

export interface SimSale {
  readonly id: number
  readonly date: SeoulDate
  readonly amount: number
  status: string
  settlement: number | null
  fee: number
}

export interface SimRecord {
  readonly id: number
  readonly date: SeoulDate
  status: string
  totals: { count: number; amount: number; fee: number }
  note: string | null
}

/** How the one request of a story fares. */
export interface Fate {
  /** Until the service commits, ms. */
  readonly workMs: number
  readonly answer:
    | 'normal'
    /** 500 without any effect: what RabbitMQ does to it when it is down. */
    | 'breaks'
    | 'lost_before_commit'
    | 'lost_after_commit'
    | 'bad_gateway'
    | 'not_sent'
  /** Somebody else does the same at the same moment, and the service works on that for so long. */
  readonly rivalMs?: number
}

export interface SentPost {
  readonly kind: 'manual' | 'reprocess'
  readonly atMs: number
  /** What our own reads had seen when it left. */
  readonly seen: Seen
}

/** The newest of everything that was read, and when: what the interlock must have judged. */
export interface Seen {
  record?: { read: Read<SettlementRecord>; atMs: number }
  exists?: { value: boolean | 'unknown'; atMs: number }
  sales?: { count: number | 'unknown'; atMs: number }
  components: Record<string, { up: boolean; atMs: number }>
  skewMs?: number | undefined
}

export interface World {
  records: SimRecord[]
  sales: SimSale[]
  nextId: number
  readonly down: Set<'database' | 'redis' | 'rabbitmq'>
  /** The service's clock against ours, ms. */
  skewMs: number
  dateHeader: boolean
  readMs: () => number
  /** The chance that a read is not answered. */
  readLoss: number
  /** Bodies in which whether sales are linked cannot be seen. */
  blurred: boolean
}

export function createSimulatedService(
  clock: VirtualClock,
  random: Random,
  world: World,
  fate: Fate,
  onChange: () => void,
) {
  const posts: SentPost[] = []
  const seen: Seen = { components: {} }
  const meta = (): ReadMeta => ({
    httpStatus: 200,
    latencyMs: 1,
    ...(world.dateHeader ? { dateMs: Math.floor((clock.now() + world.skewMs) / 1000) * 1000 } : {}),
  })
  const failure = (kind: Failure['kind']): Failure => ({ kind, message: text(kind, kind) })

  const read = async <T>(
    options: RequestOptions | undefined,
    value: () => Read<T>,
  ): Promise<Read<T>> => {
    const limit = options?.timeoutMs ?? 5000
    const takes = world.down.has('database') ? 30_000 : world.readMs()
    if (random.chance(world.readLoss)) {
      await clock.sleep(Math.min(takes, limit))
      return { kind: 'unknown', failure: failure('cut'), latencyMs: takes }
    }
    await clock.sleep(Math.min(takes, limit))
    if (takes > limit) return { kind: 'unknown', failure: failure('timeout'), latencyMs: limit }
    return value()
  }

  const recordOf = (record: SimRecord | undefined): Read<SettlementRecord> => {
    if (record === undefined) return { kind: 'absent', meta: { ...meta(), httpStatus: 404 } }
    const linked = world.sales.some((sale) => sale.settlement === record.id)
    const { count, amount, fee } = record.totals
    return {
      kind: 'ok',
      meta: meta(),
      value: {
        id: record.id,
        date: record.date,
        status: record.status,
        totalAmount: String(amount),
        totalFee: String(fee),
        netAmount: String(amount - fee),
        transactionCount: count,
        note: record.note,
        createdAt: null,
        completedAt: null,
        holdsSales: world.blurred ? 'unknown' : linked ? 'yes' : 'no',
        bodyIntact: !linked,
      },
    }
  }

  const onDate = (date: SeoulDate): SimRecord | undefined =>
    world.records.find((record) => record.date === date)

  /** Settles the unlinked COMPLETED sales of a date under a new id. */
  const settle = (date: SeoulDate): SimRecord => {
    const record: SimRecord = {
      id: world.nextId++,
      date,
      status: 'COMPLETED',
      totals: { count: 0, amount: 0, fee: 0 },
      note: null,
    }
    for (const sale of world.sales) {
      if (sale.date !== date || sale.settlement !== null || sale.status !== 'COMPLETED') continue
      sale.settlement = record.id
      sale.fee = Math.round(sale.amount * 0.02)
      record.totals.count++
      record.totals.amount += sale.amount
      record.totals.fee += sale.fee
    }
    world.records.push(record)
    onChange()
    return record
  }
  /** The loser of two at once marks what it finds on the date as failed. */
  const flip = (date: SeoulDate): void => {
    const record = onDate(date)
    if (record !== undefined) record.status = 'FAILED'
    onChange()
  }

  /** What the service does with a request, whoever sent it; resolves with the HTTP status. */
  const serve = {
    async manual(date: SeoulDate, workMs: number): Promise<number> {
      const there = onDate(date)
      await clock.sleep(workMs)
      if (world.down.has('rabbitmq') || world.down.has('database')) return 500
      if (there !== undefined || onDate(date) !== undefined) {
        flip(date)
        return 500
      }
      settle(date)
      return 200
    },
    async reprocess(id: number, workMs: number): Promise<number> {
      const found = world.records.find((record) => record.id === id)
      if (found === undefined || found.status !== 'FAILED') return 400
      await clock.sleep(workMs)
      if (world.down.has('rabbitmq') || world.down.has('database')) return 500
      if (!world.records.includes(found)) {
        flip(found.date)
        return 500
      }
      world.sales = world.sales.filter((sale) => sale.settlement !== id)
      world.records = world.records.filter((record) => record !== found)
      settle(found.date)
      return 200
    },
    batch(date: SeoulDate): void {
      if (onDate(date) !== undefined) return
      const record = settle(date)
      if (world.down.has('rabbitmq')) record.status = 'FAILED'
    },
  }

  const post = async (
    kind: SentPost['kind'],
    work: () => Promise<number>,
    options: RequestOptions | undefined,
  ): Promise<PostResult> => {
    if (fate.answer === 'not_sent') return { kind: 'not_sent', failure: failure('unreachable') }
    posts.push({ kind, atMs: clock.now(), seen: structuredClone(seen) })
    if (fate.answer === 'lost_before_commit') {
      // The request reached a proxy that gave up; the service never saw it.
      await clock.sleep(Math.min(fate.workMs, options?.timeoutMs ?? 90_000))
      return { kind: 'lost', failure: failure('cut') }
    }
    if (fate.answer === 'breaks') {
      await clock.sleep(fate.workMs)
      return { kind: 'answered', httpStatus: 500, meta: { ...meta(), httpStatus: 500 } }
    }
    if (fate.rivalMs !== undefined) rival(kind, fate.rivalMs)
    const working = work()
    if (fate.answer === 'bad_gateway') {
      await clock.sleep(Math.floor(fate.workMs / 2))
      return { kind: 'lost', failure: { ...failure('foreign'), httpStatus: 502 } }
    }
    const httpStatus = await working
    if (fate.answer === 'lost_after_commit') return { kind: 'lost', failure: failure('cut') }
    return { kind: 'answered', httpStatus, meta: { ...meta(), httpStatus } }
  }

  const rival = (kind: SentPost['kind'], workMs: number): void => {
    const date = world.sales[0]?.date
    const record = date === undefined ? undefined : onDate(date)
    const work =
      kind === 'reprocess' && record !== undefined
        ? serve.reprocess(record.id, workMs)
        : serve.manual(date ?? '', workMs)
    // It only ever resolves; nobody waits for a rival's answer.
    void work
  }

  const component = (name: string): 'database' | 'redis' | 'rabbitmq' =>
    name === 'db' || name === 'customDatabase'
      ? 'database'
      : name.toLowerCase().includes('redis')
        ? 'redis'
        : 'rabbitmq'

  const note = (result: Read<SettlementRecord>): Read<SettlementRecord> => {
    seen.record = { read: result, atMs: clock.now() }
    if (result.kind !== 'unknown') {
      seen.skewMs = result.meta.dateMs === undefined ? undefined : result.meta.dateMs - clock.now()
    }
    return result
  }
  const notAsked = (): Promise<never> =>
    Promise.reject(new Error('a settlement action asked for this'))

  const service: Service = {
    url: 'http://sim.example:8080',
    settlementById: async (id, options) =>
      note(await read(options, () => recordOf(world.records.find((record) => record.id === id)))),
    settlementOnDate: async (date, options) =>
      note(await read(options, () => recordOf(onDate(date)))),
    settlementExists: async (date, options) => {
      const result = await read<boolean>(options, () => ({
        kind: 'ok',
        value: onDate(date) !== undefined,
        meta: meta(),
      }))
      seen.exists = { value: result.kind === 'ok' ? result.value : 'unknown', atMs: clock.now() }
      return result
    },
    componentHealth: async (name, options) => {
      const result = await read<ComponentHealth>(options, () => ({
        kind: 'ok',
        meta: meta(),
        value: {
          status: world.down.has(component(name)) ? 'DOWN' : 'UP',
          details: name === 'customDatabase' ? { sales_count: world.sales.length } : {},
        },
      }))
      seen.components[name] = {
        up: result.kind === 'ok' && result.value.status === 'UP',
        atMs: clock.now(),
      }
      return result
    },
    salesPage: async (_store, from, _to, page, _size, options) => {
      const date = from.slice(0, 10)
      const result = await read(options, () => {
        const rows = world.sales.filter((sale) => sale.date === date)
        return {
          kind: 'ok' as const,
          meta: meta(),
          value: {
            sales: rows.map(saleOf),
            page,
            totalElements: rows.length,
            totalPages: rows.length === 0 ? 0 : 1,
          },
        }
      })
      seen.sales = {
        count:
          result.kind === 'ok'
            ? result.value.sales.filter((sale) => sale.status === 'COMPLETED').length
            : 'unknown',
        atMs: clock.now(),
      }
      return result
    },
    postManual: (date, options) => post('manual', () => serve.manual(date, fate.workMs), options),
    postReprocess: (id, options) =>
      post('reprocess', () => serve.reprocess(id, fate.workMs), options),
    wholeHealth: notAsked,
    metric: notAsked,
    metricNames: notAsked,
    metricsSummary: notAsked,
    systemInfo: notAsked,
    settlementRange: notAsked,
    deadLetterCounts: notAsked,
    close: () => Promise.resolve(),
  }
  return { service, posts, seen, serve, onDate, settle }
}

function saleOf(sale: SimSale): Sale {
  return {
    id: sale.id,
    transactionTime: `${sale.date}T12:00:00`,
    amount: String(sale.amount),
    fee: String(sale.fee),
    netAmount: String(sale.amount - sale.fee),
    status: sale.status,
    paymentType: 'CARD',
    channel: 'OFFLINE',
    orderNumber: `N-${sale.id}`,
  }
}

export function batchInstant(date: SeoulDate): number {
  return seoulInstant(addDays(date, 1), '02:00')
}
