/** Probes over the process itself: since when it runs, its connections, heap, garbage collection and threads. */
import { z } from 'zod'
import { isoSeoul, seoulTimeOf, shortDate } from '../core/dates.ts'
import { durationText } from '../core/duration.ts'
import { text } from '../core/text.ts'
import type { ProbeDeclaration } from '../playbook/operation.ts'
import { factOf, meterFact, type Fact } from './fact.ts'
import { nothing, optionsOf, type MeterProbePorts, type Nothing } from './meter-count.ts'
import type { HealthSettings } from './observations.ts'
import { bytesWords, failureWords } from './words.ts'

export interface MachineProbePorts extends MeterProbePorts {
  readonly settings: Pick<HealthSettings, 'thresholds'>
}

/** A process younger than this has just been restarted, ms. */
const YOUNG_MS = 30 * 60_000

export function createMachineProbes(
  ports: MachineProbePorts,
): readonly ProbeDeclaration<Nothing>[] {
  return [startProbe(ports), poolProbe(ports), heapProbe(ports), gcProbe(ports), threadProbe(ports)]
}

type Read = (name: string, statistic: string) => Promise<Fact<number>>

function readerOf(
  ports: MeterProbePorts,
  context: Parameters<ProbeDeclaration['observe']>[1],
  tags?: Readonly<Record<string, string>>,
): Read {
  const options = optionsOf(ports, context)
  return async (name, statistic) =>
    meterFact(await ports.reader.metric(name, tags, options), statistic)
}

/** The values, or the first that is not known. */
function allKnown<K extends string>(
  facts: Readonly<Record<K, Fact<number>>>,
): Fact<Readonly<Record<K, number>>> {
  const values = {} as Record<K, number>
  for (const [name, fact] of Object.entries(facts) as [K, Fact<number>][]) {
    if (fact.kind === 'unknown') return fact
    values[name] = fact.value
  }
  return { kind: 'known', value: values }
}

function startProbe(ports: MachineProbePorts): ProbeDeclaration<Nothing> {
  return {
    id: 'service.start',
    title: text('서비스 기동 시각', 'when the service was started'),
    impact: 'read_only',
    idempotent: true,
    inputs: nothing,
    outputs: z.object({
      startedAt: z.string(),
      uptimeMs: z.number(),
      /** Started within the last half hour: counters began anew. */
      recent: z.boolean(),
    }),
    async observe(_input, context) {
      const source = '/actuator/metrics/process.start.time'
      const read = readerOf(ports, context)
      const start = await read('process.start.time', 'VALUE')
      if (start.kind === 'unknown') return { kind: 'unknown', reason: start.reason, source }
      const startMs = start.value * 1000
      const uptimeMs = Math.max(0, context.clock.now() - startMs)
      const up = durationText(uptimeMs)
      const at = isoSeoul(startMs)
      const recent = uptimeMs < YOUNG_MS
      const note = recent
        ? text(' · 방금 재시작: 누계 지표는 0부터', '; just restarted, counters began anew')
        : text('', '')
      return {
        kind: 'observed',
        value: { startedAt: at, uptimeMs, recent },
        summary: text(
          `${shortDate(at.slice(0, 10))} ${seoulTimeOf(startMs)} 기동(${up.ko} 전)${note.ko}`,
          `started ${at.slice(0, 16)}, ${up.en} ago${note.en}`,
        ),
        source,
      }
    },
  }
}

function poolProbe(ports: MachineProbePorts): ProbeDeclaration<Nothing> {
  return {
    id: 'pool.connections',
    title: text('DB 커넥션 풀', 'the connection pool'),
    impact: 'read_only',
    idempotent: true,
    inputs: nothing,
    outputs: z.object({
      active: z.number(),
      max: z.number(),
      /** Threads that wait for a connection. */
      pending: z.number(),
      state: z.enum(['free', 'full', 'waiting']),
    }),
    async observe(_input, context) {
      const source = '/actuator/metrics/hikaricp.connections.*'
      const read = readerOf(ports, context)
      const [active, max, pending] = await Promise.all([
        read('hikaricp.connections.active', 'VALUE'),
        read('hikaricp.connections.max', 'VALUE'),
        read('hikaricp.connections.pending', 'VALUE'),
      ])
      const seen = allKnown({ active, max, pending })
      if (seen.kind === 'unknown') return { kind: 'unknown', reason: seen.reason, source }
      const pool = seen.value
      const full = pool.max > 0 && pool.active >= pool.max
      const state = pool.pending > 0 ? 'waiting' : full ? 'full' : 'free'
      return {
        kind: 'observed',
        value: { ...pool, state },
        summary: text(
          `사용 ${pool.active}/${pool.max} · 대기 ${pool.pending}건`,
          `${pool.active} of ${pool.max} in use, ${pool.pending} waiting`,
        ),
        source,
      }
    },
  }
}

function heapProbe(ports: MachineProbePorts): ProbeDeclaration<Nothing> {
  return {
    id: 'jvm.heap',
    title: text('JVM 힙', 'the heap'),
    impact: 'read_only',
    idempotent: true,
    inputs: nothing,
    outputs: z.object({
      usedBytes: z.number(),
      maxBytes: z.number(),
      percent: z.number(),
      /** The configured line, percent. */
      linePercent: z.number(),
    }),
    async observe(_input, context) {
      const source = '/api/monitoring/system/info'
      const info = factOf(await ports.reader.systemInfo(optionsOf(ports, context)))
      if (info.kind === 'unknown') return { kind: 'unknown', reason: info.reason, source }
      const { heapUsedBytes: usedBytes, heapMaxBytes: maxBytes } = info.value
      const percent = (usedBytes / maxBytes) * 100
      if (!Number.isFinite(percent) || maxBytes <= 0) {
        const reason = text('힙 최대값 없음', 'the heap has no maximum')
        return { kind: 'unknown', reason, source }
      }
      const linePercent = ports.settings.thresholds.heapPercent
      const size = `${bytesWords(usedBytes)} / ${bytesWords(maxBytes)}`
      return {
        kind: 'observed',
        value: { usedBytes, maxBytes, percent, linePercent },
        summary: text(
          `힙 ${Math.round(percent)}%(${size}, 기준 ${linePercent}%)`,
          `heap ${Math.round(percent)} % (${size}, line ${linePercent} %)`,
        ),
        source,
      }
    },
  }
}

function gcProbe(ports: MachineProbePorts): ProbeDeclaration<Nothing> {
  return {
    id: 'jvm.gc',
    title: text('GC 정지', 'garbage collection pauses'),
    impact: 'read_only',
    idempotent: true,
    inputs: nothing,
    outputs: z.object({
      /** Longest pause of about the last two minutes. */
      maxPauseMs: z.number(),
      pauses: z.number(),
      totalPauseMs: z.number(),
      /** Share of time spent collecting, lately; absent where the build does not say. */
      overheadPercent: z.number().optional(),
    }),
    async observe(_input, context) {
      const source = '/actuator/metrics/jvm.gc.pause'
      const read = await ports.reader.metric('jvm.gc.pause', undefined, optionsOf(ports, context))
      const seen = allKnown({
        max: meterFact(read, 'MAX'),
        count: meterFact(read, 'COUNT'),
        total: meterFact(read, 'TOTAL_TIME'),
      })
      if (seen.kind === 'unknown') return { kind: 'unknown', reason: seen.reason, source }
      const overhead = await readerOf(ports, context)('jvm.gc.overhead', 'VALUE')
      const maxPauseMs = seen.value.max * 1000
      const share = overhead.kind === 'known' ? { overheadPercent: overhead.value * 100 } : {}
      const percent = overhead.kind === 'known' ? (overhead.value * 100).toFixed(1) : '?'
      return {
        kind: 'observed',
        value: {
          maxPauseMs,
          pauses: seen.value.count,
          totalPauseMs: seen.value.total * 1000,
          ...share,
        },
        summary: text(
          `최근 2분 최대 정지 ${Math.round(maxPauseMs)}ms · GC에 쓴 시간 ${percent}%`,
          `longest pause ${Math.round(maxPauseMs)} ms in the last 2 min, ${percent} % of the time`,
        ),
        source,
      }
    },
  }
}

function threadProbe(ports: MachineProbePorts): ProbeDeclaration<Nothing> {
  return {
    id: 'jvm.threads',
    title: text('스레드', 'threads'),
    impact: 'read_only',
    idempotent: true,
    inputs: nothing,
    outputs: z.object({ live: z.number(), peak: z.number(), blocked: z.number() }),
    async observe(_input, context) {
      const source = '/actuator/metrics/jvm.threads.*'
      const read = readerOf(ports, context)
      const [live, peak, blockedRead] = await Promise.all([
        read('jvm.threads.live', 'VALUE'),
        read('jvm.threads.peak', 'VALUE'),
        ports.reader.metric('jvm.threads.states', { state: 'blocked' }, optionsOf(ports, context)),
      ])
      if (blockedRead.kind !== 'ok') {
        return { kind: 'unknown', reason: failureWords(blockedRead), source }
      }
      const seen = allKnown({ live, peak, blocked: meterFact(blockedRead, 'VALUE') })
      if (seen.kind === 'unknown') return { kind: 'unknown', reason: seen.reason, source }
      const threads = seen.value
      return {
        kind: 'observed',
        value: threads,
        summary: text(
          `스레드 ${threads.live}개(최대 ${threads.peak}) · 잠금 대기 ${threads.blocked}개`,
          `${threads.live} threads (peak ${threads.peak}), ${threads.blocked} blocked`,
        ),
        source,
      }
    },
  }
}
