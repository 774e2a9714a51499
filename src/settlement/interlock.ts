/**
 * What is safe. Pure: facts in, refusals out. The rules are the service's measured behaviour:
 * reprocessing deletes every sale that is linked to the record, settling a settled date flips it to
 * FAILED, and either with a dependency down leaves a request hanging for a minute.
 */
import { addDays, seoulDateOf, seoulInstant } from '../core/dates.ts'
import { groupedWon, isZeroWon } from '../core/money.ts'
import type { SettlementRecord } from '../core/service.ts'
import { text, type Text } from '../core/text.ts'
import type { Reason } from '../playbook/operation.ts'
import type { Dependencies } from './action-value.ts'
import type { SettlementFacts } from './facts.ts'

export interface InterlockRules {
  readonly batch: { readonly at: string; readonly graceMs: number }
}

/** Before the batch's start: a request may take a minute, and the batch reads the same rows. */
const BATCH_LEAD_MS = 2 * 60_000
export const MAX_CLOCK_SKEW_MS = 60_000

/** Why reprocessing is refused; empty: allowed. */
export function judgeReprocess(facts: SettlementFacts, rules: InterlockRules): readonly Reason[] {
  const reasons: Reason[] = []
  const { record } = facts
  if (record.kind === 'none') {
    return [reason('NOT_FOUND', '그 번호의 정산이 없습니다', 'there is no settlement with that id')]
  }
  if (record.kind === 'unknown') {
    // Without the record nothing else was worth asking for; what made it unreadable is.
    const dependencies = judgeDependencies(facts.dependencies)
    return [
      ...dependencies,
      reason(
        'RECORD_UNREADABLE',
        `정산 기록을 읽지 못했습니다${record.failure === undefined ? '' : ` · ${record.failure.message.ko}`}`,
        `the settlement could not be read${record.failure === undefined ? '' : `: ${record.failure.message.en}`}`,
      ),
    ]
  }
  reasons.push(...judgeRecord(record.record, facts))
  if (facts.sales.kind === 'unknown') {
    reasons.push({
      code: 'SALES_UNREADABLE',
      message: text(
        `그날 매출을 확인할 수 없습니다 · ${facts.sales.reason.ko}`,
        `the day's sales cannot be checked: ${facts.sales.reason.en}`,
      ),
    })
  }
  reasons.push(...judgeCircumstances(facts, rules))
  return reasons
}

/** What the record alone forbids: enough to refuse, never enough to allow. */
export function judgeRecord(
  record: SettlementRecord,
  facts: Pick<SettlementFacts, 'sales'>,
): readonly Reason[] {
  // The service refuses any other status itself (400), whatever it holds: nothing would be deleted.
  if (record.status !== 'FAILED') {
    return [
      reason(
        'NOT_FAILED',
        `FAILED 정산만 재처리할 수 있습니다(현재 ${record.status})`,
        `only a FAILED settlement can be reprocessed (now ${record.status})`,
      ),
    ]
  }
  const reasons: Reason[] = []
  if (record.holdsSales === 'yes') {
    reasons.push({ code: 'HOLDS_SALES', message: lossOf(record, facts) })
  }
  if (record.holdsSales === 'unknown') {
    reasons.push(
      reason(
        'SALES_UNPROVEN',
        '연결된 매출이 없다는 것을 확인하지 못했습니다. 있다면 함께 삭제됩니다',
        'it is not proven that no sale is linked; linked sales would be deleted',
      ),
    )
  }
  const totalsAreZero =
    isZeroWon(record.totalAmount) &&
    isZeroWon(record.totalFee) &&
    isZeroWon(record.netAmount) &&
    record.transactionCount === 0
  if (!totalsAreZero && record.holdsSales !== 'yes') {
    reasons.push(
      reason(
        'TOTALS_NOT_ZERO',
        `기록의 합계가 0이 아닙니다(${record.transactionCount}건 ${groupedWon(record.totalAmount)}원). 매출이 연결되어 있을 수 있습니다`,
        `the record's totals are not zero (${record.transactionCount} sales, ${groupedWon(record.totalAmount)} won): sales may be linked`,
      ),
    )
  }
  return reasons
}

/** In numbers: the record's own totals where it has any, else the day's sales, which are at most what is linked. */
function lossOf(record: SettlementRecord, facts: Pick<SettlementFacts, 'sales'>): Text {
  if (record.transactionCount > 0) {
    const amount = groupedWon(record.totalAmount)
    return text(
      `매출 ${record.transactionCount}건 ${amount}원이 함께 삭제됩니다`,
      `${record.transactionCount} sales, ${amount} won, would be deleted with it`,
    )
  }
  if (facts.sales.kind === 'known') {
    const { count, amount } = facts.sales.completed
    return text(
      `연결된 매출이 함께 삭제됩니다(그날 매출 최대 ${count}건 ${groupedWon(amount)}원)`,
      `its linked sales would be deleted (up to ${count} of that day, ${groupedWon(amount)} won)`,
    )
  }
  return text(
    '연결된 매출이 함께 삭제됩니다(건수와 금액은 확인 불가)',
    'its linked sales would be deleted (how many is not known)',
  )
}

/** Why settling a date by hand is refused; empty: allowed. */
export function judgeRun(facts: SettlementFacts, rules: InterlockRules): readonly Reason[] {
  const reasons: Reason[] = []
  if (facts.record.kind === 'record' || facts.exists === true) {
    const status = facts.record.kind === 'record' ? facts.record.record.status : '?'
    reasons.push(
      reason(
        'ALREADY_SETTLED',
        `이미 정산 기록이 있습니다(${status}). 다시 정산하면 그 기록이 FAILED로 바뀝니다`,
        `the date already has a settlement (${status}); settling it again would flip that one to FAILED`,
      ),
    )
  } else if (facts.record.kind === 'unknown' || facts.exists !== false) {
    return [
      ...judgeDependencies(facts.dependencies),
      reason(
        'RECORD_UNREADABLE',
        '그날 정산이 없다는 것을 확인하지 못했습니다. 있다면 그 기록이 FAILED로 바뀝니다',
        'it is not proven that the date has no settlement; an existing one would be flipped to FAILED',
      ),
    ]
  }
  const { sales } = facts
  if (sales.kind === 'not_checked') {
    reasons.push({ code: 'STORES_UNKNOWN', message: sales.reason })
  } else if (sales.kind === 'unknown') {
    reasons.push({
      code: 'SALES_UNREADABLE',
      message: text(
        `그날 매출을 확인할 수 없습니다 · ${sales.reason.ko}`,
        `the day's sales cannot be checked: ${sales.reason.en}`,
      ),
    })
  } else if (sales.completed.count === 0) {
    reasons.push(
      reason(
        'NO_SALES',
        '그날 정산할 매출이 없습니다. 빈 정산을 만들면 늦게 들어오는 매출이 정산되지 않습니다',
        'there is no sale to settle on that date; an empty settlement would shut out later ones',
      ),
    )
  }
  reasons.push(...judgeCircumstances(facts, rules))
  return reasons
}

function judgeDependencies(dependencies: Dependencies): readonly Reason[] {
  const notUp = dependenciesNotUp(dependencies)
  if (notUp.length === 0) return []
  const list = notUp.map(([name, state]) => `${name} ${state === 'DOWN' ? '중단' : '확인 불가'}`)
  const listEn = notUp.map(([name, state]) => `${name} ${state === 'DOWN' ? 'down' : 'unknown'}`)
  return [
    reason(
      'DEPENDENCY_DOWN',
      `연동 시스템이 정상이 아닙니다: ${list.join(' · ')}`,
      `dependencies are not up: ${listEn.join(', ')}`,
    ),
  ]
}

/** What both actions need: dependencies UP, a trustworthy clock, the date over, the batch not at work. */
function judgeCircumstances(facts: SettlementFacts, rules: InterlockRules): Reason[] {
  const reasons = [...judgeDependencies(facts.dependencies)]
  const { serviceNowMs, clockSkewMs } = facts
  if (serviceNowMs === undefined || clockSkewMs === undefined) {
    reasons.push(
      reason(
        'CLOCK_SKEW',
        '서비스 응답에 Date 헤더가 없어 배치 시간대를 판단할 수 없습니다',
        'the service sent no Date header, so the batch window cannot be judged',
      ),
    )
    return reasons
  }
  if (Math.abs(clockSkewMs) > MAX_CLOCK_SKEW_MS) {
    const seconds = Math.round(Math.abs(clockSkewMs) / 1000)
    reasons.push(
      reason(
        'CLOCK_SKEW',
        `서비스와 이 컴퓨터의 시각이 ${seconds}초 어긋납니다(허용 60초)`,
        `the service's clock and this machine's differ by ${seconds} s (60 s at most)`,
      ),
    )
  }
  if (inBatchWindow(serviceNowMs, rules.batch)) {
    reasons.push(
      reason(
        'BATCH_WINDOW',
        `야간 배치 시간대입니다(${rules.batch.at} 전후). 배치와 겹치면 정산이 FAILED로 바뀝니다`,
        `the nightly batch is due or at work (around ${rules.batch.at}); a clash flips the settlement to FAILED`,
      ),
    )
  }
  if (facts.date !== undefined && facts.date >= seoulDateOf(serviceNowMs)) {
    reasons.push(
      reason(
        'DATE_NOT_OVER',
        '아직 끝나지 않은 날짜입니다. 지금 정산하면 이후 매출이 정산되지 않습니다',
        'the date is not over; settling it now would shut out the sales still to come',
      ),
    )
  }
  return reasons
}

function dependenciesNotUp(
  dependencies: Dependencies,
): readonly (readonly [keyof Dependencies, 'DOWN' | 'UNKNOWN'])[] {
  const names = ['database', 'redis', 'rabbitmq'] as const
  return names.flatMap((name) => {
    const state = dependencies[name]
    return state === 'UP' ? [] : [[name, state] as const]
  })
}

/** From two minutes before the batch until its grace is over; a window may begin before midnight. */
export function inBatchWindow(
  nowMs: number,
  batch: { readonly at: string; readonly graceMs: number },
): boolean {
  const today = seoulDateOf(nowMs)
  return [addDays(today, -1), today, addDays(today, 1)].some((date) => {
    const start = seoulInstant(date, batch.at)
    return nowMs >= start - BATCH_LEAD_MS && nowMs < start + batch.graceMs
  })
}

function reason(code: string, ko: string, en: string): Reason {
  return { code, message: text(ko, en) }
}
