/** Servers and networks at their worst: what comes of it is never taken for an answer, and never hangs. */
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Clock } from '../../src/core/clock.ts'
import type { Service } from '../../src/core/service.ts'
import { answerOf, chunkedOf, clientOf, listen, recordedBytes, wallClock } from './wire.ts'
import type { Answering } from './wire.ts'

const UP = '{"status":"UP"}'
const RECORD =
  '{"id":8,"settlementDate":"2026-11-23","totalAmount":0.00,"totalFee":0.00,"netAmount":0.00,"transactionCount":0,"status":"FAILED","note":null,"createdAt":null,"completedAt":null,"sales":[]}'
const HTML = '<!doctype html><html><body>{"status":"UP"}</body></html>'

type Ask = (client: Service) => Promise<unknown>
const health: Ask = (client) => client.wholeHealth()
const settlement: Ask = (client) => client.settlementById(8)

async function asked(answer: Answering, ask: Ask = health, clock?: Clock) {
  const server = await listen(answer)
  const client = await clientOf(server.url, {}, clock)
  return { read: await ask(client), server }
}

const unknownOf = (kind: string) =>
  expect.objectContaining({ kind: 'unknown', failure: expect.objectContaining({ kind }) })

const tooLarge = expect.objectContaining({
  failure: expect.objectContaining({
    kind: 'unreadable',
    message: expect.objectContaining({ en: expect.stringContaining('over 1 MiB') }),
  }),
})

function trickle(socket: Socket, bytes: Buffer, everyMs: number): void {
  let at = 0
  const timer = setInterval(() => {
    if (socket.destroyed || at >= bytes.length) clearInterval(timer)
    else socket.write(bytes.subarray(at, ++at))
  }, everyMs)
}

describe('an answer that is not the service’s', () => {
  const type = (value: string) => ({ 'content-type': value })
  const cases: [string, Buffer, string][] = [
    ['an HTML page with 200', answerOf(200, HTML, type('text/html')), 'foreign'],
    ['an HTML page called JSON', answerOf(200, HTML), 'unreadable'],
    ['plain text with 200', answerOf(200, UP, type('text/plain')), 'foreign'],
    ['a redirect', answerOf(302, '', { location: 'http://127.0.0.1:1/' }), 'foreign'],
    [
      'a permanent redirect with JSON',
      answerOf(308, UP, { ...type('application/json'), location: '/x' }),
      'foreign',
    ],
    ['a proxy’s 502', answerOf(502, HTML, type('text/html')), 'foreign'],
    [
      'a proxy’s 503 in plain text',
      answerOf(503, 'no healthy upstream', type('text/plain')),
      'foreign',
    ],
    ['a proxy’s 504 in JSON', answerOf(504, '{"message":"timeout"}'), 'foreign'],
    ['an empty 503', answerOf(503, '', {}), 'foreign'],
    ['a 404 page', answerOf(404, HTML, type('text/html')), 'foreign'],
    ['an empty 404 of a web server', answerOf(404, '', type('text/html')), 'foreign'],
    [
      'an old copy out of a cache',
      answerOf(200, UP, { ...type('application/json'), age: '30' }),
      'foreign',
    ],
    ['an empty 200', answerOf(200, ''), 'unreadable'],
    ['a 204', Buffer.from('HTTP/1.1 204 X\r\n\r\n'), 'foreign'],
    ['half a JSON', answerOf(200, '{"status":"U'), 'unreadable'],
    ['JSON with an error glued on', answerOf(200, `${UP}{"success":false}`), 'unreadable'],
    ['another shape', answerOf(200, '{"state":"UP"}'), 'unreadable'],
    ['a list', answerOf(200, '[]'), 'unreadable'],
    [
      'bytes that are no UTF-8',
      answerOf(200, Buffer.from('{"status":"UP","x":"\xff"}', 'latin1')),
      'unreadable',
    ],
    [
      'the service’s own error with 200',
      answerOf(200, '{"success":false,"message":"오류"}'),
      'service_error',
    ],
    ['401', answerOf(401, HTML, type('text/html')), 'unauthorized'],
    ['403', answerOf(403, '', {}), 'unauthorized'],
    ['what is no HTTP', Buffer.from('SSH-2.0-OpenSSH_9.2\r\n'), 'foreign'],
    ['100 where an answer belongs', Buffer.from('HTTP/1.1 100 X\r\n\r\n'), 'cut'],
    [
      'an unasked change of protocol',
      Buffer.from('HTTP/1.1 101 X\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
      'cut',
    ],
    ['huge headers', Buffer.from(`HTTP/1.1 200 X\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`), 'foreign'],
    [
      'an encoding nobody asked for',
      answerOf(200, UP, { ...type('application/json'), 'content-encoding': 'br' }),
      'unreadable',
    ],
    [
      'broken gzip',
      answerOf(200, UP, { ...type('application/json'), 'content-encoding': 'gzip' }),
      'unreadable',
    ],
    [
      'cut-off gzip',
      answerOf(200, gzipSync(UP).subarray(0, 20), {
        ...type('application/json'),
        'content-encoding': 'gzip',
      }),
      'unreadable',
    ],
  ]
  it.each(cases)('%s is no answer', async (_name, bytes, kind) => {
    const { read, server } = await asked((_request, socket) => socket.write(bytes))
    expect(read).toEqual(unknownOf(kind))
    expect(server.requests).toHaveLength(1)
    const again = await asked((_request, socket) => socket.write(bytes), settlement)
    expect(again.read).toEqual(unknownOf(kind))
  })

  it('names a redirect, which it does not follow', async () => {
    const elsewhere = await listen((_request, socket) => socket.write(answerOf(200, UP)))
    const { read } = await asked((_request, socket) =>
      socket.write(answerOf(307, UP, { ...type('application/json'), location: elsewhere.url })),
    )
    expect(read).toMatchObject({
      failure: { kind: 'foreign', message: { en: expect.stringContaining('redirect') } },
    })
    expect(elsewhere.requests).toHaveLength(0)
  })

  it('may be announced by others before it', async () => {
    const hints = 'HTTP/1.1 103 X\r\nlink: </x>\r\n\r\n'
    const { read } = await asked((_request, socket) =>
      socket.write(Buffer.concat([Buffer.from(hints), answerOf(200, UP)])),
    )
    expect(read).toMatchObject({ kind: 'ok', value: { status: 'UP' } })
  })

  it('only a 404 with nothing in it says that there is no such thing', async () => {
    const spring =
      '{"timestamp":"2026-11-23T17:46:20.621+00:00","status":404,"error":"Not Found","path":"/x"}'
    const empty = await asked((_request, socket) => socket.write(answerOf(404, '', {})), settlement)
    expect(empty.read).toMatchObject({ kind: 'absent', meta: { httpStatus: 404 } })
    const missing = await asked(
      (_request, socket) => socket.write(answerOf(404, spring)),
      settlement,
    )
    expect(missing.read).toEqual(unknownOf('service_error'))
    const list: Ask = (client) => client.settlementRange('2026-11-01', '2026-11-02')
    const range = await asked((_request, socket) => socket.write(answerOf(404, '', {})), list)
    expect(range.read).toEqual(unknownOf('service_error'))
  })
})

describe('a body that misbehaves', () => {
  const head = 'HTTP/1.1 200 X\r\ncontent-type: application/json\r\n'

  it('is read to 1 MiB and no further when it never ends', async () => {
    let written = 0
    const { read } = await asked((_request, socket) => {
      socket.write(`${head}\r\n"`)
      const chunk = Buffer.alloc(64 * 1024, 'a')
      const pump = (): void => {
        while (!socket.destroyed && written < 512 * 1024 * 1024) {
          written += chunk.length
          if (!socket.write(chunk)) {
            socket.once('drain', pump)
            return
          }
        }
      }
      pump()
    })
    expect(read).toEqual(tooLarge)
    expect(written).toBeLessThan(32 * 1024 * 1024)
  })

  it('is let go at the deadline when it trickles', async () => {
    const startedMs = performance.now()
    const { read, server } = await asked(
      (_request, socket) => {
        socket.write(`${head}content-length: 15\r\n\r\n`)
        trickle(socket, Buffer.from(UP), 200)
      },
      (client) => client.wholeHealth({ timeoutMs: 100 }),
    )
    expect(read).toEqual(unknownOf('timeout'))
    expect(performance.now() - startedMs).toBeLessThan(2500)
    await expect.poll(() => server.sockets.size).toBe(0)
  })

  it.each([
    ['inflates', gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '))],
    ['is compressed out of nothing', Buffer.concat(Array<Buffer>(80_000).fill(gzipSync('')))],
  ])('is given up beyond the limit when it %s', async (_name, bomb) => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    const { read } = await asked((_request, socket) => socket.write(answerOf(200, bomb, headers)))
    expect(read).toEqual(tooLarge)
  })

  it('is read when it comes compressed', async () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    const { read, server } = await asked((_request, socket) =>
      socket.write(chunkedOf(200, gzipSync(UP), headers, 7)),
    )
    expect(read).toMatchObject({ kind: 'ok', value: { status: 'UP' } })
    expect(server.requests[0]?.headers['accept-encoding']).toBe('gzip')
    const body = gzipSync(recordedBytes('settlement-with-sales.body'))
    const record = await asked(
      (_request, socket) => socket.write(chunkedOf(200, body, headers)),
      (client) => client.settlementOnDate('2026-11-15'),
    )
    expect(record.read).toMatchObject({ kind: 'ok', value: { id: 3, holdsSales: 'yes' } })
  })

  it.each([
    ['reset amid it', (socket: Socket) => socket.resetAndDestroy()],
    ['closed amid it', (socket: Socket) => socket.end()],
  ])('is unknown when the connection is %s', async (_name, end) => {
    const answering: Answering = (_request, socket) => {
      socket.write(`${head}content-length: 500\r\n\r\n${RECORD.slice(0, 100)}`, () =>
        setTimeout(() => end(socket), 10),
      )
    }
    const { read, server } = await asked(answering, settlement)
    expect(read).toEqual(unknownOf('cut'))
    expect(server.requests).toHaveLength(1)
  })

  it('of a range is unknown when the connection breaks', async () => {
    const { read } = await asked(
      (_request, socket) => socket.end(`${head}content-length: 999\r\n\r\n[${RECORD},`),
      (client) => client.settlementRange('2026-11-01', '2026-11-30'),
    )
    expect(read).toEqual(unknownOf('cut'))
  })

  it('has said what was asked when it breaks after the first sale began', async () => {
    const broken = recordedBytes('settlement-with-sales.body').subarray(0, 2000)
    const { read } = await asked(
      (_request, socket) =>
        socket.end(Buffer.concat([Buffer.from(`${head}content-length: 9999\r\n\r\n`), broken])),
      (client) => client.settlementById(3),
    )
    expect(read).toMatchObject({
      kind: 'ok',
      value: { id: 3, holdsSales: 'yes', bodyIntact: false },
    })
  })

  it('proves nothing when it is shorter than announced, even if it looks whole', async () => {
    const { read } = await asked((_request, socket) => {
      socket.end(`${head}content-length: ${RECORD.length + 1}\r\n\r\n${RECORD}`)
    }, settlement)
    expect(read).toEqual(unknownOf('cut'))
  })

  it('proves nothing when a chunked one lacks its end', async () => {
    const size = RECORD.length.toString(16)
    const { read } = await asked((_request, socket) => {
      socket.end(
        `${head}transfer-encoding: chunked\r\nconnection: close\r\n\r\n${size}\r\n${RECORD}\r\n`,
      )
    }, settlement)
    expect(read).toEqual(unknownOf('cut'))
  })

  it('is not waited for once a settlement that holds sales has been seen', async () => {
    const broken = recordedBytes('settlement-with-sales.body').subarray(0, 2000)
    // The clock skips the second that the rest of the answer would get.
    const clock: Clock = {
      ...wallClock,
      sleep: (ms, signal) => wallClock.sleep(ms === 1000 ? 5 : ms, signal),
    }
    const { read, server } = await asked(
      (_request, socket) =>
        socket.write(
          `${head}transfer-encoding: chunked\r\n\r\n7d0\r\n${broken.toString('latin1')}`,
          'latin1',
        ),
      (client) => client.settlementOnDate('2026-11-15'),
      clock,
    )
    expect(read).toMatchObject({ kind: 'ok', value: { holdsSales: 'yes', bodyIntact: false } })
    await expect.poll(() => server.sockets.size).toBe(0)
  })

  it('of a settlement is let go after its head', async () => {
    let written = 0
    const { read } = await asked(
      (_request, socket) => {
        socket.write(`${head}\r\n`)
        socket.write(recordedBytes('settlement-with-sales.body').subarray(0, 8000))
        const chunk = Buffer.from('"sales":[{"id":1,"store":{'.repeat(2000))
        const pump = (): void => {
          while (!socket.destroyed && written < 512 * 1024 * 1024) {
            written += chunk.length
            if (!socket.write(chunk)) {
              socket.once('drain', pump)
              return
            }
          }
        }
        pump()
      },
      (client) => client.settlementOnDate('2026-11-15'),
    )
    expect(read).toMatchObject({ kind: 'ok', value: { id: 3, holdsSales: 'yes' } })
    expect(written).toBeLessThan(32 * 1024 * 1024)
  })
})

describe('a network that fails', () => {
  it('names a refused connection', async () => {
    const server = await listen(() => undefined)
    const client = await clientOf('http://127.0.0.1:1')
    expect(server.requests).toHaveLength(0)
    const read = await client.wholeHealth()
    expect(read).toMatchObject({
      kind: 'unknown',
      failure: {
        kind: 'unreachable',
        systemCode: 'ECONNREFUSED',
        message: { ko: '연결 거부: 127.0.0.1:1(ECONNREFUSED)' },
      },
    })
  })

  it('names a host that does not exist', async () => {
    const client = await clientOf('http://mts-test.invalid:8080')
    const read = await client.wholeHealth()
    expect(read).toEqual(unknownOf('unreachable'))
    expect(JSON.stringify(read)).toMatch(/ENOTFOUND|EAI_AGAIN/)
  })

  it('gives up at the deadline on a server that accepts and says nothing', async () => {
    const { read, server } = await asked(
      () => undefined,
      (client) => client.componentHealth('redis', { timeoutMs: 60 }),
    )
    expect(read).toMatchObject({
      failure: {
        kind: 'timeout',
        message: { en: expect.stringContaining('no answer within 60 ms') },
      },
    })
    await expect.poll(() => server.sockets.size).toBe(0)
  })

  it('keeps the configured deadline above each question’s own', async () => {
    const server = await listen(() => undefined)
    const client = await clientOf(server.url, { timeoutMs: 50 })
    const startedMs = performance.now()
    expect(await client.wholeHealth({ timeoutMs: 30_000 })).toEqual(unknownOf('timeout'))
    expect(performance.now() - startedMs).toBeLessThan(1000)
  })

  it('stops at once when the caller gives up, and lets the connection go', async () => {
    const server = await listen(() => undefined)
    const client = await clientOf(server.url)
    const giveUp = new AbortController()
    const reading = client.wholeHealth({ signal: giveUp.signal })
    await expect.poll(() => server.requests.length).toBe(1)
    giveUp.abort()
    expect(await reading).toEqual(unknownOf('aborted'))
    await expect.poll(() => server.sockets.size).toBe(0)
    expect(await client.wholeHealth({ signal: giveUp.signal })).toEqual(unknownOf('aborted'))
    expect(server.requests).toHaveLength(1)
  })

  it('asks once more when the server closes an idle connection just as it is used again', async () => {
    const server = await listen((_request, socket, count) => {
      // The second request on the first connection dies unanswered.
      if (count === 2) socket.resetAndDestroy()
      else socket.write(answerOf(200, UP))
    })
    const client = await clientOf(server.url)
    expect(await client.wholeHealth()).toMatchObject({ kind: 'ok' })
    expect(await client.wholeHealth()).toMatchObject({ kind: 'ok' })
    expect(server.requests.map(({ connection }) => connection)).toEqual([1, 1, 2])
  })

  it('does not ask again when a new connection breaks, nor a third time', async () => {
    const always = await asked((_request, socket) => socket.resetAndDestroy())
    expect(always.read).toEqual(unknownOf('cut'))
    expect(always.server.requests).toHaveLength(1)
    const server = await listen((_request, socket, count) => {
      if (count === 1) socket.write(answerOf(200, UP))
      else socket.resetAndDestroy()
    })
    const client = await clientOf(server.url)
    await client.wholeHealth()
    expect(await client.wholeHealth()).toEqual(unknownOf('cut'))
    expect(server.requests).toHaveLength(3)
  })

  it('goes on when the server closes an idle connection in between', async () => {
    const server = await listen((_request, socket) => socket.write(answerOf(200, UP)))
    const client = await clientOf(server.url)
    await client.wholeHealth()
    const [idle] = server.sockets
    idle?.end()
    if (idle !== undefined) await once(idle, 'close')
    expect(await client.wholeHealth()).toMatchObject({ kind: 'ok' })
  })

  it('answers "given up" after it has been closed', async () => {
    const server = await listen(() => undefined)
    const client = await clientOf(server.url)
    const reading = client.wholeHealth()
    await expect.poll(() => server.requests.length).toBe(1)
    await client.close()
    expect(await reading).toEqual(unknownOf('aborted'))
    expect(await client.wholeHealth()).toEqual(unknownOf('aborted'))
    await expect.poll(() => server.sockets.size).toBe(0)
  })
})
