/** Complaints of the schema in words: what stands there, what was expected, the nearest name. */
import type { z } from 'zod'
import { nearestName } from '../core/nearest.ts'
import { text, type Text } from '../core/text.ts'
import type { Fault, FaultPath } from './fault.ts'
import { DOCUMENT_KEYS, NESTED_KEYS, parseWords, stepKeys } from './schema.ts'

type Issue = z.core.$ZodIssue

/** `value` is what was parsed, `base` where it stands in the document. */
export function shapeFaults(
  issues: readonly Issue[],
  value: unknown,
  base: FaultPath,
): readonly Fault[] {
  return issues.flatMap((issue) => faultsOf(issue, value, base))
}

function faultsOf(issue: Issue, root: unknown, base: FaultPath): readonly Fault[] {
  const own = issue.path.filter((part) => typeof part !== 'symbol')
  const path = [...base, ...own]
  if (issue.code === 'unrecognized_keys') {
    const names = knownKeys(path, valueAt(root, own))
    return issue.keys.map((key) => ({
      path: [...path, key],
      atKey: true,
      message: unknownKey(key, names),
    }))
  }
  const value = valueAt(root, own)
  const last = String(path.at(-1) ?? '')
  if (issue.code === 'invalid_union' && own.at(-1) === 'type') {
    const types = ['probe', 'action', 'manual', 'approval', 'wait', 'branch']
    return [{ path, message: expectedOneOf(last, types, value) }]
  }
  if (value === undefined && own.length > 0) {
    return [{ path: path.slice(0, -1), message: missing(last, issue) }]
  }
  return [{ path, message: wrong(last, value, issue) }]
}

function missing(key: string, issue: Issue): Text {
  if (key === 'approval') {
    return text(
      '필수 키 없음: approval. 바꾸는 단계에는 승인이 있어야 합니다(예: approval: {})',
      'approval is missing: a mutating step always needs one (approval: {} will do)',
    )
  }
  const expected = expectedOf(issue)
  return text(
    `필수 키 없음: ${key}${expected === undefined ? '' : `(${expected.ko})`}`,
    `${key} is missing${expected === undefined ? '' : `: expected ${expected.en}`}`,
  )
}

function wrong(key: string, value: unknown, issue: Issue): Text {
  if (issue.code === 'invalid_value') {
    return expectedOneOf(key, issue.values.map(String), value)
  }
  const own = parseWords(issue.message)
  if (issue.code === 'invalid_type' && issue.expected === 'never' && own !== undefined) return own
  const expected = expectedOf(issue)
  const found = shortly(value)
  if (expected === undefined) return text(`${key}: ${issue.message}`, `${key}: ${issue.message}`)
  return text(
    `${key}: ${expected.ko} 필요(지금: ${found})`,
    `${key}: expected ${expected.en}, found ${found}`,
  )
}

const TYPE_WORDS: Readonly<Record<string, Text>> = {
  string: text('글자', 'a text'),
  number: text('숫자', 'a number'),
  int: text('정수', 'a whole number'),
  boolean: text('true 또는 false', 'true or false'),
  array: text('목록', 'a list'),
  object: text('키와 값', 'keys and values'),
  record: text('키와 값', 'keys and values'),
}

function expectedOf(issue: Issue): Text | undefined {
  const own = parseWords(issue.message)
  if (own !== undefined) return own
  switch (issue.code) {
    case 'invalid_type':
      return TYPE_WORDS[issue.expected]
    case 'invalid_value': {
      const values = issue.values.map(String).join(', ')
      return text(values, values)
    }
    case 'too_small':
      return issue.origin === 'string'
        ? text('빈칸이 아닌 글자', 'a text that is not empty')
        : text(`${issue.minimum}개 이상`, `at least ${issue.minimum}`)
    case 'too_big':
      return issue.origin === 'string'
        ? text(`${issue.maximum}자 이하`, `at most ${issue.maximum} characters`)
        : text(`${issue.maximum}개 이하`, `at most ${issue.maximum}`)
    default:
      return undefined
  }
}

function expectedOneOf(key: string, names: readonly string[], value: unknown): Text {
  const nearest = typeof value === 'string' ? nearestName(value, names) : undefined
  const found = value === undefined ? text('없음', 'nothing') : text(shortly(value), shortly(value))
  const list = names.join(', ')
  return text(
    `${key}: ${list} 중 하나 필요(지금: ${found.ko})${nearest === undefined ? '' : ` 혹시 ${nearest}?`}`,
    `${key}: expected one of ${list}, found ${found.en}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`,
  )
}

export function unknownKey(key: string, names: readonly string[]): Text {
  const nearest = nearestName(key, names)
  if (nearest !== undefined) {
    return text(
      `없는 키: ${key}(혹시 ${nearest}?)`,
      `unknown key: ${key} (did you mean ${nearest}?)`,
    )
  }
  if (names.length === 0) return text(`없는 키: ${key}`, `unknown key: ${key}`)
  return text(
    `없는 키: ${key}(가능: ${names.join(', ')})`,
    `unknown key: ${key} (known: ${names.join(', ')})`,
  )
}

/** What a map at this place may hold, as far as a suggestion needs it. */
function knownKeys(path: FaultPath, value: unknown): readonly string[] {
  if (path.length === 0) return DOCUMENT_KEYS
  const isStep =
    (path[0] === 'steps' || path[0] === 'onCancel' || path[0] === 'finally') && path.length === 2
  if (isStep) return stepKeys((value as { type?: unknown } | null)?.type)
  if (TEXT_KEYS.has(String(path.at(-1)))) return ['ko', 'en']
  const holder = path.findLast(
    (part) => typeof part === 'string' && Object.hasOwn(NESTED_KEYS, part),
  )
  const inside = holder === undefined ? -1 : path.length - 1 - path.lastIndexOf(holder)
  if (holder !== undefined && inside <= 1) return NESTED_KEYS[holder] ?? []
  return []
}

const TEXT_KEYS = new Set(['title', 'why', 'danger', 'message', 'prompt', 'impact', 'worsens'])

function valueAt(root: unknown, path: FaultPath): unknown {
  let value = root
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<string | number, unknown>)[part]
  }
  return value
}

function shortly(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return '[…]'
  if (typeof value === 'object') return '{…}'
  const written = (JSON.stringify(value) ?? '').replace(/^"|"$/g, '').replace(/\s+/g, ' ')
  return written.length > 40 ? `${written.slice(0, 39)}…` : written
}
