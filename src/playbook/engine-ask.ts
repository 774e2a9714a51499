/** Asking a person, or being told on the command line, or finding nobody: then the run waits. */
import { MtsError } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import { cleanText } from '../core/sanitize.ts'
import { text, type Text } from '../core/text.ts'
import { parseFields } from './dialog-fields.ts'
import type { Question, QuestionKind, StepAnswer } from './dialog.ts'
import type { ManualField, ManualStep, Step } from './document.ts'
import type { Progress, Walk } from './engine-walk.ts'
import { backTargets } from './fold-back.ts'
import type { PlannedRequest, Reason } from './operation.ts'
import { SIGN_STEP, type RecordedAnswer, type Waiting } from './run-state.ts'

/** What each question can be answered with. */
const ALLOWED_ANSWERS: Readonly<Record<QuestionKind, readonly StepAnswer['kind'][]>> = {
  manual: ['complete', 'fail', 'skip'],
  approval: ['complete', 'fail', 'skip'],
  judge: ['complete', 'fail', 'skip', 'repeat'],
  applies: ['complete', 'skip'],
  blocked: ['repeat', 'skip'],
  action: ['complete', 'skip'],
  failed: ['complete', 'repeat'],
  wait: ['complete', 'skip'],
  sign: ['complete'],
}

export interface Ask {
  readonly kind: QuestionKind
  readonly prompt: Text
  readonly reasons?: readonly Reason[]
  readonly fields?: readonly ManualField[]
  readonly confirm?: string
  readonly untilMs?: number
  /** What the action at hand would send. */
  readonly plan?: PlannedRequest
}

/** `answered`: it is on record, as `given[kind]` of the step. */
export type Asked = 'answered' | 'stopped'

/** Asks until there is an answer that fits; notes are kept on the way. */
export async function ask(walk: Walk, step: Step | undefined, asking: Ask): Promise<Asked> {
  const id = step?.id ?? SIGN_STEP
  const given = takeGiven(walk, id)
  const owner = ownerNotHere(walk, step)
  if (given !== undefined) {
    return owner === undefined
      ? useGiven(walk, step, asking, given)
      : keepAsNote(walk, owner, given, asking)
  }
  let reasons = [...(asking.reasons ?? []), ...(owner === undefined ? [] : [ownerReason(owner)])]
  for (;;) {
    const { request } = walk.ports.dialog
    if (request === undefined) {
      if (walk.state().document.kind === 'Checklist' && step !== undefined) {
        walk.deferred.set(step.id, waitingOf(step, asking))
        return 'stopped'
      }
      walk.park(waitingOf(step, asking))
      return 'stopped'
    }
    const answer = await request({
      kind: asking.kind,
      step: id,
      prompt: asking.prompt,
      reasons,
      fields: asking.fields ?? [],
      state: walk.state(),
      ...(step === undefined ? {} : { of: step }),
      ...(asking.untilMs === undefined ? {} : { untilMs: asking.untilMs }),
      ...(asking.plan === undefined ? {} : { plan: asking.plan }),
    } satisfies Question)
    if (answer.kind === 'interrupt' || walk.ports.signal.aborted) {
      walk.park(waitingOf(step, asking), true)
      return 'stopped'
    }
    if (answer.kind === 'stop') {
      walk.park(waitingOf(step, asking))
      return 'stopped'
    }
    if (answer.kind === 'handoff') {
      const to = cleanText(answer.to, 100)
      if (answer.note !== undefined) note(walk, step, answer.note)
      walk.append({ kind: 'runHandedOver', data: { to, by: walk.by } })
      walk.park(waitingOf(step, asking))
      return 'stopped'
    }
    if (answer.kind === 'note') {
      note(walk, step, answer.text)
      continue
    }
    if (answer.kind === 'back') {
      if (!backTargets(walk.state()).some((target) => target.id === answer.to)) continue
      const data = { question: asking.kind, answer, by: walk.by }
      walk.append({ kind: 'answerGiven', step: id, data })
      return 'answered'
    }
    if (owner !== undefined) return keepAsNote(walk, owner, answer, asking)
    const checked = checkAnswer(asking, answer)
    if (checked.problems.length === 0) {
      record(walk, id, asking.kind, checked.answer)
      return 'answered'
    }
    reasons = [
      ...(asking.reasons ?? []),
      ...checked.problems.map((message) => ({ code: 'ANSWER_INVALID', message })),
    ]
  }
}

function note(walk: Walk, step: Step | undefined, words: string): void {
  walk.append({
    kind: 'noteAdded',
    ...(step === undefined ? {} : { step: step.id }),
    data: { text: cleanText(words, 1000), by: walk.by },
  })
}

interface MissingOwner {
  readonly step: ManualStep
  readonly name: string
}

/** Of an item that only one person may answer: who that is, where somebody else is at it. */
function ownerNotHere(walk: Walk, step: Step | undefined): MissingOwner | undefined {
  if (step?.type !== 'manual' || step.ownerOnly === undefined) return undefined
  return step.ownerOnly === walk.by ? undefined : { step, name: step.ownerOnly }
}

function ownerReason({ name }: MissingOwner): Reason {
  return {
    code: 'OWNER_ONLY',
    message: text(
      `${name}의 답만 인정됩니다. 지금 적는 내용은 메모로 남습니다`,
      `only ${name}'s answer counts; what is entered now is kept as a note`,
    ),
  }
}

/** What somebody else says about it is not lost, and decides nothing: the item waits for its owner. */
function keepAsNote(walk: Walk, owner: MissingOwner, answer: StepAnswer, asking: Ask): Asked {
  const { step, name } = owner
  const said =
    answer.kind === 'complete'
      ? Object.entries(answer.values).map(([field, value]) => `${field}=${value}`)
      : 'reason' in answer
        ? [answer.kind, answer.reason]
        : [answer.kind]
  const words = said.length === 0 ? 'yes' : said.join(' ')
  walk.append({
    kind: 'noteAdded',
    step: step.id,
    data: { text: cleanText(`${walk.by}(담당 ${name} 아님): ${words}`, 1000), by: walk.by },
  })
  walk.notify(
    'OWNER_ONLY',
    text(
      `${step.title.ko}: ${name}의 답만 인정되어 메모로 남겼습니다`,
      `${step.title.en}: only ${name}'s answer counts; kept as a note`,
    ),
    { step: step.id },
  )
  walk.deferred.set(step.id, waitingOf(step, asking))
  return 'stopped'
}

/** A person skips a step, with the reason. */
export function skipped(walk: Walk, step: Step, reason: string): Progress {
  walk.finishStep(step, {
    status: 'skipped',
    skippedBy: 'person',
    reason: text(reason, reason),
  })
  return 'on'
}

/** What a run waits for, to be kept and shown. */
export function waitingOf(step: Step | undefined, asking: Ask): Waiting {
  return {
    kind: asking.kind,
    step: step?.id ?? SIGN_STEP,
    type: step?.type ?? SIGN_STEP,
    prompt: asking.prompt,
    ...(step?.danger === undefined ? {} : { danger: step.danger }),
    reasons: asking.reasons ?? [],
    ...(asking.confirm === undefined ? {} : { confirm: asking.confirm }),
    ...(asking.untilMs === undefined ? {} : { untilMs: asking.untilMs }),
    ...(asking.fields === undefined || asking.fields.length === 0
      ? {}
      : { fields: asking.fields.map((field) => field.id) }),
  }
}

/** The command line's answer for this step, once; a digest is the gate's and stays. */
function takeGiven(walk: Walk, id: string): StepAnswer | undefined {
  const given = walk.given
  if (given === undefined || given.step !== id || given.answer === undefined) return undefined
  walk.given = undefined
  return given.answer
}

function useGiven(walk: Walk, step: Step | undefined, asking: Ask, given: StepAnswer): Asked {
  const checked = checkAnswer(asking, given)
  if (checked.problems.length === 0) {
    record(walk, step?.id ?? SIGN_STEP, asking.kind, checked.answer)
    return 'answered'
  }
  // Nothing of it is taken; the run waits as before.
  walk.park(waitingOf(step, asking))
  throw new MtsError({
    code: 'ANSWER_INVALID',
    exitCode: EXIT.usage,
    message: {
      ko: checked.problems.map((problem) => problem.ko).join('; '),
      en: checked.problems.map((problem) => problem.en).join('; '),
    },
    next: [`mts run status ${walk.state().run}`],
  })
}

function record(walk: Walk, id: string, question: QuestionKind, answer: RecordedAnswer): void {
  walk.append({ kind: 'answerGiven', step: id, data: { question, answer, by: walk.by } })
}

function checkAnswer(
  asking: Ask,
  answer: StepAnswer,
): { readonly answer: RecordedAnswer; readonly problems: readonly Text[] } {
  if (!ALLOWED_ANSWERS[asking.kind].includes(answer.kind)) {
    return { answer, problems: [notAllowed(asking.kind)] }
  }
  if (answer.kind === 'skip' || answer.kind === 'fail') {
    const reason = cleanText(answer.reason, 500)
    const problems =
      reason === '' && answer.kind === 'skip'
        ? [text('건너뛰려면 사유가 필요합니다', 'a skip takes a reason')]
        : []
    return { answer: { kind: answer.kind, reason }, problems }
  }
  if (answer.kind === 'repeat') return { answer, problems: [] }
  const { values, problems } = parseFields(asking.fields ?? [], answer.values)
  return { answer: { kind: 'complete', values }, problems }
}

function notAllowed(kind: QuestionKind): Text {
  const ways = ALLOWED_ANSWERS[kind].map((answer) => (answer === 'fail' ? 'complete' : answer))
  const options = [...new Set(ways)].map((way) => `--${way}`).join(', ')
  if (kind === 'blocked') {
    return text(
      `선행 조건이 맞지 않아 진행할 수 없습니다. 가능: ${options}`,
      `a precondition does not hold; possible: ${options}`,
    )
  }
  return text(`이 단계에 쓸 수 있는 것: ${options}`, `this step takes: ${options}`)
}
