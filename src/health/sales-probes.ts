/** Probes over sales: how many against what was to be expected, which kind has stopped, what the meters say. */
import { z } from 'zod'
import { isoSeoul, seoulTimeOf, shortDate } from '../core/dates.ts'
import { durationText } from '../core/duration.ts'
import { groupedWon, sumWon } from '../core/money.ts'
import type { RequestOptions } from '../core/service.ts'
import { text, type Text } from '../core/text.ts'
import type { Observation, OperationContext, ProbeDeclaration } from '../playbook/operation.ts'
import { askEach } from './asker.ts'
import { mapFact, unknown, type Fact } from './fact.ts'
import { nothing, optionsOf, type MeterProbePorts, type Nothing } from './meter-count.ts'
import type { HealthSettings } from './observations.ts'
import { openTimeIn } from './opening-hours.ts'
import {
  chanceOfAtMost,
  judgeStopped,
  LEAST_EXPECTED,
  STOP_PATTERNS,
  type Kind,
} from './sales-stopped.ts'
import { readEarlier, readSalesBetween } from './sales-window.ts'
import { readScrapedHour, type SoldHour } from './scraped-hour.ts'
import { askPrometheus } from './scraped-requests.ts'
import { failureWords } from './words.ts'

export interface SalesProbePorts extends MeterProbePorts {
  readonly settings: Pick<HealthSettings, 'stores' | 'openingHours' | 'holidays'>
}

const HOUR_MS = 3_600_000

const NO_STORES = text(
  '가맹점 미설정: 매출을 셀 수 없습니다. 설정: stores 또는 MTS_STORES',
  'no stores configured: sales cannot be counted; set stores or MTS_STORES',
)

export function createSalesProbes(ports: SalesProbePorts): readonly ProbeDeclaration<Nothing>[] {
  return [lastHourProbe(ports), lastSaleProbe(ports), stoppedProbe(ports)]
}

function unseen(reason: Text, source: string): Observation {
  return { kind: 'unknown', reason, source }
}

function isOpen(ports: SalesProbePorts, context: OperationContext): boolean {
  const nowMs = context.clock.now()
  const { openingHours, holidays } = ports.settings
  return openTimeIn(nowMs - 1, nowMs, openingHours, holidays).openNow
}

function lastHourProbe(ports: SalesProbePorts): ProbeDeclaration<Nothing> {
  return {
    id: 'sales.lastHour',
    title: text('지난 1시간 매출', 'sales of the last hour'),
    impact: 'read_only',
    idempotent: true,
    inputs: nothing,
    outputs: z.object({
      count: z.number(),
      amount: z.string(),
      /** Mean of the same hour of earlier days. */
      expected: z.number(),
      days: z.number(),
      /** `unclear`: fewer than five were to be expected. */
      level: z.enum(['usual', 'low', 'none', 'closed', 'unclear']),
    }),
    async observe(_input, context) {
      const source = '/api/v1/sales'
      const { stores, holidays } = ports.settings
      const nowMs = context.clock.now()
      const open = isOpen(ports, context)
      const options = optionsOf(ports, context)
      const read = await readHour(ports.reader, { stores, holidays, nowMs }, options)
      if (read.kind === 'known') return hourSeen(read.value, open, source)
      // The sales themselves are the best evidence; where they cannot be read the counters stand in.
      const scraped = await askPrometheus(ports.withOverTime, (overTime) =>
        readScrapedHour(overTime, { nowMs, holidays, options }),
      )
      return scraped.kind === 'known'
        ? hourSeen(scraped.value, open, 'Prometheus sales_created_total')
        : unseen(read.reason, source)
    },
  }
}

async function readHour(
  reader: SalesProbePorts['reader'],
  {
    stores,
    holidays,
    nowMs,
  }: Pick<SalesProbePorts['settings'], 'stores' | 'holidays'> & { readonly nowMs: number },
  options: RequestOptions,
): Promise<Fact<SoldHour>> {
  if (stores.length === 0) return unknown(NO_STORES)
  const window = { fromMs: nowMs - HOUR_MS, toMs: nowMs }
  const [now, earlier] = await Promise.all([
    readSalesBetween(reader, stores, window, options),
    readEarlier(reader, stores, window, holidays, options),
  ])
  if (now.kind === 'unknown') return now
  return mapFact(earlier, ({ days, basis }) => ({
    count: now.value.length,
    amount: sumWon(now.value.map((sale) => sale.amount)),
    earlier: days.map(({ sales }) => sales.length),
    basis,
  }))
}

function hourSeen(
  { count, amount, earlier, basis }: SoldHour,
  open: boolean,
  source: string,
): Observation {
  const days = earlier.length
  const total = earlier.reduce((sum, sold) => sum + sold, 0)
  const expected = days === 0 ? 0 : total / days
  const level = levelOf(count, total, days, open)
  const against =
    basis === 'weekday' ? text('같은 요일', 'same weekday') : text('최근 같은 시각', 'recent days')
  return {
    kind: 'observed',
    value: { count, amount, expected, days, level },
    summary: text(
      `${count}건 ${groupedWon(amount)}원 · ${against.ko} ${days}일 평균 ${expected.toFixed(1)}건${LEVEL_WORDS[level].ko}`,
      `${count} sales, ${groupedWon(amount)} won; ${expected.toFixed(1)} expected (${against.en}, ${days} days)${LEVEL_WORDS[level].en}`,
    ),
    source,
  }
}

type SalesLevel = 'usual' | 'low' | 'none' | 'closed' | 'unclear'

const LEVEL_WORDS: Readonly<Record<SalesLevel, Text>> = {
  usual: text('', ''),
  low: text(' · 급감', '; far below'),
  none: text(' · 0건', '; none'),
  closed: text(' · 영업시간 외', '; closed'),
  unclear: text(
    ` · 기대 ${LEAST_EXPECTED}건 미만이라 판단 불가`,
    `; fewer than ${LEAST_EXPECTED} expected, not judged`,
  ),
}

/** Low: a count that chance explains less than once in a hundred. */
function levelOf(count: number, total: number, days: number, open: boolean): SalesLevel {
  if (!open) return 'closed'
  if (days === 0 || total / days < LEAST_EXPECTED) return 'unclear'
  if (count === 0) return 'none'
  return chanceOfAtMost(count, total, days) < 0.01 ? 'low' : 'usual'
}

/** How far back the last sale is looked for. */
const LAST_SALE_MS = 48 * HOUR_MS

function lastSaleProbe(ports: SalesProbePorts): ProbeDeclaration<Nothing> {
  return {
    id: 'sales.lastSale',
    title: text('마지막 매출', 'the last sale'),
    impact: 'read_only',
    idempotent: true,
    inputs: nothing,
    outputs: z.object({
      /** Null: none in 48 hours. */
      at: z.string().nullable(),
      agoMs: z.number(),
      paymentType: z.string().nullable(),
      channel: z.string().nullable(),
    }),
    async observe(_input, context) {
      const source = '/api/v1/sales'
      const { stores } = ports.settings
      if (stores.length === 0) return unseen(NO_STORES, source)
      const nowMs = context.clock.now()
      const from = isoSeoul(nowMs - LAST_SALE_MS).slice(0, 19)
      const to = isoSeoul(nowMs).slice(0, 19)
      const options = optionsOf(ports, context)
      const reads = await askEach([...new Set(stores)], 6, (store) =>
        ports.reader.salesPage(store, from, to, 0, 1, options),
      )
      const found = []
      for (const read of reads) {
        if (read.kind !== 'ok') return unseen(failureWords(read), source)
        found.push(...read.value.sales.slice(0, 1))
      }
      const last = found.toSorted((a, b) => (a.transactionTime < b.transactionTime ? 1 : -1))[0]
      if (last === undefined) {
        return {
          kind: 'observed',
          value: { at: null, agoMs: LAST_SALE_MS, paymentType: null, channel: null },
          summary: text('48시간 동안 매출 없음', 'no sale in 48 hours'),
          source,
        }
      }
      const atMs = Date.parse(`${last.transactionTime.slice(0, 19)}+09:00`)
      if (Number.isNaN(atMs)) return unseen(text('시각을 읽을 수 없음', 'unreadable time'), source)
      const agoMs = Math.max(0, nowMs - atMs)
      const ago = durationText(agoMs)
      const { paymentType, channel } = last
      return {
        kind: 'observed',
        value: { at: isoSeoul(atMs), agoMs, paymentType, channel },
        summary: text(
          `${shortDate(isoSeoul(atMs).slice(0, 10))} ${seoulTimeOf(atMs)}(${ago.ko} 전) ${paymentType} ${channel}`,
          `${isoSeoul(atMs).slice(0, 16)} (${ago.en} ago) ${paymentType} ${channel}`,
        ),
        source,
      }
    },
  }
}

/** Long enough that even a rare kind of payment was to be expected five times. */
const STOPPED_WINDOW_MS = 6 * HOUR_MS

const kind = z.object({
  id: z.string(),
  count: z.number(),
  lastMs: z.number().optional(),
  expectedSince: z.number(),
  state: z.enum(['flowing', 'stopped', 'unknown']),
})

function stoppedProbe(ports: SalesProbePorts): ProbeDeclaration<Nothing> {
  return {
    id: 'sales.stopped',
    title: text('멈춘 결제수단·채널·가맹점', 'which kind of sale has stopped'),
    impact: 'read_only',
    idempotent: true,
    inputs: nothing,
    outputs: z.object({
      pattern: z.enum(STOP_PATTERNS),
      cash: z.enum(['flowing', 'stopped', 'unknown']),
      stoppedTypes: z.array(z.string()),
      flowingTypes: z.array(z.string()),
      stoppedChannels: z.array(z.string()),
      stoppedStores: z.array(z.string()),
      flowingStores: z.array(z.string()),
      types: z.array(kind),
      days: z.number(),
    }),
    async observe(_input, context) {
      const source = '/api/v1/sales'
      const { stores, holidays } = ports.settings
      if (stores.length === 0) return unseen(NO_STORES, source)
      if (!isOpen(ports, context)) {
        return unseen(text('영업시간 외: 판단 불가', 'closed: not judged'), source)
      }
      const nowMs = context.clock.now()
      const window = { fromMs: nowMs - STOPPED_WINDOW_MS, toMs: nowMs }
      const options = optionsOf(ports, context)
      const [now, earlier] = await Promise.all([
        readSalesBetween(ports.reader, stores, window, options),
        readEarlier(ports.reader, stores, window, holidays, options),
      ])
      if (now.kind === 'unknown') return unseen(now.reason, source)
      if (earlier.kind === 'unknown') return unseen(earlier.reason, source)
      const { days } = earlier.value
      if (days.length === 0) {
        return unseen(text('비교할 과거 매출 없음', 'no earlier sales to compare with'), source)
      }
      const seen = judgeStopped({
        fromMs: window.fromMs,
        nowMs,
        sales: now.value,
        earlier: days.map(({ sales }) => sales),
      })
      const ids = (kinds: readonly Kind[], state: Kind['state']): string[] =>
        kinds.filter((each) => each.state === state).map(({ id }) => id)
      return {
        kind: 'observed',
        value: {
          pattern: seen.pattern,
          cash: seen.cash,
          stoppedTypes: ids(seen.types, 'stopped'),
          flowingTypes: ids(seen.types, 'flowing'),
          stoppedChannels: ids(seen.channels, 'stopped'),
          stoppedStores: ids(seen.stores, 'stopped'),
          flowingStores: ids(seen.stores, 'flowing'),
          types: seen.types,
          days: days.length,
        },
        summary: stoppedWords(seen),
        source,
      }
    },
  }
}

function stoppedWords(seen: ReturnType<typeof judgeStopped>): Text {
  const last = ({ id, lastMs }: Kind): string =>
    `${id}(${lastMs === undefined ? '-' : seoulTimeOf(lastMs)})`
  const list = (kinds: readonly Kind[], state: Kind['state']): string =>
    kinds
      .filter((each) => each.state === state)
      .map((each) => (state === 'stopped' ? last(each) : each.id))
      .join(', ')
  if (seen.pattern === 'all') {
    return text(
      `전체 중단 · 마지막 ${last(seen.all)}`,
      `everything has stopped, the last at ${last(seen.all)}`,
    )
  }
  const flowing = list(seen.types, 'flowing')
  const stopped = [
    list(seen.types, 'stopped'),
    list(seen.channels, 'stopped'),
    list(seen.stores, 'stopped'),
  ]
    .filter((words) => words !== '')
    .join(' · ')
  if (stopped === '') {
    return text(`멈춘 결제수단 없음 · 진행 ${flowing}`, `nothing has stopped; flowing ${flowing}`)
  }
  return text(`중단 ${stopped} · 진행 ${flowing}`, `stopped ${stopped}; flowing ${flowing}`)
}
