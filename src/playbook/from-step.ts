/**
 * Beginning in the middle of a playbook. What was not walked was not seen, decided or approved: a
 * step that builds on it is refused, with the last place from which it can be reached soundly.
 */
import { MtsError } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import { nearestName } from '../core/nearest.ts'
import { text, type Text } from '../core/text.ts'
import type { Document, Step } from './document.ts'
import { successors } from './flow.ts'
import { createStepReferences, type StepReferences } from './step-references.ts'

interface Need {
  /** The step that was not done. */
  readonly step: Step
  /** The one that builds on it. */
  readonly by: Step
  readonly kind: 'value' | 'approval' | 'decision'
}

/** Index of the step to begin with. Throws USAGE (64) for no such step, FROM_NEEDS_EARLIER (5). */
export function positionFrom(document: Document, id: string): number {
  const { steps } = document
  const start = steps.findIndex((step) => step.id === id)
  if (start === -1) throw noSuchStep(document, id)
  const references = createStepReferences()
  const needs = needsOf(document, start, references)
  if (needs.length === 0) return start
  const sound = steps.findLastIndex(
    (_step, index) =>
      index < start &&
      reachableFrom(document, index).has(start) &&
      needsOf(document, index, references).length === 0,
  )
  throw needsEarlier(document, id, needs, steps[sound]?.id)
}

function needsOf(document: Document, start: number, references: StepReferences): readonly Need[] {
  const { steps } = document
  const ahead = reachableFrom(document, start)
  const first = steps[start]
  if (first === undefined) return []
  const needs: Need[] = []
  const add = (need: Need): void => {
    if (!needs.some((known) => known.step === need.step)) needs.push(need)
  }
  for (const index of [...ahead].sort((left, right) => left - right)) {
    const by = steps[index]
    if (by === undefined) continue
    for (const id of references.of(by)) {
      const at = steps.findIndex((step) => step.id === id)
      const step = steps[at]
      if (step !== undefined && !ahead.has(at)) add({ step, by, kind: 'value' })
    }
    if (by.type !== 'action') continue
    // Whether something may be changed was decided on the way; nobody has decided it here.
    for (const [at, step] of steps.slice(0, start).entries()) {
      if (step.type === 'branch' && isOnEveryWay(document, at, index)) {
        add({ step, by, kind: 'decision' })
      }
    }
  }
  for (const [at, step] of steps.slice(0, start).entries()) {
    if (step.type === 'approval' && isOnEveryWay(document, at, start)) {
      add({ step, by: first, kind: 'approval' })
    }
  }
  return needs
}

function isOnEveryWay(document: Document, at: number, target: number): boolean {
  return !reachableFrom(document, 0, at).has(target)
}

/** Positions of the steps that can come, the first included; `without` is taken out of the flow. */
export function reachableFrom(
  { steps }: Pick<Document, 'steps'>,
  start: number,
  without?: number,
): ReadonlySet<number> {
  const reached = new Set<number>(start === without ? [] : [start])
  const positionOf = (id: string): number | undefined => {
    const index = steps.findIndex((step) => step.id === id)
    return index === -1 ? undefined : index
  }
  for (const [index, step] of steps.entries()) {
    if (!reached.has(index)) continue
    for (const next of successors(step, index, positionOf)) {
      if (next !== without && next < steps.length) reached.add(next)
    }
  }
  return reached
}

function noSuchStep(document: Document, id: string): MtsError {
  const nearest = nearestName(
    id,
    document.steps.map((step) => step.id),
  )
  return new MtsError({
    code: 'USAGE',
    exitCode: EXIT.usage,
    message: text(
      `${document.id}에 없는 단계입니다: ${id}${nearest === undefined ? '' : `(혹시 ${nearest}?)`}`,
      `${document.id} has no step ${id}${nearest === undefined ? '' : ` (did you mean ${nearest}?)`}`,
    ),
    next: [`mts playbook show ${document.id}`],
  })
}

function needsEarlier(
  document: Document,
  id: string,
  needs: readonly Need[],
  sound: string | undefined,
): MtsError {
  const said = needs.slice(0, 5).map(needWords)
  return new MtsError({
    code: 'FROM_NEEDS_EARLIER',
    exitCode: EXIT.refused,
    message: text(
      [`${id}부터 시작할 수 없습니다. 앞 단계의 결과가 없습니다`, ...said.map(({ ko }) => ko)].join(
        '\n',
      ),
      [`cannot begin with ${id}: what it builds on is not there`, ...said.map(({ en }) => en)].join(
        '\n',
      ),
    ),
    next: [
      sound === undefined
        ? `mts playbook ${document.id}`
        : `mts playbook ${document.id} --from ${sound}`,
    ],
  })
}

function needWords({ step, by, kind }: Need): Text {
  const { id } = step
  switch (kind) {
    case 'value':
      return text(`${by.id}에 필요: ${id}에서 확인한 값`, `${by.id} needs what ${id} sees`)
    case 'decision':
      return text(
        `${by.id}에 필요: ${id}의 판단(조치를 해도 되는지)`,
        `${by.id} needs the decision of ${id}, whether it may be done`,
      )
    case 'approval':
      return text(`${by.id}에 필요: ${id}의 승인`, `${by.id} needs the approval of ${id}`)
  }
}
