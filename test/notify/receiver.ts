/** A real receiver on loopback that misbehaves by script, then takes everything. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Behaviour =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly body?: string
      readonly retryAfter?: string
    }
  | { readonly kind: 'hang' }
  | { readonly kind: 'take' }
  /** The connection is cut without an answer. */
  | { readonly kind: 'close' }

export interface Taken {
  readonly path: string
  readonly body: Record<string, unknown>
}

export interface Receiver {
  readonly url: string
  /** What was answered with success, in order. */
  readonly taken: readonly Taken[]
  /** Every request, whatever came of it. */
  readonly requests: () => number
  close(): Promise<void>
}

export async function listenReceiver(script: readonly Behaviour[] = []): Promise<Receiver> {
  const left = [...script]
  const taken: Taken[] = []
  let requests = 0
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      requests++
      const scripted = request.method === 'GET' ? undefined : left.shift()
      const behaviour = scripted?.kind === 'take' ? undefined : scripted
      if (behaviour?.kind === 'hang') return
      if (behaviour?.kind === 'close') {
        request.socket.destroy()
        return
      }
      if (behaviour !== undefined) {
        if (behaviour.retryAfter !== undefined) {
          response.setHeader('retry-after', behaviour.retryAfter)
        }
        response.writeHead(behaviour.status).end(behaviour.body ?? '')
        return
      }
      const text = Buffer.concat(parts).toString('utf8')
      const path = request.url ?? ''
      const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
      taken.push({ path, body })
      if (path === '/v2/enqueue') response.writeHead(202).end('{"status":"success"}')
      else response.writeHead(200).end('ok')
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken,
    requests: () => requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
