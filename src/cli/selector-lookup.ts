/** Looks the selectors of loaded rules up in Prometheus: does anything answer to them, or could it? */
import { matches, matchesAll } from '../core/label-matcher.ts'
import type { Labels } from '../core/label-matcher.ts'
import type { PrometheusReader, RuleGroup, ScrapeTarget } from '../core/monitoring.ts'
import type { Read } from '../core/read.ts'
import type { RequestOptions } from '../core/service.ts'
import { CLOSED_LABELS } from '../doctor/dead-rules.ts'
import type { LookUp } from '../doctor/dead-rules.ts'
import type { Selector } from '../doctor/promql.ts'
import { parsePromql, selectorsIn } from '../doctor/promql.ts'

/** More rules than that are somebody else's too; how many are left is said. */
const MOST_SELECTORS = 1000
const AT_ONCE = 8
/** Label sets that are looked at to learn which labels a metric has. */
const MOST_SERIES = 5000
const LOOK_BACK_MS = 2 * 3_600_000

export interface LookedUp {
  readonly lookUps: ReadonlyMap<string, LookUp>
  readonly selectorsLeft: number
}

export async function lookUpSelectors(
  prometheus: PrometheusReader,
  groups: readonly RuleGroup[],
  targets: readonly ScrapeTarget[],
  nowMs: number,
  options: RequestOptions,
): Promise<LookedUp> {
  const rules = groups.flatMap((group) => group.rules)
  // What a rule records is that rule's to answer for; alerts record their own state.
  const made = new Set([
    'ALERTS',
    'ALERTS_FOR_STATE',
    ...rules.filter(({ kind }) => kind === 'recording').map(({ name }) => name),
  ])
  const selectors = new Map<string, Selector>()
  for (const { query } of rules) {
    const expression = parsePromql(query)
    if (expression === undefined) continue
    for (const selector of selectorsIn(expression)) selectors.set(selector.text, selector)
  }
  const found = new Map<string, LookUp>()
  const seriesOf = seriesCache(prometheus, nowMs, options)
  const waiting = [...selectors.values()].slice(0, MOST_SELECTORS)
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const own = next.name !== undefined && made.has(next.name)
      found.set(
        next.text,
        own ? 'some' : await lookUp(prometheus, next, targets, seriesOf, options),
      )
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return { lookUps: found, selectorsLeft: Math.max(0, selectors.size - MOST_SELECTORS) }
}

type SeriesOf = (name: string) => Promise<Read<readonly Labels[]>>

/** Each metric is asked for once, however many rules choose among its series. */
function seriesCache(
  prometheus: PrometheusReader,
  nowMs: number,
  options: RequestOptions,
): SeriesOf {
  const asked = new Map<string, Promise<Read<readonly Labels[]>>>()
  return (name) => {
    const known =
      asked.get(name) ??
      // A target that is down just now has series of the last hours.
      prometheus.series([name], { ...options, fromMs: nowMs - LOOK_BACK_MS, limit: MOST_SERIES })
    asked.set(name, known)
    return known
  }
}

async function lookUp(
  prometheus: PrometheusReader,
  selector: Selector,
  targets: readonly ScrapeTarget[],
  seriesOf: SeriesOf,
  options: RequestOptions,
): Promise<LookUp> {
  const { name, matchers } = selector
  const series = name === undefined ? undefined : await seriesOf(name)
  if (series !== undefined && series.kind !== 'ok') return 'unknown'
  if (series?.value.some((labels) => matchesAll(matchers, labels)) === true) return 'some'
  if (series === undefined || series.value.length >= MOST_SERIES) {
    // Not all of them are here: Prometheus itself has to look.
    const read = await prometheus.query(`count(last_over_time(${selector.text}[1h]))`, options)
    if (read.kind !== 'ok') return 'unknown'
    if (read.value.elements.length > 0) return 'some'
    if (series === undefined) return 'unknown'
  }
  return mayCome(selector, series.value, targets) ? 'not_yet' : 'none'
}

/**
 * The metric is there and knows these labels: another value may come with the first event. A label
 * that no series of it has will not come, nor will a job or instance that nobody scrapes, nor a bucket
 * or a memory area that is not there.
 */
function mayCome(
  { matchers }: Selector,
  series: readonly Labels[],
  targets: readonly ScrapeTarget[],
): boolean {
  if (series.length === 0) return false
  return matchers.every((matcher) => {
    const { name, operator, value } = matcher
    const wants = (operator === '=' || operator === '=~') && value !== ''
    if (!wants) return true
    if (name === 'job' || name === 'instance') {
      const scraped = targets.map(({ labels }) => labels)
      return [...scraped, ...series].some((labels) => matches(matcher, labels))
    }
    return CLOSED_LABELS.has(name)
      ? series.some((labels) => matches(matcher, labels))
      : series.some((labels) => labels[name] !== undefined)
  })
}
