/** Does the next thing for one step. Called again until the step is finished or the run has to wait. */
import { addDays, seoulDateOf, seoulInstant, seoulTimeOf } from '../core/dates.ts'
import { durationText } from '../core/duration.ts'
import { groupedWon } from '../core/money.ts'
import { text } from '../core/text.ts'
import type { ApprovalStep, BranchStep, ManualStep, Step, WaitStep } from './document.ts'
import { performAction } from './engine-action.ts'
import { ask, skipped, type Ask } from './engine-ask.ts'
import { performProbe } from './engine-probe.ts'
import type { Progress, Walk } from './engine-walk.ts'
import { chooseBranch, judgePreconditions, judgeWhen } from './judge-step.ts'
import { fillInputs } from './run-inputs.ts'
import type { StepFinishedData } from './run-state.ts'

export async function performStep(walk: Walk, step: Step): Promise<Progress> {
  const known = walk.step(step.id)
  if (known.status === 'pending') return begin(walk, step)

  if (known.asksWhetherItApplies !== undefined && known.given.applies === undefined) {
    // It may have become known since: another item was answered.
    const applies = judgeWhen(step, walk.ports.expressions, walk.scope())
    if (applies.kind === 'no') return notApplicable(walk, step)
    if (applies.kind === 'ask') {
      return asked(walk, step, {
        kind: 'applies',
        prompt: text('이 단계를 진행합니까?', 'should this step be done?'),
        reasons: [{ code: 'WHEN_UNKNOWN', message: applies.reason }],
      })
    }
  }
  if (known.given.applies?.kind === 'skip') return skipped(walk, step, known.given.applies.reason)
  if (known.given.blocked?.kind === 'skip') return skipped(walk, step, known.given.blocked.reason)
  // Once something was done or said for the step, it has begun: conditions no longer stop it.
  const begun = known.given[questionOf(step)] ?? known.given.manual
  if (known.actionFinished === undefined && begun === undefined) {
    const blocking = judgePreconditions(step, walk.ports.expressions, walk.scope())
    if (blocking.length > 0) {
      return asked(walk, step, {
        kind: 'blocked',
        prompt: text('선행 조건이 충족되지 않았습니다', 'a precondition does not hold'),
        reasons: blocking,
      })
    }
  }
  switch (step.type) {
    case 'probe':
      return performProbe(walk, step)
    case 'action':
      return performAction(walk, step)
    case 'manual':
      return performManual(walk, step)
    case 'approval':
      return performApproval(walk, step)
    case 'wait':
      return performWait(walk, step)
    case 'branch':
      return performBranch(walk, step)
  }
}

function questionOf(step: Step): 'manual' | 'approval' | 'judge' | 'wait' | 'action' {
  if (step.type === 'probe' || step.type === 'branch') return 'judge'
  return step.type
}

function begin(walk: Walk, step: Step): Progress {
  const applies = judgeWhen(step, walk.ports.expressions, walk.scope())
  if (applies.kind === 'no') return notApplicable(walk, step)
  const untilMs = step.type === 'wait' ? waitEnd(step, walk.ports.clock.now()) : undefined
  walk.append({
    kind: 'stepStarted',
    step: step.id,
    data: {
      ...(applies.kind === 'ask' ? { applies: { ask: applies.reason } } : {}),
      ...(untilMs === undefined ? {} : { untilMs }),
    },
  })
  return 'on'
}

function notApplicable(walk: Walk, step: Step): Progress {
  walk.finishStep(step, {
    status: 'skipped',
    skippedBy: 'condition',
    reason: text('해당 없음', 'does not apply'),
  })
  return 'on'
}

async function asked(walk: Walk, step: Step, asking: Ask): Promise<Progress> {
  return (await ask(walk, step, asking)) === 'answered' ? 'on' : 'stop'
}

async function performManual(walk: Walk, step: ManualStep): Promise<Progress> {
  const answer = walk.step(step.id).given.manual
  if (answer === undefined) {
    return asked(walk, step, {
      kind: 'manual',
      prompt: fillInputs(step.prompt, walk.state().document, walk.state().inputs),
      fields: step.expects,
    })
  }
  return finishByPerson(walk, step, answer, {
    status: 'succeeded',
    verdict: 'pass',
    ...(answer.kind === 'complete' && step.expects.length > 0
      ? { observed: answersText(step, answer.values) }
      : {}),
  })
}

async function performApproval(walk: Walk, step: ApprovalStep): Promise<Progress> {
  const answer = walk.step(step.id).given.approval
  if (answer === undefined) {
    return asked(walk, step, {
      kind: 'approval',
      prompt: fillInputs(step.prompt, walk.state().document, walk.state().inputs),
    })
  }
  return finishByPerson(walk, step, answer, {
    status: 'succeeded',
    verdict: 'pass',
    observed: text('승인', 'approved'),
  })
}

type PersonAnswer = NonNullable<ReturnType<Walk['step']>['given']['manual']>

function finishByPerson(
  walk: Walk,
  step: Step,
  answer: PersonAnswer,
  done: StepFinishedData,
): Progress {
  if (answer.kind === 'skip') return skipped(walk, step, answer.reason)
  if (answer.kind === 'fail') {
    const words = answer.reason
    walk.finishStep(step, {
      status: 'failed',
      verdict: 'fail',
      reason:
        words === '' ? text('담당자가 아니오로 답함', 'answered with no') : text(words, words),
    })
    return 'on'
  }
  walk.finishStep(step, done)
  return 'on'
}

function answersText(step: ManualStep, values: Readonly<Record<string, unknown>>) {
  const entered = step.expects.filter((field) => Object.hasOwn(values, field.id))
  const said = (lang: 'ko' | 'en') =>
    entered
      .map((field) => {
        const value = String(values[field.id])
        return `${field.title[lang]} ${field.type === 'money' ? groupedWon(value) : value}`
      })
      .join(' · ')
  return text(said('ko'), said('en'))
}

/** Fixed when the wait begins, so that a restart does not begin it again. */
function waitEnd(step: WaitStep, nowMs: number): number {
  if (step.until === undefined) return nowMs + (step.forMs ?? 0)
  const today = seoulInstant(seoulDateOf(nowMs), step.until)
  return today > nowMs ? today : seoulInstant(addDays(seoulDateOf(nowMs), 1), step.until)
}

async function performWait(walk: Walk, step: WaitStep): Promise<Progress> {
  const { clock, signal, patienceMs } = walk.ports
  const known = walk.step(step.id)
  const untilMs = known.untilMs ?? clock.now()
  const answer = known.given.wait
  if (answer?.kind === 'skip') return skipped(walk, step, answer.reason)
  const leftMs = untilMs - clock.now()
  if (leftMs <= 0) {
    walk.finishStep(step, {
      status: 'succeeded',
      verdict: 'pass',
      observed: text(`${seoulTimeOf(untilMs)}까지 대기`, `waited until ${seoulTimeOf(untilMs)}`),
    })
    return 'on'
  }
  const left = durationText(leftMs)
  const prompt = text(
    `${seoulTimeOf(untilMs)}까지 ${left.ko} 남음`,
    `${left.en} left, until ${seoulTimeOf(untilMs)}`,
  )
  if (leftMs > patienceMs && answer === undefined) {
    return asked(walk, step, { kind: 'wait', prompt, untilMs })
  }
  walk.notify(
    'STEP_WAITING',
    text(`${step.title.ko}: ${prompt.ko}`, `${step.title.en}: ${prompt.en}`),
    {
      progress: true,
      step: step.id,
    },
  )
  try {
    await clock.sleep(Math.min(leftMs, 1000), signal)
  } catch (error) {
    // Only an abort ends a sleep early; the walk sees it and parks the run.
    if (!signal.aborted) throw error
  }
  return 'on'
}

function performBranch(walk: Walk, step: BranchStep): Progress {
  const choice = chooseBranch(step, walk.ports.expressions, walk.scope())
  walk.finishStep(step, {
    status: choice.unknown === undefined ? 'succeeded' : 'inconclusive',
    verdict: choice.unknown === undefined ? 'pass' : 'inconclusive',
    observed: choice.title,
    goto: choice.goto,
    ...(choice.unknown === undefined ? {} : { reason: choice.unknown }),
  })
  return 'on'
}
