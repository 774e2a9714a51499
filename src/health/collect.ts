/**
 * Asks the service everything a health check needs, at once and within three seconds: the whole
 * health first, and when it says nothing for a second, every component on its own.
 */
import type { Read } from '../core/read.ts'
import type { ComponentHealth, MetricsSummary } from '../core/service.ts'
import { text, type Text } from '../core/text.ts'
import { createAsker } from './asker.ts'
import { askOverTime, type OverTimeFacts } from './collect-over-time.ts'
import { observeLatency } from './collect-latency.ts'
import { observeResources } from './collect-resources.ts'
import { observeSales } from './collect-sales.ts'
import { observeSettlement } from './collect-settlement.ts'
import { unknown, type Fact } from './fact.ts'
import type { Level } from './health.ts'
import {
  COMPONENTS,
  type ComponentName,
  type ComponentObservations,
  type HealthObservations,
  type PoolObservations,
} from './observations.ts'
import { askMeter, type HealthPorts, type Round } from './round.ts'

const SUMMARY_PATH = '/api/monitoring/metrics/summary'

export async function observeHealth(ports: HealthPorts, level: Level): Promise<HealthObservations> {
  const { clock, reader } = ports
  const observedAtMs = clock.now()
  const startedMs = clock.monotonicMs()
  const wholeMs = Math.min(1000, ports.settings.timeoutMs ?? 1000)
  const componentMs = ports.settings.timeoutMs ?? 2000
  const asker = createAsker(ports)
  const round: Round = {
    ports,
    asker,
    remainingMs: () => startedMs + wholeMs + componentMs - clock.monotonicMs(),
    // Every series of a meter is one path, and while watching a path is asked one thing at a time.
    concurrency: ports.pathsOut === undefined ? 6 : 1,
    nowMs: () => asker.serviceNowMs() ?? clock.now(),
  }

  const components = observeComponents(round, { wholeMs, componentMs })
  const overTime = askOverTime(round, level)
  const pool = observePool(
    round,
    components.then(({ whole }) => whole.kind !== 'ok'),
  )
  const summary = level < 2 ? undefined : askSummary(round)
  const startMs = level < 2 ? undefined : askStart(round)
  const [sales, settlement, latency, resources] = await Promise.all([
    summary && startMs && observeSales(round, summary, startMs, overTime),
    summary && startMs && observeSettlement(round, summary, startMs),
    level < 2 ? undefined : observeLatency(round, components, overTime),
    level < 3 ? undefined : observeResources(round, components, overTime),
  ])
  const observations = { components: await components, pool: await pool }
  const failure = overTime === undefined ? undefined : await failureOf(overTime)
  const serviceNowMs = asker.serviceNowMs()
  return {
    url: reader.url,
    level,
    observedAtMs,
    elapsedMs: Math.round(clock.monotonicMs() - startedMs),
    requests: asker.sent(),
    answered: asker.answered(),
    unauthorized: asker.unauthorized(),
    ...(serviceNowMs === undefined ? {} : { clockOffsetMs: serviceNowMs - clock.now() }),
    ...observations,
    ...(sales === undefined ? {} : { sales }),
    ...(settlement === undefined ? {} : { settlement }),
    ...(latency === undefined ? {} : { latency }),
    ...(resources === undefined ? {} : { resources }),
    ...(failure === undefined ? {} : { overTime: { failure } }),
  }
}

/** Why Prometheus told nothing at all; null when it told something. */
async function failureOf({ p95Ms, sales, cpu, done }: OverTimeFacts): Promise<Text | null> {
  await done
  const facts = await Promise.all([sales, cpu, p95Ms])
  if (facts.some(({ kind }) => kind === 'known')) return null
  const [first] = facts
  return first.kind === 'unknown' ? first.reason : null
}

async function observeComponents(
  round: Round,
  deadlines: { readonly wholeMs: number; readonly componentMs: number },
): Promise<ComponentObservations> {
  const { reader } = round.ports
  const ask = (name: ComponentName, deadlineMs: number): Promise<Read<ComponentHealth>> =>
    round.asker.ask(`/actuator/health/${name}`, deadlineMs, (options) =>
      reader.componentHealth(name, options),
    )
  // Asked from the start: the whole health does not say how long the database took.
  const db = ask('db', round.remainingMs())
  const whole = await round.asker.ask('/actuator/health', deadlines.wholeMs, (options) =>
    reader.wholeHealth(options),
  )
  if (whole.kind === 'ok' || !worthAskingOneByOne(whole)) return { whole, own: { db: await db } }
  const others = COMPONENTS.filter((name) => name !== 'db')
  const asked = await Promise.all([
    db.then((read) => ['db', read] as const),
    ...others.map(async (name) => [name, await ask(name, deadlines.componentMs)] as const),
  ])
  return { whole, own: Object.fromEntries(asked) }
}

/** A closed door, a refusal or somebody else's page will not open component by component. */
function worthAskingOneByOne(whole: Read<unknown>): boolean {
  if (whole.kind !== 'unknown') return true
  const { kind } = whole.failure
  return (
    kind !== 'unreachable' && kind !== 'unauthorized' && kind !== 'foreign' && kind !== 'aborted'
  )
}

/**
 * The number of waiting threads tells most; whether the pool is full matters when some wait, or
 * when the whole health is in trouble.
 */
async function observePool(round: Round, trouble: Promise<boolean>): Promise<PoolObservations> {
  const pending = await askMeter(round, 'hikaricp.connections.pending', 'VALUE')
  const waiting = pending.kind === 'known' && pending.value > 0
  if (!waiting && !((await trouble) && pending.kind === 'known')) return { pending }
  const [active, max] = await Promise.all([
    askMeter(round, 'hikaricp.connections.active', 'VALUE'),
    askMeter(round, 'hikaricp.connections.max', 'VALUE'),
  ])
  return { pending, active, max }
}

function askSummary(round: Round): Promise<Read<MetricsSummary>> {
  return round.asker.ask(SUMMARY_PATH, round.remainingMs(), (options) =>
    round.ports.reader.metricsSummary(options),
  )
}

/** When the process began, ms since the epoch. */
async function askStart(round: Round): Promise<Fact<number>> {
  const seconds = await askMeter(round, 'process.start.time', 'VALUE')
  if (seconds.kind === 'unknown') return seconds
  if (seconds.value === 0) return unknown(text('기동 시각 없음', 'no start time'))
  return { kind: 'known', value: seconds.value * 1000 }
}
