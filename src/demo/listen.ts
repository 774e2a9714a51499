/** The demo on a loopback port: HTTP in front of its core, and nothing else. */
import { setMaxListeners } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Demo } from './demo.ts'

export interface ListenOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number
  /** A loopback address, 127.0.0.1 unless given. */
  readonly host?: string
}

export interface Listening {
  readonly url: string
  readonly port: number
  /** Ends every wait, cuts every connection, lets the port go. */
  close(): Promise<void>
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost'])
const MAX_BODY_BYTES = 1_048_576

/** Rejects with the system's error when the port is taken; throws RangeError for another than a loopback address. */
export async function listenDemo(
  demo: Pick<Demo, 'handle' | 'faults'>,
  options: ListenOptions = {},
): Promise<Listening> {
  const host = options.host ?? '127.0.0.1'
  if (!LOOPBACK.has(host)) throw new RangeError(`the demo listens on loopback only, not on ${host}`)
  const closing = new AbortController()
  // As many wait on it as there are requests that hang.
  setMaxListeners(0, closing.signal)
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    answer(demo, request, response, closing.signal).catch((error: unknown) => {
      // While closing, every wait is meant to break off; anything else is a defect of the demo.
      response.destroy()
      if (!closing.signal.aborted) throw error
    })
  })
  server.on('connection', (socket) => {
    // Nobody is there to read a request.
    if (demo.faults.has('service-down')) socket.resetAndDestroy()
  })
  const port = await listen(server, options.port ?? 0, host)
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    async close() {
      closing.abort(new Error('the demo is closing'))
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new Error('no port was given'))
      else resolve(address.port)
    })
  })
}

async function answer(
  demo: Pick<Demo, 'handle'>,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const body = await readBody(request)
  if (body === undefined) {
    response.destroy()
    return
  }
  // A client that goes away ends nothing: the service goes on working, as the real one does.
  const reply = await demo.handle(
    {
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers: singleHeaders(request),
      body,
    },
    signal,
  )
  if (reply.kind === 'cut') {
    response.destroy()
    return
  }
  response.writeHead(reply.status, reply.headers)
  response.end(reply.body)
}

/** Undefined when the client broke off or sent more than any request of this service has. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of request) {
      const piece = Buffer.from(chunk as Uint8Array)
      bytes += piece.length
      if (bytes > MAX_BODY_BYTES) return undefined
      chunks.push(piece)
    }
  } catch {
    // Nobody is left to be told.
    return undefined
  }
  return Buffer.concat(chunks).toString('utf8')
}

function singleHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return headers
}
