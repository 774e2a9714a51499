/** One POST to a receiver: TLS except on loopback, no redirects, a deadline, a bounded answer. */
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
  /** GET, for a heartbeat. */
  get(request: Omit<PostRequest, 'body'>): Promise<PostAnswer>
  close(): Promise<void>
}

/** What an answer may say; the rest is not read. */
const MAX_ANSWER_BYTES = 4096

const CONNECT_TIMEOUT_MS = 5000

/** Never throws for what a receiver does. Nothing it returns holds the address, which is a secret. */
export async function createPoster(nowMs: () => number): Promise<Poster> {
  const { Agent, request } = await import('undici')
  const agent = new Agent({ connect: { timeout: CONNECT_TIMEOUT_MS }, connections: 2 })

  async function send(
    method: 'GET' | 'POST',
    { url, timeoutMs, signal }: Omit<PostRequest, 'body'>,
    body?: string,
  ): Promise<PostAnswer> {
    const deadline = AbortSignal.timeout(timeoutMs)
    const abort = signal === undefined ? deadline : AbortSignal.any([deadline, signal])
    try {
      const answer = await request(url, {
        method,
        dispatcher: agent,
        signal: abort,
        headersTimeout: 0,
        bodyTimeout: 0,
        ...(body === undefined
          ? {}
          : { body, headers: { 'content-type': 'application/json; charset=utf-8' } }),
      })
      const retryAfterMs = parseRetryAfter(answer.headers['retry-after'], nowMs())
      return {
        kind: 'answered',
        httpStatus: answer.statusCode,
        body: await readBeginning(answer.body),
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      }
    } catch (error) {
      return lost(error, deadline.aborted)
    }
  }

  return {
    post: (given) => send('POST', given, given.body),
    get: (given) => send('GET', given),
    close: () => agent.destroy(),
  }
}

/** The status has decided; a body that breaks off takes nothing from it. */
async function readBeginning(
  body: AsyncIterable<Uint8Array> & { destroy(): unknown },
): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of body) {
      parts.push(Buffer.from(chunk))
      bytes += chunk.length
      if (bytes >= MAX_ANSWER_BYTES) break
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error
  } finally {
    body.destroy()
  }
  return Buffer.concat(parts).subarray(0, MAX_ANSWER_BYTES).toString('utf8')
}

/** Codes with which nothing can have reached the receiver. */
const NOT_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

function lost(error: unknown, timedOut: boolean): PostAnswer {
  const code = systemCodeOf(error)
  if (timedOut) return { kind: 'lost', reason: '응답 없음', sent: true }
  if (error instanceof Error && (error.name === 'AbortError' || code === 'UND_ERR_ABORTED')) {
    return { kind: 'lost', reason: '중단', sent: true }
  }
  if (code === undefined) {
    return { kind: 'lost', reason: error instanceof Error ? error.name : '오류', sent: true }
  }
  const reason = /^(ERR_TLS|CERT|DEPTH|UNABLE|SELF_SIGNED)/.test(code) ? `TLS ${code}` : code
  return { kind: 'lost', reason, sent: !NOT_SENT.has(code) && !reason.startsWith('TLS') }
}
