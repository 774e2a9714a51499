/** Level 2, settlements: as far as the scrape shows them. */
import { orNone, testSeries, unlessCaused, whenScrapedBefore, whileUp } from './alert-parts.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from './durations.ts'
import type { MonitoringPlan } from './plan.ts'
import { SETTLEMENT_WINDOW_MS } from './recording-rules.ts'
import type { AlertSpec } from './rule.ts'

export function settlementAlerts(plan: MonitoringPlan): readonly AlertSpec[] {
  return [highSettlementFailureRate(plan), settlementBatchMissed(plan)]
}

function highSettlementFailureRate(plan: MonitoringPlan): AlertSpec {
  const job = `{job="${plan.job}"}`
  const percent = plan.thresholds.settlementFailurePercent
  const post = { method: 'POST', uri: '/api/settlements/manual', exception: 'None' }
  const count = 'http_server_requests_seconds_count'
  const ok = { ...post, status: '200', outcome: 'SUCCESS' }
  const broken = { ...post, status: '500', outcome: 'SERVER_ERROR' }
  const up = testSeries(plan, 'up', '1x90')
  return {
    alert: 'HighSettlementFailureRate',
    expression: `job:settlement_requests_failed:increase30m${job} / (job:settlement_requests:increase30m${job} > 0) > ${percent / 100} ${whileUp(plan)} ${unlessCaused(plan, SETTLEMENT_WINDOW_MS)}`,
    forMs: 2 * MINUTE_MS,
    severity: 'critical',
    summary: `정산 실패율 ${percent}% 초과`,
    describe: ({ value }) =>
      `최근 30분 수동 정산·재처리 요청의 ${value}가 실패했습니다. 다시 보내지 말고 기록을 먼저 확인하세요`,
    valueTemplate: '{{ $value | humanizePercentage }}',
    playbook: 'settlement-failure',
    comment: [
      'settlement_result_total{result="failure"}는 이 서비스의 수집 지표에 없습니다(태그 충돌로 첫 시계열만, 항상 0).',
      '그래서 수동 정산·재처리 요청의 실패 비율로 봅니다. 배치의 실패는 여기 나타나지 않습니다: mts watch가 기록을 읽습니다.',
    ],
    tests: [
      {
        title: '처음이자 유일한 요청이 실패해도 발생',
        intervalMs: MINUTE_MS,
        series: [up, testSeries(plan, count, '_x40 1x50', broken)],
        atMs: 45 * MINUTE_MS,
        fires: [{ labels: { job: plan.job }, value: '100%' }],
      },
      {
        title: '성공만 있으면 발생하지 않음',
        intervalMs: MINUTE_MS,
        series: [up, testSeries(plan, count, '_x40 1x50', ok)],
        atMs: 45 * MINUTE_MS,
        fires: [],
      },
      {
        title: '요청이 없으면 발생하지 않음(0/0은 판단 불가)',
        intervalMs: MINUTE_MS,
        series: [up, testSeries(plan, count, '3x90', broken)],
        atMs: 45 * MINUTE_MS,
        fires: [],
      },
    ],
  }
}

/** Shorter than how far back an instant query reaches, so that no sample is missed between evaluations. */
const STEP_MS = 4 * MINUTE_MS

function settlementBatchMissed(plan: MonitoringPlan): AlertSpec {
  const job = `{job="${plan.job}"}`
  const timer = 'settlement_processing_time_seconds_count'
  const application = { application: plan.service }
  const up = testSeries(plan, 'up', '1x800')
  return {
    alert: 'SettlementBatchMissed',
    expression: `(job:settlements_timed:increase1d${job} ${orNone(plan)}) == 0 ${whenScrapedBefore(plan, DAY_MS)} ${whileUp(plan)}`,
    forMs: Math.max(MINUTE_MS, plan.batchGraceMs),
    severity: 'critical',
    summary: '24시간 동안 처리된 정산 없음: 야간 배치가 돌지 않음',
    describe: () => '24시간 동안 끝까지 처리된 정산이 없습니다. 어제 정산 기록을 확인하세요',
    valueTemplate: '',
    playbook: 'settlement-failure',
    comment: [
      'settlement.processing.time은 정산마다 1씩 늘어납니다(0이라고 해서 없는 것은 아님). 24시간 동안 늘지 않으면 배치가 돌지 않은 것입니다.',
      '배치가 돌았지만 FAILED로 끝난 경우는 보이지 않습니다: mts watch, mts checklist daily.',
      '새로 수집을 시작한 뒤 24시간은 판단하지 않습니다.',
    ],
    tests: [
      {
        title: '하루를 넘겨 정산이 없으면 발생',
        overDays: true,
        intervalMs: STEP_MS,
        series: [up, testSeries(plan, timer, '5x100 6x700', application)],
        atMs: 44 * HOUR_MS,
        fires: [{ labels: { job: plan.job }, value: '' }],
      },
      {
        title: '시계열이 없어도 발생',
        overDays: true,
        intervalMs: STEP_MS,
        series: [up],
        atMs: 44 * HOUR_MS,
        fires: [{ labels: { job: plan.job }, value: '' }],
      },
      {
        title: '매일 돌면 발생하지 않음',
        overDays: true,
        intervalMs: STEP_MS,
        series: [up, testSeries(plan, timer, '5x100 6x359 7x340', application)],
        atMs: 44 * HOUR_MS,
        fires: [],
      },
      {
        title: '수집을 시작한 지 하루가 안 되면 판단하지 않음',
        overDays: true,
        intervalMs: STEP_MS,
        series: [up, testSeries(plan, timer, '5x800', application)],
        atMs: 20 * HOUR_MS,
        fires: [],
      },
    ],
  }
}
