/**
 * Everything that decides whether a settlement action is safe, read afresh: the record, the day's
 * sales, the dependencies, the service's clock. The record is read last, because it is the fact
 * that forbids or allows, and the request follows it.
 */
import { isSeoulDate, type SeoulDate } from '../core/dates.ts'
import { MtsError } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import type { Clock } from '../core/clock.ts'
import type { Failure, Read } from '../core/read.ts'
import type { ComponentHealth, ServiceReader, SettlementRecord } from '../core/service.ts'
import { text } from '../core/text.ts'
import type { Dependencies, DependencyState } from './action-value.ts'
import { readSalesOfDay, type SalesOfDay } from './sales-of-day.ts'

export interface FactsPorts {
  readonly reader: ServiceReader
  readonly clock: Clock
  readonly stores: readonly string[]
  readonly signal: AbortSignal
  readonly timeoutMs?: number
}

/** A record that is there, proven not to be there, or not known. */
export type RecordFact =
  | { readonly kind: 'record'; readonly record: SettlementRecord }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly failure?: Failure }

export interface SettlementFacts {
  /** Absent when the id is unknown, so that no date can be named. */
  readonly date?: SeoulDate
  readonly record: RecordFact
  /** `GET /check/{date}`: only asked for where the absence of a record must be proven. */
  readonly exists?: boolean | 'unknown'
  readonly sales: SalesOfDay
  readonly dependencies: Dependencies
  /** Rows of the service's whole sales table (customDatabase.sales_count): falls when sales are deleted, whatever the store. */
  readonly salesTableRows?: number
  /** The service's Date header against our clock, ms (positive: the service is ahead); undefined without a header. */
  readonly clockSkewMs?: number
  /** The service's own time, ms since the epoch; undefined without a Date header. */
  readonly serviceNowMs?: number
  readonly startedMonotonicMs: number
}

/** Components by dependency; a path that does not exist on a build (404) is no evidence either way. */
const COMPONENTS: Readonly<Record<keyof Dependencies, readonly string[]>> = {
  database: ['db', 'customDatabase'],
  redis: ['redis', 'customRedis'],
  rabbitmq: ['rabbit', 'customRabbitMQ'],
}
const COMPONENT_TIMEOUT_MS = 3000

interface DependencyFacts {
  readonly states: Dependencies
  readonly salesTableRows?: number
}

export async function readDependencies(ports: FactsPorts): Promise<DependencyFacts> {
  const ask = (name: string): Promise<Read<ComponentHealth>> =>
    ports.reader.componentHealth(name, {
      timeoutMs: Math.min(COMPONENT_TIMEOUT_MS, ports.timeoutMs ?? COMPONENT_TIMEOUT_MS),
      signal: ports.signal,
    })
  const [database, redis, rabbitmq] = await Promise.all([
    Promise.all(COMPONENTS.database.map(ask)),
    Promise.all(COMPONENTS.redis.map(ask)),
    Promise.all(COMPONENTS.rabbitmq.map(ask)),
  ])
  const rows = database
    .map((read) => (read.kind === 'ok' ? read.value.details['sales_count'] : undefined))
    .find((value) => typeof value === 'number' && Number.isSafeInteger(value))
  return {
    states: {
      database: judgeDependency(database),
      redis: judgeDependency(redis),
      rabbitmq: judgeDependency(rabbitmq),
    },
    ...(typeof rows === 'number' ? { salesTableRows: rows } : {}),
  }
}

/** UP needs one component that says so and none that says otherwise, hangs or cannot be read. */
function judgeDependency(reads: readonly Read<ComponentHealth>[]): DependencyState {
  let up = false
  let unknown = false
  for (const read of reads) {
    if (read.kind === 'absent') continue
    if (read.kind === 'unknown') {
      if (read.failure.kind === 'timeout') return 'DOWN'
      unknown = true
    } else if (read.value.status === 'UP') up = true
    else if (read.value.status === 'UNKNOWN') unknown = true
    else return 'DOWN'
  }
  return up && !unknown ? 'UP' : 'UNKNOWN'
}

/** Facts for reprocessing settlement `id`. An unreachable service is an error (69), not a fact. */
export async function readFactsById(ports: FactsPorts, id: number): Promise<SettlementFacts> {
  const startedMonotonicMs = ports.clock.monotonicMs()
  const options = requestOptions(ports)
  const dependenciesPromise = readDependencies(ports)
  const first = await ports.reader.settlementById(id, options)
  assertReachable(first, ports.reader.url)
  if (first.kind !== 'ok') {
    const dependencies = await dependenciesPromise
    return {
      record: recordFactOf(first),
      sales: { kind: 'unknown', reason: SALES_NOT_READ },
      dependencies: dependencies.states,
      ...rowsOf(dependencies),
      ...clockFacts(first, ports.clock),
      startedMonotonicMs,
    }
  }
  const date = first.value.date
  const [dependencies, sales] = await Promise.all([
    dependenciesPromise,
    readSalesOfDay(ports.reader, ports.stores, date, options),
  ])
  const last = await ports.reader.settlementById(id, options)
  assertReachable(last, ports.reader.url)
  const record = recordFactOf(last)
  const moved = record.kind === 'record' && record.record.date !== date
  return {
    date,
    record: moved ? { kind: 'unknown' } : record,
    sales,
    dependencies: dependencies.states,
    ...rowsOf(dependencies),
    ...clockFacts(last, ports.clock),
    startedMonotonicMs,
  }
}

/** Facts for settling `date` by hand, or for showing it. The absence of a record is asked for twice, in two ways. */
export async function readFactsByDate(
  ports: FactsPorts,
  date: SeoulDate,
): Promise<SettlementFacts> {
  if (!isSeoulDate(date)) throw new RangeError(`not a date: ${date}`)
  const startedMonotonicMs = ports.clock.monotonicMs()
  const options = requestOptions(ports)
  const [dependencies, sales] = await Promise.all([
    readDependencies(ports),
    readSalesOfDay(ports.reader, ports.stores, date, options),
  ])
  const [onDate, exists] = await Promise.all([
    ports.reader.settlementOnDate(date, options),
    ports.reader.settlementExists(date, options),
  ])
  assertReachable(onDate, ports.reader.url)
  return {
    date,
    record: recordFactOf(onDate),
    exists: exists.kind === 'ok' ? exists.value : 'unknown',
    sales,
    dependencies: dependencies.states,
    ...rowsOf(dependencies),
    ...clockFacts(exists.kind === 'ok' ? exists : onDate, ports.clock),
    startedMonotonicMs,
  }
}

export function recordFactOf(read: Read<SettlementRecord>): RecordFact {
  if (read.kind === 'ok') return { kind: 'record', record: read.value }
  if (read.kind === 'absent') return { kind: 'none' }
  return { kind: 'unknown', failure: read.failure }
}

const SALES_NOT_READ = {
  ko: '정산 기록을 읽지 못해 매출을 조회하지 않았습니다',
  en: 'the settlement could not be read, so its sales were not asked for',
}

function requestOptions(ports: FactsPorts): { signal: AbortSignal; timeoutMs?: number } {
  return {
    signal: ports.signal,
    ...(ports.timeoutMs === undefined ? {} : { timeoutMs: ports.timeoutMs }),
  }
}

function rowsOf(facts: DependencyFacts): { salesTableRows?: number } {
  return facts.salesTableRows === undefined ? {} : { salesTableRows: facts.salesTableRows }
}

/** A Date header has whole seconds: half a second is added, and skews below a second mean nothing. */
function clockFacts(
  read: Read<unknown>,
  clock: Clock,
): { clockSkewMs?: number; serviceNowMs?: number } {
  if (read.kind === 'unknown' || read.meta.dateMs === undefined) return {}
  return { clockSkewMs: read.meta.dateMs + 500 - clock.now(), serviceNowMs: read.meta.dateMs }
}

/** An unreachable service (69), or one that does not let us in (3), is an error with the setting to check. */
function assertReachable(read: Read<unknown>, url: string): void {
  if (read.kind !== 'unknown') return
  const { kind, message } = read.failure
  if (kind === 'unauthorized') {
    throw new MtsError({
      code: 'UNAUTHORIZED',
      exitCode: EXIT.unknown,
      message,
      next: [text('인증 설정 확인: MTS_TOKEN 또는 MTS_HEADERS', 'check MTS_TOKEN or MTS_HEADERS')],
    })
  }
  if (kind !== 'unreachable') return
  throw new MtsError({
    code: 'UNREACHABLE',
    exitCode: EXIT.unreachable,
    message,
    next: [
      text(
        `주소 확인: mts config show (현재 ${url})`,
        `check the url: mts config show (now ${url})`,
      ),
      'mts health',
    ],
  })
}
