/** A service that answers by a script: healthy unless told otherwise, with the time each answer takes. */
import type { Clock } from '../../src/core/clock.ts'
import { addDays, type SeoulDate } from '../../src/core/dates.ts'
import type { Failure, Read } from '../../src/core/read.ts'
import type {
  ComponentHealth,
  HealthReport,
  Metric,
  RequestOptions,
  ServiceReader,
  SettlementRange,
  SettlementRecord,
} from '../../src/core/service.ts'
import type { HealthSettings } from '../../src/health/observations.ts'

/** Never answers; the caller has to give up. */
export const HANG = 'hang'

export type Scripted =
  | typeof HANG
  | { readonly afterMs?: number; readonly read: Read<unknown> | (() => Read<unknown>) }

export interface FakeService extends ServiceReader {
  /** Keys in the order they were asked: `health`, `health/redis`, `metrics/name?tag=v`, `date/…`. */
  readonly asked: string[]
  /** The most requests that were out at once on one path (the key without its query). */
  readonly crowding: () => number
}

export const NOW_MS = Date.parse('2026-11-24T09:10:00+09:00')
export const DUE = '2026-11-23'
export const STORE = '123-45-67890'

export const SETTINGS: HealthSettings = {
  stores: [STORE],
  holidays: [],
  batch: { at: '02:00', graceMs: 30 * 60_000 },
  thresholds: {
    noSalesMinutes: 60,
    settlementFailurePercent: 5,
    apiTimeMs: 3000,
    queueMessages: 1000,
    heapPercent: 80,
    cpuPercent: 70,
    cpuForMs: 300_000,
    diskPercent: 85,
  },
  instances: 1,
}

export function ok<T>(value: T, dateMs?: number): Read<T> {
  const meta = { httpStatus: 200, latencyMs: 4, ...(dateMs === undefined ? {} : { dateMs }) }
  return { kind: 'ok', value, meta }
}

export function absent(): Read<never> {
  return { kind: 'absent', meta: { httpStatus: 404, latencyMs: 3 } }
}

export function failed(kind: Failure['kind'], more: Partial<Failure> = {}): Read<never> {
  return {
    kind: 'unknown',
    failure: { kind, message: { ko: '실패', en: 'failed' }, ...more },
    latencyMs: 3,
  }
}

export function meter(
  measurements: Record<string, number>,
  tags: Metric['tags'] = {},
): Read<Metric> {
  return ok({ name: 'a.meter', baseUnit: null, measurements, tags })
}

const UP_COMPONENTS: Readonly<Record<string, ComponentHealth>> = {
  customDatabase: { status: 'UP', details: { status: 'Connected', connection_valid: true } },
  customRabbitMQ: { status: 'UP', details: { status: 'Connected', sales_queue_messages: 0 } },
  customRedis: {
    status: 'UP',
    details: { ping: 'PONG', cache_test: 'PASS', used_memory: '1.02M' },
  },
  db: { status: 'UP', details: { database: 'MySQL' } },
  diskSpace: { status: 'UP', details: { total: 1000, free: 400 } },
  ping: { status: 'UP', details: {} },
  rabbit: { status: 'UP', details: { version: '3.10.8' } },
  redis: { status: 'UP', details: { version: '7.0.15' } },
}

export function report(changes: Record<string, ComponentHealth> = {}): HealthReport {
  const components = { ...UP_COMPONENTS, ...changes }
  const down = Object.values(components).some(({ status }) => status === 'DOWN')
  return { status: down ? 'DOWN' : 'UP', components }
}

export function settlement(
  date: SeoulDate,
  status = 'COMPLETED',
  holdsSales: SettlementRecord['holdsSales'] = 'yes',
): SettlementRecord {
  return {
    id: Number(date.slice(8)),
    date,
    status,
    totalAmount: '60000',
    totalFee: '600',
    netAmount: '59400',
    transactionCount: 3,
    note: null,
    createdAt: null,
    completedAt: null,
    holdsSales,
    bodyIntact: holdsSales !== 'yes',
  }
}

/** `count` records back from the due date, all COMPLETED unless their age in days is in `changes`. */
export function settlements(
  count: number,
  changes: Readonly<Record<number, string | null>> = {},
): SettlementRecord[] {
  return Array.from({ length: count }, (_, age) => age).flatMap((age) => {
    const status = changes[age] === undefined ? 'COMPLETED' : changes[age]
    return status === null ? [] : [settlement(addDays(DUE, -age), status)]
  })
}

/** As the service does it: the body breaks off at the first record that holds sales. */
function rangeOf(records: readonly SettlementRecord[]): SettlementRange {
  const end = records.findIndex(({ holdsSales }) => holdsSales === 'yes')
  return end < 0
    ? { records, complete: true }
    : { records: records.slice(0, end + 1), complete: false }
}

export function createFakeService(
  clock: Clock,
  script: Readonly<Record<string, Scripted>> = {},
  records: readonly SettlementRecord[] = settlements(30),
): FakeService {
  const asked: string[] = []
  const out = new Map<string, number>()
  let crowding = 0

  async function answer<T>(
    key: string,
    options: RequestOptions | undefined,
    healthy: () => Read<T>,
  ): Promise<Read<T>> {
    const path = key.split('?', 1)[0] ?? key
    asked.push(key)
    out.set(path, (out.get(path) ?? 0) + 1)
    crowding = Math.max(crowding, out.get(path) ?? 0)
    const scripted =
      script[key] ?? script[`${path}?*`] ?? script[`${path.split('/', 1)[0]}/*`] ?? script['*']
    try {
      const forMs = scripted === HANG ? 120_000 : (scripted?.afterMs ?? 3)
      await clock.sleep(forMs, options?.signal)
    } catch {
      return failed('aborted')
    } finally {
      out.set(path, (out.get(path) ?? 1) - 1)
    }
    if (scripted === undefined) return healthy()
    if (scripted === HANG) return failed('service_error', { httpStatus: 503 })
    return (typeof scripted.read === 'function' ? scripted.read() : scripted.read) as Read<T>
  }

  return {
    url: 'http://localhost:8080',
    asked,
    crowding: () => crowding,
    wholeHealth: (options) => answer('health', options, () => ok(report())),
    componentHealth: (name, options) =>
      answer(`health/${name}`, options, () => {
        const health = UP_COMPONENTS[name]
        return health === undefined ? absent() : ok(health)
      }),
    metric: (name, tags = {}, options) => {
      const query = Object.entries(tags).map(([key, value]) => `${key}=${value}`)
      const key = query.length === 0 ? `metrics/${name}` : `metrics/${name}?${query.join('&')}`
      return answer(key, options, () => healthyMeter(name))
    },
    metricNames: (options) => answer('metrics', options, () => ok([])),
    metricsSummary: (options) =>
      answer('summary', options, () =>
        ok({ settlementFailures: 0, settlementSuccesses: 6, sales: 40, salesAmount: 500_000 }),
      ),
    systemInfo: (options) =>
      answer('system', options, () =>
        ok({
          heapUsedBytes: 41,
          heapMaxBytes: 100,
          processors: 2,
          javaVersion: '17',
          osName: 'Linux',
        }),
      ),
    settlementById: (id, options) => answer(`settlement/${id}`, options, absent),
    settlementOnDate: (date, options) =>
      answer(`date/${date}`, options, () => {
        const record = records.find((each) => each.date === date)
        return record === undefined ? absent() : ok(record)
      }),
    settlementRange: (from, to, options) =>
      answer(`range?${from}..${to}`, options, () =>
        ok(rangeOf(records.filter(({ date }) => date >= from && date <= to))),
      ),
    settlementExists: (date, options) =>
      answer(`check/${date}`, options, () => ok(records.some((each) => each.date === date))),
    salesPage: (store, from, to, page, size, options) =>
      answer(`sales/${store}?${from}..${to}&${page}&${size}`, options, () =>
        ok({ sales: [], page: 0, totalElements: 42, totalPages: 42 }),
      ),
    deadLetterCounts: (options) =>
      answer('dlq', options, () => ok({ sales: 0, settlement: 0, notification: 0 })),
  }
}

function healthyMeter(name: string): Read<Metric> {
  switch (name) {
    case 'hikaricp.connections.pending':
    case 'hikaricp.connections.active':
      return meter({ VALUE: 0 })
    case 'hikaricp.connections.max':
      return meter({ VALUE: 10 })
    case 'process.start.time':
      // Three days ago.
      return meter({ VALUE: NOW_MS / 1000 - 3 * 86_400 })
    case 'system.cpu.usage':
      return meter({ VALUE: 0.12 })
    case 'http.server.requests':
      return meter({ COUNT: 900, TOTAL_TIME: 30, MAX: 0.4 }, { uri: ['/api/settlements/range'] })
    default:
      return absent()
  }
}
