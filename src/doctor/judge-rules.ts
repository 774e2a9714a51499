/** Rules judged together: each with what it rests on written out, each fault told where it is made. */
import { expandRecords, recordsIn } from './expand-records.ts'
import type { Expression } from './promql.ts'
import { parsePromql, selectorsIn } from './promql.ts'
import type { RuleFault, SeriesValues } from './rule-faults.ts'
import { judgeRule } from './rule-faults.ts'

export interface RuleText {
  readonly kind: 'alerting' | 'recording'
  readonly name: string
  readonly query: string
  /** What people read about it: name and annotations. */
  readonly words: string
}

export interface JudgedText {
  /** With records written out; undefined for what is no PromQL, or newer than this grammar. */
  readonly whole: Expression | undefined
  readonly faults: readonly RuleFault[]
}

/** In the order given. */
export function judgeRules(
  rules: readonly RuleText[],
  values: SeriesValues,
  intervalMs?: number,
): readonly JudgedText[] {
  const records = recordsIn(rules)
  const parsed = rules.map((rule) => {
    const expression = parsePromql(rule.query)
    if (expression === undefined) return { rule, faults: [], used: [], whole: undefined }
    const whole = expandRecords(expression, records)
    const used = selectorsIn(expression).flatMap(({ name }) =>
      name !== undefined && records.has(name) ? [name] : [],
    )
    return { rule, whole, used, faults: judgeRule(rule, whole, values, intervalMs) }
  })
  // What a record gets wrong is told of the record, not again of all that rests on it.
  const told = new Set(
    parsed.flatMap(({ rule, faults }) =>
      rule.kind === 'recording' ? faults.map(({ id }) => `${rule.name} ${id}`) : [],
    ),
  )
  return parsed.map(({ whole, used, faults }) => ({
    whole,
    faults: faults.filter(({ id }) => !used.some((name) => told.has(`${name} ${id}`))),
  }))
}
