/**
 * One request and its answer over HTTP: with a deadline over everything, a limit on what is read,
 * and the connection let go as soon as enough is known. It knows nothing of what is asked.
 */
import type { Clock } from '../core/clock.ts'
import type { Failure, ReadMeta } from '../core/read.ts'
import { text } from '../core/text.ts'
import { createBodyDecoder } from './body-decoder.ts'
import type { BodyDecoder } from './body-decoder.ts'
import type { AnswerHandler, Connections, Dispatched, WireRequest } from './connections.ts'
import {
  abortedFailure,
  failure,
  failureOf,
  isClosedConnection,
  timeoutFailure,
  unreadable,
} from './failure.ts'
import type { Phase } from './failure.ts'

/** The most that is read of any answer unless the request allows more, decoded, in bytes. */
const BODY_LIMIT_BYTES = 1024 * 1024

/** Why a timer is stopped. Given, since making the usual reason costs more than the rest of it. */
const ENOUGH = new Error('enough')

/** Once what was asked is known, the rest of the answer gets this long, ms. */
const REST_MS = 1000

export interface AnswerHead {
  readonly httpStatus: number
  /** Media type in lower case without parameters; empty when there is none. */
  readonly mediaType: string
  /** False when only the end of the connection ends the body: then it cannot be told whether all of it came. */
  readonly delimited: boolean
  readonly dateMs?: number
  /** Seconds the answer has spent in a cache. */
  readonly ageSeconds?: number
}

/** Takes the decoded body as it comes. */
export interface BodyReader {
  /** `decided`: what was asked is known, the rest may still complete it; `enough`: no more is wanted. */
  read(chunk: Uint8Array): 'more' | 'decided' | 'enough'
}

/** Anything but a GET leaves once, on a connection of its own. */
interface ExchangeRequest extends WireRequest {
  /** For messages. */
  readonly place: string
  readonly timeoutMs: number
  /** Shorter deadline for the connection alone, ms. */
  readonly connectTimeoutMs?: number
  /** The most that is read of the answer, decoded, in bytes; 1 MiB unless given. */
  readonly limitBytes?: number
  readonly signal?: AbortSignal
}

export type Exchange<R extends BodyReader> =
  | {
      readonly kind: 'answer'
      readonly head: AnswerHead
      readonly reader: R
      /** `whole`: to its end; `enough`: the reader stopped it; `broken_off`: see `failure`. */
      readonly ended: 'whole' | 'enough' | 'broken_off'
      readonly failure?: Failure
      readonly meta: ReadMeta
    }
  | {
      readonly kind: 'none'
      readonly failure: Failure
      /** False only when it is certain that no byte of the request left. */
      readonly sent: boolean
      readonly latencyMs: number
    }

interface Ports {
  readonly connections: Connections
  readonly clock: Clock
}

/** Never rejects for what a server or the network does. */
export function exchange<R extends BodyReader>(
  { connections, clock }: Ports,
  request: ExchangeRequest,
  readerFor: (head: AnswerHead) => R,
): Promise<Exchange<R>> {
  return new Promise((resolve, reject) => {
    const startedMs = clock.monotonicMs()
    const limitBytes = request.limitBytes ?? BODY_LIMIT_BYTES
    const timers = new AbortController()
    let settled = false
    let sent = false
    let finished = false
    let dispatched: Dispatched | undefined
    let answer: { readonly head: AnswerHead; readonly reader: R } | undefined
    let decoder: BodyDecoder | undefined
    let decided = false
    let wireBytes = 0
    let bodyBytes = 0

    const phase = (): Phase => (answer !== undefined ? 'reading' : sent ? 'waiting' : 'connecting')

    function settle(ended: 'whole' | 'enough' | 'broken_off', why?: Failure): void {
      if (settled) return
      settled = true
      finished = ended === 'whole'
      timers.abort(ENOUGH)
      request.signal?.removeEventListener('abort', onAbort)
      decoder?.destroy()
      release()
      const latencyMs = clock.monotonicMs() - startedMs
      if (answer === undefined) {
        resolve({ kind: 'none', failure: why ?? abortedFailure(request.place), sent, latencyMs })
        return
      }
      const { head, reader } = answer
      const meta: ReadMeta = {
        httpStatus: head.httpStatus,
        latencyMs,
        ...(head.dateMs === undefined ? {} : { dateMs: head.dateMs }),
      }
      resolve({
        kind: 'answer',
        head,
        reader,
        ended,
        ...(why === undefined ? {} : { failure: { ...why, httpStatus: head.httpStatus } }),
        meta,
      })
    }

    /** The library may fail a request while it is handed over, before there is anything to release. */
    function hold(made: Dispatched): void {
      dispatched = made
      if (settled) release()
    }

    function release(): void {
      dispatched?.release(finished ? 'finished' : 'given_up')
    }

    function onAbort(): void {
      settle('broken_off', abortedFailure(request.place))
    }

    function limit(ms: number, onElapsed: () => void): void {
      clock.sleep(ms, timers.signal).then(onElapsed, (error: unknown) => {
        // Rejected because the answer came first: there is nothing left to limit.
        if (!timers.signal.aborted) reject(error)
      })
    }

    function feed(chunk: Uint8Array): void {
      if (settled || answer === undefined) return
      bodyBytes += chunk.length
      if (bodyBytes > limitBytes) {
        settle('broken_off', tooLarge(limitBytes))
        return
      }
      const state = answer.reader.read(chunk)
      if (state === 'enough') settle('enough')
      else if (state === 'decided' && !decided) {
        decided = true
        limit(REST_MS, () => settle('enough'))
      }
    }

    const handler: AnswerHandler = {
      start() {
        // Given up, or at it a second time: then nothing more may leave.
        if (settled || (sent && request.method !== 'GET')) return false
        sent = true
        return true
      },
      head(httpStatus, headers) {
        if (settled) return
        const head = answerHead(httpStatus, headers)
        answer = { head, reader: readerFor(head) }
        const made = createBodyDecoder(headers['content-encoding'], {
          data: feed,
          end: () => settle('whole'),
          error: () =>
            settle('broken_off', unreadable('압축 해제 실패', 'it cannot be decompressed')),
        })
        if (made === undefined) {
          settle(
            'broken_off',
            unreadable('요청하지 않은 압축', 'an encoding that was not asked for'),
          )
        } else if (made !== 'none') decoder = made
      },
      data(chunk) {
        if (settled) return
        wireBytes += chunk.length
        if (wireBytes > limitBytes) settle('broken_off', tooLarge(limitBytes))
        else if (decoder === undefined) feed(chunk)
        else decoder.write(chunk)
      },
      end() {
        if (settled) return
        if (decoder !== undefined && wireBytes > 0) decoder.end()
        else settle('whole')
      },
      error(error) {
        if (settled) return
        // A server may close an idle connection just as a request goes out on it. A question may be
        // asked once more, on a connection of its own (never reused: so once); a POST never.
        const retry =
          request.method === 'GET' &&
          answer === undefined &&
          dispatched?.reused === true &&
          isClosedConnection(error)
        if (!retry) {
          settle('broken_off', failureOf(error, request.place, phase()))
          return
        }
        sent = false
        release()
        hold(connections.fresh(request, handler))
      },
    }

    if (request.signal?.aborted === true) {
      onAbort()
      return
    }
    request.signal?.addEventListener('abort', onAbort, { once: true })
    limit(request.timeoutMs, () => {
      settle('broken_off', timeoutFailure(request.place, request.timeoutMs, phase()))
    })
    const { connectTimeoutMs } = request
    if (connectTimeoutMs !== undefined && connectTimeoutMs < request.timeoutMs) {
      limit(connectTimeoutMs, () => {
        if (!sent) {
          settle('broken_off', timeoutFailure(request.place, connectTimeoutMs, 'connecting'))
        }
      })
    }
    hold(
      request.method === 'GET'
        ? connections.pooled(request, handler)
        : connections.fresh(request, handler),
    )
  })
}

function tooLarge(limitBytes: number): Failure {
  const limit = `${Math.round(limitBytes / 1024 / 1024)} MiB`
  return failure(
    'unreadable',
    text(`응답이 너무 큼(${limit} 초과)`, `the answer is too large (over ${limit})`),
  )
}

function answerHead(
  httpStatus: number,
  headers: Readonly<Record<string, string | undefined>>,
): AnswerHead {
  const mediaType = headers['content-type'] ?? ''
  const dateMs = httpDateMs(headers['date'])
  const age = headers['age']
  return {
    httpStatus,
    mediaType: (mediaType.split(';')[0] ?? '').trim().toLowerCase(),
    delimited:
      headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined,
    ...(dateMs === undefined ? {} : { dateMs }),
    ...(age !== undefined && /^\d{1,9}$/.test(age) ? { ageSeconds: Number(age) } : {}),
  }
}

/** RFC 9110's fixed form only: Date.parse alone takes much that is no date of HTTP. */
function httpDateMs(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(value)) {
    return undefined
  }
  const ms = Date.parse(value)
  return Number.isNaN(ms) ? undefined : ms
}
