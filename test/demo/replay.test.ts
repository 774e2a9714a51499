/** Holds the demo against the recordings of the real service, answer by answer. */
import { describe, expect, it } from 'vitest'
import type { Demo } from '../../src/demo/demo.ts'
import type { DemoReply } from '../../src/demo/request.ts'
import { ask, createNewDemo, loadExchanges } from './support.ts'
import type { RecordedExchange, RecordedResponse } from './support.ts'

const HEADERS_THAT_MATTER = [
  'content-type',
  'content-disposition',
  'transfer-encoding',
  'connection',
  'vary',
]

/** Everything but what differs from run to run: times, and the state of the machine. */
function mask(body: string): string {
  return (
    body
      .replace(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{4,9}"/g, 'NANOSECONDS"')
      .replace(/("(?:createdAt|completedAt|updatedAt)":)"\d{4}-[^"]*T[^".]*"/g, '$1"SECONDS"')
      .replace(/\d{4}-\d{2}-\d{2}T[\d:.]+\+00:00"/g, 'UTC"')
      .replace(/"(free|uptime|jvm_memory_\w+)":\d+/g, '"$1":0')
      // Tag values come in the order of a hash set.
      .replace(
        /"values":\[([^\]]*)\]/g,
        (_, values: string) => `"values":[${values.split(',').sort().join(',')}]`,
      )
      .replace(/"used_memory":"[^"]*","uptime":"\d+ seconds"/g, '"used_memory":"","uptime":""')
  )
}

/** Measured values count as numbers; their spelling must still be Java's. */
function maskMeasured(body: string): string {
  return body
    .replace(/"value":-?\d+\.\d+(E-?\d+)?/g, '"value":0.0')
    .replace(/"values":\[[^\]]*\]/g, '"values":[]')
}

function check(recorded: RecordedExchange, answer: DemoReply, measured = false): void {
  const { response } = recorded
  if (response === undefined) throw new Error(`${recorded.name} has no recorded response`)
  const where = recorded.name
  expect(answer.status, where).toBe(response.status)
  for (const name of HEADERS_THAT_MATTER) {
    expect(answer.headers[name], `${where}: ${name}`).toBe(response.headers[name])
  }
  if (response.bytes === 0) {
    expect(answer.headers['content-length'], where).toBe('0')
    expect(answer.body, where).toBe('')
  } else if (response.body === undefined) checkBroken(where, response, answer.body)
  else {
    const view = measured ? (body: string) => maskMeasured(mask(body)) : mask
    expect(view(answer.body), where).toBe(view(response.body))
  }
}

const GLUE = '{"success":false'

function checkBroken(where: string, response: RecordedResponse, body: string): void {
  const head = response.bodyHead ?? ''
  const tail = response.bodyTail ?? ''
  expect(() => JSON.parse(body) as unknown, where).toThrow()
  // The first two levels are the same to the last character.
  expect(mask(body).slice(0, 1200), where).toBe(mask(head).slice(0, 1200))
  const recordedGlue = tail.lastIndexOf(GLUE)
  const glue = body.lastIndexOf(GLUE)
  expect(recordedGlue, where).toBeGreaterThan(0)
  expect(mask(body.slice(glue)), where).toBe(mask(tail.slice(recordedGlue)))
  expect(body.slice(glue - 300, glue), where).toBe(tail.slice(recordedGlue - 300, recordedGlue))
  expect(Buffer.byteLength(body), where).toBeGreaterThan(170_000)
  expect(Buffer.byteLength(body), where).toBeLessThan(190_000)
}

async function replay(
  demo: Demo,
  exchanges: readonly RecordedExchange[],
  measured = false,
): Promise<void> {
  for (const exchange of exchanges) {
    const { method, path, headers, body } = exchange.request
    const answer = await ask(demo, method, path, {
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
      ),
      ...(body === undefined ? {} : { body }),
    })
    check(exchange, answer, measured)
  }
}

describe('the demo, asked what the real service was asked', () => {
  it('answers a fresh service and its first settled day byte for byte', async () => {
    const { demo } = createNewDemo()
    const exchanges = loadExchanges('sales-and-settlement').filter(
      ({ request }) => !request.path.endsWith('/prometheus'),
    )
    expect(exchanges.length).toBeGreaterThan(45)
    await replay(demo, exchanges)
  })
})
