/** Starts `child.ts` as real processes. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll } from 'vitest'

export interface Child {
  readonly process: ChildProcess
  /** Every line it has said so far. */
  readonly lines: readonly Line[]
  /** Resolves when it has said that many lines; rejects when it ends before. */
  said(count: number): Promise<void>
  /** Resolves with the code (null: killed) when it has ended and everything it said is here. */
  readonly ended: Promise<number | null>
}

interface Line {
  readonly run?: string
  readonly seq?: number
  readonly hash?: string
  readonly pid?: number
  readonly error?: string
  readonly directory?: string
  readonly files?: Readonly<Record<string, string>>
}

const NODE_MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url))

/** Call it at the top of a test file: one bundle for all its children, removed at the end. */
export function childProcesses(): (mode: string, path: string, argument?: string) => Child {
  let directory = ''
  const running = new Set<ChildProcess>()
  beforeAll(async () => {
    // Inside node_modules, so that the one module that is not bundled is found.
    const cache = join(NODE_MODULES, '.cache')
    mkdirSync(cache, { recursive: true })
    directory = mkdtempSync(join(cache, 'mts-journal-test-'))
    await build({
      entryPoints: [fileURLToPath(new URL('child.ts', import.meta.url))],
      outfile: join(directory, 'child.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      external: ['libsql'],
      logLevel: 'error',
    })
  })
  afterAll(() => {
    for (const child of running) child.kill('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
  })
  return (mode, path, argument = '') => {
    const child = spawn(process.execPath, [join(directory, 'child.mjs'), mode, path, argument], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    running.add(child)
    child.once('exit', () => running.delete(child))
    return followed(child)
  }
}

function followed(child: ChildProcess): Child {
  const lines: Line[] = []
  const waiters = new Set<() => void>()
  let isOver = false
  const wake = (): void => {
    for (const waiter of waiters) waiter()
  }
  if (child.stdout === null) throw new Error('the child has no standard output')
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(JSON.parse(line) as Line)
    wake()
  })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      isOver = true
      wake()
      resolve(code)
    })
  })
  const said = (count: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (lines.length < count && !isOver) return
        waiters.delete(look)
        if (lines.length >= count) resolve()
        else reject(new Error(`it ended after ${lines.length} lines: ${JSON.stringify(lines)}`))
      }
      waiters.add(look)
      look()
    })
  return { process: child, lines, said, ended }
}
