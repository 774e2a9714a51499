/**
 * Yesterday's settlement must be COMPLETED, and no more than 5 % of the last 30 dates' records may
 * have failed. What is not seen is counted both ways: a verdict stands only if it holds for either.
 */
import { addDays, shortDate, type SeoulDate } from '../core/dates.ts'
import { groupedWon } from '../core/money.ts'
import type { SettlementRecord } from '../core/service.ts'
import { text, type Text } from '../core/text.ts'
import { worstStatus, type Status } from '../core/verdict.ts'
import { SETTLEMENT_DATES, meterAnswersFor, unseenDates } from './settlement-dates.ts'
import type { Judged } from './health.ts'
import type { HealthSettings, SettlementObservations } from './observations.ts'
import { joinTexts, roundedPercent } from './words.ts'

interface Aspect {
  readonly status: Status
  readonly reason: Text | null
  readonly observed: number | string | Text
}

export function judgeSettlement(seen: SettlementObservations, settings: HealthSettings): Judged {
  const due = judgeDue(seen)
  const ratio = judgeRatio(seen, settings)
  const status = worstStatus([due.status, ratio.status])
  const told = [due, ratio].filter((aspect) => aspect.status === status)
  const reasons = told.flatMap((aspect) => (aspect.reason === null ? [] : [aspect.reason]))
  // The state of the due date leads; the share is the measure only where it alone is the trouble.
  const byRatio = status !== 'ok' && due.status === 'ok' && typeof ratio.observed === 'number'
  return {
    status,
    observed: byRatio ? ratio.observed : due.observed,
    threshold: byRatio ? settings.thresholds.settlementFailurePercent : 'COMPLETED',
    unit: byRatio ? '%' : null,
    reason: reasons.length === 0 ? null : joinTexts(reasons),
    summary: summaryWords(seen, settings, due.observed),
    source: '/api/settlements/range',
  }
}

/** `어제`, or the date where yesterday's batch is not due yet. */
function dayWords(seen: SettlementObservations): Text {
  return seen.due === addDays(seen.today, -1)
    ? text('어제', 'yesterday')
    : text(shortDate(seen.due), shortDate(seen.due))
}

function summaryWords(
  seen: SettlementObservations,
  settings: HealthSettings,
  observed: Aspect['observed'],
): Text {
  const day = dayWords(seen)
  const state = typeof observed === 'object' ? observed : text(String(observed), String(observed))
  const { failed, open } = tally(seen, settings)
  const notes: Text[] = []
  if (failed.length > 0) notes.push(text(`실패 ${failed.length}건`, `${failed.length} failed`))
  if (open > 0) {
    const days = SETTLEMENT_DATES - open
    notes.push(
      text(`${SETTLEMENT_DATES}일 중 ${days}일 확인`, `${days} of ${SETTLEMENT_DATES} days seen`),
    )
  }
  const note = joinTexts(notes, ', ')
  return notes.length === 0
    ? text(`${day.ko} ${state.ko}`, `${day.en} ${state.en}`)
    : text(`${day.ko} ${state.ko}(${note.ko})`, `${day.en} ${state.en} (${note.en})`)
}

function judgeDue(seen: SettlementObservations): Aspect {
  const { onDue } = seen
  const day = dayWords(seen)
  const date = shortDate(seen.due)
  const named = text(
    day.ko === date ? date : `${day.ko}(${date})`,
    day.en === date ? date : `${day.en} (${date})`,
  )
  switch (onDue.kind) {
    case 'unknown': {
      const why = onDue.fact.kind === 'unknown' ? onDue.fact.reason : text('', '')
      return {
        status: 'unknown',
        observed: text('확인 불가', 'not known'),
        reason: text(`${named.ko} 정산 조회 ${why.ko}`, `settlement of ${named.en}: ${why.en}`),
      }
    }
    case 'none':
      return {
        status: 'critical',
        observed: text('기록 없음', 'no record'),
        reason: text(`${named.ko} 정산 기록 없음`, `no settlement for ${named.en}`),
      }
    case 'record': {
      const { record } = onDue
      if (record.status === 'COMPLETED') {
        return { status: 'ok', observed: record.status, reason: null }
      }
      return { status: 'critical', observed: record.status, reason: recordWords(named, record) }
    }
  }
}

function recordWords(day: Text, record: SettlementRecord): Text {
  const won = groupedWon(record.totalAmount)
  const linked =
    record.holdsSales === 'yes' ? text(' · 매출 연결됨', ' · sales linked') : text('', '')
  return text(
    `${day.ko} 정산 #${record.id} ${record.status} · ${record.transactionCount}건 ${won}원${linked.ko}`,
    `settlement #${record.id} of ${day.en} ${record.status} · ${record.transactionCount} sales, ${won} won${linked.en}`,
  )
}

interface Tally {
  readonly records: number
  readonly failed: readonly SeoulDate[]
  /** Dates that neither a record nor the meter answers for. */
  readonly open: number
  readonly byMeter: number
}

function tally(seen: SettlementObservations, settings: HealthSettings): Tally {
  const failed: SeoulDate[] = []
  let records = 0
  for (const [date, fact] of seen.dates) {
    if (fact.kind !== 'record') continue
    records++
    if (fact.record.status === 'FAILED') failed.push(date)
  }
  const unseen = unseenDates(seen.dates, seen.due)
  const noFailure = seen.meter.failures.kind === 'known' && seen.meter.failures.value === 0
  const byMeter = noFailure
    ? unseen.filter((date) => meterAnswersFor(date, seen.meter, settings)).length
    : 0
  return { records, failed: failed.sort(), open: unseen.length - byMeter, byMeter }
}

function judgeRatio(seen: SettlementObservations, settings: HealthSettings): Aspect {
  const limit = settings.thresholds.settlementFailurePercent
  const { records, failed, open, byMeter } = tally(seen, settings)
  const unseen = open + byMeter
  // Dates the meter answers for may hold a record that did not fail; open ones either.
  const least = percent(failed.length, records + unseen)
  const most = percent(failed.length + open, records + open)
  const observed = roundedPercent(percent(failed.length, records))
  if (least > limit) {
    return {
      status: 'critical',
      observed,
      reason: text(
        `최근 ${SETTLEMENT_DATES}일 정산 ${records}건 중 ${failed.length}건 실패(기준 ${limit}%): ${dateList(failed)}`,
        `${failed.length} of ${records} settlements of the last ${SETTLEMENT_DATES} days failed (line ${limit}%): ${dateList(failed)}`,
      ),
    }
  }
  const covered = coverageWords(seen, settings)
  if (most <= limit) return { status: 'ok', observed, reason: covered }
  // Nothing failed as far as the records were read, and none since the meter began.
  const { failures } = seen.meter
  const clean = failed.length === 0 && failures.kind === 'known' && failures.value === 0
  if (clean && records > 0) return { status: 'ok', observed, reason: covered }
  const meter = failures.kind === 'unknown' ? failures.reason : null
  return {
    status: 'unknown',
    observed: text('확인 불가', 'not known'),
    reason: text(
      `실패율 확인 불가: ${covered.ko}${meter === null ? '' : ` · 실패 카운터 ${meter.ko}`}`,
      `share of failures not known: ${covered.en}${meter === null ? '' : ` · failure meter: ${meter.en}`}`,
    ),
  }
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : (part / whole) * 100
}

function dateList(dates: readonly SeoulDate[]): string {
  const newest = dates.toReversed().map(shortDate)
  return newest.length <= 4 ? newest.join(', ') : `${newest.slice(0, 4).join(', ')} …`
}

/** How much of the last 30 dates was seen. */
function coverageWords(seen: SettlementObservations, settings: HealthSettings): Text {
  const { records, failed, open } = tally(seen, settings)
  const rest = open === 0 ? text('', '') : text(`, ${open}일 미확인`, `, ${open} days not seen`)
  return text(
    `최근 ${SETTLEMENT_DATES}일 기록 ${records}건 확인·실패 ${failed.length}건${rest.ko}`,
    `${records} records of ${SETTLEMENT_DATES} days seen, ${failed.length} failed${rest.en}`,
  )
}
