/** All facts in, every finding out, worst first. What could not be seen is said, never passed. */
import { isoSeoul } from '../core/dates.ts'
import type { AlertingRule } from '../core/monitoring.ts'
import { text } from '../core/text.ts'
import { judgeAlertmanager } from './alertmanager-faults.ts'
import type { Diagnosis, Finding, Unseen } from './diagnosis.ts'
import { sortFindings } from './diagnosis.ts'
import type { DoctorFacts, PrometheusFacts, Seen } from './facts.ts'
import { judgeLinks } from './link-faults.ts'
import { familiesUsed, judgeLoadedRules, rulesOf } from './loaded-rule-faults.ts'
import { judgeTargets } from './prometheus-faults.ts'
import { judgeSeries } from './series-faults.ts'
import { judgeService } from './service-faults.ts'

export function diagnose(facts: DoctorFacts): Diagnosis {
  const { prometheus, alertmanager, playbooks } = facts
  const loaded = prometheus.kind === 'seen' ? prometheus.facts : undefined
  const alerts =
    loaded === undefined
      ? []
      : rulesOf(loaded).filter((rule): rule is AlertingRule => rule.kind === 'alerting')
  const used = loaded === undefined ? new Set<string>() : familiesUsed(loaded)
  const findings: readonly Finding[] = [
    ...judgeService(facts),
    ...judgeSeries(facts, used),
    ...unreachable('Prometheus', 'prometheus.url', prometheus),
    ...unreachable('Alertmanager', 'alertmanager.url', alertmanager),
    ...(loaded === undefined ? [] : [...judgeTargets(loaded), ...judgeLoadedRules(facts, loaded)]),
    ...(alertmanager.kind === 'seen' ? judgeAlertmanager(alertmanager.facts.config, alerts) : []),
    ...(loaded === undefined || playbooks === undefined ? [] : judgeLinks(alerts, playbooks)),
  ]
  return {
    kind: 'Diagnosis',
    url: facts.url,
    observedAt: isoSeoul(facts.nowMs),
    findings: sortFindings(findings),
    unseen: unseenIn(facts),
  }
}

function unreachable(name: string, key: string, seen: Seen<unknown>): readonly Finding[] {
  if (seen.kind !== 'unreachable') return []
  return [
    {
      code: 'UNREACHABLE',
      severity: 'critical',
      subject: seen.url,
      message: text(
        `${name}에 연결할 수 없습니다: ${seen.reason.ko}`,
        `${name} cannot be reached: ${seen.reason.en}`,
      ),
      remedy: text(`설정을 확인하세요: mts config show ${key}`, `check mts config show ${key}`),
    },
  ]
}

function unseenIn(facts: DoctorFacts): readonly Unseen[] {
  const { service, prometheus, alertmanager } = facts
  const unseen: Unseen[] = []
  if (service.health.kind === 'unknown') {
    unseen.push({ what: text('헬스체크', 'health'), reason: service.health.reason })
  }
  if (service.clock.kind === 'unknown') {
    unseen.push({ what: text('시각·시간대', 'clock and zone'), reason: service.clock.reason })
  } else if (service.clock.zone === 'unknown') {
    unseen.push({
      what: text('배치 시간대', "the batch's zone"),
      reason: text('배치가 만든 최근 기록 없음', 'no recent record of the batch itself'),
    })
  }
  for (const { path, state } of service.endpoints) {
    if (state !== 'unknown') continue
    unseen.push({ what: text(path, path), reason: text('응답 없음', 'no answer') })
  }
  if (facts.exposition === undefined) {
    const reason = facts.expositionReason ?? text('응답 없음', 'no answer')
    unseen.push({ what: text('수집 지표', 'the scrape'), reason })
  }
  const notSet = (key: string) => text(`설정되지 않음(${key})`, `not configured (${key})`)
  if (prometheus.kind === 'none') {
    unseen.push({ what: text('Prometheus', 'Prometheus'), reason: notSet('prometheus.url') })
  }
  if (prometheus.kind === 'seen') unseen.push(...unseenRules(prometheus.facts))
  if (alertmanager.kind === 'none') {
    unseen.push({ what: text('Alertmanager', 'Alertmanager'), reason: notSet('alertmanager.url') })
  }
  return unseen
}

function unseenRules({ warnings, selectorsLeft }: PrometheusFacts): readonly Unseen[] {
  const what = text('Prometheus 규칙 일부', 'some of the rules')
  const left =
    selectorsLeft === 0
      ? []
      : [
          text(
            `너무 많아 조회하지 않음: 선택자 ${selectorsLeft}개`,
            `too many: ${selectorsLeft} selectors`,
          ),
        ]
  const said = warnings.map((words) => text(words, words))
  return [...said, ...left].map((reason) => ({ what, reason }))
}
