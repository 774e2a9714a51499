import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { playbookCommand } from '../../../src/cli/commands/playbook.ts'
import type { Service } from '../../../src/core/service.ts'
import type { PlaybookTest } from '../../../src/playbook/playbook-test.ts'
import { createFakeWorld, type FakeWorld } from '../../support/ports.ts'
import { ROOT } from './support.ts'

/** Cases ask no service: being asked would be a defect. */
const service = new Proxy({} as Service, {
  get: (_target, name) => {
    if (name === 'then') return undefined
    if (name === 'close') return () => Promise.resolve()
    throw new Error(`the service was asked: ${String(name)}`)
  },
})

let world: FakeWorld | undefined
afterEach(() => {
  world?.dispose()
  world = undefined
})

/** A directory of one's own with a copy of a shipped playbook and its cases, changed. */
function open(
  id = 'latency',
  change: { document?: (s: string) => string; cases?: (s: string) => string } = {},
): FakeWorld {
  world = createFakeWorld({ service, specs: [playbookCommand], files: { 'mine/.keep': '' } })
  for (const [name, edit] of [
    [`${id}.yaml`, change.document],
    [`${id}.test.yaml`, change.cases],
  ] as const) {
    const to = join(world.home, 'mine', name)
    cpSync(join(ROOT, 'playbooks', name), to)
    if (edit === undefined) continue
    const before = readFileSync(to, 'utf8')
    const after = edit(before)
    if (after === before) throw new Error(`nothing was changed in ${name}`)
    writeFileSync(to, after)
  }
  return world
}

async function tested(
  mts: FakeWorld,
  ...words: string[]
): Promise<{ code: number; value: PlaybookTest }> {
  const finished = await mts.mts('playbook', 'test', ...words, '--playbooks', 'mine', '-o', 'json')
  return { code: finished.code, value: finished.json() as unknown as PlaybookTest }
}

describe('mts playbook test', () => {
  it('passes all shipped cases, with every way taken and every probe noticed', async () => {
    world = createFakeWorld({ service, specs: [playbookCommand] })
    const finished = await world.mts('playbook', 'test', '--mutate', '-o', 'json')
    const value = finished.json() as unknown as PlaybookTest
    expect(value.items.map(({ playbook }) => playbook).toSorted()).toEqual([
      'data-consistency',
      'dependency-outage',
      'latency',
      'sales-drop',
      'service-down',
      'settlement-failure',
    ])
    for (const item of value.items) {
      expect(item, item.playbook).toMatchObject({ passed: true, untaken: [], unnoticed: [] })
    }
    expect(finished.code).toBe(0)
  }, 20_000)

  it('fails a case whose playbook leads elsewhere, and says what was and what was expected', async () => {
    const mts = open('latency', {
      document: (s) => s.replace('steps.slowest.value.slow > 0', 'steps.slowest.value.slow > 1'),
    })
    const { code, value } = await tested(mts, 'latency')
    expect(code).toBe(1)
    const failed = value.items[0]?.cases.find(({ id }) => id === 'slow-scale-out')
    expect(failed?.passed).toBe(false)
    expect(JSON.stringify(failed?.problems)).toMatch(/LATENCY_OVER.*STATE_UNKNOWN/)
    const { stdout } = await mts.mts('playbook', 'test', 'latency', '--playbooks', 'mine')
    expect(stdout).toMatch(/slow-scale-out.*latency\.test\.yaml:\d+/s)
  })

  it('names the ways that no case takes', async () => {
    const mts = open('latency', {
      cases: (s) => s.replace(/ {2}- id: not-slow-now[\s\S]*?(?= {2}- id: times)/, ''),
    })
    const { code, value } = await tested(mts, 'latency')
    expect(value.items[0]?.untaken).toEqual(['classify>not-slow'])
    expect(code).toBe(1)
  })

  it('with --mutate names the probe whose verdict no case would miss', async () => {
    const mts = open('latency', {
      cases: (s) =>
        s
          .replaceAll(/^ {4}faster: succeeded\n/gm, '')
          .replace(/ {2}- id: still-slow[\s\S]*?\n\n/, ''),
    })
    const without = await tested(mts, 'latency')
    expect(without.code).toBe(0)
    const mutated = await tested(
      open('latency', {
        cases: (s) =>
          s
            .replaceAll('threads: succeeded', 'threads: succeeded # looked at')
            .replaceAll(/^ {4}threads: succeeded.*\n/gm, ''),
      }),
      'latency',
      '--mutate',
    )
    expect(mutated.code).toBe(1)
    expect(mutated.value.items[0]?.unnoticed).toContainEqual({ step: 'threads', kind: 'flipped' })
  })

  it.each([
    [
      'a value that the probe never gives',
      (s: string) => s.replaceAll('state: free', 'state: fre'),
      /pool/,
    ],
    [
      'a step that is not there',
      (s: string) => s.replace('pool_now: succeeded', 'pool_nwo: succeeded'),
      /pool_nwo/,
    ],
    [
      'a clock that is none',
      (s: string) => s.replace("'2026-11-24T09:00:00+09:00'", 'soon'),
      /:6:/,
    ],
    ['an unknown key', (s: string) => s.replace('given:', 'givn:'), /givn/],
  ])('refuses cases with %s, by file and line', async (_what, cases, message) => {
    const finished = await open('latency', { cases }).mts(
      'playbook',
      'test',
      'latency',
      '--playbooks',
      'mine',
    )
    expect(finished.code).toBe(78)
    expect(finished.stderr).toMatch(message)
    expect(finished.stderr).toMatch(/latency\.test\.yaml:\d+:\d+/)
  })

  it('fails a case that leaves a question unanswered or a probe without evidence', async () => {
    const unanswered = await tested(
      open('latency', { cases: (s) => s.replace(/^ {4}plan: .*\n/m, '') }),
      'latency',
    )
    expect(unanswered.code).toBe(1)
    expect(JSON.stringify(unanswered.value.items[0]?.cases[0]?.problems)).toContain('plan')
    const blind = await tested(
      open('latency', { cases: (s) => s.replace(/^ {4}threads: \{.*\n/m, '') }),
      'latency',
    )
    expect(JSON.stringify(blind.value.items[0]?.cases[0]?.problems)).toContain('threads')
  })

  it('fails a playbook without cases, and does not take the cases for a playbook', async () => {
    const mts = open()
    const list = (await mts.mts('playbook', 'list', '--playbooks', 'mine', '-o', 'json')).json()
    const ids = (list['items'] as { id: string }[]).map(({ id }) => id)
    expect(ids.filter((id) => id.includes('test'))).toEqual([])
    writeFileSync(
      join(mts.home, 'mine', 'bare.yaml'),
      readFileSync(join(mts.home, 'mine', 'latency.yaml'), 'utf8').replace(
        'id: latency',
        'id: bare',
      ),
    )
    const { code, value } = await tested(mts, 'bare')
    expect({ code, cases: value.items[0]?.cases }).toEqual({ code: 1, cases: [] })
  })
})

describe('--playbooks DIR', () => {
  it('finds playbooks of one’s own before the shipped ones, before or after the subcommand', async () => {
    const mts = open('latency', {
      document: (s) => s.replace('title: { ko: 응답 지연,', 'title: { ko: 우리 지연,'),
    })
    expect((await mts.mts('playbook', 'show', 'latency', '--playbooks', 'mine')).stdout).toContain(
      '우리 지연',
    )
    expect((await mts.mts('playbook', '--playbooks', 'mine', 'show', 'latency')).stdout).toContain(
      '우리 지연',
    )
    expect((await mts.mts('playbook', 'show', 'latency')).stdout).toContain('응답 지연')
    expect(
      (await mts.mts('playbook', 'validate', 'latency', '--playbooks', 'mine')).stdout,
    ).toContain('mine/latency.yaml')
  })
})

describe('a broken copy of a shipped playbook is refused with its line', () => {
  it.each([
    [
      'a typo in a probe',
      (s: string) => s.replace('probe: pool.connections', 'probe: pool.conections'),
      /pool\.connections/,
    ],
    [
      'a step that no way leads to',
      (s: string) => s.replace('otherwise: cannot-tell', 'otherwise: not-slow'),
      /cannot-tell/,
    ],
    [
      'an action without approval',
      (s: string) => s.replace(/(action: command\.db-locks\n) {4}approval:\n.*\n/, '$1'),
      /approval/,
    ],
    [
      'an alias bomb',
      (s: string) =>
        s.replace('labels: { guide: scenario-3 }', 'labels: &a { a: x }\nowner2: [*a, *a]'),
      /\*/,
    ],
    [
      'a condition of another type than the probe gives',
      (s: string) => s.replace('value.percent <= value.linePercent', "value.percent <= 'full'"),
      /비교할 수 없음/,
    ],
    [
      'a regular expression that may never end',
      (s: string) => s.replace('value.percent <= value.linePercent', '"a".matches("(a+)+$")'),
      /matches/,
    ],
    [
      'a playbook it sends a reader to that is not there',
      (s: string) => s.replace('labels:', '# 다음: mts playbook sales-dorp\nlabels:'),
      /sales-drop/,
    ],
    ['a way back', (s: string) => s.replace('otherwise: cache\n', 'otherwise: pool\n'), /pool/],
  ])('%s', async (_what, document, message) => {
    const finished = await open('latency', { document }).mts(
      'playbook',
      'validate',
      'mine/latency.yaml',
    )
    expect(finished.code).toBe(78)
    expect(finished.stdout).toMatch(message)
    const place = /^ +mine\/latency\.yaml:(\d+):(\d+)$/m.exec(finished.stdout)
    const source = readFileSync(join(world?.home ?? '', 'mine', 'latency.yaml'), 'utf8')
    const row = source.split('\n')[Number(place?.[1]) - 1] ?? 'no such line'
    // The line itself is shown, its beginning or all of it, and the place in it marked.
    expect(finished.stdout).toContain(`    ${row.slice(0, 40)}`)
    expect(finished.stdout).toMatch(/^ +\^$/m)
  })
})

describe('mts playbook schema', () => {
  it('is a JSON Schema that knows the probes, the actions and the keys of each type of step', async () => {
    world = createFakeWorld({ service, specs: [playbookCommand] })
    const { code, stdout } = await world.mts('playbook', 'schema')
    expect(code).toBe(0)
    const schema = JSON.parse(stdout) as Record<string, unknown>
    expect(schema['$schema']).toContain('2020-12')
    expect(stdout).toContain('"settlement.reprocess"')
    expect(stdout).toContain('"externals.probe"')
    const steps = (
      schema['properties'] as { steps: { items: { oneOf?: unknown[]; anyOf?: unknown[] } } }
    ).steps
    expect((steps.items.oneOf ?? steps.items.anyOf)?.length).toBe(6)
    expect(stdout).not.toContain('"retry"')
  })
})
