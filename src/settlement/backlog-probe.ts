/**
 * Are there days before the newest one that were never properly settled? After a weekend or a
 * holiday nobody has looked at the nights between: they are covered here, day by day.
 */
import { z } from 'zod'
import { addDays, seoulDateOf, shortDate, weekdayOf, type SeoulDate } from '../core/dates.ts'
import { text, type Text } from '../core/text.ts'
import type { Observation, OperationContext, ProbeDeclaration } from '../playbook/operation.ts'
import { classifySettlement, SETTLEMENT_CLASSES, type Classified } from './classify.ts'
import { recordFactOf } from './facts.ts'
import { dateOf, optionsOf, type SettlementProbePorts } from './probes.ts'
import { readSalesOfDay } from './sales-of-day.ts'

const backlogInput = z.object({
  /** This many days before the newest; absent: those from the last business day's check on. */
  days: z.int().min(1).max(31).optional(),
  /** The newest date too: in the evening it is a day before like the others. */
  includeDue: z.boolean().default(false),
})
type BacklogInput = z.output<typeof backlogInput>

type SettlementClass = Classified['class']

/** Settled as far as the record says, or nothing to settle; a difference to the sales is not settled. */
const SETTLED: ReadonlySet<SettlementClass> = new Set([
  'completed',
  'completed_unchecked',
  'completed_zero',
  'late_sales',
  'none_no_sales',
])

type Day =
  | { readonly date: SeoulDate; readonly kind: 'classified'; readonly class: SettlementClass }
  | { readonly date: SeoulDate; readonly kind: 'unknown'; readonly reason: Text }

export function createBacklogProbe(ports: SettlementProbePorts): ProbeDeclaration<BacklogInput> {
  return {
    id: 'settlement.backlog',
    title: text('이전 날짜의 미정산', 'days before that are not settled'),
    impact: 'read_only',
    idempotent: true,
    inputs: backlogInput,
    outputs: z.object({
      from: z.string().nullable(),
      to: z.string().nullable(),
      daysCount: z.number(),
      openCount: z.number(),
      open: z.array(z.object({ date: z.string(), class: z.enum(SETTLEMENT_CLASSES) })),
    }),
    async observe(input, context) {
      const due = dateOf(ports, {}, context)
      const before = datesBefore(due, input, context, ports.settings.holidays)
      const dates = input.includeDue ? [...before, due] : before
      const source = '/api/settlements/date/…, /api/v1/sales'
      const days: Day[] = []
      // One after the other: this is no time to press on the service.
      for (const date of dates) {
        days.push(await observeDay(ports, date, context))
        // A database that answers for none of them: whoever waits learns nothing from the others.
        if (
          days.slice(-HOPELESS_DAYS).filter(({ kind }) => kind === 'unknown').length >=
          HOPELESS_DAYS
        )
          break
      }
      return backlogOf(dates, days, source)
    },
  }
}

const HOPELESS_DAYS = 2

function datesBefore(
  due: SeoulDate,
  input: BacklogInput,
  context: OperationContext,
  holidays: readonly SeoulDate[],
): readonly SeoulDate[] {
  if (input.days !== undefined) {
    return Array.from({ length: input.days }, (_, index) => addDays(due, index - (input.days ?? 0)))
  }
  return datesSinceLastCheck(seoulDateOf(context.clock.now()), due, holidays)
}

/** At most this many days back a business day is looked for. */
const LONGEST_HOLIDAY_DAYS = 31

/**
 * Dates before the newest one that this morning has to answer for: the one that the last business
 * day's check looked at (what failed then is repaired by now), and those nobody has looked at since.
 * On a Tuesday the Sunday; on a Monday the Thursday, the Friday and the Saturday.
 */
export function datesSinceLastCheck(
  today: SeoulDate,
  due: SeoulDate,
  holidays: readonly SeoulDate[],
): readonly SeoulDate[] {
  let last = addDays(today, -1)
  for (let back = 0; back < LONGEST_HOLIDAY_DAYS && !isBusinessDay(last, holidays); back++) {
    last = addDays(last, -1)
  }
  const dates: SeoulDate[] = []
  for (let date = addDays(last, -1); date < due; date = addDays(date, 1)) dates.push(date)
  return dates
}

function isBusinessDay(date: SeoulDate, holidays: readonly SeoulDate[]): boolean {
  const weekday = weekdayOf(date)
  return weekday !== 0 && weekday !== 6 && !holidays.includes(date)
}

async function observeDay(
  ports: SettlementProbePorts,
  date: SeoulDate,
  context: OperationContext,
): Promise<Day> {
  const options = optionsOf(ports, context)
  const [sales, read, exists] = await Promise.all([
    readSalesOfDay(ports.reader, ports.settings.stores, date, options),
    ports.reader.settlementOnDate(date, options),
    ports.reader.settlementExists(date, options),
  ])
  const fact = recordFactOf(read)
  if (fact.kind === 'unknown') {
    const reason = fact.failure?.message ?? text('응답을 읽을 수 없음', 'the answer cannot be read')
    return { date, kind: 'unknown', reason }
  }
  const found = classifySettlement(fact, exists.kind === 'ok' ? exists.value : 'unknown', sales)
  if (found.class === 'unknown') return { date, kind: 'unknown', reason: found.summary }
  return { date, kind: 'classified', class: found.class }
}

/** One open day is worth telling even when others could not be seen; a day that was not seen is never fine. */
function backlogOf(dates: readonly SeoulDate[], days: readonly Day[], source: string): Observation {
  const open = days.flatMap((day) =>
    day.kind === 'classified' && !SETTLED.has(day.class)
      ? [{ date: day.date, class: day.class }]
      : [],
  )
  const unseen = days.find((day) => day.kind === 'unknown')
  if (unseen !== undefined && open.length === 0) {
    return {
      kind: 'unknown',
      reason: text(
        `${shortDate(unseen.date)} 확인 불가: ${unseen.reason.ko}`,
        `${unseen.date} not known: ${unseen.reason.en}`,
      ),
      source,
    }
  }
  const from = dates[0] ?? null
  const to = dates.at(-1) ?? null
  return {
    kind: 'observed',
    value: { from, to, daysCount: dates.length, openCount: open.length, open },
    summary: summaryOf(dates, open),
    source,
  }
}

function summaryOf(
  dates: readonly SeoulDate[],
  open: readonly { readonly date: SeoulDate; readonly class: SettlementClass }[],
): Text {
  const first = dates[0] ?? ''
  const last = dates.at(-1) ?? first
  const span = first === last ? shortDate(first) : `${shortDate(first)}–${shortDate(last)}`
  if (open.length === 0) {
    return text(
      `${span} ${dates.length}일, 미정산 없음`,
      `${span}: ${dates.length} days, none left open`,
    )
  }
  const named = open.map(({ date, class: state }) => `${shortDate(date)} ${state}`).join(', ')
  return text(
    `${span} 중 미정산 ${open.length}일: ${named}`,
    `${open.length} of ${span} not settled: ${named}`,
  )
}
