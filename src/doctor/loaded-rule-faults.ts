/** The rules that Prometheus has loaded: can they fire, and do they say what they mean? */
import { nearestName } from '../core/nearest.ts'
import type { LoadedRule } from '../core/monitoring.ts'
import { text } from '../core/text.ts'
import { deadSelectors } from './dead-rules.ts'
import type { Finding, FindingSeverity } from './diagnosis.ts'
import type { DoctorFacts, PrometheusFacts } from './facts.ts'
import { parsePromql, selectorsIn } from './promql.ts'
import { judgeRule } from './rule-faults.ts'
import { seriesValuesOf } from './series-faults.ts'

export function judgeLoadedRules(
  facts: DoctorFacts,
  prometheus: PrometheusFacts,
): readonly Finding[] {
  const values = seriesValuesOf(facts.exposition)
  const families = [...new Set((facts.exposition?.samples ?? []).map(({ name }) => name))]
  return rulesOf(prometheus).flatMap((rule) => {
    const severity = severityOf(rule)
    if (rule.health === 'err') {
      return [
        {
          code: 'RULE_DEAD' as const,
          severity,
          subject: rule.name,
          message: text(
            `평가 오류: ${rule.lastError ?? ''}`,
            `it cannot be evaluated: ${rule.lastError ?? ''}`,
          ),
          remedy: text(
            '식을 고치고 mts monitoring check로 확인하세요',
            'mend it, then mts monitoring check',
          ),
        },
      ]
    }
    const expression = parsePromql(rule.query)
    // A grammar newer than ours is no fault of the rule.
    if (expression === undefined) return []
    const dead = deadSelectors(
      expression,
      (selector) => prometheus.lookUps.get(selector.text) ?? 'unknown',
    )
    const words = [
      rule.name,
      ...(rule.kind === 'alerting' ? Object.values(rule.annotations) : []),
    ].join(' ')
    const wrong = judgeRule({ name: rule.name, query: rule.query, words }, expression, values)
    const findings: Finding[] = wrong.map((fault) => ({
      code: 'RULE_WRONG',
      severity,
      subject: `${rule.name}: ${fault.id}`,
      message: fault.message,
      remedy: fault.remedy,
    }))
    const [first] = dead
    if (first !== undefined) {
      const near = first.name === undefined ? undefined : likelyName(first.name, families)
      const hint =
        near === undefined
          ? { ko: '', en: '' }
          : { ko: ` 혹시 ${near}?`, en: ` did you mean ${near}?` }
      findings.unshift({
        code: 'RULE_DEAD',
        severity,
        subject: rule.name,
        message: text(
          `선택하는 시계열이 없어 울릴 수 없습니다: ${first.text}`,
          `it selects nothing and can never fire: ${first.text}`,
        ),
        remedy: text(
          `이 서비스가 내보내는 지표로 바꾸세요.${hint.ko} mts monitoring render가 바로잡은 규칙을 만듭니다`,
          `use what the service publishes.${hint.en} mts monitoring render makes corrected rules`,
        ),
      })
    }
    return findings
  })
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
