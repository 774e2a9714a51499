/** A checklist in the built program: its screens at a terminal, its playbooks at a key, answers of a file. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { isoSeoul } from '../../src/core/dates.ts'
import { createDemo } from '../../src/demo/demo.ts'
import { listenDemo, type Listening } from '../../src/demo/listen.ts'
import { createShiftedClock, STORES } from '../playbook/engine/demo-world.ts'
import { describePrograms, type Program } from '../support/programs.ts'
import { ENTER, openTerminals, tooWide, type Terminal, type Terminals } from './terminal.ts'

let program: Program
let terminals: Terminals
let listening: Listening
let home: string

const use = (its: Program): void => {
  program = its
  terminals = openTerminals(program)
}

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'mts-checklist-'))
  const demo = createDemo({
    clock: createShiftedClock(isoSeoul(Date.now())),
    faults: ['failed-batch-linked'],
    timeScale: 0.001,
    historyDays: 3,
  })
  listening = await listenDemo(demo)
})
afterEach(async () => {
  await listening.close()
  terminals.remove()
  rmSync(home, { recursive: true, force: true })
})

function mts(...argv: readonly string[]): Terminal {
  return terminals.start([...argv, '--url', listening.url], {
    MTS_STORES: STORES,
    MTS_JOURNAL: join(home, 'journal.db'),
  })
}

/** Without a terminal: what a program reads must not be cut where a terminal closes early. */
async function piped(...argv: readonly string[]): Promise<{ code: number | null; stdout: string }> {
  const child = spawn(program.file, [...program.args, ...argv, '--url', listening.url], {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      MTS_STORES: STORES,
      MTS_JOURNAL: join(home, 'journal.db'),
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, stdout }
}

describePrograms('a checklist in the built program', use, () => {
  it('opens the playbook of a failed item at a key, and then looks at everything anew', async () => {
    const terminal = mts('checklist', 'daily')
    // What stands out comes first, with what to do about it on a line of its own.
    const screen = await terminal.until('p 플레이북')
    expect(screen).toMatch(/일일 점검 {2}\d+월 .*\n실패 +1 /)
    expect(screen).toContain('→ mts playbook settlement-failure')
    // ㅔ is p on a Korean layout.
    terminal.type(`ㅔ${ENTER}`)
    await terminal.until('항목 번호(1, 2')
    terminal.type(`9${ENTER}`)
    await terminal.until('가능: 1, 2')
    terminal.type(`1${ENTER}`)
    await terminal.until('정산 배치 실패')
    await terminal.until('q 중단')
    terminal.type(`q${ENTER}`)
    await terminal.until(/settlement-failure 시작\(\d{8}-02\)/)
    await terminal.until(/→ mts run resume \d{8}-02/)
    await terminal.until('q 중단')
    terminal.type(`q${ENTER}`)
    expect(await terminal.exited).toBe(2)
    expect(tooWide(terminal.raw())).toEqual([])
  }, 20_000)

  it('takes the answers of a YAML file', async () => {
    const file = join(home, 'answers.yaml')
    writeFileSync(file, 'notices: { skip: 담당자 부재 }\n')
    const { code, stdout } = await piped('checklist', 'daily', '--answers', file, '-o', 'json')
    expect(code).toBe(2)
    const value = JSON.parse(stdout) as { items: { id: string; status: string }[] }
    expect(value.items.find(({ id }) => id === 'notices')?.status).toBe('skipped')
  }, 20_000)
})
