/**
 * The last hour's sales against the same hour of earlier weeks, by the counters Prometheus has
 * scraped: for where the sales themselves cannot be read. They count failed registrations too.
 */
import { daysBetween, seoulDateOf } from '../core/dates.ts'
import { wonOfNumber, type Won } from '../core/money.ts'
import type { OverTime } from '../core/over-time.ts'
import type { RequestOptions } from '../core/service.ts'
import { text } from '../core/text.ts'
import { known, mapFact, unknown, type Fact } from './fact.ts'
import { referenceDays } from './sales-window.ts'
import { SCRAPE_SLACK_MS, scrapedSales, type ScrapedSales } from './scraped-sales.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
/** Two weeks at least, or the days just before tell more. */
const FEWEST_WEEKS = 2

const COUNT = 'sales_created_total'
/** The unit stands in the name twice; a mended service would not have it. */
const AMOUNT = 'sales_amount_total(_KRW_total)?'

export interface SoldHour {
  readonly count: number
  readonly amount: Won
  /** Sales in the same hour of each earlier day that was scraped from end to end. */
  readonly earlier: readonly number[]
  readonly basis: 'weekday' | 'recent'
}

export async function readScrapedHour(
  overTime: OverTime,
  {
    nowMs,
    holidays,
    options,
  }: {
    readonly nowMs: number
    readonly holidays: readonly string[]
    readonly options: RequestOptions
  },
): Promise<Fact<SoldHour>> {
  const today = seoulDateOf(nowMs)
  const { sameWeekday, recent } = referenceDays(today, holidays)
  const riseOn = (metric: string, daysBack: number): Promise<Fact<ScrapedSales>> =>
    riseInHour(overTime, metric, { nowMs, backMs: daysBack * DAY_MS, options })
  const onDays = async (days: readonly string[]): Promise<readonly number[]> => {
    const rises = await Promise.all(days.map((day) => riseOn(COUNT, daysBetween(day, today))))
    return rises.flatMap((rise) =>
      rise.kind === 'known' && rise.value.whole ? [rise.value.count] : [],
    )
  }
  const [count, amount, weeks] = await Promise.all([
    riseOn(COUNT, 0),
    riseOn(AMOUNT, 0),
    onDays(sameWeekday),
  ])
  const sold = wholeOf(count)
  const won = wholeOf(amount)
  if (sold.kind === 'unknown') return sold
  if (won.kind === 'unknown') return won
  const days = weeks.length >= FEWEST_WEEKS ? [] : await onDays(recent)
  const byWeekday = weeks.length >= days.length
  return known({
    count: sold.value,
    amount: wonOfNumber(Math.round(won.value)) ?? '0',
    earlier: byWeekday ? weeks : days,
    basis: byWeekday ? 'weekday' : 'recent',
  })
}

async function riseInHour(
  overTime: OverTime,
  metric: string,
  {
    nowMs,
    backMs,
    options,
  }: { readonly nowMs: number; readonly backMs: number; readonly options: RequestOptions },
): Promise<Fact<ScrapedSales>> {
  const answer = await overTime.scraped(
    ({ job }) => `{__name__=~"${metric}",${job}}`,
    { windowMs: HOUR_MS + SCRAPE_SLACK_MS, backMs },
    options,
  )
  const toMs = nowMs - backMs
  return scrapedSales(answer, { fromMs: toMs - HOUR_MS, toMs })
}

function wholeOf(rise: Fact<ScrapedSales>): Fact<number> {
  if (rise.kind === 'known' && !rise.value.whole) {
    return unknown(
      text('Prometheus가 한 시간을 다 수집하지 못함', 'Prometheus has not scraped the whole hour'),
    )
  }
  return mapFact(rise, ({ count }) => count)
}
