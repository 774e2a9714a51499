/**
 * Reads logs and counts their patterns: the whole way from files to one value. Two stretches can be
 * counted at once, the one that is looked at and the one it is compared with; both go through the
 * same tree, so that a pattern is the same on either side.
 */
import type { LogLevel, LogPatterns, PatternBaseline } from '../core/log-patterns.ts'
import { createEventScanner, type ScannedEvent } from './event-scanner.ts'
import { createFrameworkBytes } from './frameworks.ts'
import type { KnownPatterns } from './known-patterns.ts'
import { INFO } from './levels.ts'
import { readLog, type LogSource } from './log-source.ts'
import { BASELINE, createPatternStore, CURRENT, type Side } from './pattern-store.ts'
import { readEvent, readSaved } from './read-event.ts'
import {
  lengthOf,
  spanOf,
  summarizePatterns,
  type CountedBaseline,
  type Stretch,
} from './summarize.ts'

/** A stretch of time; the end is not part of it. Infinite where not bounded. */
export interface Window {
  readonly fromMs: number
  readonly toMs: number
}

/** What to compare with. */
export type Baseline =
  | { readonly kind: 'sources'; readonly name: string; readonly sources: readonly LogSource[] }
  | { readonly kind: 'window'; readonly name: string; readonly window: Window }
  | { readonly kind: 'saved'; readonly baseline: PatternBaseline }

export interface MineOptions {
  readonly sources: readonly LogSource[]
  readonly known: KnownPatterns
  readonly window?: Window
  /** True of the events that count; it sees their bytes, unmasked. */
  readonly grep?: (event: Pick<ScannedEvent, 'bytes' | 'start' | 'end'>) => boolean
  /** Least severe level that is listed. */
  readonly level?: LogLevel
  readonly baseline?: Baseline
  readonly signal: AbortSignal
  readonly monotonicMs: () => number
  /** Called now and then with the bytes read so far. */
  readonly onProgress?: (bytes: number) => void
}

/** First and last time seen; NaN while none has been. */
interface Seen {
  fromMs: number
  toMs: number
}

export async function mineLog(options: MineOptions): Promise<LogPatterns> {
  const startedMs = options.monotonicMs()
  const { known, window, baseline, grep } = options
  const frameworks = createFrameworkBytes()
  const store = createPatternStore()
  const seen: Seen = { fromMs: NaN, toMs: NaN }
  const seenBefore: Seen = { fromMs: NaN, toMs: NaN }
  const events: [number, number] = [0, 0]
  let sales = 0
  let tellsSales = false
  let undated = 0
  /** Which side all events of the source at hand are on, unless their time decides. */
  let fixedSide: Side | undefined

  const sideOf = sideChooser(window, baseline?.kind === 'window' ? baseline.window : undefined)
  const read = (event: ScannedEvent) => readEvent(event, known, frameworks)

  const scanner = createEventScanner(frameworks, (event) => {
    const { timeMs } = event
    note(fixedSide === BASELINE ? seenBefore : seen, timeMs)
    const side = fixedSide ?? sideOf(timeMs)
    if (side === undefined) {
      if (Number.isNaN(timeMs)) undated++
      return
    }
    const pattern = store.patternOf(event, side, read)
    if (pattern === undefined) {
      events[side]++
      return
    }
    if (side === CURRENT) {
      if (pattern.known?.countsSale === true) sales++
      if (pattern.template.level >= INFO) tellsSales = true
    }
    if (grep !== undefined && !grep(event)) return
    events[side]++
    store.tally(pattern, side, timeMs)
  })

  let bytes = 0
  async function readAll(sources: readonly LogSource[]): Promise<void> {
    for (const source of sources) {
      const before = bytes
      let unpacked = 0
      const size = await readLog(
        source,
        (chunk) => {
          scanner.push(chunk)
          unpacked += chunk.length
          options.onProgress?.(before + unpacked)
        },
        options.signal,
      )
      scanner.end()
      bytes = before + Math.max(size, unpacked)
    }
  }

  if (baseline?.kind === 'saved') {
    for (const saved of baseline.baseline.patterns) {
      const pattern = store.add(readSaved(saved, known))
      pattern.counts[BASELINE] += saved.count
      events[BASELINE] += saved.count
    }
  } else if (baseline?.kind === 'sources') {
    fixedSide = BASELINE
    await readAll(baseline.sources)
    fixedSide = undefined
  }
  const linesBefore = scanner.lines
  bytes = 0
  await readAll(options.sources)
  return summarizePatterns({
    store,
    known,
    files: options.sources.map(({ name }) => name),
    lines: scanner.lines - linesBefore,
    bytes,
    elapsedMs: Math.round(options.monotonicMs() - startedMs),
    sales,
    tellsSales,
    undated,
    seen,
    coveredMs: coveredMs(seen, window, baseline),
    ...(options.level === undefined ? {} : { level: options.level }),
    ...(baseline === undefined
      ? {}
      : { baseline: describe(baseline, events[BASELINE], seen, seenBefore) }),
  })
}

function note(seen: Seen, timeMs: number): void {
  if (Number.isNaN(timeMs)) return
  if (!(timeMs >= seen.fromMs)) seen.fromMs = timeMs
  if (!(timeMs <= seen.toMs)) seen.toMs = timeMs
}

/** A stretch that was silent was watched all the same, as far as the log reaches. */
function within(seen: Seen, window: Window | undefined): Stretch {
  return {
    fromMs: Math.max(seen.fromMs, window?.fromMs ?? -Infinity),
    toMs: Math.min(seen.toMs, window?.toMs ?? Infinity),
  }
}

function coveredMs(
  seen: Seen,
  window: Window | undefined,
  baseline: Baseline | undefined,
): number | null {
  const whole = lengthOf(within(seen, window))
  if (whole === null || window !== undefined || baseline?.kind !== 'window') return whole
  return whole - (lengthOf(within(seen, baseline.window)) ?? 0)
}

function describe(baseline: Baseline, events: number, seen: Seen, before: Seen): CountedBaseline {
  if (baseline.kind === 'saved') {
    const { patterns: _kept, ...rest } = baseline.baseline
    return { ...rest, events }
  }
  const stretch = baseline.kind === 'window' ? within(seen, baseline.window) : before
  return { name: baseline.name, events, span: spanOf(stretch), coveredMs: lengthOf(stretch) }
}

/** Undefined: the event is in neither stretch, or has no time to tell by. */
function sideChooser(
  window: Window | undefined,
  baseline: Window | undefined,
): (timeMs: number) => Side | undefined {
  if (window === undefined && baseline === undefined) return () => CURRENT
  return (timeMs) => {
    if (Number.isNaN(timeMs)) return undefined
    if (baseline !== undefined && timeMs >= baseline.fromMs && timeMs < baseline.toMs)
      return BASELINE
    if (window === undefined || (timeMs >= window.fromMs && timeMs < window.toMs)) return CURRENT
    return undefined
  }
}
