/** Faults of the past: settlements that went wrong before anybody looked. */
import { addDays, dueSettlementDate } from '../core/dates.ts'
import type { SeoulDate } from '../core/dates.ts'
import type { DemoFault } from './faults.ts'
import type { DemoSettlement } from './ledger.ts'
import { RABBIT_NOTE } from './settling.ts'
import type { World } from './world.ts'

/** In this order they take yesterday, the day before it, and so on. */
export const SPOILING_FAULTS = [
  'failed-batch-linked',
  'failed-batch-empty',
  'missing-batch',
] as const satisfies readonly DemoFault[]
export type SpoilingFault = (typeof SPOILING_FAULTS)[number]

const BATCH = { at: '02:00', graceMs: 30 * 60_000 }

const EMPTY_NOTE =
  'Error: Could not open JPA EntityManager for transaction; nested exception is ' +
  'org.hibernate.exception.JDBCConnectionException: Unable to acquire JDBC Connection'

/** A date that a fault has spoiled; `settlementId` is absent where no record is left. */
export interface SpoiledDate {
  readonly fault: SpoilingFault
  readonly date: SeoulDate
  readonly settlementId?: number
}

/** Spoils the newest due date that is not spoiled yet. */
export function spoil(
  world: World,
  fault: SpoilingFault,
  already: readonly SpoiledDate[],
): SpoiledDate {
  const taken = new Set(already.map((entry) => entry.date))
  let date = dueSettlementDate(world.clock.now(), BATCH)
  while (taken.has(date)) date = addDays(date, -1)

  const stamps = [world.stamp(), world.stamp()] as const
  const settled = world.ledger.settlementOnDate(date)
  const record = settled ?? world.ledger.settle(date, ...stamps)
  if (settled?.status === 'COMPLETED') world.counters.uncountSuccess(record.transactionCount)

  if (fault === 'failed-batch-linked') {
    record.status = 'FAILED'
    record.note = RABBIT_NOTE
    world.counters.countFailure('AmqpConnectException')
    return { fault, date, settlementId: record.id }
  }
  world.ledger.releaseSales(record)
  if (fault === 'missing-batch') {
    world.ledger.removeSettlement(record)
    return { fault, date }
  }
  Object.assign(record, {
    totalAmount: 0,
    totalFee: 0,
    netAmount: 0,
    transactionCount: 0,
    status: 'FAILED',
    note: EMPTY_NOTE,
    completedAt: null,
  } satisfies Partial<DemoSettlement>)
  world.counters.countFailure('CannotCreateTransactionException')
  return { fault, date, settlementId: record.id }
}
