/** What people install: the packed package, put into an empty directory, run from anywhere. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PROJECT_DIR } from '../support/ports.ts'

let directory: string
let packed: readonly string[]

const npm = (words: readonly string[], cwd: string): string =>
  execFileSync('npm', [...words, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd,
    encoding: 'utf8',
    // npm tells the scripts it runs where its own project is; this one is another.
    env: Object.fromEntries(
      Object.entries(process.env).filter(
        ([name]) => !/^npm_(?:package|lifecycle|config_local)/.test(name),
      ),
    ),
  })

const installed = (...words: readonly string[]): string =>
  execFileSync(join(directory, 'app', 'node_modules', '.bin', 'mts'), words, {
    cwd: join(directory, 'elsewhere'),
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: directory, LANG: 'ko_KR.UTF-8' },
  })

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'mts-pack-'))
  for (const name of ['app', 'elsewhere']) mkdirSync(join(directory, name))
  // The build is the one the tests were started with: building again would pull it from under them.
  const made = npm(
    ['pack', '--ignore-scripts', '--json', '--pack-destination', directory],
    PROJECT_DIR,
  )
  const [pack] = JSON.parse(made) as { filename: string; files: { path: string }[] }[]
  packed = pack?.files.map(({ path }) => path) ?? []
  writeFileSync(join(directory, 'app', 'package.json'), '{"private": true}')
  npm(
    ['install', '--prefer-offline', join(directory, pack?.filename ?? '')],
    join(directory, 'app'),
  )
}, 120_000)

afterAll(() => {
  rmSync(directory, { recursive: true, force: true })
})

describe('the packed package', () => {
  it('holds the program and its books, and neither sources nor tests', () => {
    expect(packed).toEqual(
      expect.arrayContaining([
        ...['package.json', 'LICENSE', 'README.md', 'bin/mts.js', 'dist/main.js'],
        ...['playbooks/settlement-failure.yaml', 'checklists/daily.yaml'],
      ]),
    )
    expect(packed.filter((path) => /^(?:src|test|\.ci)\//.test(path))).toEqual([])
  })

  it('starts by its own first line and knows its version', () => {
    const { version } = JSON.parse(readFileSync(join(PROJECT_DIR, 'package.json'), 'utf8')) as {
      version: string
    }
    expect(installed('--version')).toBe(`${version}\n`)
  })

  it('finds its playbooks', () => {
    expect(installed('playbook', 'list')).toContain('settlement-failure')
  })

  it('brings a journal that opens', () => {
    expect(JSON.parse(installed('run', 'list', '-o', 'json'))).toMatchObject({ kind: 'RunList' })
  })
})
