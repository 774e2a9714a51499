/** Thresholds in the wrong unit: ones no value reaches, and ones any value is above. */
import { text } from '../core/text.ts'
import type { Binary, Expression, Selector } from './promql.ts'
import { selectorsIn, walkExpression } from './promql.ts'
import type { RuleFault, SeriesValues } from './rule-faults.ts'

/** At most one is told of a comparison. */
export function thresholdFault(part: Binary, values: SeriesValues): RuleFault | undefined {
  if (!['>', '>=', '<', '<='].includes(part.operator)) return undefined
  const number = numberOf(part.right)
  if (number === undefined) return undefined
  return (
    unreachable(part, number, values) ??
    percentAgainstShare(part, number) ??
    wrongUnit(part, number)
  )
}

export function numberOf(expression: Expression): number | undefined {
  return expression.kind === 'number' ? expression.value : undefined
}

/** A share never exceeds 1; a quantile never exceeds the largest bucket. */
function unreachable(part: Binary, number: number, values: SeriesValues): RuleFault | undefined {
  if (part.operator !== '>' && part.operator !== '>=') return undefined
  const limit = largestValue(part.left, values)
  if (limit === undefined || number < limit || (number === limit && part.operator === '>=')) {
    return undefined
  }
  return {
    id: 'unreachable_threshold',
    message: text(
      `기준 ${number}에 도달할 수 없습니다(최대 ${limit})`,
      `the threshold ${number} cannot be reached (at most ${limit})`,
    ),
    remedy:
      limit === 1
        ? text('이 값은 0~1입니다: 80%는 0.8', 'this value runs from 0 to 1: 80 % is 0.8')
        : text('히스토그램 구간을 늘리거나 기준을 낮추세요', 'add buckets, or lower the threshold'),
  }
}

const SHARE_NAME = /(?:_cpu_usage|_usage_after_gc_percent|_gc_overhead_percent|:ratio|_ratio)$/

function largestValue(expression: Expression, values: SeriesValues): number | undefined {
  switch (expression.kind) {
    case 'selector':
      return expression.name !== undefined && SHARE_NAME.test(expression.name) ? 1 : undefined
    case 'call':
      return largestOfCall(expression, values)
    case 'aggregate': {
      const [only] = expression.args
      return ['avg', 'min', 'max'].includes(expression.operation) && only !== undefined
        ? largestValue(only, values)
        : undefined
    }
    case 'binary':
      return largestOfBinary(expression, values)
    default:
      return undefined
  }
}

function largestOfCall(
  call: Extract<Expression, { readonly kind: 'call' }>,
  values: SeriesValues,
): number | undefined {
  if (call.function === 'histogram_quantile') {
    const buckets = call.args[1] === undefined ? [] : selectorsIn(call.args[1])
    const limits = buckets.map((selector) => values.largestBucket(selector))
    return limits.length === 1 ? limits[0] : undefined
  }
  const [only, ...more] = call.args
  const keeps = /^(?:avg|min|max|last|quantile)_over_time$/.test(call.function)
  return keeps && only !== undefined && more.length === 0 ? largestValue(only, values) : undefined
}

function largestOfBinary(part: Binary, values: SeriesValues): number | undefined {
  if (part.operator === '/') return isShare(part) ? 1 : undefined
  if (part.operator === '*') {
    const factor = numberOf(part.right) ?? numberOf(part.left)
    const other = numberOf(part.right) === undefined ? part.right : part.left
    const limit = largestValue(other, values)
    return factor === undefined || factor <= 0 || limit === undefined ? undefined : limit * factor
  }
  if (part.operator === '-' && numberOf(part.left) === 1) {
    return largestValue(part.right, values) === 1 ? 1 : undefined
  }
  return undefined
}

/** A part of something over the whole of it. */
function isShare({ left, right }: Binary): boolean {
  const [above, ...moreAbove] = selectorsIn(left)
  const [below, ...moreBelow] = selectorsIn(right)
  if (above === undefined || below === undefined) return false
  if (moreAbove.length > 0 || moreBelow.length > 0) return false
  if (!isTakenAlike(left, right)) return false
  return isPartOf(above, below) || isUsedOfMost(above, below)
}

const PAIRS = [
  ['_used_', '_max_'],
  ['_free_', '_total_'],
  ['_active', '_max'],
  ['_used', '_max'],
] as const

function isUsedOfMost(above: Selector, below: Selector): boolean {
  const { name: part, rangeMs } = above
  if (part === undefined || rangeMs !== undefined) return false
  return PAIRS.some(
    ([used, most]) => part.includes(used) && part.replace(used, most) === below.name,
  )
}

function isPartOf(above: Selector, below: Selector): boolean {
  return (
    above.name !== undefined &&
    above.name === below.name &&
    above.rangeMs === below.rangeMs &&
    below.matchers.every((matcher) =>
      above.matchers.some(
        ({ name, operator, value }) =>
          name === matcher.name && operator === matcher.operator && value === matcher.value,
      ),
    )
  )
}

/** Through the same functions and sums: only then is one the part of the other. */
function isTakenAlike(left: Expression, right: Expression): boolean {
  const path = (expression: Expression): string =>
    [...walkExpression(expression)]
      .flatMap((part) =>
        part.kind === 'call' ? [part.function] : part.kind === 'aggregate' ? [part.operation] : [],
      )
      .filter((word) => word !== 'vector' && word !== 'count')
      .join('/')
  return path(left) === path(right)
}

/** `... * 100 > 0.05`: a percentage against a share is above it at once. */
function percentAgainstShare({ left }: Binary, number: number): RuleFault | undefined {
  if (!(number > 0 && number < 1) || left.kind !== 'binary' || left.operator !== '*') {
    return undefined
  }
  const isPercent = numberOf(left.left) === 100 || numberOf(left.right) === 100
  const divides = [...walkExpression(left)].some(
    (part) => part.kind === 'binary' && part.operator === '/',
  )
  if (!isPercent || !divides) return undefined
  return {
    id: 'wrong_unit',
    message: text(
      `100을 곱한 값(%)을 ${number}과 비교합니다: ${number}%를 뜻합니다`,
      `a percentage (times 100) is compared with ${number}: that is ${number} %`,
    ),
    remedy: text(
      `기준을 ${number * 100}(으)로 쓰거나 100을 곱하지 마세요`,
      `write ${number * 100}, or leave out the 100`,
    ),
  }
}

/** Seconds that are points in time or how long something has lived, not how long something took. */
const LONG_SECONDS = /uptime|start_time|time_seconds|timestamp|age|expir|created/
const MANY_SECONDS = 1000
const FEW_BYTES = 1024

function wrongUnit({ left }: Binary, number: number): RuleFault | undefined {
  const name = measured(left)
  if (name === undefined) return undefined
  const seconds = /_seconds(?:_max|_sum)?$/.test(name) && !LONG_SECONDS.test(name)
  if (seconds && number >= MANY_SECONDS) {
    return {
      id: 'wrong_unit',
      message: text(
        `단위는 초입니다. 기준 ${number}초를 넘는 일은 없습니다`,
        `the unit is seconds: nothing takes ${number} s`,
      ),
      remedy: text(
        `밀리초를 뜻했다면 ${number / 1000}`,
        `if milliseconds were meant, write ${number / 1000}`,
      ),
    }
  }
  if (name.endsWith('_bytes') && number > 0 && number < FEW_BYTES) {
    return {
      id: 'wrong_unit',
      message: text(
        `단위는 바이트입니다. ${number}바이트와 비교합니다`,
        `the unit is bytes: it is compared with ${number} bytes`,
      ),
      remedy: text(
        '비율을 뜻했다면 전체로 나누세요: 1 - disk_free_bytes / disk_total_bytes > 0.85',
        'if a share was meant, divide by the whole: 1 - disk_free_bytes / disk_total_bytes > 0.85',
      ),
    }
  }
  return undefined
}

const UNIT_KEEPING = /^(?:(?:avg|min|max|last|quantile)_over_time|abs|delta)$/

/** The metric whose unit the value still has: a mean of timers is in seconds too. */
function measured(expression: Expression): string | undefined {
  switch (expression.kind) {
    case 'selector':
      return expression.name
    case 'call':
      return UNIT_KEEPING.test(expression.function) ? measuredIn(expression.args) : undefined
    case 'aggregate':
      return ['avg', 'min', 'max', 'sum'].includes(expression.operation)
        ? measuredIn(expression.args)
        : undefined
    case 'binary': {
      const above = expression.operator === '/' ? selectorsIn(expression.left) : []
      const below = expression.operator === '/' ? selectorsIn(expression.right) : []
      const [sum] = above
      const isMean = sum?.name?.endsWith('_sum') === true && below[0]?.name?.endsWith('_count')
      return isMean === true ? sum?.name : undefined
    }
    default:
      return undefined
  }
}

function measuredIn(args: readonly Expression[]): string | undefined {
  const vector = args.find(({ kind }) => kind !== 'number' && kind !== 'string')
  return vector === undefined ? undefined : measured(vector)
}
