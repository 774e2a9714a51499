import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { openJournal } from '../../../src/journal/journal.ts'
import { createProcessIdentity } from '../../../src/journal/process-identity.ts'
import type { Run } from '../../../src/playbook/run.ts'
import { cellsOf } from '../../../src/render/columns.ts'
import { createDemoWorld, wordsOf, type DemoWorld } from './demo-world.ts'

let world: DemoWorld | undefined
afterEach(async () => {
  await world?.close()
  world = undefined
})

async function open(...faults: string[]): Promise<DemoWorld> {
  world = await createDemoWorld(faults)
  return world
}

async function run(mts: DemoWorld, ...words: string[]): Promise<{ code: number; run: Run }> {
  const finished = await mts.mts(...words, '-o', 'json')
  return { code: finished.code, run: finished.json() as unknown as Run }
}

/** Goes on by the printed command, values put in place of their placeholders. */
function goOn(mts: DemoWorld, waiting: Run): Promise<{ code: number; run: Run }> {
  const words = wordsOf(waiting.waitingFor?.rerun ?? '')
  return run(mts, ...words.map((word) => word.replace(/=<.*>$/, '=INC-1')))
}

describe('mts playbook without a terminal', () => {
  it('reads what can be read, stops at the first question, and names the command that goes on', async () => {
    const mts = await open('failed-batch-linked')
    const { code, run: waiting } = await run(mts, 'playbook', 'settlement-failure')
    expect(code).toBe(4)
    expect(waiting).toMatchObject({
      apiVersion: 'mts/v1',
      kind: 'Run',
      playbook: { id: 'settlement-failure' },
      priority: 'P1',
      status: 'waiting',
      operator: 'tester',
      inputs: { date: '2026-11-23' },
      waitingFor: { step: 'sheet', type: 'manual' },
    })
    expect(waiting.waitingFor?.rerun).toContain(
      `mts run resume ${waiting.run} --step sheet --complete`,
    )
    expect(waiting.waitingFor?.rerun).toContain(`--url ${mts.url}`)
    expect(waiting.steps.find((step) => step.id === 'settlement')).toMatchObject({
      status: 'succeeded',
      type: 'probe',
    })
    // The ways not taken are not hidden as still to come.
    expect(waiting.steps.find((step) => step.id === 'reprocess')?.status).toBe('skipped')
    expect(mts.posts()).toBe(0)
  })

  it('walked on by its printed commands ends with its finding, exit 1', async () => {
    const mts = await open('failed-batch-linked')
    let { code, run: at } = await run(mts, 'playbook', 'settlement-failure')
    for (let turns = 0; code === 4 && turns < 10; turns++) ({ code, run: at } = await goOn(mts, at))
    expect(code).toBe(1)
    expect(at).toMatchObject({ status: 'failed', finding: { code: 'HOLDS_SALES' } })
    expect(at.endedAt).toBeDefined()
    expect(at.waitingFor).toBeUndefined()
    expect(mts.posts()).toBe(0)
  })

  it('does not take the placeholder of a printed command for a value', async () => {
    const mts = await open('failed-batch-linked')
    const { run: waiting } = await run(mts, 'playbook', 'settlement-failure')
    const pasted = await mts.mts(...wordsOf(waiting.waitingFor?.rerun ?? ''), '-o', 'json')
    expect(pasted.code).toBe(64)
    expect(pasted.json()).toMatchObject({ kind: 'Error', code: 'ANSWER_INVALID' })
  })

  it('sends once with the digest it printed, proves it, and goes on', async () => {
    const mts = await open('failed-batch-empty')
    const { code, run: asked } = await run(mts, 'playbook', 'settlement-failure')
    expect(code).toBe(4)
    expect(asked.waitingFor).toMatchObject({ type: 'action', question: 'action' })
    expect(asked.waitingFor?.rerun).toContain(`--confirm ${asked.waitingFor?.confirm}`)
    expect(mts.posts()).toBe(0)

    const after = await goOn(mts, asked)
    expect(after.code).toBe(4)
    expect(mts.posts()).toBe(1)
    expect(after.run.steps.find((step) => step.id === 'reprocess')?.status).toBe('succeeded')
    expect(after.run.steps.find((step) => step.id === 'consistency')?.status).toBe('succeeded')
    expect(after.run.pendingAction).toBeUndefined()

    // The same command again answers nothing and sends nothing.
    const again = await mts.mts(...wordsOf(asked.waitingFor?.rerun ?? ''), '-o', 'json')
    expect(again.code).toBe(64)
    expect(mts.posts()).toBe(1)
  })

  it('on a service that does not answer ends with that as its finding', async () => {
    const mts = await open()
    const gone = await mts.mts(
      'playbook',
      'settlement-failure',
      '-o',
      'json',
      '--url',
      'http://127.0.0.1:9',
    )
    expect(gone.code).toBe(1)
    expect(gone.json()).toMatchObject({ status: 'failed', finding: { code: 'SERVICE_DOWN' } })
  })

  it('at Ctrl-C while it looks is interrupted, says so, and goes on later', async () => {
    const mts = await open('redis-hang')
    const walking = mts.mts('playbook', 'settlement-failure', '-o', 'json')
    // The service has been asked and is not answering: the walk is in the middle of a look.
    while (mts.demo.requests.length === 0) await mts.clock.sleep(5)
    mts.interrupt()
    const { code, json } = await walking
    expect(code).toBe(130)
    expect(json()).toMatchObject({ kind: 'Run', status: 'interrupted' })
    const stopped = json() as unknown as Run
    expect(stopped.waitingFor?.rerun).toContain(`mts run resume ${stopped.run}`)
    expect(stopped.steps.some((step) => step.status === 'failed')).toBe(false)
    mts.demo.clearFault('redis-hang')
    const later = await run(mts, 'run', 'resume', stopped.run)
    expect(later.run.status).not.toBe('interrupted')
  })

  it('refuses unknown inputs and bad dates', async () => {
    const mts = await open()
    const wrong = await mts.mts('playbook', 'settlement-failure', '--input', 'date=2026-02-30')
    expect(wrong.code).toBe(64)
    expect(wrong.stderr).toContain('date')
    expect((await mts.mts('playbook', 'settlement-failure', '--input', 'day=1')).code).toBe(64)
  })
})

const MINE = `apiVersion: mts/v1
kind: Playbook
id: mine
title: { ko: 내 절차, en: My own }
version: 1.0.0
owner: me
priority: P2
impact: { ko: 없음, en: none }
worsens: { ko: 없음, en: none }
steps:
  - id: first
    title: { ko: 첫 단계, en: First }
    type: manual
    prompt: { ko: 하세요, en: Do it }
  - id: second
    title: { ko: 둘째 단계, en: Second }
    type: manual
    prompt: { ko: 처음 문구, en: As it was }
`

describe('mts run', () => {
  async function begun(): Promise<{ mts: DemoWorld; id: string }> {
    const mts = await open()
    writeFileSync(join(mts.home, 'mine.yaml'), MINE)
    const { code, run: waiting } = await run(mts, 'playbook', './mine.yaml')
    expect(code).toBe(4)
    return { mts, id: waiting.run }
  }

  it('goes on with the document as it was, though the file was edited', async () => {
    const { mts, id } = await begun()
    writeFileSync(join(mts.home, 'mine.yaml'), MINE.replace('처음 문구', '바뀐 문구'))
    const { run: at } = await run(mts, 'run', 'resume', id, '--step', 'first', '--complete')
    expect(at.waitingFor).toMatchObject({ step: 'second', prompt: '처음 문구' })
  })

  it('of another url is wrong usage', async () => {
    const { mts, id } = await begun()
    const other = await mts.mts('run', 'resume', id, '--url', 'http://127.0.0.1:9', '-o', 'json')
    expect(other.code).toBe(64)
    expect(other.json()).toMatchObject({ code: 'URL_MISMATCH' })
    expect(JSON.stringify(other.json())).toContain(mts.url)
  })

  it('held by another process is busy', async () => {
    const { mts, id } = await begun()
    const held = openJournal(join(mts.home, 'state', 'journal.db'), {
      clock: mts.clock,
      process: createProcessIdentity(),
    })
    const writer = held.openRun(id)
    expect((await mts.mts('run', 'resume', id)).code).toBe(75)
    writer.release()
    held.close()
    expect((await mts.mts('run', 'resume', id)).code).toBe(4)
  })

  it('means the newest that is not over when none is named, and one that does not exist is 66', async () => {
    const { mts, id } = await begun()
    expect((await run(mts, 'run', 'status')).run).toMatchObject({ run: id, kind: 'Run' })
    expect((await mts.mts('run', 'status', '20260101-99')).code).toBe(66)
  })

  it('takes a skip only with a reason, and only one way at a time', async () => {
    const { mts, id } = await begun()
    const at = ['run', 'resume', id, '--step', 'first'] as const
    expect((await mts.mts(...at, '--skip', ' ')).code).toBe(64)
    expect((await mts.mts(...at, '--complete', '--repeat')).code).toBe(64)
    expect((await mts.mts(...at)).code).toBe(64)
    expect((await mts.mts('run', 'resume', id, '--complete')).code).toBe(64)
    const skipped = await run(mts, ...at, '--skip', '담당 부재')
    expect(skipped.run.steps[0]).toMatchObject({ status: 'skipped', reason: '담당 부재' })
  })

  it('lists runs newest first, without their steps', async () => {
    const { mts, id } = await begun()
    await mts.mts('playbook', './mine.yaml')
    const list = (await mts.mts('run', 'list', '-o', 'json')).json() as {
      kind: string
      runs: { run: string; steps?: unknown }[]
    }
    expect(list.kind).toBe('RunList')
    expect(list.runs.map((each) => each.run)).toEqual([id.replace(/1$/, '2'), id])
    expect(list.runs.every((each) => each.steps === undefined)).toBe(true)
  })

  it('is aborted for good, with its reason', async () => {
    const { mts, id } = await begun()
    const aborted = await run(mts, 'run', 'abort', id, '--reason', '오탐')
    expect(aborted).toMatchObject({ code: 0, run: { status: 'aborted' } })
    expect((await mts.mts('run', 'abort', id, '--reason', '다시')).code).toBe(64)
    const resumed = await run(mts, 'run', 'resume', id, '--step', 'first', '--complete')
    expect(resumed.run.status).toBe('aborted')
  })

  it('keeps notes, without secrets, and hands over with its evidence', async () => {
    const { mts, id } = await begun()
    await mts.mts('run', 'note', id, '재무팀', '통보', 'token=abcdef123')
    const { code, stdout } = await mts.mts('run', 'handoff', id, '--to', 'backend')
    expect(code).toBe(0)
    expect(stdout).toContain('# 인계: 내 절차')
    expect(stdout).toContain('재무팀 통보')
    expect(stdout).not.toContain('abcdef123')
    expect(stdout).toContain(`mts run resume ${id} --step first --complete --url ${mts.url}`)
    expect((await run(mts, 'run', 'status', id)).run).toMatchObject({ handedTo: { to: 'backend' } })
  })

  it('shows and hands over a refused settlement action too', async () => {
    const mts = await open('failed-batch-linked')
    const [spoiled] = mts.demo.spoiled
    const record = mts.demo.settlementOnDate(spoiled?.date ?? '')
    const refused = await mts.mts('settle', 'reprocess', String(record?.id), '-o', 'json')
    expect(refused.code).toBe(5)
    const id = String(refused.json()['run'])
    expect((await mts.mts('run', 'status', id)).stdout).toContain('HOLDS_SALES')
    const handed = await mts.mts('run', 'handoff', id, '--to', 'backend')
    expect(handed.stdout).toContain(`#${record?.id}`)
    expect(handed.stdout).toContain('HOLDS_SALES')
  })

  it('is shown within 80 cells', async () => {
    const mts = await open('failed-batch-linked')
    const outputs = [
      await mts.mts('playbook', 'settlement-failure'),
      await mts.mts('run', 'status'),
      await mts.mts('run', 'list'),
    ]
    const lines = outputs.flatMap(({ stdout }) => stdout.split('\n'))
    // A command is never broken inside a word: only its longest word may stand out.
    const tooWide = lines.filter((line) => cellsOf(line) > 80 && !/^ *\S+( \\)?$/.test(line))
    expect(tooWide).toEqual([])
  })
})
