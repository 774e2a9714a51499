/**
 * The program's outside for tests: `run(argv, ports)` in process, over a temporary home, a clock
 * that never waits, captured output, and a person whose answers are scripted.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { CommandSpec } from '../../src/cli/command.ts'
import type { OutputPort, Ports, TerminalPort } from '../../src/cli/ports.ts'
import { interruptedError } from '../../src/cli/interruption.ts'
import { run } from '../../src/cli/run.ts'
import { approvalOf } from '../../src/cli/terminal.ts'
import type { Clock } from '../../src/core/clock.ts'
import type { ApprovalQuestion } from '../../src/core/dialog.ts'
import type { Service } from '../../src/core/service.ts'
import type { Settings } from '../../src/core/settings.ts'
import { openJournal } from '../../src/journal/journal.ts'
import { createProcessIdentity } from '../../src/journal/process-identity.ts'

export const PROJECT_DIR = fileURLToPath(new URL('../..', import.meta.url))

export interface FakeClock extends Clock {
  /** Sets the wall clock; ISO 8601 with a zone, or ms. */
  set(at: string | number): void
  /** Lets time pass: sleepers whose time has come wake. */
  advance(ms: number): void
  /** Every sleep asked for so far, ms. */
  readonly sleeps: readonly number[]
}

/**
 * `instant` (the default): a sleep advances the clock and ends at once. `manual`: a sleep ends when
 * `advance` reaches it — for code that races a sleep against work.
 */
export function createFakeClock(
  at: string | number = '2026-11-24T09:00:00+09:00',
  mode: 'instant' | 'manual' = 'instant',
): FakeClock {
  let nowMs = epochMs(at)
  let passedMs = 0
  const sleeps: number[] = []
  const sleepers = new Set<{ readonly dueMs: number; readonly wake: () => void }>()
  const advance = (ms: number): void => {
    nowMs += ms
    passedMs += ms
    for (const sleeper of [...sleepers].sort((left, right) => left.dueMs - right.dueMs)) {
      if (sleeper.dueMs <= passedMs) sleeper.wake()
    }
  }
  return {
    now: () => nowMs,
    monotonicMs: () => passedMs,
    sleeps,
    advance,
    set: (value) => {
      nowMs = epochMs(value)
    },
    sleep: (ms, signal) => {
      sleeps.push(ms)
      if (signal?.aborted === true) return Promise.reject(signal.reason as Error)
      if (mode === 'instant') {
        advance(ms)
        return Promise.resolve()
      }
      return new Promise((resolve, reject) => {
        const sleeper = {
          dueMs: passedMs + ms,
          wake: () => {
            sleepers.delete(sleeper)
            resolve()
          },
        }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper)
          reject(signal.reason as Error)
        })
      })
    },
  }
}

function epochMs(at: string | number): number {
  const ms = typeof at === 'number' ? at : Date.parse(at)
  if (Number.isNaN(ms)) throw new Error(`not a time: ${at}`)
  return ms
}

/** What a scripted person types; `interrupt` is Ctrl-C at the question. */
type TypedAnswer = string | { readonly interrupt: true }

export interface FakeOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly clock?: Clock
  /** Standard output is a terminal of this many cells. */
  readonly stdoutColumns?: number
  readonly stderrColumns?: number
  /** A person at the terminal, answering approvals in this order; no more answers is a failed test. */
  readonly answers?: readonly TypedAnswer[]
  /** The client commands get. Without it, asking for one fails the test. */
  readonly service?: Service | ((settings: Settings, clock: Clock) => Service | Promise<Service>)
  /** Files below the home directory, by relative path. */
  readonly files?: Readonly<Record<string, string>>
  readonly stdin?: string
  readonly operator?: string
  readonly assetsDir?: string
  readonly specs?: readonly CommandSpec[]
}

export interface Finished {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** Standard output as the one JSON value it must be. */
  json(): Record<string, unknown>
}

export interface FakeWorld {
  readonly ports: Ports
  readonly home: string
  /** Questions put to the person, with what was shown before each. */
  readonly asked: readonly { readonly question: ApprovalQuestion; readonly shown: string }[]
  /** Settings each created client was given. */
  readonly servedSettings: readonly Settings[]
  /** Files that were to be shown in the person's own program. */
  readonly openedFiles: readonly string[]
  /** Ctrl-C (or SIGTERM) now. */
  interrupt(signal?: 'SIGINT' | 'SIGTERM'): void
  /** `mts ...` in this world. Output is captured anew for each call. */
  mts(...argv: readonly string[]): Promise<Finished>
  /** Output captured since the last call, while a command is still running. */
  stdoutSoFar(): string
  stderrSoFar(): string
  /** Removes the temporary home. */
  dispose(): void
}

export function createFakeWorld(options: FakeOptions = {}): FakeWorld {
  const home = mkdtempSync(join(tmpdir(), 'mts-test-'))
  for (const [path, content] of Object.entries(options.files ?? {})) {
    mkdirSync(dirname(join(home, path)), { recursive: true })
    writeFileSync(join(home, path), content, { mode: 0o600 })
  }
  const listeners = new Set<(signal: 'SIGINT' | 'SIGTERM') => void>()
  const interrupt = (signal: 'SIGINT' | 'SIGTERM' = 'SIGINT'): void => {
    for (const listener of listeners) listener(signal)
  }
  const asked: { question: ApprovalQuestion; shown: string }[] = []
  const servedSettings: Settings[] = []
  const openedFiles: string[] = []
  const stdout = createCapture(options.stdoutColumns)
  const stderr = createCapture(options.stderrColumns)
  const ports: Ports = {
    clock: options.clock ?? createFakeClock(),
    stdout: stdout.port,
    stderr: stderr.port,
    env: { LANG: 'ko_KR.UTF-8', ...options.env },
    cwd: home,
    homeDir: home,
    directories: { config: join(home, 'config'), state: join(home, 'state') },
    operator: options.operator ?? 'tester',
    assetsDir: options.assetsDir ?? PROJECT_DIR,
    ...(options.answers === undefined
      ? {}
      : { terminal: createScriptedTerminal(options.answers, asked, interrupt) }),
    readStdin: () => Promise.resolve(options.stdin ?? ''),
    streamStdin: () => Readable.from([Buffer.from(options.stdin ?? '')]),
    createService: async (settings, clock) => {
      servedSettings.push(settings)
      const { service } = options
      if (service === undefined) throw new Error('this test has no service')
      return typeof service === 'function' ? service(settings, clock) : service
    },
    openJournal: (path, clock) =>
      Promise.resolve(openJournal(path, { clock, process: createProcessIdentity() })),
    openFile: (path) => {
      openedFiles.push(path)
      return Promise.resolve('opened')
    },
    onInterrupt: (listener) => {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
  }
  return {
    ports,
    home,
    asked,
    servedSettings,
    openedFiles,
    interrupt,
    mts: async (...argv) => {
      stdout.reset()
      stderr.reset()
      const code = await run(
        argv,
        ports,
        options.specs === undefined ? {} : { specs: options.specs },
      )
      const finished = { code, stdout: stdout.text(), stderr: stderr.text() }
      return {
        ...finished,
        json: () => JSON.parse(finished.stdout) as Record<string, unknown>,
      }
    },
    stdoutSoFar: () => stdout.text(),
    stderrSoFar: () => stderr.text(),
    dispose: () => {
      rmSync(home, { recursive: true, force: true })
    },
  }
}

interface Capture {
  readonly port: OutputPort
  text(): string
  reset(): void
}

function createCapture(columns: number | undefined): Capture {
  let written = ''
  return {
    port: {
      write: (text) => {
        written += text
      },
      isTTY: columns !== undefined,
      columns: columns ?? 80,
    },
    text: () => written,
    reset: () => {
      written = ''
    },
  }
}

function createScriptedTerminal(
  answers: readonly TypedAnswer[],
  asked: { question: ApprovalQuestion; shown: string }[],
  interrupt: () => void,
): TerminalPort {
  let next = 0
  return {
    input: new PassThrough(),
    output: new PassThrough(),
    approve: async (question, shown) => {
      const answer = answers[next++]
      if (answer === undefined) throw new Error(`nobody answers: ${question.prompt.en}`)
      asked.push({ question, shown })
      if (typeof answer !== 'string') {
        interrupt()
        throw interruptedError()
      }
      return approvalOf(answer, question.expected)
    },
  }
}
