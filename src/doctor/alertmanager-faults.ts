/** Where alerts go: which receiver gets which, receivers nobody set up, inhibition upside down. */
import { matchesAll, writeMatcher } from '../core/label-matcher.ts'
import type { Labels, LabelMatcher } from '../core/label-matcher.ts'
import type { AlertingRule, AlertmanagerConfig, AlertRoute } from '../core/monitoring.ts'
import { text } from '../core/text.ts'
import type { Finding } from './diagnosis.ts'

/** The receivers an alert with these labels reaches, as Alertmanager's routing tree has it. */
export function receiversFor(config: AlertmanagerConfig, labels: Labels): readonly string[] {
  return [...new Set(walk(config.route, labels, config.route.receiver ?? ''))]
}

function walk(route: AlertRoute, labels: Labels, inherited: string): readonly string[] {
  const receiver = route.receiver ?? inherited
  const reached: string[] = []
  for (const child of route.routes) {
    if (!matchesAll(child.matchers, labels)) continue
    reached.push(...walk(child, labels, receiver))
    if (!child.continues) return reached
  }
  return reached.length > 0 ? reached : [receiver]
}

/** Every label an alert of this rule is known to have. */
function labelsOfRule(rule: AlertingRule): Labels {
  return { ...rule.labels, alertname: rule.name }
}

export function judgeAlertmanager(
  config: AlertmanagerConfig,
  alerts: readonly AlertingRule[],
): readonly Finding[] {
  return [
    ...judgeReceivers(config, alerts),
    ...judgeInhibition(config, alerts),
    ...judgeWords(config),
  ]
}

function judgeReceivers(
  config: AlertmanagerConfig,
  alerts: readonly AlertingRule[],
): readonly Finding[] {
  const findings: Finding[] = []
  const reached = new Map<string, AlertingRule[]>()
  for (const alert of alerts) {
    for (const receiver of receiversFor(config, labelsOfRule(alert))) {
      reached.set(receiver, [...(reached.get(receiver) ?? []), alert])
    }
  }
  for (const [receiver, sent] of reached) {
    const set = config.receivers.find(({ name }) => name === receiver)
    if (set !== undefined && set.integrations.length > 0) continue
    const critical = sent.some(({ labels }) => labels['severity'] === 'critical')
    const names = sent.map(({ name }) => name).join(', ')
    findings.push({
      code: 'RECEIVER_MISSING',
      severity: critical ? 'critical' : 'warning',
      subject: receiver,
      message: text(
        `수신 채널이 없는 수신자입니다. 아무에게도 가지 않는 알림: ${names}`,
        `nothing is set up behind this receiver; nobody gets: ${names}`,
      ),
      remedy: text(
        'Slack이나 PagerDuty 설정을 넣으세요: mts monitoring render의 alertmanager.yml',
        'give it Slack or PagerDuty: alertmanager.yml of mts monitoring render',
      ),
    })
  }
  const routed = new Set(allReceivers(config.route))
  for (const { name, integrations } of config.receivers) {
    if (integrations.length === 0 || routed.has(name)) continue
    findings.push({
      code: 'RECEIVER_MISSING',
      severity: 'warning',
      subject: name,
      message: text(
        '이 수신자로 가는 경로가 없습니다. 설정만 있고 알림은 오지 않습니다',
        'no route leads to this receiver: it is set up and never gets anything',
      ),
      remedy: text(
        `경로를 추가하세요: matchers ['severity="critical"'], receiver ${name}`,
        `add a route: matchers ['severity="critical"'], receiver ${name}`,
      ),
    })
  }
  return findings
}

function allReceivers(route: AlertRoute): readonly string[] {
  return [
    ...(route.receiver === undefined ? [] : [route.receiver]),
    ...route.routes.flatMap((child) => allReceivers(child)),
  ]
}

/** Alerts that say that all of it is gone: nothing may hide them. */
const OUTAGES: ReadonlySet<string> = new Set(['ServiceDown', 'InstanceDown', 'TargetDown'])

function judgeInhibition(
  config: AlertmanagerConfig,
  alerts: readonly AlertingRule[],
): readonly Finding[] {
  const known = alerts.map((alert) => labelsOfRule(alert))
  return config.inhibitRules.flatMap(({ source, target }): readonly Finding[] => {
    const sources = known.filter((labels) => matchesAll(source, labels))
    const targets = known.filter((labels) => matchesAll(target, labels))
    // Rules about alerts that are not loaded still say which names they mean.
    const from = sources.length > 0 ? sources : [labelsMeant(source)]
    const to = targets.length > 0 ? targets : [labelsMeant(target)]
    const worst = to.find(
      (hidden) =>
        isOutage(hidden) &&
        from.some((hiding) => !isOutage(hiding) && hiding['alertname'] !== hidden['alertname']),
    )
    const weaker = to.find(
      (hidden) =>
        hidden['severity'] === 'critical' &&
        from.every(
          (hiding) => hiding['severity'] !== undefined && hiding['severity'] !== 'critical',
        ),
    )
    const hidden = worst ?? weaker
    if (hidden === undefined) return []
    const left = source.map(writeMatcher).join(', ')
    const name = hidden['alertname'] ?? target.map(writeMatcher).join(', ')
    return [
      {
        code: 'INHIBITION_INVERTED',
        severity: 'critical',
        subject: `${left} > ${target.map(writeMatcher).join(', ')}`,
        message: text(
          `증상이 원인을 가립니다: ${left} 알림이 있는 동안 ${name} 알림이 오지 않습니다`,
          `upside down: while ${left} fires, ${name} is hidden`,
        ),
        remedy: text(
          'source를 ServiceDown으로, target을 증상으로 바꾸세요(mts monitoring render의 alertmanager.yml)',
          'make ServiceDown the source and the symptoms the target (alertmanager.yml of mts monitoring render)',
        ),
      },
    ]
  })
}

function isOutage(labels: Labels): boolean {
  return OUTAGES.has(labels['alertname'] ?? '')
}

function labelsMeant(matchers: readonly LabelMatcher[]): Labels {
  return Object.fromEntries(
    matchers
      .filter(({ operator }) => operator === '=')
      .map(({ name, value }) => [name, value] as const),
  )
}

function judgeWords(config: AlertmanagerConfig): readonly Finding[] {
  const findings = config.deprecated.map((word): Finding => ({
    code: 'RULE_WRONG',
    severity: 'warning',
    subject: `alertmanager: ${word}`,
    message: text(
      `더 이상 쓰지 않는 설정입니다: ${word}`,
      `this word of the configuration is deprecated: ${word}`,
    ),
    remedy: text(`${replacementOf(word)}(으)로 바꾸세요`, `write ${replacementOf(word)} instead`),
  }))
  for (const words of config.unreadable) {
    findings.push({
      code: 'RULE_WRONG',
      severity: 'warning',
      subject: `alertmanager: ${words}`,
      message: text('읽을 수 없는 조건입니다', 'a matcher that cannot be read'),
      remedy: text('값을 따옴표로 묶으세요', 'quote its value'),
    })
  }
  // The example configuration's name, for whatever stands behind it.
  if (config.receivers.some(({ name }) => name === 'web.hook')) {
    findings.push({
      code: 'RULE_WRONG',
      severity: 'warning',
      subject: 'alertmanager: web.hook',
      message: text(
        "수신자 이름이 예제 그대로입니다('web.hook'). 알림이 어디로 가는지 알 수 없습니다",
        "the receiver still has the example's name ('web.hook'), which does not say where alerts go",
      ),
      remedy: text(
        'slack, pagerduty처럼 이름을 붙이세요',
        'name it for what it is: slack, pagerduty',
      ),
    })
  }
  return findings
}

function replacementOf(word: string): string {
  if (word === 'service_key') return 'routing_key(Events API v2)'
  if (word.startsWith('source_')) return 'source_matchers'
  if (word.startsWith('target_')) return 'target_matchers'
  return 'matchers'
}
