/** `mts` in process against the demo service on loopback, at 09:00 of a working day whatever the real time is. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../../../src/core/clock.ts'
import { createDemo, type Demo } from '../../../src/demo/demo.ts'
import { listenDemo } from '../../../src/demo/listen.ts'
import { createServiceClient } from '../../../src/service/client.ts'
import {
  createFakeWorld,
  PROJECT_DIR,
  type FakeOptions,
  type FakeWorld,
} from '../../support/ports.ts'

export interface DemoWorld extends FakeWorld {
  readonly demo: Demo
  readonly url: string
  readonly clock: SettableClock
  /** POSTs that reached the service. */
  posts(): number
  close(): Promise<void>
}

export interface SettableClock extends Clock {
  set(at: string): void
}

/** Real waiting, another date: the demo and the program agree on what time it is. */
export function createShiftedClock(at: string): SettableClock {
  let offsetMs = Date.parse(at) - performance.now()
  return {
    now: () => Math.floor(performance.now() + offsetMs),
    monotonicMs: () => performance.now(),
    sleep: async (ms, signal) => {
      await sleep(ms, undefined, signal === undefined ? {} : { signal })
    },
    set: (next) => {
      offsetMs = Date.parse(next) - performance.now()
    },
  }
}

export const STORES = '123-45-67890,234-56-78901'

export async function createDemoWorld(
  faults: readonly string[] = [],
  options: FakeOptions = {},
): Promise<DemoWorld> {
  const clock = createShiftedClock('2026-11-24T09:00:00+09:00')
  const assetsDir = createHastyDocuments()
  const demo = createDemo({ clock, faults, timeScale: 0.001, historyDays: 3 })
  const { url, close } = await listenDemo(demo)
  const world = createFakeWorld({
    assetsDir,
    ...options,
    clock,
    env: { MTS_URL: url, MTS_STORES: STORES, MTS_VERIFY_AFTER: '20ms', ...options.env },
    service: (settings, its) => createServiceClient(settings, its),
  })
  return {
    ...world,
    demo,
    url,
    clock,
    posts: () => demo.requests.filter((request) => request.method === 'POST').length,
    close: async () => {
      world.dispose()
      rmSync(assetsDir, { recursive: true, force: true })
      await close()
    },
  }
}

/** The shipped documents, looking again after moments instead of seconds; nothing else of them differs. */
function createHastyDocuments(): string {
  const dir = mkdtempSync(join(tmpdir(), 'mts-test-'))
  for (const kind of ['playbooks', 'checklists']) {
    cpSync(join(PROJECT_DIR, kind), join(dir, kind), { recursive: true })
    for (const name of readdirSync(join(dir, kind))) {
      const path = join(dir, kind, name)
      const source = readFileSync(path, 'utf8')
      writeFileSync(path, source.replace(/^(\s*interval:) \d+s$/gm, '$1 50ms'))
    }
  }
  return dir
}

/** The words of a printed command, as a shell would split them. */
export function wordsOf(command: string): string[] {
  const words: string[] = []
  for (const match of command.matchAll(/'([^']*)'|(\S+)/g)) words.push(match[1] ?? match[2] ?? '')
  return words[0] === 'mts' ? words.slice(1) : words
}
