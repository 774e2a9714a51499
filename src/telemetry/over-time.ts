/** What Prometheus has kept of one service: found once, then asked as often as is wanted. */
import type { Clock } from '../core/clock.ts'
import type { PrometheusReader } from '../core/monitoring.ts'
import type { NumberAnswer, OverTime, ScrapedAnswer, SeriesQuestion } from '../core/over-time.ts'
import { readRange } from './read-range.ts'
import type { RequestOptions } from '../core/service.ts'
import { text } from '../core/text.ts'
import type { Text } from '../core/text.ts'
import { partialOf, readNumber, readRows } from './read-number.ts'
import type { NumberQuestion } from './read-number.ts'
import { DEFAULT_INTERVAL_MS, findServiceSeries } from './service-series.ts'
import type { FoundSeries } from './service-series.ts'

/** Samples older than this many scrapes are stale. */
const FRESH_SCRAPES = 2
/** A Date header has whole seconds: clocks that agree within this are not corrected, ms. */
const SAME_CLOCK_MS = 2000

type Unknown = Extract<NumberAnswer, { readonly kind: 'unknown' }>

export function createOverTime(
  prometheus: Pick<PrometheusReader, 'url' | 'query' | 'queryRange' | 'rawSamples'>,
  url: string,
  clock: Clock,
): OverTime {
  let finding: Promise<FoundSeries> | undefined
  const find = (options?: RequestOptions): Promise<FoundSeries> =>
    (finding ??= findServiceSeries(prometheus, url, options))

  async function prepare(
    question: SeriesQuestion,
    options: RequestOptions | undefined,
  ): Promise<{ readonly kind: 'ready'; readonly question: NumberQuestion } | Unknown> {
    const found = await find(options)
    if (found.kind === 'unknown') return { ...found, why: 'unreachable' }
    const { expression, basis, everyInstance } = question(found.series)
    const missing = everyInstance === true ? found.notScraped.job : found.notScraped.instance
    if (missing.length > 0)
      return { kind: 'unknown', why: 'partial', reason: missingWords(missing) }
    const maxAgeMs = FRESH_SCRAPES * found.series.scrapeIntervalMs
    return { kind: 'ready', question: { expression, freshness: { selector: basis, maxAgeMs } } }
  }

  return {
    url: prometheus.url,
    async number(question, options) {
      const ready = await prepare(question, options)
      return ready.kind === 'unknown' ? ready : readNumber(prometheus, ready.question, options)
    },
    async rows(question, options) {
      const ready = await prepare(question, options)
      return ready.kind === 'unknown' ? ready : readRows(prometheus, ready.question, options)
    },
    foreign: ({ expression, basis }, options) =>
      // How often others are scraped is not known: Prometheus' own default is taken for it.
      readNumber(
        prometheus,
        {
          expression,
          freshness: { selector: basis, maxAgeMs: FRESH_SCRAPES * DEFAULT_INTERVAL_MS },
        },
        options,
      ),
    async range(question, grid, options) {
      const found = await find(options)
      if (found.kind === 'unknown') return found
      const { expression, basis, everyInstance } = question(found.series)
      const freshness = {
        selector: basis,
        maxAgeMs: FRESH_SCRAPES * found.series.scrapeIntervalMs,
      }
      const read = await readRange(prometheus, { expression, freshness }, grid, options)
      const missing = everyInstance === true ? found.notScraped.job : found.notScraped.instance
      if (read.kind === 'unknown' || missing.length === 0) return read
      // What was is drawn; what is now is a part of the whole.
      return { ...read, latest: { kind: 'unknown', why: 'partial', reason: missingWords(missing) } }
    },
    async scraped(selector, { windowMs, backMs = 0 }, options): Promise<ScrapedAnswer> {
      const found = await find(options)
      if (found.kind === 'unknown') return found
      const { series } = found
      const read = await prometheus.rawSamples(
        selector(series),
        windowMs,
        backMs === 0 ? options : { ...options, atMs: clock.now() - backMs },
      )
      if (read.kind === 'unknown') return { kind: 'unknown', reason: read.failure.message }
      if (read.kind === 'absent') return { kind: 'unknown', reason: NO_SERIES }
      const partial = partialOf(read.value.warnings)
      if (partial !== undefined) return { kind: 'unknown', reason: partial.reason }
      if (read.value.series.length === 0) return { kind: 'unknown', reason: NO_SERIES }
      // Asked at a time of ours the samples are on Prometheus' clock all the same.
      const aheadMs = clockAhead(read.meta.dateMs, clock)
      return {
        kind: 'known',
        scrapeIntervalMs: series.scrapeIntervalMs,
        notScraped: found.notScraped.job,
        series: read.value.series.map(({ labels, points }) => ({
          instance: labels['instance'] ?? '',
          labels,
          samples: points.flatMap(({ atMs, value }) =>
            value.kind === 'number' ? [{ atMs: atMs - aheadMs, value: value.value }] : [],
          ),
        })),
      }
    },
  }
}

const NO_SERIES = text('해당 지표 없음', 'no such series')

function clockAhead(dateMs: number | undefined, clock: Clock): number {
  if (dateMs === undefined) return 0
  const aheadMs = dateMs - clock.now()
  return Math.abs(aheadMs) <= SAME_CLOCK_MS ? 0 : aheadMs
}

function missingWords(instances: readonly string[]): Text {
  const names = instances.slice(0, 3).join(', ')
  const rest = instances.length > 3 ? ` +${instances.length - 3}` : ''
  return text(`수집되지 않는 인스턴스: ${names}${rest}`, `not scraped: ${names}${rest}`)
}
