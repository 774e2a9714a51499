/**
 * Checks an expression before anything runs: its syntax, every name in it, and whether what it
 * compares can be compared, against the declared outputs of the probes it looks at. A misspelt
 * field would otherwise be noticed at three in the morning.
 */
import type { ASTNode, Environment } from '@marcbachmann/cel-js'
import { messageOf } from '../core/errors.ts'
import { nearestName } from '../core/nearest.ts'
import { text, type Text } from '../core/text.ts'
import { createEnvironment, MAX_EXPRESSION_LENGTH } from './conditions.ts'
import { choicesOf, kindsOf, propertyOf, type JsonKind, type JsonType } from './json-type.ts'

interface ExpressionProblem {
  /** Characters from the start of the expression. */
  readonly offset: number
  readonly message: Text
}

export interface StepType {
  /** What `.value` is; absent when the step has none. */
  readonly value?: JsonType
  /** What `.answers` is; absent when nobody is asked. */
  readonly answers?: JsonType
}

/** What an expression can see at the place where it stands. */
export interface ScopeType {
  readonly inputs: Readonly<Record<string, JsonType>>
  /** The steps before it. */
  readonly steps: ReadonlyMap<string, StepType>
  /** Ids of all steps, so that a reference to one that comes later is named as such. */
  readonly everyStep: ReadonlySet<string>
  /** The step's own observation; absent where there is none. */
  readonly value?: JsonType
}

export type ExpressionChecker = (
  source: string,
  scope: ScopeType,
  /** What the expression must give; a condition is `{type: 'boolean'}`. */
  expected: JsonType,
) => readonly ExpressionProblem[]

const STEP_STATUSES = ['succeeded', 'failed', 'skipped', 'inconclusive', 'unknown'] as const

const ANYTHING: JsonType = {}
const BOOLEAN: JsonType = { type: 'boolean' }
const NUMBER: JsonType = { type: 'number' }
const STRING: JsonType = { type: 'string' }

export function createExpressionChecker(): ExpressionChecker {
  const environment = createEnvironment()
  return (source, scope, expected) => {
    if (source.length > MAX_EXPRESSION_LENGTH) {
      return [
        {
          offset: 0,
          message: text(
            `식이 ${MAX_EXPRESSION_LENGTH}자를 넘습니다`,
            `the expression is longer than ${MAX_EXPRESSION_LENGTH} characters`,
          ),
        },
      ]
    }
    let ast: ASTNode
    try {
      ast = environment.parse(source).ast
    } catch (error) {
      return [celProblem(error)]
    }
    const check = new Check(scope)
    const found = check.typeOf(ast, new Map())
    if (check.problems.length === 0) check.expect(ast, found, expected)
    if (check.problems.length > 0) return check.problems
    return overloadProblems(environment, source)
  }
}

/** Functions that do not exist and arguments that do not fit are cel-js's own to find. */
function overloadProblems(environment: Environment, source: string): ExpressionProblem[] {
  const result = environment.check(source)
  return result.valid || result.error === undefined ? [] : [celProblem(result.error)]
}

function celProblem(error: unknown): ExpressionProblem {
  const { summary, range } = error as { summary?: unknown; range?: { start?: unknown } }
  const words = typeof summary === 'string' ? summary : messageOf(error)
  const offset = typeof range?.start === 'number' ? range.start : 0
  return { offset, message: text(`조건식 오류: ${words}`, `expression: ${words}`) }
}

type Locals = ReadonlyMap<string, JsonType>

const ORDERING = new Set(['<', '<=', '>', '>='])
const ARITHMETIC = new Set(['+', '-', '*', '/', '%'])
const OVER_LISTS = new Set(['exists', 'all', 'exists_one', 'filter', 'map'])

class Check {
  readonly problems: ExpressionProblem[] = []
  private readonly scope: ScopeType

  constructor(scope: ScopeType) {
    this.scope = scope
  }

  typeOf(node: ASTNode, locals: Locals): JsonType {
    switch (node.op) {
      case 'value':
        return literalType(node.args)
      case 'id':
        return this.name(node, node.args, locals)
      case '.':
        return this.field(node, node.args[0], node.args[1], locals)
      case '[]': {
        const [object, index] = node.args
        if (index.op === 'value' && typeof index.args === 'string') {
          return this.field(node, object, index.args, locals)
        }
        this.typeOf(index, locals)
        return this.typeOf(object, locals).items ?? ANYTHING
      }
      case '&&':
      case '||':
        for (const operand of node.args) this.expect(operand, this.typeOf(operand, locals), BOOLEAN)
        return BOOLEAN
      case '!_':
        this.expect(node.args, this.typeOf(node.args, locals), BOOLEAN)
        return BOOLEAN
      case '-_':
        this.expect(node.args, this.typeOf(node.args, locals), NUMBER)
        return NUMBER
      case '?:': {
        this.expect(node.args[0], this.typeOf(node.args[0], locals), BOOLEAN)
        return { anyOf: [this.typeOf(node.args[1], locals), this.typeOf(node.args[2], locals)] }
      }
      case 'list': {
        const items = node.args.map((item) => this.typeOf(item, locals))
        return { type: 'array', ...(items.length === 0 ? {} : { items: { anyOf: items } }) }
      }
      case 'map':
        for (const [key, value] of node.args) {
          this.typeOf(key, locals)
          this.typeOf(value, locals)
        }
        return { type: 'object' }
      case 'call':
        return this.call(node.args[0], node.args[1], locals)
      case 'rcall':
        return this.method(node, node.args[0], node.args[1], node.args[2], locals)
      case '.?':
      case '[?]':
        return ANYTHING
      default: {
        const [left, right] = node.args
        return this.binary(node, left, right, locals)
      }
    }
  }

  /** Reports a type that can never be what is expected. */
  expect(node: ASTNode, found: JsonType, expected: JsonType): void {
    const wanted = kindsOf(expected)
    const kinds = kindsOf(found)
    if (wanted === undefined || kinds === undefined || meet(wanted, kinds)) return
    this.report(
      node,
      `${namesKo(wanted)} 필요(지금: ${namesKo(kinds)})`,
      `expected ${namesEn(wanted)}, found ${namesEn(kinds)}`,
    )
  }

  private report(node: ASTNode, ko: string, en: string): void {
    this.problems.push({ offset: node.range.start, message: text(ko, en) })
  }

  private name(node: ASTNode, name: string, locals: Locals): JsonType {
    const local = locals.get(name)
    if (local !== undefined) return local
    if (name === 'now' || name === 'today' || name === 'dueDate') return STRING
    if (name === 'inputs') {
      return { type: 'object', properties: this.scope.inputs, additionalProperties: false }
    }
    if (name === 'steps') return ANYTHING
    if (name === 'value') {
      if (this.scope.value === undefined) {
        this.report(
          node,
          'value는 probe 단계의 성공·실패·경고 조건에서만 씁니다',
          'value is only known in the conditions of a probe step',
        )
        return ANYTHING
      }
      return this.scope.value
    }
    this.unknownName(node, name, ['inputs', 'steps', 'value', 'now', 'today', 'dueDate'])
    return ANYTHING
  }

  private unknownName(node: ASTNode, name: string, names: readonly string[]): void {
    const nearest = nearestName(name, names)
    const list = names.slice(0, 20).join(', ')
    this.report(
      node,
      `없는 이름: ${name}${nearest === undefined ? `(가능: ${list})` : `(혹시 ${nearest}?)`}`,
      `unknown name: ${name} ${nearest === undefined ? `(known: ${list})` : `(did you mean ${nearest}?)`}`,
    )
  }

  private field(node: ASTNode, object: ASTNode, name: string, locals: Locals): JsonType {
    if (object.op === 'id' && object.args === 'steps') return this.step(node, name)
    const property = propertyOf(this.typeOf(object, locals), name)
    if (property.kind === 'known') return property.type
    if (property.kind === 'missing') this.unknownName(node, name, property.names)
    else if (property.kind === 'no_map') {
      this.report(node, `필드가 없는 값입니다: .${name}`, `this value has no fields: .${name}`)
    }
    return ANYTHING
  }

  private step(node: ASTNode, id: string): JsonType {
    const step = this.scope.steps.get(id)
    if (step !== undefined) {
      const properties: Record<string, JsonType> = {
        status: { type: 'string', enum: STEP_STATUSES },
      }
      if (step.value !== undefined) properties['value'] = step.value
      if (step.answers !== undefined) properties['answers'] = step.answers
      return { type: 'object', properties, additionalProperties: false }
    }
    if (this.scope.everyStep.has(id)) {
      this.report(
        node,
        `앞선 단계만 참조할 수 있습니다: ${id}(이 단계이거나 뒤에 있음)`,
        `only earlier steps can be referred to: ${id} is this step or comes later`,
      )
      return ANYTHING
    }
    // steps.look-again parses as a subtraction: the id needs brackets.
    const known = [...this.scope.steps.keys()]
    const hyphened = known.find((candidate) => candidate.startsWith(`${id}-`))
    if (hyphened === undefined) this.unknownName(node, id, known)
    else {
      this.report(
        node,
        `하이픈이 있는 단계는 steps["${hyphened}"]로 쓰세요`,
        `a step with a hyphen is written steps["${hyphened}"]`,
      )
    }
    return ANYTHING
  }

  private binary(node: ASTNode, left: ASTNode, right: ASTNode, locals: Locals): JsonType {
    const leftType = this.typeOf(left, locals)
    const rightType = this.typeOf(right, locals)
    if (node.op === 'in') {
      this.expect(right, rightType, { type: 'array' })
      if (right.op === 'list') {
        for (const item of right.args) {
          this.comparable(left, leftType, item, literalTypeOf(item) ?? ANYTHING)
        }
      }
      return BOOLEAN
    }
    if (node.op === '==' || node.op === '!=') {
      this.comparable(left, leftType, right, rightType)
      return BOOLEAN
    }
    const operand: JsonType =
      ORDERING.has(node.op) || node.op === '+' ? { type: ['number', 'string'] } : NUMBER
    this.expect(left, leftType, operand)
    this.expect(right, rightType, operand)
    if (!ARITHMETIC.has(node.op)) {
      this.comparable(left, leftType, right, rightType)
      return BOOLEAN
    }
    return node.op === '+' ? operand : NUMBER
  }

  /** Kinds that can never be equal, and literals that are none of a value's choices. */
  private comparable(left: ASTNode, leftType: JsonType, right: ASTNode, rightType: JsonType): void {
    const leftKinds = kindsOf(leftType)
    const rightKinds = kindsOf(rightType)
    const known = leftKinds !== undefined && rightKinds !== undefined
    const asksForNull = isOnlyNull(leftKinds) || isOnlyNull(rightKinds)
    if (known && !asksForNull && !meet(leftKinds, rightKinds)) {
      this.report(
        right,
        `비교할 수 없음: ${namesKo(leftKinds)} ↔ ${namesKo(rightKinds)}`,
        `cannot compare ${namesEn(leftKinds)} with ${namesEn(rightKinds)}`,
      )
      return
    }
    this.oneOfChoices(right, leftType)
    this.oneOfChoices(left, rightType)
  }

  private oneOfChoices(node: ASTNode, type: JsonType): void {
    const choices = choicesOf(type)
    if (choices === undefined || node.op !== 'value' || typeof node.args !== 'string') return
    if (choices.includes(node.args)) return
    const nearest = nearestName(node.args, choices)
    const list = choices.join(', ')
    this.report(
      node,
      `나올 수 없는 값: ${node.args}${nearest === undefined ? `(가능: ${list})` : `(혹시 ${nearest}?)`}`,
      `never has the value ${node.args} ${nearest === undefined ? `(possible: ${list})` : `(did you mean ${nearest}?)`}`,
    )
  }

  private call(name: string, args: readonly ASTNode[], locals: Locals): JsonType {
    const types = args.map((argument) => this.typeOf(argument, locals))
    switch (name) {
      case 'has':
        return BOOLEAN
      case 'wonEquals':
      case 'wonIsZero':
      case 'wonGreater':
      case 'wonLess':
        for (const [index, argument] of args.entries()) {
          this.expect(argument, types[index] ?? ANYTHING, STRING)
        }
        return BOOLEAN
      case 'size':
      case 'int':
      case 'double':
        return NUMBER
      case 'string':
        return STRING
      case 'bool':
        return BOOLEAN
      default:
        return ANYTHING
    }
  }

  private method(
    node: ASTNode,
    name: string,
    receiver: ASTNode,
    args: readonly ASTNode[],
    locals: Locals,
  ): JsonType {
    if (name === 'matches') {
      this.report(
        node,
        'matches는 쓸 수 없습니다(정규식이 끝나지 않을 수 있음). contains·startsWith·endsWith를 쓰세요',
        'matches is not offered (its expressions may never end): use contains, startsWith or endsWith',
      )
      return BOOLEAN
    }
    if (receiver.op === 'id' && receiver.args === 'cel') return ANYTHING
    const type = this.typeOf(receiver, locals)
    if (OVER_LISTS.has(name)) {
      const [variable, ...bodies] = args
      const inside = new Map(locals)
      if (variable?.op === 'id') inside.set(variable.args, type.items ?? ANYTHING)
      const types = bodies.map((body) => this.typeOf(body, inside))
      if (name === 'filter') return type
      if (name === 'map') return { type: 'array', items: types.at(-1) ?? ANYTHING }
      return BOOLEAN
    }
    for (const argument of args) this.typeOf(argument, locals)
    if (name === 'size' || name === 'indexOf' || name === 'lastIndexOf') return NUMBER
    if (name === 'contains' || name === 'startsWith' || name === 'endsWith') {
      this.expect(receiver, type, STRING)
      return BOOLEAN
    }
    return ANYTHING
  }
}

function literalTypeOf(node: ASTNode): JsonType | undefined {
  return node.op === 'value' ? literalType(node.args) : undefined
}

function literalType(value: unknown): JsonType {
  if (value === null) return { type: 'null' }
  if (typeof value === 'string') return STRING
  if (typeof value === 'boolean') return BOOLEAN
  if (typeof value === 'bigint' || typeof value === 'number') return NUMBER
  return ANYTHING
}

function isOnlyNull(kinds: ReadonlySet<JsonKind> | undefined): boolean {
  return kinds?.size === 1 && kinds.has('null')
}

function meet(left: ReadonlySet<JsonKind>, right: ReadonlySet<JsonKind>): boolean {
  for (const kind of left) if (right.has(kind)) return true
  return false
}

const KIND_WORDS: Readonly<Record<JsonKind, Text>> = {
  number: text('숫자', 'a number'),
  string: text('글자', 'a text'),
  boolean: text('참/거짓', 'true or false'),
  null: text('null', 'null'),
  list: text('목록', 'a list'),
  map: text('필드 묶음', 'a map'),
}

function namesKo(kinds: ReadonlySet<JsonKind>): string {
  return [...kinds].map((kind) => KIND_WORDS[kind].ko).join('·')
}

function namesEn(kinds: ReadonlySet<JsonKind>): string {
  return [...kinds].map((kind) => KIND_WORDS[kind].en).join(' or ')
}
