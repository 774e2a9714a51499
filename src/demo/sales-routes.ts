/** `/api/v1/sales`: registering sales, reading them, and two reports that are broken on this build. */
import { empty, internalError, salesEnvelope, typeMismatch } from './answers.ts'
import type { RouteAnswer } from './answers.ts'
import { seoulDateOf, addDays } from '../core/dates.ts'
import { javaDecimal, JavaNumber } from './java-json.ts'
import type { JavaValue } from './java-json.ts'
import { parseMicros, writeMicros } from './java-time.ts'
import { CHANNELS, PAYMENT_TYPES } from './ledger.ts'
import type { DemoSale, DemoStore, NewSale } from './ledger.ts'
import type { RouteRequest } from './request.ts'
import type { Route } from './routes.ts'
import { databaseAway, DB_WAIT_MS, redisAway, waitForDatabase, rabbitAway } from './world.ts'
import type { World } from './world.ts'

const REDIS_WAIT_MS = 60_000
const RABBIT_WAIT_MS = 1500
const DEFAULT_PAGE_SIZE = 20
const MAX_PAGE_SIZE = 2000

export const SALES_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    pattern: /^\/api\/v1\/sales\/webhook$/,
    uri: '/api/v1/sales/webhook',
    handle: registerSale,
  },
  {
    method: 'GET',
    pattern: /^\/api\/v1\/sales\/dashboard\/(?<store>[^/]+)$/,
    uri: '/api/v1/sales/dashboard/{businessNumber}',
    async handle(world, request) {
      if (redisAway(world)) await world.wait(REDIS_WAIT_MS, request.signal)
      else if (databaseAway(world)) await waitForDatabase(world, DB_WAIT_MS, request.signal)
      return salesEnvelope(world, 500, '대시보드 조회 중 오류가 발생했습니다', null)
    },
  },
  {
    method: 'GET',
    pattern: /^\/api\/v1\/sales\/report\/monthly\/(?<store>[^/]+)$/,
    uri: '/api/v1/sales/report/monthly/{businessNumber}',
    async handle(world, request) {
      if (databaseAway(world)) await waitForDatabase(world, DB_WAIT_MS, request.signal)
      return salesEnvelope(world, 500, '월별 리포트 조회 중 오류가 발생했습니다', null)
    },
  },
  {
    method: 'GET',
    pattern: /^\/api\/v1\/sales\/(?<store>[^/]+)$/,
    uri: '/api/v1/sales/{businessNumber}',
    handle: readSales,
  },
]

async function registerSale(world: World, request: RouteRequest): Promise<RouteAnswer> {
  const sale = parseSale(world, request.body)
  if (sale === 'unreadable') {
    return internalError(world, request.path, 'HttpMessageNotReadableException')
  }
  const refusal = (): RouteAnswer => {
    world.counters.log.error++
    return salesEnvelope(world, 500, '매출 등록 중 오류가 발생했습니다', null)
  }
  if (databaseAway(world)) {
    await waitForDatabase(world, DB_WAIT_MS, request.signal)
    return refusal()
  }
  if (sale === 'unknown store') return refusal()
  if (rabbitAway(world)) {
    // Counted, then rolled back because its event cannot be published.
    world.counters.countSale(sale)
    world.ledger.skipSaleId()
    await world.wait(RABBIT_WAIT_MS, request.signal)
    return refusal()
  }
  const added = world.ledger.addSale(sale)
  if (added === undefined) return refusal()
  world.counters.countSale(added)
  world.counters.rabbit.published++
  if (redisAway(world)) {
    // Stored all the same: only the cache, asked last, does not answer.
    await world.wait(REDIS_WAIT_MS, request.signal)
    return refusal()
  }
  const data = { ...saleBody(added), amount: new JavaNumber(spellAmount(request.body, added)) }
  return salesEnvelope(world, 201, '매출이 성공적으로 등록되었습니다', data)
}

async function readSales(
  world: World,
  request: RouteRequest,
  { store: businessNumber = '' }: Readonly<Record<string, string>>,
): Promise<RouteAnswer> {
  const start = request.query.get('startDate')
  const end = request.query.get('endDate')
  if (start === null || end === null) {
    return internalError(world, request.path, 'MissingServletRequestParameterException')
  }
  const from = parseMicros(start)
  if (from === undefined) return typeMismatch(world, request.path, 'startDate', start)
  const to = parseMicros(end)
  if (to === undefined) return typeMismatch(world, request.path, 'endDate', end)
  if (from > to) return empty(400)
  if (databaseAway(world)) {
    await waitForDatabase(world, DB_WAIT_MS, request.signal)
    return salesEnvelope(world, 500, '매출 조회 중 오류가 발생했습니다', null)
  }
  const store = world.stores.find((candidate) => candidate.businessNumber === businessNumber)
  if (store === undefined) {
    return salesEnvelope(world, 500, '매출 조회 중 오류가 발생했습니다', null)
  }
  const sales = salesBetween(world, store, from, to)
  const size = Math.min(
    MAX_PAGE_SIZE,
    wholeNumber(request.query.get('size'), 1) ?? DEFAULT_PAGE_SIZE,
  )
  const page = wholeNumber(request.query.get('page'), 0) ?? 0
  return salesEnvelope(world, 200, '성공', pageBody(sales, page, size))
}

/** Both ends belong to it; newest first. */
function salesBetween(
  world: World,
  store: DemoStore,
  fromMicros: number,
  toMicros: number,
): readonly DemoSale[] {
  const found: DemoSale[] = []
  const last = seoulDateOf(Math.floor(toMicros / 1000))
  const days = (toMicros - fromMicros) / 86_400_000_000
  const candidates =
    days > 400 ? [[...world.ledger.allSales()]] : datesUntil(world, fromMicros, last)
  for (const sales of candidates) {
    for (const sale of sales) {
      const at = sale.transactionMicros
      if (sale.store === store && at >= fromMicros && at <= toMicros) found.push(sale)
    }
  }
  return found.sort(
    (left, right) => right.transactionMicros - left.transactionMicros || right.id - left.id,
  )
}

function datesUntil(world: World, fromMicros: number, last: string): (readonly DemoSale[])[] {
  const found: (readonly DemoSale[])[] = []
  for (
    let date = seoulDateOf(Math.floor(fromMicros / 1000));
    date <= last;
    date = addDays(date, 1)
  ) {
    found.push(world.ledger.salesOnDate(date))
  }
  return found
}

/** Undefined, which means the default, for anything that is no whole number of at least `least`. */
function wholeNumber(value: string | null, least: number): number | undefined {
  if (value === null || !/^\d{1,9}$/.test(value)) return undefined
  const number = Number(value)
  return number < least ? undefined : number
}

function pageBody(sales: readonly DemoSale[], page: number, size: number): JavaValue {
  const content = sales.slice(page * size, (page + 1) * size)
  const totalPages = Math.ceil(sales.length / size)
  const sort = { sorted: false, empty: true, unsorted: true }
  return {
    content: content.map((sale) => saleBody(sale)),
    pageable: {
      sort,
      pageNumber: page,
      pageSize: size,
      offset: page * size,
      paged: true,
      unpaged: false,
    },
    totalPages,
    totalElements: sales.length,
    last: page + 1 >= totalPages,
    size,
    number: page,
    sort,
    numberOfElements: content.length,
    first: page === 0,
    empty: content.length === 0,
  }
}

function saleBody(sale: DemoSale): Readonly<Record<string, JavaValue>> {
  return {
    id: sale.id,
    businessNumber: sale.store.businessNumber,
    storeName: sale.store.storeName,
    transactionTime: writeMicros(sale.transactionMicros),
    amount: javaDecimal(sale.amount),
    paymentType: sale.paymentType,
    channel: sale.channel,
    orderNumber: sale.orderNumber,
    fee: javaDecimal(sale.fee),
    netAmount: javaDecimal(sale.netAmount),
    status: sale.status,
  }
}

/** A new sale is answered with the amount as it was sent, before the column gives it two decimals. */
function spellAmount(body: string, sale: DemoSale): string {
  const sent = /"amount"\s*:\s*"?(\d+(?:\.\d{1,2})?)"?\s*[,}]/.exec(body)?.[1]
  return sent ?? javaDecimal(sale.amount).spelling
}

function parseSale(world: World, body: string): NewSale | 'unreadable' | 'unknown store' {
  let sent: unknown
  try {
    sent = JSON.parse(body)
  } catch {
    // The service does not say more about a body it cannot read either.
    return 'unreadable'
  }
  if (typeof sent !== 'object' || sent === null) return 'unreadable'
  const fields = sent as Readonly<Record<string, unknown>>
  const paymentType = PAYMENT_TYPES.find((type) => type === fields['paymentType'])
  const channel = CHANNELS.find((type) => type === fields['channel'])
  const amount = Number(fields['amount'])
  const time = fields['transactionTime']
  const transactionMicros = typeof time === 'string' ? parseMicros(time) : undefined
  const orderNumber = fields['orderNumber']
  if (
    paymentType === undefined ||
    channel === undefined ||
    transactionMicros === undefined ||
    typeof orderNumber !== 'string' ||
    !(amount > 0 && amount < 1e12)
  ) {
    return 'unreadable'
  }
  const store = world.stores.find(
    (candidate) => candidate.businessNumber === fields['businessNumber'],
  )
  if (store === undefined) return 'unknown store'
  return {
    store,
    transactionMicros,
    amount: Math.round(amount * 100),
    paymentType,
    channel,
    orderNumber,
    status: 'COMPLETED',
  }
}
