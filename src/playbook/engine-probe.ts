/** Looks, judges, and leaves to a person what looking could not decide. */
import { durationText } from '../core/duration.ts'
import { messageOf } from '../core/errors.ts'
import { cleanText } from '../core/sanitize.ts'
import { text, type Text } from '../core/text.ts'
import type { ProbeStep, Step } from './document.ts'
import { ask, skipped } from './engine-ask.ts'
import { notInThisVersion, type Progress, type Walk } from './engine-walk.ts'
import { judgeProbe, type ProbeJudgement } from './judge-step.ts'
import type { Observation, Reason } from './operation.ts'
import type { ObservedData, StepFinishedData } from './run-state.ts'

export async function performProbe(walk: Walk, step: ProbeStep): Promise<Progress> {
  const known = walk.step(step.id)
  const answer = known.given.judge ?? known.given.failed
  if (answer !== undefined && known.observation !== undefined) {
    return finishAnswered(walk, step, known.observation)
  }
  // An answer from the command line is about what was seen when it was asked for.
  const seenBefore = isGivenFor(walk, step) ? known.observation : undefined
  const observation = seenBefore ?? (await observeUntil(walk, step))
  if (observation === 'interrupted') return 'on'
  const judged = judgeLooks(walk, step, observation)
  const mayGoOn = step.onFailure === 'continue' || walk.state().document.kind === 'Checklist'
  if (judged.verdict === 'fail' && !mayGoOn && canBeAsked(walk, step)) {
    return (await ask(walk, step, {
      kind: 'failed',
      prompt: text('실패했습니다. 어떻게 할까요?', 'it failed; what next?'),
      reasons: reasonsOf(judged),
    })) === 'answered'
      ? 'on'
      : 'stop'
  }
  if (judged.verdict === 'inconclusive' && !mayGoOn) {
    return (await ask(walk, step, {
      kind: 'judge',
      prompt: judgePrompt(judged),
      reasons: reasonsOf(judged),
    })) === 'answered'
      ? 'on'
      : 'stop'
  }
  walk.finishStep(step, finished(observation, judged))
  return 'on'
}

/** Where several looks in a row have to pass, one that passed is not enough. */
function judgeLooks(walk: Walk, step: ProbeStep, observation: Observation): ProbeJudgement {
  const judged = judgeProbe(step, observation, walk.ports.expressions, walk.scope())
  const wanted = step.consecutiveSuccessLimit ?? 1
  const passes = walk.step(step.id).passes ?? 0
  if (judged.verdict !== 'pass' || wanted === 1 || passes >= wanted) return judged
  return {
    verdict: 'inconclusive',
    seen: true,
    reason: text(
      `연속 ${wanted}회 통과해야 합니다(지금 ${passes}회)`,
      `${wanted} looks in a row have to pass, ${passes} did`,
    ),
  }
}

function judgePrompt(judged: ProbeJudgement): Text {
  return judged.seen
    ? text('판정할 수 없습니다. 직접 확인하고 판정하세요', 'not decided; look yourself and decide')
    : text(
        '확인하지 못했습니다. 직접 확인하고 판정하세요',
        'could not be seen; look yourself and decide',
      )
}

function reasonsOf(judged: ProbeJudgement): readonly Reason[] {
  if (judged.reason === undefined) return []
  const code = judged.seen ? 'CONDITION' : 'NO_DATA'
  return [{ code, message: judged.reason }]
}

/** Where nobody can be asked, a failed step simply has failed. */
function canBeAsked(walk: Walk, step: Step): boolean {
  return walk.ports.dialog.request !== undefined || isGivenFor(walk, step)
}

function isGivenFor(walk: Walk, step: Step): boolean {
  return walk.given?.step === step.id && walk.given.answer !== undefined
}

function finished(observation: Observation, judged: ProbeJudgement): StepFinishedData {
  const status =
    judged.verdict === 'fail'
      ? 'failed'
      : judged.verdict !== 'inconclusive'
        ? 'succeeded'
        : judged.seen
          ? 'inconclusive'
          : 'unknown'
  return {
    status,
    verdict: judged.verdict,
    ...(observation.kind === 'observed'
      ? { observed: observation.summary, value: observation.value }
      : {}),
    // What was seen says why by itself; a reason beside it is for what could not be seen or decided.
    ...(judged.reason === undefined || (judged.seen && judged.verdict !== 'inconclusive')
      ? {}
      : { reason: judged.reason }),
  }
}

/** The person's word stands over what the probe could not decide; what it saw is kept beside it. */
function finishAnswered(walk: Walk, step: ProbeStep, observation: Observation): Progress {
  const known = walk.step(step.id)
  const seen =
    observation.kind === 'observed'
      ? { observed: observation.summary, value: observation.value }
      : {}
  if (known.given.failed !== undefined) {
    const judged = judgeProbe(step, observation, walk.ports.expressions, walk.scope())
    walk.finishStep(step, {
      ...finished(observation, judged),
      status: 'failed',
      verdict: 'fail',
    })
    return 'on'
  }
  const answer = known.given.judge
  if (answer?.kind === 'skip') return skipped(walk, step, answer.reason)
  if (answer?.kind === 'fail') {
    walk.finishStep(step, {
      status: 'failed',
      verdict: 'fail',
      reason: judgedBy('실패', 'failed', known.answeredBy, answer.reason),
      ...seen,
    })
    return 'on'
  }
  walk.finishStep(step, {
    status: 'succeeded',
    verdict: 'pass',
    reason: judgedBy('정상', 'passed', known.answeredBy, ''),
    ...seen,
  })
  return 'on'
}

function judgedBy(ko: string, en: string, by: string | undefined, why: string): Text {
  const who = by ?? ''
  const tail = why === '' ? '' : `: ${why}`
  return text(`담당자 판정 ${ko}(${who})${tail}`, `judged by ${who}: ${en}${tail}`)
}

/** One look, or looks every `intervalMs` until success or `timeoutMs`; each is on record. */
async function observeUntil(walk: Walk, step: ProbeStep): Promise<Observation | 'interrupted'> {
  const { clock, signal } = walk.ports
  const startedMs = clock.monotonicMs()
  const endMs = startedMs + (step.intervalMs === undefined ? 0 : (step.timeoutMs ?? 0))
  // A run taken up again begins to count anew: nobody looked in between.
  let passes = 0
  for (;;) {
    announce(walk, step, clock.monotonicMs() - startedMs)
    const observation = await observe(walk, step)
    // A look that was cut short by Ctrl-C says nothing about the service.
    if (signal.aborted) return 'interrupted'
    const judged = judgeProbe(step, observation, walk.ports.expressions, walk.scope())
    passes = judged.verdict === 'pass' ? passes + 1 : 0
    const { consecutiveSuccessLimit: wanted } = step
    const data: ObservedData = { observation, ...(wanted === undefined ? {} : { passes }) }
    walk.append({ kind: 'probeObserved', step: step.id, data })
    if (step.intervalMs === undefined || passes >= (wanted ?? 1)) return observation
    if (clock.monotonicMs() + step.intervalMs > endMs) return observation
    try {
      await clock.sleep(step.intervalMs, signal)
    } catch (error) {
      if (signal.aborted) return 'interrupted'
      throw error
    }
  }
}

function announce(walk: Walk, step: ProbeStep, elapsedMs: number): void {
  const elapsed = durationText(elapsedMs)
  const words =
    step.intervalMs === undefined
      ? text(`${step.title.ko} 확인 중`, `looking: ${step.title.en}`)
      : text(
          `${step.title.ko} 확인 중 · ${elapsed.ko} 경과`,
          `looking: ${step.title.en} · for ${elapsed.en}`,
        )
  walk.notify('STEP_LOOKING', words, { progress: true, step: step.id })
}

async function observe(walk: Walk, step: ProbeStep): Promise<Observation> {
  const { catalog, clock, expressions, signal } = walk.ports
  const probe = catalog.probe(step.probe)
  if (probe === undefined) throw notInThisVersion(step.probe)
  const input = expressions.template(step.with, walk.scope())
  if (input.kind === 'unknown') {
    return { kind: 'unknown', reason: input.reason, source: probe.id }
  }
  const checked = probe.inputs.safeParse(input.value)
  if (!checked.success) {
    const [issue] = checked.error.issues
    const what = cleanText(`${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`)
    return {
      kind: 'unknown',
      reason: text(`입력값이 맞지 않음: ${what}`, `unfit input: ${what}`),
      source: probe.id,
    }
  }
  const late = walk.ports.lookLimit?.()
  const given = late === undefined ? signal : AbortSignal.any([signal, late])
  try {
    const looking = probe.observe(checked.data, { clock, signal: given })
    return await orHung(looking, given, probe.id)
  } catch (error) {
    // In the middle of an incident a probe that breaks is one more thing not known, and said so.
    const why = cleanText(messageOf(error))
    return {
      kind: 'unknown',
      reason: text(`확인 중 오류: ${why}`, `the probe broke: ${why}`),
      source: probe.id,
    }
  }
}

/** A look that ends neither by itself nor when it is told to is left behind: it hangs. */
async function orHung(
  looking: Promise<Observation>,
  signal: AbortSignal,
  source: string,
): Promise<Observation> {
  const hung: Observation = {
    kind: 'unknown',
    reason: text('응답 없음(제한 시간 초과)', 'no answer within the limit: it hangs'),
    source,
  }
  const over = new AbortController()
  const aborted = new Promise<Observation>((resolve) => {
    // What the signal itself ends says so in its own words first.
    const leave = (): void => void setImmediate(() => resolve(hung))
    if (signal.aborted) leave()
    else signal.addEventListener('abort', leave, { once: true, signal: over.signal })
  })
  try {
    return await Promise.race([looking, aborted])
  } finally {
    over.abort()
  }
}
