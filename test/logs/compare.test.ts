import { describe, expect, it } from 'vitest'
import type { LogPatterns } from '../../src/core/log-patterns.ts'
import { renderJson } from '../../src/render/json.ts'
import { parseSavedBaseline } from '../../src/logs/saved-baseline.ts'
import { at, line, lines, mine, noted, recorded, shippedPatterns, sourceOf } from './mined.ts'

const known = shippedPatterns()
const against = (name: string, content: string) => ({
  baseline: { kind: 'sources' as const, name, sources: [sourceOf(content, name)] },
})
const changesOf = (found: LogPatterns): readonly string[] =>
  found.patterns
    .filter(({ change }) => change !== undefined && change.kind !== 'same')
    .map((pattern) => `${pattern.change?.kind}: ${noted(pattern)}`)

/** So many lines, evenly over an hour that begins `fromMs` after two. */
function evenly(message: string, count: number, level = 'INFO', fromMs = 0): string[] {
  return Array.from({ length: count }, (_, index) =>
    line(`${message} ${index}`, {
      level,
      time: at(fromMs + Math.floor((index * 3_600_000) / count)),
    }),
  )
}
/** In the order of their times. */
const inOrder = (...all: readonly (readonly string[])[]): string => lines(...all.flat().sort())

const INJECTED = [
  line('카드 승인 응답 파싱 실패: 4412', {
    level: 'ERROR',
    time: '02:50:00.000',
    logger: 'c.o.t.service.CardService',
  }),
  'com.okpos.todaysales.card.CardProtocolException: 응답 코드 Z9',
  '\tat com.okpos.todaysales.card.CardClient.parse(CardClient.java:88) ~[classes!/:1]',
]

describe('compared with another log', () => {
  it('an injected new error is first, and noise is absent', async () => {
    const before = recorded()
    const found = await mine(before + lines(...INJECTED), {
      known,
      ...against('before.log', before),
    })
    expect(changesOf(found)).toEqual([
      'new: 1 ERROR 카드 승인 응답 파싱 실패: <n> < CardProtocolException @ CardClient.parse',
    ])
    expect(found.patterns[0]).toMatchObject({ new: true, change: { kind: 'new', baseline: 0 } })
    expect(found.comparison).toMatchObject({ baseline: 'before.log', new: 1, grown: 0, gone: 0 })
    expect(found.patterns.map(({ template }) => template).join('\n')).not.toMatch(/DLQ|Queue Type/)
  })

  it('is first also before a known error that has grown and one that is far more frequent', async () => {
    const before = inOrder(evenly('정상 처리', 400), evenly('재시도 실패', 10, 'ERROR'))
    const after = inOrder(
      evenly('정상 처리', 400),
      evenly('재시도 실패', 300, 'ERROR'),
      [line('처음 보는 오류', { level: 'ERROR', time: '02:30:00.000' })],
      [line('처음 보는 안내', { time: '02:30:00.000' })],
    )
    expect(changesOf(await mine(after, against('before.log', before)))).toEqual([
      'new: 1 ERROR 처음 보는 오류',
      'grown: 300 ERROR 재시도 실패 <n>',
      'new: 1 INFO 처음 보는 안내',
    ])
  })

  it('finds nothing in the same log', async () => {
    const found = await mine(recorded(), { known, ...against('same.log', recorded()) })
    expect(changesOf(found)).toEqual([])
    expect(found.patterns.some((pattern) => pattern.new === true)).toBe(false)
  })

  it('finds what is gone, with what was expected', async () => {
    const before = inOrder(evenly('정상 처리', 400), evenly('정산 배치 완료', 60))
    const found = await mine(inOrder(evenly('정상 처리', 400)), against('before.log', before))
    expect(changesOf(found)).toEqual(['gone: 0 INFO 정산 배치 완료 <n>'])
    expect(found.patterns.find(({ count }) => count === 0)).toMatchObject({
      firstSeen: null,
      change: { kind: 'gone', baseline: 60, expected: 60 },
    })
  })

  it('says nothing of a few lines more or less', async () => {
    const before = inOrder(
      evenly('정상 처리', 400),
      evenly('가끔 오류', 2, 'ERROR'),
      evenly('드문 오류', 3, 'ERROR'),
    )
    const after = inOrder(evenly('정상 처리', 400), evenly('가끔 오류', 6, 'ERROR'))
    expect(changesOf(await mine(after, against('before.log', before)))).toEqual([])
  })

  it('does not take a busier hour for trouble: ten times the sales, ten times the errors', async () => {
    const before = inOrder(evenly('매출', 200), evenly('중복 주문', 20, 'ERROR'))
    const after = inOrder(evenly('매출', 2000), evenly('중복 주문', 200, 'ERROR'))
    expect(changesOf(await mine(after, against('before.log', before)))).toEqual([])
    const worse = inOrder(evenly('매출', 200), evenly('중복 주문', 200, 'ERROR'))
    expect(changesOf(await mine(worse, against('before.log', before)))).toEqual([
      'grown: 200 ERROR 중복 주문 <n>',
    ])
  })

  it('does not take a quiet hour for trouble: as many errors as ever, hardly a sale', async () => {
    const before = inOrder(evenly('매출', 2000), evenly('점검 오류', 60, 'ERROR'))
    const after = inOrder(evenly('매출', 40), evenly('점검 오류', 60, 'ERROR'))
    expect(changesOf(await mine(after, against('before.log', before)))).toEqual([])
  })

  it('says nothing of four lines, however sure it is that they are more', async () => {
    const day = Array.from({ length: 24 }, (_, index) =>
      evenly('매출', 50, 'INFO', index * 3_600_000),
    )
    const before = inOrder(...day, evenly('드문 오류', 1, 'ERROR'))
    const four = inOrder(evenly('매출', 50), evenly('드문 오류', 4, 'ERROR'))
    const found = await mine(four, against('before.log', before))
    expect(found.patterns[0]?.change).toMatchObject({ kind: 'same', baseline: 1 })
    const twelve = inOrder(evenly('매출', 50), evenly('드문 오류', 12, 'ERROR'))
    expect(changesOf(await mine(twelve, against('before.log', before)))).toEqual([
      'grown: 12 ERROR 드문 오류 <n>',
    ])
  })

  it('does not take a longer log for trouble', async () => {
    const hour = (fromMs: number) => [
      ...evenly('매출', 100, 'INFO', fromMs),
      ...evenly('오류', 20, 'ERROR', fromMs),
    ]
    const before = inOrder(hour(0))
    const after = inOrder(...[0, 1, 2, 3, 4, 5].map((index) => hour(index * 3_600_000)))
    expect(changesOf(await mine(after, against('before.log', before)))).toEqual([])
  })

  it('does not take one more burst for trouble where bursts are usual', async () => {
    const burst = (minute: number, count: number): string[] =>
      Array.from({ length: count }, (_, index) =>
        line(`연결 실패 ${index}`, { level: 'ERROR', time: at(minute * 60_000 + index) }),
      )
    const usual = inOrder(evenly('매출', 400), ...[5, 25, 45].map((minute) => burst(minute, 30)))
    const more = inOrder(
      evenly('매출', 400),
      ...[5, 15, 25, 35, 45].map((minute) => burst(minute, 40)),
    )
    expect(changesOf(await mine(more, against('before.log', usual)))).toEqual([])
  })

  it('takes a pattern for the same on both sides although its words differ', async () => {
    const users = (from: number): string[] =>
      Array.from({ length: 20 }, (_, index) =>
        line(`담당 ${'가나다라마바사아자차'[(from + index) % 10]}${'카타파하'[index % 4]} 로그인`, {
          time: at(index * 60_000),
        }),
      )
    const found = await mine(inOrder(users(3)), against('before.log', inOrder(users(0))))
    expect(found.patterns.map(noted)).toEqual(['20 INFO 담당 <*> 로그인'])
    expect(changesOf(found)).toEqual([])
  })
})

describe('compared with another stretch of the same log', () => {
  const log = inOrder(
    evenly('매출', 300),
    evenly('매출', 300, 'INFO', 3_600_000),
    evenly('새 오류', 5, 'ERROR', 3_600_000),
  )
  const two = Date.parse('2026-11-24T02:00:00+09:00')
  const hour = (from: number) => ({
    fromMs: two + from * 3_600_000,
    toMs: two + (from + 1) * 3_600_000,
  })

  it('tells what is new since then', async () => {
    const found = await mine(log, {
      window: hour(1),
      baseline: { kind: 'window', name: '02:00..03:00', window: hour(0) },
    })
    expect(changesOf(found)).toEqual(['new: 5 ERROR 새 오류 <n>'])
    expect(found).toMatchObject({
      events: 305,
      comparison: {
        events: 300,
        span: { from: '2026-11-24T02:00:00+09:00', to: '2026-11-24T03:00:00+09:00' },
      },
    })
  })

  it('counts no event on both sides, and leaves out those that have no time', async () => {
    const undated = lines('{"level":"INFO","message":"시각 없음"}')
    const found = await mine('', {
      sources: [sourceOf(undated), sourceOf(log)],
      baseline: { kind: 'window', name: 'x', window: hour(0) },
    })
    expect(found.undated).toBe(1)
    expect(found.events + (found.comparison?.events ?? 0)).toBe(605)
  })
})

describe('compared with patterns that were saved', () => {
  it('finds what it finds against the log itself', async () => {
    const saved = parseSavedBaseline(
      renderJson(await mine(recorded(), { known }), 'ko'),
      'saved.json',
    )
    if (saved === undefined) throw new Error('not read back')
    const baseline = { kind: 'saved' as const, baseline: saved }
    expect(changesOf(await mine(recorded(), { known, baseline }))).toEqual([])
    const found = await mine(recorded() + lines(...INJECTED), { known, baseline })
    expect(changesOf(found)).toEqual([
      'new: 1 ERROR 카드 승인 응답 파싱 실패: <n> < CardProtocolException @ CardClient.parse',
    ])
  })

  it('takes nothing else for such a report', () => {
    for (const other of [
      '',
      '{}',
      '[1]',
      '{"kind":"LogPatterns"}',
      '{"kind":"Health","patterns":[]}',
    ]) {
      expect(parseSavedBaseline(other, 'x')).toBeUndefined()
    }
  })
})

describe('noise', () => {
  const sale = (n: number) =>
    line(`Publishing SaleCreatedEvent: saleId=${n}, storeId=1, amount=12000`, {
      time: at(n * 1000),
    })
  const dead = (n: number) =>
    line('Queue Type: notification', {
      level: 'ERROR',
      logger: 'c.o.t.listener.SalesEventListener',
      time: at(n * 1000 + 5),
    })
  const numbers = Array.from({ length: 40 }, (_, index) => index)

  it('is what the sales explain; more than that is a finding', async () => {
    const usual = await mine(lines(...numbers.flatMap((n) => [sale(n), dead(n)])), { known })
    expect(usual.noise).toMatchObject({ status: 'usual', sales: 40, events: 40 })
    expect(usual.patterns.some(({ known: name }) => name?.id === 'dead-letter-queue')).toBe(false)
    const beyond = await mine(
      lines(...numbers.flatMap((n) => [sale(n), dead(n), dead(n), dead(n)])),
      { known },
    )
    expect(beyond.noise).toMatchObject({ status: 'beyond', sales: 40, events: 120, patterns: [] })
    expect(beyond.patterns[0]).toMatchObject({ count: 120, known: { id: 'dead-letter-queue' } })
  })

  it('cannot be judged where the log tells no sales, and is never taken for none', async () => {
    const found = await mine(lines(...numbers.map(dead)), { known })
    expect(found.noise).toMatchObject({ status: 'unknown', sales: null, events: 40 })
  })

  it('is held against all sales of the stretch, also when only errors are looked for', async () => {
    const log = lines(...numbers.flatMap((n) => [sale(n), dead(n)]))
    const grep = ({ bytes, start, end }: { bytes: Buffer; start: number; end: number }): boolean =>
      bytes.toString('utf8', start, end).includes('ERROR')
    const found = await mine(log, { known, grep })
    expect(found.noise).toMatchObject({ status: 'usual', sales: 40, events: 40 })
    expect(found.events).toBe(40)
  })

  it('of a dead letter that is a sale is none', async () => {
    const lost = line('Queue Type: sales', {
      level: 'ERROR',
      logger: 'c.o.t.listener.SalesEventListener',
    })
    const found = await mine(lines(sale(1), lost), { known })
    expect(found.patterns[0]).toMatchObject({ count: 1, known: { id: 'dead-letter-lost' } })
  })
})
