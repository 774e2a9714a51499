/**
 * What came of asking a server. There are three ways it can end and none of them is a default:
 * a value, a proven absence, or not known (with the reason). Unknown is never turned into a value.
 */
import type { Text } from './text.ts'

export type FailureKind =
  /** no connection: refused, no such host, TLS refused */
  | 'unreachable'
  /** our deadline ran out */
  | 'timeout'
  /** the connection broke after the request had left */
  | 'cut'
  /** 401 or 403 */
  | 'unauthorized'
  /** an error status of the service itself (its JSON error or an empty body) */
  | 'service_error'
  /** an answer that is not the service's: HTML, a proxy's error, a redirect */
  | 'foreign'
  /** an answer that cannot be read: broken, of the wrong shape, too large */
  | 'unreadable'
  /** the caller gave up */
  | 'aborted'

export interface Failure {
  readonly kind: FailureKind
  readonly message: Text
  readonly httpStatus?: number
  /** System error code such as ECONNREFUSED. */
  readonly systemCode?: string
}

export interface ReadMeta {
  readonly httpStatus: number
  /** From sending to the end of what was read, ms. */
  readonly latencyMs: number
  /** The answer's Date header, ms since the epoch (whole seconds); absent when missing or unreadable. */
  readonly dateMs?: number
  /** What a server that answered said beside it: the value may be a part of the whole. Absent: nothing. */
  readonly warnings?: readonly string[]
}

export type Read<T> =
  | { readonly kind: 'ok'; readonly value: T; readonly meta: ReadMeta }
  /** The service itself said that there is no such thing (404 with an empty body). */
  | { readonly kind: 'absent'; readonly meta: ReadMeta }
  | { readonly kind: 'unknown'; readonly failure: Failure; readonly latencyMs: number }
