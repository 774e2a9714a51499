/** Heap, CPU and disk, each from the best source at hand. */
import type { OverTimeFacts } from './collect-over-time.ts'
import { factOf, type Fact } from './fact.ts'
import { componentOf } from './judge-component.ts'
import type { ComponentObservations, ResourceObservations } from './observations.ts'
import { askMeter, type Round } from './round.ts'

/** Samples may come a little late: this much more history is asked for than is judged. */
const SAMPLE_SLACK_MS = 120_000

export async function observeResources(
  round: Round,
  components: Promise<ComponentObservations>,
  overTime?: OverTimeFacts,
): Promise<ResourceObservations> {
  const [heap, cpu, diskMeters] = await Promise.all([
    observeHeap(round),
    observeCpu(round, overTime),
    components.then((seen) => observeDisk(round, seen)),
  ])
  return { ...heap, ...cpu, ...(diskMeters === undefined ? {} : { diskMeters }) }
}

async function observeHeap(
  round: Round,
): Promise<Pick<ResourceObservations, 'heap' | 'heapSource'>> {
  const path = '/api/monitoring/system/info'
  const info = await round.asker.ask(path, round.remainingMs(), (options) =>
    round.ports.reader.systemInfo(options),
  )
  if (info.kind === 'ok' || round.remainingMs() <= 0)
    return { heap: factOf(info), heapSource: path }
  const [used, max] = await Promise.all([
    askMeter(round, 'jvm.memory.used', 'VALUE', { area: 'heap' }),
    askMeter(round, 'jvm.memory.max', 'VALUE', { area: 'heap' }),
  ])
  const heapSource = '/actuator/metrics/jvm.memory.used'
  if (used.kind === 'unknown') return { heap: used, heapSource }
  if (max.kind === 'unknown') return { heap: max, heapSource }
  return {
    heap: { kind: 'known', value: { heapUsedBytes: used.value, heapMaxBytes: max.value } },
    heapSource,
  }
}

async function observeCpu(
  round: Round,
  overTime: OverTimeFacts | undefined,
): Promise<Pick<ResourceObservations, 'cpu' | 'cpuSamples' | 'cpuScraped'>> {
  const { thresholds } = round.ports.settings
  const cpu = await askMeter(round, 'system.cpu.usage', 'VALUE')
  const above = cpu.kind === 'known' && cpu.value * 100 > thresholds.cpuPercent
  if (!above) return { cpu, cpuSamples: [] }
  const cpuScraped = overTime === undefined ? {} : { cpuScraped: await overTime.cpu }
  if (round.ports.samples === undefined) return { cpu, cpuSamples: [], ...cpuScraped }
  const nowMs = round.ports.clock.now()
  const fromMs = nowMs - thresholds.cpuForMs - SAMPLE_SLACK_MS
  const cpuSamples = await round.ports.samples('system.cpu.usage', fromMs, nowMs)
  return { cpu, cpuSamples, ...cpuScraped }
}

async function observeDisk(
  round: Round,
  seen: ComponentObservations,
): Promise<{ free: Fact<number>; total: Fact<number> } | undefined> {
  const component = componentOf(seen, 'diskSpace')
  const details = component.kind === 'reported' ? component.health.details : {}
  if (typeof details['total'] === 'number' && typeof details['free'] === 'number') return undefined
  const [free, total] = await Promise.all([
    askMeter(round, 'disk.free', 'VALUE'),
    askMeter(round, 'disk.total', 'VALUE'),
  ])
  return { free, total }
}
