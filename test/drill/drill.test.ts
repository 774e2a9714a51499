import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { DEMO_FAULT_NAMES } from '../../src/demo/faults.ts'
import { createRandom } from '../../src/demo/random.ts'
import { drawScenarios, SCENARIOS } from '../../src/drill/scenarios.ts'
import { scoreDrill } from '../../src/drill/score.ts'
import type { DrillValue } from '../../src/render/drill.ts'
import { createServiceClient } from '../../src/service/client.ts'
import { createShiftedClock } from '../playbook/engine/demo-world.ts'
import { createFakeWorld, type FakeWorld, type Finished } from '../support/ports.ts'
import { loadShipped } from './shipped.ts'

let world: FakeWorld | undefined
let operator: FakeWorld | undefined
afterEach(() => {
  operator?.dispose()
  world?.dispose()
})

interface Begun {
  readonly ended: Promise<Finished>
  readonly dir: string
  readonly url: string
  /** `mts` of the terminal in which the drill's environment was read. */
  mts(...words: readonly string[]): Promise<Finished>
}

const scenarioOf = (seed: number, hard = false) => drawScenarios(createRandom(seed), hard)

/** A seed that draws the fault. */
function seedOf(fault: string): number {
  for (let seed = 1; seed < 1000; seed++) {
    if (scenarioOf(seed)[0]?.fault === fault) return seed
  }
  throw new Error(`no seed draws ${fault}`)
}

async function begin(...words: readonly string[]): Promise<Begun> {
  const clock = createShiftedClock('2026-11-24T09:00:00+09:00')
  const base = createFakeWorld({ clock, env: { MTS_URL: 'http://real.example' } })
  world = base
  const ended = base.mts('drill', ...words)
  const current = join(base.ports.directories.state, 'drills', 'current.json')
  for (let turn = 0; !existsSync(current) && turn < 400; turn++) await clock.sleep(10)
  const { dir, url } = JSON.parse(readFileSync(current, 'utf8')) as { dir: string; url: string }
  const other = createFakeWorld({
    clock,
    env: { MTS_CONFIG: join(dir, 'config.yaml'), MTS_VERIFY_AFTER: '20ms' },
    service: (settings, own) => createServiceClient(settings, own),
  })
  operator = other
  const ports = { ...other.ports, directories: base.ports.directories }
  const { run } = await import('../../src/cli/run.ts')
  return {
    ended,
    dir,
    url,
    mts: async (...argv) => {
      let stdout = ''
      const code = await run(argv, {
        ...ports,
        stdout: { write: (text) => void (stdout += text), isTTY: false, columns: 80 },
      })
      return {
        code,
        stdout,
        stderr: '',
        json: () => JSON.parse(stdout) as Record<string, unknown>,
      }
    },
  }
}

async function drillValue(finished: Finished | Promise<Finished>): Promise<DrillValue> {
  const { stdout } = await finished
  return JSON.parse(stdout) as DrillValue
}

describe('what a drill can be about', () => {
  it('is every fault of the demo that a playbook treats', () => {
    const apart = ['lost-answer', 'auth']
    expect(SCENARIOS.map(({ fault }) => fault).toSorted()).toEqual(
      DEMO_FAULT_NAMES.filter((name) => !apart.includes(name)).toSorted(),
    )
  })

  it('names only playbooks and findings that there are', () => {
    const shipped = loadShipped()
    for (const { fault, treatedBy } of SCENARIOS) {
      for (const [id, findings] of Object.entries(treatedBy)) {
        const known = shipped.get(id) ?? new Set()
        expect([fault, id, findings.filter((code) => !known.has(code))]).toEqual([fault, id, []])
      }
    }
  })

  it('tells nobody the name of the fault', () => {
    for (const { fault, call } of SCENARIOS) {
      const words = `${call.ko} ${call.en}`.toLowerCase()
      for (const word of fault.split('-').filter((part) => part.length > 4)) {
        if (['sales', 'empty', 'batch'].includes(word)) continue
        expect([fault, words.includes(word)]).toEqual([fault, false])
      }
      expect(words).not.toMatch(/redis|rabbit|database|failed|pool|heap/)
    }
  })

  it('is the same for the same seed, one fault, or two that can be seen side by side', () => {
    const drawn = new Set<string>()
    for (let seed = 0; seed < 300; seed++) {
      expect(scenarioOf(seed)).toEqual(scenarioOf(seed))
      expect(scenarioOf(seed)).toHaveLength(1)
      const [first, second] = scenarioOf(seed, true)
      expect(first?.fault).not.toBe(second?.fault)
      expect(first?.fault).not.toBe('service-down')
      drawn.add(scenarioOf(seed)[0]?.fault ?? '')
    }
    expect(drawn.size).toBe(SCENARIOS.length)
  })
})

// The demo has forty days behind it, and playbooks read them.
describe('mts drill without a terminal', { timeout: 30_000 }, () => {
  it('prints where to work, keeps the fault to itself, and waits for the score', async () => {
    const drill = await begin('--seed', String(seedOf('redis-hang')), '-o', 'json')
    const said = world?.stderrSoFar() ?? ''
    expect(said).toContain(drill.url)
    expect(said).toContain(join(drill.dir, 'env'))
    expect(`${said}${world?.stdoutSoFar()}`).not.toMatch(/redis/i)
    for (const file of readdirSync(drill.dir)) {
      if (!file.includes('.')) continue
      expect(readFileSync(join(drill.dir, file), 'utf8')).not.toContain('redis-hang')
    }
    const score = await drill.mts('drill', 'score', '-o', 'json')
    expect(score.code).toBe(1)
    const value = await drillValue(drill.ended)
    expect(value).toMatchObject({
      kind: 'Drill',
      hard: false,
      passed: false,
      faults: [{ fault: 'redis-hang', named: false, ended: false }],
      lost: { count: 0 },
    })
    expect((await drill.mts('drill', 'score')).code).toBe(66)
  })

  it('has a place of its own: the real address, journal and notices are not in it', async () => {
    const drill = await begin('--seed', String(seedOf('missing-batch')))
    const config = await drill.mts('config', 'show', '-o', 'json')
    expect(config.stdout).toContain(drill.url)
    expect(config.stdout).not.toContain('real.example')
    const env = readFileSync(join(drill.dir, 'env'), 'utf8')
    expect(env).toContain('unset')
    expect(env).toContain(`export MTS_CONFIG=${join(drill.dir, 'config.yaml')}`)
    await drill.mts('settle', 'run', '2026-11-23')
    await drill.mts('drill', 'score')
    await drill.ended
    const runs = (await world?.mts('run', 'list', '-o', 'json'))?.json()['runs'] as {
      action?: string
    }[]
    expect(runs.map(({ action }) => action)).toEqual(['drill'])
  })

  it('passes whoever walks the right playbook to its right end, and keeps the score', async () => {
    const drill = await begin('--seed', String(seedOf('failed-batch-linked')))
    let run = (await drill.mts('playbook', 'settlement-failure', '-o', 'json')).json() as {
      run: string
      waitingFor?: { step: string }
    }
    for (const value of ['recipient=박', 'ticket=DEV-1']) {
      const step = run.waitingFor?.step ?? ''
      const words = ['--step', step, '--complete', '--value', value, '-o', 'json']
      run = (await drill.mts('run', 'resume', run.run, ...words)).json() as typeof run
    }
    const score = await drill.mts('drill', 'score', '-o', 'json')
    expect(score.json()).toMatchObject({
      passed: true,
      faults: [{ fault: 'failed-batch-linked', named: true, ended: true, finding: 'HOLDS_SALES' }],
      needless: [],
    })
    expect(score.code).toBe(0)
    expect((await drill.ended).stdout).toContain('합격')
    const list = await world?.mts('drill', 'list', '-o', 'json')
    expect(list?.json()['items']).toMatchObject([{ passed: true, lost: { count: 0 } }])
  })

  it('counts the sales that were deleted', async () => {
    const drill = await begin('--seed', String(seedOf('failed-batch-linked')))
    // The service's own answer is no whole JSON.
    const body = await (await fetch(`${drill.url}/api/settlements/date/2026-11-23`)).text()
    const id = /"id":(\d+)/.exec(body)?.[1] ?? ''
    const count = Number(/"transactionCount":(\d+)/.exec(body)?.[1])
    await fetch(`${drill.url}/api/settlements/${id}/reprocess`, { method: 'POST' })
    const score = await drillValue(drill.mts('drill', 'score', '-o', 'json'))
    expect(score.lost.count).toBe(count)
    expect(score.passed).toBe(false)
    await drill.ended
  })

  it('ends a fault by its remedy only, and says the same of every act', async () => {
    const drill = await begin('--seed', String(seedOf('rabbit-down')))
    const health = async () => (await fetch(`${drill.url}/actuator/health/customRabbitMQ`)).status
    const wrong = await drill.mts('drill', 'act', 'restart')
    expect(await health()).toBe(503)
    const right = await drill.mts('drill', 'act', 'restart-rabbitmq')
    expect(await health()).toBe(200)
    expect(right.stdout).toBe(wrong.stdout)
    expect((await drill.mts('drill', 'act', 'nothing')).code).toBe(64)
    const score = await drillValue(drill.mts('drill', 'score', '-o', 'json'))
    expect(score.needless.map(({ id }) => id)).toEqual(['restart'])
    await drill.ended
  })

  it('given up by Ctrl-C has no score and leaves no record', async () => {
    const drill = await begin('--seed', '3')
    world?.interrupt()
    expect((await drill.ended).code).toBe(130)
    expect((await drill.mts('drill', 'score')).code).toBe(66)
    const list = await world?.mts('drill', 'list', '-o', 'json')
    expect(list?.json()['items']).toEqual([])
  })
})

describe('the score', () => {
  const [scenario] = SCENARIOS.filter(({ fault }) => fault === 'wrong-totals')
  const facts = {
    scenarios: scenario === undefined ? [] : [scenario],
    runs: [],
    named: [],
    acts: [],
    lost: { count: 0, amount: '0' },
    elapsedMs: 1000,
  }

  it('takes any fitting playbook for the right name, but only a right finding for the end', () => {
    const wrongEnd = scoreDrill({
      ...facts,
      runs: [{ run: '1', playbook: 'settlement-failure', finding: 'SETTLED' }],
    })
    expect(wrongEnd.faults).toMatchObject([{ named: true, ended: false, finding: 'SETTLED' }])
    const elsewhere = scoreDrill({
      ...facts,
      runs: [{ run: '1', playbook: 'latency', finding: 'TOTALS_MISMATCH' }],
    })
    expect(elsewhere.faults).toMatchObject([{ named: false, ended: false }])
    const right = scoreDrill({
      ...facts,
      runs: [{ run: '1', playbook: 'data-consistency', finding: 'TOTALS_MISMATCH' }],
    })
    expect(right.passed).toBe(true)
  })

  it('does not pass when anything was lost, nor for a name alone', () => {
    const runs = [{ run: '1', playbook: 'data-consistency', finding: 'TOTALS_MISMATCH' }]
    expect(scoreDrill({ ...facts, runs, lost: { count: 1, amount: '10' } }).passed).toBe(false)
    const named = scoreDrill({ ...facts, named: ['data-consistency'] })
    expect(named.faults).toMatchObject([{ named: true, ended: false }])
    expect(named.passed).toBe(false)
  })

  it('holds changes that ended nothing against whoever made them, but no question', () => {
    const acts = ['restart', 'ask-vendor', 'db-locks', 'drain'].map((id) => ({
      id,
      atMs: 0,
      helped: false,
    }))
    expect(scoreDrill({ ...facts, acts }).needless.map(({ id }) => id)).toEqual(['restart'])
  })
})
