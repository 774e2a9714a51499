/** Everything the parts of the demo share: the database, the counters, the faults, and time. */
import type { Clock } from '../core/clock.ts'
import type { Counters } from './counters.ts'
import type { DemoFault } from './faults.ts'
import type { Instant } from './java-time.ts'
import type { DemoStore, Ledger } from './ledger.ts'
import type { Random } from './random.ts'

/** How long settling takes before and after its commit, ms before scaling: what two actors race over. */
export interface SettlingPace {
  readonly beforeCommitMs: number
  readonly afterCommitMs: number
}

export interface World {
  readonly clock: Clock
  readonly ledger: Ledger
  readonly counters: Counters
  readonly faults: Set<DemoFault>
  readonly stores: readonly DemoStore[]
  readonly random: Random
  /** ms since the epoch. */
  readonly processStartMs: number
  pace: SettlingPace
  /** Requests that wait for the database just now. */
  dbWaiting: number
  /** Waits `ms` of the service's time; rejects when the demo is closed. */
  wait(ms: number, signal: AbortSignal | undefined): Promise<void>
  /** Lets everything happen that was due until now: sales and the nightly batch. */
  catchUp(): void
  /** Now, with invented nanoseconds; each is later than the one before. */
  stamp(): Instant
}

/** What every business call waits for its connection while the database is away, ms. */
export const DB_WAIT_MS = 30_000

export function databaseAway(world: World): boolean {
  return ['db-down', 'db-hang', 'pool-exhausted'].some((name) =>
    world.faults.has(name as DemoFault),
  )
}

export function redisAway(world: World): boolean {
  return world.faults.has('redis-down') || world.faults.has('redis-hang')
}

export function rabbitAway(world: World): boolean {
  return world.faults.has('rabbit-down') || world.faults.has('rabbit-hang')
}

/** Waits as a request for a connection does that never comes. */
export async function waitForDatabase(
  world: World,
  ms: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  world.dbWaiting++
  try {
    await world.wait(ms, signal)
  } finally {
    world.dbWaiting--
  }
}
