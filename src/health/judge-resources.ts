/** Heap, CPU and disk against their lines. */
import { durationText } from '../core/duration.ts'
import type { Sample } from '../core/journal.ts'
import { text, type Text } from '../core/text.ts'
import { sizeFact, unknown, type Fact } from './fact.ts'
import type { Judged } from './health.ts'
import { componentOf } from './judge-component.ts'
import type { ComponentObservations, HealthSettings, ResourceObservations } from './observations.ts'
import { percentWords, roundedPercent } from './words.ts'

/** A gap between samples in which nobody knows what the CPU did, ms. */
const SAMPLE_GAP_MS = 120_000

function unknownPercent(reason: Text, threshold: number, source: string): Judged {
  return {
    status: 'unknown',
    observed: null,
    threshold,
    unit: '%',
    reason,
    summary: text('확인 불가', 'not known'),
    source,
  }
}

/** A share against a line that it may reach but not pass. */
function judgePercent(value: number, line: number, source: string): Judged {
  const words = percentWords(value, line)
  const over = value > line
  return {
    status: over ? 'warning' : 'ok',
    observed: roundedPercent(value),
    threshold: line,
    unit: '%',
    reason: over ? text(`${words} 사용(기준 ${line}%)`, `${words} in use (line ${line}%)`) : null,
    summary: text(words, words),
    source,
  }
}

/** A share in percent, or not known when the whole is none (G1 pools report a maximum of -1). */
function shareOf(part: Fact<number>, whole: Fact<number>, what: Text): Fact<number> {
  if (part.kind === 'unknown') return part
  if (whole.kind === 'unknown') return whole
  if (whole.value === 0) return unknown(text(`${what.ko} 0`, `${what.en} is 0`))
  return { kind: 'known', value: (part.value / whole.value) * 100 }
}

export function judgeHeap(seen: ResourceObservations, settings: HealthSettings): Judged {
  const line = settings.thresholds.heapPercent
  if (seen.heap.kind === 'unknown') {
    const { reason } = seen.heap
    return unknownPercent(text(`힙 조회 ${reason.ko}`, `heap: ${reason.en}`), line, seen.heapSource)
  }
  const share = shareOf(
    sizeFact(seen.heap.value.heapUsedBytes, 'heap used'),
    sizeFact(seen.heap.value.heapMaxBytes, 'heap max'),
    text('힙 상한', 'heap limit'),
  )
  return share.kind === 'known'
    ? judgePercent(share.value, line, seen.heapSource)
    : unknownPercent(share.reason, line, seen.heapSource)
}

export function judgeCpu(
  seen: ResourceObservations,
  settings: HealthSettings,
  nowMs: number,
): Judged {
  const { cpuPercent: line, cpuForMs } = settings.thresholds
  const source = '/actuator/metrics/system.cpu.usage'
  if (seen.cpu.kind === 'unknown') {
    const { reason } = seen.cpu
    return unknownPercent(text(`CPU 조회 ${reason.ko}`, `CPU: ${reason.en}`), line, source)
  }
  const now = judgePercent(seen.cpu.value * 100, line, source)
  if (now.status === 'ok') return now
  const words = percentWords(seen.cpu.value * 100, line)
  const span = durationText(cpuForMs)
  const { lasted, by } = lastedHow(seen, line / 100, nowMs, cpuForMs)
  const judged = { ...now, source: by === undefined ? source : `${source}, ${by}` }
  switch (lasted) {
    case 'yes':
      return {
        ...judged,
        reason: text(
          `${words} 사용, ${span.ko} 지속(기준 ${line}%)`,
          `${words} in use for ${span.en} (line ${line}%)`,
        ),
      }
    case 'no':
      return {
        ...judged,
        status: 'ok',
        reason: text(`${span.ko} 지속되지 않음`, `not for ${span.en}`),
      }
    case 'unknown':
      return {
        ...judged,
        status: 'unknown',
        reason: text(
          `${words} 사용(기준 ${line}%), ${span.ko} 지속 여부는 기록 없음: mts watch로 기록하세요`,
          `${words} in use (line ${line}%), no record of the last ${span.en}: keep mts watch running`,
        ),
      }
  }
}

type Lasted = 'yes' | 'no' | 'unknown'

/** By Prometheus where it was scraped all the while, else by what a watch has left. */
function lastedHow(
  { cpuScraped, cpuSamples }: ResourceObservations,
  line: number,
  nowMs: number,
  forMs: number,
): { readonly lasted: Lasted; readonly by?: string } {
  if (cpuScraped?.kind === 'known' && cpuScraped.value.length > 0) {
    const each = cpuScraped.value.map((samples) => sustained(samples, line, nowMs, forMs))
    // Behind an address that several instances answer, which of them was asked is not known.
    const lasted = each.includes('yes') ? 'yes' : each.includes('unknown') ? 'unknown' : 'no'
    if (lasted !== 'unknown') return { lasted, by: 'Prometheus system_cpu_usage' }
  }
  const lasted = sustained(cpuSamples, line, nowMs, forMs)
  return lasted === 'unknown' ? { lasted } : { lasted, by: 'journal' }
}

/** Whether a meter has been above the line for `forMs`: a single reading below says no. */
export function sustained(
  samples: readonly Sample[],
  line: number,
  nowMs: number,
  forMs: number,
): Lasted {
  const fromMs = nowMs - forMs
  const sorted = [...samples]
    .filter((sample) => sample.atMs <= nowMs)
    .sort((left, right) => left.atMs - right.atMs)
  const within = sorted.filter((sample) => sample.atMs >= fromMs)
  if (within.some((sample) => sample.value <= line)) return 'no'
  const baseline = sorted.findLast((sample) => sample.atMs < fromMs)
  const times = [
    ...(baseline === undefined || !(baseline.value > line) ? [] : [baseline.atMs]),
    ...within.filter((sample) => sample.value > line).map((sample) => sample.atMs),
    nowMs,
  ]
  const first = times[0] ?? nowMs
  if (first > fromMs) return 'unknown'
  const gaps = times.slice(1).map((atMs, index) => atMs - (times[index] ?? atMs))
  return gaps.every((gap) => gap <= SAMPLE_GAP_MS) ? 'yes' : 'unknown'
}

export function judgeDisk(
  seen: ResourceObservations,
  components: ComponentObservations,
  settings: HealthSettings,
): Judged {
  const line = settings.thresholds.diskPercent
  const component = componentOf(components, 'diskSpace')
  const reported = component.kind === 'reported' ? component.health : undefined
  const meters = seen.diskMeters
  const source = meters === undefined ? '/actuator/health/diskSpace' : '/actuator/metrics/disk.free'
  const total = meters?.total ?? sizeFact(reported?.details['total'], 'disk total')
  const free = meters?.free ?? sizeFact(reported?.details['free'], 'disk free')
  const unused = shareOf(free, total, text('디스크 크기', 'disk size'))
  if (unused.kind === 'unknown') {
    const { reason } = unused
    return unknownPercent(text(`디스크 조회 ${reason.ko}`, `disk: ${reason.en}`), line, source)
  }
  const verdict = judgePercent(100 - unused.value, line, source)
  if (reported === undefined || reported.status === 'UP' || reported.status === 'UNKNOWN') {
    return verdict
  }
  return {
    ...verdict,
    status: 'critical',
    reason: text(
      `diskSpace ${reported.status}: ${verdict.summary.ko} 사용`,
      `diskSpace ${reported.status}: ${verdict.summary.en} in use`,
    ),
  }
}
