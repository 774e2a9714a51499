/**
 * Triage over what the real service answered in each recorded outage; what a recording does not hold,
 * the demo answers, in the same state.
 */
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { Triage } from '../../src/triage/triage.ts'
import { loadExchanges, type RecordedExchange } from '../demo/support.ts'
import { visitDemo, type DemoTriage } from './demo-world.ts'

let visit: DemoTriage | undefined
let server: Server | undefined
afterEach(async () => {
  server?.closeAllConnections()
  server?.close()
  await visit?.close()
})

/** What took longer than any of our deadlines is not waited for: it never comes. */
const HANGS_FROM_MS = 3000

/** By path, the first recorded answer, or the last one: how it was when the outage was over. */
function answersOf(scenario: string, which: 'first' | 'last'): Map<string, RecordedExchange> {
  const reads = loadExchanges(scenario).filter(({ request }) => request.method === 'GET')
  const inOrder = which === 'first' ? reads.toReversed() : reads
  return new Map(inOrder.map((exchange) => [exchange.request.path, exchange]))
}

async function replay(
  scenario: string,
  which: 'first' | 'last',
  faults: readonly string[],
): Promise<DemoTriage> {
  const recorded = answersOf(scenario, which)
  const demo = await visitDemo(faults)
  visit = demo
  server = createServer((request, reply) => {
    const exchange = recorded.get(request.url ?? '')
    if (exchange === undefined) void pass(demo.url + (request.url ?? ''), reply)
    else if (exchange.response !== undefined && exchange.elapsedMs < HANGS_FROM_MS) {
      const { status, headers, bodyHead = '', body = bodyHead } = exchange.response
      reply.writeHead(status, {
        ...(headers['content-type'] === undefined
          ? {}
          : { 'content-type': headers['content-type'] }),
        date: new Date(demo.world.ports.clock.now()).toUTCString(),
      })
      reply.end(body)
    }
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  return demo
}

async function pass(url: string, reply: ServerResponse): Promise<void> {
  const answer = await fetch(url).catch(() => undefined)
  // Gone with the test, while it still hung.
  if (answer === undefined) return
  const type = answer.headers.get('content-type')
  reply.writeHead(answer.status, {
    ...(type === null ? {} : { 'content-type': type }),
    date: answer.headers.get('date') ?? '',
  })
  reply.end(await answer.text())
}

async function triage(scenario: string, which: 'first' | 'last', faults: readonly string[] = []) {
  const { world } = await replay(scenario, which, faults)
  const { port } = (server?.address() ?? {}) as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const finished = await world.mts('triage', '-o', 'json', '--url', url, '--timeout', '500ms')
  return { code: finished.code, value: finished.json() as unknown as Triage }
}

const OUTAGES = [
  ['redis-down', 'redis-down', 'dependency-outage', 'redis'],
  ['redis-hangs', 'redis-hang', 'dependency-outage', 'redis'],
  ['redis-hangs-by-component', 'redis-hang', 'dependency-outage', 'redis'],
  ['database-down', 'db-down', 'dependency-outage', 'database'],
  ['database-hangs', 'db-hang', 'dependency-outage', 'database'],
  ['rabbit-down', 'rabbit-down', 'dependency-outage', 'rabbitmq'],
  ['pool-exhausted', 'pool-exhausted', 'latency', 'pool'],
] as const

describe('triage of a recorded outage', () => {
  it.each(OUTAGES)('%s(%s): %s first, for its %s', async (scenario, fault, playbook, cause) => {
    const { code, value } = await triage(scenario, 'first', [fault])
    expect(value.hypotheses[0]).toMatchObject({ playbook, priority: 'P1' })
    expect(value.hypotheses[0]?.evidence.map(({ id }) => id)).toContain(cause)
    expect(code).toBe(2)
  })

  it('a batch that failed while RabbitMQ was down: the cause first, then what it left', async () => {
    const { value } = await triage('batch-failed-with-linked-sales', 'first')
    expect(value.hypotheses.map(({ playbook }) => playbook)).toEqual([
      'dependency-outage',
      'settlement-failure',
    ])
  })

  it('RabbitMQ is back: nothing to begin', async () => {
    const { code, value } = await triage('rabbit-back', 'last')
    expect(value.hypotheses).toEqual([])
    expect(code).toBe(0)
  })
})
