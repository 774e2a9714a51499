/** What went wrong with a request, in short words for people: the place, the code, no headers, no body. */
import { durationText } from '../core/duration.ts'
import { messageOf, systemCodeOf } from '../core/errors.ts'
import type { Failure, FailureKind } from '../core/read.ts'
import { text } from '../core/text.ts'
import type { Text } from '../core/text.ts'

/** How far the request had come when it failed. */
export type Phase =
  /** No byte of it had left. */
  | 'connecting'
  /** It had left, nothing had come back. */
  | 'waiting'
  /** The answer's headers had come. */
  | 'reading'

export function timeoutFailure(place: string, deadlineMs: number, phase: Phase): Failure {
  const limit = durationText(deadlineMs)
  const words: Record<Phase, Text> = {
    connecting: text(
      `연결되지 않음(${limit.ko} 초과): ${place}`,
      `no connection within ${limit.en}: ${place}`,
    ),
    waiting: text(
      `응답 없음(${limit.ko} 초과): ${place}`,
      `no answer within ${limit.en}: ${place}`,
    ),
    reading: text(
      `응답이 끝나지 않음(${limit.ko} 초과): ${place}`,
      `the answer did not end within ${limit.en}: ${place}`,
    ),
  }
  return { kind: 'timeout', message: words[phase] }
}

export function abortedFailure(place: string): Failure {
  return {
    kind: 'aborted',
    message: text(`요청 취소됨: ${place}`, `request given up: ${place}`),
  }
}

export function unreadable(ko: string, en: string, httpStatus?: number): Failure {
  return failure(
    'unreadable',
    text(`응답을 읽을 수 없음: ${ko}`, `unreadable answer: ${en}`),
    httpStatus,
  )
}

export function foreign(place: string, ko: string, en: string, httpStatus?: number): Failure {
  return failure(
    'foreign',
    text(`서비스의 응답이 아님(${ko}): ${place}`, `not the service's answer (${en}): ${place}`),
    httpStatus,
  )
}

export function failure(kind: FailureKind, message: Text, httpStatus?: number): Failure {
  return httpStatus === undefined ? { kind, message } : { kind, message, httpStatus }
}

/** Our own codes, for what the system has none for. */
const GIVEN_UP = 'MTS_GIVEN_UP'
const CLOSED = 'MTS_CLOSED'

/** Given up by us: the caller's doing, the deadline's or that of closing the client. */
export function givenUp(): Error {
  return Object.assign(new Error('given up'), { code: GIVEN_UP })
}

/** The other side has closed the connection before the answer was whole. */
export function closedConnection(cause?: unknown): Error {
  return Object.assign(new Error('connection closed', { cause }), { code: CLOSED })
}

/** Codes that say no more than "the other side is gone". */
const CLOSED_CODES: ReadonlySet<string> = new Set([CLOSED, 'ECONNRESET', 'EPIPE', 'ECONNABORTED'])

/** True when the connection went away, as a server does that closes an idle one. */
export function isClosedConnection(error: unknown): boolean {
  return CLOSED_CODES.has(systemCodeOf(error) ?? '')
}

/** Names what the HTTP client or the system threw. `error` is never shown as it is: it may quote the wire. */
export function failureOf(error: unknown, place: string, phase: Phase): Failure {
  const code = systemCodeOf(error)
  if (code === GIVEN_UP) return abortedFailure(place)
  if (phase === 'connecting') return withCode('unreachable', connectWords(code, error, place), code)
  if (code === 'HPE_HEADER_OVERFLOW') return failure('foreign', tooLargeHeaders(place))
  // The parser's codes: what came was no HTTP.
  if (phase === 'waiting' && code?.startsWith('HPE_') === true) {
    return {
      kind: 'foreign',
      message: text(`HTTP 응답이 아님: ${place}`, `no HTTP answer: ${place}`),
    }
  }
  const shown = systemsOwn(code)
  const suffix = shown === undefined ? { ko: '', en: '' } : { ko: `(${shown})`, en: ` (${shown})` }
  const words =
    phase === 'waiting'
      ? text(
          `응답 전에 연결 끊김: ${place}${suffix.ko}`,
          `connection lost before the answer: ${place}${suffix.en}`,
        )
      : text(
          `응답 도중 연결 끊김: ${place}${suffix.ko}`,
          `connection lost amid the answer: ${place}${suffix.en}`,
        )
  return withCode('cut', words, code)
}

function withCode(kind: FailureKind, message: Text, code: string | undefined): Failure {
  const shown = systemsOwn(code)
  return shown === undefined ? { kind, message } : { kind, message, systemCode: shown }
}

/** Our codes and the parser's say nothing that the words do not. */
function systemsOwn(code: string | undefined): string | undefined {
  return code === undefined || /^(?:MTS|HPE)_/.test(code) ? undefined : code
}

function tooLargeHeaders(place: string): Text {
  return text(`응답 헤더가 너무 큼: ${place}`, `the answer's headers are too large: ${place}`)
}

const UNTRUSTED_CODES: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
])

function connectWords(code: string | undefined, error: unknown, place: string): Text {
  const what = connectReason(code, error)
  const shown = systemsOwn(code)
  const suffix = shown === undefined ? { ko: '', en: '' } : { ko: `(${shown})`, en: ` (${shown})` }
  return text(`${what.ko}: ${place}${suffix.ko}`, `${what.en}: ${place}${suffix.en}`)
}

function connectReason(code: string | undefined, error: unknown): Text {
  if (code !== undefined && UNTRUSTED_CODES.has(code)) {
    return text('신뢰할 수 없는 TLS 인증서', 'TLS certificate not trusted')
  }
  switch (code) {
    case 'ECONNREFUSED':
      return text('연결 거부', 'connection refused')
    case 'ENOTFOUND':
      return text('호스트 이름 없음', 'no such host')
    case 'EAI_AGAIN':
      return text('DNS 조회 실패', 'DNS lookup failed')
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return text('네트워크 경로 없음', 'no route to host')
    case 'ETIMEDOUT':
      return text('연결 시간 초과', 'connecting timed out')
    case 'CERT_HAS_EXPIRED':
      return text('만료된 TLS 인증서', 'TLS certificate expired')
    case 'CERT_NOT_YET_VALID':
      return text('아직 유효하지 않은 TLS 인증서', 'TLS certificate not valid yet')
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return text('TLS 인증서의 호스트 이름 불일치', 'TLS certificate is for another host')
    default: {
      const tls = code?.startsWith('ERR_SSL') === true || /\bSSL|\bTLS/.test(messageOf(error))
      return tls
        ? text('TLS 연결 실패', 'TLS handshake failed')
        : text('연결 실패', 'connection failed')
    }
  }
}
