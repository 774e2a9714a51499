/** The client of Prometheus' HTTP API, versions 2 and 3, and of what speaks it (Thanos, Mimir, a proxy). */
import type { Clock } from '../core/clock.ts'
import type { PrometheusReader } from '../core/monitoring.ts'
import { promDurationOf } from '../core/prom-duration.ts'
import type { Read } from '../core/read.ts'
import type { RequestOptions } from '../core/service.ts'
import { createEndpoint } from './endpoint.ts'
import type { Sent, ServerAccess } from './endpoint.ts'
import {
  interpretAlertmanagers,
  interpretAlerts,
  interpretMetadata,
  interpretNames,
  interpretQuery,
  interpretRange,
  interpretRetention,
  interpretRules,
  interpretSeries,
  interpretTargets,
  interpretVersion,
  parseEnvelope,
  remarksOf,
} from './prometheus-shapes.ts'
import type { Envelope } from './prometheus-shapes.ts'

/** Above it a query goes as a form: addresses have limits along the way. */
const LONGEST_QUERY_CHARS = 1500
const SERIES_LIMIT = 10_000

type Parameters = readonly (readonly [name: string, value: string])[]

/** Throws CONFIG (78) for an address, a header or a CA file that cannot be used. */
export async function createPrometheusClient(
  access: ServerAccess,
  clock: Clock,
): Promise<PrometheusReader> {
  const endpoint = await createEndpoint(
    access,
    { name: 'Prometheus', urlKey: 'prometheus.url' },
    clock,
  )

  async function ask<T>(
    path: string,
    parameters: Parameters,
    interpret: (envelope: Envelope) => T | undefined,
    options?: RequestOptions,
  ): Promise<Read<T>> {
    let warnings: readonly string[] = []
    const read = await endpoint.read(
      requestOf(`/api/v1${path}`, parameters),
      {
        interpret: (value) => {
          const envelope = parseEnvelope(value)
          if (envelope?.status !== 'success') return undefined
          warnings = remarksOf(envelope).warnings
          return interpret(envelope)
        },
        explain: explanationOf,
      },
      options,
    )
    return read.kind === 'ok' && warnings.length > 0
      ? { ...read, meta: { ...read.meta, warnings } }
      : read
  }

  /** The server gives up at our deadline too, instead of working on for nobody. */
  function limits(options: RequestOptions | undefined): Parameters {
    return [['timeout', `${Math.max(1, Math.round(endpoint.timeoutMs(options)))}ms`]]
  }

  /** Without a time it is evaluated at the server's own. */
  function instantOf(
    expression: string,
    options: (RequestOptions & { readonly atMs?: number }) | undefined,
  ): Parameters {
    const time: Parameters = options?.atMs === undefined ? [] : [['time', seconds(options.atMs)]]
    return [['query', expression], ...time, ...limits(options)]
  }

  return {
    url: endpoint.url,
    query: (expression, options) =>
      ask('/query', instantOf(expression, options), interpretQuery, options),
    queryRange(expression, { fromMs, toMs, stepMs }, options) {
      return ask(
        '/query_range',
        [
          ['query', expression],
          ['start', seconds(fromMs)],
          ['end', seconds(toMs)],
          ['step', seconds(stepMs)],
          ...limits(options),
        ],
        interpretRange,
        options,
      )
    },
    rawSamples(selector, windowMs, options) {
      const expression = `${selector}[${promDurationOf(windowMs)}]`
      return ask('/query', instantOf(expression, options), interpretRange, options)
    },
    rules: (options) => ask('/rules', [], interpretRules, options),
    alerts: (options) => ask('/alerts', [], interpretAlerts, options),
    targets: (options) => ask('/targets', [['state', 'active']], interpretTargets, options),
    metadata: (options) => ask('/metadata', [], interpretMetadata, options),
    series(selectors, options) {
      const start: Parameters =
        options?.fromMs === undefined ? [] : [['start', seconds(options.fromMs)]]
      return ask(
        '/series',
        [
          ...selectors.map((selector) => ['match[]', selector] as const),
          ...start,
          ['limit', String(options?.limit ?? SERIES_LIMIT)],
        ],
        interpretSeries,
        options,
      )
    },
    metricNames: (options) => ask('/label/__name__/values', [], interpretNames, options),
    version: (options) => ask('/status/buildinfo', [], interpretVersion, options),
    retention: (options) => ask('/status/runtimeinfo', [], interpretRetention, options),
    alertmanagers: (options) => ask('/alertmanagers', [], interpretAlertmanagers, options),
    close: () => endpoint.close(),
  }
}

function requestOf(path: string, parameters: Parameters): Sent {
  const pairs = parameters.map(([name, value]): [string, string] => [name, value])
  const form = new URLSearchParams(pairs).toString()
  if (form.length <= LONGEST_QUERY_CHARS) {
    return { method: 'GET', path: form === '' ? path : `${path}?${form}` }
  }
  return {
    method: 'POST',
    path,
    body: { type: 'application/x-www-form-urlencoded', content: form },
  }
}

/** `bad_data: parse error ...`: Prometheus' own words for what it could not do. */
function explanationOf(value: unknown): string | undefined {
  const envelope = parseEnvelope(value)
  if (envelope?.status !== 'error') return undefined
  return [envelope.errorType, envelope.error].filter((part) => part !== undefined).join(': ')
}

function seconds(ms: number): string {
  return String(ms / 1000)
}
