import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { renderTemplate } from '../../src/config/template.ts'
import { createFakeWorld } from '../support/ports.ts'
import type { FakeOptions, FakeWorld } from '../support/ports.ts'

const worlds: FakeWorld[] = []

function worldOf(options: FakeOptions = {}): FakeWorld {
  const world = createFakeWorld(options)
  worlds.push(world)
  return world
}

afterEach(() => {
  for (const world of worlds.splice(0)) world.dispose()
})

describe('mts config show', () => {
  it('says of every value where it came from', async () => {
    const world = worldOf({
      files: { 'config/config.yaml': 'verifyAfter: 2s\nprofiles: {p: {batch: {at: "03:00"}}}' },
      env: { MTS_STORES: '1-2,3-4' },
    })
    const result = await world.mts(
      ...['config', 'show', '-o', 'json', '--url', 'http://h', '--profile', 'p'],
    )
    expect(result.code).toBe(0)
    const { items, kind, file, profile } = result.json() as {
      items: { key: string; value: unknown; origin: unknown }[]
      kind: string
      file: string
      profile: string
    }
    const of = (key: string): unknown => {
      const item = items.find((candidate) => candidate.key === key)
      return [item?.value, item?.origin]
    }
    expect([kind, file, profile]).toEqual(['Config', join(world.home, 'config/config.yaml'), 'p'])
    expect(of('url')).toEqual(['http://h', { kind: 'option', name: '--url' }])
    expect(of('stores')).toEqual([['1-2', '3-4'], { kind: 'variable', name: 'MTS_STORES' }])
    expect(of('batch.at')).toEqual(['03:00', { kind: 'profile', name: 'p', line: 2 }])
    expect(of('verifyAfter')).toEqual(['2s', { kind: 'file', line: 1 }])
    expect(of('batch.grace')).toEqual(['30m', { kind: 'default' }])
    expect(of('token')).toEqual([null, { kind: 'default' }])
  })

  it('never shows a secret, in no face', async () => {
    const env = {
      MTS_URL: 'http://ops:s3cret1@h',
      MTS_TOKEN: 's3cret2',
      MTS_HEADERS: 'X-Api-Key: s3cret3',
      MTS_PASSWORD: 's3cret4',
      MTS_SLACK_WEBHOOK_URL: 'https://hooks.example/s3cret5',
      MTS_PAGERDUTY_ROUTING_KEY: 's3cret6',
    }
    const world = worldOf({ env })
    for (const more of [[], ['-o', 'json'], ['--debug']]) {
      const { stdout, stderr, code } = await world.mts('config', 'show', ...more)
      expect(code).toBe(0)
      expect(stdout).toContain('***')
      expect(stdout).toContain('http://h')
      expect(stdout + stderr).not.toMatch(/s3cret/)
    }
  })

  it('shows one key or a group of them, and ends 66 for one that is not there', async () => {
    const world = worldOf()
    const group = await world.mts('config', 'show', 'thresholds', '-o', 'json')
    expect(
      (group.json()['items'] as { key: string }[]).every(({ key }) =>
        key.startsWith('thresholds.'),
      ),
    ).toBe(true)
    const wrong = await world.mts('config', 'show', 'store')
    expect(wrong.code).toBe(66)
    expect(wrong.stderr).toContain('mts config show stores')
  })

  it('stays within 80 cells', async () => {
    const { cellsOf } = await import('../../src/render/columns.ts')
    const env = {
      MTS_OPENING_HOURS: '09:00-22:00',
      MTS_STORES: Array.from({ length: 20 }, () => '123-45-67890').join(','),
    }
    const { stdout } = await worldOf({ env }).mts('config', 'show')
    for (const line of stdout.split('\n')) expect(cellsOf(line)).toBeLessThanOrEqual(80)
  })
})

describe('mts config check', () => {
  it('lists every problem with its place and ends 78', async () => {
    const world = worldOf({
      files: { 'config/config.yaml': 'lang: fr\nverifyAfter: 5\nlog: gone.log\n' },
    })
    const result = await world.mts('config', 'check', '-o', 'json')
    expect(result.code).toBe(78)
    const { problems, status } = result.json() as {
      problems: { where: string; key: string }[]
      status: string
    }
    const path = join(world.home, 'config/config.yaml')
    expect(status).toBe('wrong')
    expect(problems.map(({ where, key }) => [where, key])).toEqual([
      [`${path}:1:7`, 'lang'],
      [`${path}:2:14`, 'verifyAfter'],
      [`${path}:3`, 'log'],
    ])
    expect((await world.mts('config', 'check')).code).toBe(78)
  })

  it('ends 0 where nothing is wrong, with a file and without', async () => {
    expect((await worldOf().mts('config', 'check')).code).toBe(0)
    expect(
      (await worldOf({ files: { 'config/config.yaml': 'lang: en' } }).mts('config', 'check')).code,
    ).toBe(0)
  })
})

describe('mts config init', () => {
  it('writes an example that only the user can read, and never overwrites', async () => {
    const world = worldOf()
    const path = join(world.home, 'config/config.yaml')
    expect((await world.mts('config', 'init')).code).toBe(0)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    writeFileSync(path, 'lang: en # mine')
    const again = await world.mts('config', 'init', '--lang', 'ko')
    expect(again.code).toBe(5)
    expect(readFileSync(path, 'utf8')).toBe('lang: en # mine')
  })

  it('writes none beside another of the names that are read', async () => {
    const world = worldOf({ files: { 'config/config.json': '{}' } })
    expect((await world.mts('config', 'init')).code).toBe(5)
    expect(existsSync(join(world.home, 'config/config.yaml'))).toBe(false)
  })

  it.each([['ko'], ['en']])(
    'writes one that changes nothing as it is, and is right when uncommented (%s)',
    async (lang) => {
      // Every variable that the example names is set.
      const named = renderTemplate('ko').matchAll(/\$\{(MY_\w+)\}/g)
      const env = Object.fromEntries(Array.from(named, ([, name = '']) => [name, 'https://h/x']))
      const world = worldOf({ env })
      const before = (await world.mts('config', 'show', '-o', 'json')).json()['items']
      await world.mts('config', 'init', '--lang', lang)
      const path = join(world.home, 'config/config.yaml')
      const text = readFileSync(path, 'utf8')
      expect((await world.mts('config', 'show', '-o', 'json')).json()['items']).toEqual(before)
      writeFileSync(path, text.replace(/^#(?!#)/gm, ''))
      const checked = await world.mts('config', 'check', '-o', 'json')
      const problems = checked.json()['problems'] as { key: string }[]
      // The example names files that are not on this machine; everything else has to be right.
      expect(problems.map(({ key }) => key).sort()).toEqual(['caFile', 'log', 'playbooks'])
      const shown = (await world.mts('config', 'show', '-o', 'json')).json()['items'] as {
        key: string
        origin: { kind: string }
      }[]
      expect(shown.filter(({ origin }) => origin.kind !== 'file')).toEqual([])
    },
  )
})

describe('mts config path', () => {
  it('names the file that is read and where it is looked for', async () => {
    const world = worldOf()
    const none = (await world.mts('config', 'path', '-o', 'json')).json()
    expect(none).toMatchObject({ kind: 'ConfigPath', file: null })
    await world.mts('config', 'init')
    const some = (await world.mts('config', 'path', '-o', 'json')).json()
    expect(some['file']).toBe(join(world.home, 'config/config.yaml'))
  })
})
