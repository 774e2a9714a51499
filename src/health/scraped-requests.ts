/** Requests of the last hour by path and outcome, from Prometheus: where it has watched the whole hour. */
import { increaseWithBirths } from '../core/api-calls.ts'
import type { OverTime, WithOverTime } from '../core/over-time.ts'
import { MtsError } from '../core/errors.ts'
import { promDurationOf } from '../core/prom-duration.ts'
import type { RequestOptions } from '../core/service.ts'
import { text } from '../core/text.ts'
import { windowFor } from './collect-over-time.ts'
import { known, unknown, type Fact } from './fact.ts'

const HOUR_MS = 3_600_000
/** A scrape that is missed now and then is no hole. */
const WATCHED_SHARE = 0.9
const METER = 'http_server_requests_seconds_count'

export const SCRAPED_REQUESTS = `Prometheus ${METER}`

/** What was counted, as it stands before a number. */
export const SPAN_WORDS = {
  hour: text('최근 1시간', 'in the last hour'),
  start: text('기동 후', 'since the start'),
} as const

export interface RequestCount {
  readonly uri: string
  readonly outcome: string
  readonly count: number
}

/** What Prometheus says, or why it is of no use; never throws for what it does. */
export async function askPrometheus<T>(
  withOverTime: WithOverTime | undefined,
  ask: (overTime: OverTime) => Promise<Fact<T>>,
): Promise<Fact<T>> {
  if (withOverTime === undefined) return unknown(text('Prometheus 미설정', 'no Prometheus'))
  try {
    return await withOverTime(ask)
  } catch (error) {
    // An address that cannot be used is Prometheus' trouble; the service is asked instead.
    if (error instanceof MtsError) return unknown(error.text)
    throw error
  }
}

/** `matchers` narrow the paths: `uri="..."`. No request at all is known too, as an empty list. */
export async function requestsOfLastHour(
  overTime: OverTime,
  matchers: string,
  options: RequestOptions,
): Promise<Fact<readonly RequestCount[]>> {
  const answer = await overTime.rows(({ job, scrapeIntervalMs }) => {
    const windowMs = windowFor(HOUR_MS, { scrapeIntervalMs })
    const window = promDurationOf(windowMs)
    const series = `${METER}{${job},${matchers}}`
    const scrapes = Math.floor((windowMs / scrapeIntervalMs) * WATCHED_SHARE)
    return {
      expression: `sum by (uri, outcome) (${increaseWithBirths(series, `{${job}}`, window)}) and on () (sum(count_over_time(up{${job}}[${window}])) >= ${scrapes})`,
      basis: `${METER}{${job}}`,
      everyInstance: true,
    }
  }, options)
  if (answer.kind === 'unknown') return answer
  return known(
    answer.rows.map(({ labels, value }) => ({
      uri: labels['uri'] ?? '',
      outcome: labels['outcome'] ?? '',
      // What Prometheus extrapolates to the ends of the window is no whole number.
      count: Math.round(value),
    })),
  )
}
