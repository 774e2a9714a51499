/**
 * One number out of Prometheus, or the reason why there is none. Empty, NaN, infinite, stale and
 * partial are not known: none of them is 0, and none of them passes.
 */
import { durationText } from '../core/duration.ts'
import type { PrometheusReader, QueryAnswer } from '../core/monitoring.ts'
import type { NumberAnswer, RowsAnswer } from '../core/over-time.ts'
import type { Read } from '../core/read.ts'
import type { RequestOptions } from '../core/service.ts'
import { text } from '../core/text.ts'

export interface NumberQuestion {
  readonly expression: string
  /** The series it rests on: their newest sample must not be older than `maxAgeMs` (two scrapes). */
  readonly freshness: { readonly selector: string; readonly maxAgeMs: number }
}

type Unknown = Extract<NumberAnswer, { readonly kind: 'unknown' }>

/** Asks for the value and the age of what it rests on at once, both by the server's own clock. */
export async function readNumber(
  prometheus: Pick<PrometheusReader, 'query'>,
  { expression, freshness }: NumberQuestion,
  options?: RequestOptions,
): Promise<NumberAnswer> {
  const [value, sampled] = await Promise.all([
    prometheus.query(expression, options),
    readFreshness(prometheus, freshness, options),
  ])
  const answer = judgeNumber(value)
  if (answer.kind === 'unknown') return answer
  return sampled.kind === 'unknown' ? sampled : { ...answer, atMs: sampled.atMs }
}

/** The same for an expression that gives a number for each of several label sets. */
export async function readRows(
  prometheus: Pick<PrometheusReader, 'query'>,
  { expression, freshness }: NumberQuestion,
  options?: RequestOptions,
): Promise<RowsAnswer> {
  const [read, sampled] = await Promise.all([
    prometheus.query(expression, options),
    readFreshness(prometheus, freshness, options),
  ])
  const refused = refusalOf(read)
  if (refused !== undefined) return refused
  if (sampled.kind === 'unknown') return sampled
  const rows = []
  for (const { labels, value } of read.kind === 'ok' ? read.value.elements : []) {
    if (value.kind === 'special') return notANumber(value.spelling)
    rows.push({ labels, value: value.value })
  }
  return rows.length === 0 ? empty() : { kind: 'known', rows }
}

/** When the newest sample was scraped, or that it is too old. */
export async function readFreshness(
  prometheus: Pick<PrometheusReader, 'query'>,
  { selector, maxAgeMs }: NumberQuestion['freshness'],
  options?: RequestOptions,
): Promise<Unknown | { readonly kind: 'fresh'; readonly atMs: number; readonly ageMs: number }> {
  // An instant query reaches back five minutes and then gives its own time: the sample's must be asked for.
  const sampled = judgeNumber(await prometheus.query(`max(timestamp(${selector}))`, options))
  if (sampled.kind === 'unknown') return sampled
  const atMs = Math.round(sampled.value * 1000)
  // What the answer was evaluated at is the server's clock: ours may be minutes off.
  const ageMs = sampled.atMs - atMs
  if (ageMs <= maxAgeMs) return { kind: 'fresh', atMs, ageMs }
  const age = durationText(ageMs)
  return {
    kind: 'unknown',
    why: 'stale',
    reason: text(`마지막 수집 ${age.ko} 전`, `the last scrape is ${age.en} old`),
  }
}

/** A single finite value, or why there is none. */
export function judgeNumber(read: Read<QueryAnswer>): NumberAnswer {
  const refused = refusalOf(read)
  if (refused !== undefined) return refused
  const [first, ...others] = read.kind === 'ok' ? read.value.elements : []
  if (first === undefined) return empty()
  if (others.length > 0) return ambiguous()
  if (first.value.kind === 'special') return notANumber(first.value.spelling)
  return { kind: 'known', value: first.value.value, atMs: first.atMs }
}

/** Why an answer cannot be used at all, whatever its values; undefined when it can. */
function refusalOf(read: Read<QueryAnswer>): Unknown | undefined {
  if (read.kind === 'unknown') {
    return { kind: 'unknown', why: 'unreachable', reason: read.failure.message }
  }
  if (read.kind === 'absent') return empty()
  if (read.value.histograms > 0) return ambiguous()
  return partialOf(read.value.warnings)
}

export function partialOf(warnings: readonly string[]): Unknown | undefined {
  const [words] = warnings
  if (words === undefined) return undefined
  return {
    kind: 'unknown',
    why: 'partial',
    reason: text(`일부만 조회됨: ${words}`, `only a part was read: ${words}`),
  }
}

function notANumber(spelling: string): Unknown {
  return {
    kind: 'unknown',
    why: 'not_a_number',
    reason: text(`계산할 수 없는 값(${spelling})`, `no usable value (${spelling})`),
  }
}

function ambiguous(): Unknown {
  return {
    kind: 'unknown',
    why: 'ambiguous',
    reason: text('값이 하나가 아님', 'more than one value'),
  }
}

function empty(): Unknown {
  return { kind: 'unknown', why: 'empty', reason: text('해당 지표 없음', 'no such series') }
}
