/** Words for outcomes and statuses, and for what a refused request would have done. */
import { text, type Text } from '../core/text.ts'
import type { ActionOutcome } from '../playbook/operation.ts'
import type { StepFinishedData } from '../playbook/run-state.ts'

export const STEP_WORDS: Readonly<Record<StepFinishedData['status'], Text>> = {
  succeeded: text('완료', 'done'),
  failed: text('실패', 'failed'),
  skipped: text('건너뜀', 'skipped'),
  inconclusive: text('판정 불가', 'undecided'),
  unknown: text('확인 불가', 'unknown'),
}

export const OUTCOME_WORDS: Readonly<Record<ActionOutcome, Text>> = {
  succeeded: text('성공', 'succeeded'),
  refused: text('거부(보낸 요청 없음)', 'refused, nothing was sent'),
  confirmation_required: text('승인 필요(보낸 요청 없음)', 'approval needed, nothing was sent'),
  failed: text('실패(바뀐 것 없음)', 'failed, nothing was changed'),
  violated: text('어긋남(있어서는 안 될 상태)', 'violated: not as it must be'),
  unknown: text('결과 미확인', 'outcome not known'),
}

/** By the code of a refusal. A code that is not here stops a request that would only have failed. */
export const LOSSES: Readonly<Record<string, Text>> = {
  HOLDS_SALES: text(
    '재처리했다면 정산에 연결된 매출이 함께 삭제됩니다',
    'reprocessing would have deleted the sales linked to the settlement',
  ),
  SALES_UNPROVEN: text(
    '연결된 매출이 있었다면 재처리로 삭제됩니다(연결 여부 미확인)',
    'had any sale been linked, reprocessing would have deleted it (not proven either way)',
  ),
  TOTALS_NOT_ZERO: text(
    '합계가 0이 아닌 기록을 재처리하면 매출이 삭제될 수 있습니다',
    'reprocessing a record whose totals are not 0 may delete sales',
  ),
  ALREADY_SETTLED: text(
    '수동 정산했다면 정상 정산이 FAILED로 바뀝니다',
    'settling again would have flipped a sound settlement to FAILED',
  ),
  BATCH_WINDOW: text(
    '야간 배치와 겹치면 진 쪽이 이긴 쪽의 기록을 FAILED로 바꿉니다',
    'with the nightly batch at work, the loser flips the winner’s record to FAILED',
  ),
  DATE_NOT_OVER: text(
    '그날 남은 매출이 정산에서 빠집니다',
    'the sales still to come that day would never have been settled',
  ),
  NO_SALES: text(
    '빈 정산이 남아 나중에 들어온 매출이 정산되지 않습니다',
    'an empty settlement would have shut out sales that come later',
  ),
  DEPENDENCY_DOWN: text(
    '연동 시스템이 멈춘 동안의 요청은 1분 뒤 실패합니다',
    'with a dependency down the request fails after a minute',
  ),
}

export const NO_LOSS = text('요청이 실패했을 것입니다', 'the request would have failed')
