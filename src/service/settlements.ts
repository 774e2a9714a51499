/** Settlements as the service answers them: records by id, by date and in a range, and whether one exists. */
import * as z from 'zod/mini'
import { isSeoulDate, parseServiceTime } from '../core/dates.ts'
import type { SeoulDate } from '../core/dates.ts'
import { parseWon } from '../core/money.ts'
import type { Won } from '../core/money.ts'
import type { Failure, Read, ReadMeta } from '../core/read.ts'
import { cleanText } from '../core/sanitize.ts'
import type { SettlementRange, SettlementRecord } from '../core/service.ts'
import { text } from '../core/text.ts'
import {
  cutOf,
  errorFailure,
  headFailure,
  isAbsence,
  isServiceMediaType,
  mixedAnswer,
  otherShape,
  unknown,
} from './answer.ts'
import { createCollectingReader } from '../wire/body.ts'
import type { CollectingReader } from '../wire/body.ts'
import type { AnswerHead, Exchange } from '../wire/exchange.ts'
import { failure, unreadable } from '../wire/failure.ts'
import type { JsonScalar } from './json-scanner.ts'
import { createSettlementReader } from './settlement-head.ts'
import type { SeenRecord, SeenSettlements, SettlementReader } from './settlement-head.ts'

/** A 200 is read as settlements, everything else collected: it can only be an error. */
export type SettlementBody =
  | ({ readonly kind: 'settlements' } & SettlementReader)
  | ({ readonly kind: 'other' } & CollectingReader)

export function settlementBody(shape: 'single' | 'list') {
  return (head: AnswerHead): SettlementBody =>
    head.httpStatus === 200 && isServiceMediaType(head.mediaType)
      ? { kind: 'settlements', ...createSettlementReader(shape) }
      : { kind: 'other', ...createCollectingReader() }
}

const serviceTime = z.string().check(z.refine((value) => parseServiceTime(value) !== undefined))
const won = z.custom<Won>((value) => typeof value === 'string')

const headSchema = z.object({
  id: z.int().check(z.positive()),
  date: z.string().check(z.refine(isSeoulDate)),
  status: z.string().check(z.minLength(1), z.maxLength(40)),
  totalAmount: won,
  totalFee: won,
  netAmount: won,
  transactionCount: z.int().check(z.nonnegative()),
  note: z.nullable(z.string()),
  createdAt: z.nullable(serviceTime),
  completedAt: z.nullable(serviceTime),
})

/** The record in what was seen, or undefined when a scalar is missing, came twice, or is not what it should be. */
export function recordOf(seen: SeenRecord, intact: boolean): SettlementRecord | undefined {
  if (seen.ambiguous) return undefined
  const field = (name: string): JsonScalar | undefined => seen.scalars.get(name)
  // A sound body may leave out what is null; of a broken one only what was written counts.
  const nullable = (name: string): string | null | undefined => {
    const value = field(name)
    if (value === undefined) return intact ? null : undefined
    return value.type === 'literal' && value.text === 'null' ? null : textOf(value)
  }
  const parsed = headSchema.safeParse({
    id: integerOf(field('id')),
    date: textOf(field('settlementDate')),
    status: textOf(field('status')),
    totalAmount: wonOf(field('totalAmount')),
    totalFee: wonOf(field('totalFee')),
    netAmount: wonOf(field('netAmount')),
    transactionCount: integerOf(field('transactionCount')),
    note: nullable('note'),
    createdAt: nullable('createdAt'),
    completedAt: nullable('completedAt'),
  })
  if (!parsed.success) return undefined
  const { note, status, ...rest } = parsed.data
  return {
    ...rest,
    status: cleanText(status, 40),
    note: note === null ? null : cleanText(note),
    holdsSales: holdsSales(seen, intact),
    bodyIntact: intact,
  }
}

/**
 * `no` needs a whole body: when writing fails, the service's JSON library closes every open bracket
 * before the error object is glued on, so a list that broke off at its first sale looks empty.
 */
function holdsSales(seen: SeenRecord, intact: boolean): 'yes' | 'no' | 'unknown' {
  if (seen.sales === 'some') return 'yes'
  return seen.sales === 'empty' && intact ? 'no' : 'unknown'
}

function textOf(value: JsonScalar | undefined): string | undefined {
  return value?.type === 'string' ? value.text : undefined
}

function integerOf(value: JsonScalar | undefined): number | undefined {
  return value?.type === 'number' && /^\d{1,16}$/.test(value.text) ? Number(value.text) : undefined
}

function wonOf(value: JsonScalar | undefined): Won | undefined {
  return value?.type === 'number' ? parseWon(value.text) : undefined
}

/** True when the document is a settlement of the service, even if not all of it could be read. */
export function looksLikeSettlement(seen: SeenSettlements): boolean {
  const record = seen.document === 'object' ? seen.records[0] : undefined
  return (
    integerOf(record?.scalars.get('id')) !== undefined &&
    isSeoulDate(textOf(record?.scalars.get('settlementDate')) ?? '')
  )
}

function isErrorObject(seen: SeenSettlements): boolean {
  const scalars = seen.document === 'object' ? seen.records[0]?.scalars : undefined
  return scalars?.get('success')?.text === 'false' && !scalars.has('id')
}

export function readSettlement(
  done: Exchange<SettlementBody>,
  place: string,
  asked: { readonly id: number } | { readonly date: SeoulDate },
): Read<SettlementRecord> {
  const answer = settlementsOf(done, place, 'single')
  if ('kind' in answer) return answer
  const { seen, meta, cut } = answer
  const { httpStatus, latencyMs } = meta
  const first = seen.document === 'object' ? seen.records[0] : undefined
  const record = first === undefined ? undefined : recordOf(first, seen.sound && first.whole)
  // A cut connection proves nothing, unless all that was asked had come before.
  if (cut !== undefined && record?.holdsSales !== 'yes') return unknown(cut, latencyMs)
  if (record === undefined) return unknown(unreadableSettlement(seen, httpStatus), latencyMs)
  const fits = 'id' in asked ? record.id === asked.id : record.date === asked.date
  return fits ? { kind: 'ok', value: record, meta } : unknown(mixedAnswer(httpStatus), latencyMs)
}

export function readSettlementRange(
  done: Exchange<SettlementBody>,
  place: string,
  from: SeoulDate,
  to: SeoulDate,
): Read<SettlementRange> {
  const answer = settlementsOf(done, place, 'list')
  if ('kind' in answer) return answer
  const { seen, meta, cut } = answer
  const { httpStatus, latencyMs } = meta
  if (cut !== undefined) return unknown(cut, latencyMs)
  if (seen.document !== 'array' || seen.strange) {
    return unknown(unreadableSettlement(seen, httpStatus), latencyMs)
  }
  const records: SettlementRecord[] = []
  for (const [index, item] of seen.records.entries()) {
    const isLast = index === seen.records.length - 1
    // When writing fails, the service's JSON library closes every open bracket before the error is
    // glued on: the last record of a list that breaks off may look whole, with empty sales. Those
    // before it were followed by another one.
    const record = recordOf(item, item.whole && (seen.sound || !isLast))
    if (record !== undefined) records.push(record)
    else if (seen.sound || !isLast) return unknown(otherShape(httpStatus), latencyMs)
  }
  if (!seen.sound && records.length === 0) {
    return unknown(unreadableSettlement(seen, httpStatus), latencyMs)
  }
  if (records.some(({ date }) => date < from || date > to)) {
    return unknown(mixedAnswer(httpStatus), latencyMs)
  }
  const sorted = records.toSorted((left, right) =>
    left.date < right.date ? 1 : left.date > right.date ? -1 : 0,
  )
  const isNewestFirst = sorted.every((record, index) => record === records[index])
  // What is missing from a list that broke off is known to be older only when it is in order.
  if (!seen.sound && !isNewestFirst) return unknown(otherShape(httpStatus), latencyMs)
  return { kind: 'ok', value: { records: sorted, complete: seen.sound }, meta }
}

/** What was seen of an answer of 200; every other answer is already the end of it. */
function settlementsOf(
  done: Exchange<SettlementBody>,
  place: string,
  shape: 'single' | 'list',
):
  | Read<never>
  | { readonly seen: SeenSettlements; readonly meta: ReadMeta; readonly cut: Failure | undefined } {
  if (done.kind === 'none') return unknown(done.failure, done.latencyMs)
  const { head, meta, reader } = done
  const wrong = headFailure(head, place)
  if (wrong !== undefined) return unknown(wrong, meta.latencyMs)
  const cut = done.ended === 'broken_off' ? cutOf(done, place) : undefined
  if (cut?.kind === 'aborted') return unknown(cut, meta.latencyMs)
  if (reader.kind === 'settlements') {
    return { seen: reader.seen(done.ended === 'whole'), meta, cut }
  }
  if (cut !== undefined) return unknown(cut, meta.latencyMs)
  const bytes = reader.bytes()
  if (shape === 'single' && isAbsence(head, bytes)) return { kind: 'absent', meta }
  return unknown(errorFailure(head, bytes, place), meta.latencyMs)
}

function unreadableSettlement(seen: SeenSettlements, httpStatus: number): Failure {
  if (isErrorObject(seen)) {
    return failure(
      'service_error',
      text(
        `서비스 오류 응답(HTTP ${httpStatus})`,
        `the service answered with an error (HTTP ${httpStatus})`,
      ),
      httpStatus,
    )
  }
  return unreadable('정산을 알아볼 수 없음', 'no settlement can be made out', httpStatus)
}

/** Only the words `true` and `false` answer whether a record exists. */
export function interpretExists(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined
}
