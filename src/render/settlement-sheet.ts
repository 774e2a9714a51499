/** The settlement sheet: a table for people, CSV for finance. */
import { koreanDate, shortDate } from '../core/dates.ts'
import { groupedWon } from '../core/money.ts'
import { text, type Text } from '../core/text.ts'
import type { SalesTotals } from '../settlement/sales-of-day.ts'
import type { SettlementSheet, SheetRow } from '../settlement/sheet.ts'
import { cellsOf, padCells } from './columns.ts'
import { countAndAmount, line, won } from './lines.ts'
import { say, type View } from './view.ts'

export function renderSheet(value: SettlementSheet, view: View): string {
  const lines = [
    view.paint.bold(
      say(
        view,
        text(
          `정산표 ${koreanDate(value.date)} · 가맹점 ${value.stores.length}곳`,
          `Settlement sheet ${value.date}, ${value.stores.length} stores`,
        ),
      ),
    ),
    ...table(view, value.rows, value.totals),
  ]
  if (value.late.totals.count > 0) {
    lines.push(
      view.paint.warning(
        say(
          view,
          text(
            '정산 뒤에 들어온 매출(배치가 처리하지 않음)',
            'sales that came after settling (no batch takes them)',
          ),
        ),
      ),
      ...table(view, value.late.rows, value.late.totals),
    )
  }
  if (value.notPayable.length > 0) {
    lines.push(say(view, text('지급 제외(취소 등)', 'not payable (cancelled and others)')))
    for (const row of value.notPayable) {
      lines.push(
        `  ${row.store}  ${row.paymentType}  ${row.status}  ${countAndAmount(view, row.count, row.amount)}`,
      )
    }
  }
  lines.push(...recordLines(value, view))
  for (const note of value.notes) lines.push(line(view, text('참고', 'Note'), say(view, note)))
  return lines.join('\n')
}

function recordLines(value: SettlementSheet, view: View): string[] {
  const { record, difference } = value
  if (record === null || difference === null) return []
  const same =
    difference.count === 0 &&
    difference.amount === '0' &&
    difference.fee === '0' &&
    difference.net === '0'
  return [
    line(
      view,
      text('정산', 'Record'),
      `#${record.id}(${shortDate(record.date)}) ${record.status} · ${countAndAmount(view, record.transactionCount, record.totalAmount)} · ${say(view, text('정산액', 'net'))} ${won(view, record.netAmount)}`,
    ),
    line(
      view,
      text('차이', 'Diff'),
      same
        ? say(view, text('없음(매출 = 정산)', 'none (sales = settlement)'))
        : say(
            view,
            text(
              `매출−정산 ${difference.count}건 · 금액 ${groupedWon(difference.amount)}원 · 수수료 ${groupedWon(difference.fee)}원 · 정산액 ${groupedWon(difference.net)}원`,
              `sales minus settlement: ${difference.count} sales, amount ${groupedWon(difference.amount)}, fee ${groupedWon(difference.fee)}, net ${groupedWon(difference.net)} won`,
            ),
          ),
    ),
  ]
}

const HEADINGS: readonly Text[] = [
  text('가맹점', 'Store'),
  text('결제수단', 'Payment'),
  text('건수', 'Count'),
  text('금액', 'Amount'),
  text('수수료', 'Fee'),
  text('지급액', 'Net'),
]

/** Numbers flush right, in cells, so that Hangul and digits line up. */
function table(view: View, rows: readonly SheetRow[], totals: SalesTotals): string[] {
  const cells = [
    HEADINGS.map((heading) => say(view, heading)),
    ...rows.map((row) => [row.store, row.paymentType, ...numbersOf(row)]),
    [say(view, text('합계', 'Total')), '', ...numbersOf(totals)],
  ]
  const widths = HEADINGS.map((_, column) =>
    Math.max(...cells.map((row) => cellsOf(row[column] ?? ''))),
  )
  return cells.map((row) =>
    `  ${row
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return column < 2 ? padCells(cell, width) : ' '.repeat(width - cellsOf(cell)) + cell
      })
      .join('  ')}`.trimEnd(),
  )
}

function numbersOf(totals: SalesTotals): string[] {
  return [
    String(totals.count),
    groupedWon(totals.amount),
    groupedWon(totals.fee),
    groupedWon(totals.net),
  ]
}

/** One row a store and payment type; `part` tells payable, late and not payable apart. Plain ASCII, so any spreadsheet opens it. */
export function renderSheetCsv(value: SettlementSheet): string {
  const rows: string[][] = [
    ['date', 'part', 'store', 'paymentType', 'status', 'count', 'amount', 'fee', 'net'],
  ]
  const add = (part: string, status: string, row: SheetRow): void => {
    rows.push([
      value.date,
      part,
      row.store,
      row.paymentType,
      status,
      String(row.count),
      row.amount,
      row.fee,
      row.net,
    ])
  }
  for (const row of value.rows) add('payable', 'COMPLETED', row)
  for (const row of value.late.rows) add('late', 'COMPLETED', row)
  for (const row of value.notPayable) add('not_payable', row.status, row)
  return rows.map((row) => row.map(csvCell).join(',')).join('\r\n')
}

/** Quoted where needed; a cell that a spreadsheet would run as a formula is made text. */
export function csvCell(value: string): string {
  const inert = /^[=+@\t\r]/.test(value) || /^-(?!\d)/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}
