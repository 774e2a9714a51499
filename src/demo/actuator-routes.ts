/** `/actuator` and `/api/monitoring`: what monitoring asks. None of it needs the database but health. */
import { empty, internalError, json } from './answers.ts'
import type { RouteAnswer } from './answers.ts'
import { writeExposition } from './exposition.ts'
import type { ExpositionFormat } from './exposition.ts'
import { componentHealth, isComponent, wholeHealth } from './health.ts'
import type { JavaValue } from './java-json.ts'
import { javaDouble } from './java-json.ts'
import { heapOf, HEAP_MAX_BYTES, heapUsedBytes, JAVA_VERSION, PROCESSORS } from './machine.ts'
import { answerMetric } from './metric-answer.ts'
import { meterNames } from './meters.ts'
import type { RouteRequest } from './request.ts'
import type { Route } from './routes.ts'
import type { World } from './world.ts'

const METRIC_HEADERS = { 'content-disposition': 'inline;filename=f.txt' }
const ACTUATOR_TYPE = 'application/vnd.spring-boot.actuator.v3+json'

export const ACTUATOR_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    pattern: /^\/actuator\/?$/,
    uri: '/actuator',
    handle: async (_world, request) => actuatorJson(request, links(request)),
  },
  {
    method: 'GET',
    pattern: /^\/actuator\/health\/?$/,
    uri: '/actuator/health',
    async handle(world, request) {
      const { up, body } = await wholeHealth(world, request.signal)
      return actuatorJson(request, body, { status: up ? 200 : 503 })
    },
  },
  {
    method: 'GET',
    pattern: /^\/actuator\/health\/(?<name>.+)$/,
    uri: '/actuator/health/**',
    async handle(world, request, { name = '' }) {
      if (!isComponent(name)) return empty(404)
      const { up, body } = await componentHealth(world, name, request.signal)
      return actuatorJson(request, body, { status: up ? 200 : 503 })
    },
  },
  {
    method: 'GET',
    pattern: /^\/actuator\/info$/,
    uri: '/actuator/info',
    handle: async (_world, request) => actuatorJson(request, {}),
  },
  {
    method: 'GET',
    pattern: /^\/actuator\/metrics\/?$/,
    uri: '/actuator/metrics',
    handle: async (world, request) => actuatorJson(request, { names: meterNames(world) }),
  },
  {
    method: 'GET',
    pattern: /^\/actuator\/metrics\/(?<name>[^/]+)$/,
    uri: '/actuator/metrics/{requiredMetricName}',
    async handle(world, request, { name = '' }) {
      const answer = answerMetric(world, name, request.query.getAll('tag'))
      if (answer.kind === 'none') return empty(404)
      if (answer.kind === 'malformed') {
        const exception = 'InvalidEndpointBadRequestException'
        return internalError(world, request.path, exception, METRIC_HEADERS)
      }
      return actuatorJson(request, answer.body, { headers: METRIC_HEADERS })
    },
  },
  {
    method: 'GET',
    pattern: /^\/(?:actuator|api\/monitoring)\/prometheus$/,
    uri: '/actuator/prometheus',
    handle: async (world, request) => exposition(world, request),
  },
  {
    method: 'GET',
    pattern: /^\/api\/monitoring\/health$/,
    uri: '/api/monitoring/health',
    async handle(world, request) {
      return json((await wholeHealth(world, request.signal)).body)
    },
  },
  {
    method: 'GET',
    pattern: /^\/api\/monitoring\/metrics\/summary$/,
    uri: '/api/monitoring/metrics/summary',
    handle: async (world) => json(summary(world)),
  },
  {
    method: 'GET',
    pattern: /^\/api\/monitoring\/metrics\/custom$/,
    uri: '/api/monitoring/metrics/custom',
    async handle(world, request) {
      const name = request.query.get('metricName')
      if (name === null) {
        return internalError(world, request.path, 'MissingServletRequestParameterException')
      }
      const answer = answerMetric(world, name, request.query.getAll('tag'))
      if (answer.kind === 'none') return empty(200)
      if (answer.kind === 'malformed') {
        return internalError(world, request.path, 'InvalidEndpointRequestException')
      }
      return json(answer.body)
    },
  },
  {
    method: 'GET',
    pattern: /^\/api\/monitoring\/system\/info$/,
    uri: '/api/monitoring/system/info',
    handle: async (world) => json(systemInfo(world)),
  },
]

/** JSON in Actuator's own media type, unless plain JSON was asked for. */
function actuatorJson(
  request: RouteRequest,
  body: JavaValue,
  options: { status?: number; headers?: Readonly<Record<string, string>> } = {},
): RouteAnswer {
  const accept = request.headers['accept'] ?? '*/*'
  const types = accept.split(',').map((type) => type.split(';')[0]?.trim())
  const plain = types.indexOf('application/json')
  const own = types.findIndex((type) => type === ACTUATOR_TYPE || type === '*/*')
  const type = plain !== -1 && (own === -1 || plain < own) ? 'application/json' : ACTUATOR_TYPE
  return json(body, { ...options, headers: { ...options.headers, 'content-type': type } })
}

function exposition(world: World, request: RouteRequest): RouteAnswer {
  const accept = request.headers['accept'] ?? ''
  const format: ExpositionFormat = accept.includes('application/openmetrics-text')
    ? 'openmetrics'
    : 'text'
  const body = writeExposition(world, format)
  return {
    status: 200,
    body,
    headers: {
      'content-type':
        format === 'openmetrics'
          ? 'application/openmetrics-text;version=1.0.0;charset=utf-8'
          : 'text/plain;version=0.0.4;charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
    },
  }
}

function links(request: RouteRequest): JavaValue {
  const root = `http://${request.headers['host'] ?? 'localhost:8080'}/actuator`
  const link = (path: string): JavaValue => ({
    href: `${root}${path}`,
    templated: path.includes('{'),
  })
  return {
    _links: {
      self: link(''),
      prometheus: link('/prometheus'),
      health: link('/health'),
      'health-path': link('/health/{*path}'),
      info: link('/info'),
      'metrics-requiredMetricName': link('/metrics/{requiredMetricName}'),
      metrics: link('/metrics'),
    },
  }
}

function summary(world: World): JavaValue {
  const { sales, settlementFailures, settlementSuccesses } = world.counters
  const sum = (counts: Iterable<number>): number => {
    let total = 0
    for (const count of counts) total += count
    return total
  }
  return {
    settlement_failure_count: javaDouble(sum(settlementFailures.values())),
    avg_settlement_time: javaDouble(0),
    total_sales_count: javaDouble(sales.count),
    total_sales_amount: javaDouble(sales.amount / 100),
    total_api_calls: javaDouble(0),
    settlement_success_count: javaDouble(sum(settlementSuccesses.values())),
  }
}

function systemInfo(world: World): JavaValue {
  const heap = heapOf(world)
  const used = heapUsedBytes(heap)
  return {
    jvm_memory_used: used,
    jvm_memory_total: heap.committedBytes,
    jvm_memory_max: HEAP_MAX_BYTES,
    java_version: JAVA_VERSION,
    os_name: 'Linux',
    jvm_memory_free: heap.committedBytes - used,
    processors: PROCESSORS,
    // Named so by the service, and no uptime at all.
    uptime: world.clock.now(),
  }
}
