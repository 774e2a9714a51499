/** A day's sales counted and added up by store, payment type and status. */
import type { SeoulDate } from '../core/dates.ts'
import { totalsOf } from './sales-of-day.ts'
import type { SalesOfDay, SalesTotals, StoreSale } from './sales-of-day.ts'

export interface SalesRow extends SalesTotals {
  readonly store: string
  readonly paymentType: string
  readonly status: string
}

export interface SalesSummary {
  readonly kind: 'Sales'
  readonly date: SeoulDate
  /** Every store that was asked, those without sales too. */
  readonly stores: readonly (SalesTotals & { readonly store: string })[]
  /** By store, payment type and status; all statuses. */
  readonly rows: readonly SalesRow[]
  /** COMPLETED sales only: what a settlement takes. */
  readonly completed: SalesTotals
  /** Sales of every other status. */
  readonly others: SalesTotals
}

export function summarizeSales(day: Extract<SalesOfDay, { kind: 'known' }>): SalesSummary {
  const completed = day.sales.filter((sale) => sale.status === 'COMPLETED')
  const others = day.sales.filter((sale) => sale.status !== 'COMPLETED')
  return {
    kind: 'Sales',
    date: day.date,
    stores: day.stores.map((store) => ({
      store,
      ...totalsOf(completed.filter((sale) => sale.store === store)),
    })),
    rows: rowsOf(day.sales),
    completed: totalsOf(completed),
    others: totalsOf(others),
  }
}

function rowsOf(sales: readonly StoreSale[]): SalesRow[] {
  const groups = new Map<string, StoreSale[]>()
  for (const sale of sales) {
    const key = JSON.stringify([sale.store, sale.paymentType, sale.status])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [sale])
    else group.push(sale)
  }
  return [...groups]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .flatMap(([, group]) => {
      const [first] = group
      if (first === undefined) return []
      const { store, paymentType, status } = first
      return [{ store, paymentType, status, ...totalsOf(group) }]
    })
}
