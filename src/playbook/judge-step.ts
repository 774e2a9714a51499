/**
 * Pure verdicts on a step: what an observation means, whether a step applies or may begin, where a
 * branch leads. What cannot be evaluated is never false and never true: it is said and left to a person.
 */
import { text, type Text } from '../core/text.ts'
import type { BranchStep, Evaluation, Expressions, ProbeStep, Scope, Step } from './document.ts'
import type { Observation, Reason } from './operation.ts'
import type { StepVerdict } from './run-state.ts'

export interface ProbeJudgement {
  readonly verdict: StepVerdict
  /** False: nothing was seen. */
  readonly seen: boolean
  /** Why it is not a pass. */
  readonly reason?: Text
}

/**
 * Failure is looked at first, then success, then warning. A step that names no way to pass passes
 * when it was seen and neither failed nor warned; otherwise what matches nothing is inconclusive.
 */
export function judgeProbe(
  step: ProbeStep,
  observation: Observation,
  expressions: Expressions,
  scope: Scope,
): ProbeJudgement {
  if (observation.kind === 'unknown') {
    const verdict = step.onNoData === 'fail' ? 'fail' : 'inconclusive'
    return { verdict, seen: false, reason: observation.reason }
  }
  const seeing: Scope = { ...scope, value: observation.value }
  const evaluate = (source: string | undefined): Evaluation<boolean> | undefined =>
    source === undefined ? undefined : expressions.condition(source, seeing)

  const failure = evaluate(step.failureCondition)
  if (failure?.kind === 'unknown') return undecided(failure.reason)
  if (failure?.value === true) {
    return { verdict: 'fail', seen: true, reason: observation.summary }
  }
  const success = evaluate(step.successCondition)
  if (success?.kind === 'unknown') return undecided(success.reason)
  if (success?.value === true) return { verdict: 'pass', seen: true }
  const warning = evaluate(step.warningCondition)
  if (warning?.kind === 'unknown') return undecided(warning.reason)
  if (warning?.value === true) {
    return { verdict: 'warning', seen: true, reason: observation.summary }
  }
  if (success === undefined) return { verdict: 'pass', seen: true }
  return undecided(
    text(
      '통과 기준에도 실패 기준에도 맞지 않습니다',
      'matches neither the pass nor the fail condition',
    ),
  )
}

function undecided(reason: Text): ProbeJudgement {
  return { verdict: 'inconclusive', seen: true, reason }
}

export type Applies =
  | { readonly kind: 'yes' }
  | { readonly kind: 'no' }
  | { readonly kind: 'ask'; readonly reason: Text }

export function judgeWhen(step: Step, expressions: Expressions, scope: Scope): Applies {
  if (step.when === undefined) return { kind: 'yes' }
  const result = expressions.condition(step.when, scope)
  if (result.kind === 'unknown') return { kind: 'ask', reason: result.reason }
  return result.value ? { kind: 'yes' } : { kind: 'no' }
}

/** What stands in the way of beginning; empty: nothing. A condition that cannot be judged blocks too. */
export function judgePreconditions(
  step: Step,
  expressions: Expressions,
  scope: Scope,
): readonly Reason[] {
  const reasons: Reason[] = []
  for (const { condition, message } of step.preconditions ?? []) {
    const result = expressions.condition(condition, scope)
    if (result.kind === 'value' && result.value) continue
    if (result.kind === 'value') {
      reasons.push({ code: 'PRECONDITION_FALSE', message })
    } else {
      reasons.push({
        code: 'PRECONDITION_UNKNOWN',
        message: text(
          `${message.ko}(확인 불가: ${result.reason.ko})`,
          `${message.en} (cannot be judged: ${result.reason.en})`,
        ),
      })
    }
  }
  return reasons
}

export interface BranchChoice {
  readonly goto: string
  readonly title: Text
  /** Set when a condition could not be judged and the way of the unknown was taken. */
  readonly unknown?: Text
}

/** The first branch whose condition is true; `otherwise` when none is, or as soon as one cannot be judged. */
export function chooseBranch(
  step: BranchStep,
  expressions: Expressions,
  scope: Scope,
): BranchChoice {
  for (const branch of step.branches) {
    const result = expressions.condition(branch.when, scope)
    if (result.kind === 'unknown') {
      return {
        goto: step.otherwise,
        title: text('판단 불가', 'cannot be judged'),
        unknown: text(
          `'${branch.title.ko}' 여부를 판단할 수 없음: ${result.reason.ko}`,
          `cannot tell whether '${branch.title.en}': ${result.reason.en}`,
        ),
      }
    }
    if (result.value) return { goto: branch.goto, title: branch.title }
  }
  return { goto: step.otherwise, title: text('해당 없음', 'none of these') }
}
