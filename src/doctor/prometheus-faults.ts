/** Is the service scraped, in time, and does Prometheus tell anybody? */
import { durationText } from '../core/duration.ts'
import { text } from '../core/text.ts'
import type { Finding } from './diagnosis.ts'
import type { PrometheusFacts } from './facts.ts'

/** Of the time limit: above it, one slow scrape more and the target counts as down. */
const NEAR_LIMIT = 0.8

export function judgeTargets(facts: PrometheusFacts): readonly Finding[] {
  const { url, targets, alertmanagers } = facts
  const findings: Finding[] = [...notScraped(facts), ...noAlerts(facts)]
  for (const target of targets) {
    if (target.health === 'down') {
      findings.push({
        code: 'UNREACHABLE',
        severity: 'critical',
        subject: `${target.job} ${target.instance}`,
        message: text(
          `Prometheus가 수집하지 못합니다: ${target.lastError}`,
          `Prometheus cannot scrape it: ${target.lastError}`,
        ),
        remedy: text(
          '주소, 인증, metrics_path(/actuator/prometheus)를 확인하세요',
          'check address, authentication and metrics_path (/actuator/prometheus)',
        ),
      })
    }
    const { scrapeTimeoutMs, scrapeDurationMs } = target
    if (scrapeTimeoutMs !== undefined && scrapeDurationMs > NEAR_LIMIT * scrapeTimeoutMs) {
      const took = durationText(scrapeDurationMs)
      const limit = durationText(scrapeTimeoutMs)
      findings.push({
        code: 'SCRAPE_SLOW',
        severity: 'warning',
        subject: `${target.job} ${target.instance}`,
        message: text(
          `수집에 ${took.ko} 걸립니다(제한 ${limit.ko}). 조금만 더 느려지면 중단으로 보입니다`,
          `a scrape takes ${took.en} of ${limit.en}: a little slower and it looks down`,
        ),
        remedy: text(
          'scrape_timeout을 늘리거나 히스토그램을 줄이세요',
          'raise scrape_timeout, or publish fewer buckets',
        ),
      })
    }
  }
  if (alertmanagers !== undefined && alertmanagers.length === 0) {
    findings.push({
      code: 'RECEIVER_MISSING',
      severity: 'critical',
      subject: url,
      message: text(
        'Prometheus에 연결된 Alertmanager가 없습니다. 어떤 알림도 나가지 않습니다',
        'Prometheus sends to no Alertmanager: no alert leaves it',
      ),
      remedy: text(
        'prometheus.yml의 alerting.alertmanagers를 설정하세요',
        'set alerting.alertmanagers in prometheus.yml',
      ),
    })
  }
  return findings
}

/** Where the service publishes what it counts, whatever stands before it. */
const SCRAPE_PATH = /\/(?:actuator|api\/monitoring)\/prometheus(?:\?|$)/

/** Nothing that looks like this service; what other services there are, it would not tell. */
function notScraped({ url, targets }: PrometheusFacts): readonly Finding[] {
  if (targets.some(({ scrapeUrl }) => SCRAPE_PATH.test(scrapeUrl))) return []
  return [
    {
      code: 'SERIES_ABSENT',
      severity: 'critical',
      subject: 'up',
      message: text(
        `Prometheus(${url})가 이 서비스를 수집하지 않습니다. 어떤 규칙도 울릴 수 없습니다`,
        `Prometheus (${url}) does not scrape this service: no rule can fire`,
      ),
      remedy: text(
        'mts monitoring render의 prometheus.yml에 있는 scrape_configs를 넣으세요',
        'add the scrape_configs of prometheus.yml of mts monitoring render',
      ),
    },
  ]
}

function noAlerts({ groups }: PrometheusFacts): readonly Finding[] {
  if (groups.some(({ rules }) => rules.some(({ kind }) => kind === 'alerting'))) return []
  return [
    {
      code: 'ALERT_MISSING',
      severity: 'warning',
      subject: 'rule_files',
      message: text(
        '올라가 있는 알림 규칙이 없습니다. 장애가 나도 아무도 모릅니다',
        'no alerting rule is loaded: an outage would reach nobody',
      ),
      remedy: text(
        'mts monitoring render로 규칙을 만들고 rule_files에 넣으세요',
        'make the rules by mts monitoring render and name them in rule_files',
      ),
    },
  ]
}
