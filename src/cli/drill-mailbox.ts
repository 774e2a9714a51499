/**
 * How another terminal speaks to a drill that is going on: requests and replies as small files in the
 * drill's own directory, which nobody else may read. The fault is in none of them.
 */
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Clock } from '../core/clock.ts'
import { systemCodeOf } from '../core/errors.ts'
import type { Text } from '../core/text.ts'

export type DrillRequest =
  | { readonly kind: 'act'; readonly id: string }
  | { readonly kind: 'score'; readonly named: readonly string[] }

export type DrillReply =
  | { readonly kind: 'act'; readonly words: Text }
  | { readonly kind: 'score'; readonly value: unknown }

/** Where the drill that is going on can be found. */
export interface CurrentDrill {
  readonly dir: string
  readonly url: string
  readonly startedAt: string
}

const POLL_MS = 150

export function drillsDir(stateDir: string): string {
  return join(stateDir, 'drills')
}

export function announceDrill(stateDir: string, current: CurrentDrill): void {
  writeWhole(join(drillsDir(stateDir), 'current.json'), current)
}

/** Undefined: no drill was begun here, or the last one is over. */
export function currentDrill(stateDir: string): CurrentDrill | undefined {
  return readWhole<CurrentDrill>(join(drillsDir(stateDir), 'current.json'))
}

/** Only its own: a drill that was begun since stays announced. */
export function withdrawDrill(stateDir: string, dir: string): void {
  if (currentDrill(stateDir)?.dir === dir) {
    rmSync(join(drillsDir(stateDir), 'current.json'), { force: true })
  }
}

/** The reply, or undefined when nobody has answered in time: then the request is taken back. */
export async function askDrill(
  dir: string,
  request: DrillRequest,
  { clock, timeoutMs, signal }: { clock: Clock; timeoutMs: number; signal: AbortSignal },
): Promise<DrillReply | undefined> {
  const name = `${Math.trunc(clock.now())}-${Math.trunc(clock.monotonicMs() * 1000)}`
  const asked = join(dir, 'asked', `${name}.json`)
  const replied = join(dir, 'replied', `${name}.json`)
  writeWhole(asked, request)
  const startedMs = clock.monotonicMs()
  try {
    for (;;) {
      const reply = readWhole<DrillReply>(replied)
      if (reply !== undefined) return reply
      if (clock.monotonicMs() - startedMs > timeoutMs) return undefined
      await clock.sleep(POLL_MS, signal)
    }
  } finally {
    rmSync(asked, { force: true })
    rmSync(replied, { force: true })
  }
}

/** Answers what comes in until `signal` is aborted. */
export async function serveDrill(
  dir: string,
  answer: (request: DrillRequest) => Promise<DrillReply>,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<void> {
  const asked = join(dir, 'asked')
  mkdirSync(asked, { recursive: true, mode: 0o700 })
  while (!signal.aborted) {
    for (const name of readdirSync(asked).filter((file) => file.endsWith('.json'))) {
      const request = readWhole<DrillRequest>(join(asked, name))
      rmSync(join(asked, name), { force: true })
      if (request !== undefined) writeWhole(join(dir, 'replied', name), await answer(request))
    }
    try {
      await clock.sleep(POLL_MS, signal)
    } catch (error) {
      // Only the end of the drill wakes it early.
      if (!signal.aborted) throw error
    }
  }
}

/** Appears whole or not at all. */
function writeWhole(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.tmp`
  writeFileSync(temporary, JSON.stringify(value), { mode: 0o600 })
  renameSync(temporary, path)
}

function readWhole<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined
    throw error
  }
}
