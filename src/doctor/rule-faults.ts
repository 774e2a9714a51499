/**
 * What is wrong with a rule, seen from its expression: the faults of the guide's rules, each as a
 * shape that any rule may have. Whether its series exist is another question (`dead-rules.ts`).
 */
import { text } from '../core/text.ts'
import type { Text } from '../core/text.ts'
import type { Binary, Expression, Selector } from './promql.ts'
import { partsOf, selectorsIn, walkExpression } from './promql.ts'

/** A rule or a panel's query. */
export interface JudgedRule {
  readonly name: string
  readonly query: string
  /** What people read about it: name and annotations. */
  readonly words: string
}

export interface RuleFault {
  readonly id:
    | 'rate_called_ratio'
    | 'always_one'
    | 'silent_when_absent'
    | 'quantile_per_series'
    | 'negative_divisor'
    | 'unreachable_threshold'
  readonly message: Text
  readonly remedy: Text
}

/** What the scrape says of a series: without it, what is known of the service's own meters counts. */
export interface SeriesValues {
  /** True when some of the selected series are negative: a maximum that is not set is -1. */
  hasNegative(selector: Selector): boolean
  /** The largest finite bucket of a histogram's selected series. */
  largestBucket(selector: Selector): number | undefined
}

const RATES: ReadonlySet<string> = new Set(['rate', 'irate', 'increase', 'delta', 'idelta'])
const COMPARISONS: ReadonlySet<string> = new Set(['>', '>=', '<', '<=', '==', '!='])

export function judgeRule(
  rule: JudgedRule,
  expression: Expression,
  values: SeriesValues,
): readonly RuleFault[] {
  const faults: RuleFault[] = []
  const parts = [...walkExpression(expression)]
  const binaries = parts.filter((part) => part.kind === 'binary')
  if (binaries.some((part) => isRateCalledRatio(part, rule))) faults.push(RATE_CALLED_RATIO)
  if (binaries.some(isAlwaysOne)) faults.push(ALWAYS_ONE)
  const answersAbsence = parts.some(
    (part) =>
      (part.kind === 'binary' && part.operator === 'or') ||
      (part.kind === 'call' && part.function.startsWith('absent')),
  )
  if (!answersAbsence && binaries.some(isSilentWhenAbsent)) faults.push(SILENT_WHEN_ABSENT)
  if (parts.some(isQuantilePerSeries)) faults.push(QUANTILE_PER_SERIES)
  const negative = binaries.flatMap((part) => negativeDivisors(part, values))
  const [first] = negative
  if (first !== undefined) faults.push(negativeDivisor(first))
  for (const part of binaries) {
    const unreachable = unreachableThreshold(part, values)
    if (unreachable !== undefined) faults.push(unreachable)
  }
  return faults
}

const RATE_CALLED_RATIO: RuleFault = {
  id: 'rate_called_ratio',
  message: text(
    '초당 건수를 비율(%)처럼 비교합니다. 실패가 드물면 모두 실패해도 울리지 않습니다',
    'a per-second rate is compared as if it were a ratio: where events are rare it stays silent even if all fail',
  ),
  remedy: text(
    '실패 건수를 전체 건수로 나누세요: sum(increase(실패)) / (sum(increase(전체)) > 0)',
    'divide the failures by all: sum(increase(failures)) / (sum(increase(all)) > 0)',
  ),
}

const RATIO_WORDS = /ratio|percent|%|율|비율|failure ?rate|error ?rate|success ?rate/i

/** A rate, not divided by anything, against a number of at most 1, in a rule that speaks of a share. */
function isRateCalledRatio(part: Binary, rule: JudgedRule): boolean {
  if (!['>', '>=', '<', '<='].includes(part.operator)) return false
  const number = numberOf(part.right)
  if (number === undefined || number <= 0 || number > 1) return false
  const calls = [...walkExpression(part.left)]
  const divided = calls.some((inner) => inner.kind === 'binary' && inner.operator === '/')
  const rated = calls.some(
    (inner) => inner.kind === 'call' && (inner.function === 'rate' || inner.function === 'irate'),
  )
  return rated && !divided && RATIO_WORDS.test(`${rule.name} ${rule.words}`)
}

const ALWAYS_ONE: RuleFault = {
  id: 'always_one',
  message: text(
    '같은 시계열끼리 나누므로 값이 항상 1(100%)입니다',
    'each series is divided by itself: the value is always 1 (100 %)',
  ),
  remedy: text(
    '나누기 전에 양쪽을 합치세요: sum(...) / sum(...)',
    'sum both sides before dividing: sum(...) / sum(...)',
  ),
}

/** The same series on both sides, the left chosen more narrowly: matching by labels pairs each with itself. */
function isAlwaysOne(part: Binary): boolean {
  if (part.operator !== '/' || part.matching) return false
  const left = plainSeries(part.left)
  const right = plainSeries(part.right)
  if (left === undefined || right === undefined || left.path !== right.path) return false
  const chosen = new Set(left.selector.matchers.map(matcherKey))
  return (
    left.selector.name !== undefined &&
    left.selector.name === right.selector.name &&
    right.selector.matchers.every((matcher) => chosen.has(matcherKey(matcher)))
  )
}

function matcherKey({ name, operator, value }: Selector['matchers'][number]): string {
  return `${name}${operator}${value}`
}

/** A selector inside calls alone: nothing has been summed. */
function plainSeries(
  expression: Expression,
): { readonly selector: Selector; readonly path: string } | undefined {
  if (expression.kind === 'selector') return { selector: expression, path: '' }
  if (expression.kind !== 'call') return undefined
  const [only, ...more] = expression.args.filter((arg) => arg.kind !== 'number')
  const inner = only === undefined || more.length > 0 ? undefined : plainSeries(only)
  return inner === undefined
    ? undefined
    : { selector: inner.selector, path: `${expression.function}/${inner.path}` }
}

const SILENT_WHEN_ABSENT: RuleFault = {
  id: 'silent_when_absent',
  message: text(
    '시계열이 없으면 울리지 않고, 인스턴스마다 따로 울립니다',
    'silent when the series is absent, and it fires once for each series',
  ),
  remedy: text(
    '(sum(increase(...)) or vector(0)) == 0 으로 쓰고, 서비스가 살아 있을 때만 보세요',
    'write (sum(increase(...)) or vector(0)) == 0, and only while the service is up',
  ),
}

/** "Nothing has happened", asked of a series that may not be there. */
function isSilentWhenAbsent(part: Binary): boolean {
  const number = numberOf(part.right)
  const nothing =
    (part.operator === '==' && number === 0) ||
    (part.operator === '<=' && number === 0) ||
    (part.operator === '<' && number !== undefined && number > 0 && number <= 1)
  if (!nothing) return false
  const parts = [...walkExpression(part.left)]
  const divided = parts.some((inner) => inner.kind === 'binary' && inner.operator === '/')
  return !divided && parts.some((inner) => inner.kind === 'call' && RATES.has(inner.function))
}

const QUANTILE_PER_SERIES: RuleFault = {
  id: 'quantile_per_series',
  message: text(
    '서비스 전체가 아니라 시계열(주소·상태별)마다 분위수를 구합니다',
    'the quantile is taken of each series (address, status), not of the service',
  ),
  remedy: text(
    '먼저 합치세요: histogram_quantile(0.95, sum by (le) (rate(..._bucket[5m])))',
    'sum first: histogram_quantile(0.95, sum by (le) (rate(..._bucket[5m])))',
  ),
}

function isQuantilePerSeries(part: Expression): boolean {
  if (part.kind !== 'call' || part.function !== 'histogram_quantile') return false
  const series = part.args[1]
  if (series === undefined || series.kind === 'selector') return false
  const sums = [...walkExpression(series)].some((inner) => inner.kind === 'aggregate')
  return !sums
}

function negativeDivisor(selector: Selector): RuleFault {
  const name = selector.name ?? selector.text
  return {
    id: 'negative_divisor',
    message: text(
      `${name}에는 정해지지 않은 최대값(-1)이 있어 비율이 음수가 됩니다`,
      `${name} holds maxima that are not set (-1): the ratio turns negative`,
    ),
    remedy: text(
      `분모에서 빼고 합치세요: sum by (instance) (...) / sum by (instance) (${name} >= 0)`,
      `leave them out and sum: sum by (instance) (...) / sum by (instance) (${name} >= 0)`,
    ),
  }
}

/** Selectors under a division line that may be -1 and are not filtered. */
function negativeDivisors(part: Binary, values: SeriesValues): readonly Selector[] {
  if (part.operator !== '/') return []
  return unfiltered(part.right).filter((selector) => values.hasNegative(selector))
}

function unfiltered(expression: Expression): readonly Selector[] {
  if (expression.kind === 'selector') return [expression]
  if (
    expression.kind === 'binary' &&
    (expression.operator === '>' || expression.operator === '>=')
  ) {
    const number = numberOf(expression.right)
    if (number !== undefined && number >= 0) return []
  }
  return partsOf(expression).flatMap((inner) => unfiltered(inner))
}

/** A share never exceeds 1; a quantile never exceeds the largest bucket. */
function unreachableThreshold(part: Binary, values: SeriesValues): RuleFault | undefined {
  if (!COMPARISONS.has(part.operator) || (part.operator !== '>' && part.operator !== '>=')) {
    return undefined
  }
  const number = numberOf(part.right)
  if (number === undefined) return undefined
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
        ? text('이 지표는 0~1입니다: 80%는 0.8', 'this metric runs from 0 to 1: 80 % is 0.8')
        : text('히스토그램 구간을 늘리거나 기준을 낮추세요', 'add buckets, or lower the threshold'),
  }
}

const SHARE_NAME = /(?:_cpu_usage|_usage_after_gc_percent|_gc_overhead_percent|:ratio|_ratio)$/

function largestValue(expression: Expression, values: SeriesValues): number | undefined {
  if (expression.kind === 'selector') {
    return expression.name !== undefined && SHARE_NAME.test(expression.name) ? 1 : undefined
  }
  if (expression.kind === 'call') {
    if (expression.function === 'histogram_quantile') {
      const buckets = expression.args[1] === undefined ? [] : selectorsIn(expression.args[1])
      const limits = buckets.map((selector) => values.largestBucket(selector))
      return limits.length === 1 ? limits[0] : undefined
    }
    const [only, ...more] = expression.args
    const keeps = /^(?:avg|min|max|last|quantile)_over_time$/.test(expression.function)
    return keeps && only !== undefined && more.length === 0 ? largestValue(only, values) : undefined
  }
  if (expression.kind === 'aggregate') {
    const [only] = expression.args
    return ['avg', 'min', 'max'].includes(expression.operation) && only !== undefined
      ? largestValue(only, values)
      : undefined
  }
  return undefined
}

function numberOf(expression: Expression): number | undefined {
  return expression.kind === 'number' ? expression.value : undefined
}
