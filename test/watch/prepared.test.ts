import { afterEach, expect, it } from 'vitest'
import { createSystemClock } from '../../src/cli/clock.ts'
import type { Clock } from '../../src/core/clock.ts'
import { DEMO_STORES, createDemo, type Demo } from '../../src/demo/demo.ts'
import { listenDemo } from '../../src/demo/listen.ts'
import { createServiceClient } from '../../src/service/client.ts'
import { listenReceiver, type Receiver } from '../notify/receiver.ts'
import { createFakeWorld, type FakeWorld } from '../support/ports.ts'

const open: { close(): Promise<void> | void }[] = []

afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

interface Stage {
  readonly demo: Demo
  readonly slack: Receiver
  readonly finance: Receiver
  readonly world: FakeWorld
  /** Moves the wall clock on. */
  pass(ms: number): void
}

async function stage(faults: readonly string[], config: string): Promise<Stage> {
  const real = createSystemClock()
  let offsetMs = Date.parse('2026-11-24T09:10:00+09:00') - real.now()
  const clock: Clock = { ...real, now: () => real.now() + offsetMs }
  const demo = createDemo({ clock, faults, timeScale: 0.01, historyDays: 3 })
  const listening = await listenDemo(demo)
  const slack = await listenReceiver()
  const finance = await listenReceiver()
  const world = createFakeWorld({
    clock,
    service: (settings) => createServiceClient(settings, clock),
    files: { 'config/config.yaml': config },
    env: {
      MTS_URL: listening.url,
      MTS_STORES: DEMO_STORES.map((store) => store.businessNumber).join(','),
      MTS_SLACK_WEBHOOK_URL: `${slack.url}/services/secret`,
      MTS_SLACK_FINANCE_WEBHOOK_URL: `${finance.url}/services/secret`,
    },
  })
  open.push({ close: () => world.dispose() }, listening, slack, finance)
  const pass = (ms: number): void => {
    offsetMs += ms
  }
  return { demo, slack, finance, world, pass }
}

const words = ({ taken }: Receiver): string[] => taken.map(({ body }) => JSON.stringify(body))

it('an incident prepares the run of its playbook, and the message says how to go on with it', async () => {
  const config = 'watch:\n  failures: 1\n  prepareRuns: true\n'
  const { slack, world, pass } = await stage(['failed-batch-linked'], config)
  const done = await world.mts('watch', '--once', '--level', '2', '-o', 'json')
  expect(done.code).toBe(2)
  const [message = ''] = words(slack)
  expect(message).toContain('[위험] settlement')
  const run = /mts run resume (\d{8}-\d\d)/.exec(message)?.[1] ?? 'none'
  const status = await world.mts('run', 'status', run, '-o', 'json')
  expect(status.json()).toMatchObject({
    run,
    status: 'waiting',
    playbook: { id: 'settlement-failure' },
  })

  pass(300_000)
  await world.mts('watch', '--once', '--level', '2')
  expect(slack.taken).toHaveLength(1)
  // Somebody goes on with it, as far as they get: that is an acknowledgement.
  await world.mts('run', 'resume', run)
  pass(300_000)
  await world.mts('watch', '--once', '--level', '2')
  expect(words(slack)[1]).toContain('[확인] settlement tester 대응 중')
})

it('finance hears nothing of a settlement that differs from its sales; the watch does', async () => {
  const { demo, slack, finance, world, pass } = await stage([], 'watch:\n  failures: 1\n')
  const [settlement] = demo.settlements()
  if (settlement === undefined) throw new Error('nothing is settled')
  demo.addSale({ at: `${settlement.date}T23:30:00`, amount: 12_345 })
  await world.mts('watch', '--once', '--level', '2')
  expect(finance.taken).toEqual([])
  expect(words(slack)[0]).toMatch(
    /\[위험\] reconciliation 정산\(2026-11-23\) \d+건 [\d,]+원 ≠ 매출/,
  )

  pass(300_000)
  await world.mts('watch', '--once', '--level', '2')
  expect(finance.taken).toEqual([])
})

it('finance hears the good line once', async () => {
  const { finance, world, pass } = await stage([], '')
  for (let round = 0; round < 2; round++) {
    await world.mts('watch', '--once', '--level', '2')
    pass(300_000)
  }
  expect(finance.taken).toHaveLength(1)
  expect(finance.taken[0]?.body['text']).toMatch(
    /^정산 완료 11\/23 · [\d,]+건 · [\d,]+원 · 매출과 대사 일치$/,
  )
})
