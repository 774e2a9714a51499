import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { text } from '../../../src/core/text.ts'
import { parseField, parseFields } from '../../../src/playbook/dialog-fields.ts'
import { parseKey, parseYesNo } from '../../../src/playbook/dialog-words.ts'
import type { ManualField } from '../../../src/playbook/document.ts'

const field = (type: ManualField['type'], required = true): ManualField => ({
  id: 'it',
  title: text('값', 'value'),
  type,
  required,
})

describe('yes and no', () => {
  it.each(['y', 'Y', 'yes', '예', '네', 'ㅛ', ' 네 ', '예'.normalize('NFD')])(
    'takes %s for yes',
    (typed) => expect(parseYesNo(typed)).toBe(true),
  )
  it.each(['n', 'N', 'no', '아니오', '아니요', 'ㅜ', '아니오'.normalize('NFD')])(
    'takes %s for no',
    (typed) => expect(parseYesNo(typed)).toBe(false),
  )
  it('takes nothing else for either', () => {
    const known = /^(y|yes|예|네|넵|ㅛ|ㅛㄷㄴ|응|true|n|no|아니오|아니요|아뇨|ㅜ|ㅜㅐ|false)$/i
    fc.assert(
      fc.property(fc.string(), (typed) => {
        fc.pre(!known.test(typed.trim().normalize('NFC')))
        expect(parseYesNo(typed)).toBeUndefined()
      }),
    )
    expect(parseYesNo('')).toBeUndefined()
    expect(parseYesNo('ㅗ')).toBeUndefined()
  })
})

describe('keys on a Korean layout', () => {
  it.each([
    ['ㄷ', 'e'],
    ['ㄴ', 's'],
    ['ㅜ', 'n'],
    ['ㅗ', 'h'],
    ['ㅂ', 'q'],
    ['ㅃ', 'q'],
    ['\u1102', 's'],
    ['S', 's'],
  ])('%s is %s', (typed, key) => expect(parseKey(typed)).toBe(key))

  it('are single: a word is no key', () => {
    expect(parseKey('상세')).toBeUndefined()
    expect(parseKey('')).toBeUndefined()
  })
})

describe('values entered as proof', () => {
  it.each<[ManualField['type'], string, unknown]>([
    ['string', ' INC-1 ', 'INC-1'],
    ['integer', '1,234', 1234],
    ['money', '60,000원', '60000'],
    ['money', '₩ 198,000.50', '198000.5'],
    ['url', 'https://user:secret@status.example.com/x', 'https://status.example.com/x'],
    ['boolean', 'ㅛ', true],
    ['boolean', '아니오', false],
  ])('of type %s: %s', (type, typed, value) => {
    expect(parseField(field(type), typed)).toEqual({ kind: 'value', value })
  })

  it.each<[ManualField['type'], string]>([
    ['string', '   '],
    ['string', '\u0000\u200b'],
    ['string', '<it>'],
    ['integer', '12.5'],
    ['integer', '1,23'],
    ['integer', '99999999999999999999'],
    ['integer', 'NaN'],
    ['money', '6만원'],
    ['money', '1,00'],
    ['money', '1.005'],
    ['url', 'status.example.com'],
    ['url', 'javascript:alert(1)'],
    ['boolean', '아마'],
  ])('of type %s refuse %j', (type, typed) => {
    expect(parseField(field(type), typed).kind).toBe('invalid')
  })

  it('may be left empty only where the document says so', () => {
    expect(parseField(field('integer', false), ' ').kind).toBe('absent')
    expect(parseFields([field('integer')], {}).problems).toHaveLength(1)
    expect(parseFields([field('integer', false)], {})).toEqual({ values: {}, problems: [] })
  })

  it('name every problem at once, unknown names included', () => {
    const { problems } = parseFields([field('integer')], { it: 'x', other: '1', constructor: '2' })
    expect(problems.map((problem) => problem.en.split(':')[0])).toEqual([
      'it',
      'other',
      'constructor',
    ])
  })
})
