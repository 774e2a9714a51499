/** Prometheus as health sees it: answers by script, each after a time of the fake clock. */
import type { Clock } from '../../src/core/clock.ts'
import type {
  NumberAnswer,
  OverTime,
  RowsAnswer,
  ScrapedAnswer,
  WithOverTime,
} from '../../src/core/over-time.ts'
import { NOW_MS } from './fake-service.ts'

const INTERVAL_MS = 15_000
const WEEK_MS = 7 * 86_400_000

export interface OverTimeScript {
  readonly p95Seconds?: NumberAnswer | number
  /** Of each instance: the value of the samples of the last minutes, newest last. */
  readonly cpu?: readonly (readonly number[])[]
  /** What each instance counted in the last hour: a reading every 15 s, newest last. */
  readonly sales?: readonly (readonly number[])[]
  readonly salesWeekAgo?: readonly (readonly number[])[]
  readonly amount?: readonly (readonly number[])[]
  readonly rows?: RowsAnswer
  readonly notScraped?: readonly string[]
  /** Each answer takes so long; never: the caller has to give up. */
  readonly afterMs?: number
}

export function unknownAnswer(why: 'empty' | 'not_a_number' | 'stale' | 'partial' = 'empty') {
  return { kind: 'unknown', why, reason: { ko: '값 없음', en: `it is ${why}` } } as const
}

/** One reading every 15 s up to now, `count` of them, by `value` of the index. */
export function readings(count: number, value: (index: number) => number): readonly number[] {
  return Array.from({ length: count }, (_, index) => value(index))
}

/** An hour and a little before it. */
export const HOUR_READINGS = 3_600_000 / INTERVAL_MS + 10

export function fakeOverTime(script: OverTimeScript, clock: Clock): WithOverTime {
  const answered = async <T>(answer: T, signal: AbortSignal | undefined): Promise<T> => {
    await clock.sleep(script.afterMs ?? 5, signal)
    return answer
  }
  const overTime: OverTime = {
    url: 'http://prometheus:9090',
    number: (question, options) => {
      question(SERIES)
      const { p95Seconds } = script
      const answer: NumberAnswer =
        typeof p95Seconds === 'number'
          ? { kind: 'known', value: p95Seconds, atMs: NOW_MS }
          : (p95Seconds ?? unknownAnswer())
      return answered(answer, options?.signal)
    },
    rows: (question, options) => {
      question(SERIES)
      return answered(script.rows ?? unknownAnswer(), options?.signal)
    },
    foreign: (_question, options) => answered(unknownAnswer(), options?.signal),
    range: () => Promise.reject(new Error('health draws no curve')),
    scraped: (selector, { backMs = 0 }, options) => {
      const wanted = selector(SERIES)
      const values = wanted.includes('system_cpu_usage')
        ? script.cpu
        : wanted.includes('amount')
          ? script.amount
          : backMs === 0
            ? script.sales
            : script.salesWeekAgo
      return answered(scrapedAnswer(values, backMs, script.notScraped ?? []), options?.signal)
    },
  }
  return (work) => work(overTime)
}

const SERIES = {
  job: 'job="mini-today-sales"',
  instance: 'job="mini-today-sales",instance="localhost:8080"',
  scrapeIntervalMs: INTERVAL_MS,
} as const

function scrapedAnswer(
  values: readonly (readonly number[])[] | undefined,
  backMs: number,
  notScraped: readonly string[],
): ScrapedAnswer {
  // Only the very week that is asked for is scripted; other days were not scraped.
  if (values === undefined || (backMs !== 0 && backMs % WEEK_MS !== 0)) return unknownAnswer()
  return {
    kind: 'known',
    scrapeIntervalMs: INTERVAL_MS,
    notScraped,
    series: values.map((each, index) => ({
      instance: `app-${index}:8080`,
      labels: {},
      samples: each.map((value, at) => ({
        atMs: NOW_MS - backMs - 3000 - (each.length - 1 - at) * INTERVAL_MS,
        value,
      })),
    })),
  }
}
