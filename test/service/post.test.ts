/** A request that changes something leaves at most once, and only the service itself can answer it. */
import { describe, expect, it } from 'vitest'
import type { Clock } from '../../src/core/clock.ts'
import type { Service } from '../../src/core/service.ts'
import { answerOf, chunkedOf, clientOf, listen, recordedBytes, wallClock } from './wire.ts'
import type { Answering } from './wire.ts'

const RECORD =
  '{"id":9,"settlementDate":"2026-11-23","totalAmount":0,"totalFee":0,"netAmount":0,"transactionCount":0,"status":"COMPLETED","note":"No sales to settle","createdAt":"2026-11-24T02:55:23.870083222","completedAt":"2026-11-24T02:55:23.873377976","sales":[]}'
const ERROR =
  '{"success":false,"errorCode":"INTERNAL_SERVER_ERROR","message":"서버 내부 오류가 발생했습니다","path":"/x"}'
const springError = (status: number) =>
  `{"timestamp":"2026-11-23T17:46:20.621+00:00","status":${status},"error":"X","path":"/x"}`
const json = { 'content-type': 'application/json' }
const html = { 'content-type': 'text/html' }

async function posted(answer: Answering, post = reprocess) {
  const server = await listen(answer)
  const client = await clientOf(server.url)
  const result = await post(client)
  return { result, server }
}

const reprocess = (client: Service) => client.postReprocess(8)
const reprocessBriefly = (client: Service) => client.postReprocess(8, { timeoutMs: 300 })

describe('the service’s own word', () => {
  const cases: [string, Buffer, number][] = [
    ['400 with an empty body', answerOf(400, '', {}), 400],
    ['404 with an empty body', answerOf(404, '', {}), 404],
    ['500 with an empty body', answerOf(500, '', { connection: 'close' }), 500],
    ['500 with its JSON error', chunkedOf(500, ERROR), 500],
    ['400 with its JSON error', chunkedOf(400, ERROR), 400],
    ['404 of a path nobody serves', answerOf(404, springError(404)), 404],
    ['401', answerOf(401, '<html>', html), 401],
    ['403', answerOf(403, ''), 403],
  ]
  it.each(cases)('%s is an answer', async (_name, bytes, httpStatus) => {
    const { result, server } = await posted((_request, socket) => socket.write(bytes))
    expect(result).toMatchObject({ kind: 'answered', httpStatus })
    expect(result).not.toHaveProperty('record')
    expect(server.requests).toHaveLength(1)
  })

  it('a settlement with 200 is an answer, with the record in it', async () => {
    const headers = { ...json, date: 'Mon, 23 Nov 2026 17:55:23 GMT' }
    const { result } = await posted((_request, socket) =>
      socket.write(answerOf(200, RECORD, headers)),
    )
    expect(result).toMatchObject({
      kind: 'answered',
      httpStatus: 200,
      record: { id: 9, date: '2026-11-23', holdsSales: 'no', bodyIntact: true },
      meta: { dateMs: Date.UTC(2026, 10, 23, 17, 55, 23) },
    })
  })

  it('the broken body of a settlement that holds sales is an answer, too', async () => {
    const body = recordedBytes('settlement-with-sales.body')
    const { result } = await posted(
      (_request, socket) => socket.write(chunkedOf(200, body)),
      (client) => client.postManual('2026-11-15'),
    )
    expect(result).toMatchObject({
      kind: 'answered',
      httpStatus: 200,
      record: { id: 3, status: 'COMPLETED', holdsSales: 'yes', bodyIntact: false },
    })
  })

  it('a settlement of which only a part can be read is an answer without a record', async () => {
    const odd = RECORD.replace('"totalAmount":0,', '"totalAmount":"many",')
    const { result } = await posted((_request, socket) => socket.write(answerOf(200, odd)))
    expect(result).toMatchObject({ kind: 'answered', httpStatus: 200 })
    expect(result).not.toHaveProperty('record')
  })
})

describe('everything else after the request has left is lost', () => {
  const head = (status: number, more = '') =>
    `HTTP/1.1 ${status} X\r\ncontent-type: application/json\r\n${more}`
  const cases: [string, Answering][] = [
    ['a reset before the answer', (_request, socket) => socket.resetAndDestroy()],
    ['a close before the answer', (_request, socket) => socket.end()],
    ['silence', () => undefined],
    ['502', (_request, socket) => socket.write(answerOf(502, '<html>', html))],
    ['503 with an empty body', (_request, socket) => socket.write(answerOf(503, '', {}))],
    ['504 in JSON', (_request, socket) => socket.write(answerOf(504, ERROR))],
    ['500 as a page', (_request, socket) => socket.write(answerOf(500, '<html>', html))],
    [
      '500 in a Spring gateway’s words',
      (_request, socket) => socket.write(answerOf(500, springError(500))),
    ],
    ['501', (_request, socket) => socket.write(answerOf(501, '', {}))],
    ['400 as a page', (_request, socket) => socket.write(answerOf(400, '<html>', html))],
    ['408 of something in between', (_request, socket) => socket.write(answerOf(408, '', {}))],
    ['200 as a page', (_request, socket) => socket.write(answerOf(200, '<html>', html))],
    ['200 with nothing', (_request, socket) => socket.write(answerOf(200, '', {}))],
    ['200 with another shape', (_request, socket) => socket.write(answerOf(200, '{"ok":true}'))],
    ['200 with an error object', (_request, socket) => socket.write(answerOf(200, ERROR))],
    ['200 with a list', (_request, socket) => socket.write(answerOf(200, `[${RECORD}]`))],
    ['201', (_request, socket) => socket.write(answerOf(201, RECORD))],
    ['a redirect', (_request, socket) => socket.write(answerOf(307, '', { location: '/again' }))],
    ['100 and no more', (_request, socket) => socket.write('HTTP/1.1 100 X\r\n\r\n')],
    ['103 and a close', (_request, socket) => socket.end('HTTP/1.1 103 X\r\n\r\n')],
    ['garbage', (_request, socket) => socket.write('\u0000\u0001\u0002\r\n\r\n')],
    [
      'a body cut in its head',
      (_request, socket) =>
        socket.end(`${head(200, 'content-length: 999\r\n')}\r\n${RECORD.slice(0, 9)}`),
    ],
    [
      'an error cut in its body',
      (_request, socket) => socket.end(`${head(500, 'content-length: 999\r\n')}\r\n${ERROR}`),
    ],
    ['headers that never end', (_request, socket) => socket.write(head(200))],
  ]
  it.each(cases)('%s', async (_name, answer) => {
    const { result, server } = await posted(answer, reprocessBriefly)
    expect(result).toMatchObject({ kind: 'lost' })
    expect(server.requests).toHaveLength(1)
    expect(server.connections()).toBe(1)
    await expect.poll(() => server.sockets.size).toBe(0)
    expect(server.requests).toHaveLength(1)
  })

  it('a settlement of another date than was settled is not the answer to this request', async () => {
    const { result } = await posted(
      (_request, socket) => socket.write(answerOf(200, RECORD)),
      (client) => client.postManual('2026-11-22'),
    )
    expect(result).toMatchObject({ kind: 'lost', failure: { kind: 'unreadable' } })
  })

  it('giving up after it has left does not call it back', async () => {
    const server = await listen(() => undefined)
    const client = await clientOf(server.url)
    const giveUp = new AbortController()
    const posting = client.postReprocess(8, { signal: giveUp.signal })
    await expect.poll(() => server.requests.length).toBe(1)
    giveUp.abort()
    expect(await posting).toMatchObject({ kind: 'lost', failure: { kind: 'aborted' } })
    await expect.poll(() => server.sockets.size).toBe(0)
  })
})

describe('not sent', () => {
  it('is said of a connection that was refused', async () => {
    const client = await clientOf('http://127.0.0.1:1')
    expect(await client.postReprocess(8)).toMatchObject({
      kind: 'not_sent',
      failure: { kind: 'unreachable', systemCode: 'ECONNREFUSED' },
    })
  })

  it('is said of a host that does not exist', async () => {
    const client = await clientOf('http://mts-test.invalid')
    expect(await client.postManual('2026-11-23')).toMatchObject({ kind: 'not_sent' })
  })

  it('is said when the caller had given up before', async () => {
    const server = await listen(() => undefined)
    const client = await clientOf(server.url)
    const result = await client.postReprocess(8, { signal: AbortSignal.abort() })
    expect(result).toMatchObject({ kind: 'not_sent', failure: { kind: 'aborted' } })
    expect(server.connections()).toBe(0)
  })

  it('is said when TLS fails: what is encrypted never left', async () => {
    const server = await listen(() => undefined)
    const client = await clientOf(server.url.replace('http:', 'https:'))
    const posting = client.postReprocess(8, { timeoutMs: 5000 })
    await expect.poll(() => server.sockets.size).toBe(1)
    for (const socket of server.sockets) socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
    expect(await posting).toMatchObject({ kind: 'not_sent', failure: { kind: 'unreachable' } })
    expect(server.requests).toHaveLength(0)
  })

  it('is said when no connection comes about in ten seconds, and nothing leaves afterwards', async () => {
    // A TLS handshake that is never answered; the clock makes the ten seconds short.
    const server = await listen(() => undefined)
    const clock: Clock = {
      ...wallClock,
      sleep: (ms, signal) => wallClock.sleep(ms === 10_000 ? 30 : ms, signal),
    }
    const client = await clientOf(server.url.replace('http:', 'https:'), {}, clock)
    expect(await client.postReprocess(8)).toMatchObject({
      kind: 'not_sent',
      failure: {
        kind: 'timeout',
        message: { en: expect.stringContaining('no connection within 10 s') },
      },
    })
    await expect.poll(() => server.sockets.size).toBe(0)
  })
})

describe('the connection of a POST', () => {
  it('is its own, and is not used again', async () => {
    const server = await listen((request, socket) => {
      socket.write(
        request.method === 'GET' ? answerOf(200, '{"status":"UP"}') : answerOf(200, RECORD),
      )
    })
    const client = await clientOf(server.url)
    await client.wholeHealth()
    await client.postReprocess(8)
    await client.wholeHealth()
    await client.postManual('2026-11-23')
    expect(server.requests.map(({ method, connection }) => `${method} ${connection}`)).toEqual([
      'GET 1',
      'POST 2',
      'GET 1',
      'POST 3',
    ])
    expect(server.requests[1]).toMatchObject({
      path: '/api/settlements/8/reprocess',
      headers: { connection: 'close', 'content-length': '0' },
    })
    expect(server.requests[3]?.path).toBe('/api/settlements/manual?settlementDate=2026-11-23')
  })

  it('waits ninety seconds by itself, whatever reads may take', async () => {
    const waited: number[] = []
    const clock: Clock = {
      ...wallClock,
      sleep: (ms, signal) => {
        waited.push(ms)
        return wallClock.sleep(ms, signal)
      },
    }
    const server = await listen((_request, socket) => socket.write(answerOf(200, RECORD)))
    const client = await clientOf(server.url, { timeoutMs: 20 }, clock)
    await client.postReprocess(8)
    expect(waited).toContain(90_000)
    expect(waited).not.toContain(20)
  })
})
