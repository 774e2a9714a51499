/**
 * Settling by hand, reprocessing and the nightly batch, with every hazard of the real service: the
 * flip of a settled record, the cascade that deletes sales, and what happens to two at once.
 */
import { addDays, seoulDateOf } from '../core/dates.ts'
import type { SeoulDate } from '../core/dates.ts'
import type { DemoSettlement } from './ledger.ts'
import { databaseAway, DB_WAIT_MS, waitForDatabase, rabbitAway } from './world.ts'
import type { World } from './world.ts'

/** How a settling request ended; `record` is the answer of a 200, as it was at its commit. */
export type Settled =
  | { readonly status: 200; readonly record: DemoSettlement }
  | { readonly status: 400 | 500 }

const REFUSED: Settled = { status: 400 }
const BROKEN: Settled = { status: 500 }

const MANUAL_WITHOUT_RABBIT_MS = 53_000
const REPROCESS_WITHOUT_RABBIT_MS = 54_500
const BATCH_WITHOUT_RABBIT_MS = 1500

export const RABBIT_NOTE = 'Error: java.net.ConnectException: Connection refused'
const CONSTRAINT_NOTE =
  'Error: could not execute statement; SQL [n/a]; constraint [UK_n4cq4n5a2284l0ev9vstsyoc7]; ' +
  'nested exception is org.hibernate.exception.ConstraintViolationException: could not execute statement'
const STALE_CAUSE =
  'Batch update returned unexpected row count from update [0]; actual row count: 0; expected: 1; ' +
  'statement executed: delete from settlements where id=?'
const STALE_NOTE = `Error: ${STALE_CAUSE}; nested exception is org.hibernate.StaleStateException: ${STALE_CAUSE}`

/** POST /manual: never call it on a settled date, it flips the record to FAILED. */
export async function settleByHand(
  world: World,
  date: SeoulDate,
  signal?: AbortSignal,
): Promise<Settled> {
  if (databaseAway(world)) return withoutDatabase(world, signal)
  const existing = world.ledger.settlementOnDate(date)
  if (existing !== undefined) {
    flip(
      world,
      existing,
      `Error: Settlement already exists for date: ${date}`,
      'IllegalStateException',
    )
    return BROKEN
  }
  if (rabbitAway(world)) {
    await world.wait(MANUAL_WITHOUT_RABBIT_MS, signal)
    // Rolled back: the record, and the failure record after it, leave only their used up ids.
    world.ledger.skipSettlementId()
    world.ledger.skipSettlementId()
    world.counters.countFailure('AmqpConnectException')
    return BROKEN
  }
  return commit(world, date, signal)
}

/** POST /{id}/reprocess: deletes the record with every sale linked to it, and settles what is left. */
export async function reprocess(world: World, id: number, signal?: AbortSignal): Promise<Settled> {
  if (databaseAway(world)) return withoutDatabase(world, signal)
  const found = world.ledger.settlement(id)
  if (found === undefined || found.status !== 'FAILED') return REFUSED
  if (rabbitAway(world)) {
    await world.wait(REPROCESS_WITHOUT_RABBIT_MS, signal)
    world.ledger.skipSettlementId()
    world.counters.countFailure('AmqpConnectException')
    return BROKEN
  }
  await world.wait(world.pace.beforeCommitMs, signal)
  world.catchUp()
  const current = world.ledger.settlement(id)
  if (current === undefined) {
    const winner = world.ledger.settlementOnDate(found.date)
    if (winner !== undefined) {
      flip(world, winner, STALE_NOTE, 'ObjectOptimisticLockingFailureException')
    } else world.counters.countFailure('ObjectOptimisticLockingFailureException')
    return BROKEN
  }
  world.ledger.deleteCascade(current)
  return settleNow(world, found.date, signal)
}

/** The nightly batch of one date, as the scheduler starts it: skips a date that has a record. */
export async function runBatch(
  world: World,
  date: SeoulDate,
  signal?: AbortSignal,
): Promise<'settled' | 'skipped' | 'failed'> {
  if (databaseAway(world)) {
    await waitForDatabase(world, DB_WAIT_MS, signal)
    return 'failed'
  }
  if (world.ledger.settlementOnDate(date) !== undefined) return 'skipped'
  if (!rabbitAway(world)) {
    const settled = await commit(world, date, signal)
    return settled.status === 200 ? 'settled' : 'failed'
  }
  await world.wait(world.pace.beforeCommitMs, signal)
  const record = world.ledger.settle(date, world.stamp(), world.stamp())
  // Unlike a request, the batch has committed before it cannot publish its event.
  await world.wait(BATCH_WITHOUT_RABBIT_MS, signal)
  flip(world, record, RABBIT_NOTE, 'AmqpConnectException')
  return 'failed'
}

/** The same without waiting, for a night that has passed unwatched; `atMs` is when it began. */
export function runBatchAtOnce(world: World, date: SeoulDate, atMs: number): void {
  if (databaseAway(world) || world.ledger.settlementOnDate(date) !== undefined) return
  const nanos = (): number => Math.floor(world.random() * 1_000_000)
  const createdAt = { ms: atMs + 31, nanos: nanos() }
  const record = world.ledger.settle(date, createdAt, { ms: atMs + 84, nanos: nanos() })
  if (rabbitAway(world)) flip(world, record, RABBIT_NOTE, 'AmqpConnectException')
  else world.counters.countSuccess(record.transactionCount)
}

/** The date that the batch settles at this moment. */
export function batchDate(nowMs: number): SeoulDate {
  return addDays(seoulDateOf(nowMs), -1)
}

async function withoutDatabase(world: World, signal: AbortSignal | undefined): Promise<Settled> {
  await waitForDatabase(world, DB_WAIT_MS, signal)
  return BROKEN
}

async function commit(
  world: World,
  date: SeoulDate,
  signal: AbortSignal | undefined,
): Promise<Settled> {
  await world.wait(world.pace.beforeCommitMs, signal)
  world.catchUp()
  const winner = world.ledger.settlementOnDate(date)
  if (winner !== undefined) {
    world.ledger.skipSettlementId()
    flip(world, winner, CONSTRAINT_NOTE, 'DataIntegrityViolationException')
    return BROKEN
  }
  return settleNow(world, date, signal)
}

async function settleNow(
  world: World,
  date: SeoulDate,
  signal: AbortSignal | undefined,
): Promise<Settled> {
  const record = world.ledger.settle(date, world.stamp(), world.stamp())
  world.counters.countSuccess(record.transactionCount)
  const answer: Settled = { status: 200, record: { ...record } }
  await world.wait(world.pace.afterCommitMs, signal)
  return answer
}

function flip(world: World, record: DemoSettlement, note: string, errorType: string): void {
  record.status = 'FAILED'
  record.note = note
  world.counters.countFailure(errorType)
}
