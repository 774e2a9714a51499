/** Time that passes only when everybody waits: a simulated minute takes no time, and every run of a seed is the same. */
import type { Clock } from '../../src/core/clock.ts'

interface Timer {
  readonly atMs: number
  /** Happens when time comes by, but nobody waits for it: it never makes time pass. */
  readonly background: boolean
  readonly order: number
  fire(): void
}

export interface VirtualClock extends Clock {
  /** Runs `work`, moving time to the next timer whenever nothing else can happen. */
  drive<T>(work: Promise<T>): Promise<T>
  /** Calls back at a wall-clock time. */
  at(atMs: number, callback: () => void): void
  /** Moves time on, timers on the way included. */
  advance(ms: number): Promise<void>
}

export function createVirtualClock(startMs: number): VirtualClock {
  let nowMs = startMs
  let order = 0
  const timers: Timer[] = []

  const add = (atMs: number, fire: () => void, background = false): Timer => {
    const timer = { atMs, background, order: order++, fire }
    timers.push(timer)
    timers.sort((left, right) => left.atMs - right.atMs || left.order - right.order)
    return timer
  }
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  const step = async (untilMs = Number.POSITIVE_INFINITY): Promise<boolean> => {
    // Two turns: a promise chain that crosses a dynamic import needs the second.
    await settle()
    await settle()
    const next = timers[0]
    if (next === undefined || next.atMs > untilMs) return false
    // The program may be reading a real file: with nobody asleep, time stands still.
    if (untilMs === Number.POSITIVE_INFINITY && timers.every((timer) => timer.background)) {
      return false
    }
    timers.shift()
    nowMs = Math.max(nowMs, next.atMs)
    next.fire()
    return true
  }
  return {
    now: () => nowMs,
    monotonicMs: () => nowMs - startMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(signal.reason as Error)
          return
        }
        const abort = (): void => {
          const index = timers.indexOf(timer)
          if (index >= 0) timers.splice(index, 1)
          reject(signal?.reason as Error)
        }
        const timer = add(nowMs + ms, () => {
          signal?.removeEventListener('abort', abort)
          resolve()
        })
        signal?.addEventListener('abort', abort, { once: true })
      }),
    at: (atMs, callback) => {
      add(atMs, callback, true)
    },
    async advance(ms) {
      const until = nowMs + ms
      while (await step(until));
      nowMs = until
    },
    async drive(work) {
      let done = false
      const finish = (): void => {
        done = true
      }
      work.then(finish, finish)
      let idleSinceMs = performance.now()
      for (;;) {
        const moved = await step()
        if (done) return work
        if (moved) idleSinceMs = performance.now()
        // Real files and modules are read meanwhile: that takes turns of the event loop, not timers.
        if (performance.now() - idleSinceMs > 10_000) {
          throw new Error('the simulated program waits for something that never comes')
        }
      }
    },
  }
}

/** A small seeded generator (mulberry32): the same seed, the same story. */
export interface Random {
  /** In [0, 1). */
  next(): number
  /** Whole number in [low, high]. */
  between(low: number, high: number): number
  chance(probability: number): boolean
  pick<T>(items: readonly T[]): T
}

export function createRandom(seed: number): Random {
  let state = (seed * 2654435761) >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  return {
    next,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    chance: (probability) => next() < probability,
    pick: (items) => items[Math.floor(next() * items.length)] as (typeof items)[number],
  }
}
