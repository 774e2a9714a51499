/** Alerts and playbooks: does each alert lead to a playbook that exists, and each playbook have its alert? */
import { playbookForAlert, playbookNamed } from '../core/alert-playbook.ts'
import type { TriggeredPlaybook } from '../core/alert-playbook.ts'
import type { AlertingRule } from '../core/monitoring.ts'
import { text } from '../core/text.ts'
import type { Finding } from './diagnosis.ts'

export function judgeLinks(
  alerts: readonly AlertingRule[],
  playbooks: readonly TriggeredPlaybook[],
): readonly Finding[] {
  const findings: Finding[] = []
  const lost = new Map<string, string[]>()
  for (const alert of alerts) {
    const named = playbookNamed(alert.annotations)
    if (named !== undefined && !playbooks.some(({ id }) => id === named)) {
      lost.set(named, [...(lost.get(named) ?? []), alert.name])
    }
    const linked = alert.annotations['runbook_url'] ?? ''
    if (
      named === undefined &&
      /^https?:\/\/(?:wiki\.company\.com|(?:[^/]*\.)?example\.)/.test(linked)
    ) {
      findings.push({
        code: 'RUNBOOK_MISSING',
        severity: 'warning',
        subject: `${alert.name}: runbook_url`,
        message: text(
          `알림의 런북 주소가 예시 그대로입니다: ${linked}`,
          `the runbook's address is an example's: ${linked}`,
        ),
        remedy: text(
          'annotations.runbook에 mts playbook <id>를 적으세요',
          'put mts playbook <id> into annotations.runbook',
        ),
      })
    }
    if (named === undefined && playbookForAlert(alert, playbooks) === undefined) {
      findings.push({
        code: 'PLAYBOOK_MISSING',
        severity: 'info',
        subject: alert.name,
        message: text(
          '이 알림을 받았을 때 열 플레이북이 없습니다',
          'there is no playbook to open when this alert comes',
        ),
        remedy: text(
          'annotations.runbook에 mts playbook <id>를 적거나 플레이북의 triggers에 추가하세요',
          'name one in annotations.runbook, or add the alert to the triggers of a playbook',
        ),
      })
    }
  }
  for (const [named, pointing] of lost) {
    findings.push({
      code: 'RUNBOOK_MISSING',
      severity: 'warning',
      subject: named,
      message: text(
        `알림이 가리키는 플레이북이 없습니다. 알림: ${pointing.join(', ')}`,
        `alerts point at a playbook that does not exist: ${pointing.join(', ')}`,
      ),
      remedy: text('있는 플레이북: mts playbook list', 'see what there is: mts playbook list'),
    })
  }
  // Where none is loaded at all, that is said once.
  for (const { id, triggers } of alerts.length === 0 ? [] : playbooks) {
    const missing = triggers
      .map(({ alertname }) => alertname)
      .filter((name) => !alerts.some((alert) => alert.name === name))
    if (triggers.length === 0 || missing.length < triggers.length) continue
    findings.push({
      code: 'ALERT_MISSING',
      severity: 'info',
      subject: id,
      message: text(
        `이 플레이북을 부르는 알림이 Prometheus에 없습니다: ${missing.join(', ')}`,
        `none of the alerts that call for this playbook is loaded: ${missing.join(', ')}`,
      ),
      remedy: text(
        'mts monitoring render로 규칙을 만드세요',
        'make the rules: mts monitoring render',
      ),
    })
  }
  return findings
}
