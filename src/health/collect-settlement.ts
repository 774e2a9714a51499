/**
 * Yesterday's settlement and the records of the last 30 dates. The service's list breaks off at the
 * first record that holds sales, so while nothing points to trouble only as many records are read
 * as the request budget allows, oldest doubts first; at the first sign of one, every date is looked at.
 */
import { addDays, dueSettlementDate, seoulDateOf, type SeoulDate } from '../core/dates.ts'
import type { Read } from '../core/read.ts'
import type { MetricsSummary } from '../core/service.ts'
import { text, type Text } from '../core/text.ts'
import { askEach } from './asker.ts'
import { factOf, unknown, type Fact } from './fact.ts'
import type { DateFact, SettlementMeter, SettlementObservations } from './observations.ts'
import { firstDateOf, meterAnswersFor, unseenDates } from './settlement-dates.ts'
import { failureWords } from './words.ts'
import { REQUEST_BUDGET, askMeter, type Round } from './round.ts'

type Dates = Map<SeoulDate, DateFact>

type Listing = { readonly kind: 'answered' } | { readonly kind: 'silent'; readonly reason: Text }

export async function observeSettlement(
  round: Round,
  summary: Promise<Read<MetricsSummary>>,
  startMs: Promise<Fact<number>>,
): Promise<SettlementObservations> {
  const { batch } = round.ports.settings
  let due = dueSettlementDate(round.ports.clock.now(), batch)
  let dates: Dates = new Map()
  let list = await readRange(round, dates, due, due)
  // Only now is the service's clock known; around the batch it decides which date is due.
  const dueThere = dueSettlementDate(round.nowMs(), batch)
  if (dueThere !== due) {
    due = dueThere
    dates = new Map()
    list = await readRange(round, dates, due, due)
  }
  const onDue: DateFact =
    list.kind === 'silent'
      ? { kind: 'unknown', fact: unknown(list.reason) }
      : await confirmDue(round, dates, due)
  dates.set(due, onDue)

  const meter = await observeMeter(round, await summary, await startMs)
  if (onDue.kind !== 'unknown') await walk(round, dates, due, meter)
  return { today: seoulDateOf(round.nowMs()), due, onDue, dates, meter }
}

/** Reads the window's records up to `to` into `dates`. */
async function readRange(
  round: Round,
  dates: Dates,
  due: SeoulDate,
  to: SeoulDate,
): Promise<Listing> {
  const from = firstDateOf(due)
  const range = await round.asker.ask('/api/settlements/range', round.remainingMs(), (options) =>
    round.ports.reader.settlementRange(from, to, options),
  )
  if (range.kind !== 'ok') {
    return range.kind === 'unknown' && isSilence(range)
      ? { kind: 'silent', reason: failureWords(range) }
      : { kind: 'answered' }
  }
  let oldest = addDays(to, 1)
  for (const record of range.value.records) {
    if (record.date < from || record.date > to) continue
    dates.set(record.date, { kind: 'record', record })
    if (record.date < oldest) oldest = record.date
  }
  // Newest first: a date that the list has passed, or all of them when it is whole, has no record.
  const passed = range.value.complete ? from : oldest
  for (let date = passed; date <= to; date = addDays(date, 1)) {
    if (!dates.has(date)) dates.set(date, { kind: 'none' })
  }
  return { kind: 'answered' }
}

/** Where asking date by date would bring no more than asking for all of them did. */
function isSilence(read: Extract<Read<unknown>, { kind: 'unknown' }>): boolean {
  const { kind } = read.failure
  return kind !== 'service_error' && kind !== 'unreadable' && kind !== 'cut'
}

/** A missing record is an alarm, so the list's silence about the due date is checked twice over. */
async function confirmDue(round: Round, dates: Dates, due: SeoulDate): Promise<DateFact> {
  const listed = dates.get(due)
  if (listed?.kind === 'record') return listed
  const record = await askDate(round, due)
  if (record.kind !== 'none') return record
  const exists = await round.asker.ask(
    `/api/settlements/check/${due}`,
    round.remainingMs(),
    (options) => round.ports.reader.settlementExists(due, options),
  )
  if (exists.kind === 'ok' && !exists.value) return { kind: 'none' }
  const reason =
    exists.kind === 'ok'
      ? text('기록 유무가 서로 다름', 'the service contradicts itself about the record')
      : failureWords(exists)
  return { kind: 'unknown', fact: unknown(reason) }
}

async function askDate(round: Round, date: SeoulDate): Promise<DateFact> {
  const read = await round.asker.ask(
    `/api/settlements/date/${date}`,
    round.remainingMs(),
    (options) => round.ports.reader.settlementOnDate(date, options),
  )
  if (read.kind === 'ok') return { kind: 'record', record: read.value }
  if (read.kind === 'absent') return { kind: 'none' }
  return { kind: 'unknown', fact: unknown(failureWords(read)) }
}

async function observeMeter(
  round: Round,
  summary: Read<MetricsSummary>,
  startMs: Fact<number>,
): Promise<SettlementMeter> {
  const counted = factOf(summary)
  if (counted.kind === 'unknown') return { failures: counted, startMs }
  const { settlementFailures, settlementSuccesses } = counted.value
  if (settlementFailures === 0 && settlementSuccesses === 0) {
    // The summary says 0 for a meter that does not exist as well.
    const meter = await askMeter(round, 'settlement.result.total', 'COUNT')
    if (meter.kind === 'unknown') return { failures: meter, startMs }
  }
  return { failures: { kind: 'known', value: settlementFailures }, startMs }
}

async function walk(
  round: Round,
  dates: Dates,
  due: SeoulDate,
  meter: SettlementMeter,
): Promise<void> {
  const { settings } = round.ports
  const trouble = (): boolean =>
    meter.failures.kind === 'unknown' ||
    meter.failures.value > 0 ||
    [...dates.values()].some((fact) => fact.kind === 'record' && fact.record.status === 'FAILED')

  while (!trouble()) {
    const to = unseenDates(dates, due).find((date) => !meterAnswersFor(date, meter, settings))
    if (to === undefined || round.asker.sent() >= REQUEST_BUDGET || round.remainingMs() <= 0) return
    await readRange(round, dates, due, to)
    // An answer that says nothing about the date would be asked for again and again.
    if (unseenDates(dates, due).includes(to)) return
  }
  // Paths differ by date, so while watching none of them is asked twice at a time.
  await askEach(unseenDates(dates, due), 6, async (date) => {
    if (date !== due) dates.set(date, await askDate(round, date))
  })
}
