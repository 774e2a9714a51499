/** A playbook's inputs: `name=value` from the command line, checked against what the document declares. */
import { isSeoulDate } from '../core/dates.ts'
import { MtsError } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import { cleanText } from '../core/sanitize.ts'
import { text, type Text } from '../core/text.ts'
import { parseYesNo } from './dialog-words.ts'
import type { Document, Expressions, InputDeclaration, Scope } from './document.ts'

/** Tells whether a text fits a declared pattern; undefined when the pattern itself cannot be used. */
export type MatchPattern = (pattern: string, value: string) => boolean | undefined

/**
 * Values for every declared input: given, else its default, else absent where that is allowed.
 * Throws USAGE (64) naming every fault at once.
 */
export function parseInputs(
  document: Document,
  given: readonly string[],
  ports: {
    readonly expressions: Expressions
    readonly scope: Omit<Scope, 'inputs' | 'steps'>
    readonly matches: MatchPattern
  },
): Readonly<Record<string, unknown>> {
  const typed = new Map<string, string>()
  const problems: Text[] = []
  for (const pair of given) {
    const at = pair.indexOf('=')
    if (at < 1) problems.push(text(`${pair}: 이름=값 형식이 아닙니다`, `${pair}: not name=value`))
    else typed.set(pair.slice(0, at).trim(), pair.slice(at + 1).trim())
  }
  const known = Object.keys(document.inputs)
  for (const name of typed.keys()) {
    if (known.includes(name)) continue
    const names = known.join(', ')
    problems.push(
      names === ''
        ? text(`${name}: 이 플레이북은 입력을 받지 않습니다`, `${name}: there are no inputs`)
        : text(`${name}: 없는 입력입니다(가능: ${names})`, `${name}: no such input (${names})`),
    )
  }
  const values: Record<string, unknown> = {}
  for (const [name, declared] of Object.entries(document.inputs)) {
    const entered = typed.get(name)
    if (entered !== undefined && entered !== '') {
      const parsed = parseInput(declared, entered, ports.matches)
      if ('problem' in parsed) problems.push(named(name, parsed.problem))
      else values[name] = parsed.value
      continue
    }
    if (declared.default !== undefined) {
      const scope: Scope = { ...ports.scope, inputs: values, steps: {} }
      const resolved = ports.expressions.template(declared.default, scope)
      if (resolved.kind === 'value') {
        values[name] = resolved.value
        continue
      }
    }
    if (declared.required) {
      problems.push(
        named(
          name,
          text(
            `값이 필요합니다(${declared.title.ko}). --input ${name}=…`,
            `is required (${declared.title.en}): --input ${name}=…`,
          ),
        ),
      )
    }
  }
  if (problems.length > 0) {
    throw new MtsError({
      code: 'USAGE',
      exitCode: EXIT.usage,
      message: {
        ko: problems.map((problem) => problem.ko).join('; '),
        en: problems.map((problem) => problem.en).join('; '),
      },
      next: [`mts playbook show ${document.id}`],
    })
  }
  return values
}

type Parsed = { readonly value: unknown } | { readonly problem: Text }

function parseInput(declared: InputDeclaration, entered: string, matches: MatchPattern): Parsed {
  if (declared.enum !== undefined && !declared.enum.includes(entered)) {
    const options = declared.enum.join(', ')
    return { problem: text(`가능한 값: ${options}`, `one of: ${options}`) }
  }
  // A pattern that cannot be used admits nothing: unknown is not fine.
  if (declared.pattern !== undefined && matches(declared.pattern, entered) !== true) {
    return {
      problem: text(
        `형식이 맞지 않습니다(${declared.pattern})`,
        `does not fit ${declared.pattern}`,
      ),
    }
  }
  switch (declared.type) {
    case 'string':
      return { value: entered }
    case 'date':
      return isSeoulDate(entered)
        ? { value: entered }
        : { problem: text('날짜(YYYY-MM-DD)로 입력하세요', 'a date YYYY-MM-DD is expected') }
    case 'integer': {
      const value = Number(entered)
      return /^[+-]?\d+$/.test(entered) && Number.isSafeInteger(value)
        ? { value }
        : { problem: text('정수로 입력하세요', 'a whole number is expected') }
    }
    case 'boolean': {
      const value = parseYesNo(entered)
      return value === undefined
        ? { problem: text('예(true) 또는 아니오(false)', 'true or false is expected') }
        : { value }
    }
  }
}

function named(name: string, problem: Text): Text {
  return text(`${name}: ${problem.ko}`, `${name}: ${problem.en}`)
}

/** Words of a document with `${inputs.name}` filled in; a secret input, or one that is absent, keeps its name. */
export function fillInputs(
  words: Text,
  document: Document,
  inputs: Readonly<Record<string, unknown>>,
): Text {
  const fill = (template: string): string =>
    template.replace(/\$\{inputs\.([A-Za-z_]\w*)\}/g, (placeholder, name: string) => {
      const value = inputs[name]
      if (document.inputs[name]?.secret === true) return placeholder
      const known =
        typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      return known ? cleanText(`${value}`, 200) : placeholder
    })
  return text(fill(words.ko), fill(words.en))
}
