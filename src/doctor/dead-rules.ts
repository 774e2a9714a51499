/** Can an expression ever give anything? As far as its series exist, or may come to exist. */
import type { Expression, Selector } from './promql.ts'

/**
 * What came of looking a selector up. `not_yet`: nothing is selected now, but series with these labels
 * may come (a first 500); `none`: no series of that name has them; `unknown`: nobody could be asked.
 */
export type LookUp = 'some' | 'not_yet' | 'none' | 'unknown'

/** Functions that give a value without any series. */
const INDEPENDENT: ReadonlySet<string> = new Set([
  'absent',
  'absent_over_time',
  'time',
  'vector',
  'scalar',
  'pi',
])

/** The selectors for which the expression can give nothing; empty when it can. */
export function deadSelectors(
  expression: Expression,
  lookUp: (selector: Selector) => LookUp,
): readonly Selector[] {
  switch (expression.kind) {
    case 'number':
      return []
    case 'selector':
      return lookUp(expression) === 'none' ? [expression] : []
    case 'call':
      if (INDEPENDENT.has(expression.function)) return []
      return expression.args.flatMap((arg) => deadSelectors(arg, lookUp))
    case 'aggregate':
      return expression.args.flatMap((arg) => deadSelectors(arg, lookUp))
    case 'binary':
      return deadSides(expression, lookUp)
    case 'other':
      return expression.parts.flatMap((part) => deadSelectors(part, lookUp))
  }
}

function deadSides(
  { operator, left, right }: Extract<Expression, { readonly kind: 'binary' }>,
  lookUp: (selector: Selector) => LookUp,
): readonly Selector[] {
  const ofLeft = deadSelectors(left, lookUp)
  if (operator === 'unless') return ofLeft
  const ofRight = deadSelectors(right, lookUp)
  // One side is enough for `or`; everything else needs both.
  if (operator === 'or')
    return ofLeft.length > 0 && ofRight.length > 0 ? [...ofLeft, ...ofRight] : []
  return [...ofLeft, ...ofRight]
}
