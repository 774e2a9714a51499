/**
 * Conservation of sales: the day's COMPLETED sales before and after an action, and the settlement
 * held against them. Pure.
 */
import { equalWon, groupedWon, type Won } from '../core/money.ts'
import type { SettlementRecord } from '../core/service.ts'
import { text, type Text } from '../core/text.ts'
import type { Reason } from '../playbook/operation.ts'
import type { Conservation, ConservationTotals } from './action-value.ts'
import { NO_STORES_REASON, type SalesOfDay } from './sales-of-day.ts'

/** One sale as an intent keeps it, so that what vanished can be named even after a crash. */
export type SaleMark = readonly [id: number, amount: Won, status: string]

/** What was known of the day's sales before the request left; plain JSON, kept in the intent. */
export type SalesBefore =
  | {
      readonly kind: 'known'
      readonly totals: ConservationTotals
      readonly marks: readonly SaleMark[]
      readonly tableRows?: number
    }
  | { readonly kind: 'not_checked'; readonly tableRows?: number }

export function salesBeforeOf(sales: SalesOfDay, tableRows: number | undefined): SalesBefore {
  const rows = tableRows === undefined ? {} : { tableRows }
  if (sales.kind !== 'known') return { kind: 'not_checked', ...rows }
  return {
    kind: 'known',
    totals: sales.completed,
    marks: sales.sales.map((sale) => [sale.id, sale.amount, sale.status] as const),
    ...rows,
  }
}

export function judgeConservation(
  before: SalesBefore,
  after: SalesOfDay,
  tableRowsAfter: number | undefined,
): Conservation {
  const beforeTotals = before.kind === 'known' ? before.totals : null
  const afterTotals = after.kind === 'known' ? after.completed : null
  const vanishedRows =
    before.tableRows !== undefined && tableRowsAfter !== undefined
      ? before.tableRows - tableRowsAfter
      : 0
  const build = (status: Conservation['status'], reason?: Text): Conservation => ({
    status,
    ...(reason === undefined ? {} : { reason }),
    before: beforeTotals,
    after: afterTotals,
  })
  if (before.kind === 'known' && after.kind === 'known') {
    const left = new Map(after.sales.map((sale) => [sale.id, sale]))
    const gone = before.marks.filter(([id]) => !left.has(id))
    if (gone.length > 0) {
      return build(
        'lost',
        text(`매출 ${gone.length}건이 사라졌습니다`, `${gone.length} sales have vanished`),
      )
    }
    const altered = before.marks.filter(([id, amount, status]) => {
      const sale = left.get(id)
      return sale !== undefined && (!equalWon(sale.amount, amount) || sale.status !== status)
    })
    if (vanishedRows > 0) return build('lost', rowsVanished(vanishedRows))
    if (altered.length > 0 || left.size !== before.marks.length) {
      const arrived = left.size - before.marks.length
      return build(
        'changed',
        text(
          `처리 중 매출이 바뀌었습니다(새 매출 ${arrived}건, 변경 ${altered.length}건)`,
          `sales changed meanwhile (${arrived} new, ${altered.length} altered)`,
        ),
      )
    }
    return build('kept')
  }
  // The sales table as a whole is a second witness: it needs no stores and sees every one of them.
  if (vanishedRows > 0) return build('lost', rowsVanished(vanishedRows))
  if (after.kind === 'unknown') return build('not_checked', after.reason)
  return build('not_checked', NO_STORES_REASON)
}

function rowsVanished(rows: number): Text {
  return text(
    `매출 테이블에서 ${rows}건이 사라졌습니다`,
    `${rows} rows have vanished from the sales table`,
  )
}

/** The settlement against the day's sales as they are now: count, amount, fee, net. Empty: they agree. */
export function judgeTotals(
  record: SettlementRecord,
  totals: ConservationTotals,
): readonly Reason[] {
  const differences: string[] = []
  const differencesEn: string[] = []
  if (record.transactionCount !== totals.count) {
    differences.push(`건수 ${record.transactionCount}≠${totals.count}`)
    differencesEn.push(`count ${record.transactionCount}≠${totals.count}`)
  }
  const amounts = [
    ['금액', 'amount', record.totalAmount, totals.amount],
    ['수수료', 'fee', record.totalFee, totals.fee],
    ['정산액', 'net', record.netAmount, totals.net],
  ] as const
  for (const [ko, en, ofRecord, ofSales] of amounts) {
    if (equalWon(ofRecord, ofSales)) continue
    differences.push(`${ko} ${groupedWon(ofRecord)}≠${groupedWon(ofSales)}`)
    differencesEn.push(`${en} ${groupedWon(ofRecord)}≠${groupedWon(ofSales)}`)
  }
  if (differences.length === 0) return []
  return [
    {
      code: 'TOTALS_MISMATCH',
      message: text(
        `정산 합계와 그날 매출이 다릅니다(정산≠매출): ${differences.join(' · ')}. 가맹점 설정(stores)이 빠짐없는지도 확인하세요`,
        `the settlement and the day's sales differ (settlement≠sales): ${differencesEn.join(', ')}; check that stores lists every store`,
      ),
    },
  ]
}
