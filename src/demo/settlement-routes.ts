/** `/api/settlements` and `/api/dlq`. */
import { isSeoulDate } from '../core/dates.ts'
import { empty, internalError, json, jsonText, typeMismatch } from './answers.ts'
import type { RouteAnswer } from './answers.ts'
import type { DemoSettlement } from './ledger.ts'
import type { RouteRequest } from './request.ts'
import type { Route } from './routes.ts'
import { reprocess, settleByHand } from './settling.ts'
import type { Settled } from './settling.ts'
import { writeSettlement, writeSettlements } from './settlement-body.ts'
import type { Freshness, SettlementBody } from './settlement-body.ts'
import { databaseAway, DB_WAIT_MS, waitForDatabase, rabbitAway } from './world.ts'
import type { World } from './world.ts'

const DEAD_LETTER_QUEUES = ['dlq.notification', 'dlq.sales', 'dlq.settlement']
const MISSING_PARAMETER = 'MissingServletRequestParameterException'

export const SETTLEMENT_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    pattern: /^\/api\/settlements\/range$/,
    uri: '/api/settlements/range',
    async handle(world, request) {
      const from = dateParameter(world, request, 'startDate')
      if (typeof from !== 'string') return from
      const to = dateParameter(world, request, 'endDate')
      if (typeof to !== 'string') return to
      return reading(world, request, () => {
        const inRange = world.ledger
          .settlements()
          .filter((settlement) => settlement.date >= from && settlement.date <= to)
        return settlementAnswer(writeSettlements(world, inRange, request.path))
      })
    },
  },
  {
    method: 'GET',
    pattern: /^\/api\/settlements\/date\/(?<date>[^/]+)$/,
    uri: '/api/settlements/date/{date}',
    async handle(world, request, { date = '' }) {
      if (!isSeoulDate(date)) return typeMismatch(world, request.path, 'date', date)
      return reading(world, request, () =>
        one(world, request, world.ledger.settlementOnDate(date), 'stored'),
      )
    },
  },
  {
    method: 'GET',
    pattern: /^\/api\/settlements\/check\/(?<date>[^/]+)$/,
    uri: '/api/settlements/check/{date}',
    async handle(world, request, { date = '' }) {
      if (!isSeoulDate(date)) return typeMismatch(world, request.path, 'date', date)
      return reading(world, request, () => json(world.ledger.settlementOnDate(date) !== undefined))
    },
  },
  {
    method: 'GET',
    pattern: /^\/api\/settlements\/unsettled\/(?<date>[^/]+)$/,
    uri: '/api/settlements/unsettled/{date}',
    async handle(world, request, { date = '' }) {
      if (!isSeoulDate(date)) return typeMismatch(world, request.path, 'date', date)
      // Its query binds the wrong type, so it has never answered.
      return reading(world, request, () =>
        internalError(world, request.path, 'InvalidDataAccessApiUsageException'),
      )
    },
  },
  {
    method: 'POST',
    pattern: /^\/api\/settlements\/manual$/,
    uri: '/api/settlements/manual',
    async handle(world, request) {
      const date = dateParameter(world, request, 'settlementDate')
      if (typeof date !== 'string') return date
      return settledAnswer(world, request, await settleByHand(world, date, request.signal))
    },
  },
  {
    method: 'POST',
    pattern: /^\/api\/settlements\/(?<id>[^/]+)\/reprocess$/,
    uri: '/api/settlements/{id}/reprocess',
    async handle(world, request, { id = '' }) {
      if (!isLong(id)) return typeMismatch(world, request.path, 'id', id)
      return settledAnswer(world, request, await reprocess(world, Number(id), request.signal))
    },
  },
  {
    method: 'GET',
    pattern: /^\/api\/settlements\/(?<id>[^/]+)$/,
    uri: '/api/settlements/{id}',
    async handle(world, request, { id = '' }) {
      if (!isLong(id)) return typeMismatch(world, request.path, 'id', id)
      return reading(world, request, () =>
        one(world, request, world.ledger.settlement(Number(id)), 'stored'),
      )
    },
  },
  {
    method: 'GET',
    pattern: /^\/api\/dlq\/counts$/,
    uri: '/api/dlq/counts',
    async handle(world, request) {
      if (rabbitAway(world)) {
        return internalError(world, request.path, 'AmqpConnectException')
      }
      // The service's own listener drains these queues at once.
      return json(Object.fromEntries(DEAD_LETTER_QUEUES.map((queue) => [queue, 0])))
    },
  },
  {
    method: 'DELETE',
    pattern: /^\/api\/dlq\/(?<queue>[^/]+)$/,
    uri: '/api/dlq/{queueName}',
    async handle(world, request, { queue = '' }) {
      if (rabbitAway(world) || !DEAD_LETTER_QUEUES.includes(queue)) {
        return internalError(world, request.path, 'AmqpIOException')
      }
      return empty(200)
    },
  },
]

function isLong(value: string): boolean {
  return /^-?\d{1,15}$/.test(value)
}

/** The parameter as a date, or the answer to its being missing or no date. */
function dateParameter(world: World, request: RouteRequest, name: string): string | RouteAnswer {
  const value = request.query.get(name)
  if (value === null) return internalError(world, request.path, MISSING_PARAMETER)
  if (!isSeoulDate(value)) return typeMismatch(world, request.path, name, value)
  return value
}

/** Every reading needs a connection: without one it waits, then breaks. */
async function reading(
  world: World,
  request: RouteRequest,
  read: () => RouteAnswer,
): Promise<RouteAnswer> {
  if (!databaseAway(world)) return read()
  await waitForDatabase(world, DB_WAIT_MS, request.signal)
  return internalError(world, request.path, 'DataAccessResourceFailureException')
}

function one(
  world: World,
  request: RouteRequest,
  settlement: DemoSettlement | undefined,
  freshness: Freshness,
): RouteAnswer {
  if (settlement === undefined) return empty(404)
  return settlementAnswer(writeSettlement(world, settlement, freshness, request.path))
}

function settlementAnswer(body: SettlementBody): RouteAnswer {
  return jsonText(body.text, body.broken ? { exception: 'HttpMessageNotWritableException' } : {})
}

function settledAnswer(world: World, request: RouteRequest, settled: Settled): RouteAnswer {
  if (settled.status !== 200) return empty(settled.status)
  return one(world, request, settled.record, 'fresh')
}
