/**
 * The shape of a playbook or checklist file, key by key. What one key means for another (names,
 * flow, types of conditions) is `validate.ts`; where a fault stands in the file is `load.ts`.
 */
import { z } from 'zod'
import { parseDuration } from '../core/duration.ts'
import { isText, text } from '../core/text.ts'
import type { Text } from '../core/text.ts'
import { EVIDENCE_IDS, isEvidenceReference } from './evidence-ids.ts'

/** Ids of documents and steps: `failed-empty`, `look_again`. */
const ID_PATTERN = /^[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$/

/** An approval is never good for longer than this, ms. */
export const MAX_APPROVAL_MS = 600_000

/** Messages of our own travel through zod as JSON of both languages. */
function words(ko: string, en: string): string {
  return JSON.stringify(text(ko, en))
}

/** The words of a zod message that `words` made; undefined for zod's own. */
export function parseWords(message: string): Text | undefined {
  if (!message.startsWith('{')) return undefined
  const parsed: unknown = JSON.parse(message)
  return isText(parsed) ? parsed : undefined
}

const line = z.string().trim().min(1).max(600)
const textShape = z.strictObject({ ko: line, en: line })

const id = z
  .string()
  .max(60)
  .regex(
    ID_PATTERN,
    words('영문 소문자로 시작하는 이름(예: look-again)', 'a name in lower case such as look-again'),
  )

const expression = z.string().trim().min(1)

function durationShape(maxMs: number, maxWords: string) {
  return z.string().transform((value, context) => {
    const ms = parseDuration(value)
    if (ms === undefined || ms <= 0) {
      context.addIssue({
        code: 'custom',
        message: words(
          '단위가 있는 시간(예: 30s, 10m, 6h)',
          'a duration with its unit: 30s, 10m, 6h',
        ),
      })
      return z.NEVER
    }
    if (ms > maxMs) {
      context.addIssue({
        code: 'custom',
        message: words(`${maxWords} 이하의 시간`, `a duration of at most ${maxWords}`),
      })
      return z.NEVER
    }
    return ms
  })
}

const pollDuration = durationShape(86_400_000, '24h')

const findingShape = z.strictObject({
  code: z
    .string()
    .max(60)
    .regex(
      /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/,
      words('대문자 코드(예: HOLDS_SALES)', 'a code in capitals such as HOLDS_SALES'),
    ),
  message: textShape,
  failure: z.boolean(),
})

const common = {
  id,
  title: textShape,
  why: textShape.optional(),
  danger: textShape.optional(),
  when: expression.optional(),
  preconditions: z
    .array(z.strictObject({ condition: expression, message: textShape }))
    .min(1)
    .max(10)
    .optional(),
  onFailure: z.enum(['abort', 'continue']).optional(),
  blocking: z.boolean().optional(),
  end: z.boolean().optional(),
  finding: findingShape.optional(),
  short: textShape.optional(),
  playbook: id.optional(),
}

const withShape = z.record(z.string(), z.unknown()).optional()

const neverPolled = z
  .never({
    error: words(
      '바꾸는 단계는 다시 보내지 않습니다: retry·interval·timeout을 쓸 수 없습니다',
      'a mutating step is sent at most once: no retry, interval or timeout here',
    ),
  })
  .optional()

const timeOfDay = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, words('HH:MM(서울 시각)', 'HH:MM of Seoul'))

const STEP_SHAPES = {
  probe: z.strictObject({
    ...common,
    type: z.literal('probe'),
    probe: z.string().min(1),
    with: withShape,
    successCondition: expression.optional(),
    failureCondition: expression.optional(),
    warningCondition: expression.optional(),
    onNoData: z.enum(['inconclusive', 'fail']).optional(),
    interval: pollDuration.optional(),
    timeout: pollDuration.optional(),
    consecutiveSuccessLimit: z.int().min(2).max(20).optional(),
  }),
  action: z.strictObject({
    ...common,
    type: z.literal('action'),
    action: z.string().min(1),
    with: withShape,
    approval: z.strictObject({
      prompt: textShape.optional(),
      expiresIn: durationShape(MAX_APPROVAL_MS, '10m').optional(),
    }),
    retry: neverPolled,
    interval: neverPolled,
    timeout: neverPolled,
  }),
  manual: z.strictObject({
    ...common,
    type: z.literal('manual'),
    prompt: textShape,
    expects: z
      .array(
        z.strictObject({
          id,
          title: textShape,
          type: z.enum(['string', 'integer', 'money', 'url', 'boolean']),
          required: z.boolean().optional(),
        }),
      )
      .max(10)
      .optional(),
    ownerOnly: z.union([z.literal(true), line]).optional(),
    followUp: z.strictObject({ until: timeOfDay }).optional(),
    conceals: z.array(id).min(1).max(20).optional(),
  }),
  approval: z.strictObject({ ...common, type: z.literal('approval'), prompt: textShape }),
  wait: z.strictObject({
    ...common,
    type: z.literal('wait'),
    for: durationShape(172_800_000, '2d').optional(),
    until: timeOfDay.optional(),
  }),
  branch: z.strictObject({
    ...common,
    type: z.literal('branch'),
    branches: z
      .array(z.strictObject({ when: expression, goto: z.string().min(1), title: textShape }))
      .min(1)
      .max(20),
    otherwise: z.string().min(1),
  }),
} as const

export const stepShape = z.discriminatedUnion('type', [
  STEP_SHAPES.probe,
  STEP_SHAPES.action,
  STEP_SHAPES.manual,
  STEP_SHAPES.approval,
  STEP_SHAPES.wait,
  STEP_SHAPES.branch,
])

export type StepSource = z.output<typeof stepShape>

/** Keys a step of this type may have, for the nearest name. */
export function stepKeys(type: unknown): readonly string[] {
  const shape = STEP_SHAPES[type as keyof typeof STEP_SHAPES]
  return shape === undefined ? Object.keys(common) : Object.keys(shape.shape)
}

const inputShape = z.strictObject({
  type: z.enum(['string', 'integer', 'date', 'boolean']),
  title: textShape,
  required: z.boolean().optional(),
  enum: z.array(z.string()).min(1).optional(),
  pattern: z.string().max(200).optional(),
  secret: z.boolean().optional(),
  default: z.union([z.string(), z.number(), z.boolean()]).optional(),
})

/** `database`, `pool:waiting`: a piece of triage's evidence, or one state of it. A misspelt one would never be seen. */
const evidenceReference = z
  .string()
  .refine(
    isEvidenceReference,
    words(`증거 이름(${EVIDENCE_IDS.join(', ')})`, `evidence (${EVIDENCE_IDS.join(', ')})`),
  )

const signalShape = z.strictObject({
  evidence: evidenceReference,
  status: z
    .array(z.enum(['critical', 'warning']))
    .min(1)
    .optional(),
  weight: z.number().positive().max(1),
  priority: z.enum(['P0', 'P1', 'P2']).optional(),
  explainedBy: z.array(evidenceReference).max(20).optional(),
})

const signalsShape = z.strictObject({
  evidence: z.array(signalShape).min(1).max(30),
  explainedBy: z.array(evidenceReference).max(20).optional(),
})

/** Everything but the steps, which are read one by one so that a fault in one does not hide the next. */
export const documentShape = z.strictObject({
  apiVersion: z.literal('mts/v1'),
  kind: z.enum(['Playbook', 'Checklist']),
  id,
  title: textShape,
  version: z
    .string()
    .regex(
      /^\d+\.\d+\.\d+$/,
      words('따옴표로 감싼 버전(예: "1.0.0")', 'a version such as "1.0.0"'),
    ),
  owner: line,
  labels: z.record(z.string(), z.string()).optional(),
  priority: z.enum(['P0', 'P1', 'P2']).optional(),
  impact: textShape.optional(),
  worsens: textShape.optional(),
  triggers: z
    .array(
      z.strictObject({
        alertname: z.string().min(1),
        labels: z.record(z.string(), z.string()).optional(),
      }),
    )
    .optional(),
  signals: signalsShape.optional(),
  inputs: z
    .record(
      z
        .string()
        .regex(
          /^[a-z][A-Za-z0-9]*$/,
          words('영문 소문자로 시작하는 이름', 'a name that begins in lower case'),
        ),
      inputShape,
    )
    .optional(),
  steps: z.array(z.unknown()).min(1).max(1000),
  onCancel: z.array(z.unknown()).max(50).optional(),
  finally: z.array(z.unknown()).max(50).optional(),
})

export type DocumentSource = z.output<typeof documentShape>

export const DOCUMENT_KEYS: readonly string[] = Object.keys(documentShape.shape)

/** Keys of the objects inside a document, by the key that holds them, for the nearest name. */
export const NESTED_KEYS: Readonly<Record<string, readonly string[]>> = {
  approval: ['prompt', 'expiresIn'],
  branches: ['when', 'goto', 'title'],
  evidence: Object.keys(signalShape.shape),
  expects: ['id', 'title', 'type', 'required'],
  finding: Object.keys(findingShape.shape),
  inputs: Object.keys(inputShape.shape),
  preconditions: ['condition', 'message'],
  signals: Object.keys(signalsShape.shape),
  triggers: ['alertname', 'labels'],
}
