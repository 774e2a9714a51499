/**
 * How a playbook's run ends. A good finding stands only where its step succeeded: a skipped or
 * undecided proof proves nothing.
 */
import { text, type Text } from '../core/text.ts'
import type { Finding, Step } from './document.ts'
import type { Ending, RunState, StepState } from './run-state.ts'

/** The ending that a finished step means, or undefined when the run goes on. */
export function endingAfter(step: Step, state: StepState): Ending | undefined {
  const failed = state.status === 'failed'
  // A step that did not apply ends nothing: it belongs to another way.
  if (state.skippedBy === 'condition') return undefined
  const ends = step.end === true || (failed && step.onFailure === 'abort')
  if (!ends) return undefined
  const refused = failed && state.outcome === 'refused'
  if (state.status === 'succeeded') return endingOf(step.finding, false)
  if (step.finding?.failure === true) return endingOf(step.finding, refused)
  if (failed) return endingOf(failureOf(step, state), refused)
  return endingOf(notVerified(step.title), false)
}

/** The steps ran out without an `end`: good only if nothing failed and nothing was left undecided. */
export function endingAtTheLastStep(state: RunState): Ending {
  let undecided: Step | undefined
  for (const step of state.document.steps) {
    const own = state.steps[step.id]
    if (own === undefined) continue
    if (own.status === 'failed') return endingOf(failureOf(step, own), false)
    if (own.status === 'inconclusive' || own.status === 'unknown') undecided ??= step
  }
  return endingOf(undecided === undefined ? undefined : notVerified(undecided.title), false)
}

function endingOf(finding: Finding | undefined, refused: boolean): Ending {
  return {
    status: finding?.failure === true ? 'failed' : 'succeeded',
    refused,
    ...(finding === undefined ? {} : { finding }),
  }
}

function failureOf(step: Step, state: StepState): Finding {
  const [reason] = state.reasons
  if (reason !== undefined) return { code: reason.code, message: reason.message, failure: true }
  return {
    code: 'STEP_FAILED',
    message:
      state.reason ?? state.observed ?? text(`${step.title.ko}: 실패`, `${step.title.en}: failed`),
    failure: true,
  }
}

function notVerified(title: Text): Finding {
  return {
    code: 'NOT_VERIFIED',
    message: text(`${title.ko}: 확인하지 않고 끝남`, `${title.en}: ended without being verified`),
    failure: true,
  }
}
