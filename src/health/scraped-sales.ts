/** What the sales counters of all instances rose by in a stretch of time, from samples as scraped. Pure. */
import { riseOf } from '../core/counter-rise.ts'
import type { ScrapedAnswer } from '../core/over-time.ts'
import { known, type Fact } from './fact.ts'

export interface ScrapedSales {
  /** At least so many; exactly, where `whole`. */
  readonly count: number
  /** Every instance was scraped from end to end: what is not counted was not. */
  readonly whole: boolean
  /** What the counters stood at last, all together. */
  readonly total: number
}

/** So much more than is judged is asked for: a count needs a reading from before its beginning, ms. */
export const SCRAPE_SLACK_MS = 300_000
/** A missed scrape or two leave a hole in which a counter may have begun anew. */
const LONGEST_GAP_SCRAPES = 2.5

export function scrapedSales(
  answer: ScrapedAnswer,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Fact<ScrapedSales> {
  if (answer.kind === 'unknown') return answer
  const gapMs = LONGEST_GAP_SCRAPES * answer.scrapeIntervalMs
  const rises = answer.series.map(({ samples }) => riseOf(samples, { fromMs, toMs, gapMs }))
  return known({
    count: rises.reduce((sum, { count }) => sum + count, 0),
    whole: answer.notScraped.length === 0 && rises.every(({ whole }) => whole),
    total: rises.reduce((sum, { last }) => sum + last, 0),
  })
}
