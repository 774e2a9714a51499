/** What a person enters as proof in a manual step: text to value, checked by the field's type. */
import { parseWon } from '../core/money.ts'
import { cleanText, stripControls } from '../core/sanitize.ts'
import { text, type Text } from '../core/text.ts'
import { parseYesNo } from './dialog-words.ts'
import type { ManualField } from './document.ts'

export type FieldResult =
  | { readonly kind: 'value'; readonly value: unknown }
  /** Left empty where that is allowed. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'invalid'; readonly problem: Text }

/** What stands for a value in a printed command: pasted as it is, it is no value. */
export function placeholderOf(field: string): string {
  return `<${field}>`
}

/** Empty is never a value: a required field left empty is invalid. Values are free of secrets and fit to keep. */
export function parseField(field: ManualField, typed: string): FieldResult {
  const entered = stripControls(typed)
  if (entered === '') {
    return field.required
      ? invalid(text('값을 입력하세요', 'a value is required'))
      : { kind: 'absent' }
  }
  if (entered === placeholderOf(field.id)) {
    return invalid(
      text(`${entered} 자리에 실제 값을 넣으세요`, `put the value in place of ${entered}`),
    )
  }
  switch (field.type) {
    case 'string':
      return { kind: 'value', value: cleanText(entered, 1000) }
    case 'integer':
      return parseInteger(entered)
    case 'money':
      return parseMoney(entered)
    case 'url':
      return parseUrl(entered)
    case 'boolean': {
      const value = parseYesNo(entered)
      return value === undefined
        ? invalid(text('예(y) 또는 아니오(n)로 입력하세요', 'answer yes (y) or no (n)'))
        : { kind: 'value', value }
    }
  }
}

/**
 * Fields given as text (`--value k=v`) against the declared ones. Every problem is named at once,
 * unknown names included.
 */
export function parseFields(
  fields: readonly ManualField[],
  typed: Readonly<Record<string, string>>,
): { readonly values: Record<string, unknown>; readonly problems: readonly Text[] } {
  const values: Record<string, unknown> = {}
  const problems: Text[] = []
  for (const field of fields) {
    const result = parseField(field, Object.hasOwn(typed, field.id) ? (typed[field.id] ?? '') : '')
    if (result.kind === 'value') values[field.id] = result.value
    if (result.kind === 'invalid') {
      problems.push(text(`${field.id}: ${result.problem.ko}`, `${field.id}: ${result.problem.en}`))
    }
  }
  for (const name of Object.keys(typed)) {
    if (fields.some((field) => field.id === name)) continue
    const known = fields.map((field) => field.id).join(', ')
    problems.push(
      known === ''
        ? text(`${name}: 이 단계는 입력값을 받지 않습니다`, `${name}: this step takes no values`)
        : text(
            `${name}: 없는 항목입니다(가능: ${known})`,
            `${name}: no such field (known: ${known})`,
          ),
    )
  }
  return { values, problems }
}

function parseInteger(entered: string): FieldResult {
  const digits = entered.replace(/(?<=\d),(?=\d{3}(?!\d))/g, '')
  const value = Number(digits)
  return /^[+-]?\d+$/.test(digits) && Number.isSafeInteger(value)
    ? { kind: 'value', value }
    : invalid(text('정수로 입력하세요(예: 42)', 'enter a whole number (e.g. 42)'))
}

function parseMoney(entered: string): FieldResult {
  const amount = entered.replace(/\s*(원|won|krw|₩)$/i, '').replace(/^₩\s*/, '')
  const grouped = /^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(amount) ? amount.replaceAll(',', '') : amount
  const value = parseWon(grouped)
  return value === undefined
    ? invalid(text('금액으로 입력하세요(예: 60,000)', 'enter an amount of won (e.g. 60,000)'))
    : { kind: 'value', value }
}

function parseUrl(entered: string): FieldResult {
  const problem = text(
    'http:// 또는 https:// 주소로 입력하세요',
    'enter an address beginning with http:// or https://',
  )
  if (!URL.canParse(entered)) return invalid(problem)
  const url = new URL(entered)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return invalid(problem)
  // Credentials in an address would be kept for years.
  url.username = ''
  url.password = ''
  return { kind: 'value', value: cleanText(url.href, 1000) }
}

function invalid(problem: Text): FieldResult {
  return { kind: 'invalid', problem }
}
