/** Faults of the past: settlements that went wrong before anybody looked. */
import { addDays, dueSettlementDate, seoulInstant } from '../core/dates.ts'
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
  'stuck-batch',
  'late-sales',
  'wrong-totals',
] as const satisfies readonly DemoFault[]
export type SpoilingFault = (typeof SPOILING_FAULTS)[number]

const BATCH = { at: '02:00', graceMs: 30 * 60_000 }

const EMPTY_NOTE =
  'Error: Could not open JPA EntityManager for transaction; nested exception is ' +
  'org.hibernate.exception.JDBCConnectionException: Unable to acquire JDBC Connection'

/** Hundredths of won. */
const WRONG_BY = 1_200_000

/** A date that a fault has spoiled; `settlementId` is absent where no record is left. */
export interface SpoiledDate {
  readonly fault: SpoilingFault
  readonly date: SeoulDate
  readonly settlementId?: number
}

/** A POS that was off the line has sent the evening's sales after the batch. */
function addLateSales(world: World, date: SeoulDate): void {
  const [store] = world.stores
  if (store === undefined) return
  for (const [index, time] of ['20:41', '21:07'].entries()) {
    const added = world.ledger.addSale({
      store,
      transactionMicros: seoulInstant(date, time) * 1000,
      amount: (12_000 + index * 4500) * 100,
      paymentType: 'CARD',
      channel: 'OFFLINE',
      orderNumber: `LATE-${date.replaceAll('-', '')}-${index + 1}`,
      status: 'COMPLETED',
    })
    if (added !== undefined) world.counters.countSale(added)
  }
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
  if (fault === 'late-sales') {
    addLateSales(world, date)
    return { fault, date, settlementId: record.id }
  }
  if (fault === 'wrong-totals') {
    // As if one sale had been cancelled behind its back.
    record.totalAmount += WRONG_BY
    record.netAmount += WRONG_BY
    return { fault, date, settlementId: record.id }
  }
  if (settled?.status === 'COMPLETED') world.counters.uncountSuccess(record.transactionCount)

  if (fault === 'failed-batch-linked') {
    record.status = 'FAILED'
    record.note = RABBIT_NOTE
    world.counters.countFailure('AmqpConnectException')
    return { fault, date, settlementId: record.id }
  }
  if (fault === 'stuck-batch') {
    Object.assign(record, { status: 'PROCESSING', completedAt: null, note: null })
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
