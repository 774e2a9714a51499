/** Paths of the service, percent-encoded: what a person or a file typed never changes which endpoint is asked. */
import { MtsError } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import { text } from '../core/text.ts'

/** One path segment. Throws USAGE (64) for what no path can carry: empty, `.` and `..`. */
export function segment(value: string): string {
  if (value === '' || value === '.' || value === '..') {
    throw new MtsError({
      code: 'USAGE',
      exitCode: EXIT.usage,
      message: text(`쓸 수 없는 이름입니다: "${value}"`, `this cannot be a name: "${value}"`),
    })
  }
  return encode(value)
}

/** `?a=1&a=2`, in order; empty when there is nothing. */
export function query(parameters: readonly (readonly [name: string, value: string])[]): string {
  if (parameters.length === 0) return ''
  const pairs = parameters.map(([name, value]) => `${encode(name)}=${encode(value)}`)
  return `?${pairs.join('&')}`
}

/** A lone surrogate is no character and cannot be encoded. */
function encode(value: string): string {
  return encodeURIComponent(value.replace(/\p{Surrogate}/gu, '\ufffd'))
}
