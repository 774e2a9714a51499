/**
 * Two sides that never meet: Prometheus pairs series whose labels are equal, and what finds no
 * partner vanishes without a word. Seen from the expression: which labels each side surely has.
 */
import { text } from '../core/text.ts'
import type { Binary, Expression, Matching } from './promql.ts'
import type { RuleFault } from './rule-faults.ts'

/** `series`: what is scraped has a job and an instance, and more that is not known here. */
type LabelSet =
  | { readonly kind: 'exact'; readonly labels: ReadonlySet<string> }
  | { readonly kind: 'series' }
  | { readonly kind: 'scalar' }
  | { readonly kind: 'unknown' }

const UNKNOWN: LabelSet = { kind: 'unknown' }
const NO_LABELS: LabelSet = { kind: 'exact', labels: new Set() }
/** Prometheus puts them on everything it scrapes. */
const SCRAPED = ['job', 'instance'] as const

const KEEPING_SERIES: ReadonlySet<string> = new Set(['topk', 'bottomk', 'limitk', 'limit_ratio'])
const SET_OPERATORS: ReadonlySet<string> = new Set(['and', 'or', 'unless'])

export function isUnmatched(part: Binary): boolean {
  if (part.operator === 'or') return false
  const left = labelSetOf(part.left)
  const right = labelSetOf(part.right)
  return lacks(left, right, part.matching) || lacks(right, left, part.matching)
}

/** Something that `one` surely has in what is compared, and `other` surely has not. */
function lacks(one: LabelSet, other: LabelSet, matching: Matching | undefined): boolean {
  if (other.kind !== 'exact') return false
  const sure = one.kind === 'exact' ? [...one.labels] : one.kind === 'series' ? SCRAPED : []
  return sure.some((label) => isCompared(label, matching) && !other.labels.has(label))
}

function isCompared(label: string, matching: Matching | undefined): boolean {
  if (matching === undefined) return true
  return matching.labels.includes(label) === (matching.kind === 'on')
}

/** `or vector(0)` beside series with labels: the 0 is one more series, it stands in for none of them. */
export function isZeroBesideLabels({ operator, left, right }: Binary): boolean {
  if (operator !== 'or' || right.kind !== 'call' || right.function !== 'vector') return false
  const labels = labelSetOf(left)
  return labels.kind === 'series' || (labels.kind === 'exact' && labels.labels.size > 0)
}

export function labelsLost({ operator }: Pick<Binary, 'operator'>): RuleFault {
  return {
    id: 'labels_lost',
    message:
      operator === 'unless'
        ? text(
            '양쪽의 라벨이 달라 unless가 아무것도 빼지 못합니다',
            'the labels of both sides differ, so unless takes nothing away',
          )
        : text(
            '양쪽의 라벨이 달라 짝이 맞지 않습니다. 결과가 항상 비어 울리지 않습니다',
            'the labels of both sides differ, so nothing is paired: it gives nothing and never fires',
          ),
    remedy: text(
      '양쪽을 같은 라벨로 합치거나(sum by (job)) on(...)으로 맞출 라벨을 적으세요',
      'sum both sides by the same labels (sum by (job)), or name the ones to pair by: on(...)',
    ),
  }
}

export const ZERO_BESIDE_LABELS: RuleFault = {
  id: 'zero_beside_labels',
  message: text(
    'or vector(0)은 라벨이 없을 때만 빈자리를 채웁니다. 여기서는 값 0인 시계열이 하나 더 생깁니다',
    'or vector(0) stands in only where there are no labels: here it adds one more series of 0',
  ),
  remedy: text('먼저 합치세요: sum(...) or vector(0)', 'sum first: sum(...) or vector(0)'),
}

function labelSetOf(expression: Expression): LabelSet {
  switch (expression.kind) {
    case 'number':
      return { kind: 'scalar' }
    case 'string':
      return UNKNOWN
    case 'selector':
      return ofSelector(expression)
    case 'call':
      return ofCall(expression)
    case 'aggregate':
      return ofAggregate(expression)
    case 'binary':
      return ofBinary(expression)
    case 'other':
      return expression.parts.length === 1 ? labelSetOf(expression.parts[0] as Expression) : UNKNOWN
  }
}

/** What a rule has recorded has the labels that rule gave it. */
function ofSelector({ name }: Extract<Expression, { readonly kind: 'selector' }>): LabelSet {
  return name === undefined || name.includes(':') || name.startsWith('ALERTS')
    ? UNKNOWN
    : { kind: 'series' }
}

function ofCall(call: Extract<Expression, { readonly kind: 'call' }>): LabelSet {
  const [first, second] = call.args
  switch (call.function) {
    case 'vector':
      return NO_LABELS
    case 'scalar':
    case 'time':
    case 'pi':
      return { kind: 'scalar' }
    case 'absent':
    case 'absent_over_time':
      return UNKNOWN
    case 'label_replace':
    case 'label_join':
      return withLabel(first, second)
    case 'histogram_quantile':
      return withoutLe(second === undefined ? UNKNOWN : labelSetOf(second))
    default: {
      const vector = call.args.find((arg) => arg.kind !== 'number' && arg.kind !== 'string')
      return vector === undefined ? UNKNOWN : labelSetOf(vector)
    }
  }
}

function withLabel(vector: Expression | undefined, name: Expression | undefined): LabelSet {
  const labels = vector === undefined ? UNKNOWN : labelSetOf(vector)
  if (labels.kind !== 'exact') return labels
  if (name?.kind !== 'string') return UNKNOWN
  return { kind: 'exact', labels: new Set([...labels.labels, name.value]) }
}

function withoutLe(labels: LabelSet): LabelSet {
  if (labels.kind !== 'exact') return labels
  return { kind: 'exact', labels: new Set([...labels.labels].filter((label) => label !== 'le')) }
}

function ofAggregate(aggregate: Extract<Expression, { readonly kind: 'aggregate' }>): LabelSet {
  const { operation, grouping, labels } = aggregate
  const vector = aggregate.args.find((arg) => arg.kind !== 'number' && arg.kind !== 'string')
  if (KEEPING_SERIES.has(operation)) return vector === undefined ? UNKNOWN : labelSetOf(vector)
  if (operation === 'count_values' || grouping === 'without') return UNKNOWN
  if (grouping === 'none') return NO_LABELS
  const inner = vector === undefined ? UNKNOWN : labelSetOf(vector)
  const kept = inner.kind === 'exact' ? labels.filter((label) => inner.labels.has(label)) : labels
  return { kind: 'exact', labels: new Set(kept) }
}

function ofBinary({ operator, left, right, matching }: Binary): LabelSet {
  const ofLeft = labelSetOf(left)
  if (operator === 'and' || operator === 'unless') return ofLeft
  const ofRight = labelSetOf(right)
  if (operator === 'or') return isSame(ofLeft, ofRight) ? ofLeft : UNKNOWN
  if (ofLeft.kind === 'scalar') return ofRight
  if (ofRight.kind === 'scalar' || matching === undefined) return ofLeft
  if (matching.group === 'left') return ofLeft
  if (matching.group === 'right') return ofRight
  const compares = !SET_OPERATORS.has(operator) && /^[<>=!]/.test(operator)
  if (compares) return UNKNOWN
  return matching.kind === 'on' ? { kind: 'exact', labels: new Set(matching.labels) } : UNKNOWN
}

function isSame(left: LabelSet, right: LabelSet): boolean {
  if (left.kind !== 'exact' || right.kind !== 'exact') return left.kind === right.kind
  return left.labels.size === right.labels.size && !lacks(left, right, undefined)
}
