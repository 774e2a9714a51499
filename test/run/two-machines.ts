/** Two machines with a journal each, before the same demo service. */
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Run } from '../../src/playbook/run.ts'
import { createServiceClient } from '../../src/service/client.ts'
import { createFakeWorld, type FakeOptions, type FakeWorld } from '../support/ports.ts'
import { createDemoWorld, STORES, type DemoWorld } from '../playbook/engine/demo-world.ts'

export interface Machines {
  readonly first: DemoWorld
  readonly second: FakeWorld
  /** The same path below the other machine's home. */
  carry(file: string): void
  close(): Promise<void>
}

export async function createMachines(
  faults: readonly string[],
  options: FakeOptions = {},
): Promise<Machines> {
  const first = await createDemoWorld(faults, { operator: 'kim' })
  const second = machineAt(first, { operator: 'lee', ...options })
  return {
    first,
    second,
    carry: (file) => copyFileSync(join(first.home, file), join(second.home, file)),
    close: async () => {
      second.dispose()
      await first.close()
    },
  }
}

export function machineAt(first: DemoWorld, options: FakeOptions): FakeWorld {
  return createFakeWorld({
    clock: first.clock,
    service: (settings, clock) => createServiceClient(settings, clock),
    ...options,
    env: { MTS_URL: first.url, MTS_STORES: STORES, MTS_VERIFY_AFTER: '20ms', ...options.env },
  })
}

export interface Ended {
  readonly code: number
  readonly value: Run & Record<string, unknown>
}

export async function json(world: FakeWorld, ...words: readonly string[]): Promise<Ended> {
  const finished = await world.mts(...words, '-o', 'json')
  return { code: finished.code, value: finished.json() as unknown as Ended['value'] }
}
