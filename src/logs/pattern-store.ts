/**
 * The patterns found so far, in bounded memory: a cache from shape to pattern in front, the tree of
 * templates behind it. What is rare and harmless is forgotten first when there is no more room, and
 * counted as forgotten.
 */
import type { Histogram } from './histogram.ts'
import { createHistogram } from './histogram.ts'
import type { KnownPattern } from './known-patterns.ts'
import { ERROR, WARN } from './levels.ts'
import type { ScannedEvent } from './event-scanner.ts'
import { createTemplateTree, type Template } from './template-tree.ts'
import type { Trace } from './trace.ts'

/** Events of the stretch that is looked at, and of the one it is compared with. */
export type Side = 0 | 1
export const CURRENT: Side = 0
export const BASELINE: Side = 1

export interface Pattern {
  template: Template
  readonly traceKey: string
  readonly trace: Trace
  /** From a saved baseline: names as they were shown, no full trace. */
  readonly given?: { readonly exceptions: readonly string[]; readonly frame: string | undefined }
  readonly known: KnownPattern | undefined
  readonly example: string
  readonly counts: [number, number]
  /** Of each side; NaN while none has a time. */
  readonly firstMs: [number, number]
  readonly lastMs: [number, number]
  /** Made with the second event: most patterns of a noisy log never have one. */
  readonly histograms: [Histogram | undefined, Histogram | undefined]
  slot: number
}

/** What a new pattern is made of, worked out once for each shape. */
export interface Reading {
  readonly level: number
  readonly logger: string
  readonly words: readonly string[]
  readonly known: KnownPattern | undefined
  readonly trace: Trace
  readonly example: string
  readonly given?: Pattern['given']
}

export interface PatternStore {
  /**
   * The pattern of an event; `read` is asked only for a shape not seen lately. Undefined when there
   * is no room for it: it has been counted as dropped, on the side it is of.
   */
  patternOf(
    event: ScannedEvent,
    side: Side,
    read: (event: ScannedEvent) => Reading,
  ): Pattern | undefined
  /** A pattern that did not come from an event. */
  add(reading: Reading): Pattern
  tally(pattern: Pattern, side: Side, timeMs: number): void
  readonly patterns: readonly Pattern[]
  readonly dropped: {
    readonly patterns: number
    readonly events: number
    readonly baseline: number
  }
}

const CACHE_SLOTS = 1 << 15
const MAX_PATTERNS = 1500
const SEEN_ONCE = 1 << 14
/** Traces of one template. */
const MAX_TRACES = 64

export function createPatternStore(): PatternStore {
  const cacheA = new Int32Array(CACHE_SLOTS)
  const cacheB = new Int32Array(CACHE_SLOTS)
  /** Slot of the pattern, from 1; 0 is empty. */
  const cacheSlot = new Uint16Array(CACHE_SLOTS)
  const cacheAge = new Uint32Array(CACHE_SLOTS)
  /** Slots are used again: an entry of the cache holds only while its age is the slot's. */
  const ages = new Uint32Array(MAX_PATTERNS + 2)
  const slots: (Pattern | undefined)[] = [undefined]
  const free: number[] = []
  const byTemplate = new Map<Template, Map<string, Pattern>>()
  const dropped = { patterns: 0, events: 0, baseline: 0 }
  /** Hashes of templates that found no room. */
  const seenOnce = new Int32Array(SEEN_ONCE)
  let live = 0

  const tree = createTemplateTree({
    onMerge(from, into) {
      const target = tracesOf(into)
      for (const pattern of tracesOf(from).values()) {
        const same = target.get(pattern.traceKey)
        if (same === undefined) {
          pattern.template = into
          target.set(pattern.traceKey, pattern)
        } else {
          joinPattern(same, pattern)
          release(pattern)
        }
      }
      byTemplate.delete(from)
    },
    onForget(template) {
      for (const pattern of tracesOf(template).values()) forget(pattern)
      byTemplate.delete(template)
    },
    weightOf(template) {
      let weight = 0
      for (const pattern of tracesOf(template).values()) weight += weightOf(pattern)
      return weight
    },
  })

  function tracesOf(template: Template): Map<string, Pattern> {
    let traces = byTemplate.get(template)
    if (traces === undefined) {
      traces = new Map()
      byTemplate.set(template, traces)
    }
    return traces
  }

  function release(pattern: Pattern): void {
    slots[pattern.slot] = undefined
    ages[pattern.slot] = (ages[pattern.slot] as number) + 1
    free.push(pattern.slot)
    live--
  }

  function forget(pattern: Pattern): void {
    dropped.patterns++
    dropped.events += pattern.counts[CURRENT]
    dropped.baseline += pattern.counts[BASELINE]
    release(pattern)
  }

  function remove(pattern: Pattern): void {
    const traces = tracesOf(pattern.template)
    traces.delete(pattern.traceKey)
    if (traces.size === 0) {
      tree.remove(pattern.template)
      byTemplate.delete(pattern.template)
    }
    forget(pattern)
  }

  /**
   * When the store is full, what is harmless and new has to come twice: a flood of lines that never
   * come again must not wash out those that do.
   */
  function isAdmitted({ level, logger, words, known }: Reading): boolean {
    if (known !== undefined || level <= WARN) return true
    const key = { level, logger, known: '', words: words.length }
    if (tree.find(key, words) !== undefined) return true
    const hash = hashOf(words)
    const at = hash & (SEEN_ONCE - 1)
    const again = seenOnce[at] === hash
    seenOnce[at] = hash
    return again
  }

  /** A quarter at once, so that it is rarely done. */
  function makeRoom(): void {
    const candidates = slots.filter((pattern) => pattern !== undefined)
    const weights = new Map(candidates.map((pattern) => [pattern, weightOf(pattern)]))
    const weight = (pattern: Pattern): number => weights.get(pattern) ?? 0
    candidates.sort((left, right) =>
      weight(left) < weight(right) ? -1 : weight(left) > weight(right) ? 1 : 0,
    )
    for (const pattern of candidates.slice(0, Math.floor(MAX_PATTERNS / 4))) remove(pattern)
  }

  function add(reading: Reading): Pattern {
    const { level, logger, words, known, trace } = reading
    if (live >= MAX_PATTERNS) makeRoom()
    const template = tree.place(
      { level, logger, known: known?.id ?? '', words: words.length },
      words,
    )
    const traces = tracesOf(template)
    const traceKey = traceKeyOf(reading)
    const found = traces.get(traceKey)
    if (found !== undefined) return found
    if (traces.size >= MAX_TRACES) {
      let least: Pattern | undefined
      for (const pattern of traces.values()) {
        if (least === undefined || weightOf(pattern) < weightOf(least)) least = pattern
      }
      if (least !== undefined) {
        traces.delete(least.traceKey)
        forget(least)
      }
    }
    const slot = free.pop() ?? slots.length
    const pattern: Pattern = {
      template,
      traceKey,
      trace,
      known,
      example: reading.example,
      counts: [0, 0],
      firstMs: [NaN, NaN],
      lastMs: [NaN, NaN],
      histograms: [undefined, undefined],
      slot,
      ...(reading.given === undefined ? {} : { given: reading.given }),
    }
    slots[slot] = pattern
    traces.set(traceKey, pattern)
    live++
    return pattern
  }

  return {
    patternOf(event, side, read) {
      const { shapeA, shapeB } = event
      const at = (shapeA ^ (shapeA >>> 15) ^ (shapeB << 1)) & (CACHE_SLOTS - 1)
      const slot = cacheSlot[at] as number
      if (
        slot !== 0 &&
        cacheA[at] === shapeA &&
        cacheB[at] === shapeB &&
        cacheAge[at] === ages[slot]
      ) {
        const found = slots[slot]
        if (found !== undefined) return found
      }
      const reading = read(event)
      if (live >= MAX_PATTERNS && !isAdmitted(reading)) {
        if (side === CURRENT) dropped.events++
        else dropped.baseline++
        return undefined
      }
      const pattern = add(reading)
      cacheA[at] = shapeA
      cacheB[at] = shapeB
      cacheSlot[at] = pattern.slot
      cacheAge[at] = ages[pattern.slot] as number
      return pattern
    },
    add,
    tally(pattern, side, timeMs) {
      pattern.counts[side]++
      if (Number.isNaN(timeMs)) return
      const firstMs = pattern.firstMs[side]
      if (Number.isNaN(firstMs)) {
        pattern.firstMs[side] = timeMs
        pattern.lastMs[side] = timeMs
        return
      }
      let histogram = pattern.histograms[side]
      if (histogram === undefined) {
        histogram = createHistogram()
        histogram.add(firstMs)
        pattern.histograms[side] = histogram
      }
      histogram.add(timeMs)
      if (timeMs < firstMs) pattern.firstMs[side] = timeMs
      else if (timeMs > pattern.lastMs[side]) pattern.lastMs[side] = timeMs
    },
    get patterns() {
      return slots.filter((pattern) => pattern !== undefined)
    },
    dropped,
  }
}

function hashOf(words: readonly string[]): number {
  let hash = 0
  for (const word of words) {
    for (let index = 0; index < word.length; index++) {
      hash = (Math.imul(hash, 31) + word.charCodeAt(index)) | 0
    }
    hash = Math.imul(hash ^ (hash >>> 15), 0x2545f491)
  }
  return hash
}

function traceKeyOf({ trace, given }: Reading): string {
  if (given !== undefined) return `given|${given.exceptions.join('<')}|${given.frame ?? ''}`
  return trace.exceptions.length === 0
    ? ''
    : `${trace.exceptions.join('<')}|${trace.frames.join(',')}`
}

/** Adds what `from` has counted. */
export function joinPattern(into: Pattern, from: Pattern): void {
  for (const side of [CURRENT, BASELINE]) {
    into.counts[side] += from.counts[side]
    const histogram = createHistogram()
    eachTime(into, side, histogram)
    eachTime(from, side, histogram)
    into.histograms[side] = histogram
    into.firstMs[side] = earlier(into.firstMs[side], from.firstMs[side])
    into.lastMs[side] = -earlier(-into.lastMs[side], -from.lastMs[side])
  }
}

/** Adds the pattern's events over time to a histogram. */
export function eachTime(pattern: Pattern, side: Side, to: Histogram): void {
  const own = pattern.histograms[side]
  if (own === undefined) to.add(pattern.firstMs[side])
  else to.merge(own)
}

function earlier(left: number, right: number): number {
  if (Number.isNaN(left)) return right
  return right < left ? right : left
}

/** What has a name is kept, then what is severe and frequent. */
function weightOf(pattern: Pattern): number {
  if (pattern.known !== undefined) return Infinity
  const { level } = pattern.template
  const factor = level <= ERROR ? 64 : level === WARN ? 8 : 1
  return (pattern.counts[CURRENT] + pattern.counts[BASELINE]) * factor
}
