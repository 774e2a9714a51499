/**
 * Tells whose answer an answer is. Only the service's own counts: its JSON, its JSON errors, its
 * empty bodies. A page, a redirect, a proxy's error or an old copy out of a cache is foreign.
 */
import type { Failure, Read, ReadMeta } from '../core/read.ts'
import { cleanText } from '../core/sanitize.ts'
import { text } from '../core/text.ts'
import { parseJson } from '../wire/body.ts'
import type { CollectingReader } from '../wire/body.ts'
import type { AnswerHead, Exchange } from '../wire/exchange.ts'
import { failure, foreign, unreadable } from '../wire/failure.ts'

/** The service writes JSON types, or none beside an empty body. */
export function isServiceMediaType(mediaType: string): boolean {
  return mediaType === '' || /^application\/(?:[\w.+-]+\+)?json$/.test(mediaType)
}

/** The error object of the service's own handlers. */
export function isServiceError(value: unknown): value is {
  readonly success: false
  readonly message: string
  readonly errorCode?: unknown
} {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const candidate = value as { success?: unknown; message?: unknown }
  return candidate.success === false && typeof candidate.message === 'string'
}

/** Spring's own error object, as it answers for a path that nothing serves. */
function isSpringError(value: unknown, httpStatus: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  const candidate = value as { status?: unknown; error?: unknown; timestamp?: unknown }
  return (
    candidate.status === httpStatus &&
    typeof candidate.error === 'string' &&
    (typeof candidate.timestamp === 'string' || typeof candidate.timestamp === 'number')
  )
}

/** What a redirect, a cache's copy or a missing permission says about an answer, before its body is looked at. */
export function headFailure(
  head: AnswerHead,
  place: string,
  isOurs: (mediaType: string) => boolean = isServiceMediaType,
): Failure | undefined {
  const { httpStatus } = head
  if (httpStatus === 401 || httpStatus === 403) {
    const words =
      httpStatus === 401
        ? text(`인증 필요(HTTP 401): ${place}`, `authentication required (HTTP 401): ${place}`)
        : text(`권한 없음(HTTP 403): ${place}`, `permission denied (HTTP 403): ${place}`)
    return failure('unauthorized', words, httpStatus)
  }
  if (httpStatus >= 300 && httpStatus < 400) {
    return foreign(
      place,
      `HTTP ${httpStatus} 다른 주소로 이동`,
      `HTTP ${httpStatus}, a redirect`,
      httpStatus,
    )
  }
  if ((head.ageSeconds ?? 0) > 0) {
    return foreign(place, '캐시에 저장된 응답', 'a copy out of a cache', httpStatus)
  }
  if (!isOurs(head.mediaType)) {
    const type = cleanText(head.mediaType, 40)
    return foreign(place, `HTTP ${httpStatus} ${type}`, `HTTP ${httpStatus}, ${type}`, httpStatus)
  }
  return undefined
}

/** What an answer other than 200 says, or a 200 that holds the service's error. Never a value. */
export function errorFailure(
  { httpStatus }: Pick<AnswerHead, 'httpStatus'>,
  bytes: Uint8Array,
  place: string,
): Failure {
  if (bytes.length === 0) {
    // A proxy that gives up also sends nothing: 502, 503 and 504 are not the service's word.
    return httpStatus === 500 || (httpStatus >= 400 && httpStatus < 500)
      ? serviceError(httpStatus, '', place)
      : foreign(place, `HTTP ${httpStatus} 빈 응답`, `HTTP ${httpStatus}, empty`, httpStatus)
  }
  const parsed = parseJson(bytes)
  if (parsed.kind === 'json') {
    if (isServiceError(parsed.value)) {
      const { errorCode, message } = parsed.value
      const isCode = typeof errorCode === 'string' && /^[A-Z][A-Z0-9_]{0,59}$/.test(errorCode)
      return serviceError(httpStatus, isCode ? errorCode : cleanText(message, 80), place)
    }
    if (isSpringError(parsed.value, httpStatus)) {
      return httpStatus === 404
        ? failure(
            'service_error',
            text(`없는 API(HTTP 404): ${place}`, `no such endpoint (HTTP 404): ${place}`),
            httpStatus,
          )
        : serviceError(httpStatus, '', place)
    }
  }
  return foreign(
    place,
    `HTTP ${httpStatus} 알 수 없는 내용`,
    `HTTP ${httpStatus}, unknown content`,
    httpStatus,
  )
}

function serviceError(httpStatus: number, detail: string, place: string): Failure {
  const suffix = detail === '' ? '' : ` ${detail}`
  return failure(
    'service_error',
    text(
      `서비스 오류 응답(HTTP ${httpStatus}${suffix}): ${place}`,
      `the service answered with an error (HTTP ${httpStatus}${suffix}): ${place}`,
    ),
    httpStatus,
  )
}

/** A 404 with nothing in it is how the service says that there is no such thing (`headFailure` has been asked before). */
export function isAbsence(head: AnswerHead, bytes: Uint8Array): boolean {
  return head.httpStatus === 404 && bytes.length === 0
}

export function unknown(why: Failure, latencyMs: number): Read<never> {
  return { kind: 'unknown', failure: why, latencyMs }
}

/** What an endpoint makes of its JSON: a value, or undefined when it has another shape. */
export type Interpret<T> = (value: unknown) => T | undefined

/** The usual way to read an endpoint that answers 200 with JSON. */
export function readJson<T>(
  done: Exchange<CollectingReader>,
  place: string,
  interpret: Interpret<T>,
  options: { readonly absence: boolean },
): Read<T> {
  if (done.kind === 'none') return unknown(done.failure, done.latencyMs)
  const { head, meta } = done
  const wrong = headFailure(head, place)
  if (wrong !== undefined) return unknown(wrong, meta.latencyMs)
  if (done.ended !== 'whole') return unknown(cutOf(done, place), meta.latencyMs)
  const bytes = done.reader.bytes()
  if (options.absence && isAbsence(head, bytes)) return { kind: 'absent', meta }
  if (head.httpStatus !== 200) {
    return unknown(errorFailure(head, bytes, place), meta.latencyMs)
  }
  return interpretJson(bytes, meta, place, interpret)
}

export function interpretJson<T>(
  bytes: Uint8Array,
  meta: ReadMeta,
  place: string,
  interpret: Interpret<T>,
): Read<T> {
  const parsed = parseJson(bytes)
  if (parsed.kind === 'none') {
    return unknown(notJson(bytes, meta.httpStatus), meta.latencyMs)
  }
  const value = interpret(parsed.value)
  if (value !== undefined) return { kind: 'ok', value, meta }
  if (isServiceError(parsed.value)) {
    return unknown(errorFailure(meta, bytes, place), meta.latencyMs)
  }
  return unknown(otherShape(meta.httpStatus), meta.latencyMs)
}

function notJson(bytes: Uint8Array, httpStatus: number): Failure {
  return bytes.length === 0
    ? unreadable('빈 응답', 'it is empty', httpStatus)
    : unreadable('온전한 JSON이 아님', 'it is no whole JSON', httpStatus)
}

export function otherShape(httpStatus: number): Failure {
  return unreadable('형식이 다름', 'it has another shape', httpStatus)
}

export function mixedAnswer(httpStatus: number): Failure {
  return unreadable('요청한 것과 다른 내용', 'it is about something else', httpStatus)
}

/** Why an answer was not read to its end. */
export function cutOf(done: { readonly failure?: Failure }, place: string): Failure {
  return (
    done.failure ??
    failure(
      'cut',
      text(`응답 도중 연결 끊김: ${place}`, `connection lost amid the answer: ${place}`),
    )
  )
}
