/** Rules that rest on what other rules record, written out: a fault below is a fault above. */
import type { LoadedRule } from '../core/monitoring.ts'
import type { Expression } from './promql.ts'
import { parsePromql } from './promql.ts'

export type Records = ReadonlyMap<string, Expression>

export function recordsIn(rules: readonly Pick<LoadedRule, 'kind' | 'name' | 'query'>[]): Records {
  const records = new Map<string, Expression>()
  for (const { kind, name, query } of rules) {
    if (kind !== 'recording' || records.has(name)) continue
    const expression = parsePromql(query)
    if (expression !== undefined) records.set(name, expression)
  }
  return records
}

/** A record of a record is written out too; one that rests on itself is left as it stands. */
export function expandRecords(
  expression: Expression,
  records: Records,
  within: readonly string[] = [],
): Expression {
  const inner = (part: Expression): Expression => expandRecords(part, records, within)
  switch (expression.kind) {
    case 'number':
    case 'string':
      return expression
    case 'selector': {
      const { name, rangeMs } = expression
      const record = name === undefined || within.includes(name) ? undefined : records.get(name)
      // Over a range it is what was recorded that counts, not what made it.
      if (name === undefined || record === undefined || rangeMs !== undefined) return expression
      return expandRecords(record, records, [...within, name])
    }
    case 'call':
    case 'aggregate':
      return { ...expression, args: expression.args.map(inner) }
    case 'binary':
      return { ...expression, left: inner(expression.left), right: inner(expression.right) }
    case 'other':
      return { ...expression, parts: expression.parts.map(inner) }
  }
}
