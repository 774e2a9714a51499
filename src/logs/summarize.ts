/** From counted patterns to the value that commands show: sorted, noise apart, changes marked. */
import { isoSeoul } from '../core/dates.ts'
import {
  LOG_LEVELS,
  type LogChange,
  type LogLevel,
  type LogNoise,
  type LogPattern,
  type LogPatterns,
  type LogSpan,
  type PatternBaseline,
} from '../core/log-patterns.ts'
import { comparePatterns } from './compare-patterns.ts'
import { createHistogram } from './histogram.ts'
import type { KnownPatterns } from './known-patterns.ts'
import { levelCode, levelName, WARN } from './levels.ts'
import { mergePatterns, type MergedPattern } from './merge-patterns.ts'
import { ownPackageOf } from './own-package.ts'
import { CURRENT, eachTime, type PatternStore, type Side } from './pattern-store.ts'
import { FAMILY_ALPHA } from './rate-test.ts'

/** A line of the sparkline has this many places. */
const TREND_BUCKETS = 24
/** Sales under way at the ends of the stretch leave lines on one side of it only. */
const SALES_AT_THE_EDGE = 3

export interface Counted {
  readonly store: PatternStore
  readonly known: KnownPatterns
  readonly files: readonly string[]
  readonly lines: number
  readonly bytes: number
  readonly elapsedMs: number
  /** Sales that the log tells of, whatever was filtered. */
  readonly sales: number
  /** Lines below WARN were seen: sales would have been told of. */
  readonly tellsSales: boolean
  readonly undated: number
  /** First and last event that was read; NaN where none has a time. */
  readonly seen: Stretch
  /** How long the events were watched; null where not known. */
  readonly coveredMs: number | null
  /** Least severe level that is listed. */
  readonly level?: LogLevel
  readonly baseline?: CountedBaseline
}

export interface CountedBaseline extends Omit<PatternBaseline, 'patterns'> {
  readonly events: number
}

export interface Stretch {
  readonly fromMs: number
  readonly toMs: number
}

export function summarizePatterns(counted: Counted): LogPatterns {
  const { store, baseline } = counted
  const all = store.patterns
  const ownPackage = ownPackageOf(
    all.map(({ trace }) => trace.frames),
    new Set(all.map(({ template }) => template.logger)),
  )
  const merged = mergePatterns(all, ownPackage)
  const changes =
    baseline === undefined
      ? undefined
      : comparePatterns(merged, {
          currentMs: counted.coveredMs,
          baselineMs: baseline.coveredMs,
          leastLevel: baseline.leastLevel === undefined ? Infinity : levelCode(baseline.leastLevel),
          ordinaryBefore: baseline.ordinaryEvents ?? 0,
        })
  const present = merged.filter(({ pattern }) => pattern.counts[CURRENT] > 0)
  const span = stretchOf(present)
  const trend = trendOf(span)
  const levels = countLevels(present)
  const noise = noiseOf(present, counted)
  const isNoise = (one: MergedPattern): boolean => noise !== undefined && noise.held.has(one)
  const listed = merged.filter(
    (one) =>
      !isNoise(one) &&
      one.pattern.template.level <= levelCode(counted.level ?? 'TRACE') &&
      (one.pattern.counts[CURRENT] > 0 || changes?.get(one)?.kind === 'gone'),
  )
  const shown = (one: MergedPattern): LogPattern => patternOf(one, trend, changes?.get(one))
  const order = createOrder(changes, counted.known)
  const patterns = [...listed].sort(order).map(shown)
  const kinds = [...(changes ?? new Map<MergedPattern, LogChange>())]
    .filter(([one]) => !isNoise(one) && one.pattern.known?.countsSale !== true)
    .map(([, change]) => change.kind)
  const count = (kind: LogChange['kind']): number => kinds.filter((other) => other === kind).length
  return {
    kind: 'LogPatterns',
    files: counted.files,
    lines: counted.lines,
    events:
      present.reduce((sum, { pattern }) => sum + pattern.counts[CURRENT], 0) + store.dropped.events,
    bytes: counted.bytes,
    elapsedMs: counted.elapsedMs,
    span: spanOf(span),
    covers: spanOf(counted.seen),
    trend: trend === undefined ? null : { buckets: trend.buckets, bucketMs: trend.bucketMs },
    ownPackage: ownPackage ?? null,
    levels,
    ...(counted.level === undefined ? {} : { leastLevel: counted.level }),
    patterns,
    ...(noise === undefined
      ? {}
      : { noise: { ...noise.value, patterns: [...noise.held].map(shown) } }),
    ...(baseline === undefined
      ? {}
      : {
          comparison: {
            baseline: baseline.name,
            span: baseline.span,
            events: baseline.events,
            new: count('new'),
            grown: count('grown'),
            gone: count('gone'),
            same: count('same'),
            alpha: FAMILY_ALPHA,
          },
        }),
    dropped: { patterns: store.dropped.patterns, events: store.dropped.events },
    undated: counted.undated,
  }
}

const CHANGE_ORDER: readonly LogChange['kind'][] = ['new', 'grown', 'gone', 'same']

/**
 * What has changed, then what is severe, then what is frequent, then what there is a playbook for;
 * then as the file of names has them, and by id, so that the order is the same each time.
 */
function createOrder(
  changes: ReadonlyMap<MergedPattern, LogChange> | undefined,
  known: KnownPatterns,
): (left: MergedPattern, right: MergedPattern) => number {
  const changed = (one: MergedPattern): number => {
    const kind = changes?.get(one)?.kind ?? 'same'
    // What is only talkative is no news before what is wrong.
    const harmless = one.pattern.template.level > WARN
    return kind === 'same' ? 2 : harmless || kind === 'gone' ? 1 : 0
  }
  const rank = (one: MergedPattern): number =>
    CHANGE_ORDER.indexOf(changes?.get(one)?.kind ?? 'same')
  const treated = (one: MergedPattern): number =>
    one.pattern.known?.playbook === undefined ? 1 : 0
  const place = new Map(known.patterns.map((pattern, index) => [pattern, index]))
  const named = (one: MergedPattern): number =>
    (one.pattern.known && place.get(one.pattern.known)) ?? place.size
  return (left, right) =>
    changed(left) - changed(right) ||
    left.pattern.template.level - right.pattern.template.level ||
    rank(left) - rank(right) ||
    right.pattern.counts[CURRENT] - left.pattern.counts[CURRENT] ||
    treated(left) - treated(right) ||
    named(left) - named(right) ||
    (left.id < right.id ? -1 : 1)
}

function countLevels(present: readonly MergedPattern[]): Partial<Record<LogLevel, number>> {
  const levels: Partial<Record<LogLevel, number>> = {}
  for (const name of LOG_LEVELS) {
    const events = present
      .filter(({ pattern }) => levelName(pattern.template.level) === name)
      .reduce((sum, { pattern }) => sum + pattern.counts[CURRENT], 0)
    if (events > 0) levels[name] = events
  }
  return levels
}

interface Trend {
  readonly fromMs: number
  readonly buckets: number
  readonly bucketMs: number
}

function trendOf(span: Stretch): Trend | undefined {
  if (Number.isNaN(span.fromMs)) return undefined
  const bucketMs = Math.max(1, Math.ceil((span.toMs - span.fromMs + 1) / TREND_BUCKETS))
  return { fromMs: span.fromMs, buckets: TREND_BUCKETS, bucketMs }
}

function patternOf(
  one: MergedPattern,
  trend: Trend | undefined,
  change: LogChange | undefined,
): LogPattern {
  const { pattern, id, template, exceptions, frame } = one
  const { level, logger } = pattern.template
  const { known } = pattern
  const buckets = trend === undefined ? undefined : bucketsOf(one, trend)
  return {
    id,
    template,
    count: pattern.counts[CURRENT],
    level: levelName(level),
    firstSeen: isoOf(pattern.firstMs[CURRENT]),
    lastSeen: isoOf(pattern.lastMs[CURRENT]),
    example: pattern.example,
    ...(logger === '' ? {} : { logger }),
    ...(exceptions.length === 0 ? {} : { exceptions }),
    ...(frame === undefined ? {} : { frame }),
    ...(known === undefined
      ? {}
      : {
          known: {
            id: known.id,
            title: known.title,
            ...(known.playbook === undefined ? {} : { playbook: known.playbook }),
          },
        }),
    ...(buckets === undefined ? {} : { trend: buckets }),
    ...(change?.kind === 'new' ? { new: true as const } : {}),
    ...(change === undefined ? {} : { change }),
  }
}

function bucketsOf({ pattern }: MergedPattern, trend: Trend): readonly number[] | undefined {
  if (Number.isNaN(pattern.firstMs[CURRENT])) return undefined
  const histogram = createHistogram()
  eachTime(pattern, CURRENT, histogram)
  const counts = Array.from({ length: trend.buckets }, () => 0)
  histogram.each((startMs, count) => {
    // A bucket of the histogram may begin before the first event does.
    const at = Math.floor((startMs - trend.fromMs) / trend.bucketMs)
    const index = Math.min(trend.buckets - 1, Math.max(0, at))
    counts[index] = (counts[index] ?? 0) + count
  })
  return counts
}

/**
 * Known noise, held against the sales that were told of. Each pattern leaves so many lines a sale at
 * most; a pattern with more is a finding and is listed with the others.
 */
function noiseOf(
  present: readonly MergedPattern[],
  counted: Counted,
):
  | { readonly value: Omit<LogNoise, 'patterns'>; readonly held: ReadonlySet<MergedPattern> }
  | undefined {
  const rules = counted.known.patterns.filter(({ noisePerSale }) => noisePerSale !== undefined)
  if (rules.length === 0) return undefined
  const held = new Set<MergedPattern>()
  let beyond = false
  let events = 0
  for (const rule of rules) {
    const own = present.filter(({ pattern }) => pattern.known === rule)
    const lines = own.reduce((sum, { pattern }) => sum + pattern.counts[CURRENT], 0)
    events += lines
    const most = (counted.sales + SALES_AT_THE_EDGE) * (rule.noisePerSale ?? 0)
    if (counted.tellsSales && lines > most) beyond = true
    else for (const one of own) held.add(one)
  }
  return {
    value: {
      status: beyond ? 'beyond' : counted.tellsSales ? 'usual' : 'unknown',
      events,
      sales: counted.tellsSales ? counted.sales : null,
      perSale: rules.reduce((sum, { noisePerSale }) => sum + (noisePerSale ?? 0), 0),
    },
    held,
  }
}

function stretchOf(present: readonly MergedPattern[]): Stretch {
  const side: Side = CURRENT
  let fromMs = NaN
  let toMs = NaN
  for (const { pattern } of present) {
    if (!(pattern.firstMs[side] >= fromMs) && !Number.isNaN(pattern.firstMs[side]))
      fromMs = pattern.firstMs[side]
    if (!(pattern.lastMs[side] <= toMs) && !Number.isNaN(pattern.lastMs[side]))
      toMs = pattern.lastMs[side]
  }
  return { fromMs, toMs }
}

/** null where it is not known, or no time at all. */
export function lengthOf({ fromMs, toMs }: Stretch): number | null {
  return toMs > fromMs ? toMs - fromMs : null
}

export function spanOf({ fromMs, toMs }: Stretch): LogSpan {
  return { from: isoOf(fromMs), to: isoOf(toMs) }
}

function isoOf(ms: number): string | null {
  return Number.isFinite(ms) ? isoSeoul(ms) : null
}
