/** Watching: a round on every mark of the wall clock, never two at a time, each on record before it is told. */
import type { Clock } from '../core/clock.ts'
import type { Sample } from '../core/journal.ts'
import type { WatchHold, WatchRecords } from '../core/watch-records.ts'
import type { Level } from '../health/health.ts'
import { advanceWatch } from '../watch/advance.ts'
import type { WatchPolicy } from '../watch/policy.ts'
import { levelDue, markAfter, missedMarks, stepOf, type Rhythm } from '../watch/rhythm.ts'
import type { Advance, WatchRound } from '../watch/round.ts'
import { NEW_WATCH, parseWatchState, type WatchState } from '../watch/state.ts'

/** What one look at the service gave. */
export type Look = Pick<WatchRound, 'checks' | 'settled' | 'unsigned' | 'runs' | 'resumed'> & {
  readonly samples: readonly Sample[]
}

export interface WatchLoopPorts {
  readonly clock: Clock
  readonly url: string
  readonly policy: WatchPolicy
  readonly rhythm: Rhythm
  readonly records: Pick<WatchRecords, 'state' | 'requests'>
  readonly hold: Pick<WatchHold, 'commit'>
  readonly signal: AbortSignal
  readonly commandLine: WatchRound['commandLine']
  /** 0 up to 1. */
  random(): number
  look(level: Level, state: WatchState): Promise<Look>
  /** A last change before it is on record: runs that are prepared. */
  prepare?(advance: Advance, before: WatchState): Promise<Advance>
  /** After the round is on record. */
  onRound(done: Advance, level: Level): void
  /** Marks on which nothing was looked at, since the round before took too long. */
  onMissed(marks: readonly number[]): void
  /** The next round's time, ms since the epoch. */
  onWaiting?(untilMs: number): void
}

/** Until the signal. A round that the signal cuts short leaves nothing behind. */
export async function watchOnMarks(ports: WatchLoopPorts): Promise<void> {
  const { clock, rhythm, signal } = ports
  let state = savedState(ports)
  // Everything, at once, where nothing is known yet; else from where the last watch left off.
  let coveredMs = state.lastRoundMs ?? clock.now() - Math.max(...Object.values(rhythm.everyMs))
  let first = true
  while (!signal.aborted) {
    // A clock that was set back: marks that have been seen come again, and are looked at again.
    if (coveredMs > clock.now() + stepOf(rhythm)) coveredMs = clock.now()
    if (markAfter(coveredMs, rhythm) > clock.now()) {
      await untilMark(ports, markAfter(coveredMs, rhythm))
      if (signal.aborted) return
    }
    const nowMs = clock.now()
    const missed = missedMarks(coveredMs, lastMark(nowMs, rhythm), rhythm)
    if (missed.length > 0 && !first) ports.onMissed(missed)
    const level = levelDue(coveredMs, nowMs, rhythm)
    coveredMs = nowMs
    first = false
    const done = await round(ports, state, level)
    if (done === undefined) return
    state = done.state
    ports.onRound(done, level)
  }
}

/** One round for a scheduler such as cron: whatever is due since the last one. */
export async function watchOneRound(
  ports: WatchLoopPorts,
  wanted: Level | undefined,
): Promise<Advance | undefined> {
  const { clock, rhythm } = ports
  const state = savedState(ports)
  const sinceMs = state.lastRoundMs ?? clock.now() - Math.max(...Object.values(rhythm.everyMs))
  const level = wanted ?? levelDue(Math.min(sinceMs, clock.now()), clock.now(), rhythm)
  const done = await round(ports, state, level)
  if (done !== undefined) ports.onRound(done, level)
  return done
}

function savedState({ records, url }: WatchLoopPorts): WatchState {
  return parseWatchState(records.state(url)) ?? NEW_WATCH
}

function lastMark(nowMs: number, rhythm: Rhythm): number {
  return markAfter(nowMs, rhythm) - stepOf(rhythm)
}

async function untilMark(ports: WatchLoopPorts, markMs: number): Promise<void> {
  const { clock, rhythm, signal } = ports
  const atMs = markMs + Math.floor(ports.random() * rhythm.jitterMs)
  ports.onWaiting?.(atMs)
  try {
    // A timer may fire a little early by the wall clock, and the mark would not have come.
    while (clock.now() < markMs) await clock.sleep(Math.max(1, atMs - clock.now()), signal)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** undefined: it was cut short, and what it saw is not to be trusted. */
async function round(
  ports: WatchLoopPorts,
  state: WatchState,
  level: Level,
): Promise<Advance | undefined> {
  const atMs = ports.clock.now()
  const { samples, ...seen } = await ports.look(level, state)
  if (ports.signal.aborted) return undefined
  const requests = ports.records.requests(ports.url, state.lastRequest)
  const advance = advanceWatch(
    state,
    { ...seen, atMs, service: ports.url, requests, commandLine: ports.commandLine },
    ports.policy,
  )
  const done = (await ports.prepare?.(advance, state)) ?? advance
  ports.hold.commit({
    url: ports.url,
    state: done.state,
    notices: done.notices,
    samples,
    nowMs: ports.clock.now(),
  })
  return done
}
