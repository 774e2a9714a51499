import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { openJournal } from '../../../src/journal/journal.ts'
import { createProcessIdentity } from '../../../src/journal/process-identity.ts'
import { runOperatorCommand } from '../../../src/operator-command/run-command.ts'
import type { Run } from '../../../src/playbook/run.ts'
import { createDemoWorld, wordsOf, type DemoWorld } from './demo-world.ts'

const BOOK = `apiVersion: mts/v1
kind: Playbook
id: mine
title: { ko: 내 절차, en: My own }
version: 1.0.0
owner: me
priority: P2
impact: { ko: 없음, en: none }
worsens: { ko: 없음, en: none }
steps:
  - id: grow
    title: { ko: 늘리기, en: Grow }
    type: action
    action: command.scale-out
    approval:
      prompt: { ko: 한 대 늘립니다, en: Add one }
    onFailure: continue
  - id: after
    title: { ko: 결과, en: Result }
    type: branch
    branches:
      - { when: 'steps.grow.value.outcome == "succeeded"', goto: good, title: { ko: 됨, en: done } }
    otherwise: bad
  - id: bad
    title: { ko: 안 됨, en: Bad }
    type: probe
    probe: metrics.summary
    end: true
    finding: { code: NOT_GROWN, message: { ko: 안 됨, en: not grown }, failure: true }
  - id: good
    title: { ko: 됨, en: Good }
    type: probe
    probe: metrics.summary
    end: true
    finding: { code: GROWN, message: { ko: 됨, en: grown }, failure: false }
`

let world: DemoWorld | undefined
afterEach(async () => {
  await world?.close()
  world = undefined
})

/** A world whose \`scale-out\` is this script; each start of it leaves a line in \`started\`. */
async function withCommand(
  script: string | undefined,
  options: { timeout?: string; answers?: readonly string[] } = {},
): Promise<DemoWorld> {
  world = await createDemoWorld(
    [],
    options.answers === undefined ? {} : { answers: options.answers },
  )
  writeFileSync(join(world.home, 'mine.yaml'), BOOK)
  if (script === undefined) return world
  const path = join(world.home, 'scale.sh')
  writeFileSync(path, `#!/bin/sh\necho "$@" >> "${world.home}/started"\n${script}\n`)
  chmodSync(path, 0o755)
  const settings = `commands:\n  - id: scale-out\n    argv: [${path}, "a b; touch ${world.home}/injected", "$(id)"]\n    timeout: ${options.timeout ?? '10s'}\n    impact: mutating\n`
  writeFileSync(join(world.home, 'own.yaml'), settings)
  return world
}

async function run(mts: DemoWorld, ...words: string[]): Promise<{ code: number; run: Run }> {
  const config = existsSync(join(mts.home, 'own.yaml'))
    ? ['--config', join(mts.home, 'own.yaml')]
    : []
  const finished = await mts.mts(...words, ...config, '-o', 'json')
  return { code: finished.code, run: finished.json() as unknown as Run }
}

function resume(mts: DemoWorld, at: Run): Promise<{ code: number; run: Run }> {
  const words = wordsOf(at.waitingFor?.rerun ?? '')
  const config = words.indexOf('--config')
  return run(mts, ...(config < 0 ? words : words.toSpliced(config, 2)))
}

const starts = (mts: DemoWorld): string[] => {
  const path = join(mts.home, 'started')
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []
}

describe('action: command.<id>', () => {
  it('is not started without the digest, then once, without a shell', async () => {
    const mts = await withCommand('echo scaled to 2')
    const asked = await run(mts, 'playbook', './mine.yaml')
    expect(asked.code).toBe(4)
    expect(asked.run.waitingFor).toMatchObject({ step: 'grow', question: 'action' })
    expect(asked.run.waitingFor?.prompt).toContain('scale.sh')
    expect(starts(mts)).toEqual([])
    const done = await resume(mts, asked.run)
    expect(done.run.finding?.code).toBe('GROWN')
    expect(done.run.steps[0]).toMatchObject({ status: 'succeeded' })
    expect(done.run.steps[0]?.observed).toContain('scaled to 2')
    expect(starts(mts)).toEqual([`a b; touch ${mts.home}/injected $(id)`])
    expect(existsSync(join(mts.home, 'injected'))).toBe(false)
    // The same digest again answers nothing and starts nothing.
    expect((await resume(mts, asked.run)).run.status).toBe('succeeded')
    expect(starts(mts)).toHaveLength(1)
  })

  it('whose words have changed since they were approved is shown anew', async () => {
    const mts = await withCommand('true')
    const asked = await run(mts, 'playbook', './mine.yaml')
    const settings = join(mts.home, 'own.yaml')
    writeFileSync(settings, readFileSync(settings, 'utf8').replace('$(id)', '--all'))
    const again = await resume(mts, asked.run)
    expect(again.code).toBe(4)
    expect(again.run.waitingFor?.confirm).not.toBe(asked.run.waitingFor?.confirm)
    expect(starts(mts)).toEqual([])
  })

  it('that fails says that a part of it may have taken effect', async () => {
    const mts = await withCommand('echo quota exceeded >&2; exit 3')
    const asked = await run(mts, 'playbook', './mine.yaml')
    const { code, run: at } = await resume(mts, asked.run)
    expect(at.finding?.code).toBe('NOT_GROWN')
    expect(code).toBe(1)
    expect(at.steps[0]?.codes).toEqual(['COMMAND_FAILED'])
    expect(at.steps[0]?.observed).toMatch(/종료 코드 3.*일부.*quota exceeded/)
  })

  it('that is cut short at its limit leaves the result to a person, and is never started again', async () => {
    const mts = await withCommand('sleep 30', { timeout: '200ms' })
    const asked = await run(mts, 'playbook', './mine.yaml')
    const cut = await resume(mts, asked.run)
    expect(cut.run.pendingAction).toMatchObject({ step: 'grow', action: 'command.scale-out' })
    expect(cut.code).toBe(6)
    expect(cut.run.waitingFor?.question).toBe('judge')
    const still = await run(mts, 'run', 'resume', cut.run.run)
    expect(still.run.pendingAction).toBeDefined()
    const judged = await run(mts, 'run', 'resume', cut.run.run, '--step', 'grow', '--complete')
    expect(judged.run.finding?.code).toBe('GROWN')
    expect(judged.run.pendingAction).toBeUndefined()
    expect(starts(mts)).toHaveLength(1)
  })

  it('after a crash in the middle asks a person what came of it', async () => {
    const mts = await withCommand('true')
    const asked = await run(mts, 'playbook', './mine.yaml')
    const journal = openJournal(join(mts.home, 'state', 'journal.db'), {
      clock: mts.clock,
      process: createProcessIdentity(),
    })
    // As the gate leaves it when the process dies right after the intent.
    const writer = journal.openRun(asked.run.run)
    writer.intend({
      step: 'grow',
      action: 'command.scale-out',
      date: 'command.scale-out',
      nowMs: mts.clock.now(),
      data: { input: {}, look: {}, sentAtMs: mts.clock.now() },
    })
    writer.release()
    journal.close()
    const back = await run(mts, 'run', 'resume', asked.run.run)
    expect(back.run.waitingFor?.question).toBe('judge')
    expect(back.code).toBe(6)
    const judged = await run(
      mts,
      'run',
      'resume',
      asked.run.run,
      '--step',
      'grow',
      '--skip',
      '모름',
    )
    expect(judged.run.finding?.code).toBe('NOT_GROWN')
    expect(starts(mts)).toEqual([])
  })

  it('that cannot be started has changed nothing, and says so', async () => {
    const mts = await withCommand('true')
    chmodSync(join(mts.home, 'scale.sh'), 0o644)
    const asked = await run(mts, 'playbook', './mine.yaml')
    const { run: at } = await resume(mts, asked.run)
    expect(at.steps[0]?.codes).toEqual(['COMMAND_NOT_STARTED'])
  })

  it('that is not configured becomes a step for a person, and says how to set it', async () => {
    const mts = await withCommand(undefined)
    const asked = await run(mts, 'playbook', './mine.yaml')
    expect(asked.code).toBe(4)
    expect(asked.run.waitingFor).toMatchObject({ question: 'manual', prompt: '한 대 늘립니다' })
    expect(JSON.stringify(asked.run.waitingFor?.reasons)).toMatch(/commands.*scale-out/)
    const done = await resume(mts, asked.run)
    expect(done.run.finding?.code).toBe('GROWN')
    expect(done.run.steps[0]?.observed).toMatch(/직접 실행/)
  })
})

describe('what is started', () => {
  const start = (argv: string[], env: Record<string, string> = {}, timeoutMs = 5000) =>
    runOperatorCommand({ argv, timeoutMs }, { cwd: '/', env }, new AbortController().signal)

  it('does not get our secrets, and what it prints is masked and bounded', async () => {
    const env = { MTS_TOKEN: 'geheim', PATH: '/usr/bin:/bin', REGION: 'seoul' }
    const seen = await start(['env'], env)
    expect(seen).toMatchObject({ kind: 'exited', exitCode: 0 })
    expect(JSON.stringify(seen)).toContain('REGION=seoul')
    expect(JSON.stringify(seen)).not.toContain('geheim')
    const loud = await start([
      '/bin/sh',
      '-c',
      'echo token=abc123def; seq 1 5000; printf "\\033[2Jx"',
    ])
    const { output } = loud as { output: string }
    expect(output).not.toContain('abc123def')
    expect(output).not.toContain('\u001B')
    expect(output.split('\n').length).toBeLessThanOrEqual(20)
  })

  it('is ended with all it has started, also when it does not want to', async () => {
    const begun = Date.now()
    const cut = await start(['/bin/sh', '-c', 'trap "" TERM; sleep 60 & wait; sleep 60'], {}, 100)
    expect(cut).toMatchObject({ kind: 'cut_short', detail: 'time limit' })
    expect(Date.now() - begun).toBeLessThan(6000)
  })

  it('does not wait for what it leaves running in the background', async () => {
    const begun = Date.now()
    const left = await start(['/bin/sh', '-c', 'sleep 5 & echo left'], { PATH: '/usr/bin:/bin' })
    expect(left).toMatchObject({ kind: 'exited', exitCode: 0, output: 'left' })
    expect(Date.now() - begun).toBeLessThan(3000)
  })
})
