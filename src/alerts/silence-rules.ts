/** What a silence would hide, and what it must not hide. */
import { matches, matchesAll } from '../core/label-matcher.ts'
import type { Labels, LabelMatcher } from '../core/label-matcher.ts'
import type { ActiveAlert, AlertingRule } from '../core/monitoring.ts'
import { text } from '../core/text.ts'
import type { Reason } from '../playbook/operation.ts'

/** A silence ends within a day: what is to last longer belongs into the rules. */
export const LONGEST_SILENCE_MS = 24 * 3_600_000

const OUTAGE_ALERT = 'ServiceDown'

export interface SilenceReach {
  /** Alerts that would fall silent now; null when they could not be read. */
  readonly hides:
    | readonly { readonly alertname: string; readonly labels: Labels; readonly state: string }[]
    | null
  /** Loaded rules whose alerts it could hide later; null when the rules could not be read. */
  readonly couldHide: readonly string[] | null
  /** By their own labels alone, all loaded rules would be hidden. */
  readonly everyRule: boolean
}

export function reachOf(
  matchers: readonly LabelMatcher[],
  alerts: readonly ActiveAlert[],
  rules: readonly AlertingRule[] | undefined,
): SilenceReach {
  const hides = alerts
    .filter(({ labels }) => matchesAll(matchers, labels))
    .map(({ labels, state }) => ({ alertname: labels['alertname'] ?? '', labels, state }))
    .toSorted((left, right) => (left.alertname < right.alertname ? -1 : 1))
  const couldHide = rules?.filter((rule) => couldMatch(matchers, rule)).map(({ name }) => name)
  return {
    hides,
    couldHide: couldHide === undefined ? null : [...new Set(couldHide)].sort(),
    everyRule:
      rules !== undefined &&
      rules.length > 1 &&
      rules.every((rule) => matchesAll(matchers, labelsOf(rule))),
  }
}

/**
 * A rule's own labels are known, its series' labels are not: a matcher on one of those may hold one
 * day, so it excludes nothing.
 */
function couldMatch(matchers: readonly LabelMatcher[], rule: AlertingRule): boolean {
  const labels = labelsOf(rule)
  return matchers.every((matcher) =>
    labels[matcher.name] === undefined ? true : matches(matcher, labels),
  )
}

function labelsOf(rule: AlertingRule): Labels {
  return { ...rule.labels, alertname: rule.name }
}

export function judgeSilence(
  matchers: readonly LabelMatcher[],
  reach: SilenceReach,
): readonly Reason[] {
  const refusals: Reason[] = []
  if (hidesEverything(matchers, reach)) {
    refusals.push({
      code: 'SILENCE_TOO_WIDE',
      message: text(
        '모든 알림을 가리는 조건입니다. 알림 이름이나 인스턴스로 좁히세요',
        'this would hide every alert: narrow it to an alert or an instance',
      ),
    })
  }
  const named = matchers.some(
    ({ name, operator, value }) =>
      name === 'alertname' && operator === '=' && value === OUTAGE_ALERT,
  )
  if (!named && hidesOutage(matchers, reach)) {
    refusals.push({
      code: 'HIDES_SERVICE_DOWN',
      message: text(
        `${OUTAGE_ALERT}까지 가려집니다. 가리려면 alertname=${OUTAGE_ALERT}으로 이름을 적으세요`,
        `this would hide ${OUTAGE_ALERT} too: to silence that, name it with alertname=${OUTAGE_ALERT}`,
      ),
    })
  }
  return refusals
}

/** Holds for an alert nobody has thought of, with labels of any value or with none, or for every rule there is. */
function hidesEverything(matchers: readonly LabelMatcher[], reach: SilenceReach): boolean {
  const bare = { alertname: 'AnAlertNobodyHasThoughtOf' }
  const made: Record<string, string> = { ...bare }
  for (const { name } of matchers) made[name] ??= 'a value nobody has thought of'
  return matchesAll(matchers, made) || matchesAll(matchers, bare) || reach.everyRule
}

function hidesOutage(matchers: readonly LabelMatcher[], reach: SilenceReach): boolean {
  if (reach.hides?.some(({ alertname }) => alertname === OUTAGE_ALERT) === true) return true
  if (reach.couldHide !== null) return reach.couldHide.includes(OUTAGE_ALERT)
  // Without the rules: the alert as it is usually labelled.
  const usual: Labels = { alertname: OUTAGE_ALERT, severity: 'critical' }
  return matchers.every((matcher) =>
    usual[matcher.name] === undefined ? true : matches(matcher, usual),
  )
}
