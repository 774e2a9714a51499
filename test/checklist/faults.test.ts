/** Every fault of the demo service, seen by each checklist through the front door. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { ChecklistRun, ItemStatus } from '../../src/checklist/run.ts'
import type { DemoFault } from '../../src/demo/faults.ts'
import { DEMO_FAULT_NAMES } from '../../src/demo/faults.ts'
import { createDemoWorld, type DemoWorld } from '../playbook/engine/demo-world.ts'

let world: DemoWorld | undefined
afterEach(async () => {
  await world?.close()
  world = undefined
})

async function walk(
  name: string,
  fault: DemoFault | 'healthy',
): Promise<{ readonly code: number; readonly statuses: Readonly<Record<string, ItemStatus>> }> {
  const mts = (world = await createDemoWorld(fault === 'healthy' ? [] : [fault]))
  mkdirSync(mts.ports.directories.config, { recursive: true })
  writeFileSync(
    join(mts.ports.directories.config, 'config.yaml'),
    `externals:\n  - { id: pg, url: '${mts.url}/actuator/info' }\nspringBoot: '2.7.18'\n`,
    { mode: 0o600 },
  )
  const { code, json } = await mts.mts('checklist', name, '-o', 'json')
  const value = json() as unknown as ChecklistRun
  expect(value).toMatchObject({ apiVersion: 'mts/v1', kind: 'ChecklistRun', checklist: name })
  return { code, statuses: Object.fromEntries(value.items.map((item) => [item.id, item.status])) }
}

type Expected = readonly [code: number, statuses: Readonly<Record<string, ItemStatus>>]

const DAILY: Readonly<Record<string, ItemStatus>> = {
  settlement: 'pass',
  batch: 'pass',
  resources: 'pass',
  errors: 'pass',
  api: 'pass',
  externals: 'pass',
  now: 'pass',
  kinds: 'pass',
  backlog: 'pass',
  payout: 'unanswered',
  'payout-match': 'unanswered',
  matters: 'pass',
  notices: 'unanswered',
}
/** Without a settlement that stands, there is no deposit to compare. */
const NO_PAYOUT = { payout: 'skipped', 'payout-match': 'skipped' } as const
const NOT_SETTLED = { settlement: 'fail', batch: 'fail', ...NO_PAYOUT } as const
const NO_DATABASE = {
  settlement: 'unknown',
  batch: 'unknown',
  kinds: 'unknown',
  backlog: 'unknown',
  ...NO_PAYOUT,
} as const

const ON_DAILY: Readonly<Record<DemoFault | 'healthy', Expected>> = {
  healthy: [4, {}],
  'redis-down': [2, { now: 'fail' }],
  'redis-hang': [2, { now: 'fail' }],
  'db-down': [2, { ...NO_DATABASE, now: 'fail' }],
  'db-hang': [2, { ...NO_DATABASE, now: 'fail' }],
  'rabbit-down': [2, { now: 'fail' }],
  'rabbit-hang': [2, { now: 'fail' }],
  'service-down': [
    2,
    {
      ...NO_DATABASE,
      resources: 'unknown',
      errors: 'unknown',
      api: 'unknown',
      externals: 'fail',
      now: 'fail',
    },
  ],
  slow: [1, { now: 'warning' }],
  'failed-batch-linked': [2, NOT_SETTLED],
  'failed-batch-empty': [2, NOT_SETTLED],
  'missing-batch': [2, NOT_SETTLED],
  'stuck-batch': [2, NOT_SETTLED],
  'late-sales': [1, { settlement: 'warning' }],
  'wrong-totals': [2, { settlement: 'fail', ...NO_PAYOUT }],
  'no-sales': [2, { now: 'fail', kinds: 'fail' }],
  'payment-outage': [1, { kinds: 'fail' }],
  'pool-exhausted': [4, { ...NO_DATABASE, now: 'unknown' }],
  'high-memory': [1, { resources: 'warning' }],
  // Reading is not touched by it.
  'lost-answer': [4, {}],
  auth: [
    4,
    { ...NO_DATABASE, resources: 'unknown', errors: 'unknown', api: 'unknown', now: 'unknown' },
  ],
}

const EVENING: Readonly<Record<string, ItemStatus>> = {
  // The demo of these tests has no four weeks behind it.
  sales: 'unknown',
  kinds: 'pass',
  resources: 'pass',
  errors: 'pass',
  dependencies: 'pass',
  queue: 'pass',
  backlog: 'pass',
}
const DOWN = { dependencies: 'fail', kinds: 'unknown', backlog: 'unknown' } as const

const ON_EVENING: Readonly<Record<DemoFault | 'healthy', Expected>> = {
  healthy: [3, {}],
  'redis-down': [2, { dependencies: 'fail' }],
  'redis-hang': [2, { dependencies: 'fail' }],
  'db-down': [2, DOWN],
  'db-hang': [2, DOWN],
  'rabbit-down': [2, { dependencies: 'fail', queue: 'fail' }],
  'rabbit-hang': [2, { dependencies: 'fail', queue: 'fail' }],
  'service-down': [2, { ...DOWN, resources: 'unknown', errors: 'unknown', queue: 'unknown' }],
  slow: [3, {}],
  'failed-batch-linked': [2, { backlog: 'fail' }],
  'failed-batch-empty': [2, { backlog: 'fail' }],
  'missing-batch': [2, { backlog: 'fail' }],
  'stuck-batch': [2, { backlog: 'fail' }],
  'late-sales': [3, {}],
  'wrong-totals': [2, { backlog: 'fail' }],
  'no-sales': [1, { kinds: 'fail' }],
  'payment-outage': [1, { kinds: 'fail' }],
  'pool-exhausted': [1, { kinds: 'unknown', dependencies: 'warning', backlog: 'unknown' }],
  'high-memory': [1, { resources: 'warning' }],
  'lost-answer': [3, {}],
  auth: [
    3,
    {
      kinds: 'unknown',
      resources: 'unknown',
      errors: 'unknown',
      dependencies: 'unknown',
      queue: 'unknown',
      backlog: 'unknown',
    },
  ],
}

const WEEKLY: Readonly<Record<string, ItemStatus>> = {
  'sales-trend': 'unknown',
  performance: 'unknown',
  thresholds: 'unknown',
  'restore-command': 'skipped',
  backup: 'unanswered',
  'backup-age': 'unanswered',
  patches: 'fail',
  'patch-plan': 'unanswered',
}

const MONTHLY: Readonly<Record<string, ItemStatus>> = {
  capacity: 'unknown',
  retention: 'unknown',
  incidents: 'pass',
  tools: 'unknown',
  slowest: 'pass',
  'performance-plan': 'unanswered',
  'idle-items': 'pass',
  'idle-decision': 'skipped',
}

/** All of them with MTS_TEST_LONG; else those that this checklist is about. */
const isLong = process.env['MTS_TEST_LONG'] !== undefined
const FAULTS = ['healthy', ...DEMO_FAULT_NAMES] as const
const SHORT: ReadonlySet<string> = new Set([
  'healthy',
  'redis-hang',
  'db-down',
  'service-down',
  'slow',
  'missing-batch',
  'late-sales',
  'payment-outage',
  'auth',
])
const CHOSEN = FAULTS.filter((fault) => isLong || SHORT.has(fault))

describe.each([
  ['daily', DAILY, ON_DAILY],
  ['evening', EVENING, ON_EVENING],
] as const)('the %s checklist', (name, healthy, table) => {
  it.each(CHOSEN)(
    'with %s: the right items stand out, and the exit code says how bad',
    async (fault) => {
      const [code, others] = table[fault]
      const seen = await walk(name, fault)
      expect(seen.statuses).toEqual({ ...healthy, ...others })
      expect(seen.code).toBe(code)
    },
    20_000,
  )
})

/** They judge weeks and months: what stands still now is no matter of theirs. */
describe.each([
  ['weekly', WEEKLY, 1, {}],
  [
    'monthly',
    MONTHLY,
    4,
    { slow: [1, 'warning'], 'service-down': [4, 'unknown'], auth: [4, 'unknown'] },
  ],
] as const)('the %s checklist', (name, healthy, code, slowest) => {
  it.each(isLong ? FAULTS : (['healthy', 'slow', 'service-down'] as const))(
    'with %s says no more and no less than it can',
    async (fault) => {
      const own = (slowest as Readonly<Record<string, readonly [number, ItemStatus]>>)[fault]
      const seen = await walk(name, fault)
      expect(seen.statuses).toEqual(own === undefined ? healthy : { ...healthy, slowest: own[1] })
      expect(seen.code).toBe(own?.[0] ?? code)
    },
    20_000,
  )
})
