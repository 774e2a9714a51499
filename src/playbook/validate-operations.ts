/** The probes and actions a document names: that they exist, what they take, what they give. */
import { z } from 'zod'
import { nearestName } from '../core/nearest.ts'
import { text } from '../core/text.ts'
import type { Catalog } from './catalog.ts'
import { templateExpression } from './conditions.ts'
import type { ExpressionChecker, ScopeType, StepType } from './conditions-check.ts'
import { expressionFaults } from './expression-faults.ts'
import type { Fault, FaultPath } from './fault.ts'
import type { JsonType } from './json-type.ts'
import type { StepSource } from './schema.ts'
import { unknownKey } from './shape-faults.ts'

export function unknownOperation(
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
export function withFaults(
  checkExpression: ExpressionChecker,
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
      faults.push(...expressionFaults(checkExpression, value, source, scope, expected, at))
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

/** What conditions of later steps can see of this one. */
export function stepTypeOf(step: StepSource, catalog: Catalog): StepType {
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

export function outputType(schema: z.ZodType): JsonType {
  return z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }) as JsonType
}
