/**
 * `mts settle sheet`: what finance can pay by when nothing may be sent. Read-only, made from the
 * sales themselves: by store and payment type, late and cancelled ones apart, held against the record.
 */
import type { SeoulDate } from '../core/dates.ts'
import { equalWon, subtractWon, sumWon, type Won } from '../core/money.ts'
import type { SettlementRecord } from '../core/service.ts'
import { text, type Text } from '../core/text.ts'
import { totalsOf, type SalesOfDay, type SalesTotals, type StoreSale } from './sales-of-day.ts'

export interface SheetRow extends SalesTotals {
  readonly store: string
  readonly paymentType: string
}

export interface StatusRow extends SheetRow {
  readonly status: string
}

export interface SettlementSheet {
  readonly kind: 'SettlementSheet'
  readonly date: SeoulDate
  readonly stores: readonly string[]
  /** COMPLETED sales that the record covers, or all of them when there is no record. */
  readonly rows: readonly SheetRow[]
  readonly totals: SalesTotals
  /** COMPLETED sales that came after the date was settled: no batch takes them. */
  readonly late: { readonly rows: readonly SheetRow[]; readonly totals: SalesTotals }
  /** Cancelled, refunded and every other status: never paid. */
  readonly notPayable: readonly StatusRow[]
  readonly record: SettlementRecord | null
  /** Sales (late ones included) minus the record; null without a record. */
  readonly difference: {
    readonly count: number
    readonly amount: Won
    readonly fee: Won
    readonly net: Won
  } | null
  readonly notes: readonly Text[]
}

export function makeSheet(
  day: Extract<SalesOfDay, { kind: 'known' }>,
  record: SettlementRecord | null,
): SettlementSheet {
  const completed = day.sales.filter((sale) => sale.status === 'COMPLETED')
  const split = splitLate(completed, record)
  const rows = rowsOf(split.settled)
  const totals = totalsOf(split.settled)
  const all = totalsOf(completed)
  const notes: Text[] = [...split.notes]
  if (record === null) {
    notes.push(
      text(
        '정산 기록 없음: 수수료는 등록 시점 값이며 정산하면 다시 계산됩니다',
        'no settlement: fees are those of registration and are computed anew when the date is settled',
      ),
    )
  }
  return {
    kind: 'SettlementSheet',
    date: day.date,
    stores: day.stores,
    rows,
    totals,
    late: { rows: rowsOf(split.late), totals: totalsOf(split.late) },
    notPayable: statusRowsOf(day.sales.filter((sale) => sale.status !== 'COMPLETED')),
    record,
    difference:
      record === null
        ? null
        : {
            count: all.count - record.transactionCount,
            amount: subtractWon(all.amount, record.totalAmount),
            fee: subtractWon(all.fee, record.totalFee),
            net: subtractWon(all.net, record.netAmount),
          },
    notes,
  }
}

interface Split {
  readonly settled: readonly StoreSale[]
  readonly late: readonly StoreSale[]
  readonly notes: readonly Text[]
}

/**
 * Ids grow as sales arrive, so a record of n sales covers the n first ones, if their sum says the
 * same. If it does not, nobody can tell from here which ones are late, and the sheet says so.
 */
function splitLate(completed: readonly StoreSale[], record: SettlementRecord | null): Split {
  if (
    record === null ||
    record.transactionCount === 0 ||
    completed.length <= record.transactionCount
  ) {
    return { settled: completed, late: [], notes: [] }
  }
  const byArrival = [...completed].sort((left, right) => left.id - right.id)
  const settled = byArrival.slice(0, record.transactionCount)
  if (equalWon(sumWon(settled.map((sale) => sale.amount)), record.totalAmount)) {
    return { settled, late: byArrival.slice(record.transactionCount), notes: [] }
  }
  const more = completed.length - record.transactionCount
  return {
    settled: completed,
    late: [],
    notes: [
      text(
        `기록보다 매출이 ${more}건 많지만 어느 것이 늦게 들어왔는지 구분할 수 없습니다. 함께 표시합니다`,
        `there are ${more} sales more than the record covers, but which came late cannot be told; they are shown together`,
      ),
    ],
  }
}

function rowsOf(sales: readonly StoreSale[]): readonly SheetRow[] {
  return groups(sales, (sale) => [sale.store, sale.paymentType]).map(
    ([[store, paymentType], items]) => ({
      store: store ?? '',
      paymentType: paymentType ?? '',
      ...totalsOf(items),
    }),
  )
}

function statusRowsOf(sales: readonly StoreSale[]): readonly StatusRow[] {
  return groups(sales, (sale) => [sale.store, sale.paymentType, sale.status]).map(
    ([[store, paymentType, status], items]) => ({
      store: store ?? '',
      paymentType: paymentType ?? '',
      status: status ?? '',
      ...totalsOf(items),
    }),
  )
}

function groups(
  sales: readonly StoreSale[],
  keyOf: (sale: StoreSale) => readonly string[],
): readonly (readonly [readonly string[], readonly StoreSale[]])[] {
  const found = new Map<string, { key: readonly string[]; items: StoreSale[] }>()
  for (const sale of sales) {
    const key = keyOf(sale)
    const id = JSON.stringify(key)
    const group = found.get(id)
    if (group === undefined) found.set(id, { key, items: [sale] })
    else group.items.push(sale)
  }
  return [...found.entries()]
    .sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0))
    .map(([, { key, items }]) => [key, items] as const)
}
