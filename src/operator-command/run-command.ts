/**
 * Starts one of the operator's own commands: a program and its arguments, never a shell, in a group
 * of its own so that Ctrl-C at our terminal does not reach it, ended at its time limit.
 */
import { kill } from 'node:process'
import { systemCodeOf } from '../core/errors.ts'
import { cleanText } from '../core/sanitize.ts'

interface Command {
  readonly argv: readonly string[]
  readonly timeoutMs: number
}

export type CommandEnd =
  | { readonly kind: 'exited'; readonly exitCode: number; readonly output: string }
  | { readonly kind: 'not_started'; readonly detail: string }
  | { readonly kind: 'cut_short'; readonly detail: string; readonly output: string }

export interface CommandSurroundings {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Of its output only the newest part is kept, characters and lines. */
const KEPT_CHARS = 16_000
const KEPT_LINES = 20
/** Between asking it to end and ending it, ms. */
const GRACE_MS = 2000
/** For the last of its output to arrive, ms. */
const LINGER_MS = 500

export async function runOperatorCommand(
  { argv, timeoutMs }: Command,
  surroundings: CommandSurroundings,
  signal: AbortSignal,
): Promise<CommandEnd> {
  const { spawn } = await import('node:child_process')
  const [program = '', ...args] = argv
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: surroundings.cwd,
      env: withoutOurSecrets(surroundings.env),
      shell: false,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    let cut: string | undefined
    const take = (chunk: string): void => {
      output = (output + chunk).slice(-KEPT_CHARS)
    }
    child.stdout.setEncoding('utf8').on('data', take)
    child.stderr.setEncoding('utf8').on('data', take)

    const end = (how: NodeJS.Signals): void => {
      try {
        // The whole group: a script's children go with it.
        if (child.pid !== undefined) kill(-child.pid, how)
      } catch (error) {
        // Gone already is what was wanted.
        if (systemCodeOf(error) !== 'ESRCH') child.kill(how)
      }
    }
    const stop = (why: string): void => {
      if (cut !== undefined) return
      cut = why
      end('SIGTERM')
      forced = setTimeout(() => end('SIGKILL'), GRACE_MS)
    }
    let forced: NodeJS.Timeout | undefined
    let lingering: NodeJS.Timeout | undefined
    const limit = setTimeout(() => stop('time limit'), timeoutMs)
    const aborted = (): void => stop('interrupted')
    signal.addEventListener('abort', aborted, { once: true })
    const done = (result: CommandEnd): void => {
      clearTimeout(limit)
      clearTimeout(forced)
      clearTimeout(lingering)
      signal.removeEventListener('abort', aborted)
      resolve(result)
    }
    child.once('error', (error) => {
      done({ kind: 'not_started', detail: systemCodeOf(error) ?? 'error' })
    })
    const ended = (exitCode: number | null, endedBy: NodeJS.Signals | null): void => {
      const kept = keptOf(output)
      if (cut !== undefined) done({ kind: 'cut_short', detail: cut, output: kept })
      else if (exitCode === null) done({ kind: 'cut_short', detail: endedBy ?? '', output: kept })
      else done({ kind: 'exited', exitCode, output: kept })
    }
    child.once('close', ended)
    // Something it left running may hold its output open for ever: the program itself has ended.
    child.once('exit', (exitCode, endedBy) => {
      lingering = setTimeout(() => ended(exitCode, endedBy), LINGER_MS)
    })
    if (signal.aborted) aborted()
  })
}

/** Our tokens are for the service alone. */
function withoutOurSecrets(env: CommandSurroundings['env']): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('MTS_')))
}

/** The newest lines, each cleaned by itself. */
function keptOf(output: string): string {
  return output
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-KEPT_LINES)
    .map((line) => cleanText(line, 300))
    .join('\n')
}
