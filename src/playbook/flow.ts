/**
 * The flow from step to step. Steps follow one another; only a branch jumps, and only forward: so
 * no way through can go round, and every way ends.
 */
import { nearestName } from '../core/nearest.ts'
import { text } from '../core/text.ts'
import type { Fault } from './fault.ts'
import type { StepSource } from './schema.ts'

interface FlowStep {
  readonly phase: 'steps' | 'onCancel' | 'finally'
  readonly index: number
  readonly id?: string
  readonly step?: StepSource
}

export function flowFaults(all: readonly FlowStep[]): readonly Fault[] {
  const steps = all.filter((placed) => placed.phase === 'steps')
  const positions = new Map<string, number>()
  for (const { id, index } of steps) {
    if (id !== undefined && !positions.has(id)) positions.set(id, index)
  }
  const faults: Fault[] = []
  for (const { index, step } of steps) {
    if (step?.type !== 'branch') continue
    const targets = [
      ...step.branches.map((branch, at) => ({ id: branch.goto, key: ['branches', at, 'goto'] })),
      { id: step.otherwise, key: ['otherwise'] },
    ]
    for (const { id, key } of targets) {
      const target = positions.get(id)
      const path = ['steps', index, ...key]
      if (target === undefined) {
        const nearest = nearestName(id, positions.keys())
        faults.push({
          path,
          message: text(
            `없는 단계: ${id}${nearest === undefined ? '' : `(혹시 ${nearest}?)`}`,
            `no such step: ${id}${nearest === undefined ? '' : ` (did you mean ${nearest}?)`}`,
          ),
        })
      } else if (target <= index) {
        faults.push({
          path,
          message: text(
            `뒤로 갈 수 없습니다: ${id}(이 단계보다 앞에 있어 끝나지 않을 수 있음)`,
            `a branch only goes forward: ${id} is not after this step, the run might never end`,
          ),
        })
      }
    }
    if (step.end === true) {
      faults.push({
        path: ['steps', index, 'end'],
        atKey: true,
        message: text('branch는 끝이 될 수 없습니다', 'a branch cannot be the end'),
      })
    }
  }
  // With a fault in the jumps, what they reach means nothing.
  return faults.length > 0 ? faults : unreachableFaults(steps)
}

/** Where a run can go from each step, by position; `steps.length` is the end of the document. */
export function successors(
  step: Pick<StepSource, 'type'> & {
    readonly end?: boolean | undefined
    readonly when?: string | undefined
    readonly branches?: readonly { readonly goto: string }[]
    readonly otherwise?: string
  },
  index: number,
  positionOf: (id: string) => number | undefined,
): readonly number[] {
  if (step.type === 'branch') {
    const ids = [...(step.branches ?? []).map((branch) => branch.goto), step.otherwise ?? '']
    const targets = ids.map(positionOf).filter((target) => target !== undefined)
    // A branch that does not apply is stepped over.
    return step.when === undefined ? targets : [...targets, index + 1]
  }
  // An end that does not apply ends nothing.
  return step.end === true && step.when === undefined ? [] : [index + 1]
}

function unreachableFaults(steps: readonly FlowStep[]): Fault[] {
  const positionOf = (id: string): number | undefined => steps.find((step) => step.id === id)?.index
  const reached = new Set<number>([0])
  for (const { index, step } of steps) {
    if (!reached.has(index)) continue
    if (step === undefined) return []
    for (const next of successors(step, index, positionOf)) reached.add(next)
  }
  const first = steps.find(({ index }) => !reached.has(index))
  if (first === undefined) return []
  return [
    {
      path: ['steps', first.index],
      message: text(
        `이 단계로 오는 길이 없습니다: ${first.id ?? ''}`,
        `no way leads to this step: ${first.id ?? ''}`,
      ),
    },
  ]
}
