/** What an alerting rule compares with which line: `rate(x[5m]) > 0.05` is `rate(x[5m])` above 0.05. */
import { parser } from '@prometheus-io/lezer-promql'

export interface RuleComparison {
  /** The side that is measured, as it stands in the rule. */
  readonly expression: string
  readonly direction: 'above' | 'below'
  readonly line: number
}

type Node = ReturnType<typeof parser.parse>['topNode']

const DIRECTIONS: Readonly<Record<string, RuleComparison['direction']>> = {
  '>': 'above',
  '>=': 'above',
  '<': 'below',
  '<=': 'below',
}

const EXPRESSION = /(?:Expr|Call|Selector|Literal)$/

/** Undefined where no value is held against a fixed number: how near it came cannot be said then. */
export function ruleComparison(query: string): RuleComparison | undefined {
  const tree = parser.parse(query)
  const { firstChild } = tree.topNode
  return firstChild === null ? undefined : comparisonIn(firstChild, query)
}

function comparisonIn(node: Node, query: string): RuleComparison | undefined {
  const sides = childrenOf(node).filter(({ name }) => EXPRESSION.test(name))
  const [left, right] = sides
  if (node.name === 'ParenExpr') {
    return left === undefined ? undefined : comparisonIn(left, query)
  }
  if (node.name !== 'BinaryExpr' || left === undefined || right === undefined) return undefined
  const operator = query.slice(left.to, right.from).trim().split(/\s/)[0] ?? ''
  // `a > 1 and b`: whether it fires depends on both, how near it came on the first.
  if (/^(?:and|unless)$/i.test(operator)) return comparisonIn(left, query)
  const direction = DIRECTIONS[operator]
  if (direction === undefined) return undefined
  const [lineAtRight, lineAtLeft] = [numberOf(right, query), numberOf(left, query)]
  if (lineAtRight !== undefined && lineAtLeft === undefined) {
    return { expression: query.slice(left.from, left.to), direction, line: lineAtRight }
  }
  if (lineAtLeft !== undefined && lineAtRight === undefined) {
    const other = direction === 'above' ? 'below' : 'above'
    return { expression: query.slice(right.from, right.to), direction: other, line: lineAtLeft }
  }
  return undefined
}

function childrenOf(node: Node): readonly Node[] {
  const children: Node[] = []
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child)
  return children
}

/** A number, or one worked out of numbers alone: `10 * 1024 * 1024`. */
function numberOf(node: Node, query: string): number | undefined {
  const words = query.slice(node.from, node.to).trim()
  if (node.name === 'NumberDurationLiteral') {
    const value = Number(words)
    return Number.isFinite(value) ? value : undefined
  }
  const parts = childrenOf(node).filter(({ name }) => EXPRESSION.test(name))
  const [first, second] = parts
  if (first === undefined) return undefined
  const left = numberOf(first, query)
  if (left === undefined) return undefined
  if (node.name === 'ParenExpr') return left
  if (node.name === 'UnaryExpr') return words.startsWith('-') ? -left : left
  const right = second === undefined ? undefined : numberOf(second, query)
  if (node.name !== 'BinaryExpr' || second === undefined || right === undefined) return undefined
  return worked(left, query.slice(first.to, second.from).trim(), right)
}

function worked(left: number, operator: string, right: number): number | undefined {
  switch (operator) {
    case '*':
      return left * right
    case '/':
      return right === 0 ? undefined : left / right
    case '+':
      return left + right
    case '-':
      return left - right
    default:
      return undefined
  }
}
