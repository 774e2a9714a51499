/** What differs between two observations, number by number, with the unit a person reads it in. */
import { parseWon, subtractWon, type Won } from '../core/money.ts'

/** Percentage points, a count of things, money. Anything else has no unit that its name tells. */
export type ChangeUnit = '%p' | '건' | '원' | 'ms'

/** Money stays a decimal string of won; every other number is a number. */
export type Change = {
  /** Path of the number in the observation: `diskPercent`, `pools.active`. */
  readonly field: string
  readonly unit?: ChangeUnit
} & (
  | { readonly before: number; readonly after: number; readonly difference: number }
  | { readonly before: Won; readonly after: Won; readonly difference: Won }
)

/** Deeper than this, a number is a detail of a detail. */
const MAX_DEPTH = 2

/** Finite numbers and amounts that both hold and that differ; anything else is no change that can be named. */
export function numericChanges(before: unknown, after: unknown): readonly Change[] {
  const earlier = figuresOf(before, '', MAX_DEPTH)
  const changes: Change[] = []
  for (const [field, value] of figuresOf(after, '', MAX_DEPTH)) {
    const last = earlier.get(field)
    if (last === undefined || last === value) continue
    const unit = unitOf(field, value)
    const named = unit === undefined ? { field } : { field, unit }
    if (typeof value === 'string' && typeof last === 'string') {
      changes.push({ ...named, before: last, after: value, difference: subtractWon(value, last) })
    } else if (typeof value === 'number' && typeof last === 'number') {
      changes.push({ ...named, before: last, after: value, difference: rounded(value - last) })
    }
  }
  return changes
}

function figuresOf(value: unknown, path: string, depth: number): Map<string, number | Won> {
  const found = new Map<string, number | Won>()
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return found
  for (const [key, item] of Object.entries(value)) {
    const field = path === '' ? key : `${path}.${key}`
    if (typeof item === 'number' && Number.isFinite(item)) found.set(field, item)
    else if (typeof item === 'string') {
      const amount = isMoney(key) ? parseWon(item) : undefined
      if (amount !== undefined) found.set(field, amount)
    } else if (depth > 1) {
      for (const [inner, figure] of figuresOf(item, field, depth - 1)) found.set(inner, figure)
    }
  }
  return found
}

/** A string is an amount only where its name says so: other strings of digits are ids. */
function isMoney(key: string): boolean {
  return /(?:amount|fee|net)$/i.test(key)
}

function unitOf(field: string, value: number | Won): ChangeUnit | undefined {
  const name = field.split('.').at(-1) ?? field
  if (typeof value === 'string') return '원'
  if (/percent$/i.test(name)) return '%p'
  if (/(?:count|errors|requests|noise)$/i.test(name)) return '건'
  return name.endsWith('Ms') ? 'ms' : undefined
}

/** Two floats' difference without the noise of their representation. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}

/**
 * Whether an observation names other things than the one before: another state (`class`, `status`),
 * other members of a list (`notOk`, `ended`). Numbers, dates and texts move every day and are no news.
 */
export function namesDiffer(before: unknown, after: unknown): boolean {
  if (countsNews(after)) return true
  const earlier = namesOf(before)
  return [...namesOf(after)].some(([field, names]) => {
    const last = earlier.get(field)
    return last !== undefined && last !== names
  })
}

/** New or grown since the last one is news, though yesterday's were as many. */
function countsNews(value: unknown): boolean {
  const { newCount, grownCount } = (value ?? {}) as Readonly<Record<string, unknown>>
  return [newCount, grownCount].some((count) => typeof count === 'number' && count > 0)
}

function namesOf(value: unknown): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  if (typeof value !== 'object' || value === null) return found
  for (const [field, item] of Object.entries(value)) {
    if (typeof item === 'string' && isName(item)) found.set(field, item)
    else if (Array.isArray(item) && item.every((one) => typeof one === 'string')) {
      found.set(field, [...item].sort().join(' '))
    }
  }
  return found
}

function isName(words: string): boolean {
  return /^[A-Za-z][A-Za-z_-]{0,40}$/.test(words)
}
