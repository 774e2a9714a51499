/** Whatever a settlement's body looks like and wherever it breaks off: right, or unknown, never wrong. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createJsonScanner } from '../../src/service/json-scanner.ts'
import { createSettlementReader } from '../../src/service/settlement-head.ts'
import { recordOf } from '../../src/service/settlements.ts'
import { recordedBytes } from './wire.ts'

const ERROR_OBJECT =
  '{"success":false,"errorCode":"INTERNAL_SERVER_ERROR","message":"서버 내부 오류가 발생했습니다","id":99,"sales":[]}'

interface Truth {
  readonly fields: readonly (readonly [name: string, json: string])[]
  readonly record: {
    readonly id: number
    readonly date: string
    readonly totalAmount: string
    readonly status: string
    readonly note: string | null
    readonly transactionCount: number
  }
  readonly holdsSales: 'yes' | 'no' | 'unknown'
}

const won = fc.integer({ min: 0, max: 99_999_999 }).map((cents) => ({
  json: (cents / 100).toFixed(2),
  won: String(cents / 100),
}))

/** Text that tries to look like the structure around it. */
const treacherous = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.constantFrom(
    '","sales":[],"x":"',
    '"sales":[',
    '\\"sales\\":[]',
    '}]}{"success":false}',
    '\\',
    '\\\\"',
    '정산 오류 "sales":[]',
    '\u0000\n\t',
    '😀',
  ),
)

/** A JSON string with some characters written as escapes, as a server may. */
function spelled(value: string, escapeAll: boolean): string {
  if (!escapeAll) return JSON.stringify(value)
  const units = Array.from({ length: value.length }, (_, index) => value.charCodeAt(index))
  return `"${units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')}"`
}

const sale = fc.record({
  id: fc.integer({ min: 1, max: 999 }),
  store: fc.record({ ownerName: treacherous, sales: fc.constantFrom([], [{ id: 1 }]) }),
})

const salesJson = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .array(sale, { minLength: 1, maxLength: 3 })
      .map((sales) => ({ json: JSON.stringify(sales), holds: 'yes' as const })),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom('[]', '[ \n]').map((json) => ({ json, holds: 'no' as const })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('null', '{}', '""', '[3]', '[[]]')
      .map((json) => ({ json, holds: 'unknown' as const })),
  },
  { weight: 1, arbitrary: fc.constant({ json: undefined, holds: 'unknown' as const }) },
)

const truth: fc.Arbitrary<Truth> = fc
  .record({
    id: fc.integer({ min: 1, max: 1_000_000 }),
    date: fc.constantFrom('2026-11-15', '2026-11-23', '2024-02-29'),
    totalAmount: won,
    status: fc.constantFrom('COMPLETED', 'FAILED', 'PROCESSING', 'NEW_ONE'),
    note: fc.option(treacherous),
    count: fc.nat(5000),
    sales: salesJson,
    extra: fc.constantFrom('{"sales":[{"id":1}]}', '[{"sales":[]}]', '"x"', '[[],[{}]]'),
    shuffle: fc.boolean(),
    escapeAll: fc.boolean(),
    extraAfter: fc.boolean(),
  })
  .chain((made) => {
    const fields: (readonly [string, string])[] = [
      ['id', String(made.id)],
      ['settlementDate', spelled(made.date, made.escapeAll)],
      ['totalAmount', made.totalAmount.json],
      ['totalFee', '0'],
      ['netAmount', '0.00'],
      ['transactionCount', String(made.count)],
      ['status', JSON.stringify(made.status)],
      ['note', made.note === null ? 'null' : spelled(made.note, made.escapeAll)],
      ['createdAt', '"2026-11-24T02:55:00.142945956"'],
      ['completedAt', 'null'],
    ]
    if (!made.extraAfter) fields.push(['extra', made.extra])
    if (made.sales.json !== undefined) fields.push(['sales', made.sales.json])
    if (made.extraAfter) fields.push(['extra', made.extra])
    const ordered = made.shuffle
      ? fc.shuffledSubarray(fields, { minLength: fields.length, maxLength: fields.length })
      : fc.constant(fields)
    return ordered.map((list) => ({
      fields: list,
      record: {
        id: made.id,
        date: made.date,
        totalAmount: made.totalAmount.won,
        status: made.status,
        note: made.note,
        transactionCount: made.count,
      },
      holdsSales: made.sales.holds,
    }))
  })

const gap = fc.constantFrom('', ' ', '\r\n', '\t ')

function bodyOf(value: Truth, space: string): string {
  const parts = value.fields.map(([name, json]) => `${space}"${name}"${space}:${space}${json}`)
  return `{${parts.join(`${space},`)}${space}}`
}

function chunksOf(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const at = [
    ...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length]),
  ].toSorted((left, right) => left - right)
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end))
}

function read(bytes: Uint8Array, cuts: readonly number[]) {
  const reader = createSettlementReader('single')
  let stopped = false
  for (const chunk of chunksOf(bytes, cuts)) {
    if (reader.read(chunk) === 'enough') {
      stopped = true
      break
    }
  }
  const seen = reader.seen(!stopped)
  const first = seen.records[0]
  return first === undefined ? undefined : recordOf(first, seen.sound && first.whole)
}

/**
 * What a JSON library does when writing fails: it has written whole names and values, and closes
 * every open bracket before the stream ends. Every body that can come of it, from the shortest on.
 */
function autoClosed(body: string): string[] {
  const open: string[] = []
  const closed: string[] = []
  for (const match of body.matchAll(/"(?:[^"\\]|\\.)*"|[-\w.+]+|[{}[\]]/g)) {
    const [token] = match
    if (token === '{') open.push('}')
    else if (token === '[') open.push(']')
    else if (token === '}' || token === ']') open.pop()
    if (open.length === 0) break
    closed.push(body.slice(0, match.index + token.length) + open.toReversed().join(''))
  }
  return closed
}

function expectRightOrUnknown(value: Truth, record: ReturnType<typeof read>): void {
  if (record === undefined) return
  const { note, ...rest } = value.record
  expect(record).toMatchObject({ ...rest, bodyIntact: false })
  expect(record.note === null).toBe(note === null)
  expect(['unknown', value.holdsSales]).toContain(record.holdsSales)
  // Where the body breaks off, an empty list proves nothing.
  expect(record.holdsSales).not.toBe('no')
}

const cuts = fc.array(fc.nat(4000), { maxLength: 12 })

describe('the head of a settlement', () => {
  it('is read exactly from any sound body, in any chunks, order, spacing and spelling', () => {
    fc.assert(
      fc.property(truth, gap, cuts, (value, space, at) => {
        const record = read(Buffer.from(bodyOf(value, space)), at)
        const { note, ...rest } = value.record
        expect(record).toMatchObject({ ...rest, holdsSales: value.holdsSales, bodyIntact: true })
        expect(record?.note === null).toBe(note === null)
      }),
      { numRuns: 400 },
    )
  })

  it('is right or unknown, never wrong, wherever the body breaks off and whatever is glued to it', () => {
    const glued = fc.constantFrom('', ERROR_OBJECT, ']', '"', '<html>', '\u0000')
    fc.assert(
      fc.property(truth, gap, cuts, fc.nat(), glued, (value, space, at, cut, tail) => {
        const whole = Buffer.from(bodyOf(value, space))
        // Never the whole of it: at least the closing brace is missing.
        const broken = whole.subarray(0, cut % whole.length)
        expectRightOrUnknown(value, read(Buffer.concat([broken, Buffer.from(tail)]), at))
      }),
      { numRuns: 1500 },
    )
  })

  it('is right or unknown when the brackets are closed before the error is glued on', () => {
    fc.assert(
      fc.property(truth, cuts, (value, at) => {
        for (const body of autoClosed(bodyOf(value, ''))) {
          expectRightOrUnknown(value, read(Buffer.from(`${body}${ERROR_OBJECT}`), at))
        }
      }),
      { numRuns: 100 },
    )
  })

  it('tells that sales are held from the first byte after the bracket on', () => {
    const body = recordedBytes('settlement-with-sales.body')
    const bracket = body.indexOf('"sales":[') + '"sales":['.length
    expect(read(body.subarray(0, bracket), [])).toMatchObject({ id: 3, holdsSales: 'unknown' })
    expect(read(body.subarray(0, bracket + 1), [])).toMatchObject({ id: 3, holdsSales: 'yes' })
    const comma = bracket - '"sales":['.length
    expect(read(body.subarray(0, comma), [])).toMatchObject({ id: 3, holdsSales: 'unknown' })
    for (let cut = 0; cut < comma; cut++) {
      expect(read(body.subarray(0, cut), [])).toBeUndefined()
    }
  })

  it('does not take a list for empty that was closed only because writing it failed', () => {
    const head = recordedBytes('settlement-with-sales.body').toString('utf8')
    const bracket = head.indexOf('"sales":[') + '"sales":['.length
    const closed = `${head.slice(0, bracket)}]}${ERROR_OBJECT}`
    expect(read(Buffer.from(closed), [])).toMatchObject({ id: 3, holdsSales: 'unknown' })
  })

  it('reads nothing out of a body in which a name comes twice', () => {
    const twice =
      '{"id":8,"settlementDate":"2026-11-23","totalAmount":0,"totalFee":0,"netAmount":0,"transactionCount":0,"status":"FAILED","note":null,"createdAt":null,"completedAt":null,"sales":[],"sales":[{"id":1}]}'
    expect(read(Buffer.from(twice), [])).toBeUndefined()
    expect(read(Buffer.from(twice.replace(',"sales":[{"id":1}]', '')), [])).toMatchObject({
      holdsSales: 'no',
    })
  })

  it('gives up on a head that does not come within 64 KiB', () => {
    const body = `{"padding":[${'0,'.repeat(40_000)}0],"id":8,"settlementDate":"2026-11-23"}`
    const reader = createSettlementReader('single')
    expect(reader.read(Buffer.from(body))).toBe('enough')
    expect(reader.seen(true)).toMatchObject({ sound: false })
  })
})

describe('the JSON scanner', () => {
  const scan = (bytes: Uint8Array, at: readonly number[]) => {
    const events: unknown[] = []
    const scanner = createJsonScanner(
      {
        open: (container, depth) => events.push(['open', container, depth]),
        close: (depth) => events.push(['close', depth]),
        key: (name, depth) => events.push(['key', name, depth]),
        scalar: (value, depth) => events.push(['scalar', value.text, depth]),
      },
      { textDepth: 99, maxDepth: 32 },
    )
    for (const chunk of chunksOf(bytes, at)) scanner.push(chunk)
    return { end: scanner.finish(), events }
  }

  /** JSON with one character changed, put in or taken out. */
  const nearlyJson = fc
    .tuple(
      fc.json({ maxDepth: 4 }),
      fc.nat(),
      fc.constantFrom('', ...'{}[]",:\\0-+.eE1tfnu \n\u0001é'),
      fc.nat(1),
    )
    .map(([json, at, put, take]) => {
      const where = at % (json.length + 1)
      return json.slice(0, where) + put + json.slice(where + take)
    })

  it('takes for a whole document exactly what JSON.parse takes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), nearlyJson), cuts, (json, at) => {
        let isJson = true
        try {
          JSON.parse(json)
        } catch (error) {
          if (!(error instanceof SyntaxError)) throw error
          isJson = false
        }
        expect(scan(Buffer.from(json), at).end).toBe(isJson ? 'ended' : 'broken')
      }),
      { numRuns: 2000 },
    )
  })

  it('goes no deeper than it was told', () => {
    const nested = (depth: number) => Buffer.from(`${'['.repeat(depth)}${']'.repeat(depth)}`)
    expect(scan(nested(32), []).end).toBe('ended')
    expect(scan(nested(33), []).end).toBe('broken')
  })

  it('sees the same whatever the chunks', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), nearlyJson), cuts, (json, at) => {
        const bytes = Buffer.from(json)
        expect(scan(bytes, at)).toEqual(scan(bytes, []))
      }),
      { numRuns: 500 },
    )
  })
})
