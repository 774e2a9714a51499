/**
 * Which kind of sale has stopped while others go on. Pure: today's sales of some hours against the
 * same hours of earlier days. A kind has stopped when at least five of it were to be expected since
 * its last one, and chance would explain the silence less than once in a thousand.
 */
import type { SaleSeen } from './sales-window.ts'

/** Fewer expected than this and none seen is no evidence. */
export const LEAST_EXPECTED = 5
/** Silence that chance explains more often than this is no evidence either: a dozen kinds are looked at. */
const STOPPED_CHANCE = 0.001

/**
 * How likely at most `count` sales are, if today were like the earlier days: the sales of all days
 * fall on each of them alike. So few earlier days prove little, and say so by themselves.
 */
export function chanceOfAtMost(count: number, earlierTotal: number, days: number): number {
  if (days === 0) return 1
  const all = count + earlierTotal
  const share = 1 / (days + 1)
  // Binomial, in logarithms: a day of many sales would underflow.
  let log = all * Math.log(1 - share)
  let sum = Math.exp(log)
  for (let k = 1; k <= count; k++) {
    log += Math.log((all - k + 1) / k) + Math.log(share / (1 - share))
    sum += Math.exp(log)
  }
  return Math.min(1, sum)
}

export const STOP_PATTERNS = ['none', 'card', 'types', 'channel', 'store', 'all'] as const
type StopPattern = (typeof STOP_PATTERNS)[number]

export interface Kind {
  readonly id: string
  readonly count: number
  /** Newest of the window; absent when there is none in it. */
  readonly lastMs?: number
  /** How many were to be expected since the last one (or in the whole window). */
  readonly expectedSince: number
  readonly state: 'flowing' | 'stopped' | 'unknown'
}

export interface Stopped {
  /** What has stopped, as a whole; `none` when nothing is known to have. */
  readonly pattern: StopPattern
  readonly all: Kind
  readonly types: readonly Kind[]
  readonly channels: readonly Kind[]
  readonly stores: readonly Kind[]
  /** CASH needs no network: while it flows, tills and lines are well. */
  readonly cash: Kind['state']
}

export interface StopWindow {
  readonly fromMs: number
  readonly nowMs: number
  readonly sales: readonly SaleSeen[]
  /** The same hours of earlier days, moved onto today's clock. */
  readonly earlier: readonly (readonly SaleSeen[])[]
}

export function judgeStopped(window: StopWindow): Stopped {
  const all = kindOf('all', window, () => true)
  const types = kindsBy(window, (sale) => sale.paymentType)
  const channels = kindsBy(window, (sale) => sale.channel)
  const stores = kindsBy(window, (sale) => sale.store)
  const cash = types.find(({ id }) => id === 'CASH')?.state ?? 'unknown'
  return {
    pattern: patternOf(all, types, channels, stores),
    all,
    types,
    channels,
    stores,
    cash,
  }
}

function patternOf(
  all: Kind,
  types: readonly Kind[],
  channels: readonly Kind[],
  stores: readonly Kind[],
): StopPattern {
  if (all.state === 'stopped') return 'all'
  const stopped = types.filter(({ state }) => state === 'stopped')
  if (stopped.length > 0) return stopped.every(({ id }) => id === 'CARD') ? 'card' : 'types'
  if (stores.some(({ state }) => state === 'stopped')) return 'store'
  if (channels.some(({ state }) => state === 'stopped')) return 'channel'
  return 'none'
}

function kindsBy(window: StopWindow, idOf: (sale: SaleSeen) => string): readonly Kind[] {
  const ids = new Set([...window.sales, ...window.earlier.flat()].map(idOf))
  return [...ids].sort().map((id) => kindOf(id, window, (sale) => idOf(sale) === id))
}

function kindOf(id: string, window: StopWindow, belongs: (sale: SaleSeen) => boolean): Kind {
  const { fromMs, nowMs, sales, earlier } = window
  const own = sales.filter(belongs)
  const last = own.length === 0 ? undefined : Math.max(...own.map(({ atMs }) => atMs))
  const sinceMs = last ?? fromMs
  const total = earlier
    .map((day) => day.filter((s) => belongs(s) && s.atMs > sinceMs && s.atMs <= nowMs).length)
    .reduce((sum, count) => sum + count, 0)
  const expectedSince = earlier.length === 0 ? 0 : total / earlier.length
  const stopped =
    expectedSince >= LEAST_EXPECTED && chanceOfAtMost(0, total, earlier.length) < STOPPED_CHANCE
  const state = stopped ? 'stopped' : own.length > 0 ? 'flowing' : 'unknown'
  return {
    id,
    count: own.length,
    ...(last === undefined ? {} : { lastMs: last }),
    expectedSince,
    state,
  }
}
