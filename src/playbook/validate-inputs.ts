/** The declared inputs of a document: defaults that fit, patterns that end. */
import { isSeoulDate } from '../core/dates.ts'
import { text } from '../core/text.ts'
import { templateExpression } from './conditions.ts'
import type { ExpressionChecker, ScopeType } from './conditions-check.ts'
import { expressionFaults } from './expression-faults.ts'
import type { Fault } from './fault.ts'
import type { JsonType } from './json-type.ts'
import type { DocumentSource } from './schema.ts'

export function inputFaults(document: DocumentSource, checkExpression: ExpressionChecker): Fault[] {
  const faults: Fault[] = []
  for (const [name, input] of Object.entries(document.inputs ?? {})) {
    if (input.pattern !== undefined && !isBoundedPattern(input.pattern)) {
      faults.push({ path: ['inputs', name, 'pattern'], message: UNBOUNDED_PATTERN })
    }
    const path = ['inputs', name, 'default']
    if (input.default === undefined) continue
    const source = templateExpression(input.default)
    if (source !== undefined) {
      const scope: ScopeType = { inputs: {}, steps: new Map(), everyStep: new Set() }
      const expected = inputType(input)
      faults.push(
        ...expressionFaults(checkExpression, input.default, source, scope, expected, path),
      )
    } else if (!fitsInput(input, input.default)) {
      faults.push({
        path,
        message: text(`default가 ${input.type}에 맞지 않습니다`, `the default is no ${input.type}`),
      })
    }
  }
  return faults
}

const UNBOUNDED_PATTERN = text(
  'pattern은 반복이 겹치지 않는 간단한 정규식이어야 합니다(그룹 반복, 역참조, 전후방 탐색 불가)',
  'a pattern is expected to be a plain regular expression: no repeated group, back reference or look-around',
)

/**
 * Patterns run on a backtracking engine: without repeated groups and with at most two open-ended
 * repetitions they cost at most the square of a short input.
 */
export function isBoundedPattern(pattern: string): boolean {
  if (!isPattern(pattern)) return false
  const plain = pattern.replace(/\\[^1-9k]/g, 'x').replace(/\[[^\]]*\]/g, 'x')
  if (/\\[1-9k]|\(\?[=!<]|\)[*+{?]/.test(plain)) return false
  return (plain.match(/[*+]|\{\d+,\d*\}/g) ?? []).length <= 2
}

function isPattern(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u') instanceof RegExp
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}

type InputSource = NonNullable<DocumentSource['inputs']>[string]

function fitsInput(input: InputSource, value: unknown): boolean {
  switch (input.type) {
    case 'integer':
      return Number.isSafeInteger(value)
    case 'boolean':
      return typeof value === 'boolean'
    case 'date':
      return typeof value === 'string' && isSeoulDate(value)
    default:
      return typeof value === 'string' && (input.enum === undefined || input.enum.includes(value))
  }
}

export function inputType(input: InputSource): JsonType {
  if (input.type === 'integer') return { type: 'number' }
  if (input.type === 'boolean') return { type: 'boolean' }
  return { type: 'string', ...(input.enum === undefined ? {} : { enum: input.enum }) }
}
