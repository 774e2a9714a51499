/**
 * Words for people: Korean first, English beside it. The rooms that decide return both;
 * `render/` picks one. No room below `render/` knows which language is wanted.
 */
export interface Text {
  readonly ko: string
  readonly en: string
}

export function text(ko: string, en: string): Text {
  return { ko, en }
}

export type Lang = 'ko' | 'en'

/** True for a value that `localize` turns into a string: exactly the keys `ko` and `en`, both strings. */
export function isText(value: unknown): value is Text {
  if (typeof value !== 'object' || value === null) return false
  const keys = Object.keys(value)
  if (keys.length !== 2) return false
  const candidate = value as { ko?: unknown; en?: unknown }
  return typeof candidate.ko === 'string' && typeof candidate.en === 'string'
}

/** Replaces every `Text` inside a plain value by its words in one language; everything else is kept. */
export function localize(value: unknown, lang: Lang): unknown {
  if (isText(value)) return value[lang]
  if (Array.isArray(value)) return value.map((item) => localize(item, lang))
  if (typeof value === 'object' && value !== null) {
    const result: Record<string, unknown> = {}
    for (const [key, item] of Object.entries(value)) {
      if (item !== undefined) result[key] = localize(item, lang)
    }
    return result
  }
  return value
}
