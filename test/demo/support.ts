/** For the demo's tests: a clock that skips its sleeps, a demo as new as the recorded one, and the recordings. */
import { readFileSync } from 'node:fs'
import type { Clock } from '../../src/core/clock.ts'
import { createDemo } from '../../src/demo/demo.ts'
import type { Demo, DemoOptions } from '../../src/demo/demo.ts'
import type { DemoReply } from '../../src/demo/request.ts'

export interface SkippingClock extends Clock {
  /** Every sleep asked for, ms, in order. */
  readonly sleeps: readonly number[]
  set(at: string): void
}

/** Sleeps end in the order of their due times, without any time passing outside. */
export function createSkippingClock(at: string): SkippingClock {
  let nowMs = Date.parse(at)
  let passedMs = 0
  const sleeps: number[] = []
  const waiting: { readonly dueMs: number; readonly wake: () => void }[] = []
  const wakeNext = (): void => {
    waiting.sort((left, right) => left.dueMs - right.dueMs)
    const next = waiting.shift()
    if (next === undefined) return
    nowMs += Math.max(0, next.dueMs - passedMs)
    passedMs = Math.max(passedMs, next.dueMs)
    next.wake()
  }
  return {
    now: () => nowMs,
    monotonicMs: () => passedMs,
    sleeps,
    set: (value) => {
      nowMs = Date.parse(value)
    },
    sleep(ms, signal) {
      sleeps.push(ms)
      return new Promise((resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason as Error))
        waiting.push({ dueMs: passedMs + ms, wake: resolve })
        setImmediate(wakeNext)
      })
    },
  }
}

export const MORNING = '2026-11-24T09:00:00+09:00'

/** A demo as new as the service was in the recordings: no sale, no settlement, ids from 1. */
export function createNewDemo(options: Partial<DemoOptions> = {}): {
  demo: Demo
  clock: SkippingClock
} {
  const clock = createSkippingClock(MORNING)
  const demo = createDemo({
    clock,
    historyDays: 0,
    traffic: false,
    nightlyBatch: false,
    ...options,
  })
  return { demo, clock }
}

/** A demo with its forty days of sales, as `mts demo` starts it. */
export function createUsualDemo(options: Partial<DemoOptions> = {}, at = MORNING) {
  const clock = createSkippingClock(at)
  return { demo: createDemo({ clock, ...options }), clock }
}

export async function ask(
  demo: Demo,
  method: string,
  path: string,
  options: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<DemoReply> {
  const answer = await demo.handle({
    method,
    path,
    headers: { accept: 'application/json', host: '127.0.0.1:8080', ...options.headers },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  })
  if (answer.kind === 'cut') throw new Error('the connection was cut')
  return answer
}

export interface RecordedResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly bodyHead?: string
  readonly bodyTail?: string
  readonly bytes: number
}

export interface RecordedExchange {
  readonly name: string
  readonly request: {
    readonly method: string
    readonly path: string
    readonly headers: Readonly<Record<string, string>>
    readonly body?: unknown
  }
  readonly response?: RecordedResponse
  readonly elapsedMs: number
}

export function loadExchanges(scenario: string): readonly RecordedExchange[] {
  const file = new URL(`../recordings/${scenario}.json`, import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { exchanges: RecordedExchange[] }).exchanges
}
