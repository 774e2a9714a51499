/** Repeatable chance: the same seed gives the same demo on every machine. */

/** Numbers in [0, 1). */
export type Random = () => number

/** Mulberry32: small, fast, and good enough for invented sales. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A seed for one thing among many, so that each can be drawn alone and in any order. */
export function mixSeed(seed: number, index: number): number {
  let mixed = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index, 0xc2b2ae35)
  mixed ^= mixed >>> 16
  return Math.imul(mixed, 0x27d4eb2f) >>> 0
}
