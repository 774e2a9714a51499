/** `--answer item=value` and `--answers FILE`: what people said beforehand, checked against the document. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { MtsError, messageOf } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import { nearestName } from '../core/nearest.ts'
import { cleanText } from '../core/sanitize.ts'
import { text, type Text } from '../core/text.ts'
import type { GivenAnswer } from '../playbook/dialog.ts'
import type { Document, ManualStep } from '../playbook/document.ts'
import { usageError } from './usage-error.ts'

/** A value of the only field, values by field, a skip with its reason, or yes and no. */
type Raw =
  | string
  | number
  | boolean
  | { readonly skip: string }
  | Readonly<Record<string, string | number | boolean>>

/** In the order of the items. Throws USAGE (64) for an item or a field that is not there, CONFIG (78) for a file that cannot be read. */
export async function readAnswers(
  document: Document,
  given: { readonly file?: string; readonly answers: readonly string[]; readonly cwd: string },
): Promise<readonly GivenAnswer[]> {
  const raw = new Map<string, Raw>()
  if (given.file !== undefined) {
    for (const [item, value] of Object.entries(await readFileOf(given.file, given.cwd))) {
      raw.set(item, value)
    }
  }
  for (const words of given.answers) {
    const at = words.indexOf('=')
    if (at < 1) {
      throw usageError(
        text(`--answer는 항목=값 형식입니다: ${words}`, `--answer takes item=value: ${words}`),
      )
    }
    addPair(raw, words.slice(0, at).trim(), words.slice(at + 1))
  }
  const asked = document.steps.filter((step): step is ManualStep => step.type === 'manual')
  for (const item of raw.keys()) {
    if (asked.some(({ id }) => id === item)) continue
    const nearest = nearestName(
      item,
      asked.map(({ id }) => id),
    )
    const list = asked.map(({ id }) => id).join(', ')
    throw usageError(
      text(
        `묻는 항목이 아닙니다: ${item}(${nearest === undefined ? `가능: ${list}` : `혹시 ${nearest}?`})`,
        `not an item that is asked: ${item} (${nearest === undefined ? `known: ${list}` : `did you mean ${nearest}?`})`,
      ),
    )
  }
  return asked.flatMap((step) => {
    const value = raw.get(step.id)
    return value === undefined ? [] : [{ step: step.id, answer: answerOf(step, value) }]
  })
}

/** `backup.date=…` is one field of an item. */
function addPair(raw: Map<string, Raw>, name: string, value: string): void {
  const [item = name, field] = name.split('.', 2)
  if (field === undefined) {
    raw.set(item, value)
    return
  }
  const known = raw.get(item)
  raw.set(item, { ...(typeof known === 'object' ? known : {}), [field]: value })
}

function answerOf(step: ManualStep, raw: Raw): NonNullable<GivenAnswer['answer']> {
  if (typeof raw === 'object' && 'skip' in raw) {
    return { kind: 'skip', reason: cleanText(String(raw.skip), 300) }
  }
  const fields = step.expects.map(({ id }) => id)
  if (typeof raw === 'object') {
    const strange = Object.keys(raw).find((field) => !fields.includes(field))
    if (strange !== undefined) throw usageError(strangeField(step, strange))
    return {
      kind: 'complete',
      values: Object.fromEntries(
        Object.entries(raw).map(([field, value]) => [field, String(value)]),
      ),
    }
  }
  const [only, another] = fields
  if (only === undefined) return yesOrNo(step, raw)
  if (another !== undefined) {
    throw usageError(
      text(
        `${step.id}은(는) 값이 여럿입니다: ${fields.map((field) => `${step.id}.${field}=…`).join(' ')}`,
        `${step.id} takes several values: ${fields.map((field) => `${step.id}.${field}=…`).join(' ')}`,
      ),
    )
  }
  return { kind: 'complete', values: { [only]: String(raw) } }
}

/** Nothing but a yes is a yes; a no wants its reason. */
function yesOrNo(
  step: ManualStep,
  raw: string | number | boolean,
): NonNullable<GivenAnswer['answer']> {
  const words = String(raw).trim().toLowerCase()
  if (['y', 'yes', 'true', '예', '네', 'ㅛ'].includes(words))
    return { kind: 'complete', values: {} }
  const no = /^(?:no|n|false|아니오|ㅜ)(?:[:\s]+(.*))?$/s.exec(words)
  const reason = no?.[1]?.trim()
  if (reason !== undefined && reason !== '') {
    return { kind: 'fail', reason: cleanText(reason, 300) }
  }
  throw usageError(
    text(
      `${step.id}은(는) yes 또는 'no: 사유'로 답하세요`,
      `answer ${step.id} with yes, or 'no: reason'`,
    ),
  )
}

function strangeField(step: ManualStep, field: string): Text {
  const list = step.expects.map(({ id }) => id).join(', ')
  return text(
    `${step.id}에 없는 값입니다: ${field}(가능: ${list})`,
    `${step.id} has no value ${field} (known: ${list})`,
  )
}

const MAX_FILE_CHARS = 64 * 1024

async function readFileOf(file: string, cwd: string): Promise<Readonly<Record<string, Raw>>> {
  const { parseYaml } = await import('./yaml-value.ts')
  const { z } = await import('zod')
  const scalar = z.union([z.string(), z.number(), z.boolean()])
  const shape = z.record(
    z.string(),
    z.union([scalar, z.strictObject({ skip: z.string().min(1) }), z.record(z.string(), scalar)]),
  )
  try {
    const source = await readFile(resolve(cwd, file), 'utf8')
    if (source.length > MAX_FILE_CHARS) throw new Error(`over ${MAX_FILE_CHARS} characters`)
    const parsed = shape.safeParse(parseYaml(source))
    if (parsed.success) return parsed.data
    const [issue] = parsed.error.issues
    throw new Error(`${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim())
  } catch (error) {
    const why = cleanText(messageOf(error), 200)
    throw new MtsError({
      code: 'ANSWERS_INVALID',
      exitCode: EXIT.config,
      message: text(
        `답 파일을 읽을 수 없습니다: ${file}(${why})`,
        `the answers cannot be read: ${file} (${why})`,
      ),
      next: [
        text('형식: 항목: 값, 또는 항목: { skip: 사유 }', 'item: value, or item: {skip: why}'),
      ],
      cause: error,
    })
  }
}
