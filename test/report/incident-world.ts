/** A night on the demo service, walked through the front door: a refusal, a reprocessing, a checklist. */
import { createDemoWorld, wordsOf, type DemoWorld } from '../playbook/engine/demo-world.ts'
import type { FakeOptions } from '../support/ports.ts'

export interface Night {
  readonly world: DemoWorld
  /** The playbook that ended at HOLDS_SALES. */
  readonly playbook: string
  /** The bare action that was refused. */
  readonly refused: string
  /** The bare action that went through. */
  readonly reprocessed: string
}

/** What somebody might type, or a service might send, to see it run. */
export const HOSTILE =
  '<script>alert(1)</script><img src=x onerror=alert(2)> [a](javascript:alert(3)) **bold** `code`\n# heading\u001b[31m red \u202egnp.exe https://evil.example/x'

export async function createNight(options: FakeOptions = {}): Promise<Night> {
  const world = await createDemoWorld(['failed-batch-linked', 'failed-batch-empty'], options)
  const json = async (...words: string[]): Promise<Record<string, unknown>> =>
    (await world.mts(...words, '-o', 'json')).json()
  await json('checklist', 'daily')
  let at = await json('playbook', 'settlement-failure')
  const playbook = String(at['run'])
  await world.mts('run', 'note', playbook, HOSTILE)
  for (let turns = 0; at['waitingFor'] !== undefined && turns < 12; turns++) {
    const { rerun } = at['waitingFor'] as { rerun: string }
    at = await json(...wordsOf(rerun).map((word) => word.replace(/=<.*>$/, '=OPS-1 <b>재무팀</b>')))
  }
  const linked = world.demo.settlementOnDate('2026-11-23')?.id
  const empty = world.demo.settlementOnDate('2026-11-22')?.id
  const refused = String((await json('settle', 'reprocess', String(linked)))['run'])
  const asked = await json('settle', 'reprocess', String(empty))
  const done = await json(...wordsOf(String(asked['rerun'])))
  return { world, playbook, refused, reprocessed: String(done['run']) }
}
