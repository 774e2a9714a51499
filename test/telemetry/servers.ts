/** Servers for the telemetry tests: recordings replayed by path, and answers made up byte for byte. */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import type { Clock } from '../../src/core/clock.ts'
import { createAlertmanagerClient } from '../../src/telemetry/alertmanager.ts'
import type { ServerAccess } from '../../src/telemetry/endpoint.ts'
import { createPrometheusClient } from '../../src/telemetry/prometheus.ts'

export const wallClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: async (ms, signal) => {
    await wait(ms, undefined, signal === undefined ? {} : { signal })
  },
}

interface Exchange {
  readonly name: string
  readonly request: { readonly method: string; readonly server: string; readonly path: string }
  readonly response: {
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    readonly body?: string
  }
}

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface TestServer {
  readonly url: string
  readonly asked: readonly Asked[]
}

export type Answer = (asked: Asked, response: ServerResponse) => void

/** Listens on loopback until the test ends. */
export async function serve(answer: Answer): Promise<TestServer> {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    const chunks: Uint8Array[] = []
    request.on('data', (chunk: Uint8Array) => chunks.push(chunk))
    request.on('end', () => {
      const one: Asked = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      }
      asked.push(one)
      answer(one, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

function exchangesOf(recording: string): readonly Exchange[] {
  const file = new URL(`../recordings/${recording}.json`, import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { exchanges: Exchange[] }).exchanges
}

/** Answers what was recorded of that path without the parameters that only say how to ask. */
export function replay(recording: string): Promise<TestServer> {
  const exchanges = exchangesOf(recording)
  return serve((asked, response) => {
    const found = exchanges.find(
      ({ request }) =>
        request.method === asked.method && essence(request.path) === essence(asked.path),
    )
    if (found === undefined) {
      response.writeHead(404, { 'content-type': 'text/plain' })
      response.end('404 page not found')
      return
    }
    const { status, headers, body } = found.response
    response.writeHead(status, { 'content-type': headers['content-type'] ?? '' })
    response.end(body ?? '')
  })
}

function essence(path: string): string {
  const url = new URL(path, 'http://recorded')
  for (const name of ['timeout', 'time', 'state', 'type', 'start', 'end', 'step', 'metric']) {
    url.searchParams.delete(name)
  }
  return `${url.pathname}?${[...url.searchParams].map((pair) => pair.join('=')).join('&')}`
}

export async function prometheusOf(url: string, access: Partial<ServerAccess> = {}) {
  const client = await createPrometheusClient({ url, headers: {}, ...access }, wallClock)
  onTestFinished(() => client.close())
  return client
}

export async function alertmanagerOf(url: string, access: Partial<ServerAccess> = {}) {
  const client = await createAlertmanagerClient({ url, headers: {}, ...access }, wallClock)
  onTestFinished(() => client.close())
  return client
}
