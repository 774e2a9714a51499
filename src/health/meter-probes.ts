/** Probes over the service's meters. Counters count since the process began, and the words say so. */
import { z } from 'zod'
import { groupedWon, wonOfNumber } from '../core/money.ts'
import { text, type Text } from '../core/text.ts'
import type { Observation, ProbeDeclaration } from '../playbook/operation.ts'
import { askEach } from './asker.ts'
import { countOf, nothing, optionsOf, type MeterProbePorts, type Nothing } from './meter-count.ts'
import {
  SCRAPED_REQUESTS,
  SPAN_WORDS,
  askPrometheus,
  requestsOfLastHour,
  type RequestCount,
} from './scraped-requests.ts'
import { failureWords } from './words.ts'

export function createSummaryProbe(ports: MeterProbePorts): ProbeDeclaration<Nothing> {
  return {
    id: 'metrics.summary',
    title: text('매출·정산 누계', 'sales and settlements since the start'),
    impact: 'read_only',
    idempotent: true,
    inputs: nothing,
    outputs: z.object({
      settlementFailures: z.number(),
      settlementSuccesses: z.number(),
      sales: z.number(),
      salesAmount: z.number(),
    }),
    async observe(_input, context) {
      const source = '/api/monitoring/metrics/summary'
      const read = await ports.reader.metricsSummary(optionsOf(ports, context))
      if (read.kind !== 'ok') return { kind: 'unknown', reason: failureWords(read), source }
      const { settlementFailures, settlementSuccesses, sales, salesAmount } = read.value
      const amount = wonOfNumber(salesAmount)
      const money = amount === undefined ? '?' : groupedWon(amount)
      return {
        kind: 'observed',
        value: { settlementFailures, settlementSuccesses, sales, salesAmount },
        summary: text(
          `기동 후 매출 ${sales}건 ${money}원 · 정산 성공 ${settlementSuccesses}, 실패 ${settlementFailures}`,
          `since the start ${sales} sales, ${money} won; settlements ${settlementSuccesses} good, ${settlementFailures} failed`,
        ),
        source,
      }
    },
  }
}

/** Endpoints that are looked at one by one; the rest is only in the total. */
const MAX_ENDPOINTS = 20

export function createAnswerRateProbe(ports: MeterProbePorts): ProbeDeclaration<Nothing> {
  return {
    id: 'http.answerRate',
    title: text('API 응답률', 'share of answers without a server error'),
    impact: 'read_only',
    idempotent: true,
    inputs: nothing,
    outputs: z.object({
      requests: z.number(),
      serverErrors: z.number(),
      /** Answers without a server error, percent. */
      percent: z.number(),
      worst: z.array(z.object({ uri: z.string(), requests: z.number(), serverErrors: z.number() })),
      /** What was counted: the last hour by Prometheus, or since the service began. */
      span: z.enum(['hour', 'start']).optional(),
    }),
    async observe(_input, context) {
      const source = '/actuator/metrics/http.server.requests'
      const options = optionsOf(ports, context)
      const hour = await askPrometheus(ports.withOverTime, (overTime) =>
        requestsOfLastHour(overTime, 'uri!~"/actuator.*"', options),
      )
      const lately = hour.kind === 'known' ? answerRates(byUri(hour.value)) : undefined
      if (lately !== undefined) return answered(lately, 'hour', SCRAPED_REQUESTS)
      const all = await ports.reader.metric('http.server.requests', undefined, options)
      if (all.kind !== 'ok') return { kind: 'unknown', reason: failureWords(all), source }
      const uris = (all.value.tags['uri'] ?? []).filter((uri) => !uri.startsWith('/actuator'))
      if (uris.length === 0) {
        const reason = text('기동 후 업무 요청 없음', 'no business request since the start')
        return { kind: 'unknown', reason, source }
      }
      const rows = await askEach(uris.slice(0, MAX_ENDPOINTS), 6, async (uri) => ({
        uri,
        requests: await countOf(ports.reader, 'http.server.requests', { uri }, options),
        errors: await countOf(
          ports.reader,
          'http.server.requests',
          { uri, outcome: 'SERVER_ERROR' },
          options,
        ),
      }))
      const counted: UriCount[] = []
      for (const { uri, requests, errors } of rows) {
        if (requests.kind === 'unknown') return { kind: 'unknown', reason: requests.reason, source }
        if (errors.kind === 'unknown') return { kind: 'unknown', reason: errors.reason, source }
        counted.push({ uri, requests: requests.value, serverErrors: errors.value })
      }
      const rates = answerRates(counted)
      if (rates !== undefined) return answered(rates, 'start', source)
      const reason = text('기동 후 업무 요청 없음', 'no business request since the start')
      return { kind: 'unknown', reason, source }
    },
  }
}

interface UriCount {
  readonly uri: string
  readonly requests: number
  readonly serverErrors: number
}

interface AnswerRates {
  readonly requests: number
  readonly serverErrors: number
  /** Those with errors, most of them first. */
  readonly worst: readonly UriCount[]
}

function byUri(counts: readonly RequestCount[]): readonly UriCount[] {
  const uris = new Map<string, UriCount>()
  for (const { uri, outcome, count } of counts) {
    const before = uris.get(uri) ?? { uri, requests: 0, serverErrors: 0 }
    uris.set(uri, {
      uri,
      requests: before.requests + count,
      serverErrors: before.serverErrors + (outcome === 'SERVER_ERROR' ? count : 0),
    })
  }
  return [...uris.values()]
}

/** Undefined without a request: nothing divided by nothing is no rate. */
function answerRates(counted: readonly UriCount[]): AnswerRates | undefined {
  const requests = counted.reduce((sum, row) => sum + row.requests, 0)
  if (requests === 0) return undefined
  return {
    requests,
    serverErrors: counted.reduce((sum, row) => sum + row.serverErrors, 0),
    worst: counted
      .filter(({ serverErrors }) => serverErrors > 0)
      .toSorted((left, right) => right.serverErrors - left.serverErrors),
  }
}

function answered(rates: AnswerRates, span: 'hour' | 'start', source: string): Observation {
  const { requests, serverErrors, worst } = rates
  const percent = ((requests - serverErrors) / requests) * 100
  return {
    kind: 'observed',
    value: { requests, serverErrors, percent, worst: worst.slice(0, 5), span },
    summary: answerRateWords(rates, span),
    source,
  }
}

function answerRateWords(
  { requests, serverErrors, worst: [worst] }: AnswerRates,
  span: 'hour' | 'start',
): Text {
  // Rounded down: an error in ten thousand is not 100 %.
  const percent = (Math.floor(((requests - serverErrors) / requests) * 10_000) / 100).toFixed(2)
  const tail =
    worst === undefined
      ? text('', '')
      : text(
          ` · 최다 ${worst.uri} ${worst.serverErrors}건`,
          `; most at ${worst.uri} (${worst.serverErrors})`,
        )
  return text(
    `${SPAN_WORDS[span].ko} ${percent}%(요청 ${requests}건 중 5xx ${serverErrors}건)${tail.ko}`,
    `${percent} % ${SPAN_WORDS[span].en} (${serverErrors} 5xx in ${requests})${tail.en}`,
  )
}

export function createDeadLetterProbe(ports: MeterProbePorts): ProbeDeclaration<Nothing> {
  return {
    id: 'dead-letters.counts',
    title: text('처리 실패 메시지(DLQ)', 'dead letters'),
    impact: 'read_only',
    idempotent: true,
    inputs: nothing,
    outputs: z.object({
      sales: z.number(),
      settlement: z.number(),
      notification: z.number(),
      waiting: z.number(),
    }),
    async observe(_input, context) {
      const source = '/api/dlq/counts'
      const read = await ports.reader.deadLetterCounts(optionsOf(ports, context))
      if (read.kind !== 'ok') return { kind: 'unknown', reason: failureWords(read), source }
      const { sales, settlement, notification } = read.value
      const waiting = sales + settlement + notification
      return {
        kind: 'observed',
        value: { sales, settlement, notification, waiting },
        summary: text(
          `대기 ${waiting}건(매출 ${sales}, 정산 ${settlement}, 알림 ${notification}) · 0건이어도 유실이 없다는 뜻은 아님`,
          `${waiting} waiting (sales ${sales}, settlement ${settlement}, notification ${notification}); 0 does not mean that nothing was lost`,
        ),
        source,
      }
    },
  }
}
