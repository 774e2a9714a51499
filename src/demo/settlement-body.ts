/**
 * A settlement as the service writes it. One that holds sales comes out broken: sale and store
 * refer to each other, the body runs some 600 levels deep, breaks off, and an error object is glued
 * to its end, all with status 200.
 */
import { internalErrorBody } from './answers.ts'
import { javaDecimal, writeJson } from './java-json.ts'
import type { JavaValue } from './java-json.ts'
import { writeInstant, writeSeconds } from './java-time.ts'
import type { Instant } from './java-time.ts'
import type { DemoSettlement, DemoStore } from './ledger.ts'
import type { World } from './world.ts'

/** `fresh`: straight from the transaction, as POST answers; `stored`: as read back from the table. */
export type Freshness = 'fresh' | 'stored'

export interface SettlementBody {
  readonly text: string
  readonly broken: boolean
}

// The recordings run 575 to 606 levels deep.
const SHALLOWEST = 575
const DEEPEST = 606

export function writeSettlement(
  world: World,
  settlement: DemoSettlement,
  freshness: Freshness,
  path: string,
): SettlementBody {
  const scalars = writeScalars(settlement, freshness)
  const recursion = writeRecursion(world, settlement, freshness)
  if (recursion === undefined) return { text: `${scalars}[]}`, broken: false }
  return { text: `${scalars}${recursion}}${internalErrorBody(world, path)}`, broken: true }
}

/** A list breaks off at its first record that holds sales: nothing after it is ever written. */
export function writeSettlements(
  world: World,
  settlements: readonly DemoSettlement[],
  path: string,
): SettlementBody {
  const written: string[] = []
  for (const settlement of settlements) {
    const scalars = writeScalars(settlement, 'stored')
    const recursion = writeRecursion(world, settlement, 'stored')
    if (recursion !== undefined) {
      const list = [...written, `${scalars}${recursion}}`].join(',')
      return { text: `[${list}]${internalErrorBody(world, path)}`, broken: true }
    }
    written.push(`${scalars}[]}`)
  }
  return { text: `[${written.join(',')}]`, broken: false }
}

/** Everything up to and with `"sales":`. */
function writeScalars(settlement: DemoSettlement, freshness: Freshness): string {
  const time = (instant: Instant | null): JavaValue => {
    if (instant === null) return null
    return freshness === 'fresh' ? writeInstant(instant) : writeSeconds(instant.ms)
  }
  // A zero that was never stored has no decimals yet.
  const amount = (hundredths: number): JavaValue =>
    freshness === 'fresh' && settlement.transactionCount === 0 ? 0 : javaDecimal(hundredths)
  const head = writeJson({
    id: settlement.id,
    settlementDate: settlement.date,
    totalAmount: amount(settlement.totalAmount),
    totalFee: amount(settlement.totalFee),
    netAmount: amount(settlement.netAmount),
    transactionCount: settlement.transactionCount,
    status: settlement.status,
    note: settlement.note,
    createdAt: time(settlement.createdAt),
    completedAt: time(settlement.completedAt),
  })
  return `${head.slice(0, -1)},"sales":`
}

/** The `sales` array without an end, closed where it broke; undefined when it is empty. */
function writeRecursion(
  world: World,
  settlement: DemoSettlement,
  freshness: Freshness,
): string | undefined {
  const held = world.ledger.salesOfSettlement(settlement)
  const first = freshness === 'fresh' ? held.at(-1) : held[0]
  if (first === undefined) return undefined
  const store = openStore(world, first.store)
  const level = `[{"id":${world.ledger.firstSaleOf(first.store)?.id ?? first.id},"store":${store}"sales":`
  const depth = SHALLOWEST + Math.floor(world.random() * (DEEPEST - SHALLOWEST + 1))
  const levels = `[{"id":${first.id},"store":${store}"sales":${level.repeat(depth - 2)}`
  return levels + breakOff(world, level, store) + '}}]'.repeat(depth - 1)
}

/** The innermost level and where Jackson gave up in it; it closes every object it had opened. */
function breakOff(world: World, level: string, store: string): string {
  const chance = world.random()
  const sale = level.slice(0, level.indexOf('{"id":', 2))
  if (chance < 0.7) return `${sale}${store.slice(0, store.indexOf('"createdAt"'))}"createdAt"}}]`
  if (chance < 0.85) return `${sale}{}}]`
  return `${sale}${store}"sales":[]}}]`
}

function openStore(world: World, store: DemoStore): string {
  const since = writeSeconds(world.processStartMs)
  const written = writeJson({
    id: store.id,
    businessNumber: store.businessNumber,
    storeName: store.storeName,
    ownerName: store.ownerName,
    phoneNumber: store.phoneNumber,
    address: store.address,
    category: store.category,
    status: 'ACTIVE',
    createdAt: since,
    updatedAt: since,
  })
  return `${written.slice(0, -1)},`
}
