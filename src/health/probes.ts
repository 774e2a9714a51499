/** What playbooks and checklists may ask about the service and its dependencies. Read-only. */
import { z } from 'zod'
import type { ComponentHealth } from '../core/service.ts'
import type { Read } from '../core/read.ts'
import { text, type Text } from '../core/text.ts'
import { worstStatus, type Status } from '../core/verdict.ts'
import type { ProbeDeclaration } from '../playbook/operation.ts'
import { checkHealth } from './check-health.ts'
import { CHECK_LEVELS, type CheckId, type Health, type HealthCheck } from './health.ts'
import type { HealthPorts } from './round.ts'
import { joinTexts } from './words.ts'

export type HealthProbePorts = Pick<HealthPorts, 'reader' | 'settings' | 'samples' | 'withOverTime'>

const status = z.enum(['ok', 'warning', 'critical', 'unknown'])

const overviewInput = z.object({
  level: z.union([z.literal(1), z.literal(2), z.literal(3)]).default(1),
  /** Only these are judged together and put into words; all of the level when absent. */
  checks: z
    .array(z.enum(Object.keys(CHECK_LEVELS) as [CheckId, ...CheckId[]]))
    .min(1)
    .optional(),
})

/** Level 1 is always judged; the others only when asked for. */
const checksShape = z.object({
  service: status,
  database: status,
  redis: status,
  rabbitmq: status,
  sales: status.optional(),
  settlement: status.optional(),
  latency: status.optional(),
  'jvm-memory': status.optional(),
  cpu: status.optional(),
  disk: status.optional(),
} satisfies Record<CheckId, z.ZodType>)

export function createOverviewProbe(
  ports: HealthProbePorts,
): ProbeDeclaration<z.output<typeof overviewInput>> {
  return {
    id: 'health.overview',
    title: text('전체 상태', 'the whole health'),
    impact: 'read_only',
    idempotent: true,
    inputs: overviewInput,
    outputs: z.object({
      status,
      checks: checksShape,
      /** Ids of the checks that are not ok. */
      notOk: z.array(z.string()),
    }),
    async observe(input, context) {
      const health = await checkHealth({ ...ports, ...context }, input.level)
      const wanted = health.checks.filter((check) => input.checks?.includes(check.id) ?? true)
      return {
        kind: 'observed',
        value: {
          status: worstStatus(wanted.map((check) => check.status)),
          checks: Object.fromEntries(health.checks.map((check) => [check.id, check.status])),
          notOk: wanted.filter((check) => check.status !== 'ok').map((check) => check.id),
        },
        summary: overviewWords(wanted),
        source: sourceOf(health, '/actuator/health'),
      }
    },
  }
}

/** Prometheus is named where a check rests on it. */
export function sourceOf({ overTime }: Health, otherwise: string): string {
  return (overTime?.checks.length ?? 0) > 0 ? `${otherwise}, Prometheus` : otherwise
}

const STATUS_WORDS: Readonly<Record<Status, Text>> = {
  ok: text('정상', 'OK'),
  warning: text('경고', 'warning'),
  critical: text('위험', 'critical'),
  unknown: text('확인 불가', 'unknown'),
}

/** Trouble first and by name, what has the same reason together; what is fine is only counted. */
function overviewWords(checks: readonly HealthCheck[]): Text {
  const order: readonly Status[] = ['critical', 'unknown', 'warning']
  const troubles = order.flatMap((wanted) =>
    sameReason(checks.filter((check) => check.status === wanted)).map(troubleWords),
  )
  const fine = checks.filter((check) => check.status === 'ok')
  if (troubles.length === 0) {
    const each = fine.map(({ id, summary }) => text(`${id} ${summary.ko}`, `${id} ${summary.en}`))
    return joinTexts([text('모두 정상', 'all OK'), ...each])
  }
  if (fine.length === 0) return joinTexts(troubles)
  return joinTexts([...troubles, text(`나머지 정상 ${fine.length}`, `${fine.length} OK`)])
}

type Trouble = readonly [HealthCheck, ...HealthCheck[]]

function sameReason(checks: readonly HealthCheck[]): readonly Trouble[] {
  const groups = new Map<string, [HealthCheck, ...HealthCheck[]]>()
  for (const check of checks) {
    const why = (check.reason ?? check.summary).en
    const group = groups.get(why)
    if (group === undefined) groups.set(why, [check])
    else group.push(check)
  }
  return [...groups.values()]
}

function troubleWords(group: Trouble): Text {
  const [first] = group
  const words = STATUS_WORDS[first.status]
  const why = first.reason ?? first.summary
  const ids = group.map((check) => check.id)
  return text(`${ids.join('·')} ${words.ko}: ${why.ko}`, `${ids.join(', ')} ${words.en}: ${why.en}`)
}

const DEPENDENCIES = {
  database: ['db', 'customDatabase'],
  redis: ['redis', 'customRedis'],
  rabbitmq: ['rabbit', 'customRabbitMQ'],
} as const

const componentInput = z.object({ name: z.enum(['database', 'redis', 'rabbitmq']) })

/** Long enough for RabbitMQ's own 1.5 s to say DOWN; what takes longer hangs. */
const COMPONENT_TIMEOUT_MS = 3000

export function createComponentProbe(
  ports: HealthProbePorts,
): ProbeDeclaration<z.output<typeof componentInput>> {
  return {
    id: 'health.component',
    title: text('연동 시스템 상세', 'one dependency in detail'),
    impact: 'read_only',
    idempotent: true,
    inputs: componentInput,
    outputs: z.object({
      name: z.string(),
      state: z.enum(['up', 'down', 'hanging']),
      latencyMs: z.number(),
      details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    }),
    async observe({ name }, context) {
      const paths = DEPENDENCIES[name]
      const source = paths.map((path) => `/actuator/health/${path}`).join(', ')
      const reads = await Promise.all(
        paths.map((path) =>
          ports.reader.componentHealth(path, {
            signal: context.signal,
            timeoutMs: Math.min(
              ports.settings.timeoutMs ?? COMPONENT_TIMEOUT_MS,
              COMPONENT_TIMEOUT_MS,
            ),
          }),
        ),
      )
      const seen = stateOf(reads)
      if (seen.kind === 'unknown') return { kind: 'unknown', reason: seen.reason, source }
      const latencyMs = Math.max(...reads.map(latencyOf))
      const details = Object.assign({}, ...reads.map(detailsOf)) as Record<string, unknown>
      const words = {
        up: text(`정상 ${Math.round(latencyMs)}ms`, `up, ${Math.round(latencyMs)} ms`),
        down: text(`중단${errorOf(details)}`, `down${errorOf(details)}`),
        hanging: text(
          `응답 없음(${Math.round(latencyMs / 100) / 10}초 초과)`,
          `no answer (over ${Math.round(latencyMs / 100) / 10} s)`,
        ),
      }[seen.state]
      return {
        kind: 'observed',
        value: { name, state: seen.state, latencyMs, details },
        summary: text(`${name} ${words.ko}`, `${name} ${words.en}`),
        source,
      }
    },
  }
}

type Seen =
  | { readonly kind: 'state'; readonly state: 'up' | 'down' | 'hanging' }
  | { readonly kind: 'unknown'; readonly reason: Text }

/** The worst that is known counts; up needs an answer that says so and no doubt beside it. */
function stateOf(reads: readonly Read<ComponentHealth>[]): Seen {
  let up = false
  let doubt: Text | undefined
  let hanging = false
  for (const read of reads) {
    if (read.kind === 'absent') continue
    if (read.kind === 'unknown') {
      if (read.failure.kind === 'timeout') hanging = true
      else doubt = read.failure.message
    } else if (read.value.status === 'UP') up = true
    else if (read.value.status === 'UNKNOWN') doubt = text('상태 UNKNOWN', 'status UNKNOWN')
    else return { kind: 'state', state: 'down' }
  }
  if (hanging) return { kind: 'state', state: 'hanging' }
  if (doubt !== undefined) return { kind: 'unknown', reason: doubt }
  return up
    ? { kind: 'state', state: 'up' }
    : {
        kind: 'unknown',
        reason: text('이 빌드에 없는 컴포넌트', 'this build has no such component'),
      }
}

function latencyOf(read: Read<ComponentHealth>): number {
  return read.kind === 'unknown' ? read.latencyMs : read.meta.latencyMs
}

function detailsOf(read: Read<ComponentHealth>): ComponentHealth['details'] {
  return read.kind === 'ok' ? read.value.details : {}
}

function errorOf(details: Readonly<Record<string, unknown>>): string {
  const error = details['error']
  return typeof error === 'string' ? `: ${error.slice(0, 80)}` : ''
}
