/** Servers that say exactly what a test wants said, byte for byte, on a real socket of this machine. */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import type { Clock } from '../../src/core/clock.ts'
import type { Service, ServiceRareReader } from '../../src/core/service.ts'
import type { Settings } from '../../src/core/settings.ts'
import { createServiceClient } from '../../src/service/client.ts'

export const wallClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: async (ms, signal) => {
    await wait(ms, undefined, signal === undefined ? {} : { signal })
  },
}

interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Which of the server's connections it came on, from 1. */
  readonly connection: number
}

export interface WireServer {
  readonly url: string
  readonly port: number
  readonly requests: SeenRequest[]
  readonly sockets: Set<Socket>
  connections(): number
}

export type Answering = (request: SeenRequest, socket: Socket, count: number) => void

/** Listens on loopback until the test ends; `answer` writes to the socket whatever it likes. */
export async function listen(answer: Answering): Promise<WireServer> {
  const requests: SeenRequest[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  const server: Server = createServer((socket) => {
    const connection = ++connections
    let pending = ''
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk) => {
      pending += chunk.toString('latin1')
      for (let end = pending.indexOf('\r\n\r\n'); end >= 0; end = pending.indexOf('\r\n\r\n')) {
        const request = parseHead(pending.slice(0, end), connection)
        pending = pending.slice(end + 4)
        requests.push(request)
        answer(request, socket, requests.length)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    sockets,
    connections: () => connections,
  }
}

function parseHead(head: string, connection: number): SeenRequest {
  const [line = '', ...rest] = head.split('\r\n')
  const [method = '', path = ''] = line.split(' ')
  const headers: Record<string, string> = {}
  for (const header of rest) {
    const colon = header.indexOf(':')
    headers[header.slice(0, colon).toLowerCase()] = header.slice(colon + 1).trim()
  }
  return { method, path, headers, connection }
}

/** A client that is closed when the test ends. */
export async function clientOf(
  url: string,
  settings: Partial<Pick<Settings, 'headers' | 'caFile' | 'timeoutMs'>> = {},
  clock: Clock = wallClock,
): Promise<Service & ServiceRareReader> {
  const client = await createServiceClient({ url, headers: {}, ...settings }, clock)
  onTestFinished(() => client.close())
  return client
}

/** A whole answer with its length, the connection kept. */
export function answerOf(
  status: number,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = { 'content-type': 'application/json' },
): Buffer {
  const bytes = Buffer.from(body)
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const head = `HTTP/1.1 ${status} X\r\n${lines.join('')}content-length: ${bytes.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head, 'latin1'), bytes])
}

/** The service's own framing: chunks of at most `size` bytes. */
export function chunkedOf(
  status: number,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = { 'content-type': 'application/json' },
  size = 8192,
): Buffer {
  const bytes = Buffer.from(body)
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const parts: Uint8Array[] = [
    Buffer.from(`HTTP/1.1 ${status} X\r\n${lines.join('')}transfer-encoding: chunked\r\n\r\n`),
  ]
  for (let at = 0; at < bytes.length; at += size) {
    const chunk = bytes.subarray(at, at + size)
    parts.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'))
  }
  parts.push(Buffer.from('0\r\n\r\n'))
  return Buffer.concat(parts)
}

export interface RecordedExchange {
  readonly name: string
  readonly request: { readonly method: string; readonly path: string }
  readonly response?: {
    readonly status?: number
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: string
    readonly bodyHead?: string
    readonly bodyTail?: string
  }
}

export interface Recording {
  readonly scenario: string
  readonly exchanges: readonly RecordedExchange[]
}

const RECORDINGS = new URL('../recordings/', import.meta.url)

export function recordedBytes(name: string): Buffer {
  return readFileSync(new URL(name, RECORDINGS))
}

export function recording(name: string): Recording {
  return JSON.parse(recordedBytes(`${name}.json`).toString('utf8')) as Recording
}

/** What was recorded of a body; of the long broken ones the middle is missing, as broken as the rest. */
export function recordedBody({ response }: RecordedExchange): string {
  return response?.body ?? `${response?.bodyHead ?? ''}${response?.bodyTail ?? ''}`
}
