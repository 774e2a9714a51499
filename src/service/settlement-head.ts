/**
 * Reads settlements out of answers that may break off. The service's body for a settlement that
 * holds sales is no JSON: sale and store refer to each other, it breaks off about 176 KB deep and an
 * error object is glued to its end. Its scalars come first and are sound. So the head is read, and
 * nothing is said that the bytes did not say:
 *  - a scalar counts only when it came to its end, directly inside the record, and only once;
 *  - `sales` is empty only when the record was seen to its closing brace with an empty array (whether
 *    that brace can be trusted depends on what follows: settlements.ts);
 *  - `sales` is not empty as soon as an object begins inside it;
 *  - everything else is unknown.
 */
import { createJsonScanner } from './json-scanner.ts'
import type { JsonScalar, JsonScanner } from './json-scanner.ts'
import type { BodyReader } from '../wire/exchange.ts'

/** The most that is read of one settlement, bytes. */
const HEAD_LIMIT_BYTES = 64 * 1024

/** How often the limit is looked at. */
const SLICE_BYTES = 4096

/** A sound record is six deep; the broken ones go on for ever. */
const MAX_DEPTH = 32

/** What was seen of one settlement. */
export interface SeenRecord {
  /** The scalars directly inside the record, by name. */
  readonly scalars: ReadonlyMap<string, JsonScalar>
  readonly sales: 'empty' | 'some' | 'unknown'
  /** The record was seen to its closing brace, and no name came twice. */
  readonly whole: boolean
  /** A name came twice: nothing in it can be relied on. */
  readonly ambiguous: boolean
}

export interface SettlementReader extends BodyReader {
  /** To be called once, when the body is over or was let go. `whole`: the body came to its end. */
  seen(whole: boolean): SeenSettlements
}

export interface SeenSettlements {
  /** What the document is; undefined when not even its first character came. */
  readonly document: 'object' | 'array' | 'other' | undefined
  readonly records: readonly SeenRecord[]
  /** Something stood where a record should. */
  readonly strange: boolean
  /** The body was one sound document to its end. */
  readonly sound: boolean
}

const RECORD_FIELDS: ReadonlySet<string> = new Set([
  'id',
  'settlementDate',
  'totalAmount',
  'totalFee',
  'netAmount',
  'transactionCount',
  'status',
  'note',
  'createdAt',
  'completedAt',
])

/** Not the service's settlement, but what it says instead: kept to tell an error from a record. */
const ERROR_FIELDS: ReadonlySet<string> = new Set(['success', 'errorCode'])

interface RecordInHand {
  readonly scalars: Map<string, JsonScalar>
  readonly names: Set<string>
  key: string | undefined
  sales: 'unread' | 'opened' | 'some' | 'undecided'
  /** The first name inside the first sale has been seen. */
  saleNamed: boolean
  whole: boolean
  ambiguous: boolean
}

function emptyRecord(): RecordInHand {
  return {
    scalars: new Map(),
    names: new Set(),
    key: undefined,
    sales: 'unread',
    saleNamed: false,
    whole: false,
    ambiguous: false,
  }
}

/** `single`: the document is the record; `list`: it is an array of records. */
export function createSettlementReader(shape: 'single' | 'list'): SettlementReader {
  const recordDepth = shape === 'single' ? 1 : 2
  const records: RecordInHand[] = []
  let record: RecordInHand | undefined
  let document: 'object' | 'array' | 'other' | undefined
  let recordBytes = 0
  let sliceBytes = 0
  let strange = false
  let state: 'more' | 'ended' | 'broken' = 'more'

  const scanner: JsonScanner = createJsonScanner(
    {
      open(container, depth) {
        if (depth === 0) document = container
        if (depth === recordDepth - 1 && container === 'object' && isRecordPlace()) {
          record = emptyRecord()
          records.push(record)
          recordBytes = sliceBytes
        } else if (record !== undefined && depth === recordDepth && record.key === 'sales') {
          record.sales = container === 'array' ? 'opened' : 'undecided'
        } else if (record !== undefined && depth === recordDepth + 1 && isInSales(record)) {
          record.sales = container === 'object' ? 'some' : 'undecided'
        } else if (record === undefined && depth === recordDepth - 1) strange = true
      },
      close(depth) {
        if (record === undefined) return
        if (depth === recordDepth - 1) {
          record.whole = true
          record = undefined
        }
      },
      key(name, depth) {
        if (record === undefined) return
        if (depth === recordDepth + 2 && record.sales === 'some' && !record.saleNamed) {
          record.saleNamed = true
          // Broken off at the bracket, with the error object glued on: that is no sale.
          if (ERROR_FIELDS.has(name)) record.sales = 'undecided'
        }
        if (depth !== recordDepth) return
        record.key = name
        if (record.names.has(name)) record.ambiguous = true
        record.names.add(name)
      },
      scalar(value, depth) {
        if (depth === 0) document = 'other'
        if (record === undefined) {
          strange = true
          return
        }
        if (depth === recordDepth + 1 && isInSales(record)) record.sales = 'undecided'
        if (depth !== recordDepth || record.key === undefined) return
        if (RECORD_FIELDS.has(record.key) || ERROR_FIELDS.has(record.key)) {
          record.scalars.set(record.key, value)
        }
      },
    },
    { textDepth: recordDepth + 2, maxDepth: MAX_DEPTH },
  )

  function isRecordPlace(): boolean {
    return shape === 'single' || document === 'array'
  }

  return {
    read(chunk) {
      for (let at = 0; at < chunk.length && state !== 'broken'; at += SLICE_BYTES) {
        const slice = chunk.subarray(at, at + SLICE_BYTES)
        sliceBytes = slice.length
        recordBytes += sliceBytes
        state = recordBytes > HEAD_LIMIT_BYTES ? 'broken' : scanner.push(slice)
      }
      if (state === 'broken') return 'enough'
      const head = records.at(-1)
      return shape === 'single' && head?.sales === 'some' && isHeadComplete(head)
        ? 'decided'
        : 'more'
    },
    seen(whole) {
      const sound = whole && state !== 'broken' && scanner.finish() === 'ended'
      return { document, records: records.map((item) => seenRecord(item)), strange, sound }
    },
  }
}

/** The key in hand stays `sales` while its value is walked through. */
function isInSales(record: RecordInHand): boolean {
  return record.sales === 'opened' && record.key === 'sales'
}

function isHeadComplete(record: RecordInHand): boolean {
  return [...RECORD_FIELDS].every((name) => record.scalars.has(name))
}

function seenRecord(record: RecordInHand): SeenRecord {
  const { scalars, whole, ambiguous } = record
  const sales =
    record.sales === 'some' ? 'some' : record.sales === 'opened' && whole ? 'empty' : 'unknown'
  return { scalars, sales: ambiguous ? 'unknown' : sales, whole: whole && !ambiguous, ambiguous }
}
