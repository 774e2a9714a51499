/** What only a real process shows: exit codes, signals, closed pipes, permissions of what is written. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeOnly, describePrograms, type Program } from '../support/programs.ts'

let program: Program
let home: string
const servers: Server[] = []

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'mts-process-'))
})

afterEach(() => {
  for (const server of servers.splice(0)) server.close()
  rmSync(home, { recursive: true, force: true })
})

const environment = (): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: home,
  LANG: 'ko_KR.UTF-8',
})

function mts(...words: readonly string[]): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(program.file, [...program.args, ...words], {
    env: environment(),
    encoding: 'utf8',
    timeout: 20_000,
  })
  return { code: status, stdout, stderr }
}

/** A port that takes connections and never answers. */
async function silentPort(onConnection: () => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    onConnection()
  })
  servers.push(server)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return (server.address() as AddressInfo).port
}

const use = (started: Program): void => {
  program = started
}

describePrograms('the built program', use, () => {
  it('ends with the exit code of its command', () => {
    expect(mts('--version')).toEqual({ code: 0, stdout: '0.1.0\n', stderr: '' })
    expect(mts('helth').code).toBe(64)
    expect(mts('dlq', '--url', 'http://127.0.0.1:1').code).toBe(69)
    expect(mts('playbook', 'show', 'nothing-of-the-kind').code).toBe(66)
  })

  it('finds the playbooks it was packed with from anywhere', () => {
    const { status, stdout } = spawnSync(program.file, [...program.args, 'playbook', 'list'], {
      cwd: home,
      env: environment(),
      encoding: 'utf8',
    })
    expect(status).toBe(0)
    expect(stdout).toContain('settlement-failure')
  })

  it('reads configuration that is YAML, and shows it', () => {
    expect(mts('config', 'init').code).toBe(0)
    expect(mts('config', 'check').code).toBe(0)
    const [file] = readdirSync(join(home, '.config', 'mts'))
    expect(file).toBe('config.yaml')
    expect(statSync(join(home, '.config', 'mts', 'config.yaml')).mode & 0o777).toBe(0o600)
  })

  it('bears a reader that goes away', async () => {
    const child = spawn(
      'bash',
      ['-c', `set -o pipefail; "$0" "$@" config show | head -1`, program.file, ...program.args],
      {
        env: environment(),
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends 130 on %s while it waits for an answer',
    async (signal) => {
      let heard: () => void = () => undefined
      const connected = new Promise<void>((resolve) => {
        heard = resolve
      })
      const port = await silentPort(() => {
        heard()
      })
      const child = spawn(
        program.file,
        [...program.args, 'dlq', '-o', 'json', '--url', `http://127.0.0.1:${port}`],
        {
          env: environment(),
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      )
      let stdout = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
      const ended = new Promise((resolve) => child.on('close', resolve))
      await connected
      child.kill(signal)
      expect(await ended).toBe(130)
      expect(JSON.parse(stdout)).toMatchObject({ kind: 'Error', code: 'INTERRUPTED' })
    },
  )

  it('prints one JSON value and ends 3 within the Nagios codes when the service is gone', () => {
    const json = mts('dlq', '-o', 'json', '--url', 'http://127.0.0.1:1')
    expect(JSON.parse(json.stdout)).toMatchObject({
      apiVersion: 'mts/v1',
      kind: 'Error',
      code: 'UNREACHABLE',
    })
    expect(json.stderr).toBe('')
    const nagios = mts('health', '-o', 'nagios', '--config', 'gone.yaml')
    expect(nagios).toMatchObject({ code: 3, stderr: '' })
    expect(nagios.stdout).toMatch(/^MTS UNKNOWN - [^\n]+\n$/)
  })
})

// Bun's own runtime does not start there: nothing of ours could answer.
describeOnly('npm package', 'the built program', use, () => {
  it('answers in a directory that was removed under the shell', () => {
    const script = 'mkdir gone && cd gone && rmdir ../gone && exec "$@"'
    const words = ['-c', script, 'sh', program.file, ...program.args, 'playbook', 'list']
    const { status, stdout } = spawnSync('/bin/sh', words, {
      cwd: home,
      env: environment(),
      encoding: 'utf8',
      timeout: 20_000,
    })
    expect(status).toBe(0)
    expect(stdout).toContain('settlement-failure')
  })
})
