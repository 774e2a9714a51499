/**
 * Patterns that have a name: what `log-patterns.yaml` may say, and which of them an event is. The
 * file is checked here key by key; where a fault stands in it is for whoever has read it.
 */
import { z } from 'zod'
import type { KnownLogPattern, LogLevel } from '../core/log-patterns.ts'
import { nearestName } from '../core/nearest.ts'
import { text, type Text } from '../core/text.ts'
import { levelCode, parseLevel } from './levels.ts'

/** Something the file gets wrong, by its place in the value. */
export interface KnownFault {
  readonly path: readonly (string | number)[]
  readonly atKey?: boolean
  readonly message: Text
}

export interface KnownPattern extends KnownLogPattern {
  /** At least this severe. */
  readonly level?: LogLevel
  /** The logger's name ends with this. */
  readonly logger?: string
  /** Any of these stands in the message, or in that of the exception. */
  readonly contains: readonly string[]
  readonly matches?: (message: string) => boolean
  /** Any of these is an exception of the chain; simple or full class name. */
  readonly exceptions: readonly string[]
  /** Left by every healthy sale on this build: at most so many lines each. */
  readonly noisePerSale?: number
  /** Every event of it is one sale. */
  readonly countsSale?: true
}

export interface KnownPatterns {
  readonly patterns: readonly KnownPattern[]
}

export const NO_KNOWN_PATTERNS: KnownPatterns = { patterns: [] }

const MAX_PATTERNS = 200

/** Makes a linear-time matcher; throws a sentence about what is wrong with the expression. */
export type CompileExpression = (expression: string) => (input: string) => boolean

const words = z.string().trim().min(1).max(300)
const wordsOrMore = z.union([words, z.array(words).min(1).max(20)])
const titleShape = z.strictObject({ ko: words, en: words })

const patternShape = z.strictObject({
  id: z
    .string()
    .max(60)
    .regex(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/),
  title: titleShape,
  level: z
    .string()
    .refine((word) => parseLevel(word) !== undefined)
    .optional(),
  logger: words.optional(),
  contains: wordsOrMore.optional(),
  matches: words.optional(),
  exception: wordsOrMore.optional(),
  playbook: words.optional(),
  noise: z.strictObject({ perSale: z.int().min(1).max(100) }).optional(),
  counts: z.literal('sale').optional(),
})

const fileShape = z.strictObject({
  apiVersion: z.literal('mts/v1'),
  kind: z.literal('LogPatterns'),
  patterns: z.array(patternShape).max(MAX_PATTERNS),
})

const KEYS: Readonly<Record<string, readonly string[]>> = {
  '': ['apiVersion', 'kind', 'patterns'],
  patterns: Object.keys(patternShape.shape),
  title: ['ko', 'en'],
  noise: ['perSale'],
}

export type CheckedPatterns =
  | { readonly kind: 'patterns'; readonly known: KnownPatterns }
  | { readonly kind: 'invalid'; readonly faults: readonly KnownFault[] }

/** `value` is the whole file. A pattern may only point at a playbook that exists. */
export function checkKnownPatterns(
  value: unknown,
  playbooks: readonly string[],
  compile: CompileExpression,
): CheckedPatterns {
  const parsed = fileShape.safeParse(value)
  if (!parsed.success) {
    return {
      kind: 'invalid',
      faults: parsed.error.issues.flatMap((issue) => faultsOf(issue, value)),
    }
  }
  const faults: KnownFault[] = []
  const seen = new Set<string>()
  const patterns = parsed.data.patterns.map((source, index): KnownPattern => {
    const at = (key: string): readonly (string | number)[] => ['patterns', index, key]
    if (seen.has(source.id)) {
      faults.push({
        path: at('id'),
        message: text(`id 중복: ${source.id}`, `the id ${source.id} twice`),
      })
    }
    seen.add(source.id)
    if (source.playbook !== undefined && !playbooks.includes(source.playbook)) {
      faults.push({ path: at('playbook'), message: noSuchPlaybook(source.playbook, playbooks) })
    }
    const contains = listOf(source.contains)
    for (const wanted of contains) {
      if (/\d/.test(wanted)) faults.push({ path: at('contains'), message: NO_DIGITS })
    }
    const asked = [source.logger, source.contains, source.matches, source.exception]
    if (asked.every((condition) => condition === undefined)) {
      faults.push({ path: ['patterns', index], message: NO_CONDITION })
    }
    const { matches } = source
    return {
      id: source.id,
      title: source.title,
      contains,
      exceptions: listOf(source.exception),
      ...(source.level === undefined ? {} : { level: parseLevel(source.level) ?? 'UNKNOWN' }),
      ...(source.logger === undefined ? {} : { logger: source.logger }),
      ...(matches === undefined
        ? {}
        : { matches: compiled(matches, compile, faults, at('matches')) }),
      ...(source.playbook === undefined ? {} : { playbook: source.playbook }),
      ...(source.noise === undefined ? {} : { noisePerSale: source.noise.perSale }),
      ...(source.counts === undefined ? {} : { countsSale: true as const }),
    }
  })
  if (faults.length > 0) return { kind: 'invalid', faults }
  return { kind: 'patterns', known: { patterns } }
}

function compiled(
  expression: string,
  compile: CompileExpression,
  faults: KnownFault[],
  path: readonly (string | number)[],
): (input: string) => boolean {
  try {
    return compile(expression)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    faults.push({ path, message: text(`정규식 오류: ${why}`, `not a regular expression: ${why}`) })
    return () => false
  }
}

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : value
}

const NO_CONDITION = text(
  '조건이 없습니다: logger, contains, matches, exception 중 하나가 필요합니다',
  'no condition: one of logger, contains, matches, exception is needed',
)
const NO_DIGITS = text(
  'contains에는 숫자를 쓸 수 없습니다(숫자는 패턴에서 가려집니다). 숫자 앞뒤의 말만 적으세요',
  'contains may hold no digit (numbers are masked in patterns): write the words around it',
)

function noSuchPlaybook(name: string, playbooks: readonly string[]): Text {
  const nearest = nearestName(name, playbooks)
  return text(
    `없는 플레이북: ${name}${nearest === undefined ? '' : `(혹시 ${nearest}?)`}`,
    `no such playbook: ${name}${nearest === undefined ? '' : ` (did you mean ${nearest}?)`}`,
  )
}

const EXPECTED: Readonly<Record<string, Text>> = {
  apiVersion: text('mts/v1', 'mts/v1'),
  kind: text('LogPatterns', 'LogPatterns'),
  patterns: text('패턴 목록', 'a list of patterns'),
  id: text('영문 소문자 이름(예: batch-failed)', 'a name in lower case such as batch-failed'),
  title: text('{ko: …, en: …}', '{ko: …, en: …}'),
  level: text(
    'FATAL, ERROR, WARN, INFO, DEBUG, TRACE 중 하나',
    'one of FATAL, ERROR, WARN, INFO, DEBUG, TRACE',
  ),
  perSale: text('1–100의 정수', 'a whole number from 1 to 100'),
  counts: text('sale', 'sale'),
}
const SOME_WORDS = text('1–300자의 글', 'text of 1 to 300 characters')

function faultsOf(issue: z.core.$ZodIssue, root: unknown): readonly KnownFault[] {
  const path = issue.path.filter((part) => typeof part !== 'symbol')
  const holder = path.findLast((part) => typeof part === 'string') ?? ''
  if (issue.code === 'unrecognized_keys') {
    const names = KEYS[holder] ?? []
    return issue.keys.map((key) => {
      const nearest = nearestName(key, names)
      const hint = nearest === undefined ? names.join(', ') : `${nearest}?`
      return {
        path: [...path, key],
        atKey: true,
        message: text(`없는 키: ${key}(${hint})`, `unknown key: ${key} (${hint})`),
      }
    })
  }
  const key = holder
  const expected = EXPECTED[key] ?? SOME_WORDS
  const missing = valueAt(root, path) === undefined && path.length > 0
  return [
    {
      path: missing ? path.slice(0, -1) : path,
      message: missing
        ? text(`필수 키 없음: ${key}(${expected.ko})`, `${key} is missing: expected ${expected.en}`)
        : text(`${key}: 필요한 값은 ${expected.ko}`, `${key}: expected ${expected.en}`),
    },
  ]
}

function valueAt(root: unknown, path: readonly (string | number)[]): unknown {
  let value = root
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<string | number, unknown>)[part]
  }
  return value
}

/** What is asked of an event: its own words, unmasked. */
export interface KnownQuestion {
  readonly level: number
  readonly logger: string
  readonly message: string
  readonly exceptions: readonly string[]
}

/** The first that fits, in the order of the file. */
export function knownPatternOf(
  known: KnownPatterns,
  question: KnownQuestion,
): KnownPattern | undefined {
  return known.patterns.find((pattern) => fits(pattern, question))
}

function fits(
  pattern: KnownPattern,
  { level, logger, message, exceptions }: KnownQuestion,
): boolean {
  if (pattern.level !== undefined && level > levelCode(pattern.level)) return false
  if (pattern.logger !== undefined && !logger.endsWith(pattern.logger)) return false
  const { contains } = pattern
  if (contains.length > 0 && !contains.some((wanted) => message.includes(wanted))) return false
  if (pattern.exceptions.length > 0) {
    const found = pattern.exceptions.some((wanted) =>
      exceptions.some((name) => name === wanted || name.endsWith(`.${wanted}`)),
    )
    if (!found) return false
  }
  return pattern.matches === undefined || pattern.matches(message)
}
