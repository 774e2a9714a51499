/**
 * Going back to a step that only reads: it and what came after are done anew. What a person has
 * entered is kept, since it is not forgotten by looking again; an approval is not, since it held for
 * what was seen then. Nothing goes back past something that was sent.
 */
import type { Step } from './document.ts'
import type { RunState, StepState } from './run-state.ts'

/** Steps that can be gone back to, in the order they were done. */
export function backTargets(state: RunState): readonly Step[] {
  const { document, position, pending } = state
  if (document.kind !== 'Playbook' || position.phase !== 'steps' || pending !== undefined) return []
  const done = document.steps.slice(0, position.index)
  const at = document.steps[position.index]
  if (at !== undefined && wasSent(at, state.steps[at.id])) return []
  const barrier = done.findLastIndex((step) => wasSent(step, state.steps[step.id]))
  return done.slice(barrier + 1).filter((step) => {
    const own = state.steps[step.id]
    return step.type === 'probe' && own?.endedAtMs !== undefined && own.status !== 'skipped'
  })
}

/** The state with the walk at that step again; unchanged where it cannot be gone back to. */
export function wentBack(state: RunState, to: string): RunState {
  if (!backTargets(state).some(({ id }) => id === to)) return state
  const { steps } = state.document
  const index = steps.findIndex(({ id }) => id === to)
  const anew: Record<string, StepState> = { ...state.steps }
  for (const step of steps.slice(index)) {
    const own = anew[step.id]
    if (own === undefined || isKept(step, own)) continue
    if (own.notes.length === 0) delete anew[step.id]
    else anew[step.id] = { status: 'pending', reasons: [], given: {}, notes: own.notes }
  }
  return { ...state, steps: anew, position: { phase: 'steps', index } }
}

function isKept(step: Step, { status, endedAtMs }: StepState): boolean {
  return step.type === 'manual' && status === 'succeeded' && endedAtMs !== undefined
}

/** Sent, or done by hand: either way the world is another one since. */
function wasSent(step: Step, state: StepState | undefined): boolean {
  if (step.type !== 'action' || state === undefined) return false
  if (state.actionFinished !== undefined) return true
  return state.outcome !== undefined && state.outcome !== 'refused'
}
