/** Patterns that were saved as JSON (`mts logs patterns -o json`), as a baseline to compare with. */
import { z } from 'zod'
import { LOG_LEVELS, type PatternBaseline } from '../core/log-patterns.ts'

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

const savedShape = z.object({
  kind: z.literal('LogPatterns'),
  span: z.object({ from: z.string().nullable(), to: z.string().nullable() }),
  patterns: z.array(patternShape).max(100_000),
  noise: z.object({ patterns: z.array(patternShape) }).optional(),
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
  const { span, patterns, noise } = parsed.data
  const coveredMs =
    span.from === null || span.to === null ? null : Date.parse(span.to) - Date.parse(span.from)
  return {
    name,
    span,
    coveredMs: coveredMs !== null && coveredMs > 0 ? coveredMs : null,
    patterns: [...patterns, ...(noise?.patterns ?? [])]
      .filter(({ count }) => count > 0)
      .map(({ logger, exceptions, frame, ...rest }) => ({
        ...rest,
        ...(logger === undefined ? {} : { logger }),
        ...(exceptions === undefined ? {} : { exceptions }),
        ...(frame === undefined ? {} : { frame }),
      })),
  }
}
