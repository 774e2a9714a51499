/** The guide's two Grafana dashboards, each query corrected; what the scrape cannot show is said, not drawn. */
import { NOT_LATENCY } from '../core/api-calls.ts'
import type { MonitoringPlan } from './plan.ts'

interface Query {
  readonly expression: string
  readonly legend: string
}

interface GraphPanel {
  readonly kind: 'graph'
  readonly title: string
  readonly unit: string
  readonly queries: readonly Query[]
  /** A line to compare with, in the panel's unit. */
  readonly threshold?: number
  readonly description: string
}

interface WordsPanel {
  readonly kind: 'words'
  readonly title: string
  readonly content: string
}

type Panel = GraphPanel | WordsPanel

export function businessDashboard(plan: MonitoringPlan): object {
  const job = `job="${plan.job}"`
  return dashboard(plan, 'business', '업무', [
    {
      kind: 'graph',
      title: '시간당 매출 건수',
      unit: 'short',
      queries: [
        { expression: `sum(increase(sales_created_total{${job}}[1h]))`, legend: '최근 1시간' },
        {
          expression: `sum(increase(sales_created_total{${job}}[1h] offset 1w))`,
          legend: '지난주 같은 시간',
        },
      ],
      description: '인스턴스를 합친 건수. 실패해서 취소된 등록도 이 지표에는 포함됩니다.',
    },
    {
      kind: 'graph',
      title: '일별 매출 금액',
      unit: 'currencyKRW',
      queries: [
        {
          // The exposed name carries the unit, twice; a mended service would not.
          expression: `sum(increase({__name__=~"sales_amount_total(_KRW_total)?",${job}}[1d]))`,
          legend: '최근 24시간',
        },
      ],
      description: '수집 지표의 이름은 sales_amount_total_KRW_total입니다.',
    },
    {
      kind: 'graph',
      title: '매출 등록 실패 비율',
      unit: 'percentunit',
      queries: [
        {
          expression: `job:sales_requests_failed:increase15m{${job}} / (job:sales_requests:increase15m{${job}} > 0)`,
          legend: '최근 15분',
        },
      ],
      threshold: 0.2,
      description: '요청이 없으면 비어 있습니다(0이 아님).',
    },
    {
      kind: 'graph',
      title: '24시간 동안 처리된 정산',
      unit: 'short',
      queries: [{ expression: `job:settlements_timed:increase1d{${job}}`, legend: '정산' }],
      threshold: 1,
      description: '정산 성공률 대신 봅니다. 성공·실패 구분은 수집 지표에 없습니다.',
    },
    {
      kind: 'words',
      title: '정산 성공률 · 결제수단별 분포',
      content: [
        '수집 지표로는 볼 수 없습니다: `settlement_result_total`과 `sales_by_payment_type_total`은 항상 0입니다.',
        '',
        '- 정산: `mts settle list`, `mts checklist daily`',
        '- 결제수단별: `mts metrics sales.by.payment.type.total`, `mts sales`',
      ].join('\n'),
    },
  ])
}

export function systemDashboard(plan: MonitoringPlan): object {
  const job = `job="${plan.job}"`
  const { apiTimeMs, heapPercent, cpuPercent, diskPercent } = plan.thresholds
  return dashboard(plan, 'system', '시스템', [
    {
      kind: 'graph',
      title: 'API 응답시간(95%)',
      unit: 's',
      queries: [
        { expression: `job:http_server_requests_seconds:p95_5m{${job}}`, legend: '95%' },
        {
          expression: `max(http_server_requests_seconds_max{${job},uri!~"${NOT_LATENCY}"})`,
          legend: '최대',
        },
      ],
      threshold: apiTimeMs / 1000,
      description: '끝난 요청만 셉니다. 멈춘 요청은 아래 커넥션 풀에서 보입니다.',
    },
    {
      kind: 'graph',
      title: 'DB 커넥션 풀',
      unit: 'short',
      queries: [
        { expression: `hikaricp_connections_active{${job}}`, legend: '사용 {{instance}}' },
        { expression: `hikaricp_connections_pending{${job}}`, legend: '대기 {{instance}}' },
        { expression: `hikaricp_connections_max{${job}}`, legend: '최대 {{instance}}' },
      ],
      description: '대기가 0보다 크면 업무 호출이 커넥션을 기다리고 있습니다.',
    },
    {
      kind: 'graph',
      title: 'JVM 힙 사용률',
      unit: 'percentunit',
      queries: [{ expression: `instance:jvm_heap:ratio{${job}}`, legend: '{{instance}}' }],
      threshold: heapPercent / 100,
      description: '최대값이 -1인 풀은 분모에서 뺐습니다.',
    },
    {
      kind: 'graph',
      title: 'CPU 사용률',
      unit: 'percentunit',
      queries: [
        { expression: `system_cpu_usage{${job}}`, legend: '서버 {{instance}}' },
        { expression: `process_cpu_usage{${job}}`, legend: '프로세스 {{instance}}' },
      ],
      threshold: cpuPercent / 100,
      description: '',
    },
    {
      kind: 'graph',
      title: '디스크 사용률',
      unit: 'percentunit',
      queries: [
        { expression: `instance:disk_used:ratio{${job}}`, legend: '{{instance}} {{path}}' },
      ],
      threshold: diskPercent / 100,
      description: '',
    },
    {
      kind: 'graph',
      title: 'RabbitMQ 연결',
      unit: 'short',
      queries: [
        { expression: `sum by (instance) (rabbitmq_connections{${job}})`, legend: '{{instance}}' },
      ],
      threshold: 1,
      description: '0이면 연결이 끊긴 것입니다. 큐 적체는 수집 지표에 없습니다.',
    },
    {
      kind: 'words',
      title: 'Redis 연결 상태',
      content: [
        '이 서비스는 Redis 지표를 내보내지 않습니다(`redis_connected_clients`는 redis_exporter의 지표).',
        '',
        '- 상태·메모리: `mts health`, `mts watch`',
        '- redis_exporter를 쓰면 이 자리에 `redis_connected_clients`, `redis_keyspace_hits_total`을 그리세요.',
      ].join('\n'),
    },
  ])
}

const WIDTH = 12
const HEIGHT = 8

function dashboard(
  plan: MonitoringPlan,
  id: string,
  title: string,
  panels: readonly Panel[],
): object {
  return {
    uid: `${plan.service}-${id}`.slice(0, 40),
    title: `${plan.service} ${title}`,
    tags: [plan.service, 'mts'],
    timezone: 'Asia/Seoul',
    schemaVersion: 39,
    version: 1,
    editable: true,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    templating: {
      list: [
        {
          type: 'datasource',
          name: 'datasource',
          label: 'Prometheus',
          query: 'prometheus',
          hide: 0,
        },
      ],
    },
    annotations: { list: [] },
    panels: panels.map((panel, index) => ({
      id: index + 1,
      title: panel.title,
      gridPos: {
        x: (index % 2) * WIDTH,
        y: Math.floor(index / 2) * HEIGHT,
        w: WIDTH,
        h: HEIGHT,
      },
      ...(panel.kind === 'graph' ? graph(panel) : words(panel)),
    })),
  }
}

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' }

function graph(panel: GraphPanel): object {
  const steps = [
    { color: 'green', value: null },
    ...(panel.threshold === undefined ? [] : [{ color: 'red', value: panel.threshold }]),
  ]
  return {
    type: 'timeseries',
    description: panel.description,
    datasource: DATASOURCE,
    targets: panel.queries.map(({ expression, legend }, index) => ({
      refId: String.fromCodePoint(65 + index),
      datasource: DATASOURCE,
      expr: expression,
      legendFormat: legend,
      range: true,
    })),
    fieldConfig: {
      defaults: {
        unit: panel.unit,
        custom: {
          drawStyle: 'line',
          spanNulls: false,
          thresholdsStyle: { mode: panel.threshold === undefined ? 'off' : 'line' },
        },
        thresholds: { mode: 'absolute', steps },
      },
      overrides: [],
    },
    options: {
      legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
      tooltip: { mode: 'multi', sort: 'none' },
    },
  }
}

function words({ content }: WordsPanel): object {
  return { type: 'text', options: { mode: 'markdown', content }, targets: [] }
}
