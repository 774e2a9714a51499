/**
 * The demo's database: stores, sales and settlements, and the four things the service does to
 * them. Each is one transaction: nothing here waits.
 */
import { seoulDateOf } from '../core/dates.ts'
import type { SeoulDate } from '../core/dates.ts'
import type { Instant } from './java-time.ts'

const SEOUL_OFFSET_MS = 9 * 3_600_000
const DAY_MS = 86_400_000

export const PAYMENT_TYPES = [
  'CARD',
  'CASH',
  'BANK_TRANSFER',
  'MOBILE_PAY',
  'POINT',
  'VOUCHER',
] as const
export type PaymentType = (typeof PAYMENT_TYPES)[number]

export const CHANNELS = ['OFFLINE', 'ONLINE', 'MOBILE_APP', 'DELIVERY', 'TAKEOUT'] as const
export type Channel = (typeof CHANNELS)[number]

export interface DemoStore {
  readonly id: number
  readonly businessNumber: string
  readonly storeName: string
  readonly ownerName: string
  readonly phoneNumber: string
  readonly address: string
  readonly category: string
}

export interface DemoSale {
  readonly id: number
  readonly store: DemoStore
  /** µs since the epoch. */
  readonly transactionMicros: number
  readonly paymentType: PaymentType
  readonly channel: Channel
  readonly orderNumber: string
  readonly status: 'COMPLETED' | 'CANCELLED'
  /** Hundredths of won, as are fee and netAmount. */
  readonly amount: number
  fee: number
  netAmount: number
  settlementId: number | null
}

type SettlementStatus = 'PENDING' | 'PROCESSING' | 'COMPLETED' | 'FAILED' | 'CANCELLED'

export interface DemoSettlement {
  readonly id: number
  readonly date: SeoulDate
  /** Hundredths of won. */
  totalAmount: number
  totalFee: number
  netAmount: number
  transactionCount: number
  status: SettlementStatus
  note: string | null
  readonly createdAt: Instant
  completedAt: Instant | null
}

export type NewSale = Omit<DemoSale, 'id' | 'fee' | 'netAmount' | 'settlementId'>

export interface Ledger {
  readonly salesCount: number
  /** All sales of a Seoul date, in the order they came. */
  salesOnDate(date: SeoulDate): readonly DemoSale[]
  allSales(): Iterable<DemoSale>
  salesOfSettlement(settlement: DemoSettlement): readonly DemoSale[]
  /** The lowest sale id of a store: what the broken bodies repeat. */
  firstSaleOf(store: DemoStore): DemoSale | undefined
  /** Undefined when the order number is taken. */
  addSale(sale: NewSale): DemoSale | undefined
  /** A rolled back insert has used up its id all the same. */
  skipSaleId(): void
  skipSettlementId(): void
  settlement(id: number): DemoSettlement | undefined
  settlementOnDate(date: SeoulDate): DemoSettlement | undefined
  /** Newest date first. */
  settlements(): readonly DemoSettlement[]
  /** Links the date's COMPLETED unlinked sales to a new COMPLETED record and rewrites their fees. */
  settle(date: SeoulDate, createdAt: Instant, completedAt: Instant): DemoSettlement
  /** A record as it is, for what no request can bring about. */
  insertSettlement(settlement: Omit<DemoSettlement, 'id'>): DemoSettlement
  /** Deletes a settlement and, by cascade, every sale linked to it. */
  deleteCascade(settlement: DemoSettlement): void
  /** Lets a settlement's sales go, with the fees they had when they were registered. */
  releaseSales(settlement: DemoSettlement): void
  /** Deletes a settlement that holds no sales. */
  removeSettlement(settlement: DemoSettlement): void
}

// Rates of the recordings, in percent: when a sale is registered only CARD has a fee; settling
// writes every fee anew.
const SETTLED_FEE_PERCENT: Readonly<Record<PaymentType, number>> = {
  CARD: 2.5,
  CASH: 0,
  BANK_TRANSFER: 3,
  MOBILE_PAY: 3,
  POINT: 2,
  VOUCHER: 3,
}

function feeOf(amount: number, percent: number): number {
  return Math.round((amount * percent) / 100)
}

function registeredFee(sale: Pick<DemoSale, 'amount' | 'paymentType'>): number {
  return sale.paymentType === 'CARD' ? feeOf(sale.amount, SETTLED_FEE_PERCENT.CARD) : 0
}

export function createLedger(): Ledger {
  const byDate = new Map<SeoulDate, DemoSale[]>()
  const orderNumbers = new Set<string>()
  const settlements = new Map<number, DemoSettlement>()
  let salesCount = 0
  let nextSaleId = 1
  let nextSettlementId = 1

  const dates = new Map<number, SeoulDate>()
  const dateOf = (micros: number): SeoulDate => {
    const day = Math.floor((micros / 1000 + SEOUL_OFFSET_MS) / DAY_MS)
    const known = dates.get(day)
    if (known !== undefined) return known
    const date = seoulDateOf(Math.floor(micros / 1000))
    dates.set(day, date)
    return date
  }
  const salesOnDate = (date: SeoulDate): readonly DemoSale[] => byDate.get(date) ?? []
  const salesOfSettlement = (settlement: DemoSettlement): readonly DemoSale[] =>
    salesOnDate(settlement.date).filter((sale) => sale.settlementId === settlement.id)
  const insertSettlement = (settlement: Omit<DemoSettlement, 'id'>): DemoSettlement => {
    const inserted = { ...settlement, id: nextSettlementId++ }
    settlements.set(inserted.id, inserted)
    return inserted
  }

  return {
    get salesCount() {
      return salesCount
    },
    salesOnDate,
    *allSales() {
      for (const sales of byDate.values()) yield* sales
    },
    salesOfSettlement,
    firstSaleOf(store) {
      let first: DemoSale | undefined
      for (const sales of byDate.values()) {
        for (const sale of sales) {
          if (sale.store === store && (first === undefined || sale.id < first.id)) first = sale
        }
      }
      return first
    },
    addSale(sale) {
      if (orderNumbers.has(sale.orderNumber)) return undefined
      const fee = registeredFee(sale)
      // Field by field: at every start this runs some 14,000 times.
      const added: DemoSale = {
        id: nextSaleId++,
        store: sale.store,
        transactionMicros: sale.transactionMicros,
        paymentType: sale.paymentType,
        channel: sale.channel,
        orderNumber: sale.orderNumber,
        status: sale.status,
        amount: sale.amount,
        fee,
        netAmount: sale.amount - fee,
        settlementId: null,
      }
      orderNumbers.add(sale.orderNumber)
      const date = dateOf(added.transactionMicros)
      const sales = byDate.get(date)
      if (sales === undefined) byDate.set(date, [added])
      else sales.push(added)
      salesCount++
      return added
    },
    skipSaleId() {
      nextSaleId++
    },
    skipSettlementId() {
      nextSettlementId++
    },
    settlement: (id) => settlements.get(id),
    settlementOnDate(date) {
      for (const settlement of settlements.values()) if (settlement.date === date) return settlement
      return undefined
    },
    settlements: () =>
      [...settlements.values()].sort((left, right) => (left.date < right.date ? 1 : -1)),
    settle(date, createdAt, completedAt) {
      const sales = salesOnDate(date).filter(
        (sale) => sale.status === 'COMPLETED' && sale.settlementId === null,
      )
      const settlement = insertSettlement({
        date,
        totalAmount: 0,
        totalFee: 0,
        netAmount: 0,
        transactionCount: sales.length,
        status: 'COMPLETED',
        note: sales.length === 0 ? 'No sales to settle' : null,
        createdAt,
        completedAt,
      })
      for (const sale of sales) {
        sale.fee = feeOf(sale.amount, SETTLED_FEE_PERCENT[sale.paymentType])
        sale.netAmount = sale.amount - sale.fee
        sale.settlementId = settlement.id
        settlement.totalAmount += sale.amount
        settlement.totalFee += sale.fee
        settlement.netAmount += sale.netAmount
      }
      return settlement
    },
    insertSettlement,
    deleteCascade(settlement) {
      const kept: DemoSale[] = []
      for (const sale of salesOnDate(settlement.date)) {
        if (sale.settlementId !== settlement.id) kept.push(sale)
        else orderNumbers.delete(sale.orderNumber)
      }
      salesCount -= salesOnDate(settlement.date).length - kept.length
      byDate.set(settlement.date, kept)
      settlements.delete(settlement.id)
    },
    releaseSales(settlement) {
      for (const sale of salesOfSettlement(settlement)) {
        sale.fee = registeredFee(sale)
        sale.netAmount = sale.amount - sale.fee
        sale.settlementId = null
      }
    },
    removeSettlement(settlement) {
      settlements.delete(settlement.id)
    },
  }
}
