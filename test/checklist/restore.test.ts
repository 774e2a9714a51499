import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { ChecklistRun } from '../../src/checklist/run.ts'
import { createDemoWorld, wordsOf, type DemoWorld } from '../playbook/engine/demo-world.ts'

let world: DemoWorld | undefined
afterEach(async () => {
  await world?.close()
  world = undefined
})

async function open(script: string): Promise<DemoWorld> {
  world = await createDemoWorld()
  mkdirSync(world.ports.directories.config, { recursive: true })
  writeFileSync(
    join(world.ports.directories.config, 'config.yaml'),
    `commands:\n  - { id: restore-test, argv: [${JSON.stringify(process.execPath)}, -e, ${JSON.stringify(script)}], impact: mutating }\n`,
    { mode: 0o600 },
  )
  return world
}

async function walk(mts: DemoWorld, ...words: string[]) {
  const { code, json } = await mts.mts(...words, '-o', 'json')
  return { code, checklist: json() as unknown as ChecklistRun }
}

const itemOf = ({ items }: ChecklistRun, id: string) => items.find((item) => item.id === id)

const ANSWERS = ['--answer', 'patch-plan.plan=김 12월']

/** Answers what comes before the command, and goes on with what is printed. */
async function approve(mts: DemoWorld, begun: ChecklistRun): Promise<ChecklistRun> {
  expect(begun.rerun).toContain('--step restore-command --confirm')
  return (await walk(mts, ...wordsOf(begun.rerun ?? ''))).checklist
}

describe('the restore test that is set up as a command', () => {
  it('is started once approved, looks at everything else meanwhile, and is the proof of the week', async () => {
    const mts = await open("console.log('restored 1204 rows in 31 s')")
    const { checklist } = await walk(mts, 'checklist', 'weekly', ...ANSWERS)
    expect(itemOf(checklist, 'restore-command')?.status).toBe('unanswered')
    // Nobody has approved anything: the other items were looked at all the same.
    expect(itemOf(checklist, 'patches')?.status).toBe('fail')
    const done = await approve(mts, checklist)
    expect(itemOf(done, 'restore-command')).toMatchObject({
      status: 'pass',
      observed: expect.stringContaining('restored 1204 rows'),
    })
    expect(itemOf(done, 'backup')).toMatchObject({ status: 'skipped', notApplicable: true })
    // Begun again on the day, it is not run again.
    const again = await walk(mts, 'checklist', 'weekly')
    expect(again.checklist.run).toBe(checklist.run)
    expect(itemOf(again.checklist, 'restore-command')?.status).toBe('pass')
  })

  it('that fails is a failed item, and a person is asked for the last one', async () => {
    const mts = await open("console.error('no space'); process.exit(3)")
    const { checklist } = await walk(mts, 'checklist', 'weekly', ...ANSWERS)
    const done = await approve(mts, checklist)
    expect(itemOf(done, 'restore-command')).toMatchObject({
      status: 'fail',
      observed: expect.stringContaining('no space'),
    })
    expect(itemOf(done, 'backup')?.status).toBe('unanswered')
  })

  it('may be left for another week with a reason', async () => {
    const mts = await open("console.log('never')")
    const { checklist } = await walk(mts, 'checklist', 'weekly', ...ANSWERS)
    const skipped = await walk(
      mts,
      'run',
      'resume',
      checklist.run,
      '--step',
      'restore-command',
      '--skip',
      '월 1회',
    )
    expect(itemOf(skipped.checklist, 'restore-command')).toMatchObject({ status: 'skipped' })
    expect(itemOf(skipped.checklist, 'backup')?.status).toBe('unanswered')
  })
})
