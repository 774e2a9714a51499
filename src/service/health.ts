/** Health as Actuator tells it: its word in the body counts, not the HTTP status that carries it. */
import * as z from 'zod/mini'
import type { Read } from '../core/read.ts'
import { cleanText } from '../core/sanitize.ts'
import type { ComponentHealth, ComponentStatus, HealthReport } from '../core/service.ts'
import { cutOf, headFailure, interpretJson, readJson, unknown } from './answer.ts'
import type { CollectingReader } from '../wire/body.ts'
import type { Exchange } from '../wire/exchange.ts'

/** Actuator's own type first: under plain JSON an older one may answer in its version 2. */
export const HEALTH_ACCEPT = 'application/vnd.spring-boot.actuator.v3+json, application/json'

/** Composites within composites; nobody nests them deeper. */
const MAX_NESTING = 4

const healthSchema = z.object({
  status: z.string().check(z.minLength(1)),
  /** Version 3. */
  components: z.optional(z.record(z.string(), z.unknown())),
  /** Scalars of this component, or in version 2 the components of a composite. */
  details: z.optional(z.record(z.string(), z.unknown())),
})

type Health = z.infer<typeof healthSchema>

const KNOWN: ReadonlySet<string> = new Set(['UP', 'DOWN', 'OUT_OF_SERVICE', 'UNKNOWN'])

/** A status of the operator's own making says nothing that we could judge. */
function statusOf(value: string): ComponentStatus {
  return KNOWN.has(value) ? (value as ComponentStatus) : 'UNKNOWN'
}

function parseHealth(value: unknown): Health | undefined {
  const parsed = healthSchema.safeParse(value)
  return parsed.success ? parsed.data : undefined
}

/** Version 2 lists components under `details`: a map in which everything has a status of its own. */
function componentsOf(health: Health): ReadonlyMap<string, Health> | undefined {
  const listed = health.components ?? health.details ?? {}
  const components = new Map<string, Health>()
  for (const [name, value] of Object.entries(listed)) {
    const component = parseHealth(value)
    if (component !== undefined) components.set(name, component)
    else if (health.components !== undefined) return undefined
  }
  return components
}

function collect(
  health: Health,
  path: string,
  depth: number,
  into: Map<string, ComponentHealth>,
): boolean {
  const components = componentsOf(health)
  if (components === undefined) return false
  for (const [name, component] of components) {
    const key = path === '' ? cleanText(name, 80) : `${path}/${cleanText(name, 80)}`
    into.set(key, componentHealth(component))
    if (depth < MAX_NESTING && !collect(component, key, depth + 1, into)) return false
  }
  return true
}

function componentHealth(health: Health): ComponentHealth {
  const details = new Map<string, string | number | boolean>()
  for (const [name, value] of Object.entries(health.details ?? {})) {
    const key = cleanText(name, 80)
    if (typeof value === 'string') details.set(key, cleanDetail(value))
    else if (typeof value === 'boolean') details.set(key, value)
    else if (typeof value === 'number' && Number.isFinite(value)) details.set(key, value)
  }
  return { status: statusOf(health.status), details: Object.fromEntries(details) }
}

/** A JDBC URL keeps its host and database; user, password and options (which may hold both) go. */
function cleanDetail(value: string): string {
  const withoutCredentials = value.replace(/\bjdbc:[^\s"'<>]+/gi, (url) =>
    url
      .replace(/[?;].*$/, '')
      .replace(/\/\/.*@/, '//')
      .replace(/^(jdbc:\w+:\w+:).*@/i, '$1'),
  )
  return cleanText(withoutCredentials, 300)
}

/** Interprets `/actuator/health`; a component whose shape is not known makes the whole unreadable. */
export function interpretWholeHealth(value: unknown): HealthReport | undefined {
  const health = parseHealth(value)
  if (health === undefined) return undefined
  const components = new Map<string, ComponentHealth>()
  if (!collect(health, '', 1, components)) return undefined
  return { status: statusOf(health.status), components: Object.fromEntries(components) }
}

/** Interprets one component's own path. */
export function interpretComponentHealth(value: unknown): ComponentHealth | undefined {
  const health = parseHealth(value)
  return health === undefined ? undefined : componentHealth(health)
}

/** DOWN comes as 503, or as whatever `http-mapping` says: every 200 and 5xx that holds health is one. */
export function readHealth<T>(
  done: Exchange<CollectingReader>,
  place: string,
  interpret: (value: unknown) => T | undefined,
  options: { readonly absence: boolean },
): Read<T> {
  if (done.kind === 'answer' && done.head.httpStatus >= 500) {
    const { head, meta } = done
    const wrong = headFailure(head, place)
    if (wrong !== undefined) return unknown(wrong, meta.latencyMs)
    if (done.ended !== 'whole') return unknown(cutOf(done, place), meta.latencyMs)
    const read = interpretJson(done.reader.bytes(), meta, place, interpret)
    if (read.kind === 'ok') return read
  }
  return readJson(done, place, interpret, options)
}
