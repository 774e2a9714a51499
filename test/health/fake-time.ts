/** A clock that stands still until everything waits, then jumps to the next thing due. */
import type { Clock } from '../../src/core/clock.ts'

interface Timer {
  readonly dueMs: number
  readonly wake: () => void
}

export interface FakeClock extends Clock {
  /** Ends with the promise; time passes only while nothing else can happen. */
  run<T>(promise: Promise<T>): Promise<T>
}

export function createFakeClock(wallMs: number): FakeClock {
  let elapsedMs = 0
  const timers = new Set<Timer>()

  async function settle(): Promise<void> {
    for (let turn = 0; turn < 4; turn++) {
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
    }
  }

  return {
    now: () => wallMs + elapsedMs,
    monotonicMs: () => elapsedMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(signal.reason as Error)
          return
        }
        const onAbort = (): void => {
          timers.delete(timer)
          reject(signal?.reason as Error)
        }
        const timer: Timer = {
          dueMs: elapsedMs + ms,
          wake: () => {
            timers.delete(timer)
            signal?.removeEventListener('abort', onAbort)
            resolve()
          },
        }
        timers.add(timer)
        signal?.addEventListener('abort', onAbort, { once: true })
      }),
    async run(promise) {
      const state = { done: false }
      const finish = (): void => {
        state.done = true
      }
      promise.then(finish, finish)
      const patienceMs = Date.now() + 10_000
      await settle()
      while (!state.done) {
        const [next] = [...timers].sort((left, right) => left.dueMs - right.dueMs)
        if (next === undefined) {
          // Something real is under way (a module loads, a file is read): that takes no fake time.
          if (Date.now() > patienceMs) throw new Error('everything waits and nothing is due')
          await settle()
          continue
        }
        elapsedMs = Math.max(elapsedMs, next.dueMs)
        next.wake()
        await settle()
      }
      return promise
    },
  }
}
