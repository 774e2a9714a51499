/** A Prometheus that is there and sees nothing of the service, or tells nobody. */
import { describe, expect, it } from 'vitest'
import type { AlertingRule, ScrapeTarget } from '../../src/core/monitoring.ts'
import { diagnose } from '../../src/doctor/diagnose.ts'
import type { DoctorFacts, PrometheusFacts } from '../../src/doctor/facts.ts'

const TARGET: ScrapeTarget = {
  job: 'mini-today-sales',
  instance: 'app-1:8080',
  labels: { job: 'mini-today-sales', instance: 'app-1:8080' },
  scrapeUrl: 'http://app-1:8080/actuator/prometheus',
  health: 'up',
  lastError: '',
  scrapeDurationMs: 100,
}
const RULE: AlertingRule = {
  kind: 'alerting',
  name: 'ServiceDown',
  query: 'up == 0',
  labels: { severity: 'critical' },
  annotations: { runbook: 'mts playbook service-down' },
  health: 'ok',
  forMs: 60_000,
  state: 'inactive',
  alerts: [],
}
const GROUP = { name: 'g', file: 'rules.yml', intervalMs: 15_000, rules: [RULE] }

function diagnosisOf(prometheus: Partial<PrometheusFacts>) {
  const facts: DoctorFacts = {
    url: 'http://localhost:8080',
    nowMs: 0,
    service: {
      health: { kind: 'answered', latencyMs: 5 },
      endpoints: [],
      clock: { kind: 'known', skewMs: 0, zone: 'seoul' },
    },
    meters: [],
    prometheus: {
      kind: 'seen',
      facts: {
        url: 'http://prometheus:9090',
        groups: [GROUP],
        targets: [TARGET],
        alertmanagers: ['http://alertmanager:9093'],
        lookUps: new Map([['up', 'some']]),
        selectorsLeft: 0,
        warnings: [],
        ...prometheus,
      },
    },
    alertmanager: { kind: 'none' },
    playbooks: [{ id: 'service-down', triggers: [{ alertname: 'ServiceDown', labels: {} }] }],
  }
  const { findings, unseen } = diagnose(facts)
  return {
    found: findings.map(({ code, severity, subject }) => `${severity} ${code} ${subject}`),
    unseen: unseen.map(({ reason }) => reason.en),
  }
}

describe('a Prometheus', () => {
  it('that scrapes the service and has its rules is left alone', () => {
    expect(diagnosisOf({}).found).toEqual([])
  })

  it('that scrapes something else is found', () => {
    const other = { ...TARGET, scrapeUrl: 'http://node:9100/metrics' }
    expect(diagnosisOf({ targets: [other] }).found).toEqual(['critical SERIES_ABSENT up'])
    expect(diagnosisOf({ targets: [] }).found).toEqual(['critical SERIES_ABSENT up'])
    const behind = { ...TARGET, scrapeUrl: 'https://gate/sales/api/monitoring/prometheus?x=1' }
    expect(diagnosisOf({ targets: [behind] }).found).toEqual([])
  })

  it('that has no alerting rule is one finding, not one for each playbook', () => {
    expect(diagnosisOf({ groups: [] }).found).toEqual(['warning ALERT_MISSING rule_files'])
  })

  it('that says its answer is a part, or has more rules than are looked up, is not taken for whole', () => {
    const { unseen } = diagnosisOf({ warnings: ['store-2 did not answer'], selectorsLeft: 12 })
    expect(unseen).toEqual(
      expect.arrayContaining(['store-2 did not answer', 'too many: 12 selectors']),
    )
  })
})
