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
import type { Look, Reason, Verdict } from './operation.ts'
import { reconcileIntent, runGate } from './run-gate.ts'

export async function performAction(walk: Walk, step: ActionStep): Promise<Progress> {
  const known = walk.step(step.id)
  if (known.actionFinished !== undefined) {
    return settle(walk, step, known.actionFinished.data as Verdict)
  }
  const answer = known.given.action
  if (answer?.kind === 'skip') return skipped(walk, step, answer.reason)
  const action = walk.ports.catalog.action(step.action)
  if (action === undefined) throw notInThisVersion(step.action)

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
      })
      return asked === 'answered' ? 'on' : 'stop'
    }
  }
  return throughGate(walk, step, action, {
    kind: walk.ports.dialog.approve === undefined ? 'nobody' : 'ask',
  })
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
    if (walk.state().pending !== undefined) return parkUnknown(walk, step, result.verdict.reasons)
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
  return walk.park(
    waitingOf(step, {
      kind: 'action',
      prompt: withEvidence(step.approval.prompt ?? step.title, result.look.summary),
      reasons: result.reasons,
      confirm: result.digest,
    }),
  )
}

/** Whoever passes the digest on has to see what it stands for. */
function withEvidence(prompt: Text, evidence: Text | undefined): Text {
  if (evidence === undefined) return prompt
  return text(`${prompt.ko} · ${evidence.ko}`, `${prompt.en}: ${evidence.en}`)
}

/** From a verdict to a finished step. A result that is not known finishes nothing. */
async function settle(walk: Walk, step: ActionStep, verdict: Verdict): Promise<Progress> {
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
  const mayAskAgain = outcome === 'failed' || outcome === 'refused'
  if (
    answer === undefined &&
    mayAskAgain &&
    step.onFailure === 'abort' &&
    walk.ports.dialog.request !== undefined
  ) {
    return (await ask(walk, step, {
      kind: 'failed',
      prompt:
        outcome === 'refused'
          ? text('안전 규칙에 따라 거부되었습니다', 'a safety rule forbids it')
          : text('실패했습니다. 바뀐 것은 없습니다', 'it failed; nothing was changed'),
      reasons,
    })) === 'answered'
      ? // Refusals are not on record as an outcome of the action: finish or begin anew from here.
        finishOrRepeat(walk, step, verdict)
      : 'stop'
  }
  finishFailed(walk, step, verdict)
  return 'on'
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

/**
 * An action was sent and its result is not on record: read, never send, and let nothing else happen
 * before. As long as it is not known, the run waits.
 */
export async function reconcilePending(walk: Walk): Promise<Progress> {
  const { pending, run } = walk.state()
  if (pending === undefined) return 'on'
  const step = stepAt(walk.state())
  const intent = walk.ports.journal
    .openIntents({ url: walk.ports.url })
    .find((open) => open.run === run && open.step === pending.step)
  const action = walk.ports.catalog.action(pending.action)
  if (action === undefined) throw notInThisVersion(pending.action)
  if (intent === undefined) {
    throw new Error(`run ${run} has an action without a result, but no open intent`)
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
