/** `mts demo` as typed: what it says, what it refuses, and how it ends. */
import { afterEach, describe, expect, it } from 'vitest'
import { demoCommand } from '../../src/cli/commands/demo.ts'
import { DEMO_FAULT_NAMES } from '../../src/demo/faults.ts'
import { cellsOf } from '../../src/render/columns.ts'
import { createFakeClock, createFakeWorld } from '../support/ports.ts'
import type { FakeClock, FakeWorld, Finished } from '../support/ports.ts'

let world: FakeWorld | undefined

afterEach(() => {
  world?.dispose()
  world = undefined
})

function newWorld(clock: FakeClock = createFakeClock()): FakeWorld {
  world = createFakeWorld({ specs: [demoCommand], clock })
  return world
}

/** Starts the demo, does something while it runs, then presses Ctrl-C. */
async function whileRunning(
  argv: readonly string[],
  visit: (url: string, said: string) => Promise<void> = async () => undefined,
  clock?: FakeClock,
): Promise<Finished & { said: string }> {
  const { mts, interrupt, stderrSoFar } = newWorld(clock)
  const running = mts('demo', '--port', '0', ...argv)
  while (!/mts (health|settle)/.test(stderrSoFar())) {
    await new Promise((resolve) => setImmediate(resolve))
  }
  const said = stderrSoFar()
  try {
    await visit(/http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0] ?? '', said)
  } finally {
    interrupt()
  }
  return { ...(await running), said }
}

describe('mts demo', () => {
  it('says where it listens, serves until Ctrl-C, and ends with 0', async () => {
    const { code, stdout, said } = await whileRunning([], async (url) => {
      const response = await fetch(`${url}/actuator/health`)
      expect(response.status).toBe(200)
      await response.text()
    })
    expect(code).toBe(0)
    expect(said).toMatch(/^데모 {3}http:\/\/127\.0\.0\.1:\d+ \(Ctrl-C: 종료\)$/m)
    expect(said).toContain('123-45-67890 테스트 카페')
    expect(said).toMatch(/^mts health$/m)
    expect(stdout).toBe('데모 종료 · 받은 요청 1건\n')
  })

  it('lets go of its port when it ends', async () => {
    let served = ''
    await whileRunning([], async (url) => {
      served = url
    })
    await expect(fetch(`${served}/actuator/info`)).rejects.toThrow('fetch failed')
  })

  it('names the settlements that went wrong and what to type about them', async () => {
    const argv = ['--fault', 'failed-batch-linked', '--fault', 'failed-batch-empty']
    const { said } = await whileRunning(argv, async (url, words) => {
      const [linked, empty] = [...words.matchAll(/^mts settle reprocess (\d+)$/gm)].map(
        ([, id]) => id,
      )
      const linkedBody = await (await fetch(`${url}/api/settlements/${linked}`)).text()
      expect(linkedBody).toContain('"status":"FAILED"')
      expect(linkedBody).toContain('"sales":[{')
      const emptyBody = await (await fetch(`${url}/api/settlements/${empty}`)).text()
      expect(JSON.parse(emptyBody)).toMatchObject({ status: 'FAILED', sales: [] })
    })
    expect(said).toMatch(/#\d+\(11\/23\) FAILED · 매출 \d+건 연결됨/)
    expect(said).toMatch(/#\d+\(11\/22\) FAILED · 연결된 매출 없음\(그날 매출 \d+건\)/)
    expect(said).toMatch(/^export MTS_URL=http:\/\/127\.0\.0\.1:\d+ MTS_STORES=[\d,-]+$/m)
    for (const line of said.split('\n')) expect(cellsOf(line), line).toBeLessThanOrEqual(80)
  })

  it('suggests settling a missing date, and a token where one is wanted', async () => {
    const { said } = await whileRunning(['--fault', 'missing-batch,auth', '--lang', 'en'])
    expect(said).toContain('2026-11-23 has no record')
    expect(said).toMatch(/^mts settle run 2026-11-23$/m)
    expect(said).toMatch(/^export MTS_TOKEN=demo-token$/m)
  })

  it('scales its waits', async () => {
    const clock = createFakeClock()
    const argv = ['--fault', 'redis-hang', '--time-scale', '0.001']
    const visit = async (url: string): Promise<void> => {
      const response = await fetch(`${url}/actuator/health`)
      expect(response.status).toBe(503)
      await response.text()
    }
    await whileRunning(argv, visit, clock)
    expect(clock.sleeps).toEqual([60, 60])
  })

  it('prints one JSON value when it ends', async () => {
    const { json, said } = await whileRunning(['-o', 'json', '--fault', 'slow'])
    expect(json()).toMatchObject({
      apiVersion: 'mts/v1',
      kind: 'Demo',
      url: /http:\S+/.exec(said)?.[0],
      faults: ['slow'],
      requests: 0,
    })
  })
})

describe('mts demo, used wrongly', () => {
  it('offers the nearest fault and the list for one that does not exist', async () => {
    const { code, stderr } = await newWorld().mts('demo', '--fault', 'redis-hung')
    expect(code).toBe(64)
    expect(stderr).toContain('redis-hung (혹시 redis-hang?)')
    expect(stderr).toContain('failed-batch-linked')
    expect(stderr).toContain('mts demo --list')
  })

  it.each([
    ['--port', '70000'],
    ['--port', 'x'],
    ['--time-scale', '-1'],
    ['--time-scale', 'fast'],
  ])('refuses %s %s', async (option, value) => {
    const { code, stderr } = await newWorld().mts('demo', `${option}=${value}`)
    expect(code).toBe(64)
    expect(stderr).toContain(`${option} 값이 올바르지 않습니다: ${value}`)
  })

  it('names --port when the port is taken', async () => {
    await whileRunning([], async (url) => {
      const second = createFakeWorld({ specs: [demoCommand] })
      const { port } = new URL(url)
      const { code, stderr } = await second.mts('demo', '--port', port)
      second.dispose()
      expect(code).toBe(64)
      expect(stderr).toContain(`포트 ${port}`)
      expect(stderr).toContain('--port')
    })
  })
})

describe('mts demo --list', () => {
  it('lists every fault with what it does', async () => {
    const { code, stdout } = await newWorld().mts('demo', '--list')
    expect(code).toBe(0)
    expect(stdout.split('\n').filter((line) => line !== '')).toHaveLength(DEMO_FAULT_NAMES.length)
    expect(stdout).toMatch(/^redis-hang +Redis 무응답/m)
    for (const line of stdout.split('\n')) expect(cellsOf(line), line).toBeLessThanOrEqual(80)
  })

  it('lists them as JSON in the language asked for', async () => {
    const { json } = await newWorld().mts('demo', '--list', '-o', 'json', '--lang', 'en')
    expect(json()).toMatchObject({
      kind: 'DemoFaultList',
      items: expect.arrayContaining([
        { name: 'no-sales', description: 'no sale in the last hour' },
      ]) as unknown,
    })
  })
})
