/**
 * What state a date's settlement is in, in the words the playbooks branch on. Pure. `completed` is
 * only said of a record that was held against the day's sales; whatever is not proven has a class
 * of its own.
 */
import { groupedWon, isZeroWon } from '../core/money.ts'
import type { SettlementRecord } from '../core/service.ts'
import { text, type Text } from '../core/text.ts'
import { judgeTotals } from './conservation.ts'
import type { RecordFact } from './facts.ts'
import type { SalesOfDay } from './sales-of-day.ts'
import { makeSheet } from './sheet.ts'

export const SETTLEMENT_CLASSES = [
  /** Proven: no record, and there are sales to settle. */
  'none',
  /** Proven: no record, and no sale either. */
  'none_no_sales',
  /** FAILED, its sales proven empty, totals 0: the only state reprocessing is made for. */
  'failed_empty',
  /** FAILED with sales linked: reprocessing would delete them. */
  'failed_holding_sales',
  /** FAILED, and it is not proven that it holds no sales. */
  'failed_unproven',
  /** PENDING or PROCESSING. */
  'processing',
  /** COMPLETED and equal to the day's sales. */
  'completed',
  /** COMPLETED over 0 sales, and there are none: right, or all of them were deleted. */
  'completed_zero',
  /** COMPLETED, but the day's sales could not be counted. */
  'completed_unchecked',
  /** COMPLETED, but its totals are not the day's. */
  'completed_wrong',
  /** COMPLETED and right for what it took; sales have arrived since that no batch will take. */
  'late_sales',
  /** Contradictory or of a status nobody knows. */
  'unknown',
] as const

type SettlementClass = (typeof SETTLEMENT_CLASSES)[number]

export interface Classified {
  readonly class: SettlementClass
  /** One line: the state, with its numbers. */
  readonly summary: Text
  /** Sales that came too late, all COMPLETED. */
  readonly late: {
    readonly count: number
    readonly amount: string
    readonly stores: readonly string[]
  }
}

const NO_LATE = { count: 0, amount: '0', stores: [] } as const

/** `exists` is the answer of `check/{date}`: only `false` proves that there is no record. */
export function classifySettlement(
  fact: RecordFact,
  exists: boolean | 'unknown',
  sales: SalesOfDay,
): Classified {
  if (fact.kind === 'record') return classifyRecord(fact.record, sales)
  if (fact.kind === 'none' && exists === false) return classifyAbsence(sales)
  if (fact.kind === 'none' && exists === true) {
    return plain(
      'unknown',
      '기록 유무가 서로 다름',
      'the service contradicts itself about the record',
    )
  }
  return plain('unknown', '정산 기록 확인 불가', 'the record could not be read')
}

function classifyAbsence(sales: SalesOfDay): Classified {
  if (sales.kind !== 'known') {
    return plain(
      'none',
      `정산 기록 없음 · 매출 확인 불가(${sales.reason.ko})`,
      `no record; sales not known (${sales.reason.en})`,
    )
  }
  const { count, amount } = sales.completed
  return count === 0
    ? plain('none_no_sales', '정산 기록 없음 · 매출 0건', 'no record; no sales')
    : plain(
        'none',
        `정산 기록 없음 · 미정산 매출 ${count}건 ${groupedWon(amount)}원`,
        `no record; ${count} sales, ${groupedWon(amount)} won, not settled`,
      )
}

function classifyRecord(record: SettlementRecord, sales: SalesOfDay): Classified {
  const name = `#${record.id} ${record.status}`
  const totals = text(
    `${record.transactionCount}건 ${groupedWon(record.totalAmount)}원`,
    `${record.transactionCount} sales, ${groupedWon(record.totalAmount)} won`,
  )
  const say = (state: SettlementClass, ko: string, en: string): Classified =>
    plain(state, `${name} · ${totals.ko} · ${ko}`, `${name}; ${totals.en}; ${en}`)
  switch (record.status) {
    case 'FAILED':
      return classifyFailed(record, say)
    case 'PENDING':
    case 'PROCESSING':
      return say('processing', '처리 중', 'in progress')
    case 'COMPLETED':
      return classifyCompleted(record, sales, say)
    default:
      return say('unknown', '알 수 없는 상태', 'a status nobody knows')
  }
}

type Say = (state: SettlementClass, ko: string, en: string) => Classified

function classifyFailed(record: SettlementRecord, say: Say): Classified {
  if (record.holdsSales === 'yes') {
    return say(
      'failed_holding_sales',
      '매출 연결됨: 재처리 금지(HOLDS_SALES)',
      'holds sales: never reprocess (HOLDS_SALES)',
    )
  }
  const zero =
    record.transactionCount === 0 &&
    [record.totalAmount, record.totalFee, record.netAmount].every(isZeroWon)
  return record.holdsSales === 'no' && zero
    ? say('failed_empty', '연결된 매출 없음(확인)', 'holds no sales (proven)')
    : say(
        'failed_unproven',
        '연결된 매출이 없다는 확인을 못 함',
        'it is not proven that it holds no sales',
      )
}

function classifyCompleted(record: SettlementRecord, sales: SalesOfDay, say: Say): Classified {
  if (sales.kind !== 'known') {
    return say(
      'completed_unchecked',
      `매출 대사 못 함(${sales.reason.ko})`,
      `not compared (${sales.reason.en})`,
    )
  }
  if (record.transactionCount === 0 && sales.completed.count === 0) {
    return say('completed_zero', '매출도 0건', 'there are no sales')
  }
  const sheet = makeSheet(sales, record)
  const differences = judgeTotals(record, sheet.totals)
  const [first] = differences
  if (first !== undefined) return say('completed_wrong', first.message.ko, first.message.en)
  const late = sheet.late.totals
  if (late.count === 0) return say('completed', '매출과 일치', 'equal to the sales')
  const stores = [...new Set(sheet.late.rows.map((row) => row.store))]
  return {
    ...say(
      'late_sales',
      `정산 후 들어온 매출 ${late.count}건 ${groupedWon(late.amount)}원(${stores.join(', ')})`,
      `${late.count} sales, ${groupedWon(late.amount)} won, came after it was settled (${stores.join(', ')})`,
    ),
    late: { count: late.count, amount: late.amount, stores },
  }
}

function plain(state: SettlementClass, ko: string, en: string): Classified {
  return { class: state, summary: text(ko, en), late: NO_LATE }
}
