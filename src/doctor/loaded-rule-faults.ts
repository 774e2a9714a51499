/** The rules that Prometheus has loaded: can they fire, and do they say what they mean? */
import { nearestName } from '../core/nearest.ts'
import type { LoadedRule } from '../core/monitoring.ts'
import { text } from '../core/text.ts'
import { outlookOf } from './dead-rules.ts'
import type { LookUp, Outlook } from './dead-rules.ts'
import type { Finding, FindingSeverity } from './diagnosis.ts'
import { expandRecords, recordsIn } from './expand-records.ts'
import type { Records } from './expand-records.ts'
import type { DoctorFacts, PrometheusFacts } from './facts.ts'
import { parsePromql, selectorsIn } from './promql.ts'
import type { Selector } from './promql.ts'
import { judgeRules } from './judge-rules.ts'
import type { RuleFault } from './rule-faults.ts'
import { seriesValuesOf } from './series-faults.ts'

export function judgeLoadedRules(
  facts: DoctorFacts,
  prometheus: PrometheusFacts,
): readonly Finding[] {
  const rules = rulesOf(prometheus)
  const lookUp = lookUpWith(recordsIn(rules), prometheus)
  const names = [
    ...new Set([
      ...(facts.exposition?.samples ?? []).map(({ name }) => name),
      ...(prometheus.metricNames ?? []),
    ]),
  ]
  const judged = judgeRules(
    rules.map((rule) => ({ ...rule, words: wordsOf(rule) })),
    seriesValuesOf(facts.exposition),
    shortestIntervalMs(prometheus),
  )
  return rules.flatMap((rule, index) => {
    if (rule.health === 'err') return [brokenRule(rule)]
    const { whole, faults } = judged[index] ?? {}
    // A grammar newer than ours is no fault of the rule.
    if (whole === undefined) return []
    const dead = deadRule(rule, outlookOf(whole, lookUp), names)
    const wrong = (faults ?? []).map((fault): Finding => wrongRule(rule, fault))
    return dead === undefined ? wrong : [dead, ...wrong]
  })
}

function wrongRule(rule: LoadedRule, { id, message, remedy }: RuleFault): Finding {
  const subject = `${rule.name}: ${id}`
  return { code: 'RULE_WRONG', severity: severityOf(rule), subject, message, remedy }
}

function wordsOf(rule: LoadedRule): string {
  return [rule.name, ...(rule.kind === 'alerting' ? Object.values(rule.annotations) : [])].join(' ')
}

/** A record that gives nothing is no series either, over a range too. */
function lookUpWith(
  records: Records,
  { lookUps }: PrometheusFacts,
): (selector: Selector) => LookUp {
  const asked = (selector: Selector): LookUp => lookUps.get(selector.text) ?? 'unknown'
  const dead = new Set(
    [...records].flatMap(([name, expression]) =>
      outlookOf(expandRecords(expression, records), asked).kind === 'nothing' ? [name] : [],
    ),
  )
  return (selector) =>
    selector.name !== undefined && dead.has(selector.name) ? 'none' : asked(selector)
}

/** Undefined where no target says: then nobody knows what is too short. */
function shortestIntervalMs({ targets }: PrometheusFacts): number | undefined {
  const known = targets.flatMap(({ scrapeIntervalMs }) => scrapeIntervalMs ?? [])
  return known.length === 0 ? undefined : Math.min(...known)
}

function brokenRule(rule: LoadedRule): Finding {
  return {
    code: 'RULE_DEAD',
    severity: severityOf(rule),
    subject: rule.name,
    message: text(
      `평가 오류: ${rule.lastError ?? ''}`,
      `it cannot be evaluated: ${rule.lastError ?? ''}`,
    ),
    remedy: text(
      '식을 고치고 mts monitoring check로 확인하세요',
      'mend it, then mts monitoring check',
    ),
  }
}

/** Silent for ever, or firing for ever: either way it says nothing of the service. */
function deadRule(
  rule: LoadedRule,
  outlook: Outlook,
  names: readonly string[],
): Finding | undefined {
  const [first] = outlook.kind === 'alive' ? [] : outlook.missing
  if (first === undefined) return undefined
  const near = first.name === undefined ? undefined : likelyName(first.name, names)
  const hint =
    near === undefined ? { ko: '', en: '' } : { ko: ` 혹시 ${near}?`, en: ` did you mean ${near}?` }
  const fires = outlook.kind === 'constant' && rule.kind === 'alerting'
  const words =
    rule.kind === 'recording'
      ? text('기록할 값이 없습니다', 'it records nothing real')
      : fires
        ? text('빈자리를 채운 상수로 항상 울립니다', 'a constant stands in: it fires for ever')
        : text('울릴 수 없습니다', 'it can never fire')
  return {
    code: 'RULE_DEAD',
    severity: severityOf(rule),
    subject: rule.name,
    message: text(
      `선택하는 시계열이 없어 ${words.ko}: ${first.text}`,
      `what it selects is not there, and ${words.en}: ${first.text}`,
    ),
    remedy: text(
      `이 서비스가 내보내는 지표로 바꾸세요.${hint.ko} mts monitoring render가 바로잡은 규칙을 만듭니다`,
      `use what the service publishes.${hint.en} mts monitoring render makes corrected rules`,
    ),
  }
}

export function rulesOf({ groups }: PrometheusFacts): readonly LoadedRule[] {
  return groups.flatMap(({ rules }) => rules)
}

/** Families that the rules select by name. */
export function familiesUsed(prometheus: PrometheusFacts): ReadonlySet<string> {
  const names = rulesOf(prometheus).flatMap((rule) => {
    const expression = parsePromql(rule.query)
    return expression === undefined ? [] : selectorsIn(expression).map(({ name }) => name ?? '')
  })
  return new Set(names)
}

function severityOf(rule: LoadedRule): FindingSeverity {
  return rule.labels['severity'] === 'critical' ? 'critical' : 'warning'
}

/** `sales_amount_total` is `sales_amount_total_KRW_total` here: the same beginning, or nearly the same word. */
function likelyName(name: string, families: readonly string[]): string | undefined {
  const longer = families.filter((family) => family !== name && family.startsWith(`${name}_`))
  const [shortest] = longer.toSorted((left, right) => left.length - right.length)
  const near = shortest ?? nearestName(name, families)
  return near === name ? undefined : near
}
