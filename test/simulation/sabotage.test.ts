import { describe, expect, it } from 'vitest'
import '../../src/cli/execute.ts'
import '../../src/render/settlement-action.ts'
import type { Journal, RunWriter } from '../../src/core/journal.ts'
import type { Read } from '../../src/core/read.ts'
import type { Service, SettlementRecord } from '../../src/core/service.ts'
import { seoulInstant } from '../../src/core/dates.ts'
import { tellStory, type Sabotage } from './story.ts'

const MOST_SEEDS = 800

/** Makes mts see every record changed in one way, as if the rule about it were not there. */
function seeingRecords(change: (record: SettlementRecord) => SettlementRecord): Sabotage {
  const lie = (read: Read<SettlementRecord>): Read<SettlementRecord> =>
    read.kind === 'ok' ? { ...read, value: change(read.value) } : read
  return {
    service: (service) => ({
      ...service,
      settlementById: async (id, options) => lie(await service.settlementById(id, options)),
      settlementOnDate: async (date, options) => lie(await service.settlementOnDate(date, options)),
    }),
  }
}

function seeing(change: (service: Service) => Partial<Service>): Sabotage {
  return { service: (service) => ({ ...service, ...change(service) }) }
}

/** Makes mts see another time of the service than it has. */
function seeingTime(change: (dateMs: number | undefined, nowMs: number) => number): Sabotage {
  return {
    service: (service, clock) => {
      const lie = <T>(read: Read<T>): Read<T> =>
        read.kind === 'unknown'
          ? read
          : { ...read, meta: { ...read.meta, dateMs: change(read.meta.dateMs, clock.now()) } }
      return {
        ...service,
        settlementById: async (id, options) => lie(await service.settlementById(id, options)),
        settlementOnDate: async (date, options) =>
          lie(await service.settlementOnDate(date, options)),
        settlementExists: async (date, options) =>
          lie(await service.settlementExists(date, options)),
      }
    },
  }
}

const PHANTOM = {
  id: 7777,
  amount: '1000',
  fee: '0',
  netAmount: '1000',
  status: 'COMPLETED',
  paymentType: 'CARD',
  channel: 'ONLINE',
  orderNumber: 'PHANTOM',
}

const ZERO = { totalAmount: '0', totalFee: '0', netAmount: '0', transactionCount: 0 }

function withWriter(journal: Journal, change: (writer: RunWriter) => Partial<RunWriter>): Journal {
  const wrap = (writer: RunWriter): RunWriter => ({ ...bound(writer), ...change(writer) })
  return {
    ...bound(journal),
    startRun: (options) => wrap(journal.startRun(options)),
    openRun: (run) => wrap(journal.openRun(run)),
  }
}

/** Own copies of every method, whatever the object's prototype. */
function bound<T extends object>(object: T): T {
  const result: Record<string, unknown> = {}
  for (
    let at: object | null = object;
    at !== null && at !== Object.prototype;
    at = Object.getPrototypeOf(at) as object | null
  ) {
    for (const key of Object.getOwnPropertyNames(at)) {
      if (key in result || key === 'constructor') continue
      const value = Reflect.get(object, key) as unknown
      result[key] = typeof value === 'function' ? value.bind(object) : value
    }
  }
  return result as T
}

const REMOVED: readonly (readonly [rule: string, sabotage: Sabotage])[] = [
  [
    'NOT_FAILED',
    seeingRecords((record) => ({ ...record, status: 'FAILED', ...ZERO, holdsSales: 'no' })),
  ],
  ['HOLDS_SALES', seeingRecords((record) => ({ ...record, ...ZERO, holdsSales: 'no' }))],
  [
    'SALES_UNPROVEN',
    {
      ...seeingRecords((record) =>
        record.holdsSales === 'unknown' ? { ...record, holdsSales: 'no' } : record,
      ),
      focus: {
        action: 'reprocess',
        world: (world) => {
          world.blurred = true
        },
      },
    },
  ],
  [
    'TOTALS_NOT_ZERO',
    {
      ...seeingRecords((record) => ({ ...record, ...ZERO })),
      focus: {
        action: 'reprocess',
        world: (world) => {
          for (const record of world.records) record.totals = { count: 2, amount: 30_000, fee: 0 }
        },
      },
    },
  ],
  [
    'DEPENDENCY_DOWN',
    seeing((service) => ({
      componentHealth: async (name, options) => {
        const read = await service.componentHealth(name, options)
        return {
          kind: 'ok',
          value: { status: 'UP', details: {} },
          meta: read.kind === 'unknown' ? { httpStatus: 200, latencyMs: 1 } : read.meta,
        }
      },
    })),
  ],
  [
    'BATCH_WINDOW',
    {
      env: { MTS_BATCH_AT: '12:00', MTS_BATCH_GRACE: '1m' },
      focus: { action: 'reprocess', startMs: seoulInstant('2026-11-24', '02:10') },
    },
  ],
  [
    'ALREADY_SETTLED',
    seeing(() => ({
      settlementOnDate: async () => ({
        kind: 'absent',
        meta: { httpStatus: 404, latencyMs: 1, dateMs: noon },
      }),
      settlementExists: async () => ({
        kind: 'ok',
        value: false,
        meta: { httpStatus: 200, latencyMs: 1 },
      }),
    })),
  ],
  [
    'STORES_UNKNOWN',
    { env: { MTS_STORES: '123-45-67890' }, focus: { action: 'run', stores: false } },
  ],
  [
    'CLOCK_SKEW',
    {
      ...seeingTime((_dateMs, nowMs) => nowMs),
      focus: {
        action: 'reprocess',
        world: (world) => {
          world.skewMs = 90_000
        },
      },
    },
  ],
  [
    'DATE_NOT_OVER',
    {
      ...seeingTime((dateMs) => (dateMs ?? 0) + 58_000),
      focus: { action: 'reprocess', startMs: seoulInstant('2026-11-23', '23:59') + 20_000 },
    },
  ],
  [
    'NO_SALES',
    {
      ...seeing((service) => ({
        salesPage: async (...asked) => {
          const read = await service.salesPage(...asked)
          if (read.kind !== 'ok' || read.value.totalElements > 0) return read
          const sales = [{ ...PHANTOM, transactionTime: `${asked[1].slice(0, 10)}T12:00:00` }]
          return { ...read, value: { sales, page: 0, totalElements: 1, totalPages: 1 } }
        },
      })),
      focus: {
        action: 'run',
        stores: true,
        world: (world) => {
          world.sales = []
        },
      },
    },
  ],
  [
    'the intent is on disk before the request leaves',
    {
      journal: (journal) =>
        withWriter(journal, () => ({ intend: () => undefined, finishAction: () => undefined })),
    },
  ],
  ['freshness of the facts', { clock: (clock) => ({ ...clock, monotonicMs: () => 0 }) }],
  [
    'an approval is good once',
    {
      journal: (journal) => ({
        ...withWriter(journal, (writer) => ({
          intend: ({ digest: _spent, ...intent }) => writer.intend(intent),
        })),
        approval: (digest) => {
          const found = journal.approval(digest)
          if (found === undefined) return undefined
          const { usedAtMs: _usedAtMs, ...unused } = found
          return unused
        },
        // A finished run takes no approval either: the second guard, removed as well.
        run: (id) => {
          const header = journal.run(id)
          return header === undefined ? undefined : { ...header, status: 'waiting' }
        },
      }),
    },
  ],
  [
    'an approval expires',
    {
      journal: (journal) => ({
        ...withWriter(journal, (writer) => ({
          intend: ({ digest: _spent, ...intent }) => writer.intend(intent),
        })),
        approval: (digest) => {
          const found = journal.approval(digest)
          return found === undefined
            ? undefined
            : { ...found, expiresAtMs: Number.MAX_SAFE_INTEGER }
        },
      }),
    },
  ],
  [
    'a request is never repeated',
    seeing((service) => ({
      postReprocess: async (id, options) => {
        const first = await service.postReprocess(id, options)
        return first.kind === 'lost' ? service.postReprocess(id, options) : first
      },
    })),
  ],
  [
    'a lost answer is not an answer',
    seeing((service) => {
      const answered = async (
        result: ReturnType<Service['postManual']>,
      ): ReturnType<Service['postManual']> => {
        const read = await result
        return read.kind === 'lost'
          ? { kind: 'answered', httpStatus: 500, meta: { httpStatus: 500, latencyMs: 1 } }
          : read
      }
      return {
        postManual: (date, options) => answered(service.postManual(date, options)),
        postReprocess: (id, options) => answered(service.postReprocess(id, options)),
      }
    }),
  ],
  ['a COMPLETED record is read once more', { env: { MTS_VERIFY_AFTER: '0s' } }],
]

const noon = 0

describe('each rule removed on purpose', () => {
  it.each(REMOVED)(
    '%s: the simulation notices',
    async (_rule, sabotage) => {
      for (let seed = 1; seed <= MOST_SEEDS; seed++) {
        const end = await tellStory(seed, sabotage)
        if (end.breaches.length > 0) return
      }
      expect.fail(`no story of ${MOST_SEEDS} noticed`)
    },
    60_000,
  )
})
