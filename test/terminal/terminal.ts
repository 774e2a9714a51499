/**
 * The built program in a real terminal of 80 columns: started in a pseudo-terminal, typed at, and
 * read without its control sequences.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn, type IPty } from '@lydell/node-pty'
import { cellsOf } from '../../src/render/columns.ts'
import type { Program } from '../support/programs.ts'

export interface Terminals {
  /** `mts …` in a fresh terminal; the home is shared by all of them. */
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

/** A terminal for it, with a home of its own. */
export function openTerminals(program: Program): Terminals {
  const home = mkdtempSync(join(tmpdir(), 'mts-terminal-'))
  return {
    start: (argv, env = {}) =>
      watch(
        spawn(program.file, [...program.args, ...argv], {
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
