import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createExpressions } from '../../../src/playbook/conditions.ts'
import type { Scope } from '../../../src/playbook/document.ts'

const expressions = createExpressions()

function scope(value: unknown, more: Partial<Scope> = {}): Scope {
  return {
    inputs: { date: '2026-11-23' },
    steps: {},
    value,
    now: '2026-11-24T03:00:00+09:00',
    today: '2026-11-24',
    dueDate: '2026-11-23',
    ...more,
  }
}

/** true, false, or 'unknown'. */
function judged(source: string, value: unknown, more: Partial<Scope> = {}): unknown {
  const result = expressions.condition(source, scope(value, more))
  return result.kind === 'value' ? result.value : 'unknown'
}

const OPERATORS = ['==', '!=', '<', '<=', '>', '>='] as const

describe('conditions', () => {
  it('compare plain numbers with whole and with decimal literals', () => {
    const value = { count: 3, percent: 99.5 }
    expect(judged('value.count == 3', value)).toBe(true)
    expect(judged('value.count > 2.5 && value.percent >= 99', value)).toBe(true)
    expect(judged('value.count + 1 == 4 && value.count * 2 > value.percent / 20', value)).toBe(true)
    expect(judged('value.count in [1, 2, 3]', value)).toBe(true)
    expect(judged('size([1, 2]) == 2 && -value.count < 0', value)).toBe(true)
  })

  it('agree with the order of numbers, whatever the numbers are', () => {
    const numbers = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }))
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        expect(
          OPERATORS.map((operator) => judged(`value.a ${operator} value.b`, { a, b })),
        ).toEqual([a === b, a !== b, a < b, a <= b, a > b, a >= b])
      }),
    )
  })

  it('are unknown, never false, when a field is missing', () => {
    for (const operator of OPERATORS) {
      expect(judged(`value.missing ${operator} 1`, {})).toBe('unknown')
      expect(judged(`!(value.missing ${operator} 1)`, {})).toBe('unknown')
    }
    expect(judged('value.missing in [1]', {})).toBe('unknown')
    expect(judged('value.a.b.c == 1', { a: null })).toBe('unknown')
    expect(judged('steps["look-again"].value.class == "none"', {})).toBe('unknown')
    expect(judged('value == 1', undefined)).toBe('unknown')
  })

  it('are unknown, never false, for numbers that are none', () => {
    const none = fc.constantFrom(Number.NaN, Infinity, -Infinity)
    const place = fc.constantFrom(
      (n: number) => ({ n }),
      (n: number) => ({ n, other: 1 }),
    )
    fc.assert(
      fc.property(none, place, fc.constantFrom(...OPERATORS), (number, make, operator) => {
        expect(judged(`value.n ${operator} 0`, make(number))).toBe('unknown')
        expect(judged(`0 ${operator} value.n`, make(number))).toBe('unknown')
      }),
    )
    expect(judged('value.l.all(x, x < 5)', { l: [1, Number.NaN] })).toBe('unknown')
    expect(judged('7 in value.l', { l: [1, Number.NaN] })).toBe('unknown')
    expect(judged('value.failed / value.all > 0.05', { failed: 0, all: 0 })).toBe('unknown')
    expect(judged('double("NaN") > 1', {})).toBe('unknown')
    expect(judged('string(value.n) == "NaN"', { n: Number.NaN })).toBe('unknown')
    expect(judged('has(value.n)', { n: Number.NaN })).toBe(false)
  })

  it('are unknown, never false, when kinds do not fit', () => {
    const value = { text: 'x', number: 1, nothing: null, flag: true, list: [1], map: { a: 1 } }
    const names = Object.keys(value)
    for (const left of names) {
      for (const right of names) {
        if (left === right && left !== 'map') continue
        expect(judged(`value.${left} == value.${right}`, value), `${left} == ${right}`).toBe(
          'unknown',
        )
        expect(judged(`value.${left} != value.${right}`, value), `${left} != ${right}`).toBe(
          'unknown',
        )
      }
    }
    expect(judged('value.nothing == "x"', value)).toBe('unknown')
    expect(judged('value.text > 3', value)).toBe('unknown')
    expect(judged('value.number', value)).toBe('unknown')
  })

  it('can ask for null by name', () => {
    expect(judged('value.record == null', { record: null })).toBe(true)
    expect(judged('null != value.record', { record: null })).toBe(false)
    expect(judged('value.record == null', { record: { id: 1 } })).toBe(false)
    expect(judged('value.record == null', {})).toBe('unknown')
  })

  it('let what is known decide where the unknown cannot change it', () => {
    expect(judged('value.missing == 1 || value.a == 1', { a: 1 })).toBe(true)
    expect(judged('value.missing == 1 && value.a == 2', { a: 1 })).toBe(false)
    expect(judged('value.missing == 1 && value.a == 1', { a: 1 })).toBe('unknown')
  })

  it('cannot reach what is not in the scope', () => {
    for (const source of [
      'value.constructor == 1',
      'value.__proto__ == null',
      'value.toString == "x"',
      'globalThis == 1',
      'process == 1',
    ]) {
      expect(judged(source, { a: 1 })).toBe('unknown')
    }
  })

  it('do not offer matches, whose expressions may never end', () => {
    const started = performance.now()
    expect(judged(`"${'a'.repeat(40)}!".matches("^(a+)+$")`, {})).toBe('unknown')
    expect(performance.now() - started).toBeLessThan(1000)
  })

  it('compare money as money', () => {
    const value = { a: '60000', b: '60000.00', c: '9', zero: '0.00', number: 60000 }
    expect(judged('wonEquals(value.a, value.b)', value)).toBe(true)
    expect(judged('wonGreater(value.a, value.c)', value)).toBe(true)
    expect(judged('wonLess(value.a, value.c)', value)).toBe(false)
    expect(judged('wonIsZero(value.zero)', value)).toBe(true)
    expect(judged('wonEquals(value.a, value.number)', value)).toBe('unknown')
    expect(judged('wonEquals(value.a, "6만원")', value)).toBe('unknown')
  })

  it('never throw, whatever is written', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), fc.jsonValue(), (source, value) => {
        expect(['value', 'unknown']).toContain(expressions.condition(source, scope(value)).kind)
      }),
    )
  })

  it('refuse an expression that is too long or too deep', () => {
    expect(judged(`value.a == 1 ${'&& value.a == 1 '.repeat(300)}`, { a: 1 })).toBe('unknown')
    expect(judged(`${'('.repeat(200)}true${')'.repeat(200)}`, {})).toBe('unknown')
  })
})

describe('templates', () => {
  it('give any JSON value back as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value))
        fc.pre(!JSON.stringify(plain).includes('__proto__'))
        expect(expressions.template('${value}', scope(plain))).toEqual({
          kind: 'value',
          value: plain,
        })
      }),
    )
  })

  it('resolve inside lists and maps, and leave every other text alone', () => {
    const result = expressions.template(
      { date: '${inputs.date}', list: [1, '${value.id}'], words: 'costs ${5}', sum: '${1 + 2}' },
      scope({ id: 8 }),
    )
    expect(result).toEqual({
      kind: 'value',
      value: { date: '2026-11-23', list: [1, 8], words: 'costs ${5}', sum: 3 },
    })
  })

  it('are unknown as a whole when a part is', () => {
    const result = expressions.template({ id: '${value.record.id}', a: 1 }, scope({ record: null }))
    expect(result.kind).toBe('unknown')
  })
})
