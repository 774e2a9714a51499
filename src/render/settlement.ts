/** Settlements as they stand, for people: one record, or a list of them. */
import { shortDate } from '../core/dates.ts'
import type { SettlementRecord } from '../core/service.ts'
import { text } from '../core/text.ts'
import type { Reason } from '../playbook/operation.ts'
import type { Settlement, SettlementList } from '../settlement/show.ts'
import { cellsOf, labelled, padCells } from './columns.ts'
import { command, countAndAmount, line, LABEL_CELLS, won } from './lines.ts'
import { say, type View } from './view.ts'

export const LABELS = {
  state: text('상태', 'State'),
  check: text('대사', 'Compared'),
  why: text('이유', 'Why'),
  next: text('조치', 'Next'),
  record: text('기록', 'Run'),
  sales: text('그날 매출', 'Sales'),
  dependencies: text('연동 상태', 'Depends'),
  effect: text('처리 내용', 'Effect'),
  now: text('현재', 'Now'),
  fees: text('수수료', 'Fees'),
  goOn: text('계속', 'Go on'),
} as const

export function recordState(record: SettlementRecord): string {
  return record.note === null ? record.status : `${record.status} · ${record.note}`
}

/** What would be lost comes first, then what the record says, then circumstances. */
export function lossFirst(reasons: readonly Reason[]): readonly Reason[] {
  const rank = (reason: Reason): number =>
    reason.code === 'HOLDS_SALES' ? 0 : reason.code === 'NOT_FOUND' ? 1 : 2
  return [...reasons].sort((left, right) => rank(left) - rank(right))
}

export function renderSettlement(value: Settlement, view: View): string {
  const { reprocess } = value
  const lines = [
    view.paint.bold(
      say(view, text(`정산 #${value.id}(${value.date})`, `Settlement #${value.id} ${value.date}`)),
    ),
    line(view, LABELS.state, recordState(value)),
    line(
      view,
      text('합계', 'Totals'),
      `${countAndAmount(view, value.transactionCount, value.totalAmount)} · ${say(view, LABELS.fees)} ${won(view, value.totalFee)} · ${say(view, text('정산액', 'net'))} ${won(view, value.netAmount)}`,
    ),
    line(
      view,
      text('연결 매출', 'Linked'),
      say(
        view,
        {
          yes: text('있음', 'yes'),
          no: text('없음(확인)', 'none (proven)'),
          unknown: text('확인 불가', 'unknown'),
        }[value.holdsSales],
      ),
    ),
    line(view, text('시각', 'Times'), `${value.createdAt ?? '-'} → ${value.completedAt ?? '-'}`),
  ]
  if (reprocess.allowed) {
    lines.push(
      line(
        view,
        text('재처리', 'Reprocess'),
        say(view, text('가능(조건 모두 충족)', 'allowed (every condition holds)')),
      ),
      command(view, LABELS.next, `mts settle reprocess ${value.id}`),
    )
  } else {
    for (const [index, item] of lossFirst(reprocess.reasons).entries()) {
      const label = index === 0 ? text('재처리', 'Reprocess') : text('', '')
      const words = say(view, item.message)
      lines.push(
        line(view, label, index === 0 ? say(view, text(`불가 · ${words}`, `no: ${words}`)) : words),
      )
    }
    if (value.status === 'FAILED') {
      lines.push(command(view, LABELS.next, 'mts playbook settlement-failure'))
    }
  }
  return lines.join('\n')
}

export function renderSettlementList(value: SettlementList, view: View): string {
  const width = Math.min(80, view.width)
  if (value.items.length === 0 && value.unknownDates.length === 0) {
    return say(
      view,
      text(`${value.from} ~ ${value.to}: 정산 없음`, `${value.from} to ${value.to}: no settlement`),
    )
  }
  const rows = value.items.map((record) => {
    const state =
      record.status === 'COMPLETED'
        ? record.status
        : record.status === 'FAILED'
          ? view.paint.critical(record.status)
          : view.paint.warning(record.status)
    const linked =
      record.status === 'FAILED'
        ? say(
            view,
            {
              yes: text(' · 매출 연결됨: 재처리 금지', ' · holds sales: do not reprocess'),
              no: text(' · 연결 매출 없음', ' · no sale linked'),
              unknown: text(' · 연결 매출 확인 불가', ' · linked sales unknown'),
            }[record.holdsSales],
          )
        : ''
    const left = `${record.date}  ${padCells(`#${record.id}`, 7)} ${padCells(state, 10 + (state.length - cellsOf(state)))}`
    return `${left} ${countAndAmount(view, record.transactionCount, record.totalAmount)}${linked}`
  })
  if (value.unknownDates.length > 0) {
    rows.push(
      labelled(
        view.paint.unknown(say(view, text('확인 불가', 'Unknown'))),
        value.unknownDates.map(shortDate).join(' '),
        LABEL_CELLS,
        width,
      ),
    )
  }
  return rows.join('\n')
}
