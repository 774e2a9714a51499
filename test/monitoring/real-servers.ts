/** Real Prometheus and Alertmanager processes for tests, on free ports and in a directory of their own. */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../../src/core/clock.ts'

export interface Binaries {
  readonly prometheus: string
  readonly promtool: string
  readonly alertmanager: string
  readonly amtool: string
}

/** Undefined where one is missing: then the tests that need it are skipped, and say so. */
export function findBinaries(): Binaries | undefined {
  const prometheus = find('prometheus')
  const promtool = find('promtool')
  // Debian has renamed it.
  const alertmanager = find('prometheus-alertmanager') ?? find('alertmanager')
  const amtool = find('amtool')
  return prometheus && promtool && alertmanager && amtool
    ? { prometheus, promtool, alertmanager, amtool }
    : undefined
}

function find(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(':')
    .map((directory) => join(directory, name))
    .find((path) => existsSync(path))
}

export const WITHOUT_BINARIES =
  '(skipped: prometheus, promtool, alertmanager and amtool are not installed here)'

export interface Running {
  readonly url: string
  stop(): Promise<void>
}

export function temporaryDirectory(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'mts-monitoring-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

export async function startPrometheus(
  { prometheus }: Binaries,
  directory: string,
  config: string,
): Promise<Running> {
  const port = await freePort()
  return start(
    prometheus,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(directory, 'prometheus-data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    `http://127.0.0.1:${port}`,
  )
}

export async function startAlertmanager(
  { alertmanager }: Binaries,
  directory: string,
  config: string,
): Promise<Running> {
  const port = await freePort()
  return start(
    alertmanager,
    [
      `--config.file=${config}`,
      `--storage.path=${join(directory, 'alertmanager-data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
      '--log.level=error',
    ],
    `http://127.0.0.1:${port}`,
  )
}

async function start(program: string, args: readonly string[], url: string): Promise<Running> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let complaint = ''
  let ended = false
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString('utf8')))
  const gone = new Promise<void>((resolve) => {
    child.on('exit', () => {
      ended = true
      resolve()
    })
  })
  for (let attempt = 0; ; attempt++) {
    if (ended || attempt > 200) throw new Error(`${program} did not start: ${complaint}`)
    const ready = await fetch(`${url}/-/ready`).then(
      (response) => response.ok,
      () => false,
    )
    if (ready) break
    await wait(50)
  }
  return {
    url,
    stop: async () => {
      child.kill('SIGKILL')
      await gone
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** What a tool says, and whether it was content. */
export function runTool(
  program: string,
  args: readonly string[],
  cwd: string,
): { readonly ok: boolean; readonly output: string } {
  try {
    const output = execFileSync(program, args, { cwd, encoding: 'utf8', stdio: 'pipe' })
    return { ok: true, output }
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string }
    return { ok: false, output: `${stdout ?? ''}${stderr ?? ''}` }
  }
}

/** A clock on which time passes `speed` times as fast. */
export function createFastClock(at: string, speed: number): Clock {
  const startedMs = performance.now()
  const passedMs = (): number => (performance.now() - startedMs) * speed
  return {
    now: () => Date.parse(at) + passedMs(),
    monotonicMs: passedMs,
    sleep: async (ms, signal) => {
      await wait(ms / speed, undefined, signal === undefined ? {} : { signal })
    },
  }
}

/** Until `holds`, or the time is over: then what `describe` says. */
export async function eventually(
  holds: () => boolean | Promise<boolean>,
  timeoutMs: number,
  describe: () => string,
): Promise<void> {
  const untilMs = performance.now() + timeoutMs
  while (!(await holds())) {
    if (performance.now() > untilMs) throw new Error(describe())
    await wait(50)
  }
}
