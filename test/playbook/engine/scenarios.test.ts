import { createServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { Run } from '../../../src/playbook/run.ts'
import { createDemoWorld, wordsOf, type DemoWorld } from './demo-world.ts'

let world: DemoWorld | undefined
afterEach(async () => {
  await world?.close()
  world = undefined
})

interface Walked {
  readonly code: number
  readonly run: Run
  /** Steps at which it waited, in order. */
  readonly waited: readonly string[]
}

type Answers = Readonly<Record<string, string | ((mts: DemoWorld) => void)>>

const TURNS = 25

/** Walks a playbook by its printed commands; fields are answered by name, `false` where nothing is said. */
async function walk(mts: DemoWorld, id: string, answers: Answers = {}): Promise<Walked> {
  const waited: string[] = []
  let words: readonly string[] = ['playbook', id]
  for (let turn = 0; turn < TURNS; turn++) {
    const finished = await mts.mts(...words, '-o', 'json')
    const run = finished.json() as unknown as Run
    const waiting = run.waitingFor
    if (waiting === undefined) return { code: finished.code, run, waited }
    waited.push(waiting.step)
    const before = answers[`before ${waiting.step}`]
    if (typeof before === 'function') before(mts)
    words =
      waiting.question === 'wait'
        ? ['run', 'resume', run.run, '--step', waiting.step, '--skip', '시험']
        : waiting.question === 'judge'
          ? ['run', 'resume', run.run, '--step', waiting.step, '--complete']
          : wordsOf(waiting.rerun).map((word) =>
              word.replace(/^([\w-]+)=<.*>$/, (_all, field: string) => {
                const answer = answers[field]
                return `${field}=${typeof answer === 'string' ? answer : 'INC-1'}`
              }),
            )
  }
  throw new Error(`still waiting after ${TURNS} turns: ${waited.join(', ')}`)
}

async function open(
  faults: readonly string[],
  env: Record<string, string> = {},
): Promise<DemoWorld> {
  world = await createDemoWorld(faults, { env })
  return world
}

const statusOf = (run: Run, id: string): string | undefined =>
  run.steps.find((step) => step.id === id)?.status

describe('sales-drop against the demo', () => {
  it('of a card outage names the cards, hands it to the vendor and ends as such', async () => {
    const mts = await open(['payment-outage'])
    const { code, run, waited } = await walk(mts, 'sales-drop', { back: 'false' })
    expect(run.steps.find((step) => step.id === 'stopped')?.observed).toMatch(/중단 CARD/)
    expect(waited).toEqual(['cards', 'workaround', 'resumed'])
    expect(run.finding?.code).toBe('CARD_OUTAGE')
    expect(code).toBe(1)
    expect(mts.posts()).toBe(0)
  })

  it('believes a reported recovery only when cards flow', async () => {
    const mts = await open(['payment-outage'])
    const { run } = await walk(mts, 'sales-drop', { back: 'true' })
    expect(run.finding?.code).toBe('CARD_OUTAGE')
    expect(statusOf(run, 'flowing')).toBe('failed')
  })

  it('ends the outage when cards flow and the backlog was reconciled', async () => {
    const mts = await open(['payment-outage'])
    const { code, run } = await walk(mts, 'sales-drop', {
      back: 'true',
      'before resumed': (its) => {
        its.demo.clearFault('payment-outage')
        its.demo.addSale({ at: '2026-11-24T08:59:59', amount: 5000, paymentType: 'CARD' })
      },
    })
    expect(run.finding?.code).toBe('CARD_OUTAGE_OVER')
    expect(code).toBe(0)
  })

  it('of no sale at all asks whether requests arrive', async () => {
    const mts = await open(['no-sales'])
    const upstream = await walk(mts, 'sales-drop', { arriving: 'false' })
    expect(upstream.run.finding?.code).toBe('ALL_SALES_STOPPED')
    const ours = await walk(mts, 'sales-drop', { arriving: 'true' })
    expect(ours.run.finding?.code).toBe('REGISTRATION_FAILING')
    expect(mts.posts()).toBe(0)
  })

  it('of a healthy service says that there is no drop', async () => {
    const mts = await open([])
    const { code, run, waited } = await walk(mts, 'sales-drop')
    expect(run.finding?.code).toBe('NO_DROP')
    expect({ code, waited }).toEqual({ code: 0, waited: [] })
    const externals = run.steps.find((step) => step.id === 'externals')
    expect(externals?.status).toBe('unknown')
    expect(externals?.reason).toMatch(/externals/)
  })

  it('without stores does not judge, and says how to set them', async () => {
    const mts = await open(['no-sales'], { MTS_STORES: '' })
    const { run } = await walk(mts, 'sales-drop')
    expect(run.finding?.code).toBe('NOT_JUDGED')
    expect(statusOf(run, 'stopped')).toBe('unknown')
  })

  it('sends a dependency that is down to its own playbook', async () => {
    const mts = await open(['rabbit-down'])
    const { run } = await walk(mts, 'sales-drop')
    expect(run.finding).toMatchObject({ code: 'DEPENDENCY_DOWN' })
    expect(run.finding?.message).toContain('mts playbook dependency-outage')
  })
})

describe('latency against the demo', () => {
  it('of slow endpoints names them, and stays open until they are fast', async () => {
    const mts = await open(['slow'])
    const { run, waited } = await walk(mts, 'latency', { scale_out: 'true' })
    expect(run.steps.find((step) => step.id === 'slowest')?.observed).toContain('/api/v1/sales/')
    expect(waited).toEqual(['bypass', 'scale', 'cool'])
    expect(run.finding?.code).toBe('STILL_SLOW')
    expect(mts.posts()).toBe(0)
  })

  it('ends well once they are fast, with the plan and what prevents it', async () => {
    const mts = await open(['slow'])
    const { code, run, waited } = await walk(mts, 'latency', {
      scale_out: 'false',
      'before cool': (its) => its.demo.clearFault('slow'),
    })
    expect(waited).toEqual(['bypass', 'cache', 'cool', 'plan', 'prevent'])
    expect(run.finding?.code).toBe('LATENCY_OVER')
    expect(code).toBe(0)
  })

  it('of an exhausted pool goes for the locks and never offers to scale out', async () => {
    const mts = await open(['pool-exhausted'])
    const { run, waited } = await walk(mts, 'latency', {
      'before unlock': (its) => its.demo.clearFault('pool-exhausted'),
    })
    expect(waited).toEqual(['locks', 'unlock', 'plan', 'prevent'])
    expect(statusOf(run, 'scale')).toBe('skipped')
    expect(run.finding?.code).toBe('LATENCY_OVER')
  })

  it('of a full heap restarts by hand where no command is set, and looks again', async () => {
    const mts = await open(['high-memory'])
    const { run, waited } = await walk(mts, 'latency')
    expect(waited).toEqual(['memory'])
    expect(run.finding?.code).toBe('HEAP_FULL')
    expect(run.steps.find((step) => step.id === 'memory')?.observed).toMatch(/직접 실행/)
  })

  it('of a service that is fast says so, and that there is no hit rate', async () => {
    const mts = await open([])
    const { code, run } = await walk(mts, 'latency')
    expect(run.finding?.code).toBe('NOT_SLOW')
    expect(code).toBe(0)
    expect(run.steps.find((step) => step.id === 'hitrate')).toMatchObject({ status: 'unknown' })
  })

  it('leaves a hanging dependency to its own playbook', async () => {
    const mts = await open(['redis-hang'])
    const { run } = await walk(mts, 'latency')
    expect(run.finding?.code).toBe('DEPENDENCY_DOWN')
  })
})

describe('dependency-outage against the demo', () => {
  it.each([
    ['redis-down', ['redis', 'restart_redis']],
    ['redis-hang', ['redis', 'restart_redis']],
    ['db-down', ['database', 'restart_database']],
    ['db-hang', ['database', 'restart_database']],
    ['rabbit-down', ['rabbitmq', 'restart_rabbitmq']],
  ])('of %s finds it, and proves the recovery by a sale', async (fault, steps) => {
    const mts = await open([fault])
    const { code, run, waited } = await walk(mts, 'dependency-outage', {
      [`before ${steps[1]}`]: (its) => {
        its.demo.clearFault(fault)
        its.demo.addSale({ at: '2026-11-24T08:59:59', amount: 5000 })
      },
    })
    expect(waited).toEqual([...steps, 'after'])
    expect(run.finding?.code).toBe('RECOVERED')
    expect(code).toBe(0)
    expect(mts.posts()).toBe(0)
  })

  it('of an exhausted pool does not restart the database', async () => {
    const mts = await open(['pool-exhausted'])
    const { run, waited } = await walk(mts, 'dependency-outage')
    expect(run.finding?.code).toBe('POOL_EXHAUSTED')
    expect(waited).toEqual([])
  })

  it('where all answer ends so; where nothing may be asked does not guess', async () => {
    const healthy = await walk(await open([]), 'dependency-outage')
    expect(healthy.run.finding?.code).toBe('NO_OUTAGE')
    await world?.close()
    const locked = await walk(await open(['auth']), 'dependency-outage')
    expect(locked.run.finding?.code).toBe('STATE_UNKNOWN')
  })
})

describe('service-down against the demo', () => {
  /** Nothing listens there. */
  async function freePort(): Promise<number> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    await new Promise((resolve) => server.close(resolve))
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  it('of a dead service walks its five steps, stand-in first, and stops at what is still dead', async () => {
    const mts = await open([], { MTS_URL: `http://127.0.0.1:${await freePort()}` })
    const waited: string[] = []
    let words: readonly string[] = ['playbook', 'service-down']
    for (let turn = 0; turn < 8; turn++) {
      const run = (await mts.mts(...words, '-o', 'json')).json() as unknown as Run
      const waiting = run.waitingFor
      if (waiting === undefined) throw new Error(`it ended: ${run.finding?.code}`)
      waited.push(waiting.step)
      // The next step polls for five minutes: that is walked with a clock that is ours.
      if (waiting.step === 'patch') break
      words = wordsOf(waiting.rerun).map((word) =>
        word === 'rollback=<rollback>' ? 'rollback=false' : word.replace(/=<.*>$/, '=INC-1'),
      )
    }
    expect(waited).toEqual(['standby', 'first_notice', 'cause', 'decide', 'patch'])
  })

  it('of a hanging dependency forbids the restart', async () => {
    const { run } = await walk(await open(['redis-hang']), 'service-down')
    expect(run.finding?.code).toBe('DEPENDENCY_DOWN')
    expect(statusOf(run, 'patch')).toBe('skipped')
  })

  it('of a service that answers looks at the way to it', async () => {
    const { code, run, waited } = await walk(await open([]), 'service-down')
    expect(waited).toEqual(['answering'])
    expect(run.finding?.code).toBe('SERVICE_ANSWERS')
    expect(code).toBe(0)
  })

  it('of one that refuses our token decides nothing', async () => {
    const { run } = await walk(await open(['auth']), 'service-down')
    expect(run.finding?.code).toBe('STATE_UNKNOWN')
  })
})

describe('data-consistency against the demo', () => {
  it('is consistent only with the deposit that somebody else has seen', async () => {
    const mts = await open([])
    const record = mts.demo.settlementOnDate('2026-11-23')
    const right = await walk(mts, 'data-consistency', {
      net: String((record?.netAmount ?? 0) / 100),
    })
    expect(right.run.finding?.code).toBe('CONSISTENT')
    expect(right.code).toBe(0)
    const wrong = await walk(mts, 'data-consistency', { net: '1' })
    expect(wrong.run.finding?.code).toBe('PAYOUT_DIFFERS')
  })

  it.each([
    ['failed-batch-linked', 'NOT_SETTLED'],
    ['failed-batch-empty', 'NOT_SETTLED'],
    ['missing-batch', 'NOT_SETTLED'],
  ])('of %s sends to settlement-failure and nothing to the service', async (fault, code) => {
    const mts = await open([fault])
    const { run } = await walk(mts, 'data-consistency')
    expect(run.finding?.code).toBe(code)
    expect(statusOf(run, 'days')).toBe('failed')
    expect(mts.posts()).toBe(0)
  })

  it('of sales that came after the batch hands them over', async () => {
    const mts = await open([])
    mts.demo.addSale({ at: '2026-11-23T20:00:00', amount: 12_000 })
    const { run } = await walk(mts, 'data-consistency')
    expect(run.finding?.code).toBe('LATE_SALES')
  })

  it('of totals that are wrong does not pay', async () => {
    const mts = await open([])
    const record = mts.demo.settlementOnDate('2026-11-23')
    mts.demo.amendSettlement(record?.id ?? 0, { totalAmount: 100 })
    const { run } = await walk(mts, 'data-consistency')
    expect(run.finding?.code).toBe('TOTALS_MISMATCH')
  })
})
