import { afterEach, describe, expect, it } from 'vitest'
import { createPoster } from '../../src/notify/post.ts'
import { createFakeWorld, type FakeWorld } from '../support/ports.ts'
import { createSystemClock } from '../../src/cli/clock.ts'
import { listenReceiver, type Behaviour, type Receiver } from './receiver.ts'

const open: Receiver[] = []
const worlds: FakeWorld[] = []

afterEach(async () => {
  for (const each of worlds.splice(0)) each.dispose()
  for (const each of open.splice(0)) await each.close()
})

async function receiver(script: readonly Behaviour[] = []): Promise<Receiver> {
  const listening = await listenReceiver(script)
  open.push(listening)
  return listening
}

function world(env: Readonly<Record<string, string>>): FakeWorld {
  const created = createFakeWorld({ env, clock: createSystemClock() })
  worlds.push(created)
  return created
}

describe('one request', () => {
  it('tells what was answered, what was lost, and whether it may have arrived', async () => {
    const { post } = await createPoster(() => Date.now())
    const { url } = await receiver([
      { kind: 'answer', status: 429, retryAfter: '7' },
      { kind: 'hang' },
      { kind: 'close' },
      { kind: 'answer', status: 302, body: 'x'.repeat(100_000) },
    ])
    const ask = () => post({ url: `${url}/hook`, body: '{}', timeoutMs: 300 })
    expect(await ask()).toEqual({ kind: 'answered', httpStatus: 429, body: '', retryAfterMs: 7000 })
    expect(await ask()).toEqual({ kind: 'lost', reason: '응답 없음', sent: true })
    expect(await ask()).toEqual({ kind: 'lost', reason: 'ECONNRESET', sent: true })
    const redirect = await ask()
    expect(redirect.kind === 'answered' && redirect.body.length).toBe(4096)
    expect(await ask()).toEqual({ kind: 'answered', httpStatus: 200, body: 'ok' })
  })

  it('that found nobody certainly did not arrive', async () => {
    const gone = await listenReceiver()
    await gone.close()
    const { post } = await createPoster(() => Date.now())
    const answer = await post({ url: gone.url, body: '{}', timeoutMs: 500 })
    expect(answer).toEqual({ kind: 'lost', reason: 'ECONNREFUSED', sent: false })
  })
})

describe('mts notify test', () => {
  it('reaches every channel, resolves its own page, and is on the list', async () => {
    const { url, taken } = await receiver()
    const mts = world({
      MTS_SLACK_WEBHOOK_URL: `${url}/services/T0/B0/secret`,
      MTS_PAGERDUTY_ROUTING_KEY: 'k'.repeat(32),
      MTS_PAGERDUTY_URL: url,
    })
    const done = await mts.mts('notify', 'test')
    expect(done.stderr).toBe('')
    expect(done.code).toBe(0)
    const actions = taken.map(({ path, body }) => `${path} ${JSON.stringify(body['event_action'])}`)
    expect(actions.toSorted()).toEqual([
      '/services/T0/B0/secret undefined',
      '/v2/enqueue "resolve"',
      '/v2/enqueue "trigger"',
    ])
    const list = await mts.mts('notify', 'list', '-o', 'json')
    expect(list.json()).toMatchObject({
      kind: 'DeliveryList',
      items: [{ state: 'sent' }, { state: 'sent' }],
    })
    expect(done.stdout + list.stdout).not.toMatch(/secret|kkkk/)
  })

  it('says which channel refuses and why, and ends with 69', async () => {
    const { url } = await receiver([{ kind: 'answer', status: 403, body: 'action_prohibited' }])
    const mts = world({ MTS_SLACK_WEBHOOK_URL: `${url}/services/secret` })
    const done = await mts.mts('notify', 'test', '-o', 'json')
    expect(done.code).toBe(69)
    expect(done.json()).toMatchObject({
      status: 'failed',
      items: [{ channel: 'slack', status: 'failed', problem: 'HTTP 403 action_prohibited' }],
    })
    const list = await mts.mts('notify', 'list')
    expect(list.stdout).toContain('action_prohibited')
    expect(list.stdout).not.toContain('secret')
  })

  it('tries again where that may help', async () => {
    const { url, taken } = await receiver([{ kind: 'answer', status: 500, body: 'rollup_error' }])
    const done = await world({ MTS_SLACK_WEBHOOK_URL: `${url}/x` }).mts('notify', 'test')
    expect(done.code).toBe(0)
    expect(taken).toHaveLength(1)
  })

  it('without a channel is a matter of set-up', async () => {
    expect((await world({}).mts('notify', 'test')).code).toBe(78)
  })
})
