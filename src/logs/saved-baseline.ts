/**
 * Patterns that were kept, as a baseline to compare with: saved as JSON (`mts logs patterns -o json`),
 * or observed by a checklist and left in the journal.
 */
import { z } from 'zod'
import { LOG_LEVELS, type LogLevel, type PatternBaseline } from '../core/log-patterns.ts'
import { INFO, levelCode } from './levels.ts'

/** Larger is no report of ours. */
export const MAX_SAVED_BYTES = 32 * 1024 * 1024

const patternShape = z.object({
  template: z.string().max(20_000),
  count: z.int().min(0),
  level: z.enum(LOG_LEVELS),
  logger: z.string().optional(),
  exceptions: z.array(z.string()).optional(),
  frame: z.string().optional(),
})

const spanShape = z.object({ from: z.string().nullable(), to: z.string().nullable() })

const savedShape = z.object({
  kind: z.literal('LogPatterns'),
  span: spanShape,
  levels: z.partialRecord(z.enum(LOG_LEVELS), z.int().min(0)).optional(),
  leastLevel: z.enum(LOG_LEVELS).optional(),
  patterns: z.array(patternShape).max(100_000),
  noise: z.object({ patterns: z.array(patternShape) }).optional(),
})

/** The value of the probe `log.patterns`, as far as it is compared with. */
const observedShape = z.object({
  source: z.literal('log'),
  span: spanShape,
  leastLevel: z.enum(LOG_LEVELS),
  ordinaryEvents: z.int().min(0),
  patterns: z.array(patternShape).max(1000),
})

/** True of a file that begins as one of ours does. */
export function looksSaved(head: string): boolean {
  return /^\s*\{\s*"apiVersion"\s*:\s*"mts\/v1"\s*,\s*"kind"\s*:\s*"LogPatterns"/.test(head)
}

/** Undefined when it is not what `mts logs patterns -o json` writes. */
export function parseSavedBaseline(source: string, name: string): PatternBaseline | undefined {
  let value: unknown
  try {
    value = JSON.parse(source)
  } catch {
    // A report that was cut off is no baseline; the caller says so.
    return undefined
  }
  const parsed = savedShape.safeParse(value)
  if (!parsed.success) return undefined
  const { span, patterns, noise, leastLevel, levels = {} } = parsed.data
  const kept =
    leastLevel === undefined ? {} : { leastLevel, ordinaryEvents: ordinaryIn(levels, leastLevel) }
  return baselineOf(name, span, [...patterns, ...(noise?.patterns ?? [])], kept)
}

/** Undefined when it is no observation of `log.patterns`, or one that was made without a log. */
export function parseObservedBaseline(value: unknown, name: string): PatternBaseline | undefined {
  const parsed = observedShape.safeParse(value)
  if (!parsed.success) return undefined
  const { span, patterns, leastLevel, ordinaryEvents } = parsed.data
  return baselineOf(name, span, patterns, { leastLevel, ordinaryEvents })
}

function ordinaryIn(levels: Partial<Record<LogLevel, number>>, leastLevel: LogLevel): number {
  return LOG_LEVELS.filter(
    (level) => levelCode(level) >= INFO && levelCode(level) > levelCode(leastLevel),
  ).reduce((sum, level) => sum + (levels[level] ?? 0), 0)
}

function baselineOf(
  name: string,
  span: PatternBaseline['span'],
  patterns: readonly z.output<typeof patternShape>[],
  kept: Pick<PatternBaseline, 'leastLevel' | 'ordinaryEvents'>,
): PatternBaseline {
  const coveredMs =
    span.from === null || span.to === null ? null : Date.parse(span.to) - Date.parse(span.from)
  return {
    name,
    span,
    coveredMs: coveredMs !== null && coveredMs > 0 ? coveredMs : null,
    ...kept,
    patterns: patterns
      .filter(({ count }) => count > 0)
      .map(({ logger, exceptions, frame, ...rest }) => ({
        ...rest,
        ...(logger === undefined ? {} : { logger }),
        ...(exceptions === undefined ? {} : { exceptions }),
        ...(frame === undefined ? {} : { frame }),
      })),
  }
}
