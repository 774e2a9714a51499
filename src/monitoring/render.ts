/** Every file of a monitoring that works, from one plan. */
import { renderAlertmanager } from './alertmanager-file.ts'
import { renderApplication } from './application-file.ts'
import { businessDashboard, systemDashboard } from './dashboards.ts'
import type { MonitoringPlan } from './plan.ts'
import { renderPrometheus } from './prometheus-file.ts'
import type { RenderedFile } from './rendered-file.ts'
import { renderRules, renderRuleTests } from './rules-file.ts'

function rulesFileOf({ service }: Pick<MonitoringPlan, 'service'>): string {
  return `${service}-rules.yml`
}

export function renderMonitoring(plan: MonitoringPlan): readonly RenderedFile[] {
  const rules = rulesFileOf(plan)
  return [
    { path: 'prometheus.yml', content: renderPrometheus(plan, rules) },
    { path: rules, content: renderRules(plan) },
    ...renderRuleTests(plan, rules),
    { path: 'alertmanager.yml', content: renderAlertmanager(plan) },
    { path: 'grafana-business.json', content: json(businessDashboard(plan)) },
    { path: 'grafana-system.json', content: json(systemDashboard(plan)) },
    { path: 'application.yml', content: renderApplication(plan) },
  ]
}

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}
