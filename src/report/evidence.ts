/** A plain value as a few named scalars: evidence for people, not a dump. */
import { text, isText, type Text } from '../core/text.ts'
import type { Evidence } from './report.ts'

const MAX_FIELDS = 8
const MAX_DEPTH = 2
const MAX_VALUE = 160

/** Scalars by their path, those on top first; lists of scalars joined. */
export function evidenceOf(value: unknown): readonly Evidence[] {
  const found: { readonly depth: number; readonly evidence: Evidence }[] = []
  collect(value, [], found)
  return found
    .sort((left, right) => left.depth - right.depth)
    .slice(0, MAX_FIELDS)
    .map(({ evidence }) => evidence)
}

function collect(
  value: unknown,
  path: readonly string[],
  found: { readonly depth: number; readonly evidence: Evidence }[],
): void {
  if (value === null || value === undefined) return
  const add = (words: string): void => {
    if (words === '') return
    found.push({ depth: path.length, evidence: { label: label(path), value: shorten(words) } })
  }
  if (isText(value)) add(value.en)
  else if (Array.isArray(value)) {
    const scalars = value.filter((item) => item === null || typeof item !== 'object')
    if (scalars.length === value.length) add(scalars.map(String).join(', '))
  } else if (typeof value === 'object') {
    if (path.length === MAX_DEPTH) return
    for (const [key, item] of Object.entries(value)) collect(item, [...path, key], found)
  } else if (typeof value === 'number') add(String(Math.round(value * 100) / 100))
  else if (typeof value === 'string') add(value)
  else if (typeof value === 'boolean') add(String(value))
}

function label(path: readonly string[]): Text {
  const name = path.length === 0 ? 'value' : path.join('.')
  return text(name, name)
}

function shorten(value: string): string {
  return value.length > MAX_VALUE ? `${value.slice(0, MAX_VALUE - 1)}…` : value
}
