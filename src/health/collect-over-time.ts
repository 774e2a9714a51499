/**
 * What Prometheus has kept, asked beside the service and never waited for longer than a second: it
 * tells what held for minutes, and how it was a week ago. Without it the meters and samples decide.
 */
import { p95Expression } from '../core/api-calls.ts'
import { MtsError } from '../core/errors.ts'
import type { Sample } from '../core/journal.ts'
import type { NumberAnswer, OverTime, ScrapedAnswer, ServiceSeries } from '../core/over-time.ts'
import { promDurationOf } from '../core/prom-duration.ts'
import type { RequestOptions } from '../core/service.ts'
import { durationText } from '../core/duration.ts'
import { text } from '../core/text.ts'
import { firstOf } from './asker.ts'
import { known, mapFact, unknown, type Fact } from './fact.ts'
import type { Level } from './health.ts'
import type { HealthPorts, Round } from './round.ts'
import { SCRAPE_SLACK_MS, scrapedSales, type ScrapedSales } from './scraped-sales.ts'

/** All of it together, opening the connection included. */
const DEADLINE_MS = 1000
const WEEK_MS = 7 * 86_400_000
const P95_WINDOW_MS = 300_000

export interface OverTimeFacts {
  readonly p95Ms: Promise<Fact<P95>>
  /** Of each instance that may be the one that was asked. */
  readonly cpu: Promise<Fact<readonly (readonly Sample[])[]>>
  readonly sales: Promise<Fact<ScrapedSales>>
  readonly salesWeekAgo: Promise<Fact<ScrapedSales>>
  /** Everything is answered or given up, and let go. */
  readonly done: Promise<void>
}

export interface P95 {
  readonly ms: number
  readonly windowMs: number
}

type Ask<T> = (overTime: OverTime, options: RequestOptions) => Promise<Fact<T>>

/** Sends the questions of a level at once; undefined where no Prometheus is configured. */
export function askOverTime(round: Round, level: Level): OverTimeFacts | undefined {
  const { withOverTime, clock, settings, signal } = round.ports
  if (withOverTime === undefined || level < 2) return undefined
  const cut = new AbortController()
  const deadlineMs = Math.min(DEADLINE_MS, round.remainingMs())
  const options: RequestOptions = {
    timeoutMs: deadlineMs,
    signal: signal === undefined ? cut.signal : AbortSignal.any([signal, cut.signal]),
  }
  const session = open(withOverTime)

  async function fact<T>(ask: Ask<T>): Promise<Fact<T>> {
    const asked = session.overTime.then((overTime) => ask(overTime, options))
    try {
      const first = await firstOf(clock, deadlineMs, asked, signal)
      return first === 'late' ? unknown(late(deadlineMs)) : first
    } catch (error) {
      // An address that cannot be used is Prometheus' trouble, not the service's.
      if (error instanceof MtsError) return unknown(error.text)
      throw error
    }
  }

  const windowMs = settings.thresholds.noSalesMinutes * 60_000
  const nowMs = clock.now()
  const p95Ms = fact(askP95)
  const sales = fact(salesOf(nowMs, windowMs, 0))
  const salesWeekAgo = fact(salesOf(nowMs, windowMs, WEEK_MS))
  const cpu =
    level < 3
      ? Promise.resolve(unknown(text('조회 못 함', 'not asked')))
      : fact(cpuFor(settings.thresholds.cpuForMs))
  const done = Promise.all([p95Ms, sales, salesWeekAgo, cpu]).then(async () => {
    cut.abort()
    await session.close()
  })
  return { p95Ms, cpu, sales, salesWeekAgo, done }
}

/** Keeps what `withOverTime` opens until it is told to let go. */
function open(withOverTime: NonNullable<HealthPorts['withOverTime']>): {
  readonly overTime: Promise<OverTime>
  close(): Promise<void>
} {
  let release: () => void = () => undefined
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  let closed: Promise<void> = Promise.resolve()
  const overTime = new Promise<OverTime>((resolve, reject) => {
    closed = withOverTime((opened) => {
      resolve(opened)
      return released
    }).catch(reject)
  })
  return {
    overTime,
    close: () => {
      release()
      return closed
    },
  }
}

function late(deadlineMs: number) {
  const after = durationText(deadlineMs)
  return text(
    `Prometheus 응답 없음(${after.ko} 초과)`,
    `no answer of Prometheus (over ${after.en})`,
  )
}

export async function askP95(overTime: OverTime, options: RequestOptions): Promise<Fact<P95>> {
  let windowMs = P95_WINDOW_MS
  const answer = await overTime.number(({ instance, scrapeIntervalMs }) => {
    windowMs = windowFor(P95_WINDOW_MS, { scrapeIntervalMs })
    return {
      expression: p95Expression(instance, promDurationOf(windowMs)),
      basis: `http_server_requests_seconds_count{${instance}}`,
    }
  }, options)
  return mapFact(numberFact(answer), (seconds) => ({ ms: seconds * 1000, windowMs }))
}

/** A rate needs two scrapes in its window, whatever the rhythm. */
export function windowFor(
  wantedMs: number,
  { scrapeIntervalMs }: Pick<ServiceSeries, 'scrapeIntervalMs'>,
): number {
  return Math.max(wantedMs, 4 * scrapeIntervalMs)
}

function numberFact(answer: NumberAnswer): Fact<number> {
  return answer.kind === 'known' ? known(answer.value) : unknown(answer.reason)
}

function cpuFor(forMs: number): Ask<readonly (readonly Sample[])[]> {
  return async (overTime, options) => {
    const answer = await overTime.scraped(
      ({ instance }) => `system_cpu_usage{${instance}}`,
      { windowMs: forMs + SCRAPE_SLACK_MS },
      options,
    )
    return mapFact(seriesFact(answer), (series) =>
      series.map(({ samples }) =>
        samples.map((sample) => ({ ...sample, url: overTime.url, metric: 'system.cpu.usage' })),
      ),
    )
  }
}

function seriesFact(answer: ScrapedAnswer) {
  return answer.kind === 'known' ? known(answer.series) : answer
}

function salesOf(nowMs: number, windowMs: number, backMs: number): Ask<ScrapedSales> {
  return async (overTime, options) => {
    const answer = await overTime.scraped(
      ({ job }) => `sales_created_total{${job}}`,
      { windowMs: windowMs + SCRAPE_SLACK_MS, backMs },
      options,
    )
    const toMs = nowMs - backMs
    return scrapedSales(answer, { fromMs: toMs - windowMs, toMs })
  }
}
