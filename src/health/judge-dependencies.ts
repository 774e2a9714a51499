/** The database with its connection pool, Redis and RabbitMQ: the worst of what is known of each. */
import type { ComponentHealth } from '../core/service.ts'
import { text, type Text } from '../core/text.ts'
import { worstStatus, type Status } from '../core/verdict.ts'
import { known, sizeFact, unknown, type Fact } from './fact.ts'
import type { Judged } from './health.ts'
import {
  SHOW_DETAILS,
  componentOf,
  judgeComponent,
  statusOf,
  type Component,
} from './judge-component.ts'
import type {
  ComponentName,
  HealthObservations,
  HealthSettings,
  PoolObservations,
} from './observations.ts'
import { bytesWords, joinTexts } from './words.ts'

interface Aspect {
  readonly status: Status
  readonly reason: Text | null
}

interface Parts {
  readonly aspects: readonly Aspect[]
  readonly observed: string | Text
  readonly latencyMs?: number
  readonly hangs: boolean
  readonly details: ComponentHealth['details']
}

/** The states of the components that make up one dependency. */
function partsOf(seen: HealthObservations, names: readonly ComponentName[]): Parts {
  const components = names.map((name): [ComponentName, Component] => [
    name,
    componentOf(seen.components, name),
  ])
  const verdicts = components.map(([name, component]) => ({
    ...judgeComponent(name, component),
    name,
    kind: component.kind,
  }))
  const status = worstStatus(verdicts.map((verdict) => verdict.status))
  const atWorst = verdicts.filter((verdict) => verdict.status === status)
  const [worst] = atWorst
  const latencies = components.flatMap(([, component]) =>
    component.kind === 'reported' && component.latencyMs !== undefined ? [component.latencyMs] : [],
  )
  return {
    aspects: [{ status, reason: sharedReason(atWorst, names.length) }],
    observed: worst?.observed ?? text('확인 불가', 'not known'),
    ...(latencies.length === 0 ? {} : { latencyMs: Math.round(Math.max(...latencies)) }),
    hangs: components.some(([, component]) => component.kind === 'hangs'),
    details: Object.assign(
      {},
      ...components.map(([, component]) =>
        component.kind === 'reported' ? component.health.details : {},
      ),
    ) as ComponentHealth['details'],
  }
}

/** One reason for all parts that are alike; a part that stands alone is named. */
function sharedReason(
  verdicts: readonly {
    readonly name: ComponentName
    readonly kind: Component['kind']
    readonly reason: Text | null
  }[],
  parts: number,
): Text | null {
  const alike = verdicts.every(({ kind }) => kind === verdicts[0]?.kind)
  const told = alike ? verdicts.slice(0, 1) : verdicts
  const reasons = told.flatMap(({ name, kind, reason }) => {
    if (reason === null) return []
    const named = kind !== 'not_reported' && !(alike && verdicts.length === parts)
    return [named ? text(`${name} ${reason.ko}`, `${name} ${reason.en}`) : reason]
  })
  return reasons.length === 0 ? null : joinTexts(reasons)
}

/** The reasons at the worst level, without repeats, and what the trouble means for the business. */
function worstOf(
  aspects: readonly Aspect[],
  impact: Text,
): { readonly status: Status; readonly reason: Text | null } {
  const status = worstStatus(aspects.map((aspect) => aspect.status))
  const reasons: Text[] = []
  for (const aspect of aspects) {
    if (aspect.status !== status || aspect.reason === null) continue
    if (!reasons.some((reason) => reason.en === aspect.reason?.en)) reasons.push(aspect.reason)
  }
  if (status === 'critical') reasons.push(impact)
  return { status, reason: reasons.length === 0 ? null : joinTexts(reasons) }
}

function millis(latencyMs: number | undefined): Text[] {
  return latencyMs === undefined ? [] : [text(`${latencyMs}ms`, `${latencyMs} ms`)]
}

export function judgeDatabase(seen: HealthObservations): Judged {
  const parts = partsOf(seen, ['db', 'customDatabase'])
  const pool = judgePool(seen.pool, parts.hangs)
  const verdict = worstOf(
    [...parts.aspects, pool],
    text('영향: 모든 업무 요청 실패', 'impact: every business request fails'),
  )
  return {
    ...verdict,
    observed: parts.observed,
    threshold: 'UP',
    unit: null,
    summary: joinTexts([...millis(parts.latencyMs), ...poolWords(seen.pool)], ', '),
    source: '/actuator/health/db',
    ...(parts.latencyMs === undefined ? {} : { latencyMs: parts.latencyMs }),
  }
}

function poolWords(pool: PoolObservations): Text[] {
  return pool.pending.kind === 'known' && pool.pending.value > 0
    ? [text(`대기 ${pool.pending.value}건`, `${pool.pending.value} waiting`)]
    : []
}

/** Waiting threads in front of a full pool, in words; null when none wait or it is not known. */
export function poolStall(pool: PoolObservations): Text | null {
  const { pending, active, max } = pool
  if (pending.kind === 'unknown' || pending.value === 0) return null
  if (active?.kind !== 'known' || max?.kind !== 'known' || active.value < max.value) return null
  return text(
    `커넥션 풀 ${active.value}/${max.value} 사용, ${pending.value}건 대기`,
    `connection pool ${active.value}/${max.value} in use, ${pending.value} waiting`,
  )
}

function judgePool(pool: PoolObservations, databaseHangs: boolean): Aspect {
  const { pending, active, max } = pool
  if (pending.kind === 'unknown') {
    return {
      status: 'unknown',
      reason: text(`커넥션 풀 ${pending.reason.ko}`, `connection pool: ${pending.reason.en}`),
    }
  }
  const stall = poolStall(pool)
  if (stall !== null) return { status: databaseHangs ? 'critical' : 'warning', reason: stall }
  if (pending.value > 0 && (active?.kind !== 'known' || max?.kind !== 'known')) {
    return {
      status: 'unknown',
      reason: text(
        `커넥션 ${pending.value}건 대기, 풀 크기 확인 불가`,
        `${pending.value} waiting for a connection, size of the pool not known`,
      ),
    }
  }
  return { status: 'ok', reason: null }
}

export function judgeRedis(seen: HealthObservations, settings: HealthSettings): Judged {
  const parts = partsOf(seen, ['redis', 'customRedis'])
  const line = settings.thresholds.redisMemoryBytes
  const memory = redisMemory(parts.details)
  const up = worstStatus(parts.aspects.map((aspect) => aspect.status)) === 'ok'
  const aspects = [...parts.aspects]
  if (up) aspects.push(judgePing(parts.details), judgeRedisMemory(memory, line))
  const verdict = worstOf(
    aspects,
    text('영향: 매출 등록 실패', 'impact: sales cannot be registered'),
  )
  const size = memory.kind === 'known' ? bytesWords(memory.value) : undefined
  const shown = up && memory.kind === 'known'
  return {
    ...verdict,
    observed: shown ? memory.value : parts.observed,
    threshold: shown ? (line ?? null) : 'UP',
    unit: shown ? 'bytes' : null,
    summary: joinTexts(
      [...millis(parts.latencyMs), ...(size === undefined ? [] : [text(size, size)])],
      ', ',
    ),
    source: '/actuator/health/customRedis',
    ...(parts.latencyMs === undefined ? {} : { latencyMs: parts.latencyMs }),
  }
}

function judgePing(details: Parts['details']): Aspect {
  const { ping, cache_test: cacheTest } = details
  if (ping === undefined) {
    return {
      status: 'unknown',
      reason: Object.keys(details).length === 0 ? SHOW_DETAILS : text('PING 결과 없음', 'no PING'),
    }
  }
  if (ping !== 'PONG') {
    return { status: 'critical', reason: text('PING에 PONG 아님', 'PING is not answered by PONG') }
  }
  if (cacheTest !== undefined && cacheTest !== 'PASS') {
    return { status: 'warning', reason: text('캐시 읽기·쓰기 시험 실패', 'its cache test fails') }
  }
  return { status: 'ok', reason: null }
}

/** `1.02M` as Redis writes it, in bytes. */
function redisMemory(details: Parts['details']): Fact<number> {
  const match = /^(\d+(?:\.\d+)?)([BKMGTP]?)$/.exec(String(details['used_memory'] ?? ''))
  if (match === null) return unknown(text('메모리 사용량 확인 불가', 'memory in use not known'))
  const power = Math.max(0, 'BKMGTP'.indexOf(match[2] ?? ''))
  return known(Math.round(Number(match[1]) * 1024 ** power))
}

function judgeRedisMemory(memory: Fact<number>, line: number | undefined): Aspect {
  if (line === undefined) return { status: 'ok', reason: null }
  if (memory.kind === 'unknown') return { status: 'unknown', reason: memory.reason }
  if (memory.value <= line) return { status: 'ok', reason: null }
  const [used, limit] = [bytesWords(memory.value), bytesWords(line)]
  return {
    status: 'warning',
    reason: text(`메모리 ${used} 사용(기준 ${limit})`, `${used} in use (line ${limit})`),
  }
}

export function judgeRabbit(seen: HealthObservations, settings: HealthSettings): Judged {
  const parts = partsOf(seen, ['rabbit', 'customRabbitMQ'])
  const line = settings.thresholds.queueMessages
  const queue = sizeFact(parts.details['sales_queue_messages'], 'sales_queue_messages')
  const up = worstStatus(parts.aspects.map((aspect) => aspect.status)) === statusOf('UP')
  const aspects = [...parts.aspects]
  if (up) aspects.push(judgeQueue(queue, line, Object.keys(parts.details).length === 0))
  const verdict = worstOf(
    aspects,
    text('영향: 매출 등록·정산 실패', 'impact: sales and settlements fail'),
  )
  const shown = up && queue.kind === 'known'
  return {
    ...verdict,
    observed: shown ? queue.value : parts.observed,
    threshold: shown ? line : 'UP',
    unit: shown ? 'messages' : null,
    summary: joinTexts(
      [
        ...millis(parts.latencyMs),
        ...(shown ? [text(`적체 ${queue.value}건`, `${queue.value} queued`)] : []),
      ],
      ', ',
    ),
    source: '/actuator/health/customRabbitMQ',
    ...(parts.latencyMs === undefined ? {} : { latencyMs: parts.latencyMs }),
  }
}

function judgeQueue(queue: Fact<number>, line: number, detailsHidden: boolean): Aspect {
  if (queue.kind === 'unknown') {
    return {
      status: 'unknown',
      reason: detailsHidden ? SHOW_DETAILS : text('큐 길이 확인 불가', 'queue length not known'),
    }
  }
  if (queue.value <= line) return { status: 'ok', reason: null }
  return {
    status: 'warning',
    reason: text(
      `sales 큐 적체 ${queue.value}건(기준 ${line}건)`,
      `${queue.value} messages wait in the sales queue (line ${line})`,
    ),
  }
}
