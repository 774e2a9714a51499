/** What crosses processes: signals, kill -9, a second watch, systemd. With the built program. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createSystemClock } from '../../src/cli/clock.ts'
import { createDemo } from '../../src/demo/demo.ts'
import { listenDemo, type Listening } from '../../src/demo/listen.ts'
import { listenReceiver, type Receiver } from '../notify/receiver.ts'
import { describePrograms, type Program } from '../support/programs.ts'

interface Started {
  readonly child: ChildProcess
  readonly stdout: () => string
  readonly ended: Promise<{
    readonly code: number | null
    readonly stdout: string
    readonly stderr: string
  }>
}

let program: Program
let directory: string
let service: Listening
let slack: Receiver
const children: ChildProcess[] = []

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'mts-watching-'))
  const clock = createSystemClock()
  const demo = createDemo({ clock, timeScale: 0.01, historyDays: 2, faults: ['rabbit-down'] })
  service = await listenDemo(demo)
})

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await service.close()
  await slack.close()
  rmSync(directory, { recursive: true, force: true })
})

function mts(words: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
  const config = join(directory, 'config.yaml')
  writeFileSync(config, 'watch:\n  level1: 200ms\n  level2: 1h\n  level3: 1h\n')
  const secret = join(directory, 'slack-url')
  writeFileSync(secret, `${slack.url}/services/T0/B0/verysecret\n`, { mode: 0o600 })
  const child = spawn(program.file, [...program.args, ...words, '--config', config], {
    env: {
      PATH: process.env['PATH'],
      HOME: directory,
      MTS_URL: service.url,
      MTS_JOURNAL: join(directory, 'state', 'journal.db'),
      MTS_SLACK_WEBHOOK_URL_FILE: secret,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return {
    child,
    stdout: () => stdout,
    ended: new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code) => resolve({ code, stdout, stderr }))
    }),
  }
}

async function soon(isSo: () => boolean): Promise<void> {
  const until = Date.now() + 15_000
  while (!isSo()) {
    if (Date.now() > until) throw new Error('not in time')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

const use = (started: Program): void => {
  program = started
}

describePrograms('a watch as a process', use, () => {
  it('killed between intent and answer sends again, once, marked; then SIGTERM ends it within a second', async () => {
    slack = await listenReceiver([{ kind: 'hang' }])
    const first = mts(['watch'])
    await soon(() => slack.requests() === 1)
    const second = await mts(['watch']).ended
    expect(second.code).toBe(75)
    expect(second.stderr).toContain(`pid ${first.child.pid}`)
    first.child.kill('SIGKILL')
    await first.ended

    const next = mts(['watch'])
    await soon(() => slack.taken.length === 1)
    expect(slack.requests()).toBe(2)
    expect(String(slack.taken[0]?.body['text'])).toContain('[위험] rabbitmq')
    expect(String(slack.taken[0]?.body['text'])).toContain('중복 발송일 수 있음')
    // The incident is known already: further rounds have nothing to tell.
    await new Promise((resolve) => setTimeout(resolve, 600))
    expect(slack.requests()).toBe(2)

    const list = await mts(['notify', 'list', '-o', 'json']).ended
    const acknowledged = await mts(['watch', 'ack', 'rabbitmq', '--reason', '재기동']).ended
    expect(acknowledged.code).toBe(0)
    await soon(() => slack.taken.length === 2)
    expect(String(slack.taken[1]?.body['text'])).toContain('[확인] rabbitmq')

    const command = readFileSync(`/proc/${next.child.pid}/cmdline`, 'utf8')
    const askedAtMs = Date.now()
    next.child.kill('SIGTERM')
    const ended = await next.ended
    expect(Date.now() - askedAtMs).toBeLessThan(1000)
    expect(ended.code).toBe(130)
    const shown = [command, ended.stdout, ended.stderr, list.stdout].join('\n')
    const kept = readFileSync(join(directory, 'state', 'journal.db'), 'latin1')
    expect(shown + kept).not.toContain('verysecret')
  })

  it('without any channel it goes on watching until it is stopped', async () => {
    slack = await listenReceiver()
    const { child, stdout, ended } = mts(['watch', '-o', 'json'], {
      MTS_SLACK_WEBHOOK_URL_FILE: '',
    })
    await soon(() => stdout().includes('"check":"rabbitmq"') || stdout().includes('rabbitmq'))
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(child.exitCode, 'still at work').toBeNull()
    expect(stdout()).not.toContain('"event":"stopped"')
    child.kill('SIGTERM')
    expect((await ended).code).toBe(130)
    expect(slack.requests()).toBe(0)
  })

  it('one round at a time carries its state from process to process', async () => {
    slack = await listenReceiver()
    const once = await mts(['watch', '--once', '--level', '1', '-o', 'json']).ended
    expect(once.code).toBe(2)
    expect(JSON.parse(once.stdout)).toMatchObject({
      kind: 'WatchRound',
      status: 'critical',
      pending: 0,
    })
    const again = await mts(['watch', '--once', '--level', '1']).ended
    expect(again.code).toBe(2)
    expect(slack.taken).toHaveLength(1)
  })

  it('tells systemd that it is ready, alive and stopping', async () => {
    slack = await listenReceiver()
    const bin = join(directory, 'bin')
    const log = join(directory, 'notified')
    mkdirSync(bin)
    const script = `#!/bin/sh\necho "$* secret=$MTS_SLACK_WEBHOOK_URL_FILE" >> ${log}\n`
    writeFileSync(join(bin, 'systemd-notify'), script)
    chmodSync(join(bin, 'systemd-notify'), 0o755)
    const path = `${bin}:${process.env['PATH'] ?? ''}`
    const { child, ended } = mts(['watch'], { NOTIFY_SOCKET: '/run/none', PATH: path })
    const said = (): string[] =>
      existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []
    await soon(() => said().length > 3)
    child.kill('SIGTERM')
    await ended
    await soon(() => said().some((line) => line.startsWith('--stopping')))
    expect(new Set(said())).toEqual(
      new Set(['--ready secret=', 'WATCHDOG=1 secret=', '--stopping secret=']),
    )
  })

  it('prints a unit that systemd accepts', async () => {
    slack = await listenReceiver()
    const { code, stdout } = await mts(['watch', '--print-unit']).ended
    expect(code).toBe(0)
    expect(stdout).toContain(`Environment=MTS_JOURNAL=${join(directory, 'state', 'journal.db')}`)
    const started = [program.file, ...program.args].join(' ')
    expect(stdout).toContain(`# * * * * * ${started} watch --once`)
    expect(stdout).not.toContain('verysecret')
    const unit = join(directory, 'mts-watch.service')
    writeFileSync(unit, stdout)
    const analyze = '/usr/bin/systemd-analyze'
    if (existsSync(analyze)) {
      expect(execFileSync(analyze, ['verify', unit], { encoding: 'utf8', stdio: 'pipe' })).toBe('')
    }
  })
})
