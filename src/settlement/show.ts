/** `mts settle show` and `list`: settlements as they stand, and whether reprocessing one would be safe. */
import { addDays, daysBetween, type SeoulDate } from '../core/dates.ts'
import type { Failure, Read } from '../core/read.ts'
import type { ServiceReader, SettlementRecord } from '../core/service.ts'
import type { Reason } from '../playbook/operation.ts'
import { readFactsById, type FactsPorts } from './facts.ts'
import { judgeRecord, judgeReprocess, type InterlockRules } from './interlock.ts'
import { readSalesOfDay, type SalesOfDay } from './sales-of-day.ts'

export interface Settlement extends SettlementRecord {
  readonly kind: 'Settlement'
  readonly reprocess: { readonly allowed: boolean; readonly reasons: readonly Reason[] }
}

export interface SettlementList {
  readonly kind: 'SettlementList'
  readonly from: SeoulDate
  readonly to: SeoulDate
  /** Newest first. */
  readonly items: readonly SettlementRecord[]
  /** Dates whose record could not be read: neither there nor not there. */
  readonly unknownDates: readonly SeoulDate[]
}

/**
 * Judges a record that was just read. A record that is not FAILED, or may hold sales, is refused on
 * its own; only one that might be safe is worth asking for every other fact.
 */
export async function judgeSettlement(
  ports: FactsPorts,
  record: SettlementRecord,
  rules: InterlockRules,
): Promise<Settlement> {
  const notAsked: SalesOfDay = { kind: 'unknown', reason: { ko: '', en: '' } }
  let reasons = judgeRecord(record, { sales: notAsked })
  if (reasons.length === 0) {
    const facts = await readFactsById(ports, record.id)
    reasons = judgeReprocess(facts, rules)
    if (facts.record.kind === 'record') return settlementOf(facts.record.record, reasons)
  } else if (record.holdsSales === 'yes' && record.transactionCount === 0) {
    // Totals of 0 with sales linked: only the day's sales can say what would be lost.
    const sales = await readSalesOfDay(ports.reader, ports.stores, record.date, {
      signal: ports.signal,
    })
    reasons = judgeRecord(record, { sales })
  }
  return settlementOf(record, reasons)
}

function settlementOf(record: SettlementRecord, reasons: readonly Reason[]): Settlement {
  return { kind: 'Settlement', ...record, reprocess: { allowed: reasons.length === 0, reasons } }
}

/** As many dates as a person looks at; more would be as many requests. */
export const MAX_LIST_DAYS = 400
const PARALLEL_DATES = 6

/**
 * Every record of a range. The service's range answer breaks off at the first record that holds
 * sales, so the dates behind it are asked for one by one. `failure`: not even the range could be read.
 */
export async function listSettlements(
  ports: FactsPorts,
  from: SeoulDate,
  to: SeoulDate,
): Promise<SettlementList | { readonly kind: 'failed'; readonly failure: Failure }> {
  const options = {
    signal: ports.signal,
    ...(ports.timeoutMs === undefined ? {} : { timeoutMs: ports.timeoutMs }),
  }
  const range = await ports.reader.settlementRange(from, to, options)
  if (range.kind === 'unknown') return { kind: 'failed', failure: range.failure }
  const records = range.kind === 'ok' ? [...range.value.records] : []
  const unknownDates: SeoulDate[] = []
  if (range.kind === 'ok' && !range.value.complete) {
    const oldest = records.at(-1)?.date
    const rest = datesFrom(from, oldest === undefined ? to : addDays(oldest, -1))
    for (const [date, read] of await readDates(ports.reader, rest, options)) {
      if (read.kind === 'ok') records.push(read.value)
      else if (read.kind === 'unknown') unknownDates.push(date)
    }
  }
  records.sort((left, right) =>
    left.date < right.date ? 1 : left.date > right.date ? -1 : right.id - left.id,
  )
  return { kind: 'SettlementList', from, to, items: records, unknownDates }
}

function datesFrom(from: SeoulDate, to: SeoulDate): SeoulDate[] {
  const days = daysBetween(from, to)
  return days < 0 ? [] : Array.from({ length: days + 1 }, (_, index) => addDays(to, -index))
}

async function readDates(
  reader: ServiceReader,
  dates: readonly SeoulDate[],
  options: { readonly signal: AbortSignal; readonly timeoutMs?: number },
): Promise<readonly (readonly [SeoulDate, Read<SettlementRecord>])[]> {
  const results: (readonly [SeoulDate, Read<SettlementRecord>])[] = []
  const queue = [...dates]
  const worker = async (): Promise<void> => {
    for (let date = queue.shift(); date !== undefined; date = queue.shift()) {
      results.push([date, await reader.settlementOnDate(date, options)])
    }
  }
  await Promise.all(Array.from({ length: PARALLEL_DATES }, worker))
  return results
}
