/**
 * Empties the outbox: each channel in order, one at a time, nothing on the wire that is not on
 * record first. What fails for a while waits; what can never succeed is put aside and said.
 */
import type { Clock } from '../core/clock.ts'
import type { Delivery, DeliveryOutcome, WatchHold } from '../core/watch-records.ts'
import type { Sender } from './senders.ts'
import type { Verdict } from './verdict.ts'

export interface DeliveryPorts {
  readonly outbox: Pick<WatchHold, 'headOf' | 'beginSending' | 'endSending'>
  readonly senders: readonly Sender[]
  readonly clock: Clock
  /** Hears what came of each attempt. */
  readonly onOutcome?: (delivery: Delivery, outcome: DeliveryOutcome) => void
  /** How long a request that is out is waited for when everything stops, ms. */
  readonly graceMs?: number
}

export interface Deliverer {
  /** Something new may be in the outbox. */
  poke(): void
  /** Until `signal`; what is out then is waited for briefly, and marked as perhaps sent. */
  run(signal: AbortSignal): Promise<void>
  /** Until nothing waits, or `signal`. */
  drain(signal: AbortSignal): Promise<void>
}

const GRACE_MS = 400
/** A clock that was set back must not silence a channel for longer than this. */
const LONGEST_WAIT_MS = 3_600_000

export function createDeliverer(ports: DeliveryPorts): Deliverer {
  const sleepers = new Set<() => void>()

  /** Sleeps, until `poke` when `forNews`; false when it was stopped. */
  async function pause(ms: number | undefined, signal: AbortSignal): Promise<void> {
    const woken = new AbortController()
    const wake = (): void => woken.abort()
    signal.addEventListener('abort', wake, { once: true })
    if (ms === undefined) sleepers.add(wake)
    try {
      if (!signal.aborted) await ports.clock.sleep(ms ?? LONGEST_WAIT_MS, woken.signal)
    } catch (error) {
      if (!woken.signal.aborted) throw error
    } finally {
      sleepers.delete(wake)
      signal.removeEventListener('abort', wake)
    }
  }

  async function serve(sender: Sender, signal: AbortSignal, untilEmpty: boolean): Promise<void> {
    const { outbox, clock } = ports
    let freeAtMs = Number.NEGATIVE_INFINITY
    while (!signal.aborted) {
      const head = outbox.headOf(sender.channel)
      if (head === undefined) {
        if (untilEmpty) return
        await pause(undefined, signal)
        continue
      }
      const waitMs = Math.max(head.nextAtMs - clock.now(), freeAtMs - clock.monotonicMs())
      if (waitMs > 0) {
        await pause(Math.min(waitMs, LONGEST_WAIT_MS), signal)
        continue
      }
      outbox.beginSending(head.id)
      const outcome = outcomeOf(await attempt(sender, head, signal), head, sender, clock.now())
      outbox.endSending(head.id, outcome, clock.now())
      freeAtMs = clock.monotonicMs() + sender.spacingMs
      ports.onOutcome?.({ ...head, attempts: head.attempts + 1 }, outcome)
    }
  }

  async function attempt(sender: Sender, head: Delivery, signal: AbortSignal): Promise<Verdict> {
    const hard = new AbortController()
    const ended = new AbortController()
    const giveUp = async (): Promise<void> => {
      try {
        await ports.clock.sleep(ports.graceMs ?? GRACE_MS, ended.signal)
        hard.abort()
      } catch (error) {
        if (!ended.signal.aborted) throw error
      }
    }
    const onStop = (): void => void giveUp()
    signal.addEventListener('abort', onStop, { once: true })
    try {
      const marks = { sentAtMs: ports.clock.now(), maybeDuplicate: head.maybeDuplicate }
      return await sender.send(head.notice, marks, hard.signal)
    } finally {
      ended.abort()
      signal.removeEventListener('abort', onStop)
    }
  }

  const serveAll = async (signal: AbortSignal, untilEmpty: boolean): Promise<void> => {
    await Promise.all(ports.senders.map((sender) => serve(sender, signal, untilEmpty)))
  }
  return {
    poke() {
      for (const wake of sleepers) wake()
    },
    run: (signal) => serveAll(signal, false),
    drain: (signal) => serveAll(signal, true),
  }
}

function outcomeOf(
  verdict: Verdict,
  head: Delivery,
  sender: Sender,
  nowMs: number,
): DeliveryOutcome {
  if (verdict.kind !== 'again') return verdict
  const waitMs = verdict.retryAfterMs ?? sender.retryMs(head.attempts + 1)
  const { problem, maybeSent } = verdict
  return { kind: 'again', atMs: nowMs + waitMs, problem, maybeSent }
}
