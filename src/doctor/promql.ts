/** PromQL taken apart, as far as rules have to be judged: selectors, calls, aggregations, operators. */
import { parser } from '@prometheus-io/lezer-promql'
import { parseDuration } from '../core/duration.ts'
import { parseMatcher } from '../core/label-matcher.ts'
import type { LabelMatcher } from '../core/label-matcher.ts'

export type Expression =
  | Selector
  | Call
  | Aggregate
  | Binary
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  /** Brackets, signs, subqueries: what is inside counts. */
  | { readonly kind: 'other'; readonly parts: readonly Expression[] }

export interface Selector {
  readonly kind: 'selector'
  /** Undefined when only matchers choose. */
  readonly name: string | undefined
  readonly matchers: readonly LabelMatcher[]
  /** As it stands, without range and offset. */
  readonly text: string
  /** How far back it reaches; absent for the newest sample alone. */
  readonly rangeMs?: number
}

export interface Call {
  readonly kind: 'call'
  readonly function: string
  readonly args: readonly Expression[]
}

export interface Aggregate {
  readonly kind: 'aggregate'
  readonly operation: string
  readonly grouping: 'by' | 'without' | 'none'
  readonly labels: readonly string[]
  readonly args: readonly Expression[]
}

export interface Binary {
  readonly kind: 'binary'
  readonly operator: string
  /** `bool`: it gives 0 and 1 instead of leaving out what does not hold. */
  readonly bool: boolean
  /** `on` or `ignoring` between the sides; undefined: all labels must be equal. */
  readonly matching: Matching | undefined
  readonly left: Expression
  readonly right: Expression
}

export interface Matching {
  readonly kind: 'on' | 'ignoring'
  readonly labels: readonly string[]
  readonly group: 'left' | 'right' | 'none'
}

type Tree = ReturnType<typeof parser.parse>
type Node = Tree['topNode']

/** Undefined for what is no PromQL, or more than this grammar knows. */
export function parsePromql(query: string): Expression | undefined {
  const tree = parser.parse(query)
  let broken = false
  tree.iterate({
    enter: (node) => {
      if (node.type.isError) broken = true
      return !broken
    },
  })
  const inner = tree.topNode.firstChild
  if (broken || inner === null) return undefined
  return expressionOf(inner, query)
}

function childrenOf(node: Node): readonly Node[] {
  const children: Node[] = []
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child)
  return children
}

function textOf(node: Node, query: string): string {
  return query.slice(node.from, node.to)
}

const EXPRESSIONS: ReadonlySet<string> = new Set([
  'AggregateExpr',
  'BinaryExpr',
  'FunctionCall',
  'MatrixSelector',
  'NumberDurationLiteral',
  'OffsetExpr',
  'ParenExpr',
  'StepInvariantExpr',
  'StringLiteral',
  'SubqueryExpr',
  'UnaryExpr',
  'VectorSelector',
])

function expressionsIn(node: Node, query: string): readonly Expression[] {
  return childrenOf(node)
    .filter((child) => EXPRESSIONS.has(child.name))
    .map((child) => expressionOf(child, query))
}

function expressionOf(node: Node, query: string): Expression {
  switch (node.name) {
    case 'VectorSelector':
      return selectorOf(node, query)
    case 'FunctionCall': {
      const name = childrenOf(node).find((child) => child.name === 'FunctionIdentifier')
      const body = childrenOf(node).find((child) => child.name === 'FunctionCallBody')
      return {
        kind: 'call',
        function: name === undefined ? '' : textOf(name, query).trim(),
        args: body === undefined ? [] : expressionsIn(body, query),
      }
    }
    case 'AggregateExpr':
      return aggregateOf(node, query)
    case 'BinaryExpr':
      return binaryOf(node, query)
    case 'NumberDurationLiteral':
      return { kind: 'number', value: numberOf(textOf(node, query)) }
    case 'StringLiteral':
      return { kind: 'string', value: textOf(node, query).slice(1, -1) }
    case 'MatrixSelector':
      return matrixOf(node, query)
    case 'ParenExpr': {
      const [only, ...more] = expressionsIn(node, query)
      return only !== undefined && more.length === 0
        ? only
        : { kind: 'other', parts: more.length === 0 ? [] : [only as Expression, ...more] }
    }
    case 'OffsetExpr':
    case 'StepInvariantExpr': {
      const [inner] = expressionsIn(node, query)
      return inner ?? { kind: 'other', parts: [] }
    }
    default:
      return { kind: 'other', parts: expressionsIn(node, query) }
  }
}

function numberOf(words: string): number {
  if (/^[+-]?inf$/i.test(words)) return words.startsWith('-') ? -Infinity : Infinity
  const durationMs = parseDuration(words)
  return durationMs === undefined ? Number(words) : durationMs / 1000
}

function matrixOf(node: Node, query: string): Expression {
  const [inner] = expressionsIn(node, query)
  const range = childrenOf(node).find((child) => child.name === 'DurationExpr')
  const rangeMs = range === undefined ? undefined : parseDuration(textOf(range, query))
  if (inner === undefined) return { kind: 'other', parts: [] }
  return inner.kind === 'selector' && rangeMs !== undefined ? { ...inner, rangeMs } : inner
}

function selectorOf(node: Node, query: string): Selector {
  const matchers: LabelMatcher[] = []
  let name: string | undefined
  for (const child of childrenOf(node)) {
    if (child.name === 'Identifier') name = textOf(child, query)
    if (child.name !== 'LabelMatchers') continue
    for (const one of childrenOf(child)) {
      if (one.name === 'QuotedLabelName') {
        name = textOf(one, query).slice(1, -1)
        continue
      }
      const matcher = parseMatcher(textOf(one, query).replaceAll(/'([^'"]*)'/g, '"$1"'))
      if (matcher === undefined) continue
      if (matcher.name === '__name__' && matcher.operator === '=') name = matcher.value
      else matchers.push(matcher)
    }
  }
  return { kind: 'selector', name, matchers, text: textOf(node, query).trim() }
}

function aggregateOf(node: Node, query: string): Aggregate {
  const children = childrenOf(node)
  const operation = children.find((child) => child.name === 'AggregateOp')
  const modifier = children.find((child) => child.name === 'AggregateModifier')
  const body = children.find((child) => child.name === 'FunctionCallBody')
  const parts = modifier === undefined ? [] : childrenOf(modifier)
  const labels = parts.find((part) => part.name === 'GroupingLabels')
  return {
    kind: 'aggregate',
    operation: operation === undefined ? '' : textOf(operation, query),
    grouping: parts.some((part) => part.name === 'By')
      ? 'by'
      : parts.some((part) => part.name === 'Without')
        ? 'without'
        : 'none',
    labels: labels === undefined ? [] : namesIn(labels, query),
    args: body === undefined ? [] : expressionsIn(body, query),
  }
}

function namesIn(labels: Node, query: string): readonly string[] {
  return childrenOf(labels)
    .filter((label) => label.name.endsWith('LabelName'))
    .map((label) => textOf(label, query).replaceAll('"', ''))
}

function matchingOf(node: Node | undefined, query: string): Matching | undefined {
  if (node === undefined) return undefined
  const parts = childrenOf(node)
  const has = (name: string): boolean => parts.some((part) => part.name === name)
  const labels = parts.find((part) => part.name === 'GroupingLabels')
  return {
    kind: has('Ignoring') ? 'ignoring' : 'on',
    labels: labels === undefined ? [] : namesIn(labels, query),
    group: has('GroupLeft') ? 'left' : has('GroupRight') ? 'right' : 'none',
  }
}

function binaryOf(node: Node, query: string): Expression {
  const children = childrenOf(node)
  const sides = children.filter((child) => EXPRESSIONS.has(child.name))
  const [left, right] = sides
  if (left === undefined || right === undefined) return { kind: 'other', parts: [] }
  const operator = children.find((child) => child.from >= left.to && child.to <= right.from)
  return {
    kind: 'binary',
    operator: operator === undefined ? '' : textOf(operator, query).toLowerCase(),
    bool: children.some((child) => child.name === 'BoolModifier'),
    matching: matchingOf(
      children.find((child) => child.name === 'MatchingModifierClause'),
      query,
    ),
    left: expressionOf(left, query),
    right: expressionOf(right, query),
  }
}

/** The parts an expression is made of, one level down. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'selector':
    case 'number':
    case 'string':
      return []
    case 'call':
    case 'aggregate':
      return expression.args
    case 'binary':
      return [expression.left, expression.right]
    case 'other':
      return expression.parts
  }
}

/** The expression and everything in it. */
export function* walkExpression(expression: Expression): Generator<Expression> {
  yield expression
  for (const part of partsOf(expression)) yield* walkExpression(part)
}

export function selectorsIn(expression: Expression): readonly Selector[] {
  return [...walkExpression(expression)].filter((part) => part.kind === 'selector')
}
