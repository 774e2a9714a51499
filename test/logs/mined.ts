/** Logs of tests, mined in memory: text in, patterns out. */
import { Buffer } from 'node:buffer'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseKnownLogPatterns } from '../../src/cli/known-log-patterns.ts'
import type { LogPattern, LogPatterns } from '../../src/core/log-patterns.ts'
import { compileExpression } from '../../src/logs/grep.ts'
import { NO_KNOWN_PATTERNS, type KnownPatterns } from '../../src/logs/known-patterns.ts'
import type { LogSource } from '../../src/logs/log-source.ts'
import { mineLog, type MineOptions } from '../../src/logs/mine-log.ts'
import { PROJECT_DIR } from '../support/ports.ts'

export const RECORDING = join(PROJECT_DIR, 'test/recordings/service.log')
export const recorded = (): string => readFileSync(RECORDING, 'utf8')

/** What is shipped. */
export function shippedPatterns(): KnownPatterns {
  const names = readdirSync(join(PROJECT_DIR, 'playbooks'))
  const playbooks = names.map((name) => name.replace(/\.yaml$/, ''))
  const file = join(PROJECT_DIR, 'playbooks/log-patterns.yaml')
  return parseKnownLogPatterns(readFileSync(file, 'utf8'), file, playbooks, compileExpression)
}

export function sourceOf(
  content: string | Buffer | Iterable<Uint8Array>,
  name = 'test.log',
): LogSource {
  const chunks =
    typeof content === 'string' || Buffer.isBuffer(content) ? [Buffer.from(content)] : content
  return { name, path: null, stream: inTurn(chunks), exitCode: 66 }
}

async function* inTurn(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(chunk)
}

export function mine(
  content: string | Buffer | Iterable<Uint8Array>,
  options: Partial<MineOptions> = {},
): Promise<LogPatterns> {
  return mineLog({
    sources: [sourceOf(content)],
    known: NO_KNOWN_PATTERNS,
    signal: new AbortController().signal,
    monotonicMs: () => 0,
    ...options,
  })
}

/** One line of Spring's default pattern, without its newline. */
export function line(
  message: string,
  {
    time = '02:00:00.000',
    level = 'INFO',
    logger = 'c.o.t.service.SomeService',
    thread = 'main',
    date = '2026-11-24',
  } = {},
): string {
  return `${date} ${time} ${level.padStart(5)} 3789 --- [${thread}] ${logger.padEnd(40)} : ${message}`
}

export const lines = (...all: readonly string[]): string => `${all.join('\n')}\n`

/** `02:00:00.000` and so many ms. */
export function at(ms: number): string {
  return new Date(Date.UTC(2026, 0, 1, 2) + ms).toISOString().slice(11, 23)
}

/** `count level template < exceptions @ frame`, as a person would note it. */
export function noted(pattern: LogPattern): string {
  const { count, level, template, exceptions = [], frame } = pattern
  const chain = exceptions.length === 0 ? '' : ` < ${exceptions.join(' < ')}`
  return `${count} ${level} ${template}${chain}${frame === undefined ? '' : ` @ ${frame}`}`
}
