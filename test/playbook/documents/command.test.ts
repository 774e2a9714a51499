import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { playbookCommand } from '../../../src/cli/commands/playbook.ts'
import type { Service } from '../../../src/core/service.ts'
import { cellsOf } from '../../../src/render/columns.ts'
import { createFakeWorld, type FakeOptions, type FakeWorld } from '../../support/ports.ts'
import { playbook } from './support.ts'

const GOOD = playbook(`
- id: look
  title: { ko: 보기, en: look }
  type: probe
  probe: metrics.summary
`)

/** Reading documents asks the service nothing. */
const service = { url: 'http://localhost:8080', close: async () => undefined } as unknown as Service

let world: FakeWorld | undefined
function open(options: FakeOptions = {}): FakeWorld {
  world = createFakeWorld({ service, specs: [playbookCommand], ...options })
  return world
}

afterEach(() => {
  world?.dispose()
  world = undefined
})

describe('mts playbook', () => {
  it('without an id lists the playbooks, most urgent first', async () => {
    const { mts } = open()
    const list = await mts('playbook')
    expect(list.code).toBe(0)
    expect(list.stdout).toMatch(/^P0 {2}service-down +서비스 완전 다운\n/)
    expect(list.stdout).toMatch(/^P1 {2}settlement-failure {2}정산 배치 실패$/m)
    const value = (await mts('playbook', 'list', '-o', 'json')).json()
    expect(value).toMatchObject({ apiVersion: 'mts/v1', kind: 'PlaybookList' })
    expect(value['items']).toContainEqual(
      expect.objectContaining({ id: 'settlement-failure', priority: 'P1', valid: true }),
    )
  })

  it('ends with 66 and the nearest name for one that does not exist', async () => {
    const { mts } = open()
    const finished = await mts('playbook', 'settlement-failur', '-o', 'json')
    expect(finished.code).toBe(66)
    expect(finished.json()).toMatchObject({
      kind: 'Error',
      code: 'NOT_FOUND',
      next: ['mts playbook settlement-failure', 'mts playbook list'],
    })
    expect((await mts('playbook', 'nosuch')).code).toBe(66)
    expect((await mts('playbook', 'show', 'nosuch')).code).toBe(66)
    expect((await mts('playbook', 'validate', './nosuch.yaml')).code).toBe(66)
  })

  it('does not walk a file with faults: 78, with the place of every one', async () => {
    const { mts, home } = open()
    writeFileSync(
      join(home, 'bad.yaml'),
      GOOD.replace('metrics.summary', 'metrics.sumary').replace('owner: test', 'owner: 3'),
    )
    const walked = await mts('playbook', './bad.yaml')
    expect(walked.code).toBe(78)
    expect(walked.stderr).toContain('./bad.yaml:6:8')
    expect(walked.stderr).toContain('./bad.yaml:14:12')
    const value = await mts('playbook', 'validate', './bad.yaml', '-o', 'json')
    expect(value.code).toBe(78)
    expect(value.json()).toMatchObject({
      kind: 'Validation',
      valid: false,
      items: [
        {
          file: './bad.yaml',
          valid: false,
          problems: [
            { line: 6, column: 8 },
            { line: 14, column: 12 },
          ],
        },
      ],
    })
  })

  it('does not walk a checklist as a playbook, nor a file whose id is not its name', async () => {
    const { mts } = open({
      files: {
        'mine/other.yaml': GOOD,
        'config/config.yaml': 'playbooks: [../mine]\n',
        'check.yaml': GOOD.replace('kind: Playbook', 'kind: Checklist').replace(
          /priority.*\n|impact.*\n|worsens.*\n/g,
          '',
        ),
      },
    })
    const checklist = await mts('playbook', './check.yaml', '--lang', 'en')
    expect([checklist.code, checklist.stderr]).toEqual([
      78,
      expect.stringMatching(/expected Playbook, found\s+Checklist/),
    ])
    const other = await mts('playbook', 'other', '--lang', 'en')
    expect([other.code, other.stderr]).toEqual([
      78,
      expect.stringMatching(/the\s+id test\s+is\s+not/),
    ])
  })

  it('validates every shipped file, the checklists too', async () => {
    const { mts } = open()
    const value = (await mts('playbook', 'validate', '-o', 'json')).json()
    expect(value).toMatchObject({ kind: 'Validation', valid: true })
    expect(value['items']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: 'settlement-failure' }),
        expect.objectContaining({ id: 'daily' }),
      ]),
    )
  })

  it('shows a playbook with its dangers within 80 cells, in either language', async () => {
    const { mts } = open()
    for (const lang of ['ko', 'en']) {
      const shown = await mts('playbook', 'show', 'settlement-failure', '--lang', lang)
      expect(shown.code).toBe(0)
      for (const line of shown.stdout.split('\n'))
        expect(cellsOf(line), line).toBeLessThanOrEqual(80)
      expect(shown.stdout).toContain(
        lang === 'ko' ? '주의: 재처리하지 마세요' : 'Careful: Do not reprocess',
      )
    }
    const value = (await mts('playbook', 'show', 'settlement-failure', '-o', 'json')).json()
    expect(value).toMatchObject({ kind: 'Playbook', id: 'settlement-failure', priority: 'P1' })
  })

  it('renders Markdown that holds every step, and lets no words of a file become markup', async () => {
    const { mts, home } = open()
    const markdown = (await mts('playbook', 'render', 'settlement-failure')).stdout
    expect(markdown).toMatch(/^# 정산 배치 실패\n/)
    expect(markdown.match(/^### \d+\. /gm)?.length).toBe(36)
    writeFileSync(
      join(home, 'odd.yaml'),
      GOOD.replace('title: { ko: 보기, en: look }', "title: { ko: '<b>*x*</b> [a](b)', en: look }"),
    )
    const odd = (await mts('playbook', 'render', './odd.yaml')).stdout
    expect(odd).toContain('### 1. \\<b\\>\\*x\\*\\</b\\> \\[a\\](b)')
  })

  it('finds the operator’s own playbooks, and says which of them has faults', async () => {
    const { mts } = open({
      files: {
        'mine/test.yaml': GOOD,
        'mine/broken.yaml': 'kind: Playbook\nid: broken\n',
        'mine/list.yaml': 'kind: Checklist\n',
        'config/config.yaml': 'playbooks: [../mine]\n',
      },
    })
    const list = await mts('playbook', 'list', '-o', 'json')
    if (list.code !== 0) throw new Error(list.stdout)
    const items = list.json()['items'] as { id: string; valid: boolean }[]
    expect(items.map(({ id, valid }) => [id, valid])).toEqual([
      ['service-down', true],
      ['data-consistency', true],
      ['dependency-outage', true],
      ['sales-drop', true],
      ['settlement-failure', true],
      ['test', true],
      ['latency', true],
      ['broken', false],
    ])
    expect((await mts('playbook', 'show', 'test')).stdout).toContain('1 보기 (look)')
    expect((await mts('playbook', 'show', 'broken')).code).toBe(78)
  })
})
