import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, digestOf } from '../../src/core/digest.ts'
import { durationText, parseDuration } from '../../src/core/duration.ts'
import { localize, text } from '../../src/core/text.ts'
import { worstStatus, type Status } from '../../src/core/verdict.ts'

describe('durations', () => {
  it('need a unit, and add up', () => {
    expect(parseDuration('1h30m')).toBe(5_400_000)
    expect(parseDuration('500ms')).toBe(500)
    for (const wrong of ['30', '', '1x', '-5s', 's', '1h 30m']) {
      expect(parseDuration(wrong), wrong).toBeUndefined()
    }
  })

  it('are told in words', () => {
    expect(durationText(42_000).ko).toBe('42초')
    expect(durationText(6 * 3_600_000 + 12 * 60_000).ko).toBe('6시간 12분')
    expect(durationText(3100).ko).toBe('3.1초')
  })
})

describe('digests', () => {
  it('are the same for the same value, whatever the order of its keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).toReversed())
        expect(digestOf(turned)).toBe(digestOf(value))
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })
})

describe('the worst of several verdicts', () => {
  it('is critical, then unknown, then warning; nothing judged is unknown', () => {
    const order: Status[] = ['critical', 'unknown', 'warning', 'ok']
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...order), { minLength: 1 }), (statuses) => {
        expect(worstStatus(statuses)).toBe(order.find((status) => statuses.includes(status)))
      }),
    )
    expect(worstStatus([])).toBe('unknown')
  })
})

describe('words', () => {
  it('are picked in one language all the way down, and nothing else is touched', () => {
    const value = { a: text('가', 'A'), list: [{ b: text('나', 'B') }], ko: 'x', n: 1 }
    expect(localize(value, 'ko')).toEqual({ a: '가', list: [{ b: '나' }], ko: 'x', n: 1 })
    expect(localize(value, 'en')).toEqual({ a: 'A', list: [{ b: 'B' }], ko: 'x', n: 1 })
  })
})
