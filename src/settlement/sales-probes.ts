/** Sales of the week and of the day, held against the four weeks before. Read-only. */
import { z } from 'zod'
import {
  addDays,
  parseServiceTime,
  seoulDateOf,
  seoulInstant,
  seoulTimeOf,
  shortDate,
  type SeoulDate,
} from '../core/dates.ts'
import { groupedWon } from '../core/money.ts'
import type { RequestOptions } from '../core/service.ts'
import { text, type Text } from '../core/text.ts'
import type { Observation, ProbeDeclaration } from '../playbook/operation.ts'
import { optionsOf, type SettlementProbePorts } from './probes.ts'
import { readSalesOfDay, totalsOf, type StoreSale } from './sales-of-day.ts'
import {
  comparable,
  daySales,
  FEWEST_EXPECTED,
  mean,
  percentOf,
  salesTrend,
  WEEKS_BEFORE,
  type DaySales,
  type SalesTrend,
  type Share,
} from './sales-trend.ts'

type Nothing = Record<string, never>
const nothing = z.object({}) as z.ZodType<Nothing>

const SOURCE = '/api/v1/sales'
/** Days that are read at a time: a weekly look must not press on the service. */
const PARALLEL_DAYS = 4

const shareShape = z.object({
  id: z.string(),
  count: z.number(),
  expectedCount: z.number(),
  changePercent: z.number().optional(),
})

export function createSalesWeekProbe(ports: SettlementProbePorts): ProbeDeclaration<Nothing> {
  return {
    id: 'sales.week',
    title: text('주간 매출 추이', "the week's sales"),
    impact: 'read_only',
    idempotent: true,
    inputs: nothing,
    outputs: z.object({
      from: z.string(),
      to: z.string(),
      count: z.number(),
      amount: z.string(),
      expectedAmount: z.string(),
      changePercent: z.number(),
      weeks: z.number(),
      days: z.array(
        z.object({
          date: z.string(),
          count: z.number(),
          amount: z.string(),
          changePercent: z.number().optional(),
        }),
      ),
      types: z.array(shareShape),
      channels: z.array(shareShape),
      vanished: z.array(z.string()),
      /** Days and shares that moved by at least 30 %. */
      outliers: z.array(z.string()),
    }),
    async observe(_input, context) {
      const to = addDays(seoulDateOf(context.clock.now()), -1)
      const dates = Array.from({ length: 7 * (WEEKS_BEFORE + 1) }, (_, index) =>
        addDays(to, -index),
      )
      const days = new Map<SeoulDate, DaySales>()
      const read = await readDays(ports, dates, optionsOf(ports, context))
      if (read.kind === 'unknown') return { kind: 'unknown', reason: read.reason, source: SOURCE }
      for (const [date, sales] of read.days) days.set(date, daySales(date, sales))
      const trend = salesTrend(days, to, ports.settings.holidays)
      if (trend === undefined) return { kind: 'unknown', reason: NOTHING_BEFORE, source: SOURCE }
      const outliers = outliersOf(trend)
      return {
        kind: 'observed',
        value: { ...trend, outliers },
        summary: trendWords(trend, outliers),
        source: SOURCE,
      }
    },
  }
}

const NOTHING_BEFORE = text(
  '비교할 직전 4주 매출 없음',
  'no sale in the four weeks before to compare with',
)

type DaysRead =
  | { readonly kind: 'known'; readonly days: ReadonlyMap<SeoulDate, readonly StoreSale[]> }
  | { readonly kind: 'unknown'; readonly reason: Text }

/** All of them, or not known: a day that is missing would look like a fall. */
async function readDays(
  ports: SettlementProbePorts,
  dates: readonly SeoulDate[],
  options: RequestOptions,
): Promise<DaysRead> {
  const days = new Map<SeoulDate, readonly StoreSale[]>()
  for (let from = 0; from < dates.length; from += PARALLEL_DAYS) {
    const group = dates.slice(from, from + PARALLEL_DAYS)
    const read = await Promise.all(
      group.map((date) => readSalesOfDay(ports.reader, ports.settings.stores, date, options)),
    )
    for (const day of read) {
      if (day.kind !== 'known') return { kind: 'unknown', reason: day.reason }
      days.set(day.date, day.sales)
    }
  }
  return { kind: 'known', days }
}

/** A day or a share that moved by this much is named. */
const OUTLIER_PERCENT = 30

function outliersOf(trend: SalesTrend): readonly string[] {
  const days = trend.days.map((day) => ({ ...day, id: shortDate(day.date) }))
  const named: readonly Pick<Share, 'id' | 'changePercent'>[] = [
    ...days,
    ...trend.types,
    ...trend.channels,
  ]
  return named
    .filter(({ changePercent }) => Math.abs(changePercent ?? 0) >= OUTLIER_PERCENT)
    .map(({ id, changePercent = 0 }) => `${id} ${signed(changePercent)}%`)
}

function trendWords(trend: SalesTrend, outliers: readonly string[]): Text {
  const span = `${shortDate(trend.from)}–${shortDate(trend.to)}`
  const amount = groupedWon(trend.amount)
  const change = signed(trend.changePercent)
  const some = outliers.slice(0, 3).join(', ')
  const gone = trend.vanished.join(', ')
  return text(
    [
      `${span} ${trend.count}건 ${amount}원 · 직전 ${trend.weeks}주 평균 대비 ${change}%`,
      ...(gone === '' ? [] : [`사라짐: ${gone}`]),
      ...(some === '' ? [] : [`변동 큼: ${some}`]),
    ].join(' · '),
    [
      `${trend.from} to ${trend.to}: ${trend.count} sales, ${amount} won, ${change} % against ${trend.weeks} weeks`,
      ...(gone === '' ? [] : [`gone: ${gone}`]),
      ...(some === '' ? [] : [`moved: ${some}`]),
    ].join('; '),
  )
}

function signed(value: number): string {
  return value > 0 ? `+${value}` : String(value)
}

export function createSalesDayProbe(ports: SettlementProbePorts): ProbeDeclaration<Nothing> {
  return {
    id: 'sales.day',
    title: text('오늘 매출', "today's sales so far"),
    impact: 'read_only',
    idempotent: true,
    inputs: nothing,
    outputs: z.object({
      date: z.string(),
      until: z.string(),
      count: z.number(),
      amount: z.string(),
      expectedCount: z.number(),
      changePercent: z.number(),
    }),
    async observe(_input, context): Promise<Observation> {
      const nowMs = context.clock.now()
      const date = seoulDateOf(nowMs)
      const until = seoulTimeOf(nowMs)
      const weeks = Array.from({ length: WEEKS_BEFORE }, (_, index) => index + 1)
      const before = comparable(date, weeks, ports.settings.holidays)
      const read = await readDays(ports, [date, ...before], optionsOf(ports, context))
      if (read.kind === 'unknown') return { kind: 'unknown', reason: read.reason, source: SOURCE }
      const sinceMidnightMs = nowMs - seoulInstant(date)
      const own = totalsOf(upTo(read.days.get(date) ?? [], date, sinceMidnightMs))
      const usual = before
        .map((earlier) => upTo(read.days.get(earlier) ?? [], earlier, sinceMidnightMs).length)
        .filter((count) => count > 0)
      const expected = mean(usual)
      const amount = groupedWon(own.amount)
      if (expected === undefined || expected < FEWEST_EXPECTED) {
        return {
          kind: 'unknown',
          reason: text(
            `${until}까지 ${own.count}건 ${amount}원 · 비교할 직전 4주 매출이 ${FEWEST_EXPECTED}건 미만`,
            `${own.count} sales, ${amount} won by ${until}; fewer than ${FEWEST_EXPECTED} expected by the four weeks before`,
          ),
          source: SOURCE,
        }
      }
      const changePercent = percentOf(own.count, expected)
      const expectedCount = Math.round(expected * 10) / 10
      return {
        kind: 'observed',
        value: { date, until, count: own.count, amount: own.amount, expectedCount, changePercent },
        summary: text(
          `${until}까지 ${own.count}건 ${amount}원 · 직전 ${usual.length}주 같은 요일 대비 ${signed(changePercent)}%`,
          `${own.count} sales, ${amount} won by ${until}; ${signed(changePercent)} % against the same weekday of ${usual.length} weeks`,
        ),
        source: SOURCE,
      }
    },
  }
}

/** COMPLETED sales of the day until this long after midnight. */
function upTo(
  sales: readonly StoreSale[],
  date: SeoulDate,
  sinceMidnightMs: number,
): readonly StoreSale[] {
  const endMs = seoulInstant(date) + sinceMidnightMs
  return sales.filter((sale) => {
    const atMs = parseServiceTime(sale.transactionTime)
    return sale.status === 'COMPLETED' && atMs !== undefined && atMs <= endMs
  })
}
