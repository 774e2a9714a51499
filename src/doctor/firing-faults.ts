/** When an alert fires, seen from its expression: always, or never for want of samples. */
import { durationText } from '../core/duration.ts'
import { text } from '../core/text.ts'
import type { Expression } from './promql.ts'
import { partsOf } from './promql.ts'
import type { RuleFault } from './rule-faults.ts'

const COMPARISON = /^(?:[<>]=?|[=!]=)$/

export const ALWAYS_FIRES: RuleFault = {
  id: 'always_fires',
  message: text(
    '조건을 비교하지 않는 부분이 있어 시계열이 있는 동안 항상 울립니다',
    'a part of it compares nothing: it fires as long as the series is there',
  ),
  remedy: text(
    '비교를 넣고(> 0), 비교에서 bool을 빼고, or 앞뒤를 괄호로 묶으세요',
    'compare (> 0), leave out bool, and put brackets around both sides of or',
  ),
}

/** Whether there are times at which it gives nothing: only what is silent at times can be an alert. */
export function canBeSilent(expression: Expression): boolean {
  switch (expression.kind) {
    case 'number':
    case 'string':
      return false
    case 'selector':
      // What is recorded, or an alert's own state, may be there at times only.
      return expression.name === undefined || /:|^ALERTS/.test(expression.name)
    case 'call':
      if (expression.function.startsWith('absent')) return true
      // A constant on purpose: somebody's heartbeat.
      return expression.function === 'vector' || expression.args.some(canBeSilent)
    case 'aggregate':
      return expression.args.some(canBeSilent)
    case 'binary':
      return canSidesBeSilent(expression)
    case 'other':
      return expression.parts.some(canBeSilent)
  }
}

function canSidesBeSilent({
  operator,
  bool,
  left,
  right,
}: Extract<Expression, { readonly kind: 'binary' }>): boolean {
  if (operator === 'or') return canBeSilent(left) && canBeSilent(right)
  if (operator === 'unless') return true
  if (COMPARISON.test(operator) && !bool) return true
  return canBeSilent(left) || canBeSilent(right)
}

const RATES: ReadonlySet<string> = new Set([
  'rate',
  'irate',
  'increase',
  'delta',
  'idelta',
  'deriv',
])

/** Two samples make a rate; a range that holds one, now and then, gives nothing. */
export function tooShortRange(expression: Expression, intervalMs: number): RuleFault | undefined {
  const ranges = shortRanges(expression, 2 * intervalMs)
  const [shortest] = ranges.toSorted((left, right) => left - right)
  if (shortest === undefined) return undefined
  const [range, interval, enough] = [shortest, intervalMs, 4 * intervalMs].map(durationText)
  return {
    id: 'range_too_short',
    message: text(
      `수집 간격이 ${interval?.ko}인데 ${range?.ko} 구간을 봅니다. 표본이 둘 이상 없어 값이 비기 일쑤입니다`,
      `a range of ${range?.en} at a scrape every ${interval?.en} seldom holds the two samples it needs`,
    ),
    remedy: text(
      `수집 간격의 4배(${enough?.ko}) 이상으로 늘리세요`,
      `take at least four scrapes: ${enough?.en}`,
    ),
  }
}

function shortRanges(expression: Expression, leastMs: number): readonly number[] {
  const own =
    expression.kind === 'call' && RATES.has(expression.function)
      ? expression.args.flatMap((arg) =>
          arg.kind === 'selector' && arg.rangeMs !== undefined && arg.rangeMs < leastMs
            ? [arg.rangeMs]
            : [],
        )
      : []
  return [...own, ...partsOf(expression).flatMap((part) => shortRanges(part, leastMs))]
}
