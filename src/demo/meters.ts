/** The demo's meters, made from its state whenever somebody asks. */
import type { HttpReading } from './counters.ts'
import { machineMeters } from './machine-meters.ts'
import { counter, gauge, timer } from './meter.ts'
import type { Meter } from './meter.ts'
import { databaseAway } from './world.ts'
import type { World } from './world.ts'

const APPLICATION = { application: 'mini-today-sales' }
const POOL = { pool: 'HikariPool-1' }

/** The endpoints that `slow` makes slow, with the maximum it shows in seconds. */
const SLOW_ENDPOINTS: readonly { method: string; uri: string; maxSeconds: number }[] = [
  { method: 'GET', uri: '/api/v1/sales/{businessNumber}', maxSeconds: 4.218_337_115 },
  { method: 'POST', uri: '/api/v1/sales/webhook', maxSeconds: 3.402_118_907 },
]

/** Every meter in the order of their names, which is the order `/actuator/metrics` lists them. */
export function collectMeters(world: World): readonly Meter[] {
  return [
    ...businessMeters(world),
    ...httpMeters(world),
    ...poolMeters(world),
    ...machineMeters(world),
  ]
}

export function meterNames(world: World): readonly string[] {
  return [...new Set(collectMeters(world).map((meter) => meter.name))].sort()
}

function businessMeters(world: World): Meter[] {
  const { counters } = world
  const blind = true
  const settled = [...counters.settlementSuccesses].reduce((sum, [, count]) => sum + count, 0)
  return [
    counter('api.calls.total', 0, APPLICATION, { description: 'Total API calls' }),
    counter('sales.created.total', counters.sales.count, APPLICATION, {
      description: 'Total number of sales created',
    }),
    counter('sales.amount.total', counters.sales.amount / 100, APPLICATION, {
      description: 'Total amount of sales',
      baseUnit: 'KRW',
    }),
    counter('sales.by.payment.type.total', 0, APPLICATION, {
      description: 'Total sales count by payment type',
    }),
    ...[...counters.salesByType.values()].map(({ paymentType, channel, count }) =>
      counter(
        'sales.by.payment.type.total',
        count,
        { payment_type: paymentType, channel },
        { blind },
      ),
    ),
    timer(
      'settlement.processing.time',
      { count: settled, total: settled * 0.0143, max: 0 },
      APPLICATION,
      'Settlement processing time',
      true,
    ),
    counter('settlement.result.total', 0, APPLICATION, {
      description: 'Settlement result counter',
    }),
    ...[...counters.settlementSuccesses].map(([transactions, count]) =>
      counter(
        'settlement.result.total',
        count,
        { result: 'success', transaction_count: String(transactions) },
        { blind },
      ),
    ),
    ...[...counters.settlementFailures].map(([errorType, count]) =>
      counter(
        'settlement.result.total',
        count,
        { result: 'failure', error_type: errorType },
        { blind },
      ),
    ),
    counter('settlement.failure.total', 0, APPLICATION, {
      description: 'Settlement failure counter',
    }),
  ]
}

function httpMeters(world: World): Meter[] {
  const readings = [...world.counters.requests(world.clock.now())]
  const slow = world.faults.has('slow')
  if (slow) {
    for (const { method, uri, maxSeconds } of SLOW_ENDPOINTS) {
      const known = readings.findIndex(
        (reading) => reading.tags.uri === uri && reading.tags.outcome === 'SUCCESS',
      )
      const reading = readings[known] ?? slowReading(method, uri)
      const raised = { ...reading, maxSeconds: Math.max(reading.maxSeconds, maxSeconds) }
      if (known === -1) readings.push(raised)
      else readings[known] = raised
    }
  }
  return readings.map((reading) =>
    timer(
      'http.server.requests',
      { count: reading.count, total: reading.totalSeconds, max: reading.maxSeconds },
      { ...reading.tags },
      'Duration of HTTP server request handling',
      true,
    ),
  )
}

function slowReading(method: string, uri: string): HttpReading {
  const status = method === 'POST' ? '201' : '200'
  return {
    tags: { exception: 'None', method, outcome: 'SUCCESS', status, uri },
    count: 1,
    totalSeconds: 3,
    maxSeconds: 3,
  }
}

function poolMeters(world: World): Meter[] {
  const exhausted = world.faults.has('pool-exhausted')
  const hanging = world.faults.has('db-hang')
  const active = exhausted ? 10 : hanging ? Math.min(10, world.dbWaiting) : 0
  const open = world.faults.has('db-down') ? 0 : 10
  const pending = exhausted ? 4 : databaseAway(world) ? world.dbWaiting : 0
  const served = world.counters.sales.count * 3
  return [
    gauge('hikaricp.connections', open, POOL, 'Total connections'),
    timer(
      'hikaricp.connections.acquire',
      { count: served, total: served * 3.3e-5, max: 3.8934e-4 },
      POOL,
      'Connection acquire time',
    ),
    gauge('hikaricp.connections.active', active, POOL, 'Active connections'),
    timer(
      'hikaricp.connections.creation',
      { count: 9, total: 0.019, max: 0 },
      POOL,
      'Connection creation time',
    ),
    gauge('hikaricp.connections.idle', open - active, POOL, 'Idle connections'),
    gauge('hikaricp.connections.max', 10, POOL, 'Max connections'),
    gauge('hikaricp.connections.min', 10, POOL, 'Min connections'),
    gauge('hikaricp.connections.pending', pending, POOL, 'Pending threads'),
    counter('hikaricp.connections.timeout', 0, POOL, {
      description: 'Connection timeout total count',
    }),
    timer(
      'hikaricp.connections.usage',
      { count: served, total: served * 0.011, max: 0.041 },
      POOL,
      'Connection usage time',
    ),
    gauge(
      'jdbc.connections.max',
      10,
      { name: 'dataSource' },
      'Maximum number of active connections that can be allocated at the same time.',
    ),
    gauge(
      'jdbc.connections.min',
      10,
      { name: 'dataSource' },
      'Minimum number of idle connections in the pool.',
    ),
  ]
}
