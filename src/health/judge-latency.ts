/** API calls over 3 seconds, with the slowest endpoints by name. */
import { durationText } from '../core/duration.ts'
import { text, type Text } from '../core/text.ts'
import { meterFact } from './fact.ts'
import type { P95 } from './collect-over-time.ts'
import type { Judged } from './health.ts'
import { poolStall } from './judge-dependencies.ts'
import type { HealthSettings, LatencyObservations, PoolObservations } from './observations.ts'

const NAMED_ENDPOINTS = 3

export const BY_PROMETHEUS = 'Prometheus http_server_requests_seconds_bucket'

/**
 * The slowest call is the service's own word for the last two minutes; the 95th percentile tells
 * whether it lasts, and speaks alone where the meters cannot tell.
 */
export function judgeLatency(
  seen: LatencyObservations,
  pool: PoolObservations,
  settings: HealthSettings,
): Judged {
  const byMaximum = judgeMaximum(seen, pool, settings)
  if (seen.p95?.kind !== 'known') return byMaximum
  return withP95(byMaximum, seen.p95.value, {
    line: settings.thresholds.apiTimeMs,
    stalled: poolStall(pool) !== null,
  })
}

function withP95(
  byMaximum: Judged,
  p95: P95,
  { line, stalled }: { readonly line: number; readonly stalled: boolean },
): Judged {
  const words = p95Words(p95)
  const both = `${byMaximum.source}, ${BY_PROMETHEUS}`
  if (byMaximum.status === 'warning' || stalled) {
    return { ...byMaximum, reason: joined(byMaximum.reason, words), source: both }
  }
  if (p95.ms > line) {
    const over = durationText(line)
    return {
      ...byMaximum,
      status: 'warning',
      observed: Math.round(p95.ms),
      reason: text(`${words.ko} · 기준 ${over.ko}`, `${words.en}, line ${over.en}`),
      summary: words,
      source: BY_PROMETHEUS,
    }
  }
  if (byMaximum.status === 'unknown') {
    return {
      ...byMaximum,
      status: 'ok',
      observed: Math.round(p95.ms),
      summary: words,
      source: BY_PROMETHEUS,
    }
  }
  return {
    ...byMaximum,
    summary: byMaximum.observed === 0 ? words : joined(byMaximum.summary, shortP95(p95)),
    source: both,
  }
}

function joined(first: Text | null, second: Text): Text {
  if (first === null) return second
  return text(`${first.ko} · ${second.ko}`, `${first.en} · ${second.en}`)
}

function shortP95({ ms }: P95): Text {
  const words = ms < 100 ? durationText(Math.round(ms)) : seconds(ms)
  return text(`p95 ${words.ko}`, `p95 ${words.en}`)
}

export function p95Words(p95: P95): Text {
  const window = durationText(p95.windowMs)
  const short = shortP95(p95)
  return text(`${short.ko}(최근 ${window.ko})`, `${short.en} (last ${window.en})`)
}

/**
 * The meter's maximum fades over about two minutes and knows only calls that have ended, so threads
 * waiting for a connection are said here too: their calls are not measured yet.
 */
function judgeMaximum(
  seen: LatencyObservations,
  pool: PoolObservations,
  settings: HealthSettings,
): Judged {
  const line = settings.thresholds.apiTimeMs
  const base = { threshold: line, unit: 'ms', source: '/actuator/metrics/http.server.requests' }
  const overall = meterFact(seen.all, 'MAX')
  if (overall.kind === 'unknown') {
    return {
      ...base,
      status: 'unknown',
      observed: null,
      reason: text(`응답시간 ${overall.reason.ko}`, `answer times: ${overall.reason.en}`),
      summary: text('확인 불가', 'not known'),
    }
  }
  const overallMs = overall.value * 1000
  const slow = seen.endpoints
    .flatMap(({ uri, maxMs }) =>
      maxMs.kind === 'known' && maxMs.value > line ? [{ uri, ms: maxMs.value }] : [],
    )
    .sort((left, right) => right.ms - left.ms)
  if (slow[0] !== undefined) {
    const over = durationText(line)
    return {
      ...base,
      status: 'warning',
      observed: Math.round(slow[0].ms),
      reason: text(
        `${over.ko} 초과(최근 2분): ${slowest(slow).ko}`,
        `over ${over.en} in the last 2 min: ${slowest(slow).en}`,
      ),
      summary: maxWords(slow[0].ms),
    }
  }
  if (overallMs > line) return judgeLeftOut(seen, overallMs, base, pool)
  return judgeWithin(overallMs, base, pool)
}

type Base = Pick<Judged, 'threshold' | 'unit' | 'source'>

/** Over the line as a whole, but no endpoint that counts is known to be. */
function judgeLeftOut(
  seen: LatencyObservations,
  overallMs: number,
  base: Base,
  pool: PoolObservations,
): Judged {
  const known = seen.endpoints.flatMap(({ maxMs }) => (maxMs.kind === 'known' ? [maxMs.value] : []))
  const listed = seen.all.kind === 'ok' && (seen.all.value.tags['uri'] ?? []).length > 0
  if (!listed || known.length < seen.endpoints.length) {
    const most = durationText(overallMs)
    return {
      ...base,
      status: 'unknown',
      observed: null,
      reason: text(
        `최대 ${most.ko}, 어느 API인지 확인 불가`,
        `slowest call ${most.en}, its endpoint is not known`,
      ),
      summary: maxWords(overallMs),
    }
  }
  const within = judgeWithin(Math.max(0, ...known), base, pool)
  return within.status === 'ok'
    ? {
        ...within,
        reason: text(
          '점검 요청과 정산 실행은 제외',
          'probing and the settlement requests are left out',
        ),
      }
    : within
}

function judgeWithin(maxMs: number, base: Base, pool: PoolObservations): Judged {
  const stall = poolStall(pool)
  const measured = { ...base, observed: Math.round(maxMs), summary: maxWords(maxMs) }
  if (stall === null) return { ...measured, status: 'ok', reason: null }
  return {
    ...measured,
    status: 'unknown',
    reason: text(
      `끝난 요청만 측정됨(최대 ${durationText(maxMs).ko}): ${stall.ko}`,
      `only ended requests are measured (slowest ${durationText(maxMs).en}): ${stall.en}`,
    ),
  }
}

function maxWords(ms: number): Text {
  if (ms === 0) return text('최근 2분 요청 없음', 'no call in the last 2 min')
  const words = ms < 100 ? durationText(Math.round(ms)) : seconds(ms)
  return text(`최대 ${words.ko}`, `slowest ${words.en}`)
}

function seconds(ms: number): Text {
  const value = (ms / 1000).toFixed(1)
  return text(`${value}초`, `${value} s`)
}

function slowest(slow: readonly { readonly uri: string; readonly ms: number }[]): Text {
  const named = slow.slice(0, NAMED_ENDPOINTS)
  const rest = slow.length - named.length
  const list = (unit: string): string =>
    named.map(({ uri, ms }) => `${uri} ${(ms / 1000).toFixed(1)}${unit}`).join(', ')
  return text(
    `${list('초')}${rest === 0 ? '' : ` 외 ${rest}개`}`,
    `${list(' s')}${rest === 0 ? '' : ` and ${rest} more`}`,
  )
}
