/**
 * What one part of a document means for another: ids, names of probes and actions, their inputs,
 * the flow from step to step, the types of conditions. Pure; all faults at once.
 */
import { z } from 'zod'
import { isSeoulDate } from '../core/dates.ts'
import { nearestName } from '../core/nearest.ts'
import { text, type Text } from '../core/text.ts'
import type { Catalog } from './catalog.ts'
import { templateExpression } from './conditions.ts'
import type { ExpressionChecker, ScopeType, StepType } from './conditions-check.ts'
import type { Fault, FaultPath } from './fault.ts'
import { flowFaults } from './flow.ts'
import type { JsonType } from './json-type.ts'
import type { DocumentSource, StepSource } from './schema.ts'
import { unknownKey } from './shape-faults.ts'

/** A step that was read, with its place; `step` is absent when its own shape was wrong. */
export interface PlacedStep {
  readonly phase: 'steps' | 'finally'
  readonly index: number
  /** As far as it could be read. */
  readonly id?: string
  readonly step?: StepSource
}

export interface Validation {
  readonly document: DocumentSource
  readonly steps: readonly PlacedStep[]
  readonly catalog: Catalog
  readonly checkExpression: ExpressionChecker
}

/** More than this many questions to a person and a daily checklist is no longer done honestly. */
const MAX_DAILY_QUESTIONS = 3

const BOOLEAN: JsonType = { type: 'boolean' }

/** `headIsRead`: false when the head's own shape is wrong, of which the faults are reported elsewhere. */
export function validateDocument(validation: Validation, headIsRead: boolean): readonly Fault[] {
  return [
    ...(headIsRead ? headFaults(validation.document) : []),
    ...inputFaults(validation),
    ...idFaults(validation.steps),
    ...flowFaults(validation.steps),
    ...kindFaults(validation),
    ...stepFaults(validation),
  ]
}

function headFaults(document: DocumentSource): Fault[] {
  if (document.kind === 'Checklist') {
    return document.priority === undefined
      ? []
      : [{ path: ['priority'], atKey: true, message: ONLY_PLAYBOOK }]
  }
  const missing = (['priority', 'impact', 'worsens'] as const).filter(
    (key) => document[key] === undefined,
  )
  return missing.map((key) => ({
    path: [],
    message: text(`플레이북의 필수 키 없음: ${key}`, `a playbook needs ${key}`),
  }))
}

const ONLY_PLAYBOOK = text('priority는 플레이북에만 있습니다', 'priority belongs to playbooks only')

function inputFaults({ document, checkExpression }: Validation): Fault[] {
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
  try {
    new RegExp(pattern, 'u')
  } catch {
    return false
  }
  const plain = pattern.replace(/\\[^1-9k]/g, 'x').replace(/\[[^\]]*\]/g, 'x')
  if (/\\[1-9k]|\(\?[=!<]|\)[*+{?]/.test(plain)) return false
  return (plain.match(/[*+]|\{\d+,\d*\}/g) ?? []).length <= 2
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

function inputType(input: InputSource): JsonType {
  if (input.type === 'integer') return { type: 'number' }
  if (input.type === 'boolean') return { type: 'boolean' }
  return { type: 'string', ...(input.enum === undefined ? {} : { enum: input.enum }) }
}

function idFaults(steps: readonly PlacedStep[]): Fault[] {
  const seen = new Set<string>()
  const faults: Fault[] = []
  for (const { phase, index, id } of steps) {
    if (id === undefined) continue
    if (seen.has(id)) {
      faults.push({
        path: [phase, index, 'id'],
        message: text(`단계 이름이 겹칩니다: ${id}`, `the step id is used twice: ${id}`),
      })
    }
    seen.add(id)
  }
  return faults
}

/** What belongs to playbooks, to checklists, to `finally`. */
function kindFaults({ document, steps }: Validation): Fault[] {
  const faults: Fault[] = []
  const checklist = document.kind === 'Checklist'
  const refuse = (placed: PlacedStep, key: string, message: Text): void => {
    faults.push({ path: [placed.phase, placed.index, key], message })
  }
  for (const placed of steps) {
    const { step, phase } = placed
    if (step === undefined) continue
    if (checklist && step.type !== 'probe' && step.type !== 'manual') {
      refuse(placed, 'type', CHECKLIST_TYPES)
    }
    if (checklist && step.end !== undefined) refuse(placed, 'end', CHECKLIST_END)
    if (!checklist && step.blocking !== undefined) refuse(placed, 'blocking', ONLY_CHECKLIST)
    if (phase === 'finally' && (step.type === 'branch' || step.type === 'action')) {
      refuse(placed, 'type', FINALLY_TYPES)
    }
    if (phase === 'finally' && step.end !== undefined) refuse(placed, 'end', FINALLY_END)
  }
  const questions = steps.filter(({ step }) => step?.type === 'manual' || step?.type === 'approval')
  const over = questions[MAX_DAILY_QUESTIONS]
  if (checklist && document.id === 'daily' && over !== undefined) {
    refuse(
      over,
      'type',
      text(
        `일일 점검에서 사람에게 묻는 항목은 ${MAX_DAILY_QUESTIONS}개까지입니다(지금: ${questions.length}개)`,
        `a daily checklist asks a person at most ${MAX_DAILY_QUESTIONS} questions, found ${questions.length}`,
      ),
    )
  }
  return faults
}

const CHECKLIST_TYPES = text(
  '점검표의 항목은 probe 또는 manual이어야 합니다',
  'an item of a checklist is expected to be probe or manual',
)
const CHECKLIST_END = text('점검표에는 end가 없습니다', 'a checklist has no end')
const ONLY_CHECKLIST = text('blocking은 점검표에만 있습니다', 'blocking belongs to checklists only')
const FINALLY_TYPES = text(
  'finally에는 branch와 action을 둘 수 없습니다',
  'finally holds no branch and no action',
)
const FINALLY_END = text('finally에는 end가 없습니다', 'there is no end in finally')

/** Names, inputs and conditions, step by step in the order of the document. */
function stepFaults(validation: Validation): Fault[] {
  const { document, steps, catalog } = validation
  const faults: Fault[] = []
  const inputs = Object.fromEntries(
    Object.entries(document.inputs ?? {}).map(([name, input]) => [name, inputType(input)]),
  )
  const known = new Map<string, StepType>()
  const every = new Set(steps.flatMap(({ id }) => (id === undefined ? [] : [id])))
  for (const { phase, index, id, step } of steps) {
    const path: FaultPath = [phase, index]
    const scope: ScopeType = { inputs, steps: known, everyStep: every }
    if (step !== undefined) faults.push(...ownFaults(validation, step, path, scope))
    if (id !== undefined) {
      known.set(id, step === undefined ? UNREADABLE_STEP : stepTypeOf(step, catalog))
    }
  }
  return faults
}

/** A step whose own shape is wrong is reported as that; what refers to it is not reported again. */
const UNREADABLE_STEP: StepType = { value: {}, answers: {} }

function ownFaults(
  validation: Validation,
  step: StepSource,
  path: FaultPath,
  scope: ScopeType,
): Fault[] {
  const faults: Fault[] = []
  const check = (source: string | undefined, at: FaultPath, where: ScopeType = scope): void => {
    if (source === undefined) return
    faults.push(
      ...expressionFaults(validation.checkExpression, source, source, where, BOOLEAN, [
        ...path,
        ...at,
      ]),
    )
  }
  check(step.when, ['when'])
  for (const [index, { condition }] of (step.preconditions ?? []).entries()) {
    check(condition, ['preconditions', index, 'condition'])
  }
  switch (step.type) {
    case 'probe': {
      const probe = validation.catalog.probe(step.probe)
      if (probe === undefined) {
        faults.push(unknownOperation(path, 'probe', step.probe, validation.catalog.probeIds))
      } else {
        faults.push(...withFaults(validation, step.with, probe.inputs, path, scope))
      }
      const seeing = { ...scope, value: probe === undefined ? {} : outputType(probe.outputs) }
      check(step.failureCondition, ['failureCondition'], seeing)
      check(step.successCondition, ['successCondition'], seeing)
      check(step.warningCondition, ['warningCondition'], seeing)
      faults.push(...pollingFaults(step, path))
      break
    }
    case 'action': {
      const action = validation.catalog.action(step.action)
      if (action === undefined) {
        faults.push(unknownOperation(path, 'action', step.action, validation.catalog.actionIds))
      } else {
        faults.push(...withFaults(validation, step.with, action.inputs, path, scope))
      }
      break
    }
    case 'manual': {
      const fields = new Set<string>()
      for (const [index, field] of (step.expects ?? []).entries()) {
        if (fields.has(field.id)) {
          faults.push({
            path: [...path, 'expects', index, 'id'],
            message: text(`항목 이름이 겹칩니다: ${field.id}`, `used twice: ${field.id}`),
          })
        }
        fields.add(field.id)
      }
      break
    }
    case 'wait':
      if ((step.for === undefined) === (step.until === undefined)) {
        faults.push({
          path,
          message: text(
            'wait에는 for와 until 중 하나만 적으세요',
            'a wait is expected to have either for or until',
          ),
        })
      }
      break
    case 'branch':
      for (const [index, branch] of step.branches.entries()) {
        check(branch.when, ['branches', index, 'when'])
      }
      break
    case 'approval':
      break
  }
  return faults
}

function pollingFaults(step: StepSource & { type: 'probe' }, path: FaultPath): Fault[] {
  if (step.interval === undefined && step.timeout === undefined) return []
  if (step.interval === undefined || step.timeout === undefined) {
    const key = step.interval === undefined ? 'timeout' : 'interval'
    return [
      {
        path: [...path, key],
        atKey: true,
        message: text(
          '다시 묻기에는 interval과 timeout이 함께 있어야 합니다',
          'polling needs both interval and timeout',
        ),
      },
    ]
  }
  if (step.successCondition === undefined) {
    return [
      {
        path: [...path, 'interval'],
        atKey: true,
        message: text(
          '다시 묻기에는 끝낼 successCondition이 있어야 합니다',
          'polling needs a successCondition to end it',
        ),
      },
    ]
  }
  return step.interval < step.timeout
    ? []
    : [
        {
          path: [...path, 'timeout'],
          message: text(
            'timeout은 interval보다 길어야 합니다',
            'the timeout is expected to be longer than the interval',
          ),
        },
      ]
}

function unknownOperation(
  path: FaultPath,
  key: 'probe' | 'action',
  id: string,
  known: readonly string[],
): Fault {
  const nearest = nearestName(id, known)
  const list = known.join(', ')
  return {
    path: [...path, key],
    message: text(
      `없는 ${key}: ${id}${nearest === undefined ? `(가능: ${list})` : `(혹시 ${nearest}?)`}`,
      `unknown ${key}: ${id} ${nearest === undefined ? `(known: ${list})` : `(did you mean ${nearest}?)`}`,
    ),
  }
}

/** Literal inputs are checked as they will be; an expression, by the type it can give. */
function withFaults(
  validation: Validation,
  given: Readonly<Record<string, unknown>> | undefined,
  inputs: z.ZodType,
  path: FaultPath,
  scope: ScopeType,
): Fault[] {
  const shape = inputs instanceof z.ZodObject ? (inputs.shape as Record<string, z.ZodType>) : {}
  const values = given ?? {}
  const faults: Fault[] = []
  for (const [name, schema] of Object.entries(shape)) {
    if (Object.hasOwn(values, name) || schema.safeParse(undefined).success) continue
    faults.push({
      path: given === undefined ? path : [...path, 'with'],
      message: text(`with의 필수 값 없음: ${name}`, `with is missing ${name}`),
    })
  }
  for (const [name, value] of Object.entries(values)) {
    const at = [...path, 'with', name]
    const schema = Object.hasOwn(shape, name) ? shape[name] : undefined
    if (schema === undefined) {
      faults.push({ path: at, atKey: true, message: unknownKey(name, Object.keys(shape)) })
      continue
    }
    const source = templateExpression(value)
    if (source !== undefined) {
      const expected = outputType(schema)
      faults.push(
        ...expressionFaults(validation.checkExpression, value, source, scope, expected, at),
      )
    } else if (typeof value === 'string' && value.includes('${')) {
      faults.push({ path: at, message: PARTIAL_TEMPLATE })
    } else {
      const result = schema.safeParse(value)
      if (result.success) continue
      const why = result.error.issues[0]?.message ?? ''
      faults.push({ path: at, message: text(`${name}: ${why}`, `${name}: ${why}`) })
    }
  }
  return faults
}

const PARTIAL_TEMPLATE = text(
  '${ … }는 값 전체여야 합니다. 글자 사이에 끼울 수 없습니다',
  'an expression ${ … } is expected to be the whole value',
)

function expressionFaults(
  check: ExpressionChecker,
  written: unknown,
  source: string,
  scope: ScopeType,
  expected: JsonType,
  path: FaultPath,
): Fault[] {
  const base = typeof written === 'string' ? Math.max(0, written.indexOf(source)) : 0
  return check(source, scope, expected).map(({ offset, message }) => ({
    path,
    offset: base + offset,
    message,
  }))
}

function stepTypeOf(step: StepSource, catalog: Catalog): StepType {
  const value = valueTypeOf(step, catalog)
  const answers =
    step.type === 'manual'
      ? {
          type: 'object',
          properties: Object.fromEntries(
            (step.expects ?? []).map((field) => [field.id, fieldType(field.type)]),
          ),
          additionalProperties: false,
        }
      : undefined
  return {
    ...(value === undefined ? {} : { value }),
    ...(answers === undefined ? {} : { answers }),
  }
}

function valueTypeOf(step: StepSource, catalog: Catalog): JsonType | undefined {
  if (step.type === 'probe') {
    const probe = catalog.probe(step.probe)
    return probe === undefined ? {} : outputType(probe.outputs)
  }
  if (step.type === 'action') {
    const action = catalog.action(step.action)
    return action === undefined ? {} : outputType(action.outputs)
  }
  return undefined
}

function fieldType(type: 'string' | 'integer' | 'money' | 'url' | 'boolean'): JsonType {
  if (type === 'integer') return { type: 'number' }
  return { type: type === 'boolean' ? 'boolean' : 'string' }
}

function outputType(schema: z.ZodType): JsonType {
  return z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }) as JsonType
}
