/** Sales by the counters Prometheus has scraped: what they prove of the last hour, and how last week's was. */
import { text, type Text } from '../core/text.ts'
import type { Judged } from './health.ts'
import type { HealthSettings, SalesObservations } from './observations.ts'
import { chanceOfAtMost } from './sales-stopped.ts'

export const SCRAPED = 'Prometheus sales_created_total'

/** Fewer last week are too few to tell a drop from chance. */
const LEAST_LAST_WEEK = 20
/** A drop is named when less than this share is left and chance hardly explains it. */
const LEFT_SHARE = 0.3
const DROP_CHANCE = 0.001

type Scraped = NonNullable<SalesObservations['scraped']>

/** What the scrapes prove; undefined when they prove nothing: not there, blind, or with holes and no sale. */
export function scrapedCount(
  { scraped }: SalesObservations,
  { instances }: HealthSettings,
): { readonly count: number; readonly whole: boolean } | undefined {
  if (scraped === undefined || scraped.now.kind === 'unknown' || isBlind(scraped)) return undefined
  const { count, whole, total } = scraped.now.value
  // The last scrape is some seconds old: what one process has counted since is sold too.
  const since =
    instances === 1 && scraped.counted.kind === 'known'
      ? Math.max(0, scraped.counted.value - total)
      : 0
  const sold = count + since
  return sold === 0 && !whole ? undefined : { count: sold, whole }
}

/** The service counts and the scrape stands at 0: what it says of this series is worth nothing. */
function isBlind({ now, counted }: Scraped): boolean {
  return (
    now.kind === 'known' && now.value.total === 0 && counted.kind === 'known' && counted.value > 0
  )
}

/** The same hour a week ago beside the verdict; far below it, a sale is no proof that all is well. */
export function besideLastWeek(verdict: Judged, { scraped }: SalesObservations): Judged {
  if (scraped === undefined || verdict.status === 'unknown' || isBlind(scraped)) return verdict
  const { now, weekAgo } = scraped
  if (weekAgo.kind === 'unknown' || !weekAgo.value.whole) return verdict
  const before = weekAgo.value.count
  const words = text(`지난주 같은 시간 ${before}건`, `${before} in the same hour last week`)
  const beside = {
    ...verdict,
    reason: joined(verdict.reason, words),
    source: verdict.source === SCRAPED ? SCRAPED : `${verdict.source}, ${SCRAPED}`,
  }
  if (verdict.status !== 'ok' || now.kind === 'unknown' || !now.value.whole) return beside
  if (!hasDropped(now.value.count, before)) return beside
  return {
    ...beside,
    status: 'warning',
    reason: text(
      `${verdict.summary.ko}: 급감 · ${words.ko}`,
      `${verdict.summary.en}: far below the ${words.en}`,
    ),
  }
}

function hasDropped(count: number, before: number): boolean {
  return (
    before >= LEAST_LAST_WEEK &&
    count < before * LEFT_SHARE &&
    chanceOfAtMost(count, before, 1) < DROP_CHANCE
  )
}

function joined(first: Text | null, second: Text): Text {
  return first === null ? second : text(`${first.ko} · ${second.ko}`, `${first.en} · ${second.en}`)
}
