/**
 * Conditions and templates of documents, over CEL. A document's numbers are plain JSON numbers:
 * they compare with `3` and with `2.5` alike. Whatever cannot be seen (a missing field, NaN, null
 * against a value, a text where a number belongs) makes the result unknown, never false: CEL's own
 * operators answer `false` there, so every operator is rewritten into one of ours before it runs.
 */
import type { ASTNode, ParseResult } from '@marcbachmann/cel-js'
import { Environment } from '@marcbachmann/cel-js'
import { messageOf } from '../core/errors.ts'
import { equalWon, isZeroWon, parseWon, subtractWon } from '../core/money.ts'
import { text } from '../core/text.ts'
import type { Evaluation, Expressions, Scope } from './document.ts'

/** Longest expression that is read, characters. */
export const MAX_EXPRESSION_LENGTH = 2000

/** What expressions can name. */
const ROOTS = ['inputs', 'steps', 'value', 'now', 'today', 'dueDate'] as const

const OPERATOR_FUNCTIONS: Readonly<Record<string, string>> = {
  '==': 'mts_eq',
  '!=': 'mts_ne',
  '<': 'mts_lt',
  '<=': 'mts_le',
  '>': 'mts_gt',
  '>=': 'mts_ge',
  in: 'mts_in',
  '+': 'mts_add',
  '-': 'mts_sub',
  '*': 'mts_mul',
  '/': 'mts_div',
  '%': 'mts_rem',
}

/** Stands for a number that is none (NaN, infinite) inside a list: it fits no operator. */
const UNSEEN = new Map<string, never>()

const PART = /\$\{([\s\S]*)\}/

/** The expression inside a string that is wholly `${ … }`; undefined for any other value. */
export function templateExpression(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const trimmed = value.trim()
  const match = PART.exec(trimmed)
  return match !== null && match[0] === trimmed ? (match[1] ?? '').trim() : undefined
}

/** The environment all documents share: undeclared names are errors; money is a decimal string of won. */
export function createEnvironment(): Environment {
  const environment = new Environment({
    unlistedVariablesAreDyn: false,
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: 2000, maxDepth: 40, maxListElements: 200, maxMapEntries: 50 },
  })
  for (const root of ROOTS) environment.registerVariable(root, 'dyn')
  environment.registerFunction('wonEquals(dyn, dyn): bool', (left: unknown, right: unknown) =>
    equalWon(won(left), won(right)),
  )
  environment.registerFunction('wonIsZero(dyn): bool', (value: unknown) => isZeroWon(won(value)))
  environment.registerFunction('wonGreater(dyn, dyn): bool', (left: unknown, right: unknown) =>
    isLess(won(right), won(left)),
  )
  environment.registerFunction('wonLess(dyn, dyn): bool', (left: unknown, right: unknown) =>
    isLess(won(left), won(right)),
  )
  environment.registerFunction('mts_eq(dyn, dyn): bool', same)
  environment.registerFunction('mts_ne(dyn, dyn): bool', (l: unknown, r: unknown) => !same(l, r))
  environment.registerFunction('mts_isnull(dyn): bool', (value: unknown) => value === null)
  environment.registerFunction(
    'mts_lt(dyn, dyn): bool',
    (l: unknown, r: unknown) => order(l, r) < 0,
  )
  environment.registerFunction(
    'mts_le(dyn, dyn): bool',
    (l: unknown, r: unknown) => order(l, r) <= 0,
  )
  environment.registerFunction(
    'mts_gt(dyn, dyn): bool',
    (l: unknown, r: unknown) => order(l, r) > 0,
  )
  environment.registerFunction(
    'mts_ge(dyn, dyn): bool',
    (l: unknown, r: unknown) => order(l, r) >= 0,
  )
  environment.registerFunction('mts_in(dyn, dyn): bool', within)
  environment.registerFunction('mts_add(dyn, dyn): dyn', (left: unknown, right: unknown) =>
    typeof left === 'string' && typeof right === 'string'
      ? left + right
      : finite(number(left) + number(right)),
  )
  environment.registerFunction('mts_sub(dyn, dyn): dyn', (l: unknown, r: unknown) =>
    finite(number(l) - number(r)),
  )
  environment.registerFunction('mts_mul(dyn, dyn): dyn', (l: unknown, r: unknown) =>
    finite(number(l) * number(r)),
  )
  environment.registerFunction('mts_div(dyn, dyn): dyn', (l: unknown, r: unknown) =>
    finite(number(l) / number(r)),
  )
  environment.registerFunction('mts_rem(dyn, dyn): dyn', (l: unknown, r: unknown) =>
    finite(number(l) % number(r)),
  )
  environment.registerFunction('mts_neg(dyn): dyn', (value: unknown) => -number(value))
  return environment
}

/** Evaluates conditions and templates; compiled expressions are kept for as long as the result is. */
export function createExpressions(): Expressions {
  const environment = createEnvironment()
  const compiled = new Map<string, ParseResult>()

  function compile(source: string): ParseResult {
    const known = compiled.get(source)
    if (known !== undefined) return known
    if (source.length > MAX_EXPRESSION_LENGTH) throw new Error('the expression is too long')
    const parsed = environment.parse(source)
    const result = environment.parse(rewrite(parsed.ast))
    compiled.set(source, result)
    return result
  }

  function evaluate(source: string, scope: Scope): Evaluation<unknown> {
    try {
      const result: unknown = compile(source)(contextOf(scope))
      return { kind: 'value', value: plain(result) }
    } catch (error) {
      return unknown(source, summaryOf(error))
    }
  }

  function template(value: unknown, scope: Scope): Evaluation<unknown> {
    const source = templateExpression(value)
    if (source !== undefined) return evaluate(source, scope)
    if (Array.isArray(value)) {
      const items: unknown[] = []
      for (const item of value) {
        const result = template(item, scope)
        if (result.kind === 'unknown') return result
        items.push(result.value)
      }
      return { kind: 'value', value: items }
    }
    if (typeof value === 'object' && value !== null) {
      const entries: [string, unknown][] = []
      for (const [key, item] of Object.entries(value)) {
        const result = template(item, scope)
        if (result.kind === 'unknown') return result
        entries.push([key, result.value])
      }
      return { kind: 'value', value: Object.fromEntries(entries) }
    }
    return { kind: 'value', value }
  }

  return {
    condition(source, scope) {
      const result = evaluate(source, scope)
      if (result.kind === 'unknown') return result
      if (typeof result.value === 'boolean') return { kind: 'value', value: result.value }
      return unknown(source, 'the result is neither true nor false')
    },
    template,
  }
}

/** Every operator as a call of ours; fully parenthesised, so that precedence is the source's own. */
function rewrite(node: ASTNode): string {
  switch (node.op) {
    case 'value':
      return node.input.slice(node.range.start, node.range.end)
    case 'id':
      return node.args
    case '.':
      return `${operand(node.args[0])}.${node.args[1]}`
    case '[]':
      return `${operand(node.args[0])}[${rewrite(node.args[1])}]`
    case '&&':
    case '||':
      return `(${rewrite(node.args[0])} ${node.op} ${rewrite(node.args[1])})`
    case '?:':
      return `(${rewrite(node.args[0])} ? ${rewrite(node.args[1])} : ${rewrite(node.args[2])})`
    case '!_':
      return `!(${rewrite(node.args)})`
    case '-_':
      return `mts_neg(${rewrite(node.args)})`
    case 'list':
      return `[${node.args.map(rewrite).join(', ')}]`
    case 'map':
      return `{${node.args.map(([key, value]) => `${rewrite(key)}: ${rewrite(value)}`).join(', ')}}`
    case 'call':
      return `${node.args[0]}(${node.args[1].map(rewrite).join(', ')})`
    case 'rcall':
      if (node.args[0] === 'matches') throw new Error('matches() is not offered here')
      return `${operand(node.args[1])}.${node.args[0]}(${node.args[2].map(rewrite).join(', ')})`
    case '==':
    case '!=': {
      const [left, right] = node.args
      const bang = node.op === '!=' ? '!' : ''
      if (isNull(right)) return `${bang}mts_isnull(${rewrite(left)})`
      if (isNull(left)) return `${bang}mts_isnull(${rewrite(right)})`
      return `${OPERATOR_FUNCTIONS[node.op]}(${rewrite(left)}, ${rewrite(right)})`
    }
    default: {
      const name = OPERATOR_FUNCTIONS[node.op]
      if (name === undefined) throw new Error(`the operator ${node.op} is not offered here`)
      const [left, right] = node.args as [ASTNode, ASTNode]
      return `${name}(${rewrite(left)}, ${rewrite(right)})`
    }
  }
}

function operand(node: ASTNode): string {
  const rewritten = rewrite(node)
  return node.op === 'value' || node.op === 'list' || node.op === 'map'
    ? `(${rewritten})`
    : rewritten
}

function isNull(node: ASTNode): boolean {
  return node.op === 'value' && node.args === null
}

/** Numbers that are none and undefined fields are taken out, so that naming them is an error. */
function contextOf(scope: Scope): Record<string, unknown> {
  const entries = Object.entries(scope).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries.map(([key, value]) => [key, visible(value)]))
}

function visible(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => (isUnseen(item) ? UNSEEN : visible(item)))
  if (typeof value === 'bigint') return Number(value)
  if (typeof value !== 'object' || value === null) return isUnseen(value) ? UNSEEN : value
  const result = Object.create(null) as Record<string, unknown>
  for (const [key, item] of Object.entries(value)) {
    if (!isUnseen(item)) result[key] = visible(item)
  }
  return result
}

function isUnseen(value: unknown): boolean {
  return value === undefined || (typeof value === 'number' && !Number.isFinite(value))
}

/** CEL's integers are BigInt, its maps may be Map: JSON again. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') {
    const result = Number(value)
    if (!Number.isSafeInteger(result)) throw new Error('the number is too large')
    return result
  }
  if (typeof value === 'number') return finite(value)
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (value === UNSEEN) throw new Error('a number is not known')
  if (Array.isArray(value)) return value.map(plain)
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([key, item]) => [String(key), plain(item)]))
  }
  if (typeof value === 'object') {
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === null || prototype === Object.prototype) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
    }
  }
  throw new Error('the result is no plain value')
}

function number(value: unknown): number {
  if (typeof value === 'bigint') return Number(value)
  if (typeof value !== 'number') throw new Error(`expected a number, found ${kindOf(value)}`)
  return finite(value)
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw new Error('the number is not finite')
  return value
}

function won(value: unknown): string {
  const parsed = typeof value === 'string' ? parseWon(value) : undefined
  if (parsed === undefined) throw new Error(`expected an amount in won, found ${kindOf(value)}`)
  return parsed
}

function isLess(left: string, right: string): boolean {
  return subtractWon(left, right).startsWith('-')
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'bigint') return 'number'
  if (Array.isArray(value)) return 'list'
  return typeof value === 'object' ? 'map' : typeof value
}

function same(left: unknown, right: unknown): boolean {
  const kind = kindOf(left)
  if (kind !== kindOf(right)) {
    throw new Error(`cannot compare ${kind} with ${kindOf(right)}`)
  }
  if (kind === 'number') return number(left) === number(right)
  if (kind === 'list') {
    const [a, b] = [left as unknown[], right as unknown[]]
    return a.length === b.length && a.every((item, index) => same(item, b[index]))
  }
  if (kind === 'map') throw new Error('maps cannot be compared')
  return left === right
}

function within(item: unknown, list: unknown): boolean {
  if (!Array.isArray(list)) throw new Error(`expected a list, found ${kindOf(list)}`)
  const kind = kindOf(item)
  if (list.some((candidate) => kindOf(candidate) === kind && same(item, candidate))) return true
  const other = list.find((candidate) => kindOf(candidate) !== kind)
  if (other !== undefined) throw new Error(`cannot compare ${kind} with ${kindOf(other)}`)
  return false
}

function order(left: unknown, right: unknown): number {
  if (typeof left === 'string' && typeof right === 'string') {
    return left < right ? -1 : left > right ? 1 : 0
  }
  return number(left) - number(right)
}

function summaryOf(error: unknown): string {
  const summary = (error as { summary?: unknown }).summary
  return typeof summary === 'string' ? summary : messageOf(error)
}

/** Longer expressions say nothing to a person in the middle of an incident. */
const SHOWN_LENGTH = 60

function unknown(source: string, why: string): Evaluation<never> {
  const shown = source.length > SHOWN_LENGTH ? '' : `: ${source}`
  const missing = /^No such key: (.*)$/.exec(why)?.[1]
  const whyKo = missing === undefined ? why : `값 없음: ${missing}`
  return {
    kind: 'unknown',
    reason: text(`판정 불가${shown} (${whyKo})`, `cannot be judged${shown} (${why})`),
  }
}
