import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, digestOf } from '../../src/core/digest.ts'
import { DATE, URL, desk, startRun } from './fixture.ts'

// Every control and invisible character but line feed and tab.
const CONTROLS = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

/** All keys and strings, however deep. */
function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => [key, ...stringsIn(item)])
}

/** What becomes of data on its way through the journal. */
function kept(data: unknown): unknown {
  const writer = startRun(desk().open())
  return writer.append({ kind: 'probeObserved', step: 'look', data }).data
}

describe('what the journal keeps', () => {
  it('never holds secrets or personal data, however deep', () => {
    const data = kept({
      headers: ['Authorization: Bearer abcdef123456', { note: 'call 010-1234-5678' }],
      owner: { ownerName: '김사장', phoneNumber: '01012345678', address: '서울시 중구' },
      token: 'abc',
      'password=hunter2': 1,
      url: 'http://kim:secret@service:8080/x',
      mail: 'kim@example.com',
    })
    const json = JSON.stringify(data)
    for (const secret of [
      'abcdef123456',
      '1234-5678',
      '김사장',
      '0101234',
      '중구',
      '"abc"',
      'hunter2',
      'kim:secret',
      'kim@',
    ]) {
      expect(json, secret).not.toContain(secret)
    }
  })

  it('never holds control characters, but keeps the lines of a note', () => {
    expect(
      kept({ note: 'first\u001b[31m red\u0007\n  second\tcolumn\n\u202ethird', 'k\u0000ey': 1 }),
    ).toEqual({
      note: 'first [31m red\n  second\tcolumn\nthird',
      'k ey': 1,
    })
  })

  it('keeps digests, urls, dates, money, numbers and booleans as they are', () => {
    const data = {
      digest: digestOf('x'),
      url: 'https://service.example.kr:8443/base',
      date: DATE,
      at: '2026-11-24T02:55:04+09:00',
      store: '123-45-67890',
      amount: '60000.50',
      count: 3,
      share: 0.25,
      done: true,
      none: null,
      list: [1, 'two', false],
      text: { ko: '정산  실패', en: 'settlement failed' },
    }
    expect(kept(data)).toEqual(data)
  })

  it('keeps the document a run is pinned to, telephone numbers and all', () => {
    const document = {
      id: 'bank-call',
      steps: [{ why: { ko: '전화 02-123-4567\n  들여쓰기', en: 'token: see vault' } }],
    }
    const journal = desk().open()
    const { run } = startRun(journal, { data: { document, note: '전화 02-123-4567' } })
    expect(journal.events(run)[0]?.data).toMatchObject({ document, note: '전화 ***' })
  })

  it('gives back any plain JSON, and a chain that holds over it', () => {
    const journal = desk().open()
    const writer = startRun(journal)
    const plain = fc.jsonValue({ stringUnit: 'binary', maxDepth: 4 })
    fc.assert(
      fc.property(plain, (data) => {
        const stored = writer.append({ kind: 'noteAdded', data })
        const again = journal.events(writer.run).at(-1)
        expect(again).toEqual(stored)
        expect(canonicalJson(again?.data)).toBe(canonicalJson(stored.data))
        for (const string of stringsIn(again?.data)) expect(string).not.toMatch(CONTROLS)
      }),
      { numRuns: 60 },
    )
    expect(journal.verifyChain().intact).toBe(true)
  })

  it('writes dates in ISO 8601 and integers of any size', () => {
    expect(kept({ at: new Date(0), big: 12n, nothing: undefined })).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      big: 12,
    })
  })
})

describe('samples', () => {
  const HOUR = 3_600_000
  const sample = (atMs: number, value: number, metric = 'sales') => ({
    atMs,
    url: URL,
    metric,
    value,
  })

  it('are found by url, metric and time, outside the chain', () => {
    const { open, clock } = desk()
    const journal = open()
    const now = clock.now()
    journal.addSamples([
      sample(now - HOUR, 1),
      { ...sample(now, 2.5), processStartMs: now - 5 * HOUR },
      sample(now, 9, 'heap'),
      { ...sample(now, 8), url: 'http://other:8080' },
    ])
    expect(journal.samples({ url: URL, metric: 'sales', fromMs: now - HOUR, toMs: now })).toEqual([
      sample(now - HOUR, 1),
      { ...sample(now, 2.5), processStartMs: now - 5 * HOUR },
    ])
    expect(journal.samples({ url: URL, metric: 'sales', fromMs: now - 1, toMs: now })).toHaveLength(
      1,
    )
    expect(journal.verifyChain().events).toBe(0)
  })

  it('are kept for 90 days', () => {
    const { open, clock } = desk()
    const journal = open()
    const start = clock.now()
    const all = { url: URL, metric: 'sales', fromMs: 0, toMs: start * 2 }
    journal.addSamples([sample(start, 1), sample(start + 1, 2)])
    clock.set(start + 90 * 24 * HOUR)
    journal.addSamples([])
    expect(journal.samples(all)).toHaveLength(2)
    clock.advance(1)
    journal.addSamples([sample(clock.now(), 3)])
    expect(journal.samples(all).map(({ value }) => value)).toEqual([2, 3])
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    'are numbers: %s is refused, and all with it',
    (value) => {
      const { open, clock } = desk()
      const journal = open()
      const now = clock.now()
      expect(() => journal.addSamples([sample(now, 1), sample(now, value)])).toThrow(/no number/)
      expect(journal.samples({ url: URL, metric: 'sales', fromMs: 0, toMs: now })).toEqual([])
    },
  )
})
