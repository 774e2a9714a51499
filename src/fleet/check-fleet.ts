/**
 * Asks many instances at once, a bounded number at a time. One that lets us wait gives its place to
 * the next and is waited for aside, so that a part of the fleet that hangs does not slow the rest;
 * what counts as waiting follows how long the others take, so that a fleet (or a machine of ours) that
 * is slow altogether is not asked even more.
 */
import type { Clock } from '../core/clock.ts'

/** At most this many are waited for aside. */
const ASIDE_AT_MOST = 600
/** An instance is not said to let us wait sooner than after this, ms. */
const PATIENCE_MS = 100
/** Nor sooner than this many times what the usual one takes. */
const PATIENCE_FACTOR = 2
/** What is usual is told by the last ones that ended. */
const RECENT = 64

/** Why a wait is ended. Given, since making the usual reason costs more than the rest of it. */
const ENOUGH = new Error('enough')

export interface FleetPorts<T, R> {
  readonly clock: Pick<Clock, 'monotonicMs' | 'sleep'>
  readonly signal: AbortSignal
  /** How many are asked at the same time. */
  readonly atOnce: number
  /** Ends by itself, within its own deadline. */
  check(item: T): Promise<R>
  /** Called as results come, in any order. */
  onResult(result: R, index: number): void
}

/** Ends when every item has its result, or rejects with the signal's reason. */
export async function checkEach<T, R>(
  items: readonly T[],
  { clock, signal, atOnce, check, onResult }: FleetPorts<T, R>,
): Promise<void> {
  const recentMs: number[] = []
  const aside = new Set<Promise<void>>()
  const places: Promise<void>[] = []
  const order = spreadOrder(items.length)
  let next = 0
  let ended = 0

  const patienceMs = (): number => Math.max(PATIENCE_MS, PATIENCE_FACTOR * medianOf(recentMs))
  // Until some have answered, nothing tells that it is not all of them that are slow.
  const mayWaitAside = (): number => Math.min(ASIDE_AT_MOST, 2 * atOnce + ended)

  async function ask(index: number): Promise<void> {
    const startedMs = clock.monotonicMs()
    const result = await check(items[index] as T)
    recentMs.push(clock.monotonicMs() - startedMs)
    if (recentMs.length > RECENT) recentMs.shift()
    ended++
    if (!signal.aborted) onResult(result, index)
  }

  /** Whether it ended in the time that is usual. */
  async function endsSoon(asking: Promise<void>): Promise<boolean> {
    const enough = new AbortController()
    // Woken early: then the answer is there and has won already.
    const patient = clock.sleep(patienceMs(), enough.signal).then(
      () => false,
      () => false,
    )
    const soon = await Promise.race([asking.then(() => true), patient])
    enough.abort(ENOUGH)
    return soon
  }

  function open(): void {
    const opened = place()
    places.push(opened)
    // The first error ends it all; another one has nobody to go to.
    opened.catch(() => undefined)
  }

  /** One place: asks one after the other, and lets go of who does not answer. */
  async function place(): Promise<void> {
    for (let index = order[next++]; index !== undefined; index = order[next++]) {
      if (signal.aborted) return
      const asking = ask(index)
      if (await endsSoon(asking)) continue
      if (aside.size >= mayWaitAside()) {
        await asking
        continue
      }
      const waited = asking.finally(() => aside.delete(waited))
      aside.add(waited)
      // Whoever waits for it at the end sees the error; until then it must not be called unhandled.
      waited.catch(() => undefined)
      // What was lost by waiting for it is made up for.
      if (places.length < 1.5 * atOnce) open()
    }
  }

  for (let count = Math.min(atOnce, items.length); count > 0; count--) open()
  // More may be added while these are waited for.
  for (const each of places) await each
  await Promise.all(aside)
  signal.throwIfAborted()
}

/** Every index once, neighbours far apart: those that hang often stand side by side in a list. */
function spreadOrder(length: number): readonly number[] {
  let step = Math.max(1, Math.round(length * 0.382))
  while (commonDivisor(step, length) !== 1) step++
  return Array.from({ length }, (_, at) => (at * step) % length)
}

function commonDivisor(left: number, right: number): number {
  return right === 0 ? left : commonDivisor(right, left % right)
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
