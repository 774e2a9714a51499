/** Where the time goes: the slowest endpoints, the answer times of the components, and what Redis cannot tell. */
import { z } from 'zod'
import type { ComponentHealth } from '../core/service.ts'
import type { Read } from '../core/read.ts'
import { text, type Text } from '../core/text.ts'
import type { ProbeDeclaration } from '../playbook/operation.ts'
import { askEach } from './asker.ts'
import { countsAsApi } from './collect-latency.ts'
import { askP95, type P95 } from './collect-over-time.ts'
import { known as knownFact, meterFact, type Fact } from './fact.ts'
import { BY_PROMETHEUS as P95_SOURCE, p95Words } from './judge-latency.ts'
import { nothing, optionsOf, type MeterProbePorts, type Nothing } from './meter-count.ts'
import { COMPONENTS, type HealthSettings } from './observations.ts'
import { askPrometheus } from './scraped-requests.ts'
import { failureWords, joinTexts } from './words.ts'

export interface LatencyProbePorts extends MeterProbePorts {
  readonly settings: Pick<HealthSettings, 'thresholds'>
}

const METER = 'http.server.requests'
const SOURCE = `/actuator/metrics/${METER}`
/** Endpoints that are looked at one by one, and how many at a time. */
const MAX_ENDPOINTS = 40
const PARALLEL = 6
const NAMED = 3

interface Endpoint {
  readonly uri: string
  readonly count: number
  readonly meanMs: number
  readonly maxMs: number
}

export function createSlowestProbe(ports: LatencyProbePorts): ProbeDeclaration<Nothing> {
  const endpoint = z.object({
    uri: z.string(),
    count: z.number(),
    meanMs: z.number(),
    maxMs: z.number(),
  })
  return {
    id: 'http.slowest',
    title: text('느린 API', 'the slowest endpoints'),
    impact: 'read_only',
    idempotent: true,
    inputs: nothing,
    outputs: z.object({
      /** Slowest business call of about the last two minutes; our own probing and the settlement requests left out. */
      maxMs: z.number(),
      /** At the 95th percentile of the last minutes, by Prometheus; absent without it. */
      p95Ms: z.number().optional(),
      lineMs: z.number(),
      slow: z.number(),
      slowest: z.array(endpoint),
      busiest: z.array(endpoint),
    }),
    async observe(_input, context) {
      const options = optionsOf(ports, context)
      const all = await ports.reader.metric(METER, undefined, options)
      if (all.kind !== 'ok') return { kind: 'unknown', reason: failureWords(all), source: SOURCE }
      const uris = (all.value.tags['uri'] ?? []).filter(countsAsApi)
      if (uris.length === 0 || uris.length > MAX_ENDPOINTS) {
        const reason =
          uris.length === 0
            ? text('기동 후 업무 요청 없음', 'no business call since the start')
            : text(`API가 ${uris.length}개라 하나씩 볼 수 없음`, `${uris.length} endpoints`)
        return { kind: 'unknown', reason, source: SOURCE }
      }
      const seen: Endpoint[] = []
      const [reads, p95] = await Promise.all([
        askEach(uris, PARALLEL, async (uri) => ({
          uri,
          read: await ports.reader.metric(METER, { uri }, options),
        })),
        askPrometheus(ports.withOverTime, (overTime) => askP95(overTime, options)),
      ])
      for (const { uri, read } of reads) {
        const max = meterFact(read, 'MAX')
        const count = meterFact(read, 'COUNT')
        const total = meterFact(read, 'TOTAL_TIME')
        if (max.kind === 'unknown' || count.kind === 'unknown' || total.kind === 'unknown') {
          const why = read.kind === 'ok' ? text('값 없음', 'no value') : failureWords(read)
          const reason = text(`${uri}: ${why.ko}`, `${uri}: ${why.en}`)
          return { kind: 'unknown', reason, source: SOURCE }
        }
        const meanMs = count.value === 0 ? 0 : (total.value / count.value) * 1000
        seen.push({ uri, count: count.value, meanMs, maxMs: max.value * 1000 })
      }
      const slowest = seen.toSorted((left, right) => right.maxMs - left.maxMs)
      const lineMs = ports.settings.thresholds.apiTimeMs
      const slow = slowest.filter(({ maxMs }) => maxMs > lineMs)
      return {
        kind: 'observed',
        value: {
          maxMs: slowest[0]?.maxMs ?? 0,
          ...(p95.kind === 'known' ? { p95Ms: p95.value.ms } : {}),
          lineMs,
          slow: slow.length,
          slowest: slowest.slice(0, NAMED),
          busiest: seen.toSorted((left, right) => right.count - left.count).slice(0, NAMED),
        },
        summary: withP95Words(slowestWords(slowest, lineMs), p95),
        source: p95.kind === 'known' ? `${SOURCE}, ${P95_SOURCE}` : SOURCE,
      }
    },
  }
}

function slowestWords(slowest: readonly Endpoint[], lineMs: number): Text {
  const [first] = slowest
  if (first === undefined || first.maxMs === 0) {
    return text(
      '최근 2분 동안 끝난 요청 없음: 멈춘 요청은 끝나야 측정됩니다',
      'no call has ended in the last 2 min; one that hangs is only measured when it ends',
    )
  }
  const named = slowest.filter(({ maxMs }) => maxMs > lineMs).slice(0, NAMED)
  const shown = named.length === 0 ? [first] : named
  const list = (unit: string, mean: string): string =>
    shown
      .map(
        ({ uri, maxMs, meanMs }) =>
          `${uri} ${(maxMs / 1000).toFixed(1)}${unit}(${mean} ${Math.round(meanMs)}ms)`,
      )
      .join(', ')
  return named.length === 0
    ? text(
        `기준 이내 · 최대 ${list('초', '평균')}`,
        `within the line; slowest ${list(' s', 'mean')}`,
      )
    : text(
        `기준 ${lineMs / 1000}초 초과: ${list('초', '평균')}`,
        `over ${lineMs / 1000} s: ${list(' s', 'mean')}`,
      )
}

function withP95Words(words: Text, p95: Fact<P95>): Text {
  return p95.kind === 'known' ? joinTexts([words, p95Words(p95.value)]) : words
}

/** What takes longer than this hangs, ms. */
const COMPONENT_TIMEOUT_MS = 3000

export function createComponentTimesProbe(ports: MeterProbePorts): ProbeDeclaration<Nothing> {
  const state = z.enum(['up', 'down', 'hanging', 'unknown'])
  return {
    id: 'components.answerTimes',
    title: text('컴포넌트별 응답시간', 'answer times of the components'),
    impact: 'read_only',
    idempotent: true,
    inputs: nothing,
    outputs: z.object({
      components: z.array(z.object({ name: z.string(), state, latencyMs: z.number() })),
      slowestMs: z.number(),
      /** Names of those that do not answer in time, that say DOWN, that nothing is known of. */
      hanging: z.array(z.string()),
      down: z.array(z.string()),
      unknown: z.array(z.string()),
      /** Anything at all answered. */
      answered: z.boolean(),
    }),
    async observe(_input, context) {
      const source = '/actuator/health/{component}'
      const timeoutMs = Math.min(ports.timeoutMs ?? COMPONENT_TIMEOUT_MS, COMPONENT_TIMEOUT_MS)
      // Its own signal: each read listens to it, and the walk's would have too many.
      const options = { signal: AbortSignal.any([context.signal]), timeoutMs }
      const components = await Promise.all(
        COMPONENTS.map(async (name) => ({
          name,
          ...componentState(await ports.reader.componentHealth(name, options)),
        })),
      )
      const known = components.filter((component) => component.state !== 'absent')
      const named = (wanted: string): string[] =>
        known.filter((component) => component.state === wanted).map(({ name }) => name)
      const answered = known.some(({ state: its }) => its === 'up' || its === 'down')
      if (known.length === 0) {
        const reason = text('컴포넌트를 보여 주지 않는 빌드', 'this build shows no component')
        return { kind: 'unknown', reason, source }
      }
      const slowest = known.toSorted((left, right) => right.latencyMs - left.latencyMs)[0]
      const value = {
        components: known,
        slowestMs: slowest?.latencyMs ?? 0,
        hanging: named('hanging'),
        down: named('down'),
        unknown: named('unknown'),
        answered,
      }
      return { kind: 'observed', value, summary: timesWords(value, slowest?.name ?? ''), source }
    },
  }
}

function componentState(read: Read<ComponentHealth>): {
  readonly state: 'up' | 'down' | 'hanging' | 'unknown' | 'absent'
  readonly latencyMs: number
} {
  if (read.kind === 'unknown') {
    const state = read.failure.kind === 'timeout' ? 'hanging' : 'unknown'
    return { state, latencyMs: read.latencyMs }
  }
  const { latencyMs } = read.meta
  if (read.kind === 'absent') return { state: 'absent', latencyMs }
  const { status } = read.value
  return { state: status === 'UP' ? 'up' : status === 'UNKNOWN' ? 'unknown' : 'down', latencyMs }
}

function timesWords(
  seen: {
    readonly hanging: readonly string[]
    readonly down: readonly string[]
    readonly unknown: readonly string[]
    readonly slowestMs: number
  },
  slowest: string,
): Text {
  const parts: Text[] = []
  const add = (names: readonly string[], ko: string, en: string): void => {
    if (names.length > 0) parts.push(text(`${names.join('·')} ${ko}`, `${names.join(', ')} ${en}`))
  }
  add(seen.hanging, '응답 없음(3초 초과)', 'no answer (over 3 s)')
  add(seen.down, '중단', 'down')
  add(seen.unknown, '확인 불가', 'unknown')
  if (parts.length === 0) {
    const ms = Math.round(seen.slowestMs)
    return text(`모두 정상 · 최대 ${slowest} ${ms}ms`, `all up; slowest ${slowest} ${ms} ms`)
  }
  return text(parts.map(({ ko }) => ko).join(' · '), parts.map(({ en }) => en).join('; '))
}

const HITS = 'redis_keyspace_hits_total'
const HIT_RATE =
  'sum(rate(redis_keyspace_hits_total[5m])) / (sum(rate(redis_keyspace_hits_total[5m])) + sum(rate(redis_keyspace_misses_total[5m])))'

/** The service has no such meter: only redis_exporter has, and only through Prometheus. */
export function createHitRateProbe(ports: LatencyProbePorts): ProbeDeclaration<Nothing> {
  return {
    id: 'redis.hitRate',
    title: text('Redis 캐시 히트율', 'the hit rate of Redis'),
    impact: 'read_only',
    idempotent: true,
    inputs: nothing,
    outputs: z.object({ percent: z.number() }),
    async observe(_input, context) {
      const { withOverTime } = ports
      if (withOverTime === undefined) {
        return { kind: 'unknown', reason: NOT_MEASURED, source: 'redis_exporter' }
      }
      const source = 'Prometheus redis_keyspace_hits_total'
      const options = optionsOf(ports, context)
      const rate = await askPrometheus(withOverTime, async (overTime) =>
        knownFact(await overTime.foreign({ expression: HIT_RATE, basis: HITS }, options)),
      )
      if (rate.kind === 'unknown') return { kind: 'unknown', reason: rate.reason, source }
      const answer = rate.value
      if (answer.kind === 'unknown') {
        // Without a lookup in five minutes it is 0/0: NaN, which is no rate.
        const isMissing = answer.why === 'empty' || answer.why === 'not_a_number'
        return { kind: 'unknown', reason: isMissing ? NOT_MEASURED : answer.reason, source }
      }
      const percent = answer.value * 100
      return {
        kind: 'observed',
        value: { percent },
        summary: text(`5분 히트율 ${percent.toFixed(1)}%`, `${percent.toFixed(1)} % in 5 min`),
        source,
      }
    },
  }
}

const NOT_MEASURED = text(
  '측정 불가: 서비스에 히트율 지표가 없습니다. redis_exporter를 수집하면 보입니다. 대신 Redis 응답시간과 메모리를 보세요',
  'cannot be measured: the service has no such meter, redis_exporter has; look at answer time and memory instead',
)
