/** Shapes that answers of Prometheus and Alertmanager share. */
import * as z from 'zod/mini'
import type { Labels } from '../core/label-matcher.ts'
import { cleanText } from '../core/sanitize.ts'

/** Go writes nanoseconds, which Date.parse takes; ms since the epoch. */
export const instant = z.pipe(
  z.string(),
  z.transform((value, context) => {
    const ms = Date.parse(value)
    if (!Number.isNaN(ms)) return ms
    context.issues.push({ code: 'custom', message: 'no time', input: value })
    return z.NEVER
  }),
)

/** Labels and annotations, cleaned: summaries and descriptions are long, but not endless. */
export const labels = z.pipe(
  z.record(z.string(), z.string()),
  z.transform((given): Labels =>
    Object.fromEntries(
      Object.entries(given).map(([name, value]) => [cleanText(name, 200), cleanText(value, 2000)]),
    ),
  ),
)
