/** Level 1: the service itself, its database, its message broker, and the sales that fail without them. */
import { INSTANCE, testSeries, unlessCaused, whileUp } from './alert-parts.ts'
import { MINUTE_MS } from './durations.ts'
import type { MonitoringPlan } from './plan.ts'
import { SALES_WINDOW_MS } from './recording-rules.ts'
import type { AlertSpec } from './rule.ts'

export function dependencyAlerts(plan: MonitoringPlan): readonly AlertSpec[] {
  return [
    serviceDown(plan),
    databaseDown(plan),
    databasePoolExhausted(plan),
    rabbitMqDown(plan),
    salesRequestsFailing(plan),
  ]
}

function serviceDown(plan: MonitoringPlan): AlertSpec {
  const up = `up{job="${plan.job}"}`
  const instance = { job: plan.job, instance: INSTANCE }
  return {
    alert: 'ServiceDown',
    expression: `${up} == 0 or absent(${up})`,
    forMs: MINUTE_MS,
    severity: 'critical',
    summary: '서비스 중단: 매출 등록과 정산이 모두 멈춤',
    describe: ({ instance: where }) => `${where}에서 응답이 없습니다(1분 이상)`,
    valueTemplate: '',
    // Where the target itself is gone there is no instance.
    instanceTemplate: '{{ with $labels.instance }}{{ . }}{{ else }}수집 대상{{ end }}',
    playbook: 'service-down',
    comment: [
      '수집 대상이 사라져도(absent) 알립니다. 인증 설정이 틀려 401이어도 up은 0입니다.',
      '조회가 매달리는 장애(연동 멈춤)에서는 up이 1로 남습니다. 아래 규칙과 mts watch가 맡습니다.',
    ],
    tests: [
      {
        title: '응답이 없으면 1분 뒤 발생',
        intervalMs: MINUTE_MS,
        series: [testSeries(plan, 'up', '1x4 0x10')],
        atMs: 7 * MINUTE_MS,
        fires: [{ labels: instance, value: '' }],
      },
      {
        title: '1분이 안 된 중단에는 발생하지 않음',
        intervalMs: MINUTE_MS,
        series: [testSeries(plan, 'up', '1x4 0 1x10')],
        atMs: 6 * MINUTE_MS,
        fires: [],
      },
      {
        title: '복구되면 해제',
        intervalMs: MINUTE_MS,
        series: [testSeries(plan, 'up', '0x10 1x10')],
        atMs: 13 * MINUTE_MS,
        fires: [],
      },
    ],
  }
}

function databaseDown(plan: MonitoringPlan): AlertSpec {
  return {
    ...connectionsGone(plan, 'hikaricp_connections', 10, { pool: 'HikariPool-1' }),
    alert: 'DatabaseDown',
    summary: 'DB 중단: 모든 업무 호출이 30초 뒤 실패',
    describe: ({ instance }) => `${instance}의 DB 커넥션이 0개입니다(1분 이상)`,
    comment: ['customDatabase는 지표가 아니라 헬스 항목입니다. 커넥션 풀로 봅니다.'],
  }
}

/** A gauge of connections that stands at 0 for a minute; `usual` is what it shows when all is well. */
function connectionsGone(
  plan: MonitoringPlan,
  gauge: string,
  usual: number,
  labels: Readonly<Record<string, string>>,
): Omit<AlertSpec, 'alert' | 'summary' | 'describe' | 'comment'> {
  return {
    expression: `sum by (job, instance) (${gauge}{job="${plan.job}"}) == 0`,
    forMs: MINUTE_MS,
    severity: 'critical',
    valueTemplate: '',
    playbook: 'dependency-outage',
    tests: [
      {
        title: '연결이 0이면 발생',
        intervalMs: MINUTE_MS,
        series: [testSeries(plan, gauge, `${usual}x4 0x10`, labels)],
        atMs: 8 * MINUTE_MS,
        fires: [{ labels: { job: plan.job, instance: INSTANCE }, value: '' }],
      },
      {
        title: '연결이 있으면 발생하지 않음',
        intervalMs: MINUTE_MS,
        series: [testSeries(plan, gauge, `${usual}x20`, labels)],
        atMs: 8 * MINUTE_MS,
        fires: [],
      },
    ],
  }
}

function databasePoolExhausted(plan: MonitoringPlan): AlertSpec {
  const job = `{job="${plan.job}"}`
  const labels = { pool: 'HikariPool-1' }
  const pool = (active: string, pending: string) => [
    testSeries(plan, 'hikaricp_connections_active', active, labels),
    testSeries(plan, 'hikaricp_connections_pending', pending, labels),
    testSeries(plan, 'hikaricp_connections_max', '10x20', labels),
  ]
  return {
    alert: 'DatabasePoolExhausted',
    expression: `hikaricp_connections_pending${job} > 0 and hikaricp_connections_active${job} >= hikaricp_connections_max${job}`,
    forMs: MINUTE_MS,
    severity: 'critical',
    summary: 'DB 커넥션 풀 소진: 업무 호출이 커넥션을 기다리다 실패',
    describe: ({ instance, value }) => `${instance}에서 ${value}건이 커넥션을 기다립니다(1분 이상)`,
    valueTemplate: '{{ printf "%.0f" $value }}',
    playbook: 'latency',
    comment: [
      '끝나지 않은 요청은 응답시간 지표에 잡히지 않습니다. 멈춤을 바로 알리는 것은 풀뿐입니다.',
      '풀이 찬 상태에서 인스턴스를 늘리면 DB가 더 막힙니다.',
    ],
    tests: [
      {
        title: '10/10 사용, 4건 대기면 발생',
        intervalMs: MINUTE_MS,
        series: pool('2x4 10x16', '0x4 4x16'),
        atMs: 8 * MINUTE_MS,
        fires: [{ labels: { job: plan.job, instance: INSTANCE, ...labels }, value: '4' }],
      },
      {
        title: '다 쓰고 있어도 기다리는 요청이 없으면 발생하지 않음',
        intervalMs: MINUTE_MS,
        series: pool('10x20', '0x20'),
        atMs: 8 * MINUTE_MS,
        fires: [],
      },
    ],
  }
}

function rabbitMqDown(plan: MonitoringPlan): AlertSpec {
  return {
    ...connectionsGone(plan, 'rabbitmq_connections', 1, { name: 'connectionFactory' }),
    alert: 'RabbitMqDown',
    summary: 'RabbitMQ 중단: 매출 등록 실패, 야간 배치 전이면 정산도 실패',
    describe: ({ instance }) => `${instance}의 RabbitMQ 연결이 없습니다(1분 이상)`,
    comment: [
      '02:00 배치 때 끊겨 있으면 매출이 연결된 FAILED 정산이 남습니다. 그 정산을 재처리하면 매출이 삭제됩니다.',
    ],
  }
}

/** Below it a share says nothing: one odd request would page. */
const FEWEST_FAILURES = 3
const FAILING_SHARE = 0.2

function salesRequestsFailing(plan: MonitoringPlan): AlertSpec {
  const job = `{job="${plan.job}"}`
  const failed = `job:sales_requests_failed:increase15m${job}`
  const webhook = { method: 'POST', uri: '/api/v1/sales/webhook' }
  const count = 'http_server_requests_seconds_count'
  const ok = { ...webhook, status: '201', outcome: 'SUCCESS', exception: 'None' }
  const broken = { ...webhook, status: '500', outcome: 'SERVER_ERROR', exception: 'None' }
  const up = testSeries(plan, 'up', '1x60')
  return {
    alert: 'SalesRequestsFailing',
    expression: `${failed} / (job:sales_requests:increase15m${job} > 0) > ${FAILING_SHARE} and ${failed} >= ${FEWEST_FAILURES} - 0.5 ${whileUp(plan)} ${unlessCaused(plan, SALES_WINDOW_MS)}`,
    // Longer than its causes', which are to speak first.
    forMs: 2 * MINUTE_MS,
    severity: 'critical',
    summary: '매출 등록 실패: 결제는 되었는데 매출이 기록되지 않음',
    describe: ({ value }) => `최근 15분 매출 등록 요청의 ${value}가 실패했습니다`,
    valueTemplate: '{{ $value | humanizePercentage }}',
    playbook: 'dependency-outage',
    comment: [
      'Redis 중단은 수집 지표에 따로 나타나지 않습니다. 60초 뒤 실패하는 매출 등록으로 드러납니다.',
      `요청이 적은 시간대를 고려해 15분을 보고, 실패 ${FEWEST_FAILURES}건 이상일 때만 알립니다.`,
    ],
    tests: [
      {
        title: '절반이 실패하면 발생',
        intervalMs: MINUTE_MS,
        series: [
          up,
          testSeries(plan, count, '0+1x60', ok),
          testSeries(plan, count, '0+1x60', broken),
        ],
        atMs: 30 * MINUTE_MS,
        fires: [{ labels: { job: plan.job }, value: '50%' }],
      },
      {
        title: 'RabbitMQ가 끊겨 생긴 실패는 따로 알리지 않음(복구 뒤 15분까지)',
        intervalMs: MINUTE_MS,
        series: [
          up,
          testSeries(plan, 'rabbitmq_connections', '1x10 0x10 1x40', { name: 'connectionFactory' }),
          testSeries(plan, count, '0+1x60', ok),
          testSeries(plan, count, '0x10 0+1x10 10x40', broken),
        ],
        atMs: 26 * MINUTE_MS,
        fires: [],
      },
      {
        title: '첫 실패로 생긴 시계열도 셈(증가량만 보면 놓침)',
        intervalMs: MINUTE_MS,
        series: [
          up,
          testSeries(plan, count, '4x60', ok),
          testSeries(plan, count, '_x30 4x30', broken),
        ],
        atMs: 40 * MINUTE_MS,
        fires: [{ labels: { job: plan.job }, value: '100%' }],
      },
      {
        title: '수집을 시작하기 전의 실패에는 발생하지 않음',
        intervalMs: MINUTE_MS,
        series: [
          testSeries(plan, 'up', '1x8'),
          testSeries(plan, count, '100+1x8', ok),
          testSeries(plan, count, '400x8', broken),
        ],
        atMs: 8 * MINUTE_MS,
        fires: [],
      },
      {
        title: '가끔 있는 실패에는 발생하지 않음',
        intervalMs: MINUTE_MS,
        series: [
          up,
          testSeries(plan, count, '0+2x60', ok),
          testSeries(plan, count, '0x20 2x40', broken),
        ],
        atMs: 30 * MINUTE_MS,
        fires: [],
      },
      {
        title: '요청이 없으면 발생하지 않음',
        intervalMs: MINUTE_MS,
        series: [up, testSeries(plan, count, '9x60', ok)],
        atMs: 30 * MINUTE_MS,
        fires: [],
      },
    ],
  }
}
