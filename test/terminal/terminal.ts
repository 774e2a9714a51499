/**
 * The program in a real terminal of 80 columns: bundled once, started in a pseudo-terminal, typed at,
 * and read without its control sequences.
 */
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn, type IPty } from '@lydell/node-pty'
import { build } from 'esbuild'
import { cellsOf } from '../../src/render/columns.ts'
import { PROJECT_DIR } from '../support/ports.ts'

export interface Program {
  /** `mts …` in a fresh terminal; the home is shared by one program. */
  start(argv: readonly string[], env?: Readonly<Record<string, string>>): Terminal
  remove(): void
}

export interface Terminal {
  /** Waits until `text` is on what was drawn since the last call, and returns it. */
  until(text: string | RegExp): Promise<string>
  type(keys: string): void
  /** Everything drawn so far, without control sequences. */
  drawn(): string
  /** As it came. */
  raw(): string
  kill(signal: string): void
  readonly exited: Promise<number>
}

export const CTRL_C = '\u0003'
export const CTRL_D = '\u0004'
export const ENTER = '\r'

const WAIT_MS = 15_000

/** Built beside the project's own modules, so that the native one is found. */
export async function buildProgram(): Promise<Program> {
  const home = mkdtempSync(join(tmpdir(), 'mts-terminal-'))
  const bundle = mkdtempSync(join(PROJECT_DIR, 'node_modules', '.mts-terminal-'))
  await build({
    absWorkingDir: PROJECT_DIR,
    stdin: {
      contents: `import { start } from './src/cli/main.ts'; start()`,
      resolveDir: PROJECT_DIR,
      loader: 'ts',
    },
    outfile: join(bundle, 'dist', 'mts.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: ['libsql'],
    banner: { js: 'const require=(id)=>process.getBuiltinModule(id)' },
    logLevel: 'error',
  })
  for (const assets of ['playbooks', 'checklists']) {
    symlinkSync(join(PROJECT_DIR, assets), join(bundle, assets))
  }
  return {
    start: (argv, env = {}) =>
      watch(
        spawn(process.execPath, [join(bundle, 'dist', 'mts.mjs'), ...argv], {
          cols: 80,
          rows: 40,
          cwd: home,
          env: {
            PATH: process.env['PATH'] ?? '',
            HOME: home,
            XDG_STATE_HOME: join(home, 'state'),
            XDG_CONFIG_HOME: join(home, 'config'),
            TERM: 'xterm-256color',
            LANG: 'ko_KR.UTF-8',
            ...env,
          },
        }),
      ),
    remove: () => {
      rmSync(home, { recursive: true, force: true })
      rmSync(bundle, { recursive: true, force: true })
    },
  }
}

function watch(pty: IPty): Terminal {
  let raw = ''
  let seen = 0
  let changed: () => void = () => undefined
  pty.onData((data) => {
    raw += data
    changed()
  })
  const exited = new Promise<number>((resolve) => {
    pty.onExit(({ exitCode }) => {
      resolve(exitCode)
      changed()
    })
  })
  let isOver = false
  void exited.then(() => (isOver = true))
  const find = (text: string | RegExp): string | undefined => {
    const fresh = plain(raw).slice(seen)
    const at = typeof text === 'string' ? fresh.indexOf(text) : fresh.search(text)
    if (at === -1) return undefined
    const length = typeof text === 'string' ? text.length : (text.exec(fresh)?.[0].length ?? 0)
    seen += at + length
    return fresh.slice(0, at + length)
  }
  return {
    type: (keys) => pty.write(keys),
    drawn: () => plain(raw),
    raw: () => raw,
    kill: (signal) => pty.kill(signal),
    exited,
    until: async (text) => {
      const endMs = Date.now() + WAIT_MS
      for (;;) {
        const found = find(text)
        if (found !== undefined) return found
        const leftMs = endMs - Date.now()
        if (leftMs <= 0 || isOver) {
          throw new Error(`never drawn: ${String(text)}\n--- drawn:\n${plain(raw)}`)
        }
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, Math.min(leftMs, 200))
          changed = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
    },
  }
}

// eslint-disable-next-line no-control-regex
const SEQUENCE = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|[@-_])/g

function plain(raw: string): string {
  return raw.replace(SEQUENCE, '').replaceAll('\r', '')
}

/** Lines drawn wider than the terminal; whatever moves the cursor begins another line. */
export function tooWide(raw: string): readonly string[] {
  return raw
    .replace(SEQUENCE, (sequence) => (sequence.endsWith('m') ? '' : '\n'))
    .split(/[\r\n]/)
    .filter((line) => cellsOf(line) > 80)
}
