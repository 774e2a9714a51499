/**
 * A strict JSON reader that works on bytes as they come and says what it has seen so far. It exists
 * because the service's answers about settlements break off in the middle: what came before the
 * break is sound, and must be told apart from what did not come. It keeps no text below `textDepth`:
 * what lies deeper (owners, telephone numbers) is walked over, never decoded.
 */

/** A string decoded; a number as it was written, so that no float rounds it; or true, false, null. */
export type JsonScalar =
  | { readonly type: 'string'; readonly text: string }
  | { readonly type: 'number'; readonly text: string }
  | { readonly type: 'literal'; readonly text: 'true' | 'false' | 'null' }

/** `depth` counts the containers around: 1 is inside the outermost. */
interface JsonEvents {
  /** A container begins; `depth` is that of the place it stands in (0: the document itself). */
  open(container: 'object' | 'array', depth: number): void
  close(depth: number): void
  key(name: string, depth: number): void
  /** Said once the comma or bracket after it has come: what is glued to a cut-off value is not that. */
  scalar(value: JsonScalar, depth: number): void
}

type ScanState =
  /** Fine so far. */
  | 'more'
  /** A whole document, and nothing but white space after it. */
  | 'ended'
  /** No JSON, or nested deeper than `maxDepth`: nothing further is read. */
  | 'broken'

export interface JsonScanner {
  push(chunk: Uint8Array): ScanState
  /** The body is over: `ended` only when it was one whole document. */
  finish(): 'ended' | 'broken'
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
/** Longer than any number or literal the service writes. */
const MAX_TOKEN = 64
/** Longer strings in places that are read are not the service's. */
const MAX_STRING_BYTES = 32 * 1024

type Expecting = 'value' | 'valueOrEnd' | 'key' | 'keyOrEnd' | 'colon' | 'commaOrEnd' | 'nothing'

export function createJsonScanner(
  events: JsonEvents,
  limits: { readonly textDepth: number; readonly maxDepth: number },
): JsonScanner {
  const stack: ('object' | 'array')[] = []
  let expecting: Expecting = 'value'
  let broken = false
  /** Inside a string (`key` or `text`), a number or a literal; else undefined. */
  let token: 'key' | 'text' | 'bare' | undefined
  let escape = 0 // 0 none, 1 just after the backslash, 2..5 hexadecimal digits still to come, plus one
  let bytes: number[] = []
  let held: JsonScalar | undefined

  const wanted = (): boolean => stack.length <= limits.textDepth

  function say(value: JsonScalar): void {
    if (stack.length === 0) events.scalar(value, 0)
    else held = value
  }

  function sayHeld(): void {
    if (held !== undefined) events.scalar(held, stack.length)
    held = undefined
  }

  function afterValue(): void {
    expecting = stack.length === 0 ? 'nothing' : 'commaOrEnd'
  }

  function push(chunk: Uint8Array): ScanState {
    for (let index = 0; index < chunk.length && !broken; index++) {
      const byte = chunk[index] as number
      if (token === 'key' || token === 'text') inString(byte)
      else if (token === 'bare') {
        if (isBare(byte)) pushBare(byte)
        else {
          endBare()
          if (!broken) outside(byte)
        }
      } else outside(byte)
    }
    return state()
  }

  function state(): ScanState {
    if (broken) return 'broken'
    return expecting === 'nothing' && token === undefined ? 'ended' : 'more'
  }

  function inString(byte: number): void {
    if (escape === 1) {
      if (byte === 0x75) escape = 5
      else if (isEscape(byte)) escape = 0
      else broken = true
    } else if (escape > 1) {
      if (isHex(byte)) escape = escape === 2 ? 0 : escape - 1
      else broken = true
    } else if (byte === BACKSLASH) escape = 1
    else if (byte === QUOTE) {
      endString()
      return
    } else if (byte < 0x20) broken = true
    if (wanted()) {
      bytes.push(byte)
      if (bytes.length > MAX_STRING_BYTES) broken = true
    }
  }

  function endString(): void {
    const isKey = token === 'key'
    token = undefined
    if (wanted()) {
      const decoded = decodeString(bytes)
      bytes = []
      if (decoded === undefined) {
        broken = true
        return
      }
      if (isKey) events.key(decoded, stack.length)
      else say({ type: 'string', text: decoded })
    }
    if (isKey) expecting = 'colon'
    else afterValue()
  }

  function pushBare(byte: number): void {
    bytes.push(byte)
    if (bytes.length > MAX_TOKEN) broken = true
  }

  /** A number or literal ends where something else begins: cut short it is never taken for whole. */
  function endBare(): void {
    const word = String.fromCharCode(...bytes)
    bytes = []
    token = undefined
    let value: JsonScalar | undefined
    if (word === 'true' || word === 'false' || word === 'null') {
      value = { type: 'literal', text: word }
    } else if (NUMBER.test(word)) value = { type: 'number', text: word }
    if (value === undefined) {
      broken = true
      return
    }
    if (wanted()) say(value)
    afterValue()
  }

  function outside(byte: number): void {
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) return
    switch (expecting) {
      case 'value':
      case 'valueOrEnd':
        if (byte === CLOSE_ARRAY && expecting === 'valueOrEnd') close()
        else beginValue(byte)
        return
      case 'key':
      case 'keyOrEnd':
        if (byte === QUOTE) token = 'key'
        else if (byte === CLOSE_OBJECT && expecting === 'keyOrEnd') close()
        else broken = true
        return
      case 'colon':
        if (byte === COLON) expecting = 'value'
        else broken = true
        return
      case 'commaOrEnd': {
        const isObject = stack.at(-1) === 'object'
        if (byte === COMMA) {
          sayHeld()
          expecting = isObject ? 'key' : 'value'
        } else if (byte === (isObject ? CLOSE_OBJECT : CLOSE_ARRAY)) {
          sayHeld()
          close()
        } else broken = true
        return
      }
      case 'nothing':
        broken = true
    }
  }

  function beginValue(byte: number): void {
    if (byte === QUOTE) token = 'text'
    else if (byte === OPEN_OBJECT) open('object')
    else if (byte === OPEN_ARRAY) open('array')
    else if (isBare(byte)) {
      token = 'bare'
      pushBare(byte)
    } else broken = true
  }

  function open(container: 'object' | 'array'): void {
    events.open(container, stack.length)
    stack.push(container)
    expecting = container === 'object' ? 'keyOrEnd' : 'valueOrEnd'
    if (stack.length > limits.maxDepth) broken = true
  }

  function close(): void {
    stack.pop()
    events.close(stack.length)
    afterValue()
  }

  return {
    push,
    finish() {
      // Only at the top can a number be ended by the end of the body.
      if (!broken && token === 'bare' && stack.length === 0) endBare()
      return state() === 'ended' ? 'ended' : 'broken'
    },
  }
}

function isBare(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x2d ||
    byte === 0x2b ||
    byte === 0x2e ||
    byte === 0x45
  )
}

function isEscape(byte: number): boolean {
  return (
    byte === QUOTE ||
    byte === BACKSLASH ||
    byte === 0x2f ||
    byte === 0x62 ||
    byte === 0x66 ||
    byte === 0x6e ||
    byte === 0x72 ||
    byte === 0x74
  )
}

function isHex(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x41 && byte <= 0x46) ||
    (byte >= 0x61 && byte <= 0x66)
  )
}

/** The text between two quotes; undefined when it is no UTF-8. Its escapes have been checked. */
function decodeString(bytes: readonly number[]): string | undefined {
  let raw: string
  try {
    raw = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes))
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
  return raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw
}
