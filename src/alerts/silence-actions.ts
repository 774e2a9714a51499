/**
 * The two mutations of silences, declared once: `alerts.silence` and `alerts.unsilence`. The gate
 * decides when they are sent; after a lost answer the silences themselves are read.
 */
import { z } from 'zod'
import type { LabelMatcher } from '../core/label-matcher.ts'
import type {
  AlertingRule,
  Alertmanager,
  PrometheusReader,
  Silence,
  SilenceResult,
} from '../core/monitoring.ts'
import type { Failure } from '../core/read.ts'
import { text } from '../core/text.ts'
import type {
  ActionDeclaration,
  Look,
  OperationContext,
  Reason,
  Verdict,
} from '../playbook/operation.ts'
import { judgeSilence, reachOf } from './silence-rules.ts'
import type { SilenceReach } from './silence-rules.ts'

export interface SilenceInput {
  readonly matchers: readonly LabelMatcher[]
  /** How long, ms from the moment it is sent. */
  readonly forMs: number
  readonly reason: string
}

export interface UnsilenceInput {
  readonly id: string
}

export interface SilenceLook extends Look {
  readonly reach: SilenceReach
}

export interface UnsilenceLook extends Look {
  readonly silence: Silence | null
  /** Alerts that would be told again. */
  readonly reach: SilenceReach
}

export interface SilenceVerdict extends Verdict {
  readonly silenceId?: string
  readonly endsAtMs?: number
}

/** What `send` leaves in the journal. */
export interface SentSilence {
  readonly kind: SilenceResult['kind']
  readonly silenceId?: string
  readonly message?: string
}

export interface SilencePorts {
  readonly alertmanager: Alertmanager
  readonly prometheus?: PrometheusReader
  readonly operator: string
  /** Written into the comment, so that a silence whose answer was lost can be found again. */
  readonly marker: string
}

export type SilenceAction = ActionDeclaration<
  SilenceInput,
  SilenceLook,
  SentSilence,
  SilenceVerdict
>
export type UnsilenceAction = ActionDeclaration<
  UnsilenceInput,
  UnsilenceLook,
  SentSilence,
  SilenceVerdict
>

const matcherSchema = z.object({
  name: z.string(),
  operator: z.enum(['=', '!=', '=~', '!~']),
  value: z.string(),
})
const verdictSchema = z.object({ outcome: z.string(), silenceId: z.string().optional() })

/** Alertmanager writes at once: what is not there after so long will not come. */
const SETTLED_MS = 15_000

/** One silence at a time in this journal; settlement dates are not concerned. */
const LOCK = 'alerts'

export function createSilenceAction(ports: SilencePorts): SilenceAction {
  return {
    id: 'alerts.silence',
    title: text('알림 침묵', 'silence alerts'),
    impact: 'mutating',
    idempotent: false,
    inputs: z.object({
      matchers: z.array(matcherSchema).min(1),
      forMs: z.number().positive(),
      reason: z.string().min(1),
    }),
    outputs: verdictSchema,
    async look(input, context) {
      const startedMonotonicMs = context.clock.monotonicMs()
      const seen = await lookAround(ports, context)
      if (seen.kind === 'unknown')
        return { ...blind(seen.failure, startedMonotonicMs), reach: NO_REACH }
      const reach = reachOf(input.matchers, seen.alerts, seen.rules)
      return {
        date: LOCK,
        evidence: { alertmanager: ports.alertmanager.url, ...input, reach },
        startedMonotonicMs,
        refusals: judgeSilence(input.matchers, reach),
        reach,
        ...confirmationOf(input.matchers),
      }
    },
    async send(input, _look, context) {
      const nowMs = context.clock.now()
      const result = await ports.alertmanager.createSilence(
        {
          matchers: input.matchers,
          startsAtMs: nowMs,
          endsAtMs: nowMs + input.forMs,
          createdBy: ports.operator,
          comment: `${input.reason} [mts ${ports.marker}]`,
        },
        { signal: context.signal },
      )
      return sentOf(result)
    },
    async reconcile(_input, { sent, sentAtMs }, context) {
      const read = await ports.alertmanager.silences({ signal: context.signal })
      if (read.kind !== 'ok') return unreadable(read.kind === 'unknown' ? read.failure : undefined)
      const mark = `[mts ${ports.marker}]`
      const own = read.value.find(
        ({ comment, id, state }) =>
          state !== 'expired' && (comment.endsWith(mark) || id === sent?.silenceId),
      )
      if (own !== undefined) {
        return { outcome: 'succeeded', reasons: [], silenceId: own.id, endsAtMs: own.endsAtMs }
      }
      return notThere(sent, sentAtMs, context)
    },
  }
}

export function createUnsilenceAction(ports: SilencePorts): UnsilenceAction {
  return {
    id: 'alerts.unsilence',
    title: text('침묵 해제', 'end a silence'),
    impact: 'mutating',
    idempotent: true,
    inputs: z.object({ id: z.string().min(1) }),
    outputs: verdictSchema,
    async look({ id }, context) {
      const startedMonotonicMs = context.clock.monotonicMs()
      const [silences, seen] = await Promise.all([
        ports.alertmanager.silences({ signal: context.signal }),
        lookAround(ports, context),
      ])
      const failure =
        silences.kind === 'unknown'
          ? silences.failure
          : seen.kind === 'unknown'
            ? seen.failure
            : undefined
      if (failure !== undefined || seen.kind === 'unknown') {
        return { ...blind(failure, startedMonotonicMs), silence: null, reach: NO_REACH }
      }
      const found = silences.kind === 'ok' ? silences.value : []
      const silence = found.find((one) => one.id === id) ?? null
      const reach =
        silence === null ? REACHES_NOTHING : reachOf(silence.matchers, seen.alerts, seen.rules)
      return {
        date: LOCK,
        evidence: { alertmanager: ports.alertmanager.url, id, silence, reach },
        startedMonotonicMs,
        refusals: refusalsToEnd(silence, id),
        silence,
        reach,
        typedConfirmation: id.slice(0, 8),
        confirmationPrompt: text(
          `해제하려면 ${id.slice(0, 8)}을(를) 입력하세요(Enter: 취소)`,
          `type ${id.slice(0, 8)} to end it (Enter cancels)`,
        ),
      }
    },
    async send({ id }, _look, context) {
      return sentOf(await ports.alertmanager.expireSilence(id, { signal: context.signal }))
    },
    async reconcile({ id }, { sent, sentAtMs }, context) {
      const read = await ports.alertmanager.silences({ signal: context.signal })
      if (read.kind !== 'ok') return unreadable(read.kind === 'unknown' ? read.failure : undefined)
      const still = read.value.some((one) => one.id === id && one.state !== 'expired')
      return still
        ? notThere(sent, sentAtMs, context)
        : { outcome: 'succeeded', reasons: [], silenceId: id }
    },
  }
}

const NO_REACH: SilenceReach = { hides: null, couldHide: null, everyRule: false }
/** Of a silence that is not there. */
const REACHES_NOTHING: SilenceReach = { hides: [], couldHide: null, everyRule: false }

type Seen =
  | {
      readonly kind: 'seen'
      readonly alerts: Parameters<typeof reachOf>[1]
      readonly rules: readonly AlertingRule[] | undefined
    }
  | { readonly kind: 'unknown'; readonly failure: Failure | undefined }

async function lookAround(ports: SilencePorts, { signal }: OperationContext): Promise<Seen> {
  const [alerts, rules] = await Promise.all([
    ports.alertmanager.alerts({ signal }),
    ports.prometheus?.rules({ signal }),
  ])
  // Without the alerts nobody can say what it would hide; without the rules that is said.
  if (alerts.kind !== 'ok') {
    return { kind: 'unknown', failure: alerts.kind === 'unknown' ? alerts.failure : undefined }
  }
  return {
    kind: 'seen',
    alerts: alerts.value,
    rules:
      rules?.kind === 'ok'
        ? rules.value
            .flatMap((group) => group.rules)
            .filter((rule): rule is AlertingRule => rule.kind === 'alerting')
        : undefined,
  }
}

function blind(failure: Failure | undefined, startedMonotonicMs: number): Look {
  const why = failure?.message ?? text('응답 없음', 'no answer')
  return {
    date: LOCK,
    evidence: null,
    startedMonotonicMs,
    refusals: [
      {
        code: 'ALERTS_UNKNOWN',
        message: text(
          `무엇이 가려질지 확인할 수 없습니다: ${why.ko}`,
          `what it would hide cannot be seen: ${why.en}`,
        ),
      },
    ],
    typedConfirmation: '',
    confirmationPrompt: text('', ''),
  }
}

function confirmationOf(
  matchers: readonly LabelMatcher[],
): Pick<Look, 'typedConfirmation' | 'confirmationPrompt'> {
  const named = matchers.find(({ name, operator }) => name === 'alertname' && operator === '=')
  const typed = named?.value ?? 'silence'
  return {
    typedConfirmation: typed,
    confirmationPrompt: text(
      `침묵하려면 ${typed}을(를) 입력하세요(Enter: 취소)`,
      `type ${typed} to silence (Enter cancels)`,
    ),
  }
}

function refusalsToEnd(silence: Silence | null, id: string): readonly Reason[] {
  if (silence !== null && silence.state !== 'expired') return []
  return [
    silence === null
      ? { code: 'NOT_FOUND', message: text(`침묵이 없습니다: ${id}`, `there is no silence ${id}`) }
      : {
          code: 'ALREADY_EXPIRED',
          message: text(`이미 끝난 침묵입니다: ${id}`, `this silence is over already: ${id}`),
        },
  ]
}

function sentOf(result: SilenceResult): SentSilence {
  switch (result.kind) {
    case 'done':
      return { kind: 'done', silenceId: result.silenceId }
    case 'refused':
      return { kind: 'refused', message: result.message }
    case 'not_sent':
    case 'lost':
      return { kind: result.kind, message: result.failure.message.en }
  }
}

/** It did not take effect, or nobody can say yet. */
function notThere(
  sent: SentSilence | undefined,
  sentAtMs: number,
  { clock }: OperationContext,
): SilenceVerdict {
  if (sent?.kind === 'refused') {
    const words = sent.message ?? ''
    return {
      outcome: 'failed',
      reasons: [
        {
          code: 'ALERTMANAGER_REFUSED',
          message: text(`Alertmanager가 거부했습니다: ${words}`, `Alertmanager refused: ${words}`),
        },
      ],
    }
  }
  if (sent?.kind === 'not_sent' || clock.now() - sentAtMs > SETTLED_MS) {
    return {
      outcome: 'failed',
      reasons: [
        {
          code: sent?.kind === 'not_sent' ? 'NOT_SENT' : 'NO_EFFECT',
          message: text('적용되지 않았습니다', 'it did not take effect'),
        },
      ],
    }
  }
  return {
    outcome: 'unknown',
    reasons: [
      {
        code: 'NOT_CONFIRMED',
        message: text(
          '적용되었는지 아직 확인할 수 없습니다',
          'whether it took effect is not known yet',
        ),
      },
    ],
  }
}

function unreadable(failure: Failure | undefined): SilenceVerdict {
  const why = failure?.message ?? text('응답 없음', 'no answer')
  return {
    outcome: 'unknown',
    reasons: [
      {
        code: 'SILENCES_UNREADABLE',
        message: text(
          `침묵 목록을 읽을 수 없습니다: ${why.ko}`,
          `the silences cannot be read: ${why.en}`,
        ),
      },
    ],
  }
}
