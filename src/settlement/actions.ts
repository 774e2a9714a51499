/**
 * The two mutations of settlements, declared once: `settlement.reprocess` and `settlement.run`.
 * The gate decides when they are sent; the commands and the playbooks use the same declarations.
 */
import { z } from 'zod'
import type { Clock } from '../core/clock.ts'
import { isSeoulDate, type SeoulDate } from '../core/dates.ts'
import { MtsError } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import type { PostResult, Service, SettlementRecord } from '../core/service.ts'
import { groupedWon } from '../core/money.ts'
import { text, type Text } from '../core/text.ts'
import type { ActionDeclaration, Look, OperationContext } from '../playbook/operation.ts'
import { salesBeforeOf, type SalesBefore } from './conservation.ts'
import { readFactsByDate, readFactsById, type FactsPorts, type SettlementFacts } from './facts.ts'
import { judgeReprocess, judgeRun, type InterlockRules } from './interlock.ts'
import type { Sent } from './outcome.ts'
import { reconcileSettlement, type ReconcileRequest, type SettlementVerdict } from './reconcile.ts'

/** The look at a settlement: plain JSON, so that an intent can keep all of it. */
export interface SettlementLook extends Look {
  readonly facts: Omit<SettlementFacts, 'sales'>
  readonly before: SettlementRecord | null
  readonly sales: SalesBefore
}

export interface SettlementActionPorts {
  readonly service: Service
  readonly clock: Clock
  readonly stores: readonly string[]
  readonly rules: InterlockRules
  readonly verifyAfterMs: number
  /** Overrides the deadline of reads, ms; never that of the request itself. */
  readonly timeoutMs?: number
}

export interface ReprocessInput {
  readonly id: number
}

export interface RunInput {
  readonly date: SeoulDate
}

export type ReprocessAction = ActionDeclaration<
  ReprocessInput,
  SettlementLook,
  Sent,
  SettlementVerdict
>
export type RunAction = ActionDeclaration<RunInput, SettlementLook, Sent, SettlementVerdict>

/** Manual and reprocess wait up to a minute on a dependency that is down: the limit is well over that. */
const ACTION_TIMEOUT_MS = 90_000

const settlementIdSchema = z.int().positive()
export const seoulDateSchema = z
  .string()
  .refine(isSeoulDate, { error: 'a date YYYY-MM-DD is expected' })

/** What conditions may look at after an action: `steps.<id>.value.outcome` and so on. */
const settlementVerdictSchema = z.object({
  outcome: z.enum([
    'succeeded',
    'refused',
    'confirmation_required',
    'failed',
    'violated',
    'unknown',
  ]),
  reasons: z.array(z.object({ code: z.string() })),
  date: z.string(),
  newSettlementId: z.number().optional(),
  conservation: z.object({ status: z.enum(['kept', 'lost', 'changed', 'not_checked']) }),
})

export function createReprocessAction(ports: SettlementActionPorts): ReprocessAction {
  return {
    id: 'settlement.reprocess',
    title: text('정산 재처리', 'reprocess a settlement'),
    impact: 'mutating',
    idempotent: false,
    irreversible: text(
      '기록과 연결된 것을 지우고 새 번호로 다시 만듭니다. 되돌릴 수 없습니다',
      'it deletes the record and what is linked to it and makes a new one; it cannot be undone',
    ),
    plan: ({ id }) => ({ kind: 'service', request: { kind: 'reprocess', id } }),
    inputs: z.object({ id: settlementIdSchema }),
    outputs: settlementVerdictSchema,
    async look(input, context) {
      const facts = await readFactsById(factsPorts(ports, context), input.id)
      return lookOf(facts, {
        refusals: judgeReprocess(facts, ports.rules),
        date: facts.date ?? '',
        typedConfirmation: String(input.id),
        confirmationPrompt: text(
          '계속하려면 정산 번호를 입력하세요(Enter: 취소)',
          "type the settlement's id to go on (Enter cancels)",
        ),
      })
    },
    async send(input, _look, context) {
      return sentOf(await ports.service.postReprocess(input.id, actionLimits(context)))
    },
    reconcile(input, intent, context) {
      return reconcileSettlement(
        sentSettlement({ kind: 'reprocess', oldId: input.id }, intent.look.date, intent),
        reconcilePorts(ports, context),
      )
    },
  }
}

export function createRunAction(ports: SettlementActionPorts): RunAction {
  return {
    id: 'settlement.run',
    title: text('수동 정산', 'settle a date by hand'),
    impact: 'mutating',
    idempotent: false,
    irreversible: text(
      '만든 정산은 지울 수 없고, 늦게 들어오는 매출은 정산되지 않습니다. 되돌릴 수 없습니다',
      'a settlement made cannot be taken back, and no batch takes the sales that come later',
    ),
    plan: ({ date }) => ({ kind: 'service', request: { kind: 'manual', date } }),
    inputs: z.object({ date: seoulDateSchema }),
    outputs: settlementVerdictSchema,
    async look(input, context) {
      const facts = await readFactsByDate(factsPorts(ports, context), input.date)
      return lookOf(facts, {
        refusals: judgeRun(facts, ports.rules),
        date: input.date,
        typedConfirmation: input.date,
        confirmationPrompt: text(
          '계속하려면 정산일(YYYY-MM-DD)을 입력하세요(Enter: 취소)',
          'type the date (YYYY-MM-DD) to go on (Enter cancels)',
        ),
      })
    },
    async send(input, _look, context) {
      return sentOf(await ports.service.postManual(input.date, actionLimits(context)))
    },
    reconcile(input, intent, context) {
      return reconcileSettlement(
        sentSettlement({ kind: 'run' }, input.date, intent),
        reconcilePorts(ports, context),
      )
    },
  }
}

function actionLimits(context: OperationContext) {
  return { timeoutMs: ACTION_TIMEOUT_MS, signal: context.signal }
}

/** What left, as the intent keeps it: the day's sales before, when it was sent, and the answer if any. */
function sentSettlement(
  action: ReconcileRequest['action'],
  date: SeoulDate,
  intent: {
    readonly look: SettlementLook
    readonly sentAtMs: number
    readonly sent: Sent | undefined
  },
): ReconcileRequest {
  const { look, sentAtMs, sent } = intent
  return { action, date, before: look.sales, sentAtMs, sent }
}

function factsPorts(ports: SettlementActionPorts, context: OperationContext): FactsPorts {
  return {
    reader: ports.service,
    clock: ports.clock,
    stores: ports.stores,
    signal: context.signal,
    ...(ports.timeoutMs === undefined ? {} : { timeoutMs: ports.timeoutMs }),
  }
}

function reconcilePorts(ports: SettlementActionPorts, context: OperationContext) {
  return {
    reader: ports.service,
    clock: ports.clock,
    stores: ports.stores,
    verifyAfterMs: ports.verifyAfterMs,
    signal: context.signal,
  }
}

function lookOf(
  facts: SettlementFacts,
  rest: Pick<SettlementLook, 'refusals' | 'date' | 'typedConfirmation' | 'confirmationPrompt'>,
): SettlementLook {
  const { sales, ...others } = facts
  return {
    ...rest,
    summary: evidenceWords(facts),
    facts: others,
    before: facts.record.kind === 'record' ? facts.record.record : null,
    sales: salesBeforeOf(sales, facts.salesTableRows),
    startedMonotonicMs: facts.startedMonotonicMs,
    evidence: {
      record: facts.record.kind === 'record' ? facts.record.record : facts.record.kind,
      ...(facts.exists === undefined ? {} : { exists: facts.exists }),
      sales:
        sales.kind === 'known'
          ? { hash: sales.hash, stores: sales.stores, completed: sales.completed }
          : sales.kind,
      dependencies: facts.dependencies,
    },
  }
}

function evidenceWords(facts: SettlementFacts): Text {
  const { record, sales } = facts
  const recordWords =
    record.kind === 'record'
      ? text(
          `#${record.record.id} ${record.record.status} · 연결된 매출 ${record.record.holdsSales === 'no' ? '없음(확인)' : '있음 또는 확인 불가'}`,
          `#${record.record.id} ${record.record.status}, ${record.record.holdsSales === 'no' ? 'no sale linked (proven)' : 'sales linked or unknown'}`,
        )
      : text('정산 기록 없음', 'no settlement')
  const salesWords =
    sales.kind === 'known'
      ? text(
          `그날 매출 ${sales.completed.count}건 ${groupedWon(sales.completed.amount)}원`,
          `${sales.completed.count} sales on the day, ${groupedWon(sales.completed.amount)} won`,
        )
      : text('그날 매출 확인하지 않음', 'sales of the day not checked')
  return text(`${recordWords.ko} · ${salesWords.ko}`, `${recordWords.en}; ${salesWords.en}`)
}

function sentOf(result: PostResult): Sent {
  if (result.kind === 'answered') return { kind: 'answered', httpStatus: result.httpStatus }
  return { kind: result.kind, message: result.failure.message }
}

/** `8` or `#8`; anything else is wrong usage with the way to find ids. */
export function parseSettlementId(value: string): number {
  const match = /^#?(\d{1,15})$/.exec(value.trim())
  const id = match === null ? Number.NaN : Number(match[1])
  if (Number.isSafeInteger(id) && id > 0) return id
  throw new MtsError({
    code: 'USAGE',
    exitCode: EXIT.usage,
    message: text(`정산 번호가 아닙니다: ${value}`, `not a settlement id: ${value}`),
    next: ['mts settle list'],
  })
}
