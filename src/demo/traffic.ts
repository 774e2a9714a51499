/**
 * Sales that come in by themselves: 10 to 30 an hour, day and night, at least one in ten minutes.
 * Each minute is drawn from the seed alone, so it does not matter when or how often one looks.
 */
import { seoulDateOf } from '../core/dates.ts'
import type { Channel, DemoStore, NewSale, PaymentType } from './ledger.ts'
import { createRandom, mixSeed } from './random.ts'

const MINUTE_MS = 60_000
const DAY_MINUTES = 1440
const SEOUL_OFFSET_MINUTES = 540

/** Sales an hour, by hour of Seoul. */
const HOURLY_RATE = [
  10, 10, 10, 10, 10, 10, 11, 14, 18, 16, 16, 20, 26, 22, 16, 16, 16, 18, 22, 20, 16, 14, 12, 11,
] as const

const PAYMENT_SHARES: readonly (readonly [PaymentType, number])[] = [
  ['CARD', 0.55],
  ['MOBILE_PAY', 0.2],
  ['CASH', 0.08],
  ['BANK_TRANSFER', 0.07],
  ['POINT', 0.05],
  ['VOUCHER', 0.05],
]

const CHANNEL_SHARES: readonly (readonly [Channel, number])[] = [
  ['OFFLINE', 0.5],
  ['TAKEOUT', 0.15],
  ['DELIVERY', 0.15],
  ['ONLINE', 0.1],
  ['MOBILE_APP', 0.1],
]

const CANCELLED_SHARE = 0.01
/** The sales with `fromMs` < time ≤ `toMs`, oldest first. */
export function* salesBetween(
  seed: number,
  stores: readonly DemoStore[],
  fromMs: number,
  toMs: number,
): Generator<NewSale> {
  // Dates are dear to make, and forty days of sales are made at every start.
  let day = { number: Number.NaN, words: '' }
  for (
    let minute = Math.floor(fromMs / MINUTE_MS);
    minute <= Math.floor(toMs / MINUTE_MS);
    minute++
  ) {
    const seoulMinute = minute + SEOUL_OFFSET_MINUTES
    const number = Math.floor(seoulMinute / DAY_MINUTES)
    if (number !== day.number) {
      day = { number, words: seoulDateOf(minute * MINUTE_MS).replaceAll('-', '') }
    }
    const sale = saleOfMinute(seed, stores, {
      minute,
      minuteOfDay: seoulMinute % DAY_MINUTES,
      day: day.words,
    })
    if (sale === undefined) continue
    const atMs = sale.transactionMicros / 1000
    if (atMs > fromMs && atMs <= toMs) yield sale
  }
}

function saleOfMinute(
  seed: number,
  stores: readonly DemoStore[],
  at: { readonly minute: number; readonly minuteOfDay: number; readonly day: string },
): NewSale | undefined {
  const { minute, minuteOfDay, day } = at
  const random = createRandom(mixSeed(seed, minute))
  const startMs = minute * MINUTE_MS
  const rate = HOURLY_RATE[Math.floor(minuteOfDay / 60)] ?? HOURLY_RATE[0]
  const certain = minute % 10 === 0
  if (random() >= (rate - 6) / 54 && !certain) return undefined
  // Every second certain sale is no card sale, so that others are seen to flow when cards stop.
  const noCard = minute % 20 === 0
  const paymentType = pick(PAYMENT_SHARES, noCard ? 0.55 + random() * 0.45 : random())
  // All of it goes to one store, so that whoever configures just that one sees every sale of a day.
  const store = stores[0]
  if (store === undefined) return undefined
  const second = Math.floor(random() * 60)
  return {
    store,
    transactionMicros: (startMs + second * 1000) * 1000,
    amount: (50 + Math.floor(random() ** 2 * 1000)) * 10_000,
    paymentType,
    channel: pick(CHANNEL_SHARES, random()),
    orderNumber: `ORD-${day}-${String(minuteOfDay).padStart(4, '0')}`,
    status: !certain && random() < CANCELLED_SHARE ? 'CANCELLED' : 'COMPLETED',
  }
}

function pick<T>(shares: readonly (readonly [T, number])[], at: number): T {
  let sum = 0
  for (const [value, share] of shares) {
    sum += share
    if (at < sum) return value
  }
  const last = shares.at(-1)
  if (last === undefined) throw new RangeError('nothing to pick from')
  return last[0]
}
