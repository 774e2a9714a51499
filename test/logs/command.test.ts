import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { cellsOf } from '../../src/render/columns.ts'
import { parseMoment, parseStretch } from '../../src/logs/moments.ts'
import {
  createFakeClock,
  createFakeWorld,
  type FakeOptions,
  type FakeWorld,
} from '../support/ports.ts'
import { line, lines, RECORDING, recorded } from './mined.ts'

interface Shown {
  readonly lines: number
  readonly events: number
  readonly files: readonly string[]
  readonly patterns: readonly {
    readonly template: string
    readonly count: number
    readonly level: string
    readonly new?: boolean
  }[]
}

let world: FakeWorld | undefined
afterEach(() => {
  world?.dispose()
  world = undefined
})

function open(options: FakeOptions = {}): FakeWorld {
  world = createFakeWorld({ clock: createFakeClock('2026-11-24T03:30:00+09:00'), ...options })
  return world
}
const shownBy = async (here: FakeWorld, ...words: readonly string[]): Promise<Shown> => {
  const done = await here.mts('logs', 'patterns', ...words, '-o', 'json')
  expect(`${done.stderr}${done.code}`).toBe('0')
  return done.json() as unknown as Shown
}
const noted = (shown: Shown): readonly string[] =>
  shown.patterns.map(({ count, level, template }) => `${count} ${level} ${template}`)

const NIGHT = lines(
  line('시작 1', { time: '01:00:00.000' }),
  line('실패 1', { level: 'ERROR', time: '02:10:00.000' }),
  line('경고 1', { level: 'WARN', time: '02:20:00.000' }),
  line('실패 2', { level: 'ERROR', time: '03:20:00.000' }),
)

describe('mts logs patterns', () => {
  it('prints one JSON value of the contract', async () => {
    const here = open()
    const done = await here.mts('logs', 'patterns', RECORDING, '-o', 'json')
    expect(done.code).toBe(0)
    const value = done.json()
    expect(Object.keys(value).slice(0, 2)).toEqual(['apiVersion', 'kind'])
    expect(value).toMatchObject({
      apiVersion: 'mts/v1',
      kind: 'LogPatterns',
      lines: 5133,
      events: 1853,
    })
    const [first] = value['patterns'] as Record<string, unknown>[]
    expect(first).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{10}$/),
      template: 'Failed to check/redeclare auto-delete queue(s).',
      count: 312,
      level: 'ERROR',
      firstSeen: '2026-11-24T02:54:08+09:00',
      lastSeen: '2026-11-24T02:55:08+09:00',
      example: expect.stringContaining('Connection refused'),
      known: { title: 'RabbitMQ 연결 불가' },
    })
  })

  it('shows trouble first, the usual in one line each, within 80 cells, in both languages', async () => {
    const here = open()
    for (const [lang, words] of [
      [
        'ko',
        [
          '이벤트 1,853건',
          '312건',
          '[일일 정산 배치 실패]',
          '→ mts playbook settlement-failure',
          '평소 잡음',
          '접음',
          '매출 9건',
        ],
      ],
      [
        'en',
        ['1,853 events', '312', '[Nightly settlement batch failed]', 'Noise', 'Folded', '9 sales'],
      ],
    ] as const) {
      const { stdout, code } = await here.mts('logs', 'patterns', RECORDING, '--lang', lang)
      expect(code).toBe(0)
      for (const word of words) expect(stdout).toContain(word)
      for (const row of stdout.split('\n')) expect(cellsOf(row)).toBeLessThanOrEqual(80)
      expect(stdout).not.toContain('Attempting to connect')
      expect(stdout.split('\n')[2]).toMatch(/^ERROR\s+312.*[▁▂▃▄▅▆▇█].*02:54:08–02:55:08$/)
    }
  })

  it('reads several files, plain or gzipped, and standard input', async () => {
    const here = open({ files: { 'a.log': NIGHT }, stdin: NIGHT })
    writeFileSync(join(here.home, 'b.log.1.gz'), gzipSync(NIGHT))
    const shown = await shownBy(here, 'a.log', 'b.log.1.gz', '-')
    expect(shown.files).toEqual(['a.log', 'b.log.1.gz', '-'])
    expect(noted(shown)).toEqual(['6 ERROR 실패 <n>', '3 WARN 경고 <n>', '3 INFO 시작 <n>'])
    expect(shown.lines).toBe(12)
  })

  it('reads the configured log when none is named', async () => {
    const here = open({ files: { 'service.log': NIGHT }, env: { MTS_LOG: 'service.log' } })
    expect((await shownBy(here)).events).toBe(4)
  })

  it('takes --since and --until as a time of day, a date and time, or so long ago', async () => {
    const here = open({ files: { 'a.log': NIGHT } })
    expect(noted(await shownBy(here, 'a.log', '--since', '02:15'))).toEqual([
      '1 ERROR 실패 <n>',
      '1 WARN 경고 <n>',
    ])
    expect(noted(await shownBy(here, 'a.log', '--since', '1h'))).toEqual(['1 ERROR 실패 <n>'])
    expect(
      noted(
        await shownBy(
          here,
          'a.log',
          '--since',
          '2026-11-24T02:00',
          '--until',
          '2026-11-24 02:15:00',
        ),
      ),
    ).toEqual(['1 ERROR 실패 <n>'])
  })

  it('takes --level and --grep, and says so when nothing is left', async () => {
    const here = open({ files: { 'a.log': NIGHT } })
    expect(noted(await shownBy(here, 'a.log', '--level', 'warn'))).toEqual([
      '2 ERROR 실패 <n>',
      '1 WARN 경고 <n>',
    ])
    expect(noted(await shownBy(here, 'a.log', '--grep', '실패 [2-9]'))).toEqual([
      '1 ERROR 실패 <n>',
    ])
    expect(noted(await shownBy(here, 'a.log', '--grep', '경고'))).toEqual(['1 WARN 경고 <n>'])
    const none = await here.mts('logs', 'patterns', 'a.log', '--grep', '없는 말')
    expect(none.stdout).toContain('조건에 맞는 이벤트가 없습니다')
    expect(none.stdout).toMatch(/로그 범위 +11월 24일\(화\) 01:00:00–03:20:00/)
    expect(none.code).toBe(0)
  })

  it('looks for --grep in the stack trace too, in linear time', async () => {
    const evil = line(`${'a'.repeat(20_000)}!`, { level: 'ERROR' })
    const here = open({
      files: {
        'a.log': lines(
          evil,
          line('오류', { level: 'ERROR' }),
          'a.b.C: x',
          '\tat x.y.Z.pay(Z.java:1)',
        ),
      },
    })
    expect(noted(await shownBy(here, 'a.log', '--grep', 'Z\\.pay'))).toEqual(['1 ERROR 오류'])
    const started = performance.now()
    expect(noted(await shownBy(here, 'a.log', '--grep', '^(?:a+)+$'))).toEqual([])
    expect(performance.now() - started).toBeLessThan(5000)
  })

  it('compares: with another log, what it printed before, a stretch, and what came before --since', async () => {
    const here = open({
      files: { 'a.log': NIGHT, 'before.log': lines(line('실패 9', { level: 'ERROR' })) },
    })
    const news = (shown: Shown): readonly string[] =>
      shown.patterns.filter((pattern) => pattern.new === true).map(({ template }) => template)
    expect(news(await shownBy(here, 'a.log', '--compare', 'before.log'))).toEqual([
      '경고 <n>',
      '시작 <n>',
    ])
    const saved = await here.mts('logs', 'patterns', 'before.log', '-o', 'json')
    writeFileSync(join(here.home, 'before.json'), saved.stdout)
    expect(news(await shownBy(here, 'a.log', '--compare', 'before.json'))).toEqual([
      '경고 <n>',
      '시작 <n>',
    ])
    expect(
      news(await shownBy(here, 'a.log', '--since', '02:15', '--compare', '00:30..02:00')),
    ).toEqual(['실패 <n>', '경고 <n>'])
    expect(news(await shownBy(here, 'a.log', '--since', '02:15', '--compare', '2h'))).toEqual([
      '경고 <n>',
    ])
  })

  it('shows of a comparison what has changed, and why', async () => {
    const here = open({ files: { 'b.log': recorded() } })
    const injected = line('처음 보는 오류', { level: 'ERROR', time: '02:50:00.000' })
    writeFileSync(join(here.home, 'a.log'), `${recorded()}${injected}\n`)
    const { stdout, code } = await here.mts('logs', 'patterns', 'a.log', '--compare', 'b.log')
    expect(code).toBe(0)
    const rows = stdout.split('\n')
    expect(rows.find((row) => row.startsWith('ERROR'))).toContain('1건')
    expect(stdout).toContain('신규: 기준에 없음')
    expect(stdout).toContain('처음 보는 오류')
    expect(stdout).toMatch(/변화 +신규 1 · 증가 0 · 소멸 0/)
    expect(rows.filter((row) => row.startsWith('ERROR'))).toHaveLength(1)
  })

  it('shows as many as asked for, and how to see the rest', async () => {
    const here = open()
    const { stdout } = await here.mts('logs', 'patterns', RECORDING, '--top', '2')
    expect(stdout.split('\n').filter((row) => /^(?:ERROR|WARN)/.test(row))).toHaveLength(2)
    expect(stdout).toMatch(/생략 +19종 더 있음: --top 21/)
    const every = await here.mts('logs', 'patterns', RECORDING, '--top', '21')
    expect(every.stdout).not.toContain('생략')
  })
})

describe('what cannot be done', () => {
  it('ends with 66 for a file that is not there or cannot be read, and names it', async () => {
    const here = open({ files: { 'good.log': NIGHT } })
    mkdirSync(join(here.home, 'dir.log'))
    writeFileSync(join(here.home, 'cut.gz'), gzipSync(recorded()).subarray(0, 5000))
    writeFileSync(
      join(here.home, 'bad.gz'),
      Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8]),
    )
    writeFileSync(join(here.home, 'packed.zst'), Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0]))
    writeFileSync(join(here.home, 'wide.log'), Buffer.from(`\ufeff${NIGHT}`, 'utf16le'))
    for (const [file, code, words] of [
      ['none.log', 'NOT_FOUND', '없습니다: none.log'],
      ['dir.log', 'LOG_UNREADABLE', '디렉터리'],
      ['cut.gz', 'LOG_UNREADABLE', 'gzip'],
      ['bad.gz', 'LOG_UNREADABLE', 'gzip'],
      ['packed.zst', 'LOG_UNREADABLE', 'zstd -dc'],
      ['wide.log', 'LOG_UNREADABLE', 'UTF-16'],
    ] as const) {
      const done = await here.mts('logs', 'patterns', 'good.log', file, '-o', 'json')
      expect([done.code, done.json()['code']]).toEqual([66, code])
      expect(done.json()['message']).toContain(words)
      const compared = await here.mts('logs', 'patterns', 'good.log', '--compare', file)
      expect(compared.code).toBe(66)
    }
  })

  it('ends with 78 where it is the setting that names such a file', async () => {
    const here = open({ env: { MTS_LOG: 'none.log' } })
    expect((await here.mts('logs', 'patterns')).code).toBe(78)
  })

  it('ends with 64 for wrong words, before anything is read', async () => {
    const here = open({ files: { 'a.log': NIGHT } })
    for (const words of [
      [],
      ['a.log', '--since', 'yesterdayish'],
      ['a.log', '--since', '25:00'],
      ['a.log', '--since', '03:00', '--until', '02:00'],
      ['a.log', '--level', 'loud'],
      ['a.log', '--grep', '(x'],
      ['a.log', '--top', '0'],
      ['a.log', '--compare', '24h'],
      ['a.log', '--compare', '-'],
      ['-', '-'],
    ]) {
      const done = await here.mts('logs', 'patterns', ...words, '-o', 'json')
      expect([words.join(' '), done.code]).toEqual([words.join(' '), 64])
    }
  })

  it('takes a saved report that was cut off neither for a report nor for a log', async () => {
    const here = open({ files: { 'a.log': NIGHT } })
    const saved = (await here.mts('logs', 'patterns', 'a.log', '-o', 'json')).stdout
    writeFileSync(join(here.home, 'cut.json'), saved.slice(0, -20))
    const done = await here.mts('logs', 'patterns', 'a.log', '--compare', 'cut.json', '-o', 'json')
    expect([done.code, done.json()['code']]).toEqual([66, 'BASELINE_UNREADABLE'])
  })

  it('changes nothing of the log', async () => {
    const here = open({ files: { 'a.log': NIGHT } })
    await here.mts('logs', 'patterns', 'a.log')
    expect(readFileSync(join(here.home, 'a.log'), 'utf8')).toBe(NIGHT)
  })
})

describe('moments', () => {
  const now = Date.parse('2026-11-24T03:30:00+09:00')
  const iso = (ms: number | undefined): string | undefined =>
    ms === undefined ? undefined : new Date(ms).toISOString()

  it('are Seoul’s, and a time of day is the last one that has been', () => {
    expect(iso(parseMoment('02:00', now))).toBe('2026-11-23T17:00:00.000Z')
    expect(iso(parseMoment('23:59:30', now))).toBe('2026-11-23T14:59:30.000Z')
    expect(iso(parseMoment('2026-11-24', now))).toBe('2026-11-23T15:00:00.000Z')
    expect(iso(parseMoment('2026-11-24T02:00:00Z', now))).toBe('2026-11-24T02:00:00.000Z')
    expect(iso(parseMoment('2026-11-24T02:00-05:00', now))).toBe('2026-11-24T07:00:00.000Z')
    expect(iso(parseMoment('1h30m', now))).toBe('2026-11-23T17:00:00.000Z')
    for (const none of ['', '2026-02-30', '24:00', '2026-11-24T02', 'now', '5'])
      expect(parseMoment(none, now)).toBeUndefined()
  })

  it('make stretches, also past midnight', () => {
    expect(parseStretch('23:00..01:00', now)).toEqual({
      fromMs: Date.parse('2026-11-23T23:00:00+09:00'),
      toMs: Date.parse('2026-11-24T01:00:00+09:00'),
    })
    expect(parseStretch('2026-11-20..2026-11-21', now)).toEqual({
      fromMs: Date.parse('2026-11-20T00:00:00+09:00'),
      toMs: Date.parse('2026-11-21T00:00:00+09:00'),
    })
    for (const none of ['a.log', '02:00..', '02:00..03:00..04:00', '2026-11-22..2026-11-21']) {
      expect(parseStretch(none, now)).toBeUndefined()
    }
  })
})
