/**
 * The lines of a stack trace that tell which trace it is: the exceptions of the chain and the first
 * frames that are no framework's. Line numbers, addresses and all else are left out, so that a new
 * build or a busy thread pool does not make a new pattern.
 */
import type { FrameworkBytes } from './frameworks.ts'
import { hashBytes, type ShapeHash } from './shape.ts'

/** Frames of the service's own that are looked at; whose code it is turns out at the end. */
export const OWN_FRAMES = 4
const MAX_CHAIN = 8

/** What has been seen of the trace at hand. */
export interface TraceProgress {
  readonly hash: ShapeHash
  exceptions: number
  ownFrames: number
  frames: number
}

/** One line behind the first of an event. */
export function followTrace(
  bytes: Uint8Array,
  start: number,
  end: number,
  frameworks: FrameworkBytes,
  trace: TraceProgress,
): void {
  const first = bytes[start]
  if (first === 0x09 || first === 0x20) {
    if (trace.ownFrames >= OWN_FRAMES) return
    followFrame(bytes, start, end, frameworks, trace)
    return
  }
  if (trace.exceptions >= MAX_CHAIN) return
  const from = causeStart(bytes, start, end)
  // The exception itself stands before its first frame; later lines of that form are messages.
  if (from === start && trace.frames > 0) return
  const to = classEnd(bytes, from, end)
  if (to < 0) return
  trace.exceptions++
  hashBytes(bytes, from, to, trace.hash)
}

function followFrame(
  bytes: Uint8Array,
  start: number,
  end: number,
  frameworks: FrameworkBytes,
  trace: TraceProgress,
): void {
  const from = frameStart(bytes, start, end)
  if (from < 0) return
  trace.frames++
  if (frameworks.holds(bytes, from, end)) return
  let to = from
  while (to < end && bytes[to] !== 0x28) {
    // Proxies: their names are made anew in every process.
    if (bytes[to] === 0x24 && bytes[to + 1] === 0x24) return
    to++
  }
  if (to === end) return
  trace.ownFrames++
  hashBytes(bytes, from, to, trace.hash)
}

/**
 * First letter of the class in `\tat com.x.Y.m(Y.java:1)`, or -1. Frames of suppressed exceptions
 * stand one tab deeper. A parser's ` at [Source: ...]` is no frame.
 */
function frameStart(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  if (bytes[at] === 0x09) at++
  else while (bytes[at] === 0x20) at++
  if (bytes[at] !== 0x61 || bytes[at + 1] !== 0x74 || bytes[at + 2] !== 0x20) return -1
  at += 3
  if (at >= end) return -1
  const letter = (bytes[at] as number) | 0x20
  return (letter >= 0x61 && letter <= 0x7a) || bytes[at] === 0x24 || bytes[at] === 0x5f ? at : -1
}

/** Behind `Caused by: ` or `Wrapped by: `, else `start`. */
export function causeStart(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] === 0x43 && isWord(bytes, start, end, CAUSED_BY)) return start + CAUSED_BY.length
  if (bytes[start] === 0x57 && isWord(bytes, start, end, WRAPPED_BY))
    return start + WRAPPED_BY.length
  return start
}

const CAUSED_BY = Buffer.from('Caused by: ')
const WRAPPED_BY = Buffer.from('Wrapped by: ')

function isWord(bytes: Uint8Array, start: number, end: number, word: Uint8Array): boolean {
  if (end - start <= word.length) return false
  for (let index = 0; index < word.length; index++) {
    if (bytes[start + index] !== word[index]) return false
  }
  return true
}

/**
 * End of a dotted class name that is followed by `:` or ends its line, or -1: the last part of it
 * begins with a capital.
 */
export function classEnd(bytes: Uint8Array, from: number, end: number): number {
  let dots = 0
  let lastPart = from
  let at = from
  for (; at < end; at++) {
    const byte = bytes[at] as number
    if (byte === 0x2e) {
      dots++
      lastPart = at + 1
      continue
    }
    const letter = byte | 0x20
    const inName =
      (letter >= 0x61 && letter <= 0x7a) ||
      (byte >= 0x30 && byte <= 0x39) ||
      byte === 0x24 ||
      byte === 0x5f
    if (!inName) break
  }
  const closed = at === end || bytes[at] === 0x3a || bytes[at] === 0x0d
  const capital = bytes[lastPart] as number
  return closed && dots > 0 && at > lastPart && capital >= 0x41 && capital <= 0x5a ? at : -1
}
