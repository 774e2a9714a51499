import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderLogPatterns } from '../../src/render/logs.ts'
import { renderJson } from '../../src/render/json.ts'
import type { LogPatterns } from '../../src/core/log-patterns.ts'
import { maskPrivate } from '../../src/logs/private-data.ts'
import type { View } from '../../src/render/view.ts'
import { line, lines, mine } from './mined.ts'

const PLAIN: View = {
  lang: 'ko',
  width: 80,
  nowMs: 0,
  paint: {
    critical: (words) => words,
    warning: (words) => words,
    ok: (words) => words,
    unknown: (words) => words,
    dim: (words) => words,
    bold: (words) => words,
  },
}

/** Controls, directions, separators of lines: whatever moves a cursor or hides a word. */
const UNSAFE = /[\p{Cc}\p{Cf}\u2028\u2029]/u

const digits = (count: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: count, maxLength: count })
    .map((all) => all.join(''))
const hangul = fc
  .array(fc.constantFrom(...'김이박최정강조윤장임한오서신권황안송류홍민준서연도현지우'), {
    minLength: 3,
    maxLength: 3,
  })
  .map((all) => all.join(''))
const letters = fc
  .array(fc.constantFrom(...'qwzxvkjyQWZXVKJY'), { minLength: 12, maxLength: 30 })
  .map((all) => all.join(''))

/** A secret, and a text it stands in. */
interface Planted {
  readonly secret: string
  readonly text: string
}

const planted = (
  secret: fc.Arbitrary<string>,
  ...frames: readonly ((secret: string) => string)[]
): fc.Arbitrary<Planted> =>
  fc
    .tuple(secret, fc.constantFrom(...frames))
    .map(([value, frame]) => ({ secret: value, text: frame(value) }))

const anyPlanted = fc.oneof(
  // Names, by what they are called.
  planted(
    hangul,
    (name) => `{"ownerName":"${name}","id":3}`,
    (name) => `{\\"name\\":\\"${name}\\",\\"id\\":3}`,
    (name) => `{"customerName" : "${name} \\"님\\" ${name}"`,
    (name) => `Store(id=1, name=${name} 카페, address=서울시 ${name}구 1, 2층 ${name}, id=3)`,
    (name) => `Owner{ownerName='${name}', age=3}`,
    (name) => `성명: ${name}, 3건`,
    (name) => `(예금주=${name})`,
    (name) => `binding parameter [3] as [VARCHAR] - [${name}]`,
  ),
  // Secrets, by what they are called.
  planted(
    letters,
    (secret) => `password=${secret}`,
    (secret) => `"accessToken":"${secret}"`,
    (secret) => `Authorization: Bearer ${secret}`,
    (secret) => `jdbc:mysql://root:${secret}@db:3306/sales`,
    (secret) => `db.password='${secret} ${secret}'`,
    (secret) => `api_key: ${secret}`,
    (secret) => `Cookie: JSESSIONID=${secret}; path=/`,
    (secret) => `Basic ${secret}`,
  ),
  // By what they look like.
  planted(
    digits(8),
    (n) => `010-${n.slice(0, 4)}-${n.slice(4)}`,
    (n) => `010${n}`,
    (n) => `+82-10-${n.slice(0, 4)}-${n.slice(4)}`,
  ).map(({ text, secret }) => ({ text, secret: secret.slice(4) })),
  planted(digits(10), (n) => `가맹점 ${n.slice(0, 3)}-${n.slice(3, 5)}-${n.slice(5)} 없음`).map(
    ({ text, secret }) => ({ text, secret: `${secret.slice(3, 5)}-${secret.slice(5)}` }),
  ),
  planted(
    digits(12),
    (n) => `4${n.slice(0, 3)}-${n.slice(3, 7)}-${n.slice(7, 11)}-1234`,
    (n) => `4${n}123`,
  ).map(({ text, secret }) => ({ text, secret: secret.slice(7, 11) })),
  planted(digits(6), (n) => `900101-1${n}`),
  planted(letters, (name) => `${name}@example.co.kr`),
  planted(digits(8), (n) => `key Zx${n}AbCdEfGhIjKlMnOpqrstu`),
)

/** Whatever of the log leaves the program; times and counts are ours. */
const told = (found: LogPatterns): string =>
  found.patterns
    .flatMap(({ template, example, logger, exceptions, frame }) => [
      template,
      example,
      logger,
      exceptions,
      frame,
    ])
    .join('\n')

describe('secrets and personal data', () => {
  it('never come out, wherever in a log they stand', async () => {
    const frames: readonly ((text: string) => string)[] = [
      (text) => line(text, { level: 'ERROR' }),
      (text) => line(`매출 등록 실패: ${text}`, { level: 'WARN' }),
      (text) => line(`요청 [${text}] 처리 오류`, { level: 'ERROR' }),
      (text) =>
        lines(
          line('오류', { level: 'ERROR' }),
          `a.b.SomeException: ${text}`,
          '\tat a.b.C.d(C.java:1)',
        ).trimEnd(),
      (text) => line(`${'가나다 '.repeat(600)}${text}`, { level: 'ERROR' }),
      (text) =>
        JSON.stringify({
          '@timestamp': '2026-11-24T02:00:00Z',
          level: 'ERROR',
          message: text,
          stack_trace: `a.b.C: ${text}`,
        }),
      (text) => `ERROR ${text}`,
    ]
    await fc.assert(
      fc.asyncProperty(anyPlanted, fc.constantFrom(...frames), async ({ secret, text }, frame) => {
        expect(told(await mine(lines(frame(text))))).not.toContain(secret)
      }),
      { numRuns: 400 },
    )
  })

  it('never come out in half, at the end of what is read of a long message', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2020, max: 2050 }), async (before) => {
        // Masking makes a long text short, so that its end is shown.
        const text = `(name=${'x'.repeat(before)}) 010-9753-8642`
        const said = told(await mine(lines(line(text, { level: 'ERROR' }))))
        expect(said).not.toMatch(/9753|8642/)
      }),
      { numRuns: 60 },
    )
  })

  it('do not take with them what an operator needs', () => {
    for (const kept of [
      '정산 완료 - 날짜: 2026-11-23, 거래수: 6',
      'Attempting to connect to: localhost:5672',
      'eventId=fd11923b-144f-4489-a6bd-d22cc2db3e3d',
      'org.springframework.http.converter.json.AbstractJackson2HttpMessageConverter.write',
      'key=dashboard::1::2026-11-24',
      'HikariPool-1 - Connection is not available, request timed out after 30000ms.',
      'Processing PersistenceUnitInfo [name: default]',
      'ORD-20261123-0001',
      '2026-11-24T02:46:20.320989870',
    ]) {
      expect(maskPrivate(kept)).toBe(kept)
    }
  })

  it('take linear time to find, also in what was written to slow it down', () => {
    for (const hostile of [
      'name=',
      ',a',
      '\\',
      '"',
      ' :',
      'password',
      'a.',
      '0-',
      '가',
      '"name":"\\',
      'binding parameter [',
    ]) {
      const text = hostile.repeat(Math.ceil(2048 / hostile.length))
      const started = performance.now()
      maskPrivate(text)
      expect(performance.now() - started).toBeLessThan(250)
    }
  })
})

describe('hostile content', () => {
  it('comes out as plain text: no control characters, no directions, no lines of its own', async () => {
    const esc = '\u001b'
    const nasty = `${esc}[2J${esc}]0;title\u0007 <script>alert(1)</script> \u202etxt.exe\u202c **굵게** \u2028다음 \u0000\u009b31m 끝\rERROR fake`
    const found = await mine(
      lines(
        line(nasty, { level: 'ERROR', logger: `a.${esc}[31mB` }),
        `x.Y: ${nasty}`,
        '\tat x.Z.m(Z.java:1)',
      ),
    )
    const json = renderJson(found, 'ko')
    const table = renderLogPatterns(found, PLAIN, { top: 10, everyLevel: true })
    for (const text of [json, table]) {
      expect(UNSAFE.test(text.replaceAll('\n', ''))).toBe(false)
    }
    expect(found.patterns[0]?.example).toContain('<script>alert(1)</script>')
    expect(table.split('\n').some((row) => row.startsWith('ERROR fake'))).toBe(false)
    expect(JSON.parse(json)).toMatchObject({ patterns: [{ count: 1 }] })
  })
})
