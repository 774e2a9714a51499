/**
 * Finds this service in a Prometheus that watches many: by the meter only it has, then by the address
 * it is configured under, then by its usual name. Two that fit are no answer.
 */
import type { PrometheusReader } from '../core/monitoring.ts'
import type { ServiceSeries } from '../core/over-time.ts'
import type { RequestOptions } from '../core/service.ts'
import { text } from '../core/text.ts'
import type { Text } from '../core/text.ts'
import { partialOf } from './read-number.ts'

/** As `mts monitoring render` and the guide name it. */
const USUAL_JOB = 'mini-today-sales'
/** No other service has it, and its scrape counts truly. */
const OWN_METER = 'sales_created_total'
/** Prometheus' own default, where `up` does not tell. */
export const DEFAULT_INTERVAL_MS = 60_000
/** Long enough for two scrapes of a minute each, and some missed. */
const LOOK_BACK_MS = 600_000

export type FoundSeries =
  | {
      readonly kind: 'found'
      readonly series: ServiceSeries
      /** Instances that are not scraped now, of all and of those the instance selector takes. */
      readonly notScraped: { readonly job: readonly string[]; readonly instance: readonly string[] }
    }
  | { readonly kind: 'unknown'; readonly reason: Text }

export async function findServiceSeries(
  prometheus: Pick<PrometheusReader, 'query' | 'rawSamples'>,
  url: string,
  options?: RequestOptions,
): Promise<FoundSeries> {
  const read = await prometheus.query(`${OWN_METER} or up{job="${USUAL_JOB}"}`, options)
  if (read.kind === 'unknown') return { kind: 'unknown', reason: read.failure.message }
  const elements = read.kind === 'ok' ? read.value.elements : []
  const partial = read.kind === 'ok' ? partialOf(read.value.warnings) : undefined
  if (partial !== undefined) return { kind: 'unknown', reason: partial.reason }
  const targets = elements.map(({ labels }) => ({
    job: labels['job'] ?? '',
    instance: labels['instance'] ?? '',
  }))
  const own = targets.find(({ instance }) => isAddressOf(instance, url))
  const job = own?.job ?? onlyJob(targets.map((target) => target.job))
  if (job === undefined) return { kind: 'unknown', reason: whyNone(targets) }
  const ups = await readUps(prometheus, job, options)
  const down = ups.targets.flatMap(({ instance, isUp }) => (isUp ? [] : [instance]))
  const jobMatcher = `job=${JSON.stringify(job)}`
  return {
    kind: 'found',
    series: {
      job: jobMatcher,
      instance:
        own === undefined ? jobMatcher : `${jobMatcher},instance=${JSON.stringify(own.instance)}`,
      scrapeIntervalMs: ups.intervalMs,
    },
    notScraped: {
      job: down,
      instance: own === undefined ? down : down.filter((instance) => instance === own.instance),
    },
  }
}

function onlyJob(jobs: readonly string[]): string | undefined {
  const different = new Set(jobs)
  if (different.has(USUAL_JOB)) return USUAL_JOB
  return different.size === 1 ? [...different][0] : undefined
}

function whyNone(targets: readonly { readonly job: string }[]): Text {
  if (targets.length === 0) {
    return text(
      'Prometheus에 이 서비스의 지표 없음(수집 설정: mts monitoring render)',
      'Prometheus has no series of this service (mts monitoring render)',
    )
  }
  const jobs = [...new Set(targets.map(({ job }) => job))].join(', ')
  return text(
    `Prometheus에서 이 서비스를 구별할 수 없음(job: ${jobs})`,
    `several jobs in Prometheus could be this service: ${jobs}`,
  )
}

/** `localhost` is what the same machine calls itself, whichever address a scrape has it under. */
function isAddressOf(instance: string, url: string): boolean {
  const { hostname, port, protocol } = new URL(url)
  const names = LOOPBACK.has(hostname) ? [...LOOPBACK] : [hostname]
  const number = port === '' ? (protocol === 'https:' ? '443' : '80') : port
  return names.some((name) => instance === `${name}:${number}`)
}

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

interface Ups {
  readonly intervalMs: number
  readonly targets: readonly { readonly instance: string; readonly isUp: boolean }[]
}

/** `up` is written at every scrape, so its samples tell how often there is one. */
async function readUps(
  prometheus: Pick<PrometheusReader, 'rawSamples'>,
  job: string,
  options?: RequestOptions,
): Promise<Ups> {
  const selector = `up{job=${JSON.stringify(job)}}`
  const read = await prometheus.rawSamples(selector, LOOK_BACK_MS, options)
  // What writes to Prometheus' place without scraping has no `up`.
  if (read.kind !== 'ok') return { intervalMs: DEFAULT_INTERVAL_MS, targets: [] }
  const series = read.value.series.map(({ labels, points }) => ({
    instance: labels['instance'] ?? '',
    times: points.map(({ atMs }) => atMs),
    last: points.at(-1)?.value,
  }))
  const intervalMs = medianGap(series.map(({ times }) => times)) ?? DEFAULT_INTERVAL_MS
  const newestMs = Math.max(...series.map(({ times }) => times.at(-1) ?? 0))
  return {
    intervalMs,
    targets: series
      // One that has been taken out of the configuration is no target any more.
      .filter(({ times }) => (times.at(-1) ?? 0) >= newestMs - 2 * intervalMs)
      .map(({ instance, last }) => ({
        instance,
        isUp: last?.kind === 'number' && last.value === 1,
      })),
  }
}

function medianGap(series: readonly (readonly number[])[]): number | undefined {
  const gaps = series
    .flatMap((times) => times.slice(1).map((atMs, index) => atMs - (times[index] ?? atMs)))
    .sort((left, right) => left - right)
  return gaps[Math.floor(gaps.length / 2)]
}
