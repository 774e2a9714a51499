import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  equalWon,
  groupedWon,
  isZeroWon,
  parseWon,
  subtractWon,
  sumWon,
  wonOfNumber,
} from '../../src/core/money.ts'

const hundredths = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n })
const toText = (value: bigint): string => {
  const sign = value < 0n ? '-' : ''
  const digits = (value < 0n ? -value : value).toString().padStart(3, '0')
  return `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`
}
const won = (value: bigint): string => {
  const parsed = parseWon(toText(value))
  if (parsed === undefined) throw new Error(toText(value))
  return parsed
}

describe('money', () => {
  it('adds and subtracts without losing a hundredth, however large', () => {
    fc.assert(
      fc.property(fc.array(hundredths), (values) => {
        const total = values.reduce((sum, value) => sum + value, 0n)
        expect(sumWon(values.map(won))).toBe(won(total))
        expect(isZeroWon(subtractWon(won(total), sumWon(values.map(won))))).toBe(true)
      }),
    )
  })

  it('has one canonical form, so that equal amounts are equal texts', () => {
    fc.assert(
      fc.property(hundredths, hundredths, (left, right) => {
        expect(equalWon(won(left), won(right))).toBe(left === right)
        expect(won(left) === won(right)).toBe(left === right)
      }),
    )
    expect(parseWon('60000.00')).toBe('60000')
    expect(parseWon('198000.50')).toBe('198000.5')
    expect(parseWon('-0.00')).toBe('0')
  })

  it('refuses what is no amount or did not survive a float', () => {
    for (const wrong of ['', 'NaN', '1e5', '1.234', '12,000', '--1', ' 1']) {
      expect(parseWon(wrong), wrong).toBeUndefined()
    }
    for (const wrong of [Number.NaN, Infinity, 0.123, 2 ** 53]) {
      expect(wonOfNumber(wrong), String(wrong)).toBeUndefined()
    }
    expect(wonOfNumber(198000.5)).toBe('198000.5')
    expect(wonOfNumber(0)).toBe('0')
  })

  it('is grouped by thousands', () => {
    expect(groupedWon('45678900')).toBe('45,678,900')
    expect(groupedWon('-1234.5')).toBe('-1,234.5')
    expect(groupedWon('0')).toBe('0')
  })
})
