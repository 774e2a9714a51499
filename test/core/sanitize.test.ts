import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanText, maskSensitive, stripControls } from '../../src/core/sanitize.ts'

describe('text of servers', () => {
  it('never keeps a control character, whatever it was sent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (value) => {
        expect(stripControls(value)).not.toMatch(
          /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u,
        )
        expect(cleanText(value, 50).length).toBeLessThanOrEqual(50)
      }),
    )
  })

  it('masks secrets and personal data, and leaves the rest as it is', () => {
    const masked: readonly (readonly [string, string])[] = [
      ['jdbc:mysql://root:s3cret@db:3306/x', 's3cret'],
      ['Authorization: Bearer abcdef123456', 'abcdef123456'],
      ['password=hunter2&x=1', 'hunter2'],
      ['{"token":"tok-123"}', 'tok-123'],
      ['https://hooks.slack.com/services/T0/B0/xyz', 'T0/B0/xyz'],
      ['연락처 02-1234-5678', '1234-5678'],
      ['010-9876-5432로 연락', '9876-5432'],
      ['kim@example.com', 'kim@example.com'],
      ['"ownerName":"김영희"', '김영희'],
    ]
    for (const [value, secret] of masked) expect(maskSensitive(value), value).not.toContain(secret)
    for (const kept of [
      'Error: java.net.ConnectException: Connection refused',
      '123-45-67890',
      '2026-11-24T02:55:00',
      'http://localhost:8080/api/settlements/8',
      '3건 60,000원',
    ]) {
      expect(maskSensitive(kept)).toBe(kept)
    }
  })
})
