/** Observations in, the health of the service out. Pure: the same observations give the same health. */
import { isoSeoul } from '../core/dates.ts'
import { text, type Text } from '../core/text.ts'
import { worstStatus } from '../core/verdict.ts'
import { CHECK_LEVELS, type CheckId, type Health, type HealthCheck, type Judged } from './health.ts'
import { judgeDatabase, judgeRabbit, judgeRedis } from './judge-dependencies.ts'
import { judgeLatency } from './judge-latency.ts'
import { judgeCpu, judgeDisk, judgeHeap } from './judge-resources.ts'
import { judgeSales } from './judge-sales.ts'
import { judgeService } from './judge-service.ts'
import { judgeSettlement } from './judge-settlement.ts'
import { nextFor } from './next.ts'
import type { HealthObservations, HealthSettings } from './observations.ts'
import { failureWords } from './words.ts'

export function judgeHealth(seen: HealthObservations, settings: HealthSettings): Health {
  const checks: HealthCheck[] = [
    check('service', judgeService(seen)),
    check('database', judgeDatabase(seen)),
    check('redis', judgeRedis(seen, settings)),
    check('rabbitmq', judgeRabbit(seen, settings)),
  ]
  if (seen.sales !== undefined) checks.push(check('sales', judgeSales(seen.sales, settings)))
  if (seen.settlement !== undefined) {
    checks.push(check('settlement', judgeSettlement(seen.settlement, settings)))
  }
  if (seen.latency !== undefined) {
    checks.push(check('latency', judgeLatency(seen.latency, seen.pool, settings)))
  }
  if (seen.resources !== undefined) {
    checks.push(
      check('jvm-memory', judgeHeap(seen.resources, settings)),
      check('cpu', judgeCpu(seen.resources, settings, seen.observedAtMs)),
      check('disk', judgeDisk(seen.resources, seen.components, settings)),
    )
  }
  const silence = silenceOf(seen)
  if (silence !== null) {
    for (const [index, each] of checks.entries()) {
      if (each.id !== 'service') checks[index] = unjudged(each, silence)
    }
  }
  return {
    kind: 'Health',
    url: seen.url,
    observedAt: isoSeoul(seen.observedAtMs),
    level: seen.level,
    status: worstStatus(checks.map((each) => each.status)),
    elapsedMs: seen.elapsedMs,
    ...overTimeOf(seen, checks),
    checks,
  }
}

function overTimeOf(
  { overTime }: HealthObservations,
  checks: readonly HealthCheck[],
): Pick<Health, 'overTime'> {
  if (overTime === undefined) return {}
  const resting = checks.filter(({ source }) => source.includes('Prometheus'))
  return { overTime: { checks: resting.map(({ id }) => id), reason: overTime.failure } }
}

/** Why nothing but the service itself can be judged; null when something of it answered. */
function silenceOf(seen: HealthObservations): Text | null {
  const { whole } = seen.components
  if (seen.answered || whole.kind === 'ok') return null
  return whole.kind === 'unknown' && whole.failure.kind === 'timeout'
    ? text('서비스 응답 없음', 'the service does not answer')
    : text(`서비스 ${failureWords(whole).ko}`, `the service: ${failureWords(whole).en}`)
}

/** The way out of silence is the service's; the other checks have none of their own. */
function unjudged({ id, level, threshold, unit, source }: HealthCheck, reason: Text): HealthCheck {
  const summary = text('확인 불가', 'not known')
  return { id, level, status: 'unknown', observed: null, threshold, unit, reason, summary, source }
}

function check(id: CheckId, judged: Judged): HealthCheck {
  const next = nextFor(id, judged.status)
  return { id, level: CHECK_LEVELS[id], ...judged, ...(next.length === 0 ? {} : { next }) }
}
