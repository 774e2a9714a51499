/**
 * What came of an action, judged from what was read back: the table of the command line's contract.
 * Pure. An answer alone never decides; the record does.
 */
import type { SettlementRecord } from '../core/service.ts'
import { text } from '../core/text.ts'
import type { Reason } from '../playbook/operation.ts'
import type { RecordFact } from './facts.ts'

/** What sending returned, as plain JSON in the journal. `unknown`: nothing was recorded (a crash). */
export type Sent =
  | { readonly kind: 'not_sent'; readonly message: { readonly ko: string; readonly en: string } }
  | { readonly kind: 'answered'; readonly httpStatus: number }
  | { readonly kind: 'lost'; readonly message: { readonly ko: string; readonly en: string } }

/** The service goes on working for up to a minute after an answer is lost; then half as long again. */
export const LOST_ANSWER_SETTLED_MS = 90_000

/** One reading after the request left. */
export interface ReadBack {
  /** Reprocess: the old id read again. Run: always `none`. */
  readonly oldRecord: RecordFact
  /** The record on the date. */
  readonly onDate: RecordFact
  /** Run: JSON `false` of check. */
  readonly exists?: boolean | 'unknown'
}

export type ReadBackVerdict =
  /** A new COMPLETED record; it still has to stay so. */
  | { readonly kind: 'settled'; readonly record: SettlementRecord }
  | { readonly kind: 'flipped'; readonly record: SettlementRecord; readonly reason: Reason }
  /** Nothing changed. Whether that is final depends on the answer and the time since sending. */
  | { readonly kind: 'unchanged'; readonly record: SettlementRecord | null }
  | { readonly kind: 'unknown'; readonly record: SettlementRecord | null; readonly reason: Reason }

export function judgeReadBack(
  action: { readonly kind: 'reprocess'; readonly oldId: number } | { readonly kind: 'run' },
  read: ReadBack,
): ReadBackVerdict {
  const current = read.onDate.kind === 'record' ? read.onDate.record : null
  if (read.onDate.kind === 'unknown') {
    return unknown(
      current,
      'READ_BACK_FAILED',
      '처리 결과를 읽지 못했습니다',
      'the result could not be read',
    )
  }
  if (action.kind === 'run') return judgeRunReadBack(read, current)
  if (read.oldRecord.kind === 'unknown') {
    return unknown(
      current,
      'READ_BACK_FAILED',
      '처리 결과를 읽지 못했습니다',
      'the result could not be read',
    )
  }
  const oldIsThere = read.oldRecord.kind === 'record'
  if (oldIsThere && current?.id === action.oldId) {
    if (read.oldRecord.kind === 'record' && read.oldRecord.record.status !== current.status) {
      return unknown(current, 'MOVING', '기록이 바뀌는 중입니다', 'the record is changing')
    }
    if (current.status === 'FAILED') return { kind: 'unchanged', record: current }
    return atWork(current)
  }
  if (oldIsThere || current === null || current.id === action.oldId) {
    return unknown(
      current,
      'UNCLEAR',
      '이전 정산과 새 정산의 상태가 서로 맞지 않습니다',
      'the old and the new settlement do not fit together',
    )
  }
  return judgeNewRecord(current)
}

function judgeRunReadBack(read: ReadBack, current: SettlementRecord | null): ReadBackVerdict {
  if (current !== null) return judgeNewRecord(current)
  // A bare 404 proves nothing: only `false` from check says that no record exists.
  if (read.exists === false) return { kind: 'unchanged', record: null }
  return unknown(
    null,
    'READ_BACK_FAILED',
    '정산 기록 유무를 확인하지 못했습니다',
    'whether a settlement exists is not known',
  )
}

function judgeNewRecord(record: SettlementRecord): ReadBackVerdict {
  if (record.status === 'COMPLETED') return { kind: 'settled', record }
  if (record.status === 'FAILED' && record.holdsSales === 'yes') {
    return {
      kind: 'flipped',
      record,
      reason: {
        code: 'FLIPPED',
        message: text(
          `새 정산 #${record.id}이 FAILED로 바뀌었고 매출이 연결되어 있습니다. 같은 순간에 다른 처리가 있었습니다. 재처리하지 마세요`,
          `the new settlement #${record.id} was flipped to FAILED with sales linked: somebody else acted at the same moment; do not reprocess it`,
        ),
      },
    }
  }
  return atWork(record)
}

function atWork(record: SettlementRecord): ReadBackVerdict {
  return unknown(
    record,
    'STILL_OPEN',
    `정산 #${record.id} 상태가 ${record.status}입니다`,
    `settlement #${record.id} is ${record.status}`,
  )
}

function unknown(
  record: SettlementRecord | null,
  code: string,
  ko: string,
  en: string,
): ReadBackVerdict {
  return { kind: 'unknown', record, reason: { code, message: text(ko, en) } }
}

/** Is "nothing changed" final: the service itself refused or broke, or so long after a lost answer that it has given up. */
export function unchangedIsFinal(sent: Sent | undefined, sinceSentMs: number): boolean {
  if (sent?.kind === 'not_sent') return true
  const { httpStatus } = sent?.kind === 'answered' ? sent : { httpStatus: 0 }
  if (httpStatus === 500 || (httpStatus >= 400 && httpStatus < 500)) return true
  return sinceSentMs >= LOST_ANSWER_SETTLED_MS
}
