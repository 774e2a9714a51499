/** The sales of a day: the sum first, then by store and payment type. */
import { koreanDate } from '../core/dates.ts'
import { groupedWon } from '../core/money.ts'
import { text } from '../core/text.ts'
import type { SalesTotals } from '../settlement/sales-of-day.ts'
import type { SalesSummary } from '../settlement/sales-summary.ts'
import { csvCell } from './settlement-sheet.ts'
import { renderGrid } from './grid.ts'
import { countAndAmount } from './lines.ts'
import { say } from './view.ts'
import type { View } from './view.ts'

const HEADINGS = [
  text('가맹점', 'Store'),
  text('결제수단', 'Payment'),
  text('상태', 'Status'),
  text('건수', 'Count'),
  text('금액', 'Amount'),
  text('수수료', 'Fee'),
  text('정산액', 'Net'),
] as const

export function renderSales(value: SalesSummary, view: View): string {
  const { completed, others, stores } = value
  const sum = countAndAmount(view, completed.count, completed.amount)
  const heading = say(
    view,
    text(
      `${koreanDate(value.date)} 매출 ${sum} · 가맹점 ${stores.length}곳`,
      `Sales of ${value.date}: ${sum}, ${stores.length} stores`,
    ),
  )
  const lines = [view.paint.bold(heading)]
  if (value.rows.length > 0) {
    lines.push(
      ...renderGrid(
        [
          HEADINGS.map((words) => say(view, words)),
          ...value.rows.map((row) => [row.store, row.paymentType, row.status, ...numbersOf(row)]),
          [say(view, text('합계', 'Total')), '', 'COMPLETED', ...numbersOf(completed)],
        ],
        3,
        '  ',
      ),
    )
  }
  const empty = stores.filter((store) => !value.rows.some((row) => row.store === store.store))
  if (empty.length > 0) {
    const names = empty.map((store) => store.store).join(', ')
    lines.push(say(view, text(`매출 없음: ${names}`, `no sales: ${names}`)))
  }
  if (others.count > 0) {
    const rest = countAndAmount(view, others.count, others.amount)
    lines.push(
      say(
        view,
        text(`정산 대상 아님(COMPLETED 외): ${rest}`, `never settled (not COMPLETED): ${rest}`),
      ),
    )
  }
  return lines.join('\n')
}

function numbersOf(totals: SalesTotals): readonly string[] {
  return [
    String(totals.count),
    groupedWon(totals.amount),
    groupedWon(totals.fee),
    groupedWon(totals.net),
  ]
}

export function renderSalesCsv(value: SalesSummary): string {
  const rows = [
    ['date', 'store', 'paymentType', 'status', 'count', 'amount', 'fee', 'net'],
    ...value.rows.map((row) => [
      value.date,
      row.store,
      row.paymentType,
      row.status,
      String(row.count),
      row.amount,
      row.fee,
      row.net,
    ]),
  ]
  return rows.map((row) => row.map(csvCell).join(',')).join('\r\n')
}
