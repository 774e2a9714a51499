/** Curves out of Prometheus, each with whether it can be believed: blind where the service counts more. */
import type { Grid, NumberAnswer, OverTime, RangeRead } from '../core/over-time.ts'
import { promDurationOf } from '../core/prom-duration.ts'
import type { RequestOptions } from '../core/service.ts'
import { text, type Text } from '../core/text.ts'
import type { PanelPlan } from './panels.ts'

export interface PrometheusCurve {
  readonly now: Extract<RangeRead, { kind: 'known' }>
  readonly weekAgo: RangeRead | null
  /** It has not watched its whole window: at least so much. */
  readonly less: boolean
}

export type PrometheusPanel =
  | { readonly kind: 'curve'; readonly curve: PrometheusCurve }
  | { readonly kind: 'none'; readonly reason: Text; readonly query: string | null }

/** A scrape or two that were missed are no shortage. */
const WATCHED_SHARE = 0.97

const BLIND = text(
  '서비스는 세지만 수집 지표는 0에 멈춤(mts doctor)',
  'counted by the service, 0 in the scrape (mts doctor)',
)

/** `counted`: what the service itself counts by a meter; undefined when it does not say. */
export async function readPrometheusPanel(
  overTime: OverTime,
  { prometheus }: Pick<PanelPlan, 'prometheus'>,
  {
    grid,
    counted,
    options,
  }: {
    readonly grid: Grid
    readonly counted: (meter: string) => Promise<number | undefined>
    readonly options: RequestOptions
  },
): Promise<PrometheusPanel | undefined> {
  if (prometheus === undefined) return undefined
  const { question, weekAgo, windowMs, blindBeside } = prometheus
  const [now, before, less, blind] = await Promise.all([
    overTime.range(question, grid, options),
    weekAgo === undefined ? null : overTime.range(weekAgo, grid, options),
    windowMs === undefined ? false : hasWatchedLess(overTime, windowMs, options),
    blindBeside === undefined
      ? false
      : isBlind(overTime.number(blindBeside.total, options), counted(blindBeside.meter)),
  ])
  const query = now.expression ?? null
  if (now.kind === 'unknown') return { kind: 'none', reason: now.reason, query }
  if (blind) return { kind: 'none', reason: BLIND, query }
  if (now.points.every(({ value }) => value === null)) {
    return { kind: 'none', reason: text('값이 없음(요청 없음)', 'no value (no request)'), query }
  }
  return { kind: 'curve', curve: { now, weekAgo: before, less } }
}

async function hasWatchedLess(
  overTime: OverTime,
  windowMs: number,
  options: RequestOptions,
): Promise<boolean> {
  let wanted = 0
  const scrapes = await overTime.number(({ job, scrapeIntervalMs }) => {
    wanted = (windowMs / scrapeIntervalMs) * WATCHED_SHARE
    const up = `up{${job}}`
    return { expression: `max(count_over_time(${up}[${promDurationOf(windowMs)}]))`, basis: up }
  }, options)
  return scrapes.kind === 'unknown' || scrapes.value < wanted
}

async function isBlind(
  scraped: Promise<NumberAnswer>,
  counted: Promise<number | undefined>,
): Promise<boolean> {
  const [inScrape, byService] = await Promise.all([scraped, counted])
  return inScrape.kind === 'known' && inScrape.value === 0 && (byService ?? 0) > 0
}
