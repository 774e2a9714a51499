/** Whether anything was sold: the configured stores are asked, or else the counters stand in. */
import { addDays, isoSeoul, seoulDateOf } from '../core/dates.ts'
import type { Read } from '../core/read.ts'
import type { MetricsSummary } from '../core/service.ts'
import { text } from '../core/text.ts'
import { askEach } from './asker.ts'
import type { OverTimeFacts } from './collect-over-time.ts'
import { factOf, mapFact, unknown, type Fact } from './fact.ts'
import type { SalesCounter, SalesObservations } from './observations.ts'
import { openTimeIn } from './opening-hours.ts'
import { askMeter, type Round } from './round.ts'

/** Stores asked in the first go. One that sold is enough; the rest are asked when none of these did. */
const FIRST_STORES = 3
/** Two clocks that agree within this look at the same window, ms. */
const CLOCK_TOLERANCE_MS = 60_000
/** Level 2 is sampled every 5 minutes: a count that old still tells where the window began. */
const BASELINE_MS = 3_600_000

export async function observeSales(
  round: Round,
  summary: Promise<Read<MetricsSummary>>,
  startMs: Promise<Fact<number>>,
  overTime?: OverTimeFacts,
): Promise<SalesObservations> {
  const seen = await observeSold(round, summary, startMs)
  if (overTime === undefined) return seen
  const counted = mapFact(factOf(await summary), ({ sales }) => sales)
  const now = await overTime.sales
  const weekAgo = isOrdinary(round, seen.nowMs)
    ? await overTime.salesWeekAgo
    : unknown(text('공휴일과 비교하지 않음', 'not held against a holiday'))
  return { ...seen, scraped: { now, weekAgo, counted } }
}

/** Neither today nor the same weekday of last week is a holiday. */
function isOrdinary({ ports }: Round, nowMs: number): boolean {
  const today = seoulDateOf(nowMs)
  const { holidays } = ports.settings
  return !holidays.includes(today) && !holidays.includes(addDays(today, -7))
}

async function observeSold(
  round: Round,
  summary: Promise<Read<MetricsSummary>>,
  startMs: Promise<Fact<number>>,
): Promise<SalesObservations> {
  const { settings } = round.ports
  const first = await askStores(round, round.ports.clock.now())
  if (settings.stores.length === 0) await Promise.all([summary, startMs])
  // Only now is the service's clock known; a window of our own clock may lie beside it.
  const apartMs = Math.abs(round.nowMs() - round.ports.clock.now())
  const seen = apartMs <= CLOCK_TOLERANCE_MS ? first : await askStores(round, round.nowMs())
  if (settings.stores.length > 0 || settings.instances !== 1) return seen
  return { ...seen, counter: await observeCounter(round, summary, startMs) }
}

async function askStores(round: Round, nowMs: number): Promise<SalesObservations> {
  const { settings } = round.ports
  const windowMs = settings.thresholds.noSalesMinutes * 60_000
  const open = openTimeIn(nowMs - windowMs, nowMs, settings.openingHours, settings.holidays)
  if (!open.openNow) return { nowMs, windowMs, open, stores: [] }

  const from = serviceTime(nowMs - windowMs)
  // A till may be a little ahead of the service: its newest sales count as well.
  const to = serviceTime(nowMs + CLOCK_TOLERANCE_MS)
  const askStore = async (store: string): Promise<SalesObservations['stores'][number]> => {
    const path = `/api/v1/sales/${encodeURIComponent(store)}`
    const page = await round.asker.ask(path, round.remainingMs(), (options) =>
      round.ports.reader.salesPage(store, from, to, 0, 1, options),
    )
    return { store, count: mapFact(factOf(page), ({ totalElements }) => totalElements) }
  }
  const stores = await askEach(settings.stores.slice(0, FIRST_STORES), FIRST_STORES, askStore)
  const sold = stores.some(({ count }) => count.kind === 'known' && count.value > 0)
  if (!sold && settings.stores.length > FIRST_STORES) {
    stores.push(...(await askEach(settings.stores.slice(FIRST_STORES), 6, askStore)))
  }
  return { nowMs, windowMs, open, stores }
}

/** Seoul date and time without a zone, as the sales endpoint takes it. */
function serviceTime(epochMs: number): string {
  return isoSeoul(epochMs).slice(0, 19)
}

async function observeCounter(
  round: Round,
  summary: Promise<Read<MetricsSummary>>,
  startMs: Promise<Fact<number>>,
): Promise<SalesCounter> {
  let count = mapFact(factOf(await summary), ({ sales }) => sales)
  // The summary says 0 for a meter that does not exist as well: only the meter itself proves it.
  if (count.kind === 'known' && count.value === 0) {
    count = await askMeter(round, 'sales.created.total', 'COUNT')
  }
  const nowMs = round.ports.clock.now()
  const fromMs = nowMs - round.ports.settings.thresholds.noSalesMinutes * 60_000 - BASELINE_MS
  const samples = (await round.ports.samples?.('sales.created.total', fromMs, nowMs)) ?? []
  const aheadMs = round.nowMs() - nowMs
  return {
    count,
    startMs: await startMs,
    samples: samples.map((sample) => ({ ...sample, atMs: sample.atMs + aheadMs })),
  }
}
