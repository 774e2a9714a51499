/** The face for programs: one JSON value, apiVersion first and kind second, free of control characters. */
import { localize } from '../core/text.ts'
import type { Lang } from '../core/text.ts'

// Control, format (bidirectional, zero-width) and lone surrogate characters, separators of lines and
// paragraphs. Line feeds and tabs stay: JSON escapes them, and documents need them.
const UNSAFE = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu

export function renderJson(value: { readonly kind: string }, lang: Lang): string {
  return `${JSON.stringify(whole(value, lang), (_key, item: unknown) => plain(item), 2)}\n`
}

/** The same on one line, for what goes on and on. */
export function renderJsonLine(value: { readonly kind: string }, lang: Lang): string {
  return `${JSON.stringify(whole(value, lang), (_key, item: unknown) => plain(item))}\n`
}

function whole(value: { readonly kind: string }, lang: Lang): Record<string, unknown> {
  const { kind, ...rest } = localize(value, lang) as { kind: string } & Record<string, unknown>
  return { apiVersion: 'mts/v1', kind, ...rest }
}

/** BigInts come from expressions of playbooks; JSON.stringify would throw at them. */
function plain(item: unknown): unknown {
  if (typeof item === 'string') return item.replace(UNSAFE, '')
  if (typeof item === 'bigint') {
    const number = Number(item)
    return Number.isSafeInteger(number) ? number : item.toString()
  }
  return item
}
