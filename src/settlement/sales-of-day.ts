/**
 * All sales of one Seoul day over the configured stores: the ground truth that a settlement is held
 * against. Every page is read and checked against the service's own count, so that paging while a
 * sale arrives can never lose or double one silently.
 */
import type { SeoulDate } from '../core/dates.ts'
import { digestOf } from '../core/digest.ts'
import { sumWon, type Won } from '../core/money.ts'
import type { Read } from '../core/read.ts'
import type { RequestOptions, Sale, SalesPage, ServiceReader } from '../core/service.ts'
import { text, type Text } from '../core/text.ts'

export interface StoreSale extends Sale {
  /** Business number of the store. */
  readonly store: string
}

export interface SalesTotals {
  readonly count: number
  readonly amount: Won
  readonly fee: Won
  readonly net: Won
}

export type SalesOfDay =
  | {
      readonly kind: 'known'
      readonly date: SeoulDate
      readonly stores: readonly string[]
      /** Newest first within each store, all statuses. */
      readonly sales: readonly StoreSale[]
      /** Only sales with status COMPLETED are ever settled. */
      readonly completed: SalesTotals
      /** Over id, amount and status of every sale, in id order. */
      readonly hash: string
    }
  /** No stores are configured: nothing was asked. */
  | { readonly kind: 'not_checked'; readonly reason: Text }
  | { readonly kind: 'unknown'; readonly reason: Text }

/** The service holds at most 2,000 a page; 1,000 stay well below the client's limit on what it reads. */
const PAGE_SIZE = 1000
/** A day of one store never has so many pages; a service that says so is not to be believed. */
const MAX_PAGES = 500
const PARALLEL_PAGES = 4

export const NO_STORES_REASON: Text = text(
  '가맹점 미설정: 매출을 확인할 수 없습니다. 설정: stores 또는 MTS_STORES',
  'no stores configured: sales cannot be checked; set stores or MTS_STORES',
)

export async function readSalesOfDay(
  reader: ServiceReader,
  stores: readonly string[],
  date: SeoulDate,
  options: RequestOptions = {},
): Promise<SalesOfDay> {
  if (stores.length === 0) return { kind: 'not_checked', reason: NO_STORES_REASON }
  const distinct = [...new Set(stores)]
  const perStore = await Promise.all(
    distinct.map((store) => readStoreDay(reader, store, date, options)),
  )
  const sales: StoreSale[] = []
  for (const result of perStore) {
    if (result.kind === 'unknown') return result
    sales.push(...result.sales)
  }
  if (new Set(sales.map((sale) => sale.id)).size !== sales.length) {
    return {
      kind: 'unknown',
      reason: text(
        '같은 매출이 두 가맹점에서 조회되어 집계할 수 없습니다',
        'the same sale was read for two stores; the day cannot be counted',
      ),
    }
  }
  return {
    kind: 'known',
    date,
    stores: distinct,
    sales,
    completed: totalsOf(sales.filter((sale) => sale.status === 'COMPLETED')),
    hash: hashOfSales(sales),
  }
}

export function totalsOf(sales: readonly Sale[]): SalesTotals {
  return {
    count: sales.length,
    amount: sumWon(sales.map((sale) => sale.amount)),
    fee: sumWon(sales.map((sale) => sale.fee)),
    net: sumWon(sales.map((sale) => sale.netAmount)),
  }
}

function hashOfSales(sales: readonly Sale[]): string {
  const rows = sales
    .map((sale) => [sale.id, sale.amount, sale.status] as const)
    .sort((left, right) => left[0] - right[0])
  return digestOf(rows)
}

type StoreDay =
  | { readonly kind: 'known'; readonly sales: readonly StoreSale[] }
  | { readonly kind: 'unknown'; readonly reason: Text }

/** A sale that arrives while pages are read shifts them: then the store is read once more, whole. */
async function readStoreDay(
  reader: ServiceReader,
  store: string,
  date: SeoulDate,
  options: RequestOptions,
): Promise<StoreDay> {
  const first = await readStoreOnce(reader, store, date, options)
  if (first.kind !== 'shifted') return first
  const second = await readStoreOnce(reader, store, date, options)
  if (second.kind !== 'shifted') return second
  return {
    kind: 'unknown',
    reason: text(
      `${store}: 조회 중 매출이 바뀌어 집계할 수 없습니다. 잠시 후 다시 조회하세요`,
      `${store}: sales changed while they were read; try again shortly`,
    ),
  }
}

async function readStoreOnce(
  reader: ServiceReader,
  store: string,
  date: SeoulDate,
  options: RequestOptions,
): Promise<StoreDay | { readonly kind: 'shifted' }> {
  const page = (index: number): Promise<Read<SalesPage>> =>
    // Both ends are included to the microsecond: ending at midnight would count the next day's first sale.
    reader.salesPage(
      store,
      `${date}T00:00:00`,
      `${date}T23:59:59.999999`,
      index,
      PAGE_SIZE,
      options,
    )
  const first = await page(0)
  if (first.kind !== 'ok') return unreadable(store, first)
  const { totalPages, totalElements } = first.value
  if (totalPages > MAX_PAGES) {
    return {
      kind: 'unknown',
      reason: text(
        `${store}: ${totalPages}쪽이라고 답해 읽지 않았습니다`,
        `${store}: the service claims ${totalPages} pages; not read`,
      ),
    }
  }
  const pages: SalesPage[] = [first.value]
  for (let from = 1; from < totalPages; from += PARALLEL_PAGES) {
    const indexes = Array.from(
      { length: Math.min(PARALLEL_PAGES, totalPages - from) },
      (_, offset) => from + offset,
    )
    for (const read of await Promise.all(indexes.map((index) => page(index)))) {
      if (read.kind !== 'ok') return unreadable(store, read)
      pages.push(read.value)
    }
  }
  const sales = pages.flatMap((item) => item.sales)
  const whole =
    pages.every((item) => item.totalElements === totalElements) &&
    sales.length === totalElements &&
    new Set(sales.map((sale) => sale.id)).size === sales.length
  if (!whole) return { kind: 'shifted' }
  if (sales.some((sale) => !sale.transactionTime.startsWith(date))) {
    return {
      kind: 'unknown',
      reason: text(
        `${store}: 다른 날짜의 매출이 섞여 있어 집계할 수 없습니다`,
        `${store}: sales of another date were mixed in; the day cannot be counted`,
      ),
    }
  }
  return { kind: 'known', sales: sales.map((sale) => ({ ...sale, store })) }
}

function unreadable(store: string, read: Exclude<Read<SalesPage>, { kind: 'ok' }>): StoreDay {
  const why =
    read.kind === 'absent' ? text('해당 없음(404)', 'not found (404)') : read.failure.message
  return {
    kind: 'unknown',
    reason: text(
      `${store}: 매출 조회 실패 · ${why.ko}`,
      `${store}: sales could not be read: ${why.en}`,
    ),
  }
}
