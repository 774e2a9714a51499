/** The program as a process: standard streams, signals, exit code. Nothing else touches `process`. */
import { writeSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { placeOf } from '#place'
import envPaths from 'env-paths'
import { createSystemClock } from './clock.ts'
import { messageOf } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import { cleanText } from '../core/sanitize.ts'
import { createOutput, isTerminal } from './output.ts'
import type { Ports } from './ports.ts'
import { isVersionQuestion, run } from './run.ts'
import { createTerminal } from './terminal.ts'
import { VERSION } from './version.ts'

/** How long a leaked handle may keep a finished process alive, ms. */
const LINGER_MS = 1000

type Signal = 'SIGINT' | 'SIGTERM'

/** Runs the words of the command line and ends the process with their exit code. */
export function start(): void {
  // Whatever is written (journal, configuration, reports) is the user's alone.
  process.umask(0o077)
  const listeners = new Set<(signal: Signal) => void>()
  const interrupt = (signal: Signal): void => {
    for (const listener of listeners) listener(signal)
  }
  const argv = process.argv.slice(2)
  if (isVersionQuestion(argv)) {
    // Asked by scripts, many times: no stream, no terminal, no library.
    writeSync(1, `${VERSION}\n`)
    return
  }
  if (argv[0] === 'health') preloadHealth()
  const defect = (error: unknown): void => {
    void endWithDefect(error, argv, ports)
  }
  const ports = createPorts({
    onInterrupt: (listener) => {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    onOutputError: (error) => {
      // The reader has gone (`| head`): what runs on is asked to stop, what is done keeps its exit code.
      if (error.code === 'EPIPE') interrupt('SIGTERM')
      else defect(error)
    },
  })
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  process.on('uncaughtException', defect)
  process.on('unhandledRejection', defect)
  void run(argv, ports).then(end)
}

/**
 * The command that is typed most often needs these in any case. Asked for at once they are read side
 * by side; one after the other each would wait for the disk. What fails to load fails again, with
 * words, where it is used.
 */
function preloadHealth(): void {
  const parts = [
    import('./execute.ts'),
    import('./commands/health.ts'),
    import('../config/load.ts'),
    import('../service/client.ts'),
    import('../health/check-health.ts'),
    import('../render/health.ts'),
    import('../render/output.ts'),
  ]
  void Promise.allSettled(parts)
}

function end(exitCode: number): void {
  process.exitCode = exitCode
  // Interrupted: the command may still be at work, and is not waited for.
  if (exitCode === 130) process.exit()
  setTimeout(() => process.exit(), LINGER_MS).unref()
}

async function endWithDefect(error: unknown, argv: readonly string[], ports: Ports): Promise<void> {
  try {
    const { presentDefect } = await import('./present.ts')
    process.exit(await presentDefect(error, argv, ports))
  } catch {
    // Installed anew under a process that runs: not even the words for it can be loaded any more.
    try {
      writeSync(2, `mts: ${cleanText(messageOf(error), 300)}\n`)
    } finally {
      // Also when nobody reads: a throw from here would come back as the next defect, for ever.
      process.exit(EXIT.defect)
    }
  }
}

function createPorts(wiring: {
  readonly onInterrupt: Ports['onInterrupt']
  readonly onOutputError: (error: NodeJS.ErrnoException) => void
}): Ports {
  const terminal =
    isTerminal(0) && isTerminal(2)
      ? createTerminal(
          () => process.stdin,
          () => process.stderr,
        )
      : undefined
  const paths = envPaths('mts', { suffix: '' })
  return {
    clock: createSystemClock(),
    stdout: createOutput(1, () => process.stdout, wiring.onOutputError),
    // Where nobody can be told, the result on standard output still counts.
    stderr: createOutput(
      2,
      () => process.stderr,
      () => undefined,
    ),
    env: process.env,
    cwd: workingDirectory(),
    homeDir: homedir(),
    // On Linux the library calls the state directory `log`.
    directories: { config: paths.config, state: paths.log },
    get operator() {
      return operatorName()
    },
    ...placeOf(process.execPath, process.argv[1]),
    ...(terminal === undefined ? {} : { terminal }),
    readStdin,
    streamStdin: () => process.stdin,
    createService: async (settings, clock, shared) => {
      const { createServiceClient } = await import('../service/client.ts')
      return createServiceClient(settings, clock, shared)
    },
    openJournal: async (path, clock) => {
      const { openJournal } = await import('../journal/journal.ts')
      const { createProcessIdentity } = await import('../journal/process-identity.ts')
      return openJournal(path, { clock, process: createProcessIdentity() })
    },
    openFile,
    onInterrupt: wiring.onInterrupt,
  }
}

/** No shell: the path is one argument, whatever it holds. */
async function openFile(path: string): Promise<'opened' | 'no_opener'> {
  const { spawn } = await import('node:child_process')
  const openers: Partial<Record<NodeJS.Platform, string>> = { darwin: 'open', win32: 'explorer' }
  const program = openers[process.platform] ?? 'xdg-open'
  return new Promise((resolve) => {
    const child = spawn(program, [path], { detached: true, stdio: 'ignore' })
    child.once('error', () => resolve('no_opener'))
    child.once('spawn', () => {
      child.unref()
      resolve('opened')
    })
  })
}

/** A directory that was removed under the shell is no reason not to answer; files are then named from the root. */
function workingDirectory(): string {
  try {
    return process.cwd()
  } catch {
    return '/'
  }
}

function operatorName(): string {
  try {
    return userInfo().username
  } catch {
    // A container may run under a user id that has no name.
    return `uid ${process.getuid?.() ?? 'unknown'}`
  }
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
