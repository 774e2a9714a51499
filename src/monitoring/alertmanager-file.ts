/** `alertmanager.yml`: warnings to Slack, critical alerts to PagerDuty, and causes before symptoms. */
import { CAUSES } from './alert-parts.ts'
import { HOUR_MS, MINUTE_MS, promDuration, SECOND_MS } from './durations.ts'
import type { MonitoringPlan } from './plan.ts'
import { comment, indent, paragraphs, yamlOf } from './yaml-text.ts'

/** What goes wrong by itself once a dependency is away. */
const SYMPTOMS = [
  'SalesRequestsFailing',
  'HighSettlementFailureRate',
  'NoSalesDetected',
  'SalesDropped',
  'HighResponseTime',
]

const FIRING = '{{ if eq .Status "firing" }}발생{{ else }}해제{{ end }}'
const SLACK_TITLE = `[${FIRING}] {{ .CommonLabels.alertname }}{{ with .CommonLabels.service }} ({{ . }}){{ end }}`
const SLACK_TEXT = [
  '{{ range .Alerts }}{{ .Annotations.summary }}',
  '{{ .Annotations.description }}',
  '{{ with .Annotations.runbook }}조치: {{ . }}{{ end }}',
  '{{ end }}',
].join('\n')

export function renderAlertmanager(plan: MonitoringPlan): string {
  const service = `service="${plan.service}"`
  const { secretsDir } = plan
  return paragraphs([
    comment([
      `${plan.service}의 Alertmanager 설정(0.25 이상). mts monitoring render로 만들었습니다.`,
      '비밀값은 파일로 둡니다(한 줄, 끝에 줄바꿈 없이, chmod 600):',
      `  ${secretsDir}/slack-webhook-url, ${secretsDir}/pagerduty-routing-key`,
    ]),
    ...(plan.pagerdutyUrl === undefined
      ? []
      : [yamlOf({ global: { pagerduty_url: plan.pagerdutyUrl } })]),
    yamlOf({
      route: {
        receiver: 'slack',
        group_by: ['alertname', 'service'],
        group_wait: promDuration(10 * SECOND_MS, plan),
        group_interval: promDuration(MINUTE_MS, plan),
        repeat_interval: promDuration(4 * HOUR_MS, plan),
        routes: [
          {
            matchers: ['severity="critical"'],
            receiver: 'pagerduty',
            repeat_interval: promDuration(HOUR_MS, plan),
          },
        ],
      },
    }),
    yamlOf({
      receivers: [
        {
          name: 'slack',
          slack_configs: [
            {
              api_url_file: `${secretsDir}/slack-webhook-url`,
              channel: plan.slackChannel,
              send_resolved: true,
              title: SLACK_TITLE,
              text: SLACK_TEXT,
            },
          ],
        },
        {
          name: 'pagerduty',
          pagerduty_configs: [
            {
              routing_key_file: `${secretsDir}/pagerduty-routing-key`,
              send_resolved: true,
              severity: 'critical',
              class: '{{ .CommonLabels.alertname }}',
              component: '{{ .CommonLabels.service }}',
              description: '{{ .CommonLabels.alertname }}: {{ .CommonAnnotations.summary }}',
              details: {
                description: '{{ .CommonAnnotations.description }}',
                runbook: '{{ .CommonAnnotations.runbook }}',
              },
            },
          ],
        },
      ],
    }),
    `inhibit_rules:\n${indent(inhibition(service), 2)}`,
  ])
}

/** The cause is the source, its symptoms are the targets; a label that is missing on both sides is equal. */
function inhibition(service: string): string {
  return [
    comment([
      '원인이 증상을 가립니다(가이드의 예는 반대여서 느린 응답이 서비스 중단을 가렸습니다).',
      '서비스가 멈춘 인스턴스의 다른 알림은 보내지 않습니다.',
    ]),
    yamlOf([
      {
        source_matchers: ['alertname="ServiceDown"', service],
        target_matchers: ['alertname!="ServiceDown"', service],
        equal: ['service', 'instance'],
      },
    ]),
    comment(['연동이 멈춘 동안에는 그 증상을 보내지 않습니다.']),
    yamlOf([
      {
        source_matchers: [`alertname=~"${CAUSES.join('|')}"`, service],
        target_matchers: [`alertname=~"${SYMPTOMS.join('|')}"`, service],
        equal: ['service'],
      },
    ]),
    comment(['매출 등록이 실패하는 동안에는 느림과 매출 감소를 따로 알리지 않습니다.']),
    yamlOf([
      {
        source_matchers: ['alertname="SalesRequestsFailing"', service],
        target_matchers: ['alertname=~"HighResponseTime|NoSalesDetected|SalesDropped"', service],
        equal: ['service'],
      },
    ]),
  ].join('\n')
}
