/**
 * One number out of Prometheus, or the reason why there is none. Empty, NaN, infinite, stale and
 * partial are not known: none of them is 0, and none of them passes.
 */
import { durationText } from '../core/duration.ts'
import type { PrometheusReader, QueryAnswer } from '../core/monitoring.ts'
import type { Read } from '../core/read.ts'
import type { RequestOptions } from '../core/service.ts'
import { text } from '../core/text.ts'
import type { Text } from '../core/text.ts'

export type NumberAnswer =
  | { readonly kind: 'known'; readonly value: number; readonly atMs: number }
  | {
      readonly kind: 'unknown'
      readonly why: 'unreachable' | 'empty' | 'not_a_number' | 'stale' | 'partial' | 'ambiguous'
      readonly reason: Text
    }

export interface NumberQuestion {
  readonly expression: string
  /** The series it rests on: their newest sample must not be older than `maxAgeMs` (two scrapes). */
  readonly freshness: { readonly selector: string; readonly maxAgeMs: number }
}

/** Asks for the value and the age of what it rests on at once. */
export async function readNumber(
  prometheus: PrometheusReader,
  { expression, freshness }: NumberQuestion,
  nowMs: number,
  options?: RequestOptions,
): Promise<NumberAnswer> {
  const [value, stamp] = await Promise.all([
    prometheus.query(expression, { ...options, atMs: nowMs }),
    // An instant query reaches back five minutes and then gives its own time: the sample's must be asked for.
    prometheus.query(`max(timestamp(${freshness.selector}))`, { ...options, atMs: nowMs }),
  ])
  const answer = judgeNumber(value)
  if (answer.kind === 'unknown') return answer
  const sampled = judgeNumber(stamp)
  if (sampled.kind === 'unknown') return sampled
  const ageMs = nowMs - sampled.value * 1000
  if (ageMs > freshness.maxAgeMs) {
    const age = durationText(ageMs)
    return {
      kind: 'unknown',
      why: 'stale',
      reason: text(`마지막 수집 ${age.ko} 전`, `the last scrape is ${age.en} old`),
    }
  }
  return { ...answer, atMs: Math.round(sampled.value * 1000) }
}

/** A single finite value, or why there is none. */
export function judgeNumber(read: Read<QueryAnswer>): NumberAnswer {
  if (read.kind === 'unknown') {
    return { kind: 'unknown', why: 'unreachable', reason: read.failure.message }
  }
  if (read.kind === 'absent') return empty()
  const { elements, histograms, warnings } = read.value
  if (warnings.length > 0) {
    const words = warnings[0] ?? ''
    return {
      kind: 'unknown',
      why: 'partial',
      reason: text(`일부만 조회됨: ${words}`, `only a part was read: ${words}`),
    }
  }
  const [first, ...others] = elements
  if (first === undefined && histograms === 0) return empty()
  if (first === undefined || others.length > 0 || histograms > 0) {
    return {
      kind: 'unknown',
      why: 'ambiguous',
      reason: text('값이 하나가 아님', 'more than one value'),
    }
  }
  if (first.value.kind === 'special') {
    const { spelling } = first.value
    return {
      kind: 'unknown',
      why: 'not_a_number',
      reason: text(`계산할 수 없는 값(${spelling})`, `no usable value (${spelling})`),
    }
  }
  return { kind: 'known', value: first.value.value, atMs: first.atMs }
}

function empty(): NumberAnswer {
  return { kind: 'unknown', why: 'empty', reason: text('해당 지표 없음', 'no such series') }
}
