/**
 * Sales of one stretch of time over the configured stores, every page of it, and the stretches of
 * earlier days it is held against: the same hours of the same weekday, holidays against holidays.
 */
import { addDays, isoSeoul, parseServiceTime, seoulDateOf, weekdayOf } from '../core/dates.ts'
import type { SeoulDate } from '../core/dates.ts'
import type { RequestOptions, ServiceReader } from '../core/service.ts'
import { text } from '../core/text.ts'
import { askEach } from './asker.ts'
import { known, unknown, type Fact } from './fact.ts'
import { failureWords } from './words.ts'

/** What is needed of a sale to tell which kind of them has stopped. */
export interface SaleSeen {
  readonly store: string
  readonly paymentType: string
  readonly channel: string
  readonly amount: string
  readonly atMs: number
}

const PAGE_SIZE = 1000
/** A few hours of one store never have more pages. */
const MAX_PAGES = 20
const PARALLEL_STORES = 6
const DAY_MS = 86_400_000
/** The same weekday of so many weeks. */
const WEEKS = 4

/** Sales with `fromMs` ≤ time ≤ `toMs`, cancelled ones too: they were a contact with the card networks. */
export async function readSalesBetween(
  reader: ServiceReader,
  stores: readonly string[],
  window: { readonly fromMs: number; readonly toMs: number },
  options: RequestOptions,
): Promise<Fact<readonly SaleSeen[]>> {
  const perStore = await askEach([...new Set(stores)], PARALLEL_STORES, (store) =>
    readStore(reader, store, window, options),
  )
  const sales: SaleSeen[] = []
  for (const read of perStore) {
    if (read.kind === 'unknown') return read
    sales.push(...read.value)
  }
  return known(sales)
}

async function readStore(
  reader: ServiceReader,
  store: string,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  options: RequestOptions,
): Promise<Fact<readonly SaleSeen[]>> {
  const sales: SaleSeen[] = []
  const from = isoSeoul(fromMs).slice(0, 19)
  const to = isoSeoul(toMs).slice(0, 19)
  for (let page = 0; page < MAX_PAGES; page++) {
    const read = await reader.salesPage(store, from, to, page, PAGE_SIZE, options)
    if (read.kind !== 'ok') {
      const why = failureWords(read)
      return unknown(text(`${store} 매출 조회 ${why.ko}`, `sales of ${store}: ${why.en}`))
    }
    for (const { transactionTime, paymentType, channel, amount } of read.value.sales) {
      const atMs = parseServiceTime(transactionTime)
      if (atMs === undefined) {
        return unknown(text(`${store} 매출 시각을 읽을 수 없음`, `times of ${store} unreadable`))
      }
      sales.push({ store, paymentType, channel, amount, atMs })
    }
    if (page + 1 >= read.value.totalPages) return known(sales)
  }
  return unknown(text(`${store} 매출이 너무 많아 세지 않음`, `too many sales at ${store}`))
}

/** The days a day is held against, newest first: weekdays of four weeks, or for a holiday the last ones. */
export function referenceDays(
  day: SeoulDate,
  holidays: readonly SeoulDate[],
): { readonly sameWeekday: readonly SeoulDate[]; readonly recent: readonly SeoulDate[] } {
  const isHoliday = (date: SeoulDate): boolean => holidays.includes(date)
  if (isHoliday(day)) {
    const earlier = holidays.filter((date) => date < day).toSorted((a, b) => (a < b ? 1 : -1))
    return { sameWeekday: earlier.slice(0, WEEKS), recent: [] }
  }
  const weeks = Array.from({ length: WEEKS }, (_, index) => addDays(day, -7 * (index + 1)))
  const week = Array.from({ length: 7 }, (_, index) => addDays(day, -(index + 1)))
  const isWeekend = (date: SeoulDate): boolean => [0, 6].includes(weekdayOf(date))
  return {
    sameWeekday: weeks.filter((date) => !isHoliday(date)),
    recent: week.filter((date) => !isHoliday(date) && isWeekend(date) === isWeekend(day)),
  }
}

export interface Earlier {
  readonly days: readonly { readonly date: SeoulDate; readonly sales: readonly SaleSeen[] }[]
  readonly basis: 'weekday' | 'recent'
}

/**
 * The same hours of earlier days, moved onto today's clock. Days before the first sale on record
 * were before the service had any, and say nothing.
 */
export async function readEarlier(
  reader: ServiceReader,
  stores: readonly string[],
  window: { readonly fromMs: number; readonly toMs: number },
  holidays: readonly SeoulDate[],
  options: RequestOptions,
): Promise<Fact<Earlier>> {
  const today = seoulDateOf(window.toMs)
  const { sameWeekday, recent } = referenceDays(today, holidays)
  const readDays = async (dates: readonly SeoulDate[]): Promise<Fact<Earlier['days']>> => {
    const days: { date: SeoulDate; sales: readonly SaleSeen[] }[] = []
    for (const date of dates) {
      const backMs = ((Date.parse(today) - Date.parse(date)) / DAY_MS) * DAY_MS
      const moved = { fromMs: window.fromMs - backMs, toMs: window.toMs - backMs }
      const read = await readSalesBetween(reader, stores, moved, options)
      if (read.kind === 'unknown') return read
      days.push({
        date,
        sales: read.value.map((sale) => ({ ...sale, atMs: sale.atMs + backMs })),
      })
    }
    return known(days.slice(0, days.findLastIndex(({ sales }) => sales.length > 0) + 1))
  }
  const weeks = await readDays(sameWeekday)
  if (weeks.kind === 'unknown') return weeks
  // Two weeks at least, or the days just before tell more.
  if (weeks.value.length >= 2 || recent.length === 0) {
    return known({ days: weeks.value, basis: 'weekday' })
  }
  const days = await readDays(recent)
  if (days.kind === 'unknown') return days
  return days.value.length > weeks.value.length
    ? known({ days: days.value, basis: 'recent' })
    : known({ days: weeks.value, basis: 'weekday' })
}
