/**
 * The YAML library for files that import it only when they need it: the bundle holds it as CommonJS,
 * whose names a dynamic import of the library itself would not find.
 */
import { parse, parseDocument } from 'yaml'

/** @throws the library's own error, with line and column. */
export function parseYaml(source: string): unknown {
  return parse(source)
}

/** Undefined for a text that is no YAML, or too full of aliases to be read. */
export function parseYamlValue(source: string): unknown {
  const document = parseDocument(source)
  if (document.errors.length > 0) return undefined
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    if (error instanceof ReferenceError) return undefined
    throw error
  }
}
