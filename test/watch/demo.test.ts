import { afterEach, expect, it } from 'vitest'
import { createSystemClock } from '../../src/cli/clock.ts'
import type { Clock } from '../../src/core/clock.ts'
import { DEMO_STORES, createDemo } from '../../src/demo/demo.ts'
import { listenDemo } from '../../src/demo/listen.ts'
import { createServiceClient } from '../../src/service/client.ts'
import { listenReceiver, type Receiver } from '../notify/receiver.ts'
import { createFakeWorld } from '../support/ports.ts'

/** What the watch has said, for a test that fails. */
let said = (): string => ''

const open: { close(): Promise<void> | void }[] = []

afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

/** Real time from a fixed moment, so that no verdict hangs on when the tests run. */
function shiftedClock(): Clock {
  const clock = createSystemClock()
  const startMs = clock.monotonicMs()
  const fromMs = Date.parse('2026-11-24T09:10:00+09:00')
  return { ...clock, now: () => fromMs + clock.monotonicMs() - startMs }
}

async function soon(what: string, isSo: () => boolean): Promise<void> {
  const until = Date.now() + 30_000
  while (!isSo()) {
    if (Date.now() > until) throw new Error(`not in time: ${what}\n${said()}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

function eventsOf(receiver: Receiver): string[] {
  return receiver.taken.map(({ path, body }) =>
    path === '/v2/enqueue'
      ? `${String(body['event_action'])} ${String(body['dedup_key']).split('/')[2]}`
      : (/\[[^\]]+\] [\w-]+|정산 완료/.exec(String(body['text']))?.[0] ?? String(body['text'])),
  )
}

/** Checks that a loaded machine, or a demo without history, could make look bad go nowhere. */
const CONFIG = `watch:
  level1: 200ms
  level2: 400ms
  level3: 1h
  remindAfter: 1h
notify:
  timeout: 500ms
  routes:
    service: []
    database: []
    sales: []
    settlement: []
    latency: []
    jvm-memory: []
    cpu: []
    disk: []
`

it('a watch on the demo service tells everything once, in order, whatever the receivers do', async () => {
  const clock = shiftedClock()
  const demo = createDemo({ clock, timeScale: 0.02, historyDays: 3 })
  const listening = await listenDemo(demo)
  // One misbehaviour for each message but the last, in turn.
  const slack = await listenReceiver([
    { kind: 'answer', status: 500, body: 'rollup_error' },
    { kind: 'take' },
    { kind: 'hang' },
    { kind: 'take' },
    { kind: 'answer', status: 429, retryAfter: '1' },
  ])
  const finance = await listenReceiver([{ kind: 'close' }])
  const pagerduty = await listenReceiver([
    { kind: 'take' },
    { kind: 'answer', status: 429, retryAfter: '1' },
  ])
  const heartbeat = await listenReceiver()
  const world = createFakeWorld({
    clock,
    service: (settings) => createServiceClient(settings, clock),
    files: { 'config/config.yaml': CONFIG },
    env: {
      MTS_URL: listening.url,
      MTS_STORES: DEMO_STORES.map((store) => store.businessNumber).join(','),
      MTS_SLACK_WEBHOOK_URL: `${slack.url}/services/secret`,
      MTS_SLACK_FINANCE_WEBHOOK_URL: `${finance.url}/services/secret`,
      MTS_PAGERDUTY_ROUTING_KEY: 'k'.repeat(32),
      MTS_PAGERDUTY_URL: pagerduty.url,
      MTS_HEARTBEAT_URL: `${heartbeat.url}/ping?token=secret`,
      // No answer is late for want of a processor.
      MTS_TIMEOUT: '15s',
    },
  })
  open.push({ close: () => world.dispose() }, listening, slack, finance, pagerduty, heartbeat)

  said = () => world.stdoutSoFar() + world.stderrSoFar()
  const watching = world.mts('watch')
  await soon('a first round', () => heartbeat.taken.length > 0)
  demo.setFault('redis-down')
  await soon('the page', () => pagerduty.taken.length === 1)
  const busy = await createSecond(world)
  demo.clearFault('redis-down')
  await soon('the end of it', () => pagerduty.taken.length === 2)
  demo.setFault('rabbit-down')
  await soon('the second page', () => pagerduty.taken.length === 3)
  demo.clearFault('rabbit-down')
  await soon('the second end', () => pagerduty.taken.length === 4)
  await soon('the line to finance', () => finance.taken.length === 1)
  await soon('all of Slack', () => slack.taken.length === 4)
  world.interrupt('SIGTERM')
  const ended = await watching
  expect(ended.code).toBe(130)

  expect(eventsOf(slack)).toEqual([
    '[위험] redis',
    '[복구] redis',
    '[위험] rabbitmq',
    '[복구] rabbitmq',
  ])
  expect(eventsOf(pagerduty)).toEqual([
    'trigger dependency-outage',
    'resolve dependency-outage',
    'trigger dependency-outage',
    'resolve dependency-outage',
  ])
  const keys = pagerduty.taken.map(({ body }) => body['dedup_key'])
  expect([keys[0], keys[2]]).toEqual([keys[1], keys[3]])
  expect(keys[0]).not.toBe(keys[2])
  expect(eventsOf(finance)).toEqual(['정산 완료'])
  // What was cut, or never answered, says that it may come twice; what was refused does not.
  expect(String(finance.taken[0]?.body['text'])).toContain('중복')
  expect(slack.taken.map(({ body }) => String(body['text']).includes('중복'))).toEqual([
    false,
    true,
    false,
    false,
  ])
  expect([slack.requests(), finance.requests(), pagerduty.requests()]).toEqual([7, 2, 5])
  expect(heartbeat.taken.length).toBeGreaterThan(5)
  expect(busy.code).toBe(75)
  expect(busy.stderr).toContain(`pid ${process.pid}`)

  const lines = ended.stdout.trimEnd().split('\n')
  const events = lines.map((line) => JSON.parse(line) as { kind: string; event: string })
  expect(new Set(events.map(({ kind }) => kind))).toEqual(new Set(['WatchEvent']))
  expect([events[0]?.event, events.at(-1)?.event]).toEqual(['started', 'stopped'])
  expect(ended.stdout + ended.stderr).not.toMatch(/secret|kkkk/)

  const journal = await world.ports.openJournal(`${world.home}/state/journal.db`, clock)
  const samples = (metric: string): number =>
    journal.samples({ url: listening.url, metric, fromMs: 0, toMs: clock.now() }).length
  expect(samples('system.cpu.usage')).toBeGreaterThan(5)
  expect(samples('sales.created.total')).toBeGreaterThan(2)
  expect(journal.watching?.pending()).toBe(0)
  journal.close()
}, 60_000)

/** The same home, another terminal. */
async function createSecond(world: ReturnType<typeof createFakeWorld>) {
  const other = createFakeWorld({
    env: { MTS_JOURNAL: `${world.home}/state/journal.db` },
    clock: world.ports.clock,
    service: () => {
      throw new Error('nothing is asked')
    },
  })
  open.push({ close: () => other.dispose() })
  return other.mts('watch')
}
