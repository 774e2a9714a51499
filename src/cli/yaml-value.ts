/** YAML whose faults are another's to tell: a value, or nothing. */
import { parseDocument } from 'yaml'

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
