/**
 * Reading back after a request left, or after a crash: did it take effect. Only reads; at most ten
 * seconds of them. What cannot be settled by then stays unknown, and is settled by reading later.
 */
import type { Clock } from '../core/clock.ts'
import type { SeoulDate } from '../core/dates.ts'
import type { ServiceReader, SettlementRecord } from '../core/service.ts'
import { groupedWon } from '../core/money.ts'
import { text, type Text } from '../core/text.ts'
import type { ActionOutcome, Reason, Verdict } from '../playbook/operation.ts'
import type { Conservation } from './action-value.ts'
import { judgeConservation, judgeTotals, type SalesBefore } from './conservation.ts'
import { readDependencies, recordFactOf, type RecordFact } from './facts.ts'
import {
  judgeReadBack,
  LOST_ANSWER_SETTLED_MS,
  unchangedIsFinal,
  type ReadBack,
  type ReadBackVerdict,
  type Sent,
} from './outcome.ts'
import { readSalesOfDay } from './sales-of-day.ts'

export interface ReconcilePorts {
  readonly reader: ServiceReader
  readonly clock: Clock
  readonly stores: readonly string[]
  readonly verifyAfterMs: number
  /** Aborted only when the operator insists on leaving: a first Ctrl-C does not stop the reading. */
  readonly signal: AbortSignal
}

export interface ReconcileRequest {
  readonly action: { readonly kind: 'reprocess'; readonly oldId: number } | { readonly kind: 'run' }
  readonly date: SeoulDate
  readonly before: SalesBefore
  readonly sentAtMs: number
  readonly sent: Sent | undefined
}

export interface SettlementVerdict extends Verdict {
  readonly after: SettlementRecord | null
  readonly newSettlementId?: number
  readonly conservation: Conservation
}

const READ_BACK_MS = 10_000
const READ_TIMEOUT_MS = 5000
const POLL_MS = 1000

export async function reconcileSettlement(
  request: ReconcileRequest,
  ports: ReconcilePorts,
): Promise<SettlementVerdict> {
  if (request.sent?.kind === 'not_sent') {
    return {
      outcome: 'failed',
      reasons: [
        {
          code: 'NOT_SENT',
          message: text(
            `요청을 보내지 못했습니다 · ${request.sent.message.ko}`,
            `the request could not be sent: ${request.sent.message.en}`,
          ),
        },
      ],
      after: null,
      conservation: unchecked(request.before),
    }
  }
  const deadline = ports.clock.monotonicMs() + READ_BACK_MS
  let verdict = judgeReadBack(request.action, await readBack(request, ports, deadline))
  while (!isDefinite(verdict, request, ports.clock)) {
    if (ports.clock.monotonicMs() + POLL_MS >= deadline) break
    await ports.clock.sleep(POLL_MS, ports.signal)
    verdict = judgeReadBack(request.action, await readBack(request, ports, deadline))
  }
  if (verdict.kind === 'settled') verdict = await verifyLater(verdict, request, ports)
  return conclude(verdict, request, ports)
}

function isDefinite(verdict: ReadBackVerdict, request: ReconcileRequest, clock: Clock): boolean {
  if (verdict.kind === 'unknown') return false
  if (verdict.kind !== 'unchanged') return true
  return unchangedIsFinal(request.sent, clock.now() - request.sentAtMs)
}

/** A second actor's loser flips the winner's record a moment later: a COMPLETED one is read once more. */
async function verifyLater(
  first: Extract<ReadBackVerdict, { kind: 'settled' }>,
  request: ReconcileRequest,
  ports: ReconcilePorts,
): Promise<ReadBackVerdict> {
  await ports.clock.sleep(ports.verifyAfterMs, ports.signal)
  const deadline = ports.clock.monotonicMs() + READ_TIMEOUT_MS
  const second = judgeReadBack(request.action, await readBack(request, ports, deadline))
  if (second.kind === 'settled' && second.record.id !== first.record.id) {
    return {
      kind: 'unknown',
      record: second.record,
      reason: {
        code: 'MOVING',
        message: text(
          '확인하는 사이 정산이 다시 만들어졌습니다. 다른 사람이 처리 중입니다',
          'the settlement was made anew while it was being checked: somebody else is at work',
        ),
      },
    }
  }
  return second
}

async function readBack(
  request: ReconcileRequest,
  ports: ReconcilePorts,
  deadline: number,
): Promise<ReadBack> {
  const remaining = deadline - ports.clock.monotonicMs()
  const options = {
    timeoutMs: Math.max(1, Math.min(READ_TIMEOUT_MS, remaining)),
    signal: ports.signal,
  }
  const { action, date } = request
  const [oldRecord, onDate, exists] = await Promise.all([
    action.kind === 'reprocess'
      ? ports.reader.settlementById(action.oldId, options).then(recordFactOf)
      : Promise.resolve<RecordFact>({ kind: 'none' }),
    ports.reader.settlementOnDate(date, options).then(recordFactOf),
    action.kind === 'run' ? ports.reader.settlementExists(date, options) : undefined,
  ])
  return {
    oldRecord,
    onDate,
    ...(exists === undefined ? {} : { exists: exists.kind === 'ok' ? exists.value : 'unknown' }),
  }
}

async function conclude(
  verdict: ReadBackVerdict,
  request: ReconcileRequest,
  ports: ReconcilePorts,
): Promise<SettlementVerdict> {
  if (verdict.kind === 'unknown') {
    return {
      outcome: 'unknown',
      reasons: [verdict.reason],
      after: verdict.record,
      conservation: unchecked(request.before),
    }
  }
  if (
    verdict.kind === 'unchanged' &&
    !unchangedIsFinal(request.sent, ports.clock.now() - request.sentAtMs)
  ) {
    const seconds = LOST_ANSWER_SETTLED_MS / 1000
    return {
      outcome: 'unknown',
      reasons: [
        {
          code: 'ANSWER_LOST',
          message: text(
            `응답을 받지 못했고 기록은 아직 그대로입니다. 서비스가 아직 처리 중일 수 있습니다(전송 후 ${seconds}초까지)`,
            `no answer came and nothing has changed yet; the service may still be at work (until ${seconds} s after sending)`,
          ),
        },
      ],
      after: verdict.record,
      conservation: unchecked(request.before),
    }
  }
  const { conservation, unread } = await checkConservation(request, ports)
  const reasons: Reason[] = []
  if (verdict.kind === 'flipped') reasons.push(verdict.reason)
  if (conservation.status === 'lost') {
    reasons.push({
      code: 'SALES_LOST',
      message: conservation.reason ?? text('매출이 사라졌습니다', 'sales have vanished'),
    })
  }
  if (verdict.kind === 'settled' && conservation.after !== null) {
    reasons.push(...judgeTotals(verdict.record, conservation.after))
  }
  const violated = reasons.length > 0
  const base = {
    after: verdict.record,
    ...(verdict.kind === 'unchanged' ? {} : { newSettlementId: verdict.record.id }),
    conservation,
  }
  if (violated) return { outcome: 'violated', reasons, ...base }
  if (verdict.kind === 'unchanged') {
    return { outcome: 'failed', reasons: [failedReason(request)], ...base }
  }
  const notes: Reason[] = []
  if (conservation.status !== 'kept' && conservation.reason !== undefined) {
    notes.push({
      code:
        conservation.status === 'changed'
          ? 'SALES_CHANGED'
          : unread
            ? 'SALES_UNREADABLE'
            : 'NOT_CHECKED',
      message: conservation.reason,
    })
  }
  const outcome: ActionOutcome = 'succeeded'
  return { outcome, reasons: notes, summary: successWords(verdict.record, conservation), ...base }
}

function successWords(record: SettlementRecord, conservation: Conservation): Text {
  const compared = {
    kept: text('매출 보존 확인', 'sales kept'),
    changed: text('처리 중 매출 변동', 'sales changed meanwhile'),
    lost: text('매출 유실', 'sales lost'),
    not_checked: text('매출 대사 못 함', 'sales not compared'),
  }[conservation.status]
  const amount = groupedWon(record.totalAmount)
  return text(
    `새 정산 #${record.id} · ${record.status} · ${record.transactionCount}건 ${amount}원 · ${compared.ko}`,
    `new settlement #${record.id}, ${record.status}, ${record.transactionCount} sales, ${amount} won; ${compared.en}`,
  )
}

async function checkConservation(
  request: ReconcileRequest,
  ports: ReconcilePorts,
): Promise<{ conservation: Conservation; unread: boolean }> {
  const options = { timeoutMs: READ_TIMEOUT_MS, signal: ports.signal }
  const [sales, dependencies] = await Promise.all([
    readSalesOfDay(ports.reader, ports.stores, request.date, options),
    readDependencies({ ...ports, timeoutMs: READ_TIMEOUT_MS }),
  ])
  return {
    conservation: judgeConservation(request.before, sales, dependencies.salesTableRows),
    unread: sales.kind === 'unknown',
  }
}

function unchecked(before: SalesBefore): Conservation {
  return {
    status: 'not_checked',
    reason: text(
      '처리 결과가 확정되지 않아 대사하지 않았습니다',
      'not compared: the result is not settled',
    ),
    before: before.kind === 'known' ? before.totals : null,
    after: null,
  }
}

function failedReason(request: ReconcileRequest): Reason {
  const { sent } = request
  if (sent?.kind === 'answered') {
    return {
      code: 'SERVICE_FAILED',
      message: text(
        `서비스가 HTTP ${sent.httpStatus}로 답했고 바뀐 것이 없습니다`,
        `the service answered HTTP ${sent.httpStatus} and nothing changed`,
      ),
    }
  }
  return {
    code: 'NO_EFFECT',
    message: text(
      '요청이 반영되지 않았습니다(90초가 지나도 기록 그대로)',
      'the request had no effect (nothing changed 90 s after it was sent)',
    ),
  }
}
