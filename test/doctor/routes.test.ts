import { describe, expect, it } from 'vitest'
import type { AlertingRule, AlertmanagerConfig } from '../../src/core/monitoring.ts'
import { applyAcceptances } from '../../src/doctor/accepted.ts'
import { judgeAlertmanager, receiversFor } from '../../src/doctor/alertmanager-faults.ts'
import type { Finding } from '../../src/doctor/diagnosis.ts'
import { playbookForAlert } from '../../src/core/alert-playbook.ts'
import { judgeLinks } from '../../src/doctor/link-faults.ts'
import { parseAlertmanagerConfig } from '../../src/telemetry/alertmanager-config.ts'

function config(yaml: string): AlertmanagerConfig {
  const parsed = parseAlertmanagerConfig(yaml)
  if (parsed === undefined) throw new Error('no configuration')
  return parsed
}

function alert(
  name: string,
  severity: string,
  annotations: Readonly<Record<string, string>> = {},
): AlertingRule {
  return {
    kind: 'alerting',
    name,
    query: 'up == 0',
    labels: { severity },
    annotations,
    health: 'ok',
    forMs: 0,
    state: 'inactive',
    alerts: [],
  }
}

const RECEIVERS = `
receivers:
  - name: slack
    slack_configs: [{ api_url: <secret> }]
  - name: pagerduty
    pagerduty_configs: [{ routing_key: <secret> }]
  - name: nobody
`

describe('an alert', () => {
  const routed = config(`
route:
  receiver: slack
  routes:
    - matchers: [team="a"]
      receiver: pagerduty
      continue: true
    - matchers: [severity="critical"]
      routes:
        - matchers: ['alertname=~"Service.*"']
          receiver: pagerduty
    - matchers: [severity="critical"]
      receiver: nobody
${RECEIVERS}`)

  it('goes where the tree of routes sends it: first match, deeper first, on where told to continue', () => {
    const to = (labels: Readonly<Record<string, string>>) => receiversFor(routed, labels)
    expect(to({ severity: 'warning' })).toEqual(['slack'])
    expect(to({ severity: 'critical', alertname: 'ServiceDown' })).toEqual(['pagerduty'])
    // The node without a receiver takes its parent's; its sibling is no longer asked.
    expect(to({ severity: 'critical', alertname: 'Other' })).toEqual(['slack'])
    expect(to({ team: 'a', severity: 'critical', alertname: 'Other' })).toEqual([
      'pagerduty',
      'slack',
    ])
    expect(to({ team: 'a' })).toEqual(['pagerduty'])
  })

  it('that reaches nobody is found, and a receiver that nothing reaches', () => {
    const lost = config(`
route:
  receiver: slack
  routes: [{ matchers: [severity="critical"], receiver: nobody }]
${RECEIVERS}`)
    const found = judgeAlertmanager(lost, [
      alert('ServiceDown', 'critical'),
      alert('Slow', 'warning'),
    ])
    expect(found).toMatchObject([
      { code: 'RECEIVER_MISSING', severity: 'critical', subject: 'nobody' },
      { code: 'RECEIVER_MISSING', severity: 'warning', subject: 'pagerduty' },
    ])
    expect(found[0]?.message.en).toContain('ServiceDown')
  })
})

describe('inhibition', () => {
  const inhibiting = (source: string, target: string): AlertmanagerConfig =>
    config(`
route: { receiver: slack }
receivers: [{ name: slack, slack_configs: [{ api_url: <secret> }] }]
inhibit_rules:
  - source_matchers: ['${source}']
    target_matchers: ['${target}']
    equal: [instance]
`)
  const alerts = [
    alert('ServiceDown', 'critical'),
    alert('HighResponseTime', 'warning'),
    alert('DatabaseDown', 'critical'),
  ]
  const codes = (source: string, target: string, loaded = alerts): readonly string[] =>
    judgeAlertmanager(inhibiting(source, target), loaded).map(({ code }) => code)

  it('upside down is found by name, by severity, and when the alerts are not even loaded', () => {
    expect(codes('alertname="HighResponseTime"', 'alertname="ServiceDown"')).toEqual([
      'INHIBITION_INVERTED',
    ])
    expect(codes('alertname="HighResponseTime"', 'alertname="ServiceDown"', [])).toEqual([
      'INHIBITION_INVERTED',
    ])
    expect(codes('severity="warning"', 'severity="critical"')).toEqual(['INHIBITION_INVERTED'])
    expect(codes('alertname="DatabaseDown"', 'severity=~"critical|warning"')).toEqual([
      'INHIBITION_INVERTED',
    ])
  })

  it('the right way up is left alone', () => {
    expect(codes('alertname="ServiceDown"', 'severity="warning"')).toEqual([])
    expect(codes('alertname="ServiceDown"', 'alertname!="ServiceDown"')).toEqual([])
    expect(codes('severity="critical"', 'severity="warning"')).toEqual([])
  })
})

describe('alerts and playbooks', () => {
  const books = [
    { id: 'service-down', triggers: [{ alertname: 'ServiceDown', labels: {} }] },
    { id: 'orphan', triggers: [{ alertname: 'NeverLoaded', labels: {} }] },
    { id: 'manual', triggers: [] },
  ]

  it('lead to each other, by name or by trigger', () => {
    const named = { runbook: 'mts playbook manual' }
    expect(playbookForAlert(alert('X', 'warning', named), books)).toBe('manual')
    expect(playbookForAlert(alert('ServiceDown', 'critical'), books)).toBe('service-down')
    expect(playbookForAlert(alert('X', 'warning'), books)).toBeUndefined()
  })

  it('that do not are found, either way', () => {
    const found = judgeLinks(
      [
        alert('ServiceDown', 'critical'),
        alert('Lost', 'warning', { runbook: 'mts playbook gone' }),
        alert('Bare', 'warning'),
        alert('Example', 'warning', { runbook_url: 'https://wiki.company.com/x' }),
      ],
      books,
    ).map(({ code, subject }) => `${code} ${subject}`)
    expect(found).toEqual([
      'PLAYBOOK_MISSING Bare',
      'RUNBOOK_MISSING Example: runbook_url',
      'PLAYBOOK_MISSING Example',
      'RUNBOOK_MISSING gone',
      'ALERT_MISSING orphan',
    ])
  })
})

describe('an accepted finding', () => {
  const finding: Finding = {
    code: 'SERIES_BLIND',
    severity: 'critical',
    subject: 'settlement_result_total',
    message: { ko: '', en: '' },
    remedy: { ko: '', en: '' },
  }
  const acceptance = {
    code: 'SERIES_BLIND',
    subject: 'settlement_result_total',
    reason: 'next release',
    until: '2026-12-01',
    acceptedBy: 'kim',
    acceptedAt: '2026-11-24T09:00:00+09:00',
  }

  it('is marked until its last day, and counts again on the next', () => {
    const on = (today: string) => applyAcceptances([finding], [acceptance], today)[0]?.accepted
    expect(on('2026-12-01')).toEqual({ reason: 'next release', until: '2026-12-01' })
    expect(on('2026-12-02')).toBeUndefined()
  })

  it('is that finding and no other', () => {
    const other = { ...finding, subject: 'api_calls_total' }
    expect(applyAcceptances([other], [acceptance], '2026-11-24')[0]?.accepted).toBeUndefined()
  })
})
