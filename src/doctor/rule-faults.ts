/**
 * What is wrong with a rule, seen from its expression: the faults of the guide's rules, each as a
 * shape that any rule may have. Whether its series exist is another question (`dead-rules.ts`).
 */
import { text } from '../core/text.ts'
import type { Text } from '../core/text.ts'
import type { Binary, Expression, Selector } from './promql.ts'
import { partsOf, walkExpression } from './promql.ts'
import { ALWAYS_FIRES, canBeSilent, tooShortRange } from './firing-faults.ts'
import {
  isUnmatched,
  isZeroBesideLabels,
  labelsLost,
  ZERO_BESIDE_LABELS,
} from './matching-faults.ts'
import { numberOf, thresholdFault } from './threshold-faults.ts'

/** A rule or a panel's query. */
export interface JudgedRule {
  readonly kind: 'alerting' | 'recording'
  readonly name: string
  /** What people read about it: name and annotations. */
  readonly words: string
}

export interface RuleFault {
  readonly id:
    | 'rate_called_ratio'
    | 'always_one'
    | 'silent_when_absent'
    | 'quantile_per_series'
    | 'quantile_without_le'
    | 'negative_divisor'
    | 'unreachable_threshold'
    | 'wrong_unit'
    | 'labels_lost'
    | 'zero_beside_labels'
    | 'always_fires'
    | 'range_too_short'
  readonly message: Text
  readonly remedy: Text
}

/** What the scrape says of a series: without it, what is known of the service's own meters counts. */
export interface SeriesValues {
  /**
   * True when some of the selected series are negative: a maximum that is not set is -1. With
   * `summedBy`, when a sum by these labels is.
   */
  hasNegative(selector: Selector, summedBy?: readonly string[]): boolean
  /** The largest finite bucket of a histogram's selected series. */
  largestBucket(selector: Selector): number | undefined
}

const RATES: ReadonlySet<string> = new Set(['rate', 'irate', 'increase', 'delta', 'idelta'])
/** `intervalMs`: how often is scraped, where that is known. */
export function judgeRule(
  rule: JudgedRule,
  expression: Expression,
  values: SeriesValues,
  intervalMs?: number,
): readonly RuleFault[] {
  const parts = [...walkExpression(expression)]
  const binaries = parts.filter((part) => part.kind === 'binary')
  const unmatched = binaries.find(isUnmatched)
  const [negative] = binaries.flatMap((part) => negativeDivisors(part, values))
  const short = intervalMs === undefined ? undefined : tooShortRange(expression, intervalMs)
  const found = [
    binaries.some((part) => isRateCalledRatio(part, rule)) ? RATE_CALLED_RATIO : undefined,
    binaries.some(isAlwaysOne) ? ALWAYS_ONE : undefined,
    !answersAbsence(parts) && binaries.some(isSilentWhenAbsent) ? SILENT_WHEN_ABSENT : undefined,
    parts.some(isQuantileWithoutLe)
      ? QUANTILE_WITHOUT_LE
      : parts.some(isQuantilePerSeries)
        ? QUANTILE_PER_SERIES
        : undefined,
    negative === undefined ? undefined : negativeDivisor(negative),
    ...binaries.map((part) => thresholdFault(part, values)),
    unmatched === undefined ? undefined : labelsLost(unmatched),
    binaries.some(isZeroBesideLabels) ? ZERO_BESIDE_LABELS : undefined,
    rule.kind === 'alerting' && !canBeSilent(expression) ? ALWAYS_FIRES : undefined,
    short,
  ].filter((fault) => fault !== undefined)
  // One word of each kind: a rule with the same fault twice is mended once.
  return found.filter(({ id }, index) => found.findIndex((other) => other.id === id) === index)
}

function answersAbsence(parts: readonly Expression[]): boolean {
  return parts.some(
    (part) =>
      (part.kind === 'binary' && part.operator === 'or') ||
      (part.kind === 'call' && part.function.startsWith('absent')),
  )
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

/** A rate, not divided by anything, against a share (or times 100 a percentage), in a rule that speaks of one. */
function isRateCalledRatio(part: Binary, rule: JudgedRule): boolean {
  if (!['>', '>=', '<', '<='].includes(part.operator)) return false
  const number = numberOf(part.right)
  if (number === undefined || number <= 0) return false
  const inside = [...walkExpression(part.left)]
  const operators = inside.flatMap((inner) => (inner.kind === 'binary' ? [inner.operator] : []))
  const isPercent = operators.includes('*') && inside.some((inner) => numberOf(inner) === 100)
  if (number > (isPercent ? 100 : 1) || operators.includes('/')) return false
  const rated = inside.some(
    (inner) =>
      inner.kind === 'call' &&
      (/^i?rate$/.test(inner.function) || (inner.function === 'increase' && number < 1)),
  )
  return rated && RATIO_WORDS.test(`${rule.name} ${rule.words}`)
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
  if (part.operator !== '/' || part.matching !== undefined) return false
  const left = plainSeries(part.left)
  const right = plainSeries(part.right)
  if (left === undefined || right === undefined || left.path !== right.path) return false
  const chosen = new Set(left.selector.matchers.map(matcherKey))
  const common = new Set(right.selector.matchers.map(matcherKey))
  return (
    left.selector.name !== undefined &&
    left.selector.name === right.selector.name &&
    [...common].every((key) => chosen.has(key)) &&
    left.selector.matchers.every(
      (matcher) => common.has(matcherKey(matcher)) || left.keeps(matcher.name),
    )
  )
}

function matcherKey({ name, operator, value }: Selector['matchers'][number]): string {
  return `${name}${operator}${value}`
}

interface PlainSeries {
  readonly selector: Selector
  /** The functions and sums it went through. */
  readonly path: string
  /** Whether the label is still there at the end. */
  keeps(label: string): boolean
}

/** One selector inside calls and sums. */
function plainSeries(expression: Expression): PlainSeries | undefined {
  if (expression.kind === 'selector') {
    return { selector: expression, path: `${expression.rangeMs ?? ''}`, keeps: () => true }
  }
  if (expression.kind !== 'call' && expression.kind !== 'aggregate') return undefined
  const [only, ...more] = expression.args.filter((arg) => arg.kind !== 'number')
  const inner = only === undefined || more.length > 0 ? undefined : plainSeries(only)
  if (inner === undefined) return undefined
  if (expression.kind === 'call') {
    return { ...inner, path: `${expression.function}/${inner.path}` }
  }
  const { operation, grouping, labels } = expression
  const by = [grouping, ...labels.toSorted()].join(' ')
  return {
    selector: inner.selector,
    path: `${operation} ${by}/${inner.path}`,
    keeps: (label) => grouping !== 'none' && labels.includes(label) === (grouping === 'by'),
  }
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
  const series = bucketsOf(part)
  if (series === undefined || series.kind === 'selector') return false
  return ![...walkExpression(series)].some((inner) => inner.kind === 'aggregate')
}

const QUANTILE_WITHOUT_LE: RuleFault = {
  id: 'quantile_without_le',
  message: text(
    '합치면서 le를 잃어 분위수를 구할 수 없습니다. 결과가 항상 비어 있습니다',
    'le is lost in the sum, so there is no quantile: it gives nothing',
  ),
  remedy: text(
    'by에 le를 넣으세요: sum by (le) (rate(..._bucket[5m]))',
    'keep le: sum by (le) (rate(..._bucket[5m]))',
  ),
}

function isQuantileWithoutLe(part: Expression): boolean {
  const series = bucketsOf(part)
  if (series?.kind !== 'aggregate' || !['sum', 'avg', 'max', 'min'].includes(series.operation)) {
    return false
  }
  return series.grouping === 'without'
    ? series.labels.includes('le')
    : !series.labels.includes('le')
}

function bucketsOf(part: Expression): Expression | undefined {
  return part.kind === 'call' && part.function === 'histogram_quantile' ? part.args[1] : undefined
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
  return unfiltered(part.right)
    .filter(({ selector, summedBy }) => values.hasNegative(selector, summedBy))
    .map(({ selector }) => selector)
}

interface Divisor {
  readonly selector: Selector
  /** Absent: each series is divided by on its own. */
  readonly summedBy?: readonly string[]
}

function unfiltered(expression: Expression): readonly Divisor[] {
  if (expression.kind === 'selector') return [{ selector: expression }]
  if (
    expression.kind === 'binary' &&
    (expression.operator === '>' || expression.operator === '>=')
  ) {
    const number = numberOf(expression.right)
    if (number !== undefined && number >= 0) return []
  }
  const inner = partsOf(expression).flatMap((one) => unfiltered(one))
  if (expression.kind !== 'aggregate' || expression.grouping === 'without') return inner
  // A maximum that is not set takes one byte off a sum: no harm where the others are set.
  return inner.map(({ selector }) => ({ selector, summedBy: expression.labels }))
}
