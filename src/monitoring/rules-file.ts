/** The rules file, and the unit tests of every rule in it. */
import { INSTANCE } from './alert-parts.ts'
import { alertGroups, allAlerts } from './alert-rules.ts'
import { HOUR_MS, MINUTE_MS, promDuration } from './durations.ts'
import type { MonitoringPlan } from './plan.ts'
import { recordingRules } from './recording-rules.ts'
import type { RenderedFile } from './rendered-file.ts'
import type { AlertSpec, AlertTest } from './rule.ts'
import { comment, indent, paragraphs, yamlOf } from './yaml-text.ts'

export function renderRules(plan: MonitoringPlan): string {
  const interval = promDuration(plan.intervalMs, plan)
  const records = recordingRules(plan).map((rule) =>
    withComment(rule.comment, { record: rule.record, expr: rule.expression }),
  )
  const groups = [
    groupText(
      recordsGroup(plan),
      interval,
      ['기록 규칙: 여러 알림과 화면이 함께 씁니다.'],
      records,
    ),
    ...alertGroups(plan).map(({ name, comment: words, alerts }) =>
      groupText(
        name,
        interval,
        words,
        alerts.map((alert) => withComment(alert.comment, alertRule(plan, alert))),
      ),
    ),
  ]
  return paragraphs([
    comment([
      `${plan.service} 알림 규칙. mts monitoring render로 만들었습니다.`,
      '고친 뒤 확인: mts monitoring check --dir .',
      '가이드의 규칙을 이 서비스가 실제로 내보내는 지표에 맞게 바로잡았습니다. 이유는 각 규칙 위에 있습니다.',
    ]),
    `groups:\n${groups.map((group) => indent(group, 2)).join('\n\n')}`,
  ])
}

function recordsGroup({ service }: MonitoringPlan): string {
  return `${service}-records`
}

function groupText(
  name: string,
  interval: string,
  words: readonly string[],
  rules: readonly string[],
): string {
  return `${comment(words)}\n- name: ${name}\n  interval: ${interval}\n  rules:\n${rules
    .map((rule) => indent(rule, 4))
    .join('\n\n')}`
}

function withComment(words: readonly string[], rule: object): string {
  const body = yamlOf([rule])
  return words.length === 0 ? body : `${comment(words)}\n${body}`
}

function alertRule(plan: MonitoringPlan, alert: AlertSpec): object {
  return {
    alert: alert.alert,
    expr: alert.expression,
    for: promDuration(alert.forMs, plan),
    labels: { severity: alert.severity, service: plan.service },
    annotations: {
      summary: alert.summary,
      description: alert.describe({
        instance: alert.instanceTemplate ?? '{{ $labels.instance }}',
        value: alert.valueTemplate,
      }),
      runbook: runbookOf(alert),
    },
  }
}

function runbookOf({ playbook }: Pick<AlertSpec, 'playbook'>): string {
  return `mts playbook ${playbook}`
}

/** Two files, since promtool evaluates all tests of one at the same interval: by the minute, and by the hour. */
export function renderRuleTests(plan: MonitoringPlan, rulesFile: string): readonly RenderedFile[] {
  const base = rulesFile.replace(/\.yml$/, '')
  return [
    { path: `${base}.test.yml`, evaluationMs: MINUTE_MS, overDays: false },
    { path: `${base}-days.test.yml`, evaluationMs: HOUR_MS, overDays: true },
  ].map(({ path, evaluationMs, overDays }) => ({
    path,
    content: paragraphs([
      comment([`규칙의 단위 시험. 실행: promtool test rules ${path}`]),
      yamlOf({
        rule_files: [rulesFile],
        evaluation_interval: promDuration(evaluationMs, plan),
        // Otherwise promtool may evaluate an alert before the records it rests on.
        group_eval_order: [recordsGroup(plan), ...alertGroups(plan).map(({ name }) => name)],
        tests: allAlerts(plan).flatMap((alert) =>
          alert.tests
            .filter((test) => (test.overDays ?? false) === overDays)
            .map((test) => ruleTest(plan, alert, test)),
        ),
      }),
    ]),
  }))
}

function ruleTest(plan: MonitoringPlan, alert: AlertSpec, test: AlertTest): object {
  return {
    name: `${alert.alert}: ${test.title}`,
    interval: promDuration(test.intervalMs, plan),
    input_series: test.series,
    alert_rule_test: [
      {
        eval_time: promDuration(test.atMs, plan),
        alertname: alert.alert,
        exp_alerts: test.fires.map(({ labels, value }) => ({
          exp_labels: { ...labels, severity: alert.severity, service: plan.service },
          exp_annotations: {
            summary: alert.summary,
            description: alert.describe({ instance: labels['instance'] ?? INSTANCE, value }),
            runbook: runbookOf(alert),
          },
        })),
      },
    ],
  }
}
