import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { listenReceiver, type Receiver } from '../notify/receiver.ts'
import { createDemoWorld, wordsOf, type DemoWorld } from '../playbook/engine/demo-world.ts'

let world: DemoWorld | undefined
let slack: Receiver | undefined
afterEach(async () => {
  await world?.close()
  await slack?.close()
  world = undefined
  slack = undefined
})

async function open(config = ''): Promise<DemoWorld> {
  slack = await listenReceiver()
  world = await createDemoWorld([], { env: { HOOK: `${slack.url}/services/secret` } })
  mkdirSync(world.ports.directories.config, { recursive: true })
  writeFileSync(
    join(world.ports.directories.config, 'config.yaml'),
    `slack: { webhookUrl: '\${HOOK}' }\n${config}`,
    { mode: 0o600 },
  )
  return world
}

/** One round, and what of it was about the checklist. */
async function watch(mts: DemoWorld, at: string): Promise<readonly string[]> {
  mts.clock.set(at)
  const before = slack?.taken.length ?? 0
  await mts.mts('watch', '--once', '--level', '1', '-o', 'json')
  return (slack?.taken ?? [])
    .slice(before)
    .map(({ body }) => JSON.stringify(body))
    .filter((body) => body.includes('일일 점검'))
}

describe('a daily checklist that nobody signs', () => {
  it('is told at 09:30, once, where dailies are worked with, and not on a holiday', async () => {
    const mts = await open("holidays: ['2026-11-25']\n")
    // Nobody has ever opened one here: this may not be the machine for it.
    expect(await watch(mts, '2026-11-24T09:31:00+09:00')).toEqual([])

    await mts.mts('checklist', 'daily', '-o', 'json')
    const told = await watch(mts, '2026-11-24T09:32:00+09:00')
    expect(told).toHaveLength(1)
    expect(told[0]).toContain('일일 점검 미서명 · 11/24 09:30 지남(미응답 2)')
    expect(told[0]).toContain('mts checklist daily --url')
    expect(await watch(mts, '2026-11-24T09:33:00+09:00')).toEqual([])

    expect(await watch(mts, '2026-11-25T10:00:00+09:00')).toEqual([])
    expect(await watch(mts, '2026-11-26T09:29:00+09:00')).toEqual([])
    const next = await watch(mts, '2026-11-26T09:30:00+09:00')
    expect(next[0]).toContain('11/26 09:30 지남')
  }, 20_000)

  it('is not told once it is signed', async () => {
    const mts = await open()
    mts.clock.set('2026-11-24T09:10:00+09:00')
    const deposit = Number(mts.demo.settlementOnDate('2026-11-23')?.netAmount ?? 0n) / 100
    const begun = await mts.mts(
      'checklist',
      'daily',
      '--answer',
      `payout=${deposit}`,
      '--answer',
      'notices=yes',
      '-o',
      'json',
    )
    const { rerun } = begun.json() as { rerun: string }
    await mts.mts(...wordsOf(rerun))
    // Its own line has gone out; the watch adds nothing.
    expect(await watch(mts, '2026-11-24T09:40:00+09:00')).toEqual([])
  })
})
