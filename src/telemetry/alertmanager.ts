/** The client of Alertmanager's API v2. A silence is asked for at most once; a lost answer is settled by reading. */
import * as z from 'zod/mini'
import type { Clock } from '../core/clock.ts'
import type { LabelMatcher } from '../core/label-matcher.ts'
import type {
  ActiveAlert,
  Alertmanager,
  AlertmanagerStatus,
  Silence,
  SilenceResult,
} from '../core/monitoring.ts'
import { cleanText } from '../core/sanitize.ts'
import type { RequestOptions } from '../core/service.ts'
import { parseJson } from '../wire/body.ts'
import { segment } from '../wire/request.ts'
import { parseAlertmanagerConfig } from './alertmanager-config.ts'
import { createEndpoint } from './endpoint.ts'
import type { Sent, ServerAccess } from './endpoint.ts'
import { instant, labels } from './shapes.ts'

const ids = z.pipe(
  z.optional(z.nullable(z.array(z.string()))),
  z.transform((given) => given ?? []),
)

const alertsSchema = z.array(
  z.object({
    fingerprint: z.string(),
    labels,
    annotations: z.optional(labels),
    startsAt: instant,
    status: z.object({ state: z.string(), silencedBy: ids, inhibitedBy: ids, mutedBy: ids }),
    receivers: z.optional(z.array(z.object({ name: z.string() }))),
  }),
)

const silencesSchema = z.array(
  z.object({
    id: z.string(),
    status: z.object({ state: z.string() }),
    matchers: z.array(
      z.object({
        name: z.string(),
        value: z.string(),
        isRegex: z.boolean(),
        // Alertmanagers before 0.22 know no inequality.
        isEqual: z.optional(z.boolean()),
      }),
    ),
    startsAt: instant,
    endsAt: instant,
    createdBy: z.string(),
    comment: z.string(),
  }),
)

const statusSchema = z.object({
  cluster: z.optional(z.object({ status: z.string() })),
  versionInfo: z.optional(z.object({ version: z.string() })),
  config: z.object({ original: z.string() }),
})

const ALERT_STATES: ReadonlySet<string> = new Set(['active', 'suppressed', 'unprocessed'])
const SILENCE_STATES: ReadonlySet<string> = new Set(['active', 'pending', 'expired'])

/** Throws CONFIG (78) for an address, a header or a CA file that cannot be used. */
export async function createAlertmanagerClient(
  access: ServerAccess,
  clock: Clock,
): Promise<Alertmanager> {
  const endpoint = await createEndpoint(
    access,
    { name: 'Alertmanager', urlKey: 'alertmanager.url' },
    clock,
  )

  function ask<T>(
    path: string,
    interpret: (value: unknown) => T | undefined,
    options: RequestOptions | undefined,
  ) {
    const request: Sent = { method: 'GET', path: `/api/v2${path}` }
    return endpoint.read(request, { interpret, explain: explanationOf }, options)
  }

  async function change(
    request: Sent,
    idOf: (bytes: Uint8Array) => string | undefined,
    options: RequestOptions | undefined,
  ): Promise<SilenceResult> {
    const done = await endpoint.send(request, options)
    if (done.kind === 'none') {
      return { kind: done.sent ? 'lost' : 'not_sent', failure: done.failure }
    }
    const { meta, reader } = done
    const { httpStatus } = meta
    const wrong = endpoint.foreignFailure(done)
    if (wrong?.kind === 'unauthorized') {
      return { kind: 'refused', httpStatus, message: wrong.message.en }
    }
    if (wrong !== undefined) return { kind: 'lost', failure: wrong }
    const bytes = reader.bytes()
    if (httpStatus >= 200 && httpStatus < 300) {
      const silenceId = idOf(bytes)
      return silenceId === undefined
        ? { kind: 'lost', failure: endpoint.serverError(httpStatus, 'no silenceID') }
        : { kind: 'done', silenceId, meta }
    }
    const parsed = parseJson(bytes)
    const said = parsed.kind === 'json' ? explanationOf(parsed.value) : undefined
    // Its own words are JSON; a proxy's are not, and then it may have taken effect.
    const own = said !== undefined && httpStatus <= 500
    if (own) return { kind: 'refused', httpStatus, message: said }
    // An unknown id is an empty 404 in later versions.
    if (httpStatus === 404 && bytes.length === 0) {
      return { kind: 'refused', httpStatus, message: 'not found' }
    }
    return { kind: 'lost', failure: endpoint.serverError(httpStatus, said ?? '') }
  }

  return {
    url: endpoint.url,
    status: (options) => ask('/status', interpretStatus, options),
    alerts: (options) => ask('/alerts', interpretAlerts, options),
    silences: (options) => ask('/silences', interpretSilences, options),
    createSilence(silence, options) {
      const content = JSON.stringify({
        matchers: silence.matchers.map(({ name, operator, value }) => ({
          name,
          value,
          isRegex: operator === '=~' || operator === '!~',
          isEqual: operator === '=' || operator === '=~',
        })),
        startsAt: new Date(silence.startsAtMs).toISOString(),
        endsAt: new Date(silence.endsAtMs).toISOString(),
        createdBy: silence.createdBy,
        comment: silence.comment,
      })
      const body = { type: 'application/json', content }
      return change({ method: 'POST', path: '/api/v2/silences', body }, silenceIdOf, options)
    },
    expireSilence(id, options) {
      const request: Sent = { method: 'DELETE', path: `/api/v2/silence/${segment(id)}` }
      return change(request, () => id, options)
    },
    close: () => endpoint.close(),
  }
}

/** Errors are JSON strings; those of the request's shape are objects. */
function explanationOf(value: unknown): string | undefined {
  if (typeof value === 'string') return cleanText(value, 300)
  const parsed = z.object({ message: z.string() }).safeParse(value)
  return parsed.success ? cleanText(parsed.data.message, 300) : undefined
}

function silenceIdOf(bytes: Uint8Array): string | undefined {
  const parsed = parseJson(bytes)
  if (parsed.kind === 'none') return undefined
  const shape = z.object({ silenceID: z.string().check(z.minLength(1)) }).safeParse(parsed.value)
  return shape.success ? cleanText(shape.data.silenceID, 100) : undefined
}

function interpretStatus(value: unknown): AlertmanagerStatus | undefined {
  const parsed = statusSchema.safeParse(value)
  if (!parsed.success) return undefined
  const config = parseAlertmanagerConfig(parsed.data.config.original)
  if (config === undefined) return undefined
  return {
    version: cleanText(parsed.data.versionInfo?.version ?? '', 40),
    cluster: cleanText(parsed.data.cluster?.status ?? '', 40),
    config,
  }
}

function interpretAlerts(value: unknown): readonly ActiveAlert[] | undefined {
  const parsed = alertsSchema.safeParse(value)
  if (!parsed.success) return undefined
  return parsed.data.map(({ status, ...alert }) => ({
    fingerprint: cleanText(alert.fingerprint, 100),
    labels: alert.labels,
    annotations: alert.annotations ?? {},
    startsAtMs: alert.startsAt,
    state: ALERT_STATES.has(status.state) ? (status.state as ActiveAlert['state']) : 'unknown',
    silencedBy: status.silencedBy,
    inhibitedBy: status.inhibitedBy,
    mutedBy: status.mutedBy,
    receivers: (alert.receivers ?? []).map(({ name }) => cleanText(name, 200)),
  }))
}

function interpretSilences(value: unknown): readonly Silence[] | undefined {
  const parsed = silencesSchema.safeParse(value)
  if (!parsed.success) return undefined
  return parsed.data.map((silence) => ({
    id: cleanText(silence.id, 100),
    state: SILENCE_STATES.has(silence.status.state)
      ? (silence.status.state as Silence['state'])
      : 'unknown',
    matchers: silence.matchers.map((matcher): LabelMatcher => {
      const equal = matcher.isEqual ?? true
      const operator = matcher.isRegex ? (equal ? '=~' : '!~') : equal ? '=' : '!='
      return { name: cleanText(matcher.name, 200), operator, value: cleanText(matcher.value, 2000) }
    }),
    startsAtMs: silence.startsAt,
    endsAtMs: silence.endsAt,
    createdBy: cleanText(silence.createdBy, 200),
    comment: cleanText(silence.comment, 1000),
  }))
}
