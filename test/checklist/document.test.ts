import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createServiceClient } from '../../src/service/client.ts'
import { createFakeWorld, PROJECT_DIR, type FakeWorld } from '../support/ports.ts'

let world: FakeWorld | undefined
afterEach(() => {
  world?.dispose()
  world = undefined
})

const HEAD = `apiVersion: mts/v1
kind: Checklist
id: mine
title: { ko: 점검, en: Mine }
version: 1.0.0
owner: team
`
const question = (id: string, more = ''): string =>
  `  - { id: ${id}, title: { ko: 가, en: a }, type: manual, prompt: { ko: 가, en: a }${more} }\n`

async function validate(source: string): Promise<{ readonly code: number; readonly out: string }> {
  const mts = (world ??= createFakeWorld({
    service: (settings, its) => createServiceClient(settings, its),
  }))
  const file = join(mts.home, 'mine.yaml')
  writeFileSync(file, source)
  const { code, stdout } = await mts.mts('playbook', 'validate', file)
  return { code, out: stdout }
}

describe('a checklist of one’s own', () => {
  it('asks at most three questions where it is a daily one, under whatever name', async () => {
    const daily = `${HEAD}labels: { guide: daily }\nsteps:\n`
    const three = ['a', 'b', 'c'].map((id) => question(id)).join('')
    expect((await validate(daily + three)).code).toBe(0)
    const four = await validate(daily + three + question('d'))
    expect(four.code).toBe(78)
    expect(four.out).toContain('3개까지')
    // A weekly one may ask more.
    expect((await validate(`${HEAD}steps:\n${three}${question('d')}`)).code).toBe(0)
  })

  it('conceals only what comes before the question', async () => {
    const conceals = ', conceals: [a]'
    expect((await validate(`${HEAD}steps:\n${question('a')}${question('b', conceals)}`)).code).toBe(
      0,
    )
    const late = await validate(`${HEAD}steps:\n${question('b', conceals)}${question('a')}`)
    expect(late.code).toBe(78)
    expect(late.out).toContain('앞에 없는 항목입니다: a')
  })

  it('starts only commands of the operator, never a settlement', async () => {
    const action = (name: string) =>
      `${HEAD}steps:\n  - { id: a, title: { ko: 가, en: a }, type: action, action: ${name}, approval: {} }\n`
    expect((await validate(action('command.restore-test'))).code).toBe(0)
    expect((await validate(action('settlement.reprocess'))).code).toBe(78)
  })
})

describe('the shipped checklists', () => {
  it('name playbooks that are shipped', () => {
    const playbooks = new Set(readdirSync(join(PROJECT_DIR, 'playbooks')))
    const named = ['daily', 'evening', 'weekly', 'monthly'].flatMap((id) => {
      const source = readFileSync(join(PROJECT_DIR, 'checklists', `${id}.yaml`), 'utf8')
      const { steps } = parse(source) as { steps: { playbook?: string }[] }
      return steps.flatMap(({ playbook }) => (playbook === undefined ? [] : [playbook]))
    })
    expect(named.length).toBeGreaterThan(8)
    expect(named.filter((id) => !playbooks.has(`${id}.yaml`))).toEqual([])
  })
})
