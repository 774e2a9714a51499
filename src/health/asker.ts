/**
 * Asks with a deadline by the clock port, and remembers what is still out: a question that has had
 * no answer yet is not asked again on the same path, so that watching a hanging service does not
 * pile up requests inside it.
 */
import type { Clock } from '../core/clock.ts'
import type { Read } from '../core/read.ts'
import type { RequestOptions } from '../core/service.ts'
import { text } from '../core/text.ts'

/** Paths asked in an earlier round and not answered yet, with the monotonic ms of asking. */
export type PathsOut = Map<string, number>

/**
 * While watching, a request is not cut at its deadline: cutting would not stop the service's work,
 * only hide it. This is longer than the longest wait the service is known for (120 s).
 */
const KEPT_OUT_MS = 180_000

/** Why a wait is ended. Given, since making the usual reason costs more than the rest of it. */
const ENOUGH = new Error('enough')

export interface Asker {
  /** Ends at the latest after `deadlineMs`, then as a `timeout`; when nothing is left of it, it is not asked. */
  ask<T>(
    path: string,
    deadlineMs: number,
    question: (options: RequestOptions) => Promise<Read<T>>,
  ): Promise<Read<T>>
  /** Requests sent so far. */
  sent(): number
  /** Whether the service itself said anything at all so far, an error included. */
  answered(): boolean
  /** Whether some answer was 401 or 403, whoever gave it. */
  unauthorized(): boolean
  /** The service's clock now by the latest Date header; absent when none came. */
  serviceNowMs(): number | undefined
}

export function createAsker(options: {
  readonly clock: Clock
  readonly signal?: AbortSignal
  /** Given while watching: kept from round to round. */
  readonly pathsOut?: PathsOut
}): Asker {
  const { clock, pathsOut } = options
  let sent = 0
  let answered = false
  let unauthorized = false
  let offsetMs: number | undefined

  function note(read: Read<unknown>): void {
    if (read.kind === 'unknown') {
      const { kind } = read.failure
      if (kind === 'service_error') answered = true
      if (kind === 'unauthorized') unauthorized = true
      return
    }
    answered = true
    if (read.meta.dateMs !== undefined) offsetMs = read.meta.dateMs - clock.now()
  }

  return {
    async ask(path, deadlineMs, question) {
      const key = path.split('?', 1)[0] ?? path
      const outSince = pathsOut?.get(key)
      if (outSince !== undefined) return timedOut(clock.monotonicMs() - outSince)
      if (deadlineMs <= 0) return notAsked()

      const startedMs = clock.monotonicMs()
      const cut = new AbortController()
      const signal =
        options.signal === undefined ? cut.signal : AbortSignal.any([options.signal, cut.signal])
      sent++
      pathsOut?.set(key, startedMs)
      const reading = question({
        signal,
        timeoutMs: pathsOut === undefined ? deadlineMs : KEPT_OUT_MS,
      }).finally(() => pathsOut?.delete(key))

      const first = await firstOf(clock, deadlineMs, reading, options.signal)
      if (first === 'late') {
        if (pathsOut === undefined) cut.abort()
        return timedOut(deadlineMs)
      }
      note(first)
      return first
    },
    sent: () => sent,
    answered: () => answered,
    unauthorized: () => unauthorized,
    serviceNowMs: () => (offsetMs === undefined ? undefined : clock.now() + offsetMs),
  }
}

/** `late` also when the caller gave up: nobody waits for an answer any more. */
export async function firstOf<T>(
  clock: Clock,
  deadlineMs: number,
  reading: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T | 'late'> {
  const enough = new AbortController()
  const wake = signal === undefined ? enough.signal : AbortSignal.any([signal, enough.signal])
  const late = clock.sleep(deadlineMs, wake).then(
    () => 'late' as const,
    // Woken early: either the answer is there and has won already, or the caller gave up.
    () => 'late' as const,
  )
  try {
    return await Promise.race([reading, late])
  } finally {
    enough.abort(ENOUGH)
    // After the deadline nobody waits for the answer; that it did not come has been reported.
    reading.catch(() => undefined)
  }
}

function timedOut(latencyMs: number): Read<never> {
  return {
    kind: 'unknown',
    failure: { kind: 'timeout', message: text('제시간에 응답 없음', 'no answer in time') },
    latencyMs,
  }
}

function notAsked(): Read<never> {
  return {
    kind: 'unknown',
    failure: { kind: 'aborted', message: text('남은 시간 없음', 'no time left') },
    latencyMs: 0,
  }
}

/** Asks about many things, at most `limit` at a time; answers keep the order of `items`. */
export async function askEach<T, U>(
  items: readonly T[],
  limit: number,
  ask: (item: T) => Promise<U>,
): Promise<U[]> {
  const answers: U[] = Array.from({ length: items.length })
  let next = 0
  async function worker(): Promise<void> {
    while (next < items.length) {
      const index = next++
      answers[index] = await ask(items[index] as T)
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  return answers
}
