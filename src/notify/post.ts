/** One request to a receiver: a connection of its own, no redirects, a deadline, a bounded answer. */
import type { ClientRequest, IncomingMessage } from 'node:http'
import { systemCodeOf } from '../core/errors.ts'
import { parseRetryAfter } from './retry-after.ts'

export interface PostRequest {
  readonly url: string
  readonly body: string
  readonly timeoutMs: number
  readonly signal?: AbortSignal
}

export type PostAnswer =
  | {
      readonly kind: 'answered'
      readonly httpStatus: number
      /** The beginning of the body. */
      readonly body: string
      readonly retryAfterMs?: number
    }
  /** No answer. `sent`: the request may have been taken all the same. */
  | { readonly kind: 'lost'; readonly reason: string; readonly sent: boolean }

export type Post = (request: PostRequest) => Promise<PostAnswer>

export interface Poster {
  readonly post: Post
  /** For a heartbeat. */
  get(request: Omit<PostRequest, 'body'>): Promise<PostAnswer>
}

/** What an answer may say; the rest is not read. */
const MAX_ANSWER_BYTES = 4096

/** Never throws for what a receiver does. Nothing it returns holds the address, which is a secret. */
export async function createPoster(nowMs: () => number): Promise<Poster> {
  const [http, https] = await Promise.all([import('node:http'), import('node:https')])

  function send(
    method: 'GET' | 'POST',
    { url, timeoutMs, signal }: Omit<PostRequest, 'body'>,
    body?: string,
  ): Promise<PostAnswer> {
    return new Promise((resolve) => {
      const { request } = url.startsWith('https:') ? https : http
      const headers =
        body === undefined
          ? {}
          : {
              'content-type': 'application/json; charset=utf-8',
              'content-length': Buffer.byteLength(body),
            }
      const out = request(url, { method, headers, agent: false })
      const state = { connected: false }
      const end = (answer: PostAnswer): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', onAbort)
        resolve(answer)
        out.destroy()
      }
      const onAbort = (): void => end({ kind: 'lost', reason: '중단', sent: state.connected })
      const timer = setTimeout(() => {
        end({ kind: 'lost', reason: '응답 없음', sent: state.connected })
      }, timeoutMs)
      watchConnection(out, state)
      // Stays on after the end: what is destroyed may still say so.
      out.on('error', (error) => end(lost(error, state.connected)))
      out.on('response', (response) => {
        void readBeginning(response).then((words) => end(answerOf(response, words, nowMs())))
      })
      if (signal?.aborted === true) onAbort()
      else signal?.addEventListener('abort', onAbort, { once: true })
      out.end(body)
    })
  }

  return {
    post: (given) => send('POST', given, given.body),
    get: (given) => send('GET', given),
  }
}

/** Before the connection stands (and TLS with it), nothing can have reached the receiver. */
function watchConnection(out: ClientRequest, state: { connected: boolean }): void {
  out.on('socket', (socket) => {
    const ready = 'encrypted' in socket ? 'secureConnect' : 'connect'
    socket.once(ready, () => {
      state.connected = true
    })
  })
}

function answerOf(response: IncomingMessage, body: string, nowMs: number): PostAnswer {
  const retryAfterMs = parseRetryAfter(response.headers['retry-after'], nowMs)
  return {
    kind: 'answered',
    httpStatus: response.statusCode ?? 0,
    body,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  }
}

/** The status has decided; a body that breaks off takes nothing from it. */
function readBeginning(response: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    const parts: Buffer[] = []
    let bytes = 0
    const end = (): void => {
      resolve(Buffer.concat(parts).subarray(0, MAX_ANSWER_BYTES).toString('utf8'))
    }
    response.on('data', (chunk: Buffer) => {
      parts.push(chunk)
      bytes += chunk.length
      if (bytes >= MAX_ANSWER_BYTES) end()
    })
    response.on('end', end)
    response.on('error', end)
    response.on('close', end)
  })
}

function lost(error: Error, connected: boolean): PostAnswer {
  const code = systemCodeOf(error) ?? error.name
  return { kind: 'lost', reason: code, sent: connected }
}
