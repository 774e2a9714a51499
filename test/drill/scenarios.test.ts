/**
 * Every fault of the demo, walked through the front door with each playbook that treats it, ends with
 * the right finding. Those that another test walks already are left out unless all are asked for:
 * MTS_TEST_ALL=1.
 */
import { afterEach, describe, expect, it } from 'vitest'
import { SCENARIOS } from '../../src/drill/scenarios.ts'
import type { Run, WaitingFor } from '../../src/playbook/run.ts'
import { createDemoWorld, wordsOf, type DemoWorld } from '../playbook/engine/demo-world.ts'

let world: DemoWorld | undefined
afterEach(async () => {
  await world?.close()
  world = undefined
})

/** Before these steps are answered, whoever does them has mended the fault. */
const MENDED_AT: ReadonlySet<string> = new Set([
  'restart_redis',
  'restart_database',
  'restart_rabbitmq',
  'patch',
  'cool',
  'unlock',
  'memory',
])
/** Answers that are not any words. */
const FIELDS: Readonly<Record<string, string>> = {
  rollback: 'false',
  scale_out: 'false',
  back: 'false',
  arriving: 'false',
  instances: '1',
}
/** What other tests of the playbooks do not walk. */
const WALKED_HERE: ReadonlySet<string> = new Set([
  'rabbit-hang',
  'service-down',
  'stuck-batch',
  'late-sales',
  'wrong-totals',
])

const TURNS = 20

/** Answers whatever is asked as the person would who follows the playbook to its end. */
async function follow(mts: DemoWorld, playbook: string, fault: string): Promise<Run> {
  let words: readonly string[] = ['playbook', playbook]
  for (let turn = 0; turn < TURNS; turn++) {
    const run = (await mts.mts(...words, '-o', 'json')).json() as unknown as Run
    const waiting = run.waitingFor
    if (waiting === undefined) return run
    if (MENDED_AT.has(waiting.step) && mts.demo.faults.has(fault as never)) {
      mts.demo.clearFault(fault)
      mts.demo.addSale({ at: '2026-11-24T08:59:59', amount: 5000 })
    }
    words = answerOf(run, waiting)
  }
  throw new Error(`${playbook} still waits after ${TURNS} turns`)
}

function answerOf(run: Run, waiting: WaitingFor): readonly string[] {
  const at = ['run', 'resume', run.run, '--step', waiting.step]
  if (waiting.question === 'wait') return [...at, '--skip', '시험']
  if (waiting.question === 'judge') return [...at, '--complete']
  return wordsOf(waiting.rerun).map((word) =>
    word.replace(
      /^([\w-]+)=<.*>$/,
      (_all, field: string) => `${field}=${FIELDS[field] ?? 'INC-1'}`,
    ),
  )
}

const cases = SCENARIOS.flatMap(({ fault, treatedBy }) =>
  Object.entries(treatedBy).map(([playbook, findings]) => ({ fault, playbook, findings })),
).filter(({ fault }) => process.env['MTS_TEST_ALL'] === '1' || WALKED_HERE.has(fault))

it('a settlement brought back leaves the next batch to be looked at, due at 02:30', async () => {
  world = await createDemoWorld(['missing-batch'])
  const run = await follow(world, 'settlement-failure', 'missing-batch')
  expect(run.finding?.code).toBe('SETTLED')
  const open = (await world.mts('run', 'follow-up', '-o', 'json')).json()['items']
  expect(open).toMatchObject([
    { id: `${run.run}.batch-back`, owner: 'INC-1', due: '2026-11-25 02:30', status: 'open' },
  ])
}, 20_000)

describe('each fault of the demo, walked with each playbook that treats it', () => {
  it.each(cases)(
    '$fault with $playbook ends as one of $findings',
    async ({ fault, playbook, findings }) => {
      world = await createDemoWorld([fault])
      const before = world.demo.sales('2026-11-23').length
      const run = await follow(world, playbook, fault)
      expect(findings).toContain(run.finding?.code)
      expect(run.endedAt).toBeDefined()
      // Whatever was sent had been approved by its digest, and no sale is gone.
      const approved = run.steps.filter(
        ({ type, status }) => type === 'action' && status === 'succeeded',
      )
      expect(world.posts()).toBeLessThanOrEqual(approved.length)
      expect(world.demo.sales('2026-11-23')).toHaveLength(before)
    },
    20_000,
  )
})
