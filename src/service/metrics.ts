/** Meters, the summary of counters, the machine's figures, the queues: numbers, and only numbers, pass. */
import * as z from 'zod/mini'
import { cleanText } from '../core/sanitize.ts'
import type { DeadLetterCounts, Metric, MetricsSummary, SystemInfo } from '../core/service.ts'

const count = z.int().check(z.nonnegative())
const amount = z.number().check(z.nonnegative())

const metricSchema = z.object({
  name: z.string(),
  baseUnit: z.optional(z.nullable(z.string())),
  measurements: z.array(
    z.object({
      statistic: z.string(),
      // How Jackson writes what JSON has no number for: it is left out, never taken for 0.
      value: z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]),
    }),
  ),
  availableTags: z.optional(z.array(z.object({ tag: z.string(), values: z.array(z.string()) }))),
})

/** Undefined for another meter than was asked for, too: then caches or proxies have mixed answers. */
export function interpretMetric(name: string) {
  return (value: unknown): Metric | undefined => {
    const parsed = metricSchema.safeParse(value)
    if (!parsed.success || parsed.data.name !== name) return undefined
    const { baseUnit, measurements, availableTags } = parsed.data
    const statistics = measurements.map(({ statistic }) => statistic)
    if (new Set(statistics).size !== statistics.length) return undefined
    return {
      name,
      baseUnit: baseUnit === undefined || baseUnit === null ? null : cleanText(baseUnit, 40),
      measurements: Object.fromEntries(
        measurements.flatMap(({ statistic, value: measured }) =>
          typeof measured === 'number' ? [[cleanText(statistic, 40), measured] as const] : [],
        ),
      ),
      tags: Object.fromEntries(
        (availableTags ?? []).map(({ tag, values }) => [
          cleanText(tag, 80),
          values.map((item) => cleanText(item, 200)),
        ]),
      ),
    }
  }
}

const namesSchema = z.object({ names: z.array(z.string()) })

export function interpretMetricNames(value: unknown): readonly string[] | undefined {
  const parsed = namesSchema.safeParse(value)
  return parsed.success ? parsed.data.names.map((name) => cleanText(name, 200)) : undefined
}

// avg_settlement_time and total_api_calls are there too, always 0.0: nothing may use them.
const summarySchema = z.object({
  settlement_failure_count: count,
  settlement_success_count: count,
  total_sales_count: count,
  total_sales_amount: amount,
})

export function interpretSummary(value: unknown): MetricsSummary | undefined {
  const parsed = summarySchema.safeParse(value)
  if (!parsed.success) return undefined
  return {
    settlementFailures: parsed.data.settlement_failure_count,
    settlementSuccesses: parsed.data.settlement_success_count,
    sales: parsed.data.total_sales_count,
    salesAmount: parsed.data.total_sales_amount,
  }
}

// `uptime` is left out: it is the time of day, not an uptime.
const systemInfoSchema = z.object({
  jvm_memory_used: amount,
  jvm_memory_max: z.number().check(z.positive()),
  processors: z.int().check(z.positive()),
  java_version: z.string(),
  os_name: z.string(),
})

export function interpretSystemInfo(value: unknown): SystemInfo | undefined {
  const parsed = systemInfoSchema.safeParse(value)
  if (!parsed.success) return undefined
  return {
    heapUsedBytes: parsed.data.jvm_memory_used,
    heapMaxBytes: parsed.data.jvm_memory_max,
    processors: parsed.data.processors,
    javaVersion: cleanText(parsed.data.java_version, 40),
    osName: cleanText(parsed.data.os_name, 40),
  }
}

const deadLettersSchema = z.object({
  'dlq.sales': count,
  'dlq.settlement': count,
  'dlq.notification': count,
})

export function interpretDeadLetters(value: unknown): DeadLetterCounts | undefined {
  const parsed = deadLettersSchema.safeParse(value)
  if (!parsed.success) return undefined
  return {
    sales: parsed.data['dlq.sales'],
    settlement: parsed.data['dlq.settlement'],
    notification: parsed.data['dlq.notification'],
  }
}
