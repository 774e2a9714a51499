/** The standalone executable copied alone onto a machine that has nothing: no Node, no files beside it. */
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeOnly, type Program } from '../support/programs.ts'
import { PROJECT_DIR } from '../support/ports.ts'

let directory: string
let alone: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mts-alone-'))
  alone = join(directory, 'empty')
  mkdirSync(alone)
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const use = (program: Program): void => {
  copyFileSync(program.file, join(alone, 'mts'))
}

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** With nothing in PATH and no HOME, unless given. */
function mts(words: readonly string[], env: Record<string, string> = {}): Ended {
  const { status, stdout, stderr, error } = spawnSync(join(alone, 'mts'), words, {
    cwd: alone,
    env: { PATH: '', HOME: '', ...env },
    encoding: 'utf8',
    timeout: 30_000,
  })
  if (error !== undefined) throw error
  return { code: status, stdout, stderr }
}

const journal = (): Record<string, string> => ({
  MTS_JOURNAL: join(directory, 'state', 'journal.db'),
})

describeOnly('executable', 'the executable alone', use, () => {
  it('does the main job from the alarm to the proof, reprocessing and journal included', () => {
    const { code, stdout, stderr } = mts(['demo', 'tour', '--lang', 'en'])
    expect(code, stdout + stderr).toBe(0)
    expect(stdout).toContain('COMPLETED')
    expect(stdout).toContain('HOLDS_SALES')
    expect(readdirSync(alone), 'nothing is left beside it').toEqual(['mts'])
  })

  it('knows its version and has every playbook and checklist of the package inside', () => {
    const { version } = JSON.parse(readFileSync(join(PROJECT_DIR, 'package.json'), 'utf8')) as {
      version: string
    }
    expect(mts(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
    const shipped = readdirSync(join(PROJECT_DIR, 'playbooks'))
      .filter((name) => !/\.test\.yaml$|^log-patterns/.test(name))
      .map((name) => name.replace('.yaml', ''))
    const { items } = JSON.parse(mts(['playbook', 'list', '-o', 'json']).stdout) as {
      items: { id: string }[]
    }
    expect(items.map(({ id }) => id).sort()).toEqual(shipped.sort())
    // Each as it is in the package, down to its cases; the checklists too.
    expect(mts(['playbook', 'test']).code).toBe(0)
    const validated = mts(['playbook', 'validate'])
    expect(validated.code, validated.stdout).toBe(0)
    for (const name of readdirSync(join(PROJECT_DIR, 'checklists'))) {
      if (name.endsWith('.yaml')) expect(validated.stdout).toContain(name)
    }
  })

  it('reads what the package ships for the log from inside', () => {
    writeFileSync(
      join(directory, 'service.log'),
      '2026-11-24T03:00:00.000+09:00 ERROR 1 --- [main] c.e.A : 일일 정산 배치 실패\n',
    )
    const { code, stdout } = mts(['logs', 'patterns', join(directory, 'service.log'), '-o', 'json'])
    expect(code, stdout).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'LogPatterns', events: 1 })
    expect(stdout, 'named by log-patterns.yaml').toContain('settlement-failure')
  })

  it('keeps a journal that only its owner can read, tidied up at the end', () => {
    expect(mts(['run', 'list', '-o', 'json'], journal()).code).toBe(0)
    const state = join(directory, 'state')
    expect(statSync(state).mode & 0o777).toBe(0o700)
    expect(readdirSync(state).sort()).toEqual(['journal.db', 'journal.db.head'])
    for (const name of readdirSync(state)) {
      expect(statSync(join(state, name)).mode & 0o777, name).toBe(0o600)
    }
  })

  it('takes nothing from the directory it is started in', () => {
    writeFileSync(join(alone, '.env'), 'MTS_URL=http://192.0.2.1\nMTS_LANG=en\n')
    writeFileSync(join(alone, 'bunfig.toml'), 'preload = ["./evil.js"]\n')
    writeFileSync(join(alone, 'evil.js'), 'console.log("evil"); process.exit(1)\n')
    writeFileSync(join(alone, 'package.json'), '{"name": "mts-cli", "version": "9.9.9"}')
    const { code, stdout } = mts(['config', 'show', '-o', 'json'])
    expect(code, stdout).toBe(0)
    expect(stdout).toContain('http://localhost:8080')
    expect(stdout).not.toContain('192.0.2.1')
  })

  it('names itself where it tells others how to start it', () => {
    const { code, stdout } = mts(['watch', '--print-unit'], {
      ...journal(),
      MTS_SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/T/B/X',
    })
    expect(code, stdout).toBe(0)
    expect(stdout).toContain(`ExecStart=${join(alone, 'mts')} watch`)
  })
})
