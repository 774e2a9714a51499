/** What differs between two observations, number by number. */

export interface Change {
  /** Path of the number in the observation: `diskPercent`, `pools.active`. */
  readonly field: string
  readonly before: number
  readonly after: number
  readonly difference: number
}

/** Deeper than this, a number is a detail of a detail. */
const MAX_DEPTH = 2

/** Finite numbers that both hold and that differ; anything else is no change that can be named. */
export function numericChanges(before: unknown, after: unknown): readonly Change[] {
  const earlier = numbersOf(before, '', MAX_DEPTH)
  const changes: Change[] = []
  for (const [field, value] of numbersOf(after, '', MAX_DEPTH)) {
    const last = earlier.get(field)
    if (last === undefined || last === value) continue
    changes.push({ field, before: last, after: value, difference: rounded(value - last) })
  }
  return changes
}

function numbersOf(value: unknown, path: string, depth: number): Map<string, number> {
  const found = new Map<string, number>()
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return found
  for (const [key, item] of Object.entries(value)) {
    const field = path === '' ? key : `${path}.${key}`
    if (typeof item === 'number' && Number.isFinite(item)) found.set(field, item)
    else if (depth > 1) {
      for (const [inner, number] of numbersOf(item, field, depth - 1)) found.set(inner, number)
    }
  }
  return found
}

/** Two floats' difference without the noise of their representation. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}
