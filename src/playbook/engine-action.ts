/**
 * A step that changes something: handed to the one gate, and after a crash settled by reading
 * before anything else happens. The engine itself never sends.
 */
import { cleanText } from '../core/sanitize.ts'
import { text, type Text } from '../core/text.ts'
import type { AnyAction } from './catalog.ts'
import type { ActionStep, Step } from './document.ts'
import { ask, skipped, waitingOf } from './engine-ask.ts'
import { notInThisVersion, type Progress, type Walk } from './engine-walk.ts'
import { CALLED_OFF_CODES, stepAt } from './fold.ts'
import type { ApprovalMode, GatePorts } from './gate.ts'
import type { Look, PlannedRequest, Reason, Verdict } from './operation.ts'
import { reconcileIntent, runGate } from './run-gate.ts'

export async function performAction(walk: Walk, step: ActionStep): Promise<Progress> {
  const known = walk.step(step.id)
  if (known.actionFinished !== undefined) {
    return settle(walk, step, known.actionFinished.data as Verdict, 'left_behind')
  }
  const answer = known.given.action
  if (answer?.kind === 'skip') return skipped(walk, step, answer.reason)
  const action = walk.ports.catalog.action(step.action)
  if (action === undefined) throw notInThisVersion(step.action)
  if (action.unavailable !== undefined) {
    // A checklist asks about it in an item of its own; nothing is left to be done here.
    return walk.state().document.kind === 'Checklist'
      ? notSetUp(walk, step, action.unavailable)
      : performByHand(walk, step, action.unavailable)
  }

  const confirm = takeConfirm(walk, step)
  if (confirm !== undefined)
    return throughGate(walk, step, action, { kind: 'digest', digest: confirm })
  if (walk.given?.step === step.id || walk.ports.dialog.request !== undefined) {
    // A person is there: say what comes next, before anything is looked at or asked for by id.
    if (answer === undefined) {
      const asked = await ask(walk, step, {
        kind: 'action',
        prompt: step.approval.prompt ?? action.title,
        reasons: known.reasons,
        ...planOf(walk, step, action),
      })
      return asked === 'answered' ? 'on' : 'stop'
    }
  }
  return throughGate(walk, step, action, {
    kind: walk.ports.dialog.approve === undefined ? 'nobody' : 'ask',
  })
}

/** For whoever wants to see the request before it is approved. */
function planOf(walk: Walk, step: ActionStep, action: AnyAction): { plan?: PlannedRequest } {
  const resolved = walk.ports.expressions.template(step.with, walk.scope())
  const input = resolved.kind === 'value' ? action.inputs.safeParse(resolved.value) : undefined
  if (input?.success !== true || action.plan === undefined) return {}
  return { plan: action.plan(input.data) }
}

function notSetUp(walk: Walk, step: ActionStep, why: Text): Progress {
  walk.finishStep(step, { status: 'skipped', skippedBy: 'condition', reason: why })
  return 'on'
}

/** What cannot be done from here a person does, and says so. */
async function performByHand(walk: Walk, step: ActionStep, why: Text): Promise<Progress> {
  const answer = walk.step(step.id).given.manual
  if (answer === undefined) {
    const prompt = step.approval.prompt ?? step.title
    return (await ask(walk, step, {
      kind: 'manual',
      prompt,
      reasons: [{ code: 'COMMAND_NOT_SET', message: why }],
    })) === 'answered'
      ? 'on'
      : 'stop'
  }
  if (answer.kind === 'skip') return skipped(walk, step, answer.reason)
  const done = answer.kind === 'complete'
  const by = walk.step(step.id).answeredBy ?? walk.by
  const said = answer.kind === 'fail' ? answer.reason : ''
  const words = done
    ? text(`담당자가 직접 실행(${by})`, `done by hand (${by})`)
    : text(`직접 실행 실패(${by}): ${said}`, `failed by hand (${by}): ${said}`)
  const reasons = done ? [] : [{ code: 'FAILED_BY_HAND', message: words }]
  walk.finishStep(step, {
    status: done ? 'succeeded' : 'failed',
    verdict: done ? 'pass' : 'fail',
    outcome: done ? 'succeeded' : 'failed',
    reasons,
    value: { outcome: done ? 'succeeded' : 'failed', reasons },
    observed: words,
    ...(done ? {} : { reason: words }),
  })
  return 'on'
}

async function throughGate(
  walk: Walk,
  step: ActionStep,
  action: AnyAction,
  approval: ApprovalMode,
): Promise<Progress> {
  const resolved = walk.ports.expressions.template(step.with, walk.scope())
  const input =
    resolved.kind === 'value'
      ? action.inputs.safeParse(resolved.value)
      : ({ success: false, error: undefined } as const)
  if (!input.success) {
    // Never sent on a guess: a person has to say how it goes on.
    const why =
      resolved.kind === 'unknown'
        ? resolved.reason
        : ((words) => text(`입력값이 맞지 않음: ${words}`, `unfit input: ${words}`))(
            cleanText(input.error?.issues[0]?.message ?? ''),
          )
    return (await ask(walk, step, {
      kind: 'blocked',
      prompt: text('처리 대상을 알 수 없습니다', 'what to act on is not known'),
      reasons: [{ code: 'INPUT_UNKNOWN', message: why }],
    })) === 'answered'
      ? 'on'
      : 'stop'
  }
  const result = await runGate(
    {
      action,
      input: input.data,
      step: step.id,
      approval,
      expiresInMs: step.approval.expiresInMs,
      url: walk.ports.url,
    },
    gatePorts(walk),
  )
  walk.refold()
  if (result.kind === 'done') {
    if (walk.state().pending !== undefined) {
      return action.settledBy === 'person'
        ? settleByPerson(walk, step, result.verdict.reasons)
        : parkUnknown(walk, step, result.verdict.reasons)
    }
    return settle(walk, step, result.verdict)
  }
  // Facts that were cut short by Ctrl-C decide nothing; the walk parks the run.
  if (walk.ports.signal.aborted) return 'on'
  switch (result.kind) {
    case 'refused':
      if (isPassing(result.reasons)) {
        return approval.kind === 'ask'
          ? again(walk, step, result.reasons)
          : throughGate(walk, step, action, { kind: 'nobody' })
      }
      return settle(walk, step, { outcome: 'refused', reasons: result.reasons })
    case 'declined':
      return again(walk, step, result.reasons)
    case 'confirmation_required':
      return parkForConfirmation(walk, step, result)
  }
}

/** Facts that were too slow are no rule that forbids: another try may do. */
function isPassing(reasons: readonly Reason[]): boolean {
  return reasons.every((reason) => CALLED_OFF_CODES.has(reason.code))
}

/** Nothing was sent: back to the question, with the reason. */
function again(walk: Walk, step: ActionStep, reasons: readonly Reason[]): Progress {
  walk.append({
    kind: 'answerGiven',
    step: step.id,
    data: { question: 'action', answer: { kind: 'repeat' }, by: walk.by, reasons },
  })
  return 'on'
}

function parkForConfirmation(
  walk: Walk,
  step: ActionStep,
  result: { readonly look: Look; readonly digest: string; readonly reasons: readonly Reason[] },
): Progress {
  const waiting = waitingOf(step, {
    kind: 'action',
    prompt: withEvidence(step.approval.prompt ?? step.title, result.look.summary),
    reasons: result.reasons,
    confirm: result.digest,
  })
  if (walk.state().document.kind === 'Playbook') return walk.park(waiting)
  // The other items of a checklist are looked at all the same.
  walk.deferred.set(step.id, waiting)
  return 'stop'
}

/** Whoever passes the digest on has to see what it stands for. */
function withEvidence(prompt: Text, evidence: Text | undefined): Text {
  if (evidence === undefined) return prompt
  return text(`${prompt.ko} · ${evidence.ko}`, `${prompt.en}: ${evidence.en}`)
}

/**
 * From a verdict to a finished step. A result that is not known finishes nothing. Of an action that was
 * cut short and changed nothing (`left_behind`) a person says whether it is tried again: nobody had
 * given it up.
 */
async function settle(
  walk: Walk,
  step: ActionStep,
  verdict: Verdict,
  known: 'just_now' | 'left_behind' = 'just_now',
): Promise<Progress> {
  const { outcome, reasons } = verdict
  const [first] = reasons
  if (outcome === 'succeeded') {
    walk.finishStep(step, {
      status: 'succeeded',
      verdict: 'pass',
      outcome,
      reasons,
      value: verdict,
      observed: verdict.summary ?? first?.message ?? text('성공', 'succeeded'),
    })
    return 'on'
  }
  const answer = walk.step(step.id).given.failed
  if (answer === undefined && isAskedAgain(walk, step, outcome, known)) {
    return (await ask(walk, step, {
      kind: 'failed',
      prompt: failedPrompt(walk, step, outcome, known),
      reasons,
    })) === 'answered'
      ? // Refusals are not on record as an outcome of the action: finish or begin anew from here.
        finishOrRepeat(walk, step, verdict)
      : 'stop'
  }
  finishFailed(walk, step, verdict)
  return 'on'
}

function failedPrompt(
  walk: Walk,
  step: ActionStep,
  outcome: Verdict['outcome'],
  known: 'just_now' | 'left_behind',
): Text {
  if (outcome === 'refused') {
    return text('안전 규칙에 따라 거부되었습니다', 'a safety rule forbids it')
  }
  if (known === 'left_behind') {
    return text(
      '중단된 요청은 반영되지 않았습니다. 다시 시도할지 정하세요',
      'what was cut short has not taken effect; decide whether it is tried again',
    )
  }
  return walk.ports.catalog.action(step.action)?.settledBy === 'person'
    ? text('실패했습니다. 어디까지 실행되었는지 확인하세요', 'it failed; see how far it came')
    : text('실패했습니다. 바뀐 것은 없습니다', 'it failed; nothing was changed')
}

function isAskedAgain(
  walk: Walk,
  step: ActionStep,
  outcome: Verdict['outcome'],
  known: 'just_now' | 'left_behind',
): boolean {
  if (known === 'left_behind' && outcome === 'failed') {
    // Who left it unseen has decided to go on without it.
    return walk.step(step.id).given.judge?.kind !== 'skip'
  }
  const mayBeTried = outcome === 'failed' || outcome === 'refused'
  return mayBeTried && step.onFailure === 'abort' && walk.ports.dialog.request !== undefined
}

function finishOrRepeat(walk: Walk, step: ActionStep, verdict: Verdict): Progress {
  if (walk.step(step.id).given.failed !== undefined) finishFailed(walk, step, verdict)
  return 'on'
}

function finishFailed(walk: Walk, step: ActionStep, verdict: Verdict): void {
  const [first] = verdict.reasons
  walk.finishStep(step, {
    status: verdict.outcome === 'unknown' ? 'unknown' : 'failed',
    verdict: 'fail',
    outcome: verdict.outcome,
    reasons: verdict.reasons,
    value: verdict,
    ...(first === undefined ? {} : { observed: first.message, reason: first.message }),
  })
}

/** A checklist's walk stands behind an item that was left open. */
function stepOf(walk: Walk, id: string): Step | undefined {
  const state = walk.state()
  return state.document.kind === 'Checklist'
    ? state.document.steps.find((step) => step.id === id)
    : stepAt(state)
}

/**
 * An action was sent and its result is not on record: read, never send, and let nothing else happen
 * before. As long as it is not known, the run waits.
 */
export async function reconcilePending(walk: Walk): Promise<Progress> {
  const { pending, run } = walk.state()
  if (pending === undefined) return 'on'
  const step = stepOf(walk, pending.step)
  const intent = walk.ports.journal
    .openIntents({ url: walk.ports.url })
    .find((open) => open.run === run && open.step === pending.step)
  const action = walk.ports.catalog.action(pending.action)
  if (action === undefined) throw notInThisVersion(pending.action)
  if (intent === undefined) {
    throw new Error(`run ${run} has an action without a result, but no open intent`)
  }
  if (action.settledBy === 'person' && step !== undefined) {
    return settleByPerson(walk, step, walk.step(step.id).reasons)
  }
  walk.notify(
    'ACTION_RECONCILING',
    text(
      '보낸 요청의 결과를 조회합니다(다시 보내지 않음)',
      'reading what came of the request (it is not sent again)',
    ),
    { step: pending.step },
  )
  const { verdict } = await reconcileIntent(action, intent, gatePorts(walk))
  walk.refold()
  if (walk.state().pending === undefined) return 'on'
  return parkUnknown(walk, step, verdict.reasons)
}

/** Nothing can be read that tells: whoever looks says whether it has taken effect. It is never started again by itself. */
async function settleByPerson(
  walk: Walk,
  step: Step,
  reasons: readonly Reason[],
): Promise<Progress> {
  const answer = walk.step(step.id).given.judge
  if (answer === undefined) {
    return (await ask(walk, step, {
      kind: 'judge',
      prompt: text(
        '명령의 결과를 모릅니다. 실행되었는지 직접 확인하고 판정하세요(다시 실행하지 않음)',
        'what came of the command is not known; look yourself whether it has run (it is not started again)',
      ),
      reasons,
    })) === 'answered'
      ? 'on'
      : 'stop'
  }
  const by = walk.step(step.id).answeredBy ?? walk.by
  const said = answer.kind === 'fail' || answer.kind === 'skip' ? `: ${answer.reason}` : ''
  const [outcome, message] =
    answer.kind === 'complete'
      ? (['succeeded', text(`담당자 확인: 실행됨(${by})`, `seen to have run (${by})`)] as const)
      : answer.kind === 'skip'
        ? ([
            'failed',
            text(`결과를 확인하지 않음(${by})${said}`, `not looked at (${by})${said}`),
          ] as const)
        : ([
            'failed',
            text(`담당자 확인: 실행되지 않음(${by})${said}`, `seen not to have run (${by})${said}`),
          ] as const)
  walk.writer.finishAction({
    step: step.id,
    data: { outcome, reasons: [{ code: 'JUDGED_BY_PERSON', message }], summary: message },
  })
  walk.refold()
  return 'on'
}

function parkUnknown(walk: Walk, step: Step | undefined, reasons: readonly Reason[]): Progress {
  const waiting = waitingOf(step, {
    kind: 'action',
    prompt: text(
      '보낸 요청의 결과를 아직 모릅니다. 잠시 후 다시 조회하세요',
      'what came of the request is not known yet; read again in a while',
    ),
    reasons,
  })
  return walk.park({ ...waiting, kind: 'reconcile' })
}

function takeConfirm(walk: Walk, step: ActionStep): string | undefined {
  const { given } = walk
  if (given === undefined || given.step !== step.id || given.confirm === undefined) return undefined
  walk.given = undefined
  return given.confirm
}

function gatePorts(walk: Walk): GatePorts {
  const { journal, clock, dialog, signal, hardStop } = walk.ports
  return {
    journal,
    writer: walk.writer,
    clock,
    dialog,
    signal,
    ...(hardStop === undefined ? {} : { hardStop }),
  }
}
