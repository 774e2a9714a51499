/** The header `Retry-After`: seconds, or a date. */

/** A receiver that asks for longer is asked again after this. */
const LONGEST_MS = 3_600_000

/** ms to wait; undefined when it is missing or not readable. */
export function parseRetryAfter(
  value: string | readonly string[] | undefined,
  nowMs: number,
): number | undefined {
  const words = (typeof value === 'string' ? value : value?.[0])?.trim()
  if (words === undefined || words === '') return undefined
  const ms = /^\d+(\.\d+)?$/.test(words) ? Number(words) * 1000 : Date.parse(words) - nowMs
  return Number.isFinite(ms) ? Math.min(LONGEST_MS, Math.max(0, ms)) : undefined
}
