/** A number read from the service, or why there is none. NaN, empty and absent are never a number. */
import type { Metric } from '../core/service.ts'
import type { Read } from '../core/read.ts'
import { text, type Text } from '../core/text.ts'
import { failureWords } from './words.ts'

export type Fact<T> =
  | { readonly kind: 'known'; readonly value: T }
  | { readonly kind: 'unknown'; readonly reason: Text }

export function known<T>(value: T): Fact<T> {
  return { kind: 'known', value }
}

export function unknown(reason: Text): { readonly kind: 'unknown'; readonly reason: Text } {
  return { kind: 'unknown', reason }
}

export function factOf<T>(read: Read<T>): Fact<T> {
  return read.kind === 'ok' ? known(read.value) : unknown(failureWords(read))
}

export function mapFact<T, U>(fact: Fact<T>, map: (value: T) => U): Fact<U> {
  return fact.kind === 'known' ? known(map(fact.value)) : fact
}

/** A finite, non-negative number, or not known: counters and sizes are never below zero. */
export function sizeFact(value: unknown, name: string): Fact<number> {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return known(value)
  return unknown(text(`${name} 값 없음`, `no value for ${name}`))
}

/** One statistic of a meter (`VALUE`, `COUNT`, `MAX`). */
export function meterFact(read: Read<Metric>, statistic: string): Fact<number> {
  if (read.kind !== 'ok') return unknown(failureWords(read))
  return sizeFact(read.value.measurements[statistic], read.value.name)
}
