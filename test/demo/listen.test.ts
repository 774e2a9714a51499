/** The demo behind real sockets, all of them on loopback. */
import { request as httpRequest } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createSystemClock } from '../../src/cli/clock.ts'
import { createDemo } from '../../src/demo/demo.ts'
import type { Demo, DemoOptions } from '../../src/demo/demo.ts'
import { listenDemo } from '../../src/demo/listen.ts'
import type { Listening } from '../../src/demo/listen.ts'

let open: Listening | undefined

afterEach(async () => {
  await open?.close()
  open = undefined
})

async function start(options: Partial<DemoOptions> = {}): Promise<{ demo: Demo; url: string }> {
  const demo = createDemo({
    clock: createSystemClock(),
    historyDays: 0,
    traffic: false,
    nightlyBatch: false,
    ...options,
  })
  open = await listenDemo(demo)
  return { demo, url: open.url }
}

function get(url: string, method = 'GET'): Promise<{ message: IncomingMessage; body: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, agent: false }, (message) => {
      const chunks: Buffer[] = []
      message.on('data', (chunk: Buffer) => chunks.push(chunk))
      message.on('error', reject)
      message.on('end', () => resolve({ message, body: Buffer.concat(chunks).toString() }))
    })
    request.on('error', reject)
    request.end()
  })
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}

describe('the listening demo', () => {
  it('answers with the service headers: chunked, or no content at all', async () => {
    const { url } = await start()
    const health = await get(`${url}/actuator/health`)
    expect(health.message.statusCode).toBe(200)
    expect(health.message.headers['transfer-encoding']).toBe('chunked')
    expect(health.body).toMatch(/^\{"status":"UP","components":/)
    const unknown = await get(`${url}/api/settlements/4711`)
    expect(unknown.message.statusCode).toBe(404)
    expect(unknown.message.headers).toMatchObject({ 'content-length': '0' })
    expect(unknown.message.headers['content-type']).toBeUndefined()
  })

  it('carries the whole broken body, 175 KB and more', async () => {
    const { demo, url } = await start()
    demo.addSale({ at: '2026-11-20T10:00:00', amount: 1000 })
    await demo.manual('2026-11-20')
    const { message, body } = await get(`${url}/api/settlements/date/2026-11-20`)
    expect(message.statusCode).toBe(200)
    expect(body.length).toBeGreaterThan(140_000)
    expect(body.endsWith('"additionalData":null}')).toBe(true)
  })

  it("tells its own clock's time in the Date header", async () => {
    const atMs = Date.parse('2026-11-24T09:00:00+09:00')
    const { url } = await start({ clock: { ...createSystemClock(), now: () => atMs } })
    const { message } = await get(`${url}/actuator/info`)
    expect(message.headers['date']).toBe('Tue, 24 Nov 2026 00:00:00 GMT')
  })

  it('listens on loopback only', async () => {
    const { demo } = await start()
    await expect(listenDemo(demo, { host: '0.0.0.0' })).rejects.toThrow('loopback only')
    await expect(listenDemo(demo, { host: '' })).rejects.toThrow('loopback only')
  })

  it('rejects with the system error when the port is taken', async () => {
    const { demo } = await start()
    await expect(listenDemo(demo, { port: open?.port ?? 0 })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    })
  })

  it('cuts the connection of a lost answer after the settlement is made', async () => {
    const { demo, url } = await start({ faults: ['lost-answer'] })
    const path = '/api/settlements/manual?settlementDate=2026-11-20'
    await expect(get(url + path, 'POST')).rejects.toThrow(/hang up|ECONNRESET/)
    expect(demo.settlementOnDate('2026-11-20')).toMatchObject({ status: 'COMPLETED' })
  })

  it('goes on settling when the client goes away', async () => {
    const { demo, url } = await start()
    demo.setPace({ beforeCommitMs: 60 })
    const { port } = new URL(url)
    const socket = connect(Number(port), '127.0.0.1')
    socket.write(
      'POST /api/settlements/manual?settlementDate=2026-11-20 HTTP/1.1\r\nHost: x\r\n\r\n',
    )
    await until(() => demo.requests.length === 1)
    socket.destroy()
    await until(() => demo.settlementOnDate('2026-11-20') !== undefined)
    expect(demo.requests).toHaveLength(1)
  })

  it('lets two real clients collide', async () => {
    const { demo, url } = await start()
    demo.addSale({ at: '2026-11-20T10:00:00', amount: 1000 })
    const path = `${url}/api/settlements/manual?settlementDate=2026-11-20`
    const answers = await Promise.all([get(path, 'POST'), get(path, 'POST')])
    expect(new Set(answers.map(({ message }) => message.statusCode))).toEqual(new Set([200, 500]))
    expect(demo.settlementOnDate('2026-11-20')).toMatchObject({ status: 'FAILED', saleIds: [1] })
  })

  it('lets many requests hang at once without a word of warning', async () => {
    const warnings: string[] = []
    const listener = (warning: Error): void => {
      warnings.push(warning.message)
    }
    process.on('warning', listener)
    const { demo, url } = await start({ faults: ['db-hang'] })
    const waiting = Array.from({ length: 14 }, () => get(`${url}/api/settlements/1`))
    const ended = Promise.allSettled(waiting)
    await until(() => demo.requests.length === 14)
    await open?.close()
    open = undefined
    await ended
    process.off('warning', listener)
    expect(warnings).toEqual([])
  })

  it('ends every wait when it is closed, and undoes what had not taken effect', async () => {
    const waits: (AbortSignal | undefined)[] = []
    const clock = createSystemClock()
    const { demo, url } = await start({
      faults: ['rabbit-down', 'redis-hang'],
      clock: {
        ...clock,
        sleep(ms, signal) {
          waits.push(signal)
          return clock.sleep(ms, signal)
        },
      },
    })
    const path = '/api/settlements/manual?settlementDate=2026-11-20'
    const waiting = [get(url + path, 'POST'), get(`${url}/actuator/health`)]
    const ended = Promise.allSettled(waiting)
    await until(() => waits.length === 2)
    await open?.close()
    open = undefined
    expect((await ended).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(waits.map((signal) => signal?.aborted)).toEqual([true, true])
    expect(demo.settlements()).toEqual([])
  })
})
