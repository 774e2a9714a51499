/**
 * Probes over the service's meters and its log. Counters count since the process began, and the
 * words say so. A meter that is not there is unknown, except where its absence is itself a fact.
 */
import { z } from 'zod'
import { durationText } from '../core/duration.ts'
import { seoulTimeOf } from '../core/dates.ts'
import { groupedWon, wonOfNumber } from '../core/money.ts'
import type { Read } from '../core/read.ts'
import type { Metric, RequestOptions, ServiceReader } from '../core/service.ts'
import { text, type Text } from '../core/text.ts'
import type { Observation, OperationContext, ProbeDeclaration } from '../playbook/operation.ts'
import { askEach } from './asker.ts'
import { failureWords } from './words.ts'

/** ERROR lines of one stretch of the log; counted by `logs/`. */
export interface LogErrorCount {
  readonly errors: number
  /** ERROR lines that every healthy sale leaves on this build (its dead-letter listener). */
  readonly noise: number
  /** First and last ERROR that is no noise, ms since the epoch. */
  readonly firstMs?: number
  readonly lastMs?: number
  /** Most frequent loggers among the rest. */
  readonly loggers: readonly { readonly logger: string; readonly count: number }[]
  /** The log begins after the window does, so that the count is a lower bound. */
  readonly partial: boolean
}

export type CountLogErrors = (
  fromMs: number,
  toMs: number,
  signal: AbortSignal,
) => Promise<
  | { readonly kind: 'counted'; readonly count: LogErrorCount; readonly file: string }
  | { readonly kind: 'unknown'; readonly reason: Text }
>

export interface MeterProbePorts {
  readonly reader: ServiceReader
  readonly timeoutMs?: number
  /** Absent: no log file is configured. */
  readonly countLogErrors?: CountLogErrors
}

type Nothing = Record<string, never>
const nothing = z.object({}) as z.ZodType<Nothing>

/**
 * Each sale leaves a dead letter, and its listener writes seven ERROR lines for it: measured on a
 * healthy build. Only what goes beyond that is worth a look.
 */
const ERRORS_PER_SALE = 7

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

export function createErrorMeterProbe(ports: MeterProbePorts): ProbeDeclaration<Nothing> {
  return {
    id: 'errors.logback',
    title: text('오류 로그 누계', 'errors logged since the start'),
    impact: 'read_only',
    idempotent: true,
    inputs: nothing,
    outputs: z.object({
      errors: z.number(),
      sales: z.number(),
      /** Errors beyond what healthy sales leave. */
      beyondNoise: z.number(),
      uptimeMs: z.number(),
    }),
    async observe(_input, context) {
      const source = '/actuator/metrics/logback.events'
      const options = optionsOf(ports, context)
      const [errors, summary, uptime] = await Promise.all([
        countOf(ports.reader, 'logback.events', { level: 'error' }, options),
        ports.reader.metricsSummary(options),
        ports.reader.metric('process.uptime', undefined, options),
      ])
      if (errors.kind === 'unknown') return { kind: 'unknown', reason: errors.reason, source }
      if (summary.kind !== 'ok') return { kind: 'unknown', reason: failureWords(summary), source }
      const uptimeSeconds = uptime.kind === 'ok' ? uptime.value.measurements['VALUE'] : undefined
      if (uptimeSeconds === undefined) {
        return { kind: 'unknown', reason: text('가동 시간 없음', 'no uptime'), source }
      }
      const { sales } = summary.value
      const beyondNoise = Math.max(0, errors.value - sales * ERRORS_PER_SALE)
      const up = durationText(uptimeSeconds * 1000)
      return {
        kind: 'observed',
        value: { errors: errors.value, sales, beyondNoise, uptimeMs: uptimeSeconds * 1000 },
        summary: text(
          `기동 후 ${up.ko}: 오류 ${errors.value}건, 평소 잡음(매출당 ${ERRORS_PER_SALE}건) 초과 ${beyondNoise}건`,
          `in ${up.en}: ${errors.value} errors, ${beyondNoise} beyond the usual noise (${ERRORS_PER_SALE} a sale)`,
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
    }),
    async observe(_input, context) {
      const source = '/actuator/metrics/http.server.requests'
      const options = optionsOf(ports, context)
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
      let requests = 0
      let serverErrors = 0
      const worst: { uri: string; requests: number; serverErrors: number }[] = []
      for (const row of rows) {
        if (row.requests.kind === 'unknown') {
          return { kind: 'unknown', reason: row.requests.reason, source }
        }
        if (row.errors.kind === 'unknown') {
          return { kind: 'unknown', reason: row.errors.reason, source }
        }
        requests += row.requests.value
        serverErrors += row.errors.value
        if (row.errors.value > 0) {
          worst.push({
            uri: row.uri,
            requests: row.requests.value,
            serverErrors: row.errors.value,
          })
        }
      }
      if (requests === 0) {
        const reason = text('기동 후 업무 요청 없음', 'no business request since the start')
        return { kind: 'unknown', reason, source }
      }
      worst.sort((left, right) => right.serverErrors - left.serverErrors)
      return {
        kind: 'observed',
        value: {
          requests,
          serverErrors,
          percent: ((requests - serverErrors) / requests) * 100,
          worst: worst.slice(0, 5),
        },
        summary: answerRateWords(requests, serverErrors, worst[0]),
        source,
      }
    },
  }
}

function answerRateWords(
  requests: number,
  serverErrors: number,
  worst: { readonly uri: string; readonly serverErrors: number } | undefined,
): Text {
  const percent = (((requests - serverErrors) / requests) * 100).toFixed(1)
  const tail =
    worst === undefined
      ? text('', '')
      : text(
          ` · 최다 ${worst.uri} ${worst.serverErrors}건`,
          `; most at ${worst.uri} (${worst.serverErrors})`,
        )
  return text(
    `기동 후 ${percent}%(요청 ${requests}건 중 5xx ${serverErrors}건)${tail.ko}`,
    `${percent} % since the start (${serverErrors} 5xx in ${requests})${tail.en}`,
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

const logInput = z.object({ hours: z.int().min(1).max(168).default(24) })

export function createLogProbe(
  ports: MeterProbePorts,
): ProbeDeclaration<z.output<typeof logInput>> {
  return {
    id: 'log.errors',
    title: text('로그 파일의 오류', 'errors in the log file'),
    impact: 'read_only',
    idempotent: true,
    inputs: logInput,
    outputs: z.object({
      errors: z.number(),
      noise: z.number(),
      beyondNoise: z.number(),
      partial: z.boolean(),
      loggers: z.array(z.object({ logger: z.string(), count: z.number() })),
    }),
    async observe({ hours }, context): Promise<Observation> {
      const toMs = context.clock.now()
      const result = await ports.countLogErrors(toMs - hours * 3_600_000, toMs, context.signal)
      if (result.kind === 'unknown') {
        return { kind: 'unknown', reason: result.reason, source: 'log' }
      }
      const { count } = result
      const beyondNoise = count.errors - count.noise
      return {
        kind: 'observed',
        value: {
          errors: count.errors,
          noise: count.noise,
          beyondNoise,
          partial: count.partial,
          loggers: count.loggers,
        },
        summary: logWords(count, beyondNoise, hours),
        source: result.file,
      }
    },
  }
}

function logWords(count: LogErrorCount, beyondNoise: number, hours: number): Text {
  const [top] = count.loggers
  const partial = count.partial
    ? text(' · 로그가 그보다 짧음', '; the log is shorter than that')
    : text('', '')
  if (beyondNoise === 0 || top === undefined) {
    return text(
      `최근 ${hours}시간 오류 0건(평소 잡음 ${count.noise}건 제외)${partial.ko}`,
      `no error in ${hours} h (${count.noise} of the usual noise left out)${partial.en}`,
    )
  }
  const span =
    count.firstMs === undefined || count.lastMs === undefined
      ? ''
      : `(${seoulTimeOf(count.firstMs)}–${seoulTimeOf(count.lastMs)})`
  return text(
    `최근 ${hours}시간 오류 ${beyondNoise}건${span} · 최다 ${top.logger} ${top.count}건${partial.ko}`,
    `${beyondNoise} errors in ${hours} h ${span}; most from ${top.logger} (${top.count})${partial.en}`,
  )
}

type Count =
  | { readonly kind: 'known'; readonly value: number }
  | { readonly kind: 'unknown'; readonly reason: Text }

/** A tag value appears only after its first event: 404 means 0, provided that the meter itself is there. */
async function countOf(
  reader: ServiceReader,
  name: string,
  tags: Readonly<Record<string, string>>,
  options: RequestOptions,
): Promise<Count> {
  const tagged = await reader.metric(name, tags, options)
  if (tagged.kind !== 'absent') return countIn(tagged)
  const whole = await reader.metric(name, undefined, options)
  if (whole.kind !== 'ok') return { kind: 'unknown', reason: failureWords(whole) }
  return { kind: 'known', value: 0 }
}

function countIn(read: Exclude<Read<Metric>, { kind: 'absent' }>): Count {
  if (read.kind === 'unknown') return { kind: 'unknown', reason: failureWords(read) }
  const value = read.value.measurements['COUNT']
  return value === undefined || !Number.isFinite(value) || value < 0
    ? {
        kind: 'unknown',
        reason: text(`${read.value.name} 값 없음`, `no value for ${read.value.name}`),
      }
    : { kind: 'known', value }
}

function optionsOf(ports: MeterProbePorts, context: OperationContext): RequestOptions {
  return {
    signal: context.signal,
    ...(ports.timeoutMs === undefined ? {} : { timeoutMs: ports.timeoutMs }),
  }
}
