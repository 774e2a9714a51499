/** `prometheus.yml`: what is scraped, how often, and where alerts are sent. */
import { promDuration } from './durations.ts'
import type { MonitoringPlan } from './plan.ts'
import { comment, paragraphs, yamlOf } from './yaml-text.ts'

/** As the guide has it; Prometheus takes no time limit above the interval. */
const TIMEOUT_MS = 10_000

export function renderPrometheus(plan: MonitoringPlan, rulesFile: string): string {
  const interval = promDuration(plan.intervalMs, plan)
  const authorization = authorizationOf(plan)
  return paragraphs([
    comment([
      `${plan.service}의 Prometheus 설정. mts monitoring render로 만들었습니다.`,
      ...(plan.authorization.kind === 'none'
        ? []
        : [`서비스 인증: ${plan.secretsDir}/ 아래 파일에 비밀값만 한 줄로 두세요(chmod 600).`]),
    ]),
    yamlOf({
      global: { scrape_interval: interval, evaluation_interval: interval },
      rule_files: [rulesFile],
    }),
    yamlOf({
      scrape_configs: [
        {
          job_name: plan.job,
          metrics_path: plan.metricsPath,
          scheme: plan.scheme,
          scrape_interval: interval,
          scrape_timeout: promDuration(Math.min(TIMEOUT_MS, plan.intervalMs), plan),
          ...authorization,
          static_configs: [{ targets: plan.targets }],
        },
      ],
    }),
    yamlOf({
      alerting: { alertmanagers: [{ static_configs: [{ targets: plan.alertmanagers }] }] },
    }),
  ])
}

function authorizationOf({ authorization, secretsDir }: MonitoringPlan): object {
  switch (authorization.kind) {
    case 'none':
      return {}
    case 'bearer':
      return { authorization: { credentials_file: `${secretsDir}/service-token` } }
    case 'basic':
      return {
        basic_auth: {
          username: authorization.user,
          password_file: `${secretsDir}/service-password`,
        },
      }
  }
}
