import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { ChecklistRun } from '../../src/checklist/run.ts'
import { createDemoWorld, wordsOf, type DemoWorld } from '../playbook/engine/demo-world.ts'

const worlds: DemoWorld[] = []
const homes: string[] = []
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close()
  for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true })
})

/** Two people at one machine: one journal, one service. */
async function people(...names: readonly string[]): Promise<DemoWorld[]> {
  const home = mkdtempSync(join(tmpdir(), 'mts-owner-'))
  homes.push(home)
  for (const operator of names) {
    const [first] = worlds
    const env = {
      MTS_JOURNAL: join(home, 'journal.db'),
      ...(first === undefined ? {} : { MTS_URL: first.url }),
    }
    worlds.push(await createDemoWorld([], { operator, env }))
  }
  return worlds
}

async function walk(mts: DemoWorld, ...words: string[]) {
  const { code, json, stderr, stdout } = await mts.mts(...words, '-o', 'json')
  return { code, stderr, stdout, checklist: json() as unknown as ChecklistRun }
}

const itemOf = (checklist: ChecklistRun, id: string) =>
  checklist.items.find((item) => item.id === id)

/** One item that only kim may answer. */
const OWNED = `apiVersion: mts/v1
kind: Checklist
id: owned
title: { ko: 담당 점검, en: Owned }
version: 1.0.0
owner: team
steps:
  - id: limit
    title: { ko: 한도 승인, en: Limit approved }
    type: manual
    ownerOnly: kim
    prompt: { ko: 오늘 한도를 입력하세요, en: Enter today's limit }
    expects:
      - { id: amount, title: { ko: 한도, en: limit }, type: money }
`

describe('an item that only its owner may answer', () => {
  it('keeps another’s answer as a note and says so; the owner’s counts, and only then it can be signed', async () => {
    const [lee, kim] = (await people('lee', 'kim')) as [DemoWorld, DemoWorld]
    const file = join(lee.home, 'owned.yaml')
    writeFileSync(file, OWNED)
    const seen = await walk(lee, 'checklist', file, '--answer', 'limit=5000')
    expect(seen.code).toBe(4)
    expect(seen.stderr).toContain('kim의 답만 인정')
    expect(itemOf(seen.checklist, 'limit')).toMatchObject({
      status: 'unanswered',
      ownerOnly: 'kim',
      note: expect.stringMatching(/lee.*amount=5000/),
    })
    expect(itemOf(seen.checklist, 'limit')).not.toHaveProperty('answers')
    // A skip is an answer as well.
    const { run } = seen.checklist
    const skipped = await walk(lee, 'run', 'resume', run, '--step', 'limit', '--skip', '바쁨')
    expect(itemOf(skipped.checklist, 'limit')?.status).toBe('unanswered')
    const signed = await lee.mts('run', 'resume', run, '--step', 'sign', '--complete')
    expect(signed.code).toBe(64)

    const rerun = wordsOf(skipped.checklist.rerun ?? '')
    const own = await walk(kim, ...rerun.map((word) => word.replace(/=<.*>$/, '=7000')))
    expect(itemOf(own.checklist, 'limit')).toMatchObject({
      status: 'pass',
      answers: { amount: '7000' },
    })
    const done = await walk(lee, ...wordsOf(own.checklist.rerun ?? ''))
    expect(done.checklist.signed).toMatchObject({
      by: 'lee',
      hash: expect.stringMatching(/^[0-9a-f]{16,}/),
    })
  })
})

describe('figures that another source is asked for', () => {
  it('are on no screen before the answer, and on it after', async () => {
    const [mts] = (await people('kim')) as [DemoWorld]
    const settled = mts.demo.settlementOnDate('2026-11-23')
    const total = (Number(settled?.totalAmount ?? 0n) / 100).toLocaleString('en-US')
    const net = (Number(settled?.netAmount ?? 0n) / 100).toLocaleString('en-US')
    for (const words of [['checklist'], ['checklist', '--all']]) {
      const { stdout } = await mts.mts(...words)
      expect(stdout).toContain('번 답한 뒤 표시')
      expect(stdout).not.toContain(total)
      expect(stdout).not.toContain(net)
    }
    const deposit = Number(settled?.netAmount ?? 0n) / 100
    const answered = await mts.mts('checklist', '--all', '--answer', `payout=${deposit}`)
    expect(answered.stdout).toContain(total)
    expect(answered.stdout).not.toContain('번 답한 뒤 표시')
  })
})
