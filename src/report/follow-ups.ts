/** What is still open after a run, and what people are asked to write about it. */
import type { RunHeader } from '../core/journal.ts'
import { nextSeoulTime } from '../core/dates.ts'
import { text, type Text } from '../core/text.ts'
import { everyStep } from '../core/every-step.ts'
import type { Document, Step } from '../playbook/document.ts'
import type { RunState, StepState } from '../playbook/run-state.ts'
import type { BlankSection, FollowUp } from './report.ts'

/** Answers by which a step names who goes on, or where. */
const NAMING = ['owner', 'ticket', 'assignee']
const CAUSE = 'cause'

/** A number of its own where a person wrote it down, the step's id where the run left it. */
export function followUpId(run: string, own: string): string {
  return `${run}.${own}`
}

/** What is still to be done: nothing of it that somebody has closed, or that left with an export. */
export function followUpsOf(state: RunState): readonly FollowUp[] {
  const { run } = state
  if (state.exported !== undefined) return []
  const closed = new Set(
    Object.keys(state.closedFollowUps ?? {}).map((own) => followUpId(run, own)),
  )
  return allFollowUpsOf(state).filter(({ id }) => id === undefined || !closed.has(id))
}

/** Open and closed alike. */
export function allFollowUpsOf(state: RunState): readonly FollowUp[] {
  const { run, pending, waiting } = state
  const found: FollowUp[] = (state.followUps ?? []).map((added) => ({
    kind: 'added',
    run,
    id: followUpId(run, added.id),
    text: text(added.text, added.text),
    ...(added.owner === undefined ? {} : { owner: added.owner }),
    ...(added.due === undefined ? {} : { due: added.due }),
  }))
  if (pending !== undefined) {
    found.push({
      kind: 'pending',
      run,
      text: text(
        `보낸 요청의 결과 확인: ${pending.action}(다시 보내지 마세요)`,
        `settle what came of the request: ${pending.action} (do not send it again)`,
      ),
    })
  }
  if (state.endedAtMs === undefined && waiting !== undefined) {
    found.push({
      kind: 'waiting',
      run,
      text: text(`대기 중: ${waiting.prompt.ko}`, `waiting: ${waiting.prompt.en}`),
    })
  }
  for (const { step, own } of reached(state)) {
    const named = NAMING.flatMap((field) => valueOf(own, field))[0]
    if (named !== undefined) {
      const field =
        step.type === 'manual' ? step.expects.find(({ id }) => NAMING.includes(id)) : undefined
      const what = field?.title ?? text('담당', 'owner')
      found.push({
        kind: 'named',
        run,
        id: followUpId(run, step.id),
        owner: named,
        ...dueOf(step, own),
        text: text(
          `${step.title.ko} · ${what.ko}: ${named}`,
          `${step.title.en}; ${what.en}: ${named}`,
        ),
      })
    } else if (own.skippedBy === 'person') {
      const why = own.reason ?? text('사유 없음', 'no reason given')
      found.push({
        kind: 'skipped',
        run,
        id: followUpId(run, step.id),
        text: text(
          `건너뛴 단계: ${step.title.ko}(${why.ko})`,
          `skipped: ${step.title.en} (${why.en})`,
        ),
      })
    } else if (own.status === 'inconclusive' || own.status === 'unknown') {
      const why = own.reason ?? own.observed ?? text('이유 미상', 'reason not known')
      found.push({
        kind: 'unseen',
        run,
        id: followUpId(run, step.id),
        text: text(
          `확인하지 못한 것: ${step.title.ko}(${why.ko})`,
          `not seen: ${step.title.en} (${why.en})`,
        ),
      })
    }
  }
  return found
}

/** What a person has to do. What a run could not see, or left out, is told by its report. */
export function isToDo({ kind }: FollowUp): boolean {
  return kind !== 'unseen' && kind !== 'skipped'
}

/** The next such time of Seoul after the step was done. */
function dueOf(step: Step, { endedAtMs }: StepState): Pick<FollowUp, 'due'> {
  if (step.type !== 'manual' || step.followUp === undefined || endedAtMs === undefined) return {}
  return { due: nextSeoulTime(step.followUp.until, endedAtMs) }
}

/** A bare action is open while it waits or nobody knows what came of it. */
export function followUpsOfAction(header: RunHeader): readonly FollowUp[] {
  if (header.endedAtMs !== undefined) return []
  const { run } = header
  return [
    {
      kind: 'waiting',
      run,
      text: text(`끝나지 않은 처리: mts run resume ${run}`, `not over: mts run resume ${run}`),
    },
  ]
}

/** Causes and lessons are people's to write; the run only says what to ask. */
export function blanksOf(
  state: RunState | undefined,
  document: Document | undefined,
): readonly BlankSection[] {
  const causes: Text[] = []
  const known: Text[] = []
  const lessons: Text[] = []
  if (state !== undefined) {
    for (const { step, own } of reached(state)) {
      if (step.type === 'manual' && step.expects.some(({ id }) => id === CAUSE)) {
        causes.push(step.prompt)
        for (const value of valueOf(own, CAUSE)) known.push(text(value, value))
      }
      if (own.status === 'inconclusive' || own.status === 'unknown') {
        lessons.push(
          text(
            `왜 볼 수 없었습니까: ${step.title.ko}`,
            `why could this not be seen: ${step.title.en}`,
          ),
        )
      }
      if (own.skippedBy === 'person') {
        lessons.push(
          text(
            `건너뛴 판단이 맞았습니까: ${step.title.ko}`,
            `was it right to skip: ${step.title.en}`,
          ),
        )
      }
    }
  }
  const asked = causes.length > 0 ? causes : causesAsked(document)
  return [
    {
      id: 'causes',
      title: text('원인', 'Causes'),
      prompts: [
        ...asked,
        text(
          '무엇이 방아쇠였고, 왜 막지 못했습니까',
          'what set it off, and what failed to hold it',
        ),
      ],
      known,
    },
    {
      id: 'lessons',
      title: text('배운 점과 재발 방지', 'Lessons'),
      prompts: [
        text(
          '더 빨리 알 수 있었습니까. 어떤 지표나 경보로',
          'could it have been noticed sooner, and by what',
        ),
        text(
          '플레이북과 실제가 달랐던 곳은 어디입니까',
          'where did the playbook and reality differ',
        ),
        ...lessons,
      ],
      known: [],
    },
  ]
}

/** The prompt of the document's own step for it, also where the run never came there. */
function causesAsked(document: Document | undefined): readonly Text[] {
  return (document?.steps ?? []).flatMap((step) =>
    step.type === 'manual' && step.expects.some(({ id }) => id === CAUSE) ? [step.prompt] : [],
  )
}

function reached(state: RunState): readonly { readonly step: Step; readonly own: StepState }[] {
  return everyStep(state.document).flatMap((step) => {
    const own = state.steps[step.id]
    return own === undefined ? [] : [{ step, own }]
  })
}

function valueOf(own: StepState, field: string): readonly string[] {
  const value = own.answers?.[field]
  if (typeof value === 'string') return value === '' ? [] : [value]
  return typeof value === 'number' || typeof value === 'boolean' ? [String(value)] : []
}
