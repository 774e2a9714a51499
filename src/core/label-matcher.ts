/**
 * Label matchers as Prometheus and Alertmanager write them: `name="value"`, `!=`, `=~`, `!~`.
 * A regular expression holds over the whole value; a label that is missing counts as empty.
 */
export type MatcherOperator = '=' | '!=' | '=~' | '!~'

export interface LabelMatcher {
  readonly name: string
  readonly operator: MatcherOperator
  readonly value: string
}

export type Labels = Readonly<Record<string, string>>

/** One matcher; undefined when it is none. Values may stand without quotes, as amtool takes them. */
export function parseMatcher(words: string): LabelMatcher | undefined {
  const match = /^\s*(?:"((?:[^"\\]|\\.)*)"|([a-zA-Z_:][\w:]*))\s*(=~|!~|!=|=)\s*(.*?)\s*$/s.exec(
    words,
  )
  if (match === null) return undefined
  const [, quotedName, plainName, operator = '=', rest = ''] = match
  const name = plainName ?? unescapeQuoted(quotedName ?? '')
  const value = valueOf(rest)
  if (name === undefined || value === undefined) return undefined
  const matcher: LabelMatcher = { name, operator: operator as MatcherOperator, value }
  const isPattern = operator === '=~' || operator === '!~'
  return isPattern && patternOf(value) === undefined ? undefined : matcher
}

/** `{a="b", c=~"d"}` or the same without braces; undefined when any part is no matcher. */
export function parseMatchers(words: string): readonly LabelMatcher[] | undefined {
  const inside = /^\s*\{(.*)\}\s*$/s.exec(words)?.[1] ?? words
  if (inside.trim() === '') return []
  // Commas inside quotes belong to the value.
  const parts = inside.match(/(?:"(?:[^"\\]|\\.)*"|[^",])+/gs) ?? []
  const parsed = parts.filter((part) => part.trim() !== '').map((part) => parseMatcher(part))
  return parsed.every((matcher) => matcher !== undefined) ? parsed : undefined
}

function valueOf(words: string): string | undefined {
  if (words.startsWith('"')) {
    const inside = /^"((?:[^"\\]|\\.)*)"$/s.exec(words)?.[1]
    return inside === undefined ? undefined : unescapeQuoted(inside)
  }
  return /["{},\s]|^[=~!]/.test(words) ? undefined : words
}

const ESCAPED: Readonly<Record<string, string>> = { n: '\n', t: '\t', '"': '"', '\\': '\\' }

/** Unknown escapes stay as they are: patterns are full of them. */
function unescapeQuoted(inside: string): string {
  return inside.replace(/\\(.)/gs, (whole, char: string) => ESCAPED[char] ?? whole)
}

/** As it must be written in a configuration or a request. */
export function writeMatcher({ name, operator, value }: LabelMatcher): string {
  const quoted = value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
  // Other names than these have to be quoted, where they are taken at all.
  const label = /^[a-zA-Z_:][\w:]*$/.test(name) ? name : JSON.stringify(name)
  return `${label}${operator}"${quoted}"`
}

/** Undefined for an expression that this runtime cannot read: then nobody can say what it matches. */
function patternOf(value: string): RegExp | undefined {
  const flags = /^\(\?([is]+)\)/.exec(value)
  try {
    return new RegExp(`^(?:${value.slice(flags?.[0].length ?? 0)})$`, `${flags?.[1] ?? ''}u`)
  } catch {
    // RE2 takes a little that JavaScript does not: the caller is told that it is not known.
    return undefined
  }
}

export function matches(matcher: LabelMatcher, labels: Labels): boolean {
  const found = labels[matcher.name] ?? ''
  switch (matcher.operator) {
    case '=':
      return found === matcher.value
    case '!=':
      return found !== matcher.value
    case '=~':
      return patternOf(matcher.value)?.test(found) ?? false
    case '!~':
      return !(patternOf(matcher.value)?.test(found) ?? true)
  }
}

/** All of them hold; no matchers hold for everything. */
export function matchesAll(matchers: readonly LabelMatcher[], labels: Labels): boolean {
  return matchers.every((matcher) => matches(matcher, labels))
}
