/**
 * Which events hold what is looked for. Expressions are RE2's: their time grows with the log, never
 * with what a stranger has written into it.
 */
import { RE2JS } from 're2js'
import type { ScannedEvent } from './event-scanner.ts'

export type EventFilter = (event: Pick<ScannedEvent, 'bytes' | 'start' | 'end'>) => boolean

/** Characters with a meaning of their own; without any, the words are looked for as they stand. */
const META = /[\\^$.|?*+()[\]{}]/

/** Throws what RE2 says of an expression that is none. */
export function compileExpression(expression: string): (input: string) => boolean {
  const compiled = RE2JS.compile(expression, RE2JS.MULTILINE)
  return (input) => compiled.test(input)
}

export function createGrep(expression: string): EventFilter {
  const matches = compileExpression(expression)
  if (!META.test(expression)) {
    const words = Buffer.from(expression)
    return ({ bytes, start, end }) => bytes.subarray(start, end).includes(words)
  }
  return ({ bytes, start, end }) => matches(bytes.toString('utf8', start, end))
}
