/**
 * What is known of a value before it is seen: JSON Schema (made by zod from a declaration's
 * `outputs`), read only as far as the check of conditions needs it. An empty schema is anything.
 */
export interface JsonType {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly properties?: Readonly<Record<string, JsonType>>
  readonly additionalProperties?: boolean | JsonType
  readonly items?: JsonType
  readonly anyOf?: readonly JsonType[]
}

export type JsonKind = 'number' | 'string' | 'boolean' | 'null' | 'list' | 'map'

const KINDS: Readonly<Record<string, JsonKind>> = {
  number: 'number',
  integer: 'number',
  string: 'string',
  boolean: 'boolean',
  null: 'null',
  array: 'list',
  object: 'map',
}

/** Kinds the value can have; undefined when nothing is known of it. */
export function kindsOf(type: JsonType): ReadonlySet<JsonKind> | undefined {
  if (type.anyOf !== undefined) {
    const kinds = new Set<JsonKind>()
    for (const option of type.anyOf) {
      const own = kindsOf(option)
      if (own === undefined) return undefined
      for (const kind of own) kinds.add(kind)
    }
    return kinds
  }
  if (type.type === undefined) {
    if (type.const !== undefined) return new Set([kindOfLiteral(type.const)])
    if (type.enum !== undefined) return new Set(type.enum.map(kindOfLiteral))
    return undefined
  }
  const names = typeof type.type === 'string' ? [type.type] : type.type
  const kinds = names.map((name) => KINDS[name])
  return kinds.includes(undefined) ? undefined : new Set(kinds as JsonKind[])
}

function kindOfLiteral(value: unknown): JsonKind {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'list'
  if (typeof value === 'string') return 'string'
  if (typeof value === 'boolean') return 'boolean'
  return typeof value === 'object' ? 'map' : 'number'
}

export type Property =
  | { readonly kind: 'known'; readonly type: JsonType }
  | { readonly kind: 'any' }
  /** The value has fields, and this is none of them. */
  | { readonly kind: 'missing'; readonly names: readonly string[] }
  /** The value is no map at all. */
  | { readonly kind: 'no_map' }

/** What a field of a value is. Of several alternatives, those that are maps are looked at. */
export function propertyOf(type: JsonType, name: string): Property {
  const kinds = kindsOf(type)
  if (kinds === undefined && type.anyOf === undefined) return { kind: 'any' }
  if (kinds !== undefined && !kinds.has('map')) return { kind: 'no_map' }
  const names: string[] = []
  const found: JsonType[] = []
  for (const option of type.anyOf ?? [type]) {
    const own = kindsOf(option)
    if (own === undefined) return { kind: 'any' }
    if (!own.has('map')) continue
    const property = Object.hasOwn(option.properties ?? {}, name)
      ? option.properties?.[name]
      : undefined
    if (property !== undefined) found.push(property)
    else if (typeof option.additionalProperties === 'object') {
      found.push(option.additionalProperties)
    } else if (option.properties === undefined || option.additionalProperties === true) {
      return { kind: 'any' }
    }
    names.push(...Object.keys(option.properties ?? {}))
  }
  const [first] = found
  if (first === undefined) return { kind: 'missing', names }
  return { kind: 'known', type: found.length === 1 ? first : { anyOf: found } }
}

/** The texts the value is limited to; undefined when it can be any text. */
export function choicesOf(type: JsonType): readonly string[] | undefined {
  if (type.anyOf !== undefined) {
    const all: string[] = []
    for (const option of type.anyOf) {
      if (kindsOf(option)?.has('string') === false) continue
      const own = choicesOf(option)
      if (own === undefined) return undefined
      all.push(...own)
    }
    return all.length === 0 ? undefined : all
  }
  if (typeof type.const === 'string') return [type.const]
  const texts = type.enum?.filter((value) => typeof value === 'string')
  return texts === undefined || texts.length === 0 ? undefined : texts
}
