/** Holds the demo against the recordings of the real service: every answer, and how long it took. */
import { describe, expect, it } from 'vitest'
import type { Demo } from '../../src/demo/demo.ts'
import type { DemoReply } from '../../src/demo/request.ts'
import { ask, createNewDemo, loadExchanges } from './support.ts'
import type { RecordedExchange, RecordedResponse, SkippingClock } from './support.ts'

const HEADERS_THAT_MATTER = [
  'content-type',
  'content-disposition',
  'transfer-encoding',
  'connection',
  'vary',
]

interface ReplayOptions {
  /** What happened between the recorded requests, by the position of the request it came before. */
  readonly before?: Readonly<Record<number, (demo: Demo) => unknown>>
  /** Ids and counters are left out of the comparison: the recorded database had a longer past. */
  readonly otherPast?: boolean
  /** Measured values and the values of tags are left out. */
  readonly measured?: boolean
  /** The path here for a path there, where it names a recorded id. */
  readonly path?: (recorded: string) => string
  readonly only?: (exchange: RecordedExchange) => boolean
}

/** Everything but what differs from run to run: times, the machine's state, the order of a hash set. */
function masker(options: ReplayOptions): (body: string) => string {
  return (body) => {
    let masked = body
      .replace(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{4,9}"/g, 'NANOSECONDS"')
      .replace(/("(?:createdAt|completedAt|updatedAt)":)"\d{4}-[^"]*T[^".]*"/g, '$1"SECONDS"')
      .replace(/\d{4}-\d{2}-\d{2}T[\d:.]+\+00:00"/g, 'UTC"')
      .replace(/"(free|uptime|jvm_memory_\w+)":\d+/g, '"$1":0')
      .replace(/"used_memory":"[^"]*","uptime":"\d+ seconds"/g, '"used_memory":"","uptime":""')
      .replace(/"values":\[([^\]]*)\]/g, (_, values: string) => {
        return `"values":[${options.measured === true ? '' : values.split(',').sort().join(',')}]`
      })
    if (options.measured === true) {
      masked = masked.replace(/"value":-?\d+\.\d+(E-?\d+)?/g, '"value":0.0')
    }
    if (options.otherPast === true) {
      masked = masked.replace(/"(id|\w+_count|total_sales_amount)":\d+(\.\d+(E\d+)?)?/g, '"$1":0')
    }
    return masked
  }
}

function expectAnswer(recorded: RecordedExchange, answer: DemoReply, options: ReplayOptions): void {
  const { response, name } = recorded
  if (response === undefined) throw new Error(`${name} has no recorded response`)
  const mask = masker(options)
  expect(answer.status, name).toBe(response.status)
  for (const header of HEADERS_THAT_MATTER) {
    expect(answer.headers[header], `${name}: ${header}`).toBe(response.headers[header])
  }
  if (response.bytes === 0) {
    expect(answer.headers['content-length'], name).toBe('0')
    expect(answer.body, name).toBe('')
  } else if (response.body === undefined) expectBroken(name, response, answer.body, mask)
  else expect(mask(answer.body), name).toBe(mask(response.body))
}

const GLUED = '{"success":false'

function expectBroken(
  name: string,
  response: RecordedResponse,
  body: string,
  mask: (body: string) => string,
): void {
  const head = response.bodyHead ?? ''
  const tail = response.bodyTail ?? ''
  expect(() => JSON.parse(body) as unknown, name).toThrow(/JSON/)
  // The first levels of the recursion are the same to the last character.
  expect(mask(body).slice(0, 1200), name).toBe(mask(head).slice(0, 1200))
  const glued = body.lastIndexOf(GLUED)
  const recordedGlued = tail.lastIndexOf(GLUED)
  expect(mask(body.slice(glued)), name).toBe(mask(tail.slice(recordedGlued)))
  expect(body.slice(glued - 300, glued), name).toBe(tail.slice(recordedGlued - 300, recordedGlued))
  // Jackson closes every object it had opened, wherever it breaks off.
  expect(body.split('{').length, name).toBe(body.split('}').length)
  expect(body.split('[').length, name).toBe(body.split(']').length)
  expect(Buffer.byteLength(body), name).toBeGreaterThan(170_000)
  expect(Buffer.byteLength(body), name).toBeLessThan(190_000)
}

function send(demo: Demo, { request }: RecordedExchange): Promise<DemoReply> {
  const headers = Object.entries(request.headers).map(([name, value]) => [
    name.toLowerCase(),
    value,
  ])
  return ask(demo, request.method, request.path, {
    headers: Object.fromEntries(headers) as Record<string, string>,
    ...(request.body === undefined ? {} : { body: request.body }),
  })
}

async function expectReplay(
  { demo, clock }: { demo: Demo; clock: SkippingClock },
  scenario: string,
  options: ReplayOptions = {},
): Promise<void> {
  for (const [index, exchange] of loadExchanges(scenario).entries()) {
    await options.before?.[index]?.(demo)
    if (options.only?.(exchange) === false) continue
    const startedMs = clock.now()
    const path = options.path?.(exchange.request.path) ?? exchange.request.path
    const answer = await send(demo, { ...exchange, request: { ...exchange.request, path } })
    const tookMs = clock.now() - startedMs
    // The recording client gave up before the service did.
    if (exchange.response === undefined) {
      expect(tookMs, exchange.name).toBeGreaterThan(exchange.elapsedMs)
      continue
    }
    expectAnswer(exchange, answer, options)
    const aboutMs = exchange.elapsedMs < 1000 ? 0 : exchange.elapsedMs
    expect(Math.abs(tookMs - aboutMs), `${exchange.name}: ${tookMs} ms`).toBeLessThan(
      Math.max(250, aboutMs * 0.05),
    )
  }
}

/** The three sales that the recordings put on a date. */
function addThreeSales(demo: Demo, date: string): void {
  const types = ['CARD', 'CASH', 'POINT'] as const
  for (const [index, paymentType] of types.entries()) {
    demo.addSale({
      at: `${date}T1${index}:05:00`,
      amount: (index + 1) * 10_000,
      paymentType,
      orderNumber: `${date}-${index + 1}`,
    })
  }
}

describe('the demo, asked what the real service was asked', () => {
  it('answers a fresh service, the trap of settling twice, and RabbitMQ down and back', async () => {
    const world = createNewDemo()
    await expectReplay(world, 'sales-and-settlement', {
      only: ({ request }) => !request.path.endsWith('/prometheus'),
    })
    addThreeSales(world.demo, '2026-11-10')
    await expectReplay(world, 'manual-on-settled-date')
    addThreeSales(world.demo, '2026-11-11')
    world.demo.setFault('rabbit-down')
    await expectReplay(world, 'rabbit-down')
    world.demo.clearFault('rabbit-down')
    await expectReplay(world, 'rabbit-back')
  })

  it('answers the safe reprocessing, and Redis and the database down and hanging after it', async () => {
    const world = createNewDemo()
    const { demo } = world
    await expectReplay(world, 'reprocess-failed-without-sales', {
      before: {
        3: () => addThreeSales(demo, '2026-11-15'),
        4: () => demo.setFault('rabbit-down'),
        5: () => demo.clearFault('rabbit-down'),
      },
    })
    demo.setFault('redis-down')
    await expectReplay(world, 'redis-down')
    demo.clearFault('redis-down')
    demo.setFault('redis-hang')
    await expectReplay(world, 'redis-hangs')
    demo.clearFault('redis-hang')
    demo.setFault('db-hang')
    await expectReplay(world, 'database-hangs')
    demo.clearFault('db-hang')
    demo.setFault('db-down')
    await expectReplay(world, 'database-down')
    demo.clearFault('db-down')
    for (let hour = 10; hour < 15; hour++)
      demo.addSale({ at: `2026-11-18T${hour}:00:00`, amount: 1 })
    demo.setFault('redis-hang')
    await expectReplay(world, 'redis-hangs-by-component')
  })

  it('answers a batch that failed with its sales linked, and what reprocessing it does', async () => {
    const world = createNewDemo()
    const { demo } = world
    addThreeSales(demo, '2026-11-11')
    addThreeSales(demo, '2026-11-23')
    demo.setFault('rabbit-down')
    expect(await demo.runBatch('2026-11-23')).toBe('failed')
    await expectReplay(world, 'batch-failed-with-linked-sales', {
      before: { 4: () => demo.clearFault('rabbit-down') },
      otherPast: true,
      path: (recorded) => recorded.replace('/8/', `/${demo.settlementOnDate('2026-11-23')?.id}/`),
    })
  })

  it('answers every metric an operator reads', async () => {
    await expectReplay(createNewDemo(), 'metrics-api', { measured: true, otherPast: true })
  })

  it('answers an exhausted pool, and what the meters say afterwards', async () => {
    const world = createNewDemo()
    const { demo } = world
    await ask(demo, 'GET', '/api/settlements/check/2026-11-16')
    demo.setFault('pool-exhausted')
    const stuck = ask(demo, 'GET', '/api/settlements/check/2026-11-16')
    await expectReplay(world, 'pool-exhausted', {
      before: {
        10: async () => {
          expect((await stuck).status).toBe(500)
          demo.clearFault('pool-exhausted')
        },
      },
      measured: true,
      otherPast: true,
    })
  })

  it.each([
    ['two-manuals-at-once', '2026-11-04'],
    ['two-reprocesses-at-once', '2026-11-05'],
  ])('answers %s with one 200, one 500 and a flipped record', async (scenario, date) => {
    const { demo } = createNewDemo()
    if (scenario === 'two-reprocesses-at-once') {
      await demo.manual(date)
      await demo.manual(date)
    }
    addThreeSales(demo, date)
    const id = demo.settlementOnDate(date)?.id
    const [first, second, after] = loadExchanges(scenario).map((exchange) => ({
      ...exchange,
      request: {
        ...exchange.request,
        path: exchange.request.path.replace(/\/\d+\/reprocess/, `/${id}/reprocess`),
      },
    }))
    if (first === undefined || second === undefined || after === undefined)
      throw new Error(scenario)
    const answers = await Promise.all([send(demo, first), send(demo, second)])
    const recorded = [first, second].sort((a, b) => statusOf(a) - statusOf(b))
    for (const [index, answer] of answers.sort((a, b) => a.status - b.status).entries()) {
      const exchange = recorded[index]
      if (exchange === undefined) throw new Error(scenario)
      // The glued error names the path, and with it the recorded id.
      const body = answer.body.replace(`/${id}/reprocess`, '/11/reprocess')
      expectAnswer(exchange, { ...answer, body }, { otherPast: true })
    }
    expectAnswer(after, await send(demo, after), { otherPast: true })
  })
})

function statusOf(exchange: RecordedExchange): number {
  return exchange.response?.status ?? 0
}
