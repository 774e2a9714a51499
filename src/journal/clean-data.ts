/**
 * What goes into the journal is kept for years. Callers clean what they record; this is the last
 * door, where control characters, secrets and personal data are taken out once more.
 */
import { maskSensitive, stripControls } from '../core/sanitize.ts'

// Controls, invisible format characters and separators, but not line feeds and tabs: those carry
// the shape of a note or a document.
const CONTROL_IN_LINE = /(?!\t)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u
const CONTROLS_IN_LINE = new RegExp(CONTROL_IN_LINE, 'gu')
const SECRET_KEY =
  /^(pass(word|wd)?|pwd|secret|(access[-_]?|refresh[-_]?)?token|api[-_]?key|routing[-_]?key|authorization|credentials?|webhook[-_]?url|ownerName|phoneNumber|address)$/i
const MASK = '***'

/** A string without control characters, secrets and personal data; unchanged when there are none. */
export function cleanString(value: string): string {
  return maskSensitive(cleanControls(value))
}

function cleanControls(value: string): string {
  return value
    .split('\n')
    .map((line) =>
      CONTROL_IN_LINE.test(line) ? stripControls(line.replace(CONTROLS_IN_LINE, ' ')) : line,
    )
    .join('\n')
}

/**
 * Plain JSON with every string in it cleaned; numbers, booleans and null as they are. `pinned`
 * names a key at the top whose value is a document of the operators' own: it must come back as it
 * was, or its digest would not fit, so nothing is masked in it.
 */
export function cleanData(value: unknown, pinned?: string): unknown {
  if (pinned !== undefined && isRecord(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        key === pinned
          ? cleanDeep(item, cleanControls, false)
          : cleanMember(key, item, cleanString, true),
      ]),
    )
  }
  return cleanDeep(value, cleanString, true)
}

function cleanDeep(value: unknown, clean: (text: string) => string, masking: boolean): unknown {
  if (typeof value === 'string') return clean(value)
  if (Array.isArray(value)) return value.map((item) => cleanDeep(item, clean, masking))
  if (!isRecord(value)) return value
  // Dates and the like know best what they are in JSON.
  if (typeof value['toJSON'] === 'function') return cleanDeep(value['toJSON'](), clean, masking)
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      clean(key),
      cleanMember(key, item, clean, masking),
    ]),
  )
}

function cleanMember(
  key: string,
  item: unknown,
  clean: (text: string) => string,
  masking: boolean,
): unknown {
  return masking && typeof item === 'string' && SECRET_KEY.test(key)
    ? MASK
    : cleanDeep(item, clean, masking)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
