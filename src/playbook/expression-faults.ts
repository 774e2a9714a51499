/** What the checker finds in an expression, by its place in the document. */
import type { ExpressionChecker, ScopeType } from './conditions-check.ts'
import type { Fault, FaultPath } from './fault.ts'
import type { JsonType } from './json-type.ts'

/** `written` is the scalar as it stands in the file, `source` the expression in it. */
export function expressionFaults(
  check: ExpressionChecker,
  written: unknown,
  source: string,
  scope: ScopeType,
  expected: JsonType,
  path: FaultPath,
): Fault[] {
  const base = typeof written === 'string' ? Math.max(0, written.indexOf(source)) : 0
  return check(source, scope, expected).map(({ offset, message }) => ({
    path,
    offset: base + offset,
    message,
  }))
}
