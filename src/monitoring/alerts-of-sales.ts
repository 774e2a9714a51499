/** Level 2, sales and answer times. */
import { orNone, testSeries, unlessCaused, whenScrapedBefore, whileUp } from './alert-parts.ts'
import { HOUR_MS, MINUTE_MS, promDuration } from './durations.ts'
import { openExpression } from './opening-hours.ts'
import type { MonitoringPlan } from './plan.ts'
import { SALES_WINDOW_MS } from './recording-rules.ts'
import type { AlertSpec } from './rule.ts'

const WEEK_MS = 7 * 24 * HOUR_MS
/** Shorter than how far back an instant query reaches. */
const STEP_MS = 4 * MINUTE_MS
const DROP_SHARE = 0.5
/** Below it what was expected is too little to be compared with. */
const FEWEST_EXPECTED = 5

export function salesAlerts(plan: MonitoringPlan): readonly AlertSpec[] {
  return [noSalesDetected(plan), salesDropped(plan), highResponseTime(plan)]
}

function noSalesDetected(plan: MonitoringPlan): AlertSpec {
  const { noSalesMinutes } = plan.thresholds
  const windowMs = noSalesMinutes * MINUTE_MS
  const window = promDuration(windowMs, plan)
  const open = openExpression(plan.openingHours, plan.holidays, noSalesMinutes)
  const sales = `sum by (job) (increase(sales_created_total{job="${plan.job}"}[${window}]))`
  const up = testSeries(plan, 'up', '1x600')
  const application = { application: plan.service }
  // The tests begin at 1970-01-01 09:00 in Seoul, a Thursday: whether that is open is not theirs to say.
  const tests = open === undefined ? [...noSalesTests(plan, windowMs, application, up)] : []
  return {
    alert: 'NoSalesDetected',
    expression: `(${sales} ${orNone(plan)}) == 0 ${whenScrapedBefore(plan, windowMs)} ${whileUp(plan)} ${unlessCaused(plan, SALES_WINDOW_MS)}${open === undefined ? '' : ` and on() (${open})`}`,
    forMs: 10 * MINUTE_MS,
    severity: 'warning',
    summary: '매출 없음',
    describe: () => `${noSalesMinutes}분 넘게 매출이 없습니다`,
    valueTemplate: '',
    playbook: 'sales-drop',
    comment: [
      '시계열이 없어도 0으로 봅니다(없으면 조용한 규칙은 알림이 아님). 인스턴스를 합쳐 한 번만 알립니다.',
      open === undefined
        ? '항상 영업으로 봅니다. 영업시간은 mts 설정의 openingHours, holidays로 정하고 다시 만드세요.'
        : '영업시간 안에서, 문을 연 지 이 시간이 지난 뒤에만 알립니다.',
    ],
    tests,
  }
}

function noSalesTests(
  plan: MonitoringPlan,
  windowMs: number,
  application: Readonly<Record<string, string>>,
  up: { readonly series: string; readonly values: string },
): AlertSpec['tests'] {
  const name = 'sales_created_total'
  const atMs = windowMs + 60 * MINUTE_MS
  const fires = [{ labels: { job: plan.job }, value: '' }]
  return [
    {
      title: '매출이 멈추면 발생',
      intervalMs: MINUTE_MS,
      series: [up, testSeries(plan, name, '0+2x20 40x580', application)],
      atMs,
      fires,
    },
    {
      title: '시계열이 없어도 발생',
      intervalMs: MINUTE_MS,
      series: [up],
      atMs,
      fires,
    },
    {
      title: '매출이 있으면 발생하지 않음',
      intervalMs: MINUTE_MS,
      series: [up, testSeries(plan, name, '0+1x600', application)],
      atMs,
      fires: [],
    },
    {
      title: '서비스가 중단된 동안에는 ServiceDown만',
      intervalMs: MINUTE_MS,
      // Scraped a window ago, and no sale since: only that nothing is up keeps it silent.
      series: [testSeries(plan, 'up', `1x${windowMs / MINUTE_MS + 40} 0x60`)],
      atMs,
      fires: [],
    },
  ]
}

function salesDropped(plan: MonitoringPlan): AlertSpec {
  const now = `job:sales_created:increase1h{job="${plan.job}"}`
  const before = `${now} offset ${promDuration(WEEK_MS, plan)}`
  const application = { application: plan.service }
  const samples = Math.ceil((WEEK_MS + 6 * HOUR_MS) / STEP_MS)
  const week = Math.ceil(WEEK_MS / STEP_MS)
  const up = testSeries(plan, 'up', `1x${samples}`)
  return {
    alert: 'SalesDropped',
    expression: `${now} / (${before} >= ${FEWEST_EXPECTED}) < ${DROP_SHARE} and ${now} > 0 ${whileUp(plan)} ${unlessCaused(plan, HOUR_MS)}`,
    forMs: 15 * MINUTE_MS,
    severity: 'warning',
    summary: '매출 급감: 지난주 같은 시간의 절반 미만',
    describe: ({ value }) => `최근 1시간 매출이 지난주 같은 시간의 ${value}입니다`,
    valueTemplate: '{{ $value | humanizePercentage }}',
    playbook: 'sales-drop',
    comment: [
      `지난주 같은 시간의 매출이 ${FEWEST_EXPECTED}건 미만이면 판단하지 않습니다. 수집 1주일이 지나야 동작합니다.`,
      '결제수단별 감소는 수집 지표로 볼 수 없습니다: mts watch, mts playbook sales-drop.',
    ],
    tests: [
      {
        title: '절반 미만으로 줄면 발생',
        overDays: true,
        intervalMs: STEP_MS,
        series: [
          up,
          testSeries(
            plan,
            'sales_created_total',
            `0+5x${week} ${week * 5}+1x${samples - week}`,
            application,
          ),
        ],
        atMs: WEEK_MS + 4 * HOUR_MS,
        fires: [{ labels: { job: plan.job }, value: '20%' }],
      },
      {
        title: '지난주와 같으면 발생하지 않음',
        overDays: true,
        intervalMs: STEP_MS,
        series: [up, testSeries(plan, 'sales_created_total', `0+5x${samples}`, application)],
        atMs: WEEK_MS + 4 * HOUR_MS,
        fires: [],
      },
    ],
  }
}

function highResponseTime(plan: MonitoringPlan): AlertSpec {
  const thresholdS = plan.thresholds.apiTimeMs / 1000
  const bucket = 'http_server_requests_seconds_bucket'
  const buckets = (uri: string, fast: string, slow: string, status = '201') => {
    const labels = { method: 'POST', uri, status, exception: 'None', outcome: 'SUCCESS' }
    return [
      testSeries(plan, bucket, fast, { ...labels, le: String(thresholdS) }),
      testSeries(plan, bucket, slow, { ...labels, le: String(thresholdS * 2) }),
      testSeries(plan, bucket, slow, { ...labels, le: '+Inf' }),
    ]
  }
  const up = testSeries(plan, 'up', '1x60')
  return {
    alert: 'HighResponseTime',
    expression: `job:http_server_requests_seconds:p95_5m{job="${plan.job}"} > ${thresholdS} ${whileUp(plan)} ${unlessCaused(plan, 5 * MINUTE_MS)}`,
    forMs: 5 * MINUTE_MS,
    severity: 'warning',
    summary: `API 응답 지연: 95%가 ${thresholdS}초 초과`,
    describe: ({ value }) => `API 응답시간 95%가 ${value}초입니다(5분 이상)`,
    valueTemplate: '{{ printf "%.1f" $value }}',
    playbook: 'latency',
    comment: [
      '히스토그램(_bucket)이 있어야 동작합니다. 함께 만든 application.yml이 필요한 구간만 남깁니다.',
      '끝나지 않은 요청은 잡히지 않습니다: 멈춤은 DatabasePoolExhausted가 먼저 알립니다.',
    ],
    tests: [
      {
        title: '느린 응답이 5분 이상 이어지면 발생',
        intervalMs: MINUTE_MS,
        series: [up, ...buckets('/api/v1/sales/webhook', '0x60', '0+10x60')],
        atMs: 20 * MINUTE_MS,
        fires: [{ labels: { job: plan.job }, value: (thresholdS * 1.95).toFixed(1) }],
      },
      {
        title: '느린 정산 POST와 헬스체크에는 발생하지 않음',
        intervalMs: MINUTE_MS,
        series: [
          up,
          ...buckets('/api/settlements/manual', '0x60', '0+10x60'),
          ...buckets('/actuator/health', '0x60', '0+10x60'),
          ...buckets('/api/v1/sales/webhook', '0+10x60', '0+10x60'),
        ],
        atMs: 20 * MINUTE_MS,
        fires: [],
      },
      {
        title: '오래 걸려 실패한 매출 등록은 느림으로 알리지 않음',
        intervalMs: MINUTE_MS,
        series: [
          up,
          ...buckets('/api/v1/sales/webhook', '0x60', '0+10x60', '500'),
          ...buckets('/api/v1/sales/{businessNumber}', '0+10x60', '0+10x60', '200'),
        ],
        atMs: 20 * MINUTE_MS,
        fires: [],
      },
      {
        title: '요청이 없으면 발생하지 않음(NaN은 판단 불가)',
        intervalMs: MINUTE_MS,
        series: [up, ...buckets('/api/v1/sales/webhook', '5x60', '9x60')],
        atMs: 20 * MINUTE_MS,
        fires: [],
      },
    ],
  }
}
