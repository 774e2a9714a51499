/**
 * Yes and no as people at Korean keyboards type them. A Hangul layout turns y into ㅛ and n into ㅜ;
 * anything that is neither is neither, never the default.
 */
const YES = new Set(['y', 'yes', '예', '네', '넵', 'ㅛ', 'ㅛㄷㄴ', '응', 'true'])
const NO = new Set(['n', 'no', '아니오', '아니요', '아뇨', 'ㅜ', 'ㅜㅐ', 'false'])

/** True, false, or undefined for anything else (an empty text too). */
export function parseYesNo(typed: string): boolean | undefined {
  const word = typed.normalize('NFC').trim().toLowerCase()
  if (YES.has(word)) return true
  return NO.has(word) ? false : undefined
}

/** Latin letters by the jamo that the same key types on the two-set Korean layout. */
const LATIN_OF_JAMO: Readonly<Record<string, string>> = {
  ㅂ: 'q',
  ㅈ: 'w',
  ㄷ: 'e',
  ㄱ: 'r',
  ㅅ: 't',
  ㅛ: 'y',
  ㅕ: 'u',
  ㅑ: 'i',
  ㅐ: 'o',
  ㅔ: 'p',
  ㅁ: 'a',
  ㄴ: 's',
  ㅇ: 'd',
  ㄹ: 'f',
  ㅎ: 'g',
  ㅗ: 'h',
  ㅓ: 'j',
  ㅏ: 'k',
  ㅣ: 'l',
  ㅋ: 'z',
  ㅌ: 'x',
  ㅊ: 'c',
  ㅍ: 'v',
  ㅠ: 'b',
  ㅜ: 'n',
  ㅡ: 'm',
  // With shift, as after a capital letter.
  ㅃ: 'q',
  ㅉ: 'w',
  ㄸ: 'e',
  ㄲ: 'r',
  ㅆ: 't',
  ㅒ: 'o',
  ㅖ: 'p',
}

/**
 * The letter of a single key, whichever layout was on. Terminals may send a jamo in its compatibility
 * form (U+3131…) or, after an input method, in its conjoining form (U+1100…): both count.
 */
export function parseKey(typed: string): string | undefined {
  const characters = [...typed.normalize('NFKC').trim().toLowerCase()]
  const [first] = characters
  if (first === undefined || characters.length !== 1) return undefined
  const jamo = COMPATIBILITY_OF_CONJOINING[first] ?? first
  return LATIN_OF_JAMO[jamo] ?? jamo
}

// NFKC turns compatibility jamo into conjoining ones; the map leads back.
const COMPATIBILITY_OF_CONJOINING: Readonly<Record<string, string>> = Object.fromEntries(
  Object.keys(LATIN_OF_JAMO).map((jamo) => [jamo.normalize('NFKC'), jamo]),
)
