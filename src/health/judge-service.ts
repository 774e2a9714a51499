/** The service itself: does it answer, and is what ails it its own or a dependency's. */
import { durationText } from '../core/duration.ts'
import type { FailureKind, Read } from '../core/read.ts'
import type { HealthReport } from '../core/service.ts'
import { text, type Text } from '../core/text.ts'
import type { Status } from '../core/verdict.ts'
import type { Judged } from './health.ts'
import { componentOf, judgeComponent, statusOf } from './judge-component.ts'
import { COMPONENTS, type HealthObservations } from './observations.ts'
import { failureWords } from './words.ts'

/** From here on a difference between the two clocks is worth a word, ms. */
const CLOCK_APART_MS = 60_000

interface Finding {
  readonly status: Status
  readonly reason: Text | null
  readonly observed: string | Text
}

export function judgeService(seen: HealthObservations): Judged {
  const { whole } = seen.components
  const told = whole.kind === 'ok' ? judgeReport(seen, whole.value) : judgeSilence(seen, whole)
  const finding = seen.unauthorized && told.status !== 'critical' ? lockedOut(seen) : told
  const ping = seen.components.own.ping
  const latencyMs =
    whole.kind === 'ok'
      ? whole.meta.latencyMs
      : ping?.kind === 'ok'
        ? ping.meta.latencyMs
        : undefined
  return {
    status: finding.status,
    observed: finding.observed,
    threshold: 'UP',
    unit: null,
    reason: finding.reason ?? clockWords(seen.clockOffsetMs),
    summary:
      latencyMs === undefined
        ? text('응답함', 'answers')
        : text(`${Math.round(latencyMs)}ms`, `${Math.round(latencyMs)} ms`),
    source: '/actuator/health',
    ...(latencyMs === undefined ? {} : { latencyMs: Math.round(latencyMs) }),
  }
}

function judgeReport(seen: HealthObservations, report: HealthReport): Finding {
  const observed = report.status
  const names = Object.keys(report.components)
  const bad = names.filter((name) => report.components[name]?.status !== 'UP')
  if (observed === 'UP' && bad.length === 0) return { status: 'ok', reason: null, observed }

  if (bad.includes('ping') || bad.length === 0) {
    const hidden = names.length === 0
    return {
      status: statusOf(observed === 'UP' ? 'DOWN' : observed),
      observed,
      reason: hidden
        ? text(
            `서비스가 ${observed}라고 답함, 원인은 숨김: management.endpoint.health.show-details=always 필요`,
            `the service says ${observed} and hides why: set management.endpoint.health.show-details=always`,
          )
        : text(`서비스가 ${observed}라고 답함`, `the service says ${observed}`),
    }
  }
  // Dependencies have checks of their own; what has none would go unseen if it were not said here.
  const unseen = bad.filter((name) => !hasOwnCheck(name, seen))
  if (unseen.length === 0) {
    return {
      status: 'ok',
      observed,
      reason: text(
        `연동 장애로 ${observed} 응답`,
        `answers ${observed} because of its dependencies`,
      ),
    }
  }
  const list = unseen.map((name) => `${name} ${report.components[name]?.status ?? ''}`).join(', ')
  const onlyUnknown = unseen.every((name) => report.components[name]?.status === 'UNKNOWN')
  return {
    status: onlyUnknown ? 'unknown' : 'warning',
    observed,
    reason: text(`점검 항목에 없는 구성요소: ${list}`, `components without a check: ${list}`),
  }
}

function hasOwnCheck(name: string, seen: HealthObservations): boolean {
  if (name === 'diskSpace') return seen.level === 3
  return (COMPONENTS as readonly string[]).includes(name)
}

/** The whole health gave no report: why, and does anything else of the service answer. */
function judgeSilence(
  seen: HealthObservations,
  whole: Exclude<Read<HealthReport>, { kind: 'ok' }>,
): Finding {
  const words = failureWords(whole)
  if (whole.kind === 'absent') {
    return {
      status: 'unknown',
      observed: text('확인 불가', 'not known'),
      reason: text(
        '/actuator/health 없음(404): 이 주소가 맞는지 확인하세요',
        'no /actuator/health (404): check that this is the right url',
      ),
    }
  }
  const { kind, httpStatus } = whole.failure
  if (kind === 'timeout') return judgeHang(seen, whole.latencyMs)
  if (kind === 'unauthorized') return lockedOut(seen)
  const gateway = kind === 'foreign' && [502, 503, 504].includes(httpStatus ?? 0)
  if (kind === 'foreign' && !gateway) {
    return {
      status: 'unknown',
      observed: words,
      reason: text(
        `${words.ko}: 이 주소는 mini-today-sales가 아닐 수 있음`,
        `${words.en}: mini-today-sales may not be behind this url`,
      ),
    }
  }
  return judgeBroken(seen, kind, gateway, words)
}

/** What is behind a closed door is not known; what opens it is. */
function lockedOut(seen: HealthObservations): Finding {
  const { whole } = seen.components
  const closed = whole.kind === 'unknown' && whole.failure.kind === 'unauthorized'
  const words = closed ? failureWords(whole) : text('일부 요청 인증 거부', 'some requests refused')
  return {
    status: 'unknown',
    observed: words,
    reason: text(
      `${words.ko}: token(MTS_TOKEN) 또는 headers(MTS_HEADERS) 설정을 확인하세요`,
      `${words.en}: check the setting token (MTS_TOKEN) or headers (MTS_HEADERS)`,
    ),
  }
}

function judgeBroken(
  seen: HealthObservations,
  kind: FailureKind,
  gateway: boolean,
  words: Text,
): Finding {
  if (seen.answered) {
    return {
      status: kind === 'unreadable' && !anyComponentAnswered(seen) ? 'unknown' : 'warning',
      observed: words,
      reason: text(`전체 헬스만 ${words.ko}`, `only its whole health: ${words.en}`),
    }
  }
  if (gateway) {
    return {
      status: 'critical',
      observed: words,
      reason: text(
        `${words.ko}: 앞단 프록시가 서비스에 닿지 못함`,
        `${words.en}: the proxy in front cannot reach the service`,
      ),
    }
  }
  const out = kind === 'unreachable' || kind === 'cut' || kind === 'timeout'
  return {
    status: out ? 'critical' : 'unknown',
    observed: words,
    reason: text(`서비스 ${words.ko}`, `the service: ${words.en}`),
  }
}

function judgeHang(seen: HealthObservations, afterMs: number): Finding {
  if (!seen.answered) {
    if (seen.unauthorized) return lockedOut(seen)
    const waited = durationText(Math.round(Math.max(seen.elapsedMs, afterMs) / 100) * 100)
    return {
      status: 'critical',
      observed: text('응답 없음', 'no answer'),
      reason: text(
        `어떤 요청에도 응답 없음(${waited.ko})`,
        `answers nothing at all (${waited.en})`,
      ),
    }
  }
  const culprits = COMPONENTS.filter((name) => {
    const { status } = judgeComponent(name, componentOf(seen.components, name))
    return name !== 'ping' && status === 'critical'
  })
  const waited = durationText(Math.round(afterMs / 100) * 100)
  const observed = text('전체 헬스 응답 없음', 'whole health: no answer')
  const pingHangs = componentOf(seen.components, 'ping').kind === 'hangs'
  if (culprits.length > 0 && !pingHangs) {
    const names = culprits.join(', ')
    return {
      status: culprits.every((name) => hasOwnCheck(name, seen)) ? 'ok' : 'warning',
      observed,
      reason: text(
        `전체 헬스는 ${names} 때문에 응답 없음(${waited.ko} 초과)`,
        `its whole health waits for ${names} (over ${waited.en})`,
      ),
    }
  }
  return {
    status: 'warning',
    observed,
    reason: text(
      `전체 헬스만 응답 없음(${waited.ko} 초과)`,
      `only its whole health does not answer (over ${waited.en})`,
    ),
  }
}

function anyComponentAnswered(seen: HealthObservations): boolean {
  return Object.values(seen.components.own).some((read) => read.kind === 'ok')
}

function clockWords(offsetMs: number | undefined): Text | null {
  if (offsetMs === undefined || Math.abs(offsetMs) < CLOCK_APART_MS) return null
  const apart = durationText(Math.abs(offsetMs))
  return text(`이 장비와 시계 차이 ${apart.ko}`, `its clock is ${apart.en} apart from ours`)
}
