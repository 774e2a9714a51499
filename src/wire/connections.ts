/**
 * Connections to one service: kept ones for what may be asked again, and a fresh one, used once, for
 * what must not be. Every request is known here until it has ended, so that letting go really lets
 * go. There are no time limits of the library: deadlines are ours (exchange.ts), and hold whatever
 * runs below.
 */
import type { Agent, ClientRequest, IncomingMessage } from 'node:http'
import type { Address } from './address.ts'
import { closedConnection, givenUp } from './failure.ts'

export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** With the prefix, percent-encoded. */
  readonly path: string
  /** Name, value, name, value. */
  readonly headers: readonly string[]
  readonly body?: string
}

/** What is told of one request, in this order; after `end` or `error` nothing more. */
export interface AnswerHandler {
  /** The connection stands and the request is about to leave; false: it must not. */
  start(): boolean
  head(httpStatus: number, headers: Readonly<Record<string, string | undefined>>): void
  data(chunk: Uint8Array): void
  end(): void
  error(error: Error): void
}

/** One request handed to a connection. */
export interface Dispatched {
  /** It went out on a connection that had been used before: the server may have closed that one. */
  readonly reused: boolean
  /** To be called once. `finished`: the answer came to its end; else the connection is taken down. */
  release(how: 'finished' | 'given_up'): void
}

export interface Connections {
  /** On an idle connection, or a new one. */
  pooled(request: WireRequest, handler: AnswerHandler): Dispatched
  /** On a connection of its own, closed afterwards. */
  fresh(request: WireRequest, handler: AnswerHandler): Dispatched
  close(): Promise<void>
}

export async function createConnections(address: Address): Promise<Connections> {
  const base = new URL(address.origin)
  const secure = base.protocol === 'https:'
  // TLS costs milliseconds to load: only who needs it.
  const http = secure ? await import('node:https') : await import('node:http')
  const { secureContext } = address
  const trust = secureContext === undefined ? {} : { secureContext }
  const kept: Agent = new http.Agent({ keepAlive: true, maxFreeSockets: Infinity, ...trust })
  const out = new Set<Following>()
  let closed = false

  function dispatch(asked: WireRequest, handler: AnswerHandler, agent: Agent | false): Dispatched {
    if (closed) {
      queueMicrotask(() => handler.error(givenUp()))
      return { reused: false, release: () => undefined }
    }
    const request = http.request(base, {
      method: asked.method,
      path: asked.path,
      headers: pairsOf(asked.headers),
      agent,
      ...trust,
    })
    const following = follow(request, secure ? 'secureConnect' : 'connect', handler)
    out.add(following)
    request.once('close', () => out.delete(following))
    request.end(asked.body)
    return {
      reused: request.reusedSocket,
      release(how) {
        if (how === 'given_up') following.stop(givenUp())
      },
    }
  }

  return {
    pooled: (request, handler) => dispatch(request, handler, kept),
    fresh: (request, handler) => dispatch(request, handler, false),
    async close() {
      closed = true
      for (const { stop } of out) stop(givenUp())
      kept.destroy()
    },
  }
}

interface Following {
  /** Takes the connection down, unless the answer has come to its end already. */
  stop(error: Error): void
}

/** Tells the handler of everything that becomes of a request, and of its end once. */
function follow(
  request: ClientRequest,
  connected: 'connect' | 'secureConnect',
  handler: AnswerHandler,
): Following {
  let ended = false
  const fail = (error: Error): void => {
    if (ended) return
    ended = true
    handler.error(plainly(error))
  }
  // The error goes to the handler alone: a socket that is between two requests has nobody to take one.
  const stop = (error: Error): void => {
    fail(error)
    request.destroy()
  }
  const begin = (): void => {
    if (!handler.start()) stop(givenUp())
  }
  request.once('socket', (socket) => {
    if (request.reusedSocket) begin()
    // What was written waits in the socket until it is connected: not a byte has left before.
    else socket.once(connected, begin)
  })
  request.once('response', (response) => {
    handler.head(response.statusCode ?? 0, singleHeaders(response))
    response.on('data', (chunk: Uint8Array) => {
      if (!ended) handler.data(chunk)
    })
    response.once('end', () => {
      if (ended) return
      ended = true
      handler.end()
    })
    response.on('error', fail)
  })
  // Nobody asked for either: what comes after is no answer to this request.
  request.once('continue', () => stop(closedConnection()))
  request.once('upgrade', () => stop(closedConnection()))
  request.on('error', fail)
  request.once('close', () => fail(closedConnection()))
  return { stop }
}

/** Node calls a connection that ended in good order a reset; only one that has a system call was. */
function plainly(error: NodeJS.ErrnoException): Error {
  return error.code === 'ECONNRESET' && error.syscall === undefined
    ? closedConnection(error)
    : error
}

function pairsOf(headers: readonly string[]): Record<string, string> {
  const pairs: Record<string, string> = {}
  for (let at = 0; at + 1 < headers.length; at += 2)
    pairs[headers[at] ?? ''] = headers[at + 1] ?? ''
  return pairs
}

function singleHeaders({ headers }: IncomingMessage): Record<string, string | undefined> {
  const single: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(headers)) {
    single[name] = Array.isArray(value) ? value.join(',') : value
  }
  return single
}
