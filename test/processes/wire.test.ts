/**
 * Deadlines, limits and "at most once" of the whole program, whatever its runtime does below: servers
 * that misbehave byte by byte, and what the process makes of them.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest'
import { createSystemClock } from '../../src/cli/clock.ts'
import { seoulTimeOf } from '../../src/core/dates.ts'
import { createDemo, type Demo } from '../../src/demo/demo.ts'
import { listenDemo } from '../../src/demo/listen.ts'
import { answerOf, listen, recordedBytes, type Answering } from '../service/wire.ts'
import { describePrograms, type Program } from '../support/programs.ts'

let program: Program
let home: string

const use = (started: Program): void => {
  program = started
}

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'mts-wire-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

interface Running {
  readonly signal: (name: NodeJS.Signals) => void
  readonly ended: Promise<{ readonly code: number | null; readonly json: Record<string, unknown> }>
}

function start(url: string, words: readonly string[], env: Record<string, string> = {}): Running {
  const child = spawn(program.file, [...program.args, ...words, '-o', 'json'], {
    env: {
      PATH: process.env['PATH'],
      HOME: home,
      MTS_URL: url,
      MTS_JOURNAL: join(home, 'state', 'journal.db'),
      MTS_VERIFY_AFTER: '50ms',
      MTS_BATCH_AT: seoulTimeOf(Date.now() + 12 * 3_600_000),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  return {
    signal: (name) => child.kill(name),
    ended: new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code) => {
        resolve({
          code,
          json: JSON.parse(stdout === '' ? '{}' : stdout) as Record<string, unknown>,
        })
      })
    }),
  }
}

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n'

function drip(socket: Socket): void {
  socket.write(`${HEAD}content-length: 100000\r\n\r\n{`)
  const timer = setInterval(() => socket.write(' '), 20)
  socket.on('close', () => clearInterval(timer))
}

describePrograms('deadlines', use, () => {
  const cases: [string, Answering][] = [
    ['takes the connection and says nothing', () => undefined],
    ['stops within its headers', (_request, socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-')],
    [
      'stops after its headers',
      (_request, socket) => socket.write(`${HEAD}content-length: 9\r\n\r\n`),
    ],
    ['lets its body trickle', (_request, socket) => drip(socket)],
    [
      'sends headers for ever',
      (_request, socket) => {
        socket.write('HTTP/1.1 200 OK\r\n')
        const timer = setInterval(() => socket.write('x: y\r\n'), 20)
        socket.on('close', () => clearInterval(timer))
      },
    ],
  ]
  it.each(cases)('end a question to a server that %s', async (_name, answer) => {
    const server = await listen(answer)
    const startedMs = performance.now()
    const { code, json } = await start(server.url, ['dlq', '--timeout', '300ms']).ended
    expect(json).toMatchObject({ kind: 'Error', code: 'UNREACHABLE' })
    expect(code).toBe(69)
    const tookMs = performance.now() - startedMs
    expect(tookMs).toBeGreaterThan(300)
    // The process itself does not outlive its question by what it left open.
    expect(tookMs).toBeLessThan(3000)
    const paths = server.requests.map(({ path }) => path)
    expect(new Set(paths).size, 'each question once').toBe(paths.length)
  })
})

describePrograms('limits', use, () => {
  it('leave a broken settlement without end after its first 64 KiB', async () => {
    const body = recordedBytes('settlement-with-sales.body')
    let offered = 0
    const server = await listen((request, socket) => {
      if (!request.path.startsWith('/api/settlements/3')) {
        socket.end(answerOf(404, '', {}))
        return
      }
      const pump = (): void => {
        while (!socket.destroyed && offered < 256 * 1024 * 1024) {
          offered += body.length
          if (!socket.write(body)) {
            socket.once('drain', pump)
            return
          }
        }
      }
      socket.write(`${HEAD}\r\n`)
      pump()
    })
    const { code, json } = await start(server.url, ['settle', 'show', '3']).ended
    expect(json).toMatchObject({ kind: 'Settlement', id: 3, holdsSales: 'yes', bodyIntact: false })
    expect(code).toBe(0)
    // What the kernels on the way hold was sent, and read by nobody.
    expect(offered).toBeLessThan(16 * 1024 * 1024)
  })

  it('hold for headers: an answer with a hundred kilobytes of them is none', async () => {
    const server = await listen((_request, socket) => {
      socket.write(`${HEAD}x: ${'y'.repeat(100_000)}\r\ncontent-length: 2\r\n\r\n{}`)
    })
    const { code, json } = await start(server.url, ['dlq']).ended
    expect(json).toMatchObject({ kind: 'Error' })
    expect(code).toBe(69)
  })

  it('hold for redirects: none is followed', async () => {
    const other = await listen((_request, socket) => socket.end(answerOf(200, '{}')))
    const server = await listen((_request, socket) => {
      socket.write(answerOf(307, '', { location: `${other.url}/api/dlq/counts` }))
    })
    const { code } = await start(server.url, ['dlq']).ended
    expect(code).toBe(69)
    expect(other.requests).toEqual([])
  })
})

/** Between `mts` and the demo; `onPost` decides what becomes of a POST that has come in whole. */
async function between(
  demoPort: number,
  onPost: (forward: () => Socket, client: Socket) => void,
): ReturnType<typeof listen> {
  return listen((request, client) => {
    const forward = (): Socket => {
      const upstream = connect(demoPort, '127.0.0.1')
      const lines = Object.entries(request.headers)
        .filter(([name]) => name !== 'connection')
        .map(([name, value]) => `${name}: ${value}\r\n`)
      const head = `${request.method} ${request.path} HTTP/1.1\r\n${lines.join('')}`
      upstream.on('error', () => undefined)
      upstream.write(`${head}connection: close\r\n\r\n`)
      return upstream
    }
    if (request.method === 'POST') onPost(forward, client)
    else forward().pipe(client)
  })
}

async function brokenDemo(): Promise<{ readonly demo: Demo; readonly port: number }> {
  const clock = createSystemClock()
  const demo = createDemo({ clock, faults: ['failed-batch-empty'], historyDays: 3 })
  demo.setPace({ beforeCommitMs: 0, afterCommitMs: 0 })
  const listening = await listenDemo(demo)
  onTestFinished(() => listening.close())
  return { demo, port: Number(new URL(listening.url).port) }
}

async function until(isSo: () => boolean): Promise<void> {
  const endMs = performance.now() + 10_000
  while (!isSo()) {
    if (performance.now() > endMs) throw new Error('not in time')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

describePrograms('a request that changes something', use, () => {
  const losses: [string, (forward: () => Socket, client: Socket) => void][] = [
    ['is closed without an answer', (_forward, client) => client.end()],
    ['is reset', (_forward, client) => client.resetAndDestroy()],
    ['is answered by half a line', (_forward, client) => client.end('HTTP/1.1 20')],
    [
      'is redirected',
      (_forward, client) => client.write(answerOf(307, '', { location: '/again' })),
    ],
    [
      'is told to try later',
      (_forward, client) => client.write(answerOf(503, '', { 'retry-after': '0' })),
    ],
    [
      'is done, and its answer lost',
      (forward, client) => {
        forward()
          .on('close', () => client.resetAndDestroy())
          .resume()
      },
    ],
  ]
  it.each(losses)('leaves once when it %s', async (_name, onPost) => {
    const { demo, port } = await brokenDemo()
    const server = await between(port, onPost)
    const env = { MTS_STORES: demo.stores.map((store) => store.businessNumber).join(',') }
    const words = ['settle', 'reprocess', String(demo.spoiled[0]?.settlementId)]
    const asked = await start(server.url, words, env).ended
    expect(asked.code, JSON.stringify(asked.json)).toBe(4)
    const running = start(server.url, [...words, '--confirm', String(asked.json['confirm'])], env)
    const posts = () => server.requests.filter(({ method }) => method === 'POST')
    await until(() => posts().length > 0)
    const reads = server.requests.length
    // It is read back: so the loss has been seen, and whoever sends again by itself has done so.
    await until(() => server.requests.length > reads)
    await new Promise((resolve) => setTimeout(resolve, 100))
    running.signal('SIGINT')
    await new Promise((resolve) => setTimeout(resolve, 20))
    running.signal('SIGINT')
    // Unknown, or already settled by reading: never failed, never sent again.
    expect([0, 6, 130]).toContain((await running.ended).code)
    const sent = posts()
    expect(sent).toHaveLength(1)
    const alone = server.requests.filter(({ connection }) => connection === sent[0]?.connection)
    expect(alone, 'on a connection of its own').toHaveLength(1)
  })
})

describePrograms('questions', use, () => {
  it('share connections, and ask once more when a kept one has been closed meanwhile', async () => {
    const demo = createDemo({ clock: createSystemClock(), historyDays: 3 })
    const listening = await listenDemo(demo)
    onTestFinished(() => listening.close())
    const port = Number(new URL(listening.url).port)
    const used = new Map<number, number>()
    let dropped = false
    const server = await listen((request, client) => {
      const times = (used.get(request.connection) ?? 0) + 1
      used.set(request.connection, times)
      if (times === 2 && !dropped) {
        dropped = true
        client.destroy()
        return
      }
      const upstream = connect(port, '127.0.0.1')
      upstream.write(
        `GET ${request.path} HTTP/1.1\r\nhost: x\r\naccept: ${request.headers['accept']}\r\nconnection: close\r\n\r\n`,
      )
      const parts: Buffer[] = []
      upstream.on('data', (part: Buffer) => parts.push(part))
      upstream.on('close', () => {
        client.write(
          Buffer.from(
            Buffer.concat(parts)
              .toString('latin1')
              .replace(/^connection: close\r\n/im, ''),
            'latin1',
          ),
        )
      })
    })
    const stores = demo.stores.map((store) => store.businessNumber).join(',')
    const { code, json } = await start(server.url, ['health'], { MTS_STORES: stores }).ended
    expect(json['status'], JSON.stringify(json)).toBe('ok')
    expect(code).toBe(0)
    expect(dropped, 'a connection was used again').toBe(true)
    expect(server.connections()).toBeLessThan(server.requests.length)
  })
})
