import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { ChecklistRun } from '../../src/checklist/run.ts'
import { cellsOf } from '../../src/render/columns.ts'
import { createDemoWorld, wordsOf, type DemoWorld } from '../playbook/engine/demo-world.ts'

let world: DemoWorld | undefined
afterEach(async () => {
  await world?.close()
  world = undefined
})

/** The service stands in for a PG that answers; without an external the daily one is never all known. */
async function open(...faults: string[]): Promise<DemoWorld> {
  world = await createDemoWorld(faults)
  mkdirSync(world.ports.directories.config, { recursive: true })
  writeFileSync(
    join(world.ports.directories.config, 'config.yaml'),
    `externals:\n  - { id: pg, url: '${world.url}/actuator/info' }\n`,
    { mode: 0o600 },
  )
  return world
}

async function check(
  mts: DemoWorld,
  ...words: string[]
): Promise<{ code: number; checklist: ChecklistRun }> {
  const { code, json } = await mts.mts(...words, '-o', 'json')
  return { code, checklist: json() as unknown as ChecklistRun }
}

/** Answers every item that wants a person; deposits are as the record has them. */
async function answerAll(mts: DemoWorld, begun: ChecklistRun): Promise<ChecklistRun> {
  let at = begun
  const deposit = mts.demo.settlementOnDate('2026-11-23')?.netAmount ?? 0n
  for (let turns = 0; at.items.some((item) => item.status === 'unanswered'); turns++) {
    if (turns > 10) throw new Error('the checklist goes on asking')
    const words = wordsOf(at.rerun ?? '').map((word) =>
      word.replace(/=<.*>$/, `=${Number(deposit) / 100}`),
    )
    at = (await check(mts, ...words)).checklist
  }
  return at
}

const statusOf = (checklist: ChecklistRun, id: string) =>
  checklist.items.find((item) => item.id === id)?.status

describe('mts checklist without a terminal', () => {
  it('measures what can be measured and says what nobody has answered', async () => {
    const mts = await open()
    const { code, checklist } = await check(mts, 'checklist', 'daily')
    expect(checklist).toMatchObject({
      apiVersion: 'mts/v1',
      kind: 'ChecklistRun',
      checklist: 'daily',
      date: '2026-11-24',
    })
    expect(statusOf(checklist, 'settlement')).toBe('pass')
    expect(statusOf(checklist, 'payout')).toBe('unanswered')
    expect(checklist.items.find((item) => item.id === 'resources')?.evidence).toMatchObject({
      value: { status: 'ok' },
    })
    expect(code).toBe(4)
    expect(checklist.signed).toBeUndefined()
  })

  it('goes on past a failed item, and a failed blocking one is critical', async () => {
    const mts = await open('failed-batch-linked')
    const { code, checklist } = await check(mts, 'checklist')
    expect(code).toBe(2)
    expect(checklist.status).toBe('fail')
    expect(statusOf(checklist, 'settlement')).toBe('fail')
    expect(statusOf(checklist, 'resources')).toBe('pass')
  })

  it('calls what it could not see unknown', async () => {
    const mts = (world = await createDemoWorld())
    const { checklist } = await check(mts, 'checklist', '--url', 'http://127.0.0.1:9')
    expect(statusOf(checklist, 'settlement')).toBe('unknown')
    expect(statusOf(checklist, 'resources')).not.toBe('pass')
    // What is open in the journal is known whatever the service does.
    const passed = checklist.items.filter((item) => item.status === 'pass')
    expect(passed.map(({ id }) => id)).toEqual(['matters'])
  })

  it('begun twice on a day is one run: read anew, answers kept', async () => {
    const mts = await open()
    const first = (await check(mts, 'checklist')).checklist
    const answered = (
      await check(mts, ...wordsOf(first.rerun ?? '').map((word) => word.replace(/=<.*>$/, '=1')))
    ).checklist
    expect(statusOf(answered, 'payout')).toBe('pass')
    // Another amount than the settlement's.
    expect(statusOf(answered, 'payout-match')).toBe('fail')
    const requests = mts.demo.requests.length
    const second = (await check(mts, 'checklist')).checklist
    expect(second.run).toBe(first.run)
    expect(statusOf(second, 'payout')).toBe('pass')
    expect(second.items.find((item) => item.id === 'payout')?.answers).toEqual({ amount: '1' })
    expect(mts.demo.requests.length).toBeGreaterThan(requests)
  })

  it('signed, it is done: the next one of the day is another, and on another day too', async () => {
    const mts = await open()
    const first = (await check(mts, 'checklist')).checklist
    const done = await answerAll(mts, first)
    expect(done.status).toBe('pass')
    expect(done.rerun).toContain('--step sign --complete')
    const { code, checklist: signed } = await check(mts, ...wordsOf(done.rerun ?? ''))
    expect(code).toBe(0)
    expect(signed.signed).toMatchObject({ by: 'tester' })
    expect(signed.rerun).toBeUndefined()
    const next = (await check(mts, 'checklist')).checklist
    expect(next.run).not.toBe(first.run)
    expect(next.changed).toMatchObject({ since: '2026-11-24' })

    mts.clock.set('2026-11-25T09:00:00+09:00')
    const tomorrow = (await check(mts, 'checklist')).checklist
    expect(tomorrow.run).toMatch(/^20261125-/)
  })

  it('tells what has changed since the last signed one', async () => {
    const mts = await open()
    const done = await answerAll(mts, (await check(mts, 'checklist')).checklist)
    await mts.mts(...wordsOf(done.rerun ?? ''))
    mts.demo.setFault('high-memory')
    const { code, checklist } = await check(mts, 'checklist')
    const resources = checklist.items.find((item) => item.id === 'resources')
    expect(resources).toMatchObject({ status: 'warning', before: 'pass' })
    expect(checklist.changed?.items).toBeGreaterThanOrEqual(1)
    expect(code).toBe(1)
  })

  it('is shown with what stands out first, within 80 cells', async () => {
    const mts = await open('failed-batch-linked')
    const { stdout } = await mts.mts('checklist')
    const lines = stdout.split('\n')
    expect(lines[0]).toContain('일일 점검')
    expect(lines[1]).toMatch(/^실패 +1 /)
    const failed = lines.findIndex((line) => line.startsWith('실패'))
    const passed = lines.findIndex((line) => line.startsWith('통과'))
    expect(failed).toBeLessThan(passed)
    expect(stdout).toContain('서명 전')
    for (const line of lines) expect(cellsOf(line)).toBeLessThanOrEqual(80)
  })

  it('that does not exist is 66', async () => {
    const mts = await open()
    expect((await mts.mts('checklist', 'hourly')).code).toBe(66)
  })
})

describe('a checklist on record', () => {
  it('is not signed while an item wants an answer', async () => {
    const mts = await open()
    const { run } = (await check(mts, 'checklist')).checklist
    const signed = await mts.mts('run', 'resume', run, '--step', 'sign', '--complete', '-o', 'json')
    expect(signed.code).toBe(64)
    expect(signed.json()).toMatchObject({ code: 'STEP_NOT_WAITING' })
  })

  it('can be aborted, and reads nothing more', async () => {
    const mts = await open()
    const { run } = (await check(mts, 'checklist')).checklist
    const requests = mts.demo.requests.length
    const aborted = await mts.mts('run', 'abort', run, '--reason', '휴일', '-o', 'json')
    expect(aborted.json()).toMatchObject({ kind: 'Run', status: 'aborted' })
    expect(mts.demo.requests.length).toBe(requests)
    const next = (await check(mts, 'checklist')).checklist
    expect(next.run).not.toBe(run)
  })
})
