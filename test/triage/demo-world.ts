/** The demo with faults, triage over it, and the playbooks it ranks. */
import { createSystemClock } from '../../src/cli/clock.ts'
import type { Clock } from '../../src/core/clock.ts'
import { createDemo, DEMO_STORES } from '../../src/demo/demo.ts'
import { listenDemo } from '../../src/demo/listen.ts'
import { createServiceClient } from '../../src/service/client.ts'
import type { Triage } from '../../src/triage/triage.ts'
import { createFakeWorld, type FakeOptions, type FakeWorld } from '../support/ports.ts'

const NOW_MS = Date.parse('2026-11-24T14:30:00+09:00')

/** Real time that begins at a fixed moment of an afternoon. */
function createShiftedClock(): Clock {
  const clock = createSystemClock()
  const startMs = clock.monotonicMs()
  return { ...clock, now: () => NOW_MS + clock.monotonicMs() - startMs }
}

export interface DemoTriage {
  readonly world: FakeWorld
  readonly url: string
  close(): Promise<void>
}

export async function visitDemo(
  faults: readonly string[],
  options: FakeOptions = {},
): Promise<DemoTriage> {
  const clock = createShiftedClock()
  const listening = await listenDemo(createDemo({ clock, faults, timeScale: 1 }))
  const world = createFakeWorld({
    clock,
    service: (settings, own) => createServiceClient(settings, own),
    ...options,
    env: {
      MTS_URL: listening.url,
      MTS_STORES: DEMO_STORES.map(({ businessNumber }) => businessNumber).join(','),
      ...options.env,
    },
  })
  return {
    world,
    url: listening.url,
    close: async () => {
      world.dispose()
      await listening.close()
    },
  }
}

/** Faults that hang alone: whatever else a busy machine answers too late, a dependency stays the finding. */
const HANGING: ReadonlySet<string> = new Set(['redis-down', 'redis-hang', 'db-down', 'db-hang'])
const PARTLY_HANGING: ReadonlySet<string> = new Set([
  'rabbit-down',
  'rabbit-hang',
  'pool-exhausted',
])

/** Short only where something hangs: a busy machine must not look like an outage. */
function timeoutFor(faults: readonly string[]): string {
  if (faults.some((fault) => HANGING.has(fault))) return '120ms'
  return faults.some((fault) => PARTLY_HANGING.has(fault)) ? '400ms' : '3s'
}

export async function triageOf(
  faults: readonly string[],
): Promise<{ readonly code: number; readonly value: Triage }> {
  const { world, close } = await visitDemo(faults)
  try {
    const finished = await world.mts('triage', '-o', 'json', '--timeout', timeoutFor(faults))
    return { code: finished.code, value: finished.json() as unknown as Triage }
  } finally {
    await close()
  }
}
