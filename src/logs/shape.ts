/**
 * The shape of a message: a hash in which every word that holds a digit counts as the same word.
 * Lines of one shape are of one pattern, so that masking and the tree are asked once for each
 * shape and not once for each line.
 */

/** Two hashes of 32 bits; 64 together, so that two shapes do not meet by chance. */
export interface ShapeHash {
  a: number
  b: number
}

const DIGIT = 1
const LETTER = 2
const BEYOND_ASCII = 4
const SPACE = 0x20
const NUMBER_MARK = 1
const MIXED_MARK = 2
const PRIME_A = 0x01000193
const PRIME_B = 0x5bd1e995

// Hangul makes words of its own: `6건` is a number and a word. Whatever else is left separates.
const KINDS = new Uint8Array(256).map((_, byte) => {
  if (byte >= 0x30 && byte <= 0x39) return DIGIT
  if (byte >= 0x80) return BEYOND_ASCII
  const letter = (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x5f
  return letter ? LETTER : 0
})

/** Goes on from what `hash` holds, for so many words at most. */
export function hashShape(
  bytes: Uint8Array,
  from: number,
  to: number,
  hash: ShapeHash,
  words: number,
): void {
  let { a, b } = hash
  let left = words
  let at = from
  while (at < to) {
    let word = bytes[at] as number
    const kind = KINDS[word] as number
    at++
    if (kind === BEYOND_ASCII) {
      while (at < to && (bytes[at] as number) >= 0x80) {
        word = Math.imul(word, PRIME_A) ^ (bytes[at] as number)
        at++
      }
    } else if (word === SPACE) {
      if (bytes[at] === SPACE) continue
      if (--left === 0) break
    } else if (kind !== 0) {
      let seen = kind
      while (at < to) {
        const byte = bytes[at] as number
        const next = KINDS[byte] as number
        if (next === 0 || next === BEYOND_ASCII) break
        seen |= next
        word = Math.imul(word, PRIME_A) ^ byte
        at++
      }
      if ((seen & DIGIT) !== 0) word = seen === DIGIT ? NUMBER_MARK : MIXED_MARK
    }
    a = Math.imul(a ^ word, PRIME_A)
    a ^= a >>> 13
    b = Math.imul(b + word, PRIME_B)
    b ^= b >>> 15
  }
  hash.a = a
  hash.b = b
}

/** Every byte counts. */
export function hashBytes(bytes: Uint8Array, from: number, to: number, hash: ShapeHash): void {
  let { a, b } = hash
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number
    a = Math.imul(a ^ byte, PRIME_A)
    b = Math.imul(b + byte, PRIME_B) ^ (b >>> 15)
  }
  hash.a = a
  hash.b = b
}
