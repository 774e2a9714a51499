/** One look of a watch: the health, what is sampled for later verdicts, the settled day, the runs. */
import { dueSettlementDate, seoulInstant, addDays } from '../core/dates.ts'
import type { Journal, Sample } from '../core/journal.ts'
import { equalWon, groupedWon } from '../core/money.ts'
import type { RequestOptions, ServiceReader } from '../core/service.ts'
import type { Settings } from '../core/settings.ts'
import { SAMPLED, type SampledMeter } from '../core/sampled-meters.ts'
import { text } from '../core/text.ts'
import type { Level } from '../health/health.ts'
import type { HealthPorts } from '../health/round.ts'
import { readSalesOfDay } from '../settlement/sales-of-day.ts'
import { checkHealth } from '../health/check-health.ts'
import type { WatchPolicy } from '../watch/policy.ts'
import type { SettledDay, WatchedCheck } from '../watch/round.ts'
import type { WatchState } from '../watch/state.ts'
import type { Look } from './watch-loop.ts'
import { unsignedDaily } from './watch-unsigned.ts'

const SAMPLE_TIMEOUT_MS = 2000
/** Reading a whole day's sales must not hold up the next round. */
const SALES_TIMEOUT_MS = 20_000
/** The nightly line is of use in the morning, not in the evening. */
const SETTLED_WITHIN_MS = 12 * 3_600_000
const RUNS_LOOKED_AT = 30

export interface LookPorts {
  readonly health: HealthPorts
  readonly settings: Settings
  readonly journal: Journal
  readonly policy: WatchPolicy
  /** Rewrites a check's commands so that they go to this service. */
  readonly address: (command: string) => string
}

export async function lookAt(ports: LookPorts, level: Level, state: WatchState): Promise<Look> {
  const { health, journal, policy } = ports
  const seen = await checkHealth(health, level)
  const reachable = seen.checks.some(({ id, status }) => id === 'service' && status === 'ok')
  // Afterwards: while watching, no path is asked twice at the same time.
  const samples = reachable ? await measureSamples(ports, level) : []
  const day = level >= 2 && reachable ? await observeSettledDay(ports, state) : {}
  const checks: WatchedCheck[] = seen.checks.map((check) =>
    check.next === undefined
      ? check
      : { ...check, next: check.next.map((command) => ports.address(command)) },
  )
  if (day.check !== undefined) checks.push(day.check)
  const unsigned = unsignedDaily(
    journal,
    ports.settings.url,
    ports.settings.holidays,
    health.clock.now(),
  )
  const prepared = state.incidents.flatMap(({ run }) => (run === undefined ? [] : [run]))
  return {
    checks,
    samples,
    ...(day.settled === undefined ? {} : { settled: day.settled }),
    ...(unsigned === undefined ? {} : { unsigned }),
    ...(policy.tellRuns ? { runs: journal.runs({ kind: 'playbook', limit: RUNS_LOOKED_AT }) } : {}),
    resumed: prepared.flatMap((run) => resumedBy(journal, run)),
  }
}

async function measureSamples(
  { health, settings }: LookPorts,
  level: Level,
): Promise<readonly Sample[]> {
  const { reader, clock } = health
  const options = optionsOf(health, SAMPLE_TIMEOUT_MS)
  const start = await valueOf(reader, { meter: 'process.start.time', statistic: 'VALUE' }, options)
  const atMs = clock.now()
  const at = {
    atMs,
    url: settings.url,
    ...(start === undefined || start === 0 ? {} : { processStartMs: Math.round(start * 1000) }),
  }
  const samples: Sample[] = []
  for (const sampled of Object.values<SampledMeter>(SAMPLED)) {
    if (sampled.level > level) continue
    const value = await valueOf(reader, sampled, options)
    if (value !== undefined) samples.push({ ...at, metric: sampled.metric, value })
  }
  return samples
}

/** undefined: not known. It is never taken for 0. */
async function valueOf(
  reader: ServiceReader,
  { meter, statistic, tags = {} }: Pick<SampledMeter, 'meter' | 'statistic' | 'tags'>,
  options: RequestOptions,
): Promise<number | undefined> {
  const read = await reader.metric(meter, tags, options)
  return read.kind === 'ok' ? read.value.measurements[statistic] : undefined
}

function optionsOf({ signal }: HealthPorts, timeoutMs: number): RequestOptions {
  return { timeoutMs, ...(signal === undefined ? {} : { signal }) }
}

/**
 * Last night's settlement against the sales of its day, until it is proven good: then one line goes
 * to finance. That they differ is a check of its own, since the record alone looks fine.
 */
async function observeSettledDay(
  { health, settings, policy }: LookPorts,
  state: WatchState,
): Promise<{ readonly settled?: SettledDay; readonly check?: WatchedCheck }> {
  const nowMs = health.clock.now()
  const date = dueSettlementDate(nowMs, settings.batch)
  const dueMs = seoulInstant(addDays(date, 1), settings.batch.at) + settings.batch.graceMs
  const wanted = policy.channels.includes('finance') && settings.stores.length > 0
  const late = nowMs - dueMs > SETTLED_WITHIN_MS
  const told = state.settledDate === date
  // A difference that was told is looked at until it is over.
  const open = state.incidents.some(({ check }) => check === 'reconciliation')
  if (!wanted || late || (told && !open)) return {}
  const record = await health.reader.settlementOnDate(date, optionsOf(health, SAMPLE_TIMEOUT_MS))
  if (record.kind !== 'ok' || record.value.status !== 'COMPLETED') return {}
  const deadline = AbortSignal.timeout(SALES_TIMEOUT_MS)
  const signal = health.signal === undefined ? deadline : AbortSignal.any([health.signal, deadline])
  const sales = await readSalesOfDay(health.reader, settings.stores, date, { signal })
  const check = { id: 'reconciliation', level: 2 }
  if (sales.kind !== 'known') {
    return { check: { ...check, status: 'unknown', reason: sales.reason, summary: sales.reason } }
  }
  const { transactionCount, totalAmount } = record.value
  const { count, amount } = sales.completed
  if (count === transactionCount && equalWon(amount, totalAmount)) {
    const summary = text('매출과 일치', 'agrees with the sales')
    return {
      check: { ...check, status: 'ok', reason: null, summary },
      ...(told ? {} : { settled: { date, count, amount } }),
    }
  }
  const reason = text(
    `정산(${date}) ${transactionCount}건 ${groupedWon(totalAmount)}원 ≠ 매출 ${count}건 ${groupedWon(amount)}원`,
    `settlement of ${date}: ${transactionCount} for ${groupedWon(totalAmount)} won; sales: ${count} for ${groupedWon(amount)} won`,
  )
  return { check: { ...check, status: 'critical', reason, summary: reason } }
}

/** Whoever goes on with a run that was prepared is on it. */
function resumedBy(journal: Journal, run: string): { readonly run: string; readonly by: string }[] {
  const resumed = journal.events(run).find(({ kind }) => kind === 'runResumed')
  if (resumed === undefined) return []
  const data = resumed.data as { readonly by?: unknown } | null
  return [{ run, by: typeof data?.by === 'string' ? data.by : '담당자' }]
}
