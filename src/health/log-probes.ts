/**
 * Errors that were logged: in the log file where one is configured, else by the meter, which counts
 * since the process began. What every healthy sale leaves behind on this build is told apart.
 */
import { z } from 'zod'
import { seoulTimeOf } from '../core/dates.ts'
import { durationText } from '../core/duration.ts'
import { text, type Text } from '../core/text.ts'
import type { Observation, OperationContext, ProbeDeclaration } from '../playbook/operation.ts'
import { countOf, nothing, optionsOf, type MeterProbePorts, type Nothing } from './meter-count.ts'
import { failureWords } from './words.ts'

/** ERROR lines of one stretch of the log; counted by `logs/`. */
interface LogErrorCount {
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

export interface LogProbePorts extends MeterProbePorts {
  /** Absent: no log file is configured. */
  readonly countLogErrors?: CountLogErrors
}

/**
 * Each sale leaves a dead letter, and its listener writes seven ERROR lines for it: measured on a
 * healthy build. Only what goes beyond that is worth a look.
 */
const ERRORS_PER_SALE = 7

const meterShape = z.object({
  errors: z.number(),
  sales: z.number(),
  /** Errors beyond what healthy sales leave. */
  beyondNoise: z.number(),
  uptimeMs: z.number(),
})

export function createErrorMeterProbe(ports: LogProbePorts): ProbeDeclaration<Nothing> {
  return {
    id: 'errors.logback',
    title: text('오류 로그 누계', 'errors logged since the start'),
    impact: 'read_only',
    idempotent: true,
    inputs: nothing,
    outputs: meterShape,
    observe: (_input, context) => observeErrorMeter(ports, context),
  }
}

/** ERROR lines by the meter, which counts since the start and knows neither when nor what. */
export async function observeErrorMeter(
  ports: LogProbePorts,
  context: OperationContext,
): Promise<Observation> {
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
      `기동 후 ${up.ko}: 오류 ${errors.value}건 · 평소 잡음(매출당 ${ERRORS_PER_SALE}건) 초과 ${beyondNoise}건`,
      `in ${up.en}: ${errors.value} errors, ${beyondNoise} beyond the usual noise (${ERRORS_PER_SALE} a sale)`,
    ),
    source,
  }
}

const logInput = z.object({ hours: z.int().min(1).max(168).default(24) })
type LogInput = z.output<typeof logInput>

export function createLogProbe(ports: LogProbePorts): ProbeDeclaration<LogInput> {
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
    observe: ({ hours }, context) => observeLog(ports.countLogErrors, hours, context),
  }
}

/** The log file when one is configured: it knows when and who. The meter otherwise. */
export function createRecentErrorsProbe(ports: LogProbePorts): ProbeDeclaration<LogInput> {
  return {
    id: 'errors.recent',
    title: text('최근 오류', 'recent errors'),
    impact: 'read_only',
    idempotent: true,
    inputs: logInput,
    outputs: z.object({ errors: z.number(), beyondNoise: z.number() }),
    observe: ({ hours }, context) =>
      ports.countLogErrors === undefined
        ? observeErrorMeter(ports, context)
        : observeLog(ports.countLogErrors, hours, context),
  }
}

async function observeLog(
  countLogErrors: CountLogErrors | undefined,
  hours: number,
  context: OperationContext,
): Promise<Observation> {
  if (countLogErrors === undefined) {
    return { kind: 'unknown', reason: NO_LOG, source: 'log' }
  }
  const toMs = context.clock.now()
  const result = await countLogErrors(toMs - hours * 3_600_000, toMs, context.signal)
  if (result.kind === 'unknown') return { kind: 'unknown', reason: result.reason, source: 'log' }
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
}

const NO_LOG = text(
  '로그 파일 미설정: 설정 log 또는 MTS_LOG',
  'no log file configured: set log or MTS_LOG',
)

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
