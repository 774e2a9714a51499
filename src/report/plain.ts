/**
 * The last door of every report: whatever was noted, logged or answered comes out as plain words on
 * one line, secrets masked. Markup is escaped by each face; here what no face could escape is taken out.
 */
import { cleanText } from '../core/sanitize.ts'

const MAX_TEXT = 2000

/** The same plain value with every string in it cleaned; keys are ours and stay. */
export function plainReport<T>(value: T): T {
  return plain(value) as T
}

function plain(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value, MAX_TEXT)
  if (Array.isArray(value)) return value.map((item) => plain(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, plain(item)]),
  )
}
