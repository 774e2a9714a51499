/** Recording rules: what several alerts and panels rest on, computed once. */
import { NOT_LATENCY, SALES_POST, SETTLEMENT_POSTS, increaseWithBirths } from '../core/api-calls.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, promDuration } from './durations.ts'
import type { MonitoringPlan } from './plan.ts'
import type { RecordSpec } from './rule.ts'

/** How far back failures of sales are counted: at ten sales an hour five minutes hold one. */
export const SALES_WINDOW_MS = 15 * MINUTE_MS
export const SETTLEMENT_WINDOW_MS = 30 * MINUTE_MS

export function recordingRules(plan: MonitoringPlan): readonly RecordSpec[] {
  const job = `job="${plan.job}"`
  const sales = `method="POST",uri="${SALES_POST}"`
  const bucket = 'http_server_requests_seconds_bucket'
  const settlements = `method="POST",uri=~"${SETTLEMENT_POSTS}"`
  const five = promDuration(5 * MINUTE_MS, plan)
  const records: RecordSpec[] = []
  const requests = (record: string, labels: string, windowMs: number, comment: string): void => {
    const window = promDuration(windowMs, plan)
    const series = `http_server_requests_seconds_count{${job},${labels}}`
    records.push({
      record,
      expression: `sum by (job) (${increaseWithBirths(series, `{${job}}`, window)})`,
      comment: [comment],
    })
  }
  requests('job:sales_requests:increase15m', sales, SALES_WINDOW_MS, '최근 15분 매출 등록 요청 수.')
  requests(
    'job:sales_requests_failed:increase15m',
    `${sales},status=~"5.."`,
    SALES_WINDOW_MS,
    '그중 5xx. 이미 있는 주문번호의 재전송도 이 서비스는 500으로 답합니다(복구 직후 재시도가 장애처럼 보일 수 있음).',
  )
  requests(
    'job:settlement_requests:increase30m',
    settlements,
    SETTLEMENT_WINDOW_MS,
    '최근 30분 수동 정산·재처리 요청 수.',
  )
  requests(
    'job:settlement_requests_failed:increase30m',
    `${settlements},status=~"5.."`,
    SETTLEMENT_WINDOW_MS,
    '그중 5xx.',
  )
  records.push(
    {
      record: 'job:sales_created:increase1h',
      expression: `sum by (job) (increase(sales_created_total{${job}}[${promDuration(HOUR_MS, plan)}]))`,
      comment: ['최근 1시간 매출 건수.'],
    },
    {
      record: 'job:settlements_timed:increase1d',
      expression: `sum by (job) (increase(settlement_processing_time_seconds_count{${job}}[${promDuration(DAY_MS, plan)}]))`,
      comment: ['최근 24시간 동안 끝까지 처리된 정산 수(배치와 수동 모두).'],
    },
    {
      record: 'job:http_server_requests_seconds:p95_5m',
      expression: `histogram_quantile(0.95, sum by (job, le) (rate(${bucket}{${job},uri!~"${NOT_LATENCY}|${SALES_POST}"}[${five}]) or rate(${bucket}{${job},uri="${SALES_POST}",status!~"5.."}[${five}])))`,
      comment: [
        'API 응답시간 95%. 인스턴스를 합친 뒤 분위수를 구합니다(rate → sum by (le) → quantile).',
        '/actuator와 /api/monitoring(연동이 멈추면 1~2분 매달림), 정산 POST(최대 1분)는 뺍니다.',
        '실패한 매출 등록(Redis 중단이면 60초)은 느림이 아니라 실패입니다: SalesRequestsFailing.',
      ],
    },
    {
      record: 'instance:jvm_heap:ratio',
      // Eden and survivor spaces have a maximum of -1: without `>= 0` the ratio is negative.
      expression: `sum by (job, instance) (jvm_memory_used_bytes{${job},area="heap"}) / sum by (job, instance) (jvm_memory_max_bytes{${job},area="heap"} >= 0)`,
      comment: ['힙 사용률. 최대값이 -1인 풀(G1 Eden, Survivor)은 분모에서 뺍니다.'],
    },
    {
      record: 'instance:disk_used:ratio',
      expression: `1 - disk_free_bytes{${job}} / disk_total_bytes{${job}}`,
      comment: ['디스크 사용률.'],
    },
  )
  return records
}
