/**
 * Can an expression ever give anything? As far as its series exist, or may come to exist. Where
 * `or vector(0)` answers for a series that is not there, the expression gives a constant instead,
 * which is no less dead: it never fires, or always.
 */
import type { Expression, Selector } from './promql.ts'

/**
 * What came of looking a selector up. `not_yet`: nothing is selected now, but series with these labels
 * may come (a first 500); `none`: no series of that name has them; `unknown`: nobody could be asked.
 */
export type LookUp = 'some' | 'not_yet' | 'none' | 'unknown'

/** What an expression gives; `missing` are the selectors that make it so. */
export type Outlook =
  | { readonly kind: 'alive' }
  | { readonly kind: 'nothing'; readonly missing: readonly Selector[] }
  | { readonly kind: 'constant'; readonly value: number; readonly missing: readonly Selector[] }

const ALIVE: Outlook = { kind: 'alive' }

/** Labels of which every value is there from the start: one that is not there will not come. */
export const CLOSED_LABELS: ReadonlySet<string> = new Set(['le', 'quantile', 'area'])

/** Functions that give a value without any series. */
const INDEPENDENT: ReadonlySet<string> = new Set(['absent', 'absent_over_time', 'time', 'pi'])

/** Functions and aggregations that leave a constant what it is. */
const KEEPING: ReadonlySet<string> = new Set([
  'sum',
  'min',
  'max',
  'avg',
  'scalar',
  'vector',
  'label_replace',
  'label_join',
  'sort',
  'sort_desc',
])

type LookUpSelector = (selector: Selector) => LookUp

export function outlookOf(expression: Expression, lookUp: LookUpSelector): Outlook {
  switch (expression.kind) {
    case 'number':
      return { kind: 'constant', value: expression.value, missing: [] }
    case 'string':
      return ALIVE
    case 'selector':
      return lookUp(expression) === 'none' ? { kind: 'nothing', missing: [expression] } : ALIVE
    case 'call':
      if (INDEPENDENT.has(expression.function)) return ALIVE
      return ofParts(expression.args, KEEPING.has(expression.function), lookUp)
    case 'aggregate':
      return ofParts(expression.args, KEEPING.has(expression.operation), lookUp)
    case 'binary':
      return ofSides(expression, lookUp)
    case 'other':
      return ofParts(expression.parts, false, lookUp)
  }
}

/** What is worth a word: the series whose absence decides what the expression gives. */
export function deadSelectors(expression: Expression, lookUp: LookUpSelector): readonly Selector[] {
  const outlook = outlookOf(expression, lookUp)
  return outlook.kind === 'alive' ? [] : outlook.missing
}

function ofParts(
  parts: readonly Expression[],
  keepsConstant: boolean,
  lookUp: LookUpSelector,
): Outlook {
  const outlooks = parts.map((part) => outlookOf(part, lookUp))
  const missing = outlooks.flatMap((outlook) => (outlook.kind === 'nothing' ? outlook.missing : []))
  if (missing.length > 0) return { kind: 'nothing', missing }
  const [only, ...more] = outlooks.filter((_outlook, index) => parts[index]?.kind !== 'string')
  return keepsConstant && only?.kind === 'constant' && more.length === 0 ? only : ALIVE
}

type Binary = Extract<Expression, { readonly kind: 'binary' }>

function ofSides(expression: Binary, lookUp: LookUpSelector): Outlook {
  const { operator } = expression
  const left = outlookOf(expression.left, lookUp)
  if (operator === 'unless') return left
  const right = outlookOf(expression.right, lookUp)
  if (operator === 'or') return eitherOf(left, right)
  if (left.kind === 'nothing' || right.kind === 'nothing') {
    return { kind: 'nothing', missing: [...missingOf(left), ...missingOf(right)] }
  }
  if (operator === 'and') return left
  return computed(expression, left, right)
}

/** One side is enough; what it answers for is remembered. */
function eitherOf(left: Outlook, right: Outlook): Outlook {
  if (left.kind === 'nothing' && right.kind === 'nothing') {
    return { kind: 'nothing', missing: [...left.missing, ...right.missing] }
  }
  if (left.kind === 'nothing') {
    return right.kind === 'constant'
      ? { ...right, missing: [...left.missing, ...right.missing] }
      : right
  }
  return left
}

function missingOf(outlook: Outlook): readonly Selector[] {
  return outlook.kind === 'alive' ? [] : outlook.missing
}

type Living = Exclude<Outlook, { readonly kind: 'nothing' }>

function computed({ operator, bool }: Binary, left: Living, right: Living): Outlook {
  const missing = [...missingOf(left), ...missingOf(right)]
  if (left.kind === 'constant' && right.kind === 'constant') {
    const value = compute(operator, left.value, right.value)
    if (value === undefined) return ALIVE
    if (typeof value === 'number') return { kind: 'constant', value, missing }
    if (bool) return { kind: 'constant', value: value ? 1 : 0, missing }
    return value ? { kind: 'constant', value: left.value, missing } : { kind: 'nothing', missing }
  }
  // Nothing of anything is nothing, whatever the other side is.
  const zero =
    (left.kind === 'constant' && left.value === 0 && (operator === '/' || operator === '*')) ||
    (right.kind === 'constant' && right.value === 0 && operator === '*')
  return zero && missing.length > 0 ? { kind: 'constant', value: 0, missing } : ALIVE
}

function compute(operator: string, left: number, right: number): number | boolean | undefined {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return left / right
    case '>':
      return left > right
    case '>=':
      return left >= right
    case '<':
      return left < right
    case '<=':
      return left <= right
    case '==':
      return left === right
    case '!=':
      return left !== right
    default:
      return undefined
  }
}
