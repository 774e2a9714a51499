import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { performance } from 'node:perf_hooks'
import { afterEach, describe, expect, it } from 'vitest'
import { askExternal } from '../../src/externals/ask-external.ts'
import { createExternalProbe } from '../../src/health/external-probes.ts'

const clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: () => Promise.resolve(),
}
const open: Server[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => new Promise((done) => server.close(done))))
})

async function listening(server: Server): Promise<number> {
  open.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const ask = (target: string, timeoutMs = 2000) =>
  askExternal(target, { timeoutMs, clock, signal: new AbortController().signal })

describe('asking somebody else’s server', () => {
  it.each([
    [200, 'up'],
    [404, 'up'],
    [401, 'up'],
    [302, 'up'],
    [500, 'down'],
    [503, 'down'],
  ])('over HTTP with %i is %s, and never follows or reads on', async (status, state) => {
    let asked = 0
    const port = await listening(
      createHttpServer((_request, response) => {
        asked++
        response.writeHead(status, { location: '/elsewhere' })
        response.write('x'.repeat(100_000))
      }),
    )
    const answer = await ask(`http://127.0.0.1:${port}/health`)
    expect(answer).toMatchObject({ state, detail: String(status) })
    expect(asked).toBe(1)
  })

  it('that accepts and says nothing hangs; by TCP it is there', async () => {
    const port = await listening(createServer((socket) => setTimeout(() => socket.destroy(), 400)))
    expect(await ask(`http://127.0.0.1:${port}`, 80)).toMatchObject({ state: 'hanging' })
    expect(await ask(`127.0.0.1:${port}`)).toMatchObject({ state: 'up', detail: 'connected' })
  })

  it('where nobody listens is down, with the system’s code', async () => {
    const port = await listening(createServer())
    await new Promise((done) => open.splice(0)[0]?.close(done))
    expect(await ask(`127.0.0.1:${port}`)).toMatchObject({ state: 'down', detail: 'ECONNREFUSED' })
    expect(await ask(`http://127.0.0.1:${port}`)).toMatchObject({
      state: 'down',
      detail: 'ECONNREFUSED',
    })
  })
})

describe('externals.probe', () => {
  const observe = (externals: Parameters<typeof createExternalProbe>[0]['externals']) =>
    createExternalProbe({
      externals,
      askExternal: ({ target }) =>
        Promise.resolve({ state: target === 'a:1' ? 'up' : 'hanging', latencyMs: 12, detail: '' }),
    }).observe({}, { clock, signal: new AbortController().signal })

  it('without externals is unknown and says how to name them, never a figure', async () => {
    const seen = await observe([])
    expect(seen.kind).toBe('unknown')
    expect(seen.kind === 'unknown' && seen.reason.ko).toMatch(/externals/)
  })

  it('names those in trouble with their owner, and keeps telephones to itself', async () => {
    const seen = await observe([
      { id: 'van', target: 'a:1', owner: 'VAN 담당', phone: '02-123-4567' },
      { id: 'pg', target: 'b:1', owner: '결제팀', phone: '02-765-4321' },
    ])
    if (seen.kind !== 'observed') throw new Error('not seen')
    expect(seen.value).toMatchObject({ checked: 2, troubled: ['pg'] })
    expect(seen.summary.ko).toBe('pg 응답 없음(3초) · 결제팀 · 나머지 응답 1')
    expect(JSON.stringify(seen)).not.toContain('765-4321')
  })
})
