/**
 * A run's events as lines a reader understands: what was seen, who decided what, what was sent and
 * what came of it, each with its evidence. Total over every prefix of a run.
 */
import { isoSeoul } from '../core/dates.ts'
import type { StoredEvent } from '../core/journal.ts'
import { text, type Text } from '../core/text.ts'
import { everyStep } from '../core/every-step.ts'
import type { Document } from '../playbook/document.ts'
import type { ActionOutcome, Observation, Reason } from '../playbook/operation.ts'
import type {
  AnswerGivenData,
  RunStartedData,
  RunWaitingData,
  StepFinishedData,
} from '../playbook/run-state.ts'
import type { SettlementAction } from '../settlement/action-value.ts'
import { evidenceOf } from './evidence.ts'
import { OUTCOME_WORDS, STEP_WORDS } from './report-words.ts'
import { RUN_WORDS, type Evidence, type ReportEntry, type Tone } from './report.ts'

interface Telling {
  readonly document: Document | undefined
  /** What was seen last, by step: a step's end is told with it. */
  readonly seen: Map<string, Observation>
  by: string
}

export function runEntries(events: readonly StoredEvent[]): readonly ReportEntry[] {
  const telling: Telling = { document: documentOf(events), seen: new Map(), by: '' }
  return events.flatMap((event) => {
    const entry = entryOf(event, telling)
    if (entry === undefined) return []
    const { evidence = [], ...rest } = entry
    return [
      {
        at: isoSeoul(event.atMs),
        seq: event.seq,
        ...rest,
        ...(event.step === undefined ? {} : { step: event.step }),
        evidence,
      },
    ]
  })
}

export function documentOf(events: readonly StoredEvent[]): Document | undefined {
  const data = events[0]?.data as Partial<RunStartedData> | null | undefined
  return data?.document
}

/** Title of a step as the document has it, else its id. */
export function stepTitle(document: Document | undefined, id: string | undefined): Text {
  const steps = document === undefined ? [] : everyStep(document)
  const title = steps.find((step) => step.id === id)?.title
  if (title !== undefined) return title
  if (id === 'sign') return text('서명', 'signature')
  return id === 'action' || id === undefined ? text('정산 처리', 'action') : text(id, id)
}

/** The value of a bare action, where the event ends or parks one. */
export function actionValueOf(event: StoredEvent): SettlementAction | undefined {
  const data = event.data as { readonly value?: SettlementAction } | null
  return data?.value?.kind === 'SettlementAction' ? data.value : undefined
}

type Told = Pick<ReportEntry, 'code' | 'tone' | 'text'> & {
  readonly by?: string
  readonly evidence?: readonly Evidence[]
}

function entryOf(event: StoredEvent, telling: Telling): Told | undefined {
  const title = stepTitle(telling.document, event.step)
  switch (event.kind) {
    case 'runStarted':
      return started(event, telling)
    case 'stepStarted':
      return undefined
    case 'probeObserved':
      return observed(event, telling)
    case 'stepFinished':
      return finished(event.data as StepFinishedData, title, telling.seen.get(event.step ?? ''))
    case 'answerGiven':
      return answered(event.data as AnswerGivenData, title)
    case 'approvalRequested': {
      const { digest, action } = event.data as { digest: string; action: string }
      return {
        code: 'APPROVAL_REQUESTED',
        tone: 'info',
        text: text(`승인 대기: ${action}`, `approval asked for: ${action}`),
        evidence: [{ label: text('승인값', 'digest'), value: digest }],
      }
    }
    case 'approvalGiven': {
      const { digest } = event.data as { digest?: string }
      return {
        code: 'APPROVAL_GIVEN',
        tone: 'info',
        by: telling.by,
        text:
          digest === undefined
            ? text('승인: 터미널에서 번호를 입력함', 'approved: the id was typed at a terminal')
            : text('승인: 출력된 승인값으로', 'approved by the digest that had been printed'),
        ...(digest === undefined
          ? {}
          : { evidence: [{ label: text('승인값', 'digest'), value: digest }] }),
      }
    }
    case 'actionIntended': {
      const data = event.data as { readonly input?: unknown; readonly look?: unknown }
      const look = data.look as { readonly evidence?: unknown } | undefined
      return {
        code: 'ACTION_SENT',
        tone: 'warning',
        by: telling.by,
        text: text(`요청 전송: ${title.ko}`, `request sent: ${title.en}`),
        evidence: [...evidenceOf(data.input), ...evidenceOf(look?.evidence)],
      }
    }
    case 'actionFinished':
      return acted(event.data as { outcome: ActionOutcome; reasons?: readonly Reason[] }, title)
    case 'noteAdded': {
      const note = event.data as { readonly text: string; readonly by: string }
      return {
        code: 'NOTE',
        tone: 'info',
        by: note.by,
        text: text(`메모: ${note.text}`, `note: ${note.text}`),
      }
    }
    case 'runWaiting':
      return waiting(event)
    case 'runResumed':
      return resumed(event, telling)
    case 'runHandedOver': {
      const { to, by } = event.data as { readonly to: string; readonly by: string }
      return {
        code: 'HANDED_OVER',
        tone: 'info',
        by,
        text: text(`인계: ${to}`, `handed over to ${to}`),
      }
    }
    case 'runFinished':
      return ended(event)
    case 'runExported':
    case 'runImported':
    case 'followUpAdded':
    case 'followUpClosed':
      return afterwards(event)
  }
}

/** What happened to the run as a whole: it travelled, or something was left to do. */
function afterwards(event: StoredEvent): Told {
  const data = event.data as {
    readonly by: string
    readonly host?: string
    readonly from?: { readonly host: string }
    readonly id?: string
    readonly text?: string
    readonly reason?: string
  }
  const common = { tone: 'info', by: data.by } as const
  switch (event.kind) {
    case 'runExported': {
      const words = text(`내보냄(${data.host})`, `exported (${data.host})`)
      return { ...common, code: 'EXPORTED', text: words }
    }
    case 'runImported': {
      const from = data.from?.host
      return { ...common, code: 'IMPORTED', text: text(`가져옴(${from})`, `imported (${from})`) }
    }
    case 'followUpAdded': {
      const words = text(`후속 조치: ${data.text}`, `follow-up: ${data.text}`)
      return { ...common, code: 'FOLLOW_UP_ADDED', text: words }
    }
    default: {
      const { id, reason } = data
      const words = text(`후속 조치 ${id} 완료: ${reason}`, `follow-up ${id} closed: ${reason}`)
      return { ...common, code: 'FOLLOW_UP_CLOSED', text: words }
    }
  }
}

function started(event: StoredEvent, telling: Telling): Told {
  const { document } = telling
  if (document === undefined) {
    const { request } = event.data as { readonly request?: unknown }
    return {
      code: 'RUN_STARTED',
      tone: 'info',
      text: text('정산 처리 시작', 'settlement action begun'),
      evidence: evidenceOf(request),
    }
  }
  const data = event.data as RunStartedData
  telling.by = data.operator
  return {
    code: 'RUN_STARTED',
    tone: 'info',
    by: data.operator,
    text: text(`시작: ${document.title.ko}`, `begun: ${document.title.en}`),
    evidence: [
      { label: text('문서', 'document'), value: `${document.id} ${document.version}` },
      { label: text('문서 해시', 'document hash'), value: document.digest },
      ...evidenceOf(data.inputs),
    ],
  }
}

function observed(event: StoredEvent, telling: Telling): Told | undefined {
  const data = event.data as { readonly observation?: Observation; readonly sent?: unknown }
  if (data.observation !== undefined) {
    telling.seen.set(event.step ?? '', data.observation)
    return undefined
  }
  if (data.sent === undefined) return undefined
  const { kind } = data.sent as { readonly kind?: string }
  return {
    code: 'ACTION_ANSWERED',
    tone: kind === 'answered' ? 'info' : 'warning',
    text:
      kind === 'answered'
        ? text('서비스가 응답함', 'the service answered')
        : kind === 'not_sent'
          ? text('연결되지 않아 요청이 나가지 않음', 'no connection: the request did not leave')
          : text('응답을 받지 못함. 조회로 확인', 'the answer was lost; settled by reading'),
    evidence: evidenceOf(data.sent),
  }
}

function finished(
  data: StepFinishedData,
  title: Text,
  observation: Observation | undefined,
): Told | undefined {
  if (data.status === 'skipped' && data.skippedBy !== 'person') return undefined
  const said = data.observed ?? data.reason
  const words = STEP_WORDS[data.status]
  const refused = data.outcome === 'refused'
  const tone: Tone =
    data.status === 'failed'
      ? 'critical'
      : data.status === 'succeeded' && data.verdict !== 'warning'
        ? 'ok'
        : 'warning'
  const codes = (data.reasons ?? []).map((reason) => reason.code)
  return {
    code: refused ? 'REFUSED' : 'STEP_FINISHED',
    tone,
    text:
      said === undefined
        ? text(`${title.ko}: ${words.ko}`, `${title.en}: ${words.en}`)
        : text(`${title.ko}: ${said.ko}(${words.ko})`, `${title.en}: ${said.en} (${words.en})`),
    evidence: [
      ...(codes.length === 0
        ? []
        : [{ label: text('사유 코드', 'codes'), value: codes.join(' ') }]),
      ...(observation === undefined
        ? []
        : [{ label: text('출처', 'source'), value: observation.source }]),
      ...(observation?.kind === 'observed' ? evidenceOf(observation.value) : []),
    ],
  }
}

function answered({ answer, by, question }: AnswerGivenData, title: Text): Told {
  const told = (ko: string, en: string): Told => ({
    code: 'ANSWER',
    tone: 'info',
    by,
    text: text(`${title.ko}: ${ko}`, `${title.en}: ${en}`),
  })
  switch (answer.kind) {
    case 'complete': {
      const words =
        question === 'sign' ? told('서명함', 'signed') : told('완료로 답함', 'answered: done')
      return { ...words, evidence: evidenceOf(answer.values) }
    }
    case 'fail':
      return {
        ...told(`아니오: ${answer.reason}`, `answered: no, ${answer.reason}`),
        tone: 'warning',
      }
    case 'skip':
      return { ...told(`건너뜀: ${answer.reason}`, `skipped: ${answer.reason}`), tone: 'warning' }
    case 'repeat':
      return told('다시 확인', 'look again')
    case 'back':
      return told(`${answer.to}(으)로 돌아감`, `went back to ${answer.to}`)
  }
}

function acted(
  { outcome, reasons = [] }: { outcome: ActionOutcome; reasons?: readonly Reason[] },
  title: Text,
): Told {
  const words = OUTCOME_WORDS[outcome]
  const why = reasons[0]?.message
  return {
    code: 'ACTION_FINISHED',
    tone: outcome === 'succeeded' ? 'ok' : outcome === 'violated' ? 'critical' : 'warning',
    text: text(
      `결과: ${title.ko} ${words.ko}${why === undefined ? '' : ` · ${why.ko}`}`,
      `outcome: ${title.en} ${words.en}${why === undefined ? '' : `; ${why.en}`}`,
    ),
    evidence: reasons.map((reason) => ({ label: text('사유 코드', 'code'), value: reason.code })),
  }
}

function waiting(event: StoredEvent): Told | undefined {
  const value = actionValueOf(event)
  if (value !== undefined) {
    const words = OUTCOME_WORDS[value.outcome]
    return {
      code: 'WAITING',
      tone: 'warning',
      text: text(`대기: ${words.ko}`, `waiting: ${words.en}`),
    }
  }
  const { waiting: at } = event.data as Partial<RunWaitingData>
  if (at === undefined) return undefined
  return {
    code: 'WAITING',
    tone: 'warning',
    text: text(`대기: ${at.prompt.ko}`, `waiting: ${at.prompt.en}`),
    evidence: at.reasons.map((reason) => ({
      label: text('사유 코드', 'code'),
      value: reason.code,
    })),
  }
}

function resumed(event: StoredEvent, telling: Telling): Told {
  const data = event.data as { readonly by?: string; readonly operator?: string }
  telling.by = data.by ?? data.operator ?? telling.by
  return { code: 'RESUMED', tone: 'info', by: telling.by, text: text('이어서 진행', 'resumed') }
}

function ended(event: StoredEvent): Told {
  const value = actionValueOf(event)
  if (value !== undefined) {
    const words = OUTCOME_WORDS[value.outcome]
    const why = value.reasons.map((reason) => reason.message)
    return {
      code: value.outcome === 'refused' ? 'REFUSED' : 'RUN_FINISHED',
      tone: value.outcome === 'succeeded' ? 'ok' : 'critical',
      text: text(
        [`끝: ${words.ko}`, ...why.map((reason) => reason.ko)].join(' · '),
        [`ended: ${words.en}`, ...why.map((reason) => reason.en)].join('; '),
      ),
      evidence: [
        {
          label: text('사유 코드', 'codes'),
          value: value.reasons.map(({ code }) => code).join(' '),
        },
        ...evidenceOf(value.before),
      ].filter(({ value: shown }) => shown !== ''),
    }
  }
  const { status, finding } = event.data as {
    readonly status: keyof typeof RUN_WORDS
    readonly finding?: { readonly code: string; readonly message: Text }
  }
  const words = RUN_WORDS[status] ?? text(status, status)
  return {
    code: 'RUN_FINISHED',
    tone: status === 'succeeded' ? 'ok' : status === 'failed' ? 'critical' : 'warning',
    text:
      finding === undefined
        ? text(`끝: ${words.ko}`, `ended: ${words.en}`)
        : text(
            `끝: ${words.ko} · ${finding.message.ko}`,
            `ended: ${words.en}; ${finding.message.en}`,
          ),
    ...(finding === undefined
      ? {}
      : { evidence: [{ label: text('판정 코드', 'code'), value: finding.code }] }),
  }
}
