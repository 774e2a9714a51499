/** A whole body, collected, and what is strictly JSON in it. */
import type { BodyReader } from './exchange.ts'

export interface CollectingReader extends BodyReader {
  bytes(): Uint8Array
}

/** Keeps the whole body (the exchange limits it). */
export function createCollectingReader(): CollectingReader {
  const chunks: Uint8Array[] = []
  return {
    read(chunk) {
      chunks.push(chunk)
      return 'more'
    },
    bytes: () => Buffer.concat(chunks),
  }
}

type Parsed = { readonly kind: 'json'; readonly value: unknown } | { readonly kind: 'none' }

/** Strict UTF-8 and strict JSON: `NaN`, a cut-off body or anything after it is no JSON. */
export function parseJson(bytes: Uint8Array): Parsed {
  try {
    return {
      kind: 'json',
      value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown,
    }
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return { kind: 'none' }
    throw error
  }
}
