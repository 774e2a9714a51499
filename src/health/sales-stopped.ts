/**
 * Which kind of sale has stopped while others go on. Pure: today's sales of some hours against the
 * same hours of earlier days. A kind has stopped when at least five of it were to be expected since
 * its last one; with fewer, silence is chance and proves nothing.
 */
import type { SaleSeen } from './sales-window.ts'

/** Fewer expected than this and none seen is no evidence: e^-5 is under one in a hundred. */
export const LEAST_EXPECTED = 5

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
  const expected = (from: number): number =>
    earlier.length === 0
      ? 0
      : earlier
          .map((day) => day.filter((s) => belongs(s) && s.atMs > from && s.atMs <= nowMs).length)
          .reduce((sum, count) => sum + count, 0) / earlier.length
  const expectedSince = expected(sinceMs)
  const state = expectedSince >= LEAST_EXPECTED ? 'stopped' : own.length > 0 ? 'flowing' : 'unknown'
  return {
    id,
    count: own.length,
    ...(last === undefined ? {} : { lastMs: last }),
    expectedSince,
    state,
  }
}
