/**
 * One server of the monitoring (Prometheus, Alertmanager) behind an address: questions and requests
 * over our own deadlines and limits, and the answers that come from somebody else told apart.
 */
import type { Clock } from '../core/clock.ts'
import type { Failure, Read, ReadMeta } from '../core/read.ts'
import { cleanText } from '../core/sanitize.ts'
import type { RequestOptions } from '../core/service.ts'
import { text } from '../core/text.ts'
import type { Text } from '../core/text.ts'
import { loadAddress } from '../wire/address.ts'
import { createCollectingReader, parseJson } from '../wire/body.ts'
import type { CollectingReader } from '../wire/body.ts'
import { createConnections } from '../wire/connections.ts'
import { exchange } from '../wire/exchange.ts'
import type { Exchange } from '../wire/exchange.ts'
import { failure } from '../wire/failure.ts'

/** Queries may be dear: longer than the service's own questions. */
const TIMEOUT_MS = 10_000
const LIMIT_BYTES = 16 * 1024 * 1024

/** Where a server is and how to be let in. Header values are secret. */
export interface ServerAccess {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly caFile?: string
  /** Overrides every deadline, ms. */
  readonly timeoutMs?: number
}

export interface ServerWords {
  readonly name: string
  readonly urlKey: string
}

export interface Sent {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly body?: { readonly type: string; readonly content: string }
}

export interface Endpoint {
  readonly url: string
  readonly timeoutMs: (options: RequestOptions | undefined) => number
  send(request: Sent, options?: RequestOptions): Promise<Exchange<CollectingReader>>
  /**
   * What came of a question: `interpret` gets the JSON of a 2xx answer, `explain` that of any other
   * (undefined when the words are not the server's).
   */
  read<T>(
    request: Sent,
    how: {
      readonly interpret: (value: unknown) => T | undefined
      readonly explain: (value: unknown) => string | undefined
    },
    options?: RequestOptions,
  ): Promise<Read<T>>
  /** Why an answer is not this server's word, if it is not; looks at everything but a 2xx's content. */
  foreignFailure(done: Answered): Failure | undefined
  serverError(httpStatus: number, words: string): Failure
  close(): Promise<void>
}

export type Answered = Extract<Exchange<CollectingReader>, { readonly kind: 'answer' }>

/** Throws CONFIG (78) for an address, a header or a CA file that cannot be used. */
export async function createEndpoint(
  access: ServerAccess,
  words: ServerWords,
  clock: Clock,
): Promise<Endpoint> {
  const address = await loadAddress(access, {
    name: text(words.name, words.name),
    urlKey: words.urlKey,
    headersKey: words.urlKey.replace(/url$/, 'headers'),
  })
  const connections = await createConnections(address)
  const place = `${words.name} ${address.place}`
  const timeoutMs = (options: RequestOptions | undefined): number =>
    access.timeoutMs ?? options?.timeoutMs ?? TIMEOUT_MS

  function send(request: Sent, options?: RequestOptions): Promise<Exchange<CollectingReader>> {
    const { method, path, body } = request
    return exchange(
      { connections, clock },
      {
        method,
        path: `${address.prefix}${path}`,
        headers: [
          'accept',
          'application/json',
          'accept-encoding',
          'gzip',
          'cache-control',
          'no-cache',
          ...(body === undefined ? [] : ['content-type', body.type]),
          ...address.headers,
        ],
        ...(body === undefined ? {} : { body: body.content }),
        place,
        timeoutMs: timeoutMs(options),
        limitBytes: LIMIT_BYTES,
        ...(options?.signal === undefined ? {} : { signal: options.signal }),
      },
      createCollectingReader,
    )
  }

  function foreignFailure({ head, ended, failure: why, reader }: Answered): Failure | undefined {
    const { httpStatus, mediaType } = head
    if (httpStatus === 401 || httpStatus === 403) {
      const what =
        httpStatus === 401
          ? text('인증 필요(HTTP 401)', 'authentication required (HTTP 401)')
          : text('권한 없음(HTTP 403)', 'permission denied (HTTP 403)')
      return failure('unauthorized', placed(what, place), httpStatus)
    }
    if (httpStatus >= 300 && httpStatus < 400) {
      return foreign(text('다른 주소로 이동', 'a redirect'), httpStatus)
    }
    if (ended !== 'whole') return why ?? failure('cut', cutWords(place), httpStatus)
    const isEmpty = reader.bytes().length === 0
    if (!isEmpty && mediaType !== 'application/json') {
      const type = cleanText(mediaType === '' ? '?' : mediaType, 40)
      return foreign(text(type, type), httpStatus)
    }
    return undefined
  }

  function foreign(what: Text, httpStatus: number): Failure {
    return failure(
      'foreign',
      text(
        `${words.name}의 응답이 아님(HTTP ${httpStatus}, ${what.ko}): ${address.place}`,
        `not an answer of ${words.name} (HTTP ${httpStatus}, ${what.en}): ${address.place}`,
      ),
      httpStatus,
    )
  }

  function serverError(httpStatus: number, said: string): Failure {
    const detail = said === '' ? '' : ` ${cleanText(said, 300)}`
    return failure(
      'service_error',
      text(
        `${words.name} 오류 응답(HTTP ${httpStatus}):${detail}`,
        `${words.name} answered with an error (HTTP ${httpStatus}):${detail}`,
      ),
      httpStatus,
    )
  }

  function unknown<T>(why: Failure, { latencyMs }: Pick<ReadMeta, 'latencyMs'>): Read<T> {
    return { kind: 'unknown', failure: why, latencyMs }
  }

  return {
    url: address.url,
    timeoutMs,
    send,
    foreignFailure,
    serverError,
    async read(request, { interpret, explain }, options) {
      const done = await send(request, options)
      if (done.kind === 'none') return unknown(done.failure, done)
      const { meta, reader } = done
      const { httpStatus } = meta
      const wrong = foreignFailure(done)
      if (wrong !== undefined) return unknown(wrong, meta)
      const parsed = parseJson(reader.bytes())
      if (parsed.kind === 'none') {
        return httpStatus >= 200 && httpStatus < 300
          ? unknown(unreadable('온전한 JSON이 아님', 'it is no whole JSON', httpStatus), meta)
          : unknown(foreign(text('알 수 없는 내용', 'unknown content'), httpStatus), meta)
      }
      if (httpStatus < 200 || httpStatus > 299) {
        const said = explain(parsed.value)
        return said === undefined
          ? unknown(foreign(text('알 수 없는 내용', 'unknown content'), httpStatus), meta)
          : unknown(serverError(httpStatus, said), meta)
      }
      const value = interpret(parsed.value)
      if (value !== undefined) return { kind: 'ok', value, meta }
      const said = explain(parsed.value)
      return said === undefined
        ? unknown(unreadable('형식이 다름', 'it has another shape', httpStatus), meta)
        : unknown(serverError(httpStatus, said), meta)
    },
    close: () => connections.close(),
  }

  function unreadable(ko: string, en: string, httpStatus: number): Failure {
    return failure(
      'unreadable',
      text(
        `${words.name}의 응답을 읽을 수 없음(${ko}): ${address.place}`,
        `unreadable answer of ${words.name} (${en}): ${address.place}`,
      ),
      httpStatus,
    )
  }
}

function placed(what: Text, place: string): Text {
  return text(`${what.ko}: ${place}`, `${what.en}: ${place}`)
}

function cutWords(place: string): Text {
  return text(`응답 도중 연결 끊김: ${place}`, `connection lost amid the answer: ${place}`)
}
