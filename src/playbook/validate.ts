/**
 * What one part of a document means for another: ids, names of probes and actions, their inputs,
 * the flow from step to step, the types of conditions. Pure; all faults at once.
 */
import { text, type Text } from '../core/text.ts'
import type { Catalog } from './catalog.ts'
import type { ExpressionChecker, ScopeType, StepType } from './conditions-check.ts'
import { expressionFaults } from './expression-faults.ts'
import type { Fault, FaultPath } from './fault.ts'
import { flowFaults } from './flow.ts'
import type { JsonType } from './json-type.ts'
import type { DocumentSource, StepSource } from './schema.ts'
import { inputFaults, inputType } from './validate-inputs.ts'
import { outputType, stepTypeOf, unknownOperation, withFaults } from './validate-operations.ts'

/** A step that was read, with its place; `step` is absent when its own shape was wrong. */
export interface PlacedStep {
  readonly phase: 'steps' | 'onCancel' | 'finally'
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

export function validateDocument(validation: Validation): readonly Fault[] {
  return [
    ...headFaults(validation.document),
    ...inputFaults(validation.document, validation.checkExpression),
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
    if (checklist && !belongsInChecklist(step)) refuse(placed, 'type', CHECKLIST_TYPES)
    if (checklist && step.end !== undefined) refuse(placed, 'end', CHECKLIST_END)
    if (!checklist) {
      for (const key of CHECKLIST_KEYS) {
        if (key in step) refuse(placed, key, onlyChecklist(key))
      }
    }
    if (phase !== 'steps' && (step.type === 'branch' || step.type === 'action')) {
      refuse(placed, 'type', noneOf(phase, 'branch', 'action'))
    }
    if (phase !== 'steps' && step.end !== undefined) refuse(placed, 'end', noneOf(phase, 'end'))
    if (checklist && phase === 'onCancel') refuse(placed, 'type', ONLY_PLAYBOOK_CANCELS)
  }
  faults.push(...concealFaults(steps))
  const questions = steps.filter(({ step }) => step !== undefined && step.type !== 'probe')
  const over = questions[MAX_DAILY_QUESTIONS]
  const daily = document.id === 'daily' || document.labels?.['guide'] === 'daily'
  if (checklist && daily && over !== undefined) {
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

/** Settlements are no matter of a checklist: only the operator's own commands are started from one. */
function belongsInChecklist(step: StepSource): boolean {
  if (step.type === 'action') return step.action.startsWith('command.')
  return step.type === 'probe' || step.type === 'manual'
}

const CHECKLIST_TYPES = text(
  '점검표의 항목은 probe, manual 또는 command.…의 action이어야 합니다',
  'an item of a checklist is expected to be probe, manual, or an action command.…',
)
const CHECKLIST_END = text('점검표에는 end가 없습니다', 'a checklist has no end')
const CHECKLIST_KEYS = ['blocking', 'short', 'playbook', 'ownerOnly', 'conceals'] as const

function onlyChecklist(key: string): Text {
  return text(`${key}: 점검표에만 쓸 수 있습니다`, `${key} belongs to checklists only`)
}
/** What comes at the end however the run ends neither decides nor changes anything. */
function noneOf(phase: 'onCancel' | 'finally', ...what: readonly string[]): Text {
  return text(
    `${phase}에는 ${what.join('와 ')}을(를) 둘 수 없습니다`,
    `${phase} holds no ${what.join(' and no ')}`,
  )
}
const ONLY_PLAYBOOK_CANCELS = text(
  'onCancel은 플레이북에만 있습니다',
  'onCancel belongs to playbooks only',
)

/** What is concealed until an answer must have been seen before it is asked for. */
function concealFaults(steps: readonly PlacedStep[]): Fault[] {
  return steps.flatMap(({ phase, index, step }, place) => {
    if (step?.type !== 'manual') return []
    const earlier = new Set(steps.slice(0, place).map(({ id }) => id))
    return (step.conceals ?? []).flatMap((id, at) =>
      earlier.has(id)
        ? []
        : [
            {
              path: [phase, index, 'conceals', at],
              message: text(`앞에 없는 항목입니다: ${id}`, `no earlier item is called ${id}`),
            },
          ],
    )
  })
}

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
        faults.push(...withFaults(validation.checkExpression, step.with, probe.inputs, path, scope))
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
        faults.push(
          ...withFaults(validation.checkExpression, step.with, action.inputs, path, scope),
        )
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
  if (step.interval === undefined && step.timeout === undefined) {
    return step.consecutiveSuccessLimit === undefined ? [] : [repeatedFault(path, ALONE)]
  }
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
  const looks = step.consecutiveSuccessLimit ?? 1
  if (step.interval < step.timeout && step.interval * (looks - 1) > step.timeout) {
    return [repeatedFault(path, TOO_FEW_LOOKS)]
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

const ALONE = text(
  '연속 성공 횟수에는 interval과 timeout이 함께 있어야 합니다',
  'consecutive successes need interval and timeout',
)
const TOO_FEW_LOOKS = text(
  'timeout 안에 그만큼 확인할 수 없습니다',
  'there is no time for so many looks within the timeout',
)

function repeatedFault(path: FaultPath, message: Text): Fault {
  return { path: [...path, 'consecutiveSuccessLimit'], atKey: true, message }
}
