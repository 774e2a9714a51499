/**
 * What playbooks and checklists may ask about settlements. Read-only; a record or a day of sales
 * that cannot be read is unknown, never absent and never zero.
 */
import { z } from 'zod'
import {
  dueSettlementDate,
  isoSeoul,
  koreanDate,
  seoulTimeOf,
  shortDate,
  type SeoulDate,
} from '../core/dates.ts'
import { durationText } from '../core/duration.ts'
import { groupedWon } from '../core/money.ts'
import type { RequestOptions, ServiceReader, SettlementRecord } from '../core/service.ts'
import type { Settings } from '../core/settings.ts'
import { text, type Text } from '../core/text.ts'
import type { Observation, OperationContext, ProbeDeclaration } from '../playbook/operation.ts'
import { seoulDateSchema } from './actions.ts'
import { classifySettlement, SETTLEMENT_CLASSES } from './classify.ts'
import { judgeTotals } from './conservation.ts'
import { recordFactOf, type RecordFact } from './facts.ts'
import { nextPayoutDeadline } from './payout-deadline.ts'
import { readSalesOfDay } from './sales-of-day.ts'

export interface SettlementProbePorts {
  readonly reader: ServiceReader
  readonly settings: Pick<
    Settings,
    'stores' | 'batch' | 'payoutDeadline' | 'holidays' | 'timeoutMs'
  >
}

const recordShape = z.object({
  id: z.number(),
  date: z.string(),
  status: z.string(),
  totalAmount: z.string(),
  totalFee: z.string(),
  netAmount: z.string(),
  transactionCount: z.number(),
  note: z.string().nullable(),
  createdAt: z.string().nullable(),
  completedAt: z.string().nullable(),
  holdsSales: z.enum(['yes', 'no', 'unknown']),
  bodyIntact: z.boolean(),
})

const totalsShape = z.object({
  count: z.number(),
  amount: z.string(),
  fee: z.string(),
  net: z.string(),
})

export const optionalDate = z.object({ date: seoulDateSchema.optional() })
export type DateInput = z.output<typeof optionalDate>

export type SettlementProbe = ProbeDeclaration<DateInput>

export function createSettlementProbes(ports: SettlementProbePorts): readonly SettlementProbe[] {
  return [dueProbe(ports), recordProbe(ports), conservationProbe(ports), deadlineProbe(ports)]
}

function dueProbe(ports: SettlementProbePorts): SettlementProbe {
  return {
    id: 'settlement.due',
    title: text('정산 상태 분류', 'the state of a settlement'),
    impact: 'read_only',
    idempotent: true,
    inputs: optionalDate,
    outputs: z.object({
      date: z.string(),
      class: z.enum(SETTLEMENT_CLASSES),
      record: recordShape.nullable(),
      sales: totalsShape.nullable(),
      late: z.object({ count: z.number(), amount: z.string(), stores: z.array(z.string()) }),
    }),
    async observe(input, context) {
      const date = dateOf(ports, input, context)
      const source = `/api/settlements/date/${date}`
      const options = optionsOf(ports, context)
      const [sales, read, exists] = await Promise.all([
        readSalesOfDay(ports.reader, ports.settings.stores, date, options),
        ports.reader.settlementOnDate(date, options),
        ports.reader.settlementExists(date, options),
      ])
      const fact = recordFactOf(read)
      if (fact.kind === 'unknown') return unreadable(fact, source)
      const found = classifySettlement(fact, exists.kind === 'ok' ? exists.value : 'unknown', sales)
      return {
        kind: 'observed',
        value: {
          date,
          class: found.class,
          record: fact.kind === 'record' ? fact.record : null,
          sales: sales.kind === 'known' ? sales.completed : null,
          late: found.late,
        },
        summary: dated(date, found.summary),
        source,
      }
    },
  }
}

function recordProbe(ports: SettlementProbePorts): SettlementProbe {
  return {
    id: 'settlement.record',
    title: text('정산 기록', 'the settlement of a date'),
    impact: 'read_only',
    idempotent: true,
    inputs: optionalDate,
    outputs: z.object({ date: z.string(), exists: z.boolean(), record: recordShape.nullable() }),
    async observe(input, context) {
      const date = dateOf(ports, input, context)
      const source = `/api/settlements/date/${date}`
      const options = optionsOf(ports, context)
      const [read, exists] = await Promise.all([
        ports.reader.settlementOnDate(date, options),
        ports.reader.settlementExists(date, options),
      ])
      const fact = recordFactOf(read)
      if (fact.kind === 'unknown') return unreadable(fact, source)
      if (fact.kind === 'record') {
        return {
          kind: 'observed',
          value: { date, exists: true, record: fact.record },
          summary: dated(date, recordWords(fact.record)),
          source,
        }
      }
      // A bare 404 proves nothing: only the service's own `false` does.
      if (exists.kind !== 'ok' || exists.value) {
        return {
          kind: 'unknown',
          reason: text('정산 기록 유무 확인 불가', 'whether there is a record is not known'),
          source: `/api/settlements/check/${date}`,
        }
      }
      return {
        kind: 'observed',
        value: { date, exists: false, record: null },
        summary: dated(date, text('정산 기록 없음', 'no record')),
        source,
      }
    },
  }
}

function conservationProbe(ports: SettlementProbePorts): SettlementProbe {
  return {
    id: 'settlement.conservation',
    title: text('정산과 매출 대사', 'the settlement against the sales'),
    impact: 'read_only',
    idempotent: true,
    inputs: optionalDate,
    outputs: z.object({
      date: z.string(),
      status: z.enum(['equal', 'different', 'no_record', 'not_checked']),
      settled: totalsShape.nullable(),
      sales: totalsShape.nullable(),
    }),
    async observe(input, context) {
      const date = dateOf(ports, input, context)
      const source = `/api/v1/sales, /api/settlements/date/${date}`
      const options = optionsOf(ports, context)
      const [sales, read] = await Promise.all([
        readSalesOfDay(ports.reader, ports.settings.stores, date, options),
        ports.reader.settlementOnDate(date, options),
      ])
      const fact = recordFactOf(read)
      if (fact.kind === 'unknown') return unreadable(fact, source)
      if (sales.kind === 'unknown') return { kind: 'unknown', reason: sales.reason, source }
      const settled = fact.kind === 'record' ? settledTotals(fact.record) : null
      const observed = (status: string, summary: Text): Observation => ({
        kind: 'observed',
        value: { date, status, settled, sales: sales.kind === 'known' ? sales.completed : null },
        summary,
        source,
      })
      if (sales.kind === 'not_checked') return observed('not_checked', sales.reason)
      const ofSales = totalsWords(sales.completed)
      if (fact.kind !== 'record') {
        return observed(
          'no_record',
          text(`매출 ${ofSales.ko} · 정산 기록 없음`, `sales ${ofSales.en}; no record`),
        )
      }
      if (fact.record.status !== 'COMPLETED' && fact.record.transactionCount === 0) {
        const { count, amount } = sales.completed
        return observed(
          'different',
          text(
            `정산 0건 · 그날 매출 ${count}건 ${groupedWon(amount)}원`,
            `nothing settled; the day has ${count} sales, ${groupedWon(amount)} won`,
          ),
        )
      }
      const [difference] = judgeTotals(fact.record, sales.completed)
      if (difference !== undefined) return observed('different', difference.message)
      return observed(
        'equal',
        text(`정산 = 매출: ${ofSales.ko}`, `settlement = sales: ${ofSales.en}`),
      )
    },
  }
}

function deadlineProbe(ports: SettlementProbePorts): SettlementProbe {
  return {
    id: 'settlement.deadline',
    title: text('지급 마감까지 남은 시간', 'time until the payout deadline'),
    impact: 'read_only',
    idempotent: true,
    inputs: z.object({}),
    outputs: z.object({
      at: z.string(),
      dueAt: z.string(),
      remainingMs: z.number(),
      passedToday: z.boolean(),
    }),
    async observe(_input, context) {
      const { payoutDeadline: at, holidays } = ports.settings
      const source = 'payoutDeadline'
      const next =
        at === undefined ? undefined : nextPayoutDeadline(context.clock.now(), at, holidays)
      if (at === undefined || next === undefined) {
        return {
          kind: 'unknown',
          reason: text(
            '지급 마감 미설정: 설정 payoutDeadline(HH:MM)에 적으면 남은 시간이 표시됩니다',
            'no payout deadline configured: set payoutDeadline (HH:MM) to see the time left',
          ),
          source,
        }
      }
      const left = durationText(next.remainingMs)
      const due = koreanDate(isoSeoul(next.nextMs).slice(0, 10))
      return {
        kind: 'observed',
        value: {
          at,
          dueAt: isoSeoul(next.nextMs),
          remainingMs: next.remainingMs,
          passedToday: next.passedToday,
        },
        summary: next.passedToday
          ? text(
              `오늘 지급 마감 ${at} 지남 · 다음 마감 ${due} ${at}까지 ${left.ko}`,
              `today's payout deadline ${at} is over; ${left.en} until the next`,
            )
          : text(
              `지급 마감 ${due} ${seoulTimeOf(next.nextMs)}까지 ${left.ko}`,
              `${left.en} until the payout deadline ${isoSeoul(next.nextMs).slice(0, 16)}`,
            ),
        source,
      }
    },
  }
}

export function dateOf(
  ports: SettlementProbePorts,
  input: DateInput,
  context: OperationContext,
): SeoulDate {
  return input.date ?? dueSettlementDate(context.clock.now(), ports.settings.batch)
}

export function optionsOf(ports: SettlementProbePorts, context: OperationContext): RequestOptions {
  const { timeoutMs } = ports.settings
  return { signal: context.signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) }
}

export function unreadable(fact: RecordFact & { kind: 'unknown' }, source: string): Observation {
  const why = fact.failure?.message ?? text('응답을 읽을 수 없음', 'the answer cannot be read')
  return {
    kind: 'unknown',
    reason: text(`정산 기록 조회 실패 · ${why.ko}`, `the settlement could not be read: ${why.en}`),
    source,
  }
}

function settledTotals(record: SettlementRecord): z.output<typeof totalsShape> {
  return {
    count: record.transactionCount,
    amount: record.totalAmount,
    fee: record.totalFee,
    net: record.netAmount,
  }
}

function totalsWords(totals: { count: number; amount: string; fee: string; net: string }): Text {
  const [amount, fee, net] = [totals.amount, totals.fee, totals.net].map(groupedWon)
  return text(
    `${totals.count}건 ${amount}원 · 수수료 ${fee}원 · 지급액 ${net}원`,
    `${totals.count} sales, ${amount} won, fee ${fee}, net ${net}`,
  )
}

function recordWords(record: SettlementRecord): Text {
  const amount = groupedWon(record.totalAmount)
  const net = groupedWon(record.netAmount)
  return text(
    `#${record.id} ${record.status} · ${record.transactionCount}건 ${amount}원 · 지급액 ${net}원`,
    `#${record.id} ${record.status}; ${record.transactionCount} sales, ${amount} won, net ${net}`,
  )
}

export function dated(date: SeoulDate, words: Text): Text {
  return text(`${shortDate(date)} ${words.ko}`, `${date} ${words.en}`)
}
