import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Run } from '../../../src/playbook/run.ts'
import { PROJECT_DIR } from '../../support/ports.ts'
import { createDemoWorld, type DemoWorld } from './demo-world.ts'

let world: DemoWorld | undefined
afterEach(async () => {
  await world?.close()
  world = undefined
})

const SHIPPED = readFileSync(join(PROJECT_DIR, 'playbooks', 'settlement-failure.yaml'), 'utf8')

async function begun() {
  const mts = (world = await createDemoWorld(['failed-batch-linked']))
  const file = join(mts.home, 'mine.yaml')
  writeFileSync(file, SHIPPED)
  const run = (await mts.mts('playbook', './mine.yaml', '-o', 'json')).json() as unknown as Run
  return { mts, file, run }
}

describe('a run whose document is edited while it is under way', () => {
  it('says so, and goes on with what it was begun with', async () => {
    const { mts, file, run } = await begun()
    expect((await mts.mts('run', 'status', run.run, '-o', 'json')).json()['documentNow']).toBe(
      undefined,
    )
    writeFileSync(file, SHIPPED.replaceAll('HOLDS_SALES', 'ANOTHER_CODE'))
    const status = await mts.mts('run', 'status', run.run, '-o', 'json')
    expect(status.json()['documentNow']).toMatchObject({ status: 'edited', file })
    expect((await mts.mts('run', 'status', run.run)).stdout).toMatch(
      /문서 +실행을 시작한 뒤 수정됨/,
    )
    const words = ['--step', run.waitingFor?.step ?? '', '--skip', '시험']
    const next = await mts.mts('run', 'resume', run.run, ...words, '-o', 'json')
    expect(next.stderr).toContain('시작할 때의 내용으로')
    expect(JSON.stringify(next.json())).not.toContain('ANOTHER_CODE')
    expect((next.json() as unknown as Run).playbook.digest).toBe(run.playbook.digest)
  })

  it('goes on also when the file is gone', async () => {
    const { mts, file, run } = await begun()
    rmSync(file)
    const status = await mts.mts('run', 'status', run.run, '-o', 'json')
    // The shipped one of that name is there, and is another version or the same: here the same.
    expect(status.json()['documentNow']).toBe(undefined)
    const words = ['--step', run.waitingFor?.step ?? '', '--skip', '시험']
    const next = await mts.mts('run', 'resume', run.run, ...words, '-o', 'json')
    expect([1, 4]).toContain(next.code)
  })
})
