/** Which check explains which: while a cause is at work, its symptoms are measured but not followed up. */
import type { Status } from '../core/verdict.ts'

/**
 * Settlement is held back by little: what failed at night stays failed, and has to be dealt with
 * whatever caused it.
 */
const CAUSES: Readonly<Record<string, readonly string[]>> = {
  database: ['service'],
  redis: ['service'],
  rabbitmq: ['service'],
  sales: ['service', 'database', 'redis', 'rabbitmq'],
  settlement: ['service', 'database'],
  latency: ['service', 'database', 'redis', 'rabbitmq'],
  'jvm-memory': ['service'],
  cpu: ['service'],
  disk: ['service'],
  reconciliation: ['service', 'database'],
}

/** Its whole health hangs because one of these does: then `service` is the symptom. */
const CAUSES_OF_SLUGGISH_SERVICE = ['database', 'redis', 'rabbitmq'] as const

/** The check that explains `id` having the status `raw`; undefined when nothing does. */
export function causeOf(
  id: string,
  raw: Status,
  statusOf: (id: string) => Status | undefined,
): string | undefined {
  if (raw === 'ok') return undefined
  if (id === 'service') {
    return raw === 'warning'
      ? CAUSES_OF_SLUGGISH_SERVICE.find((cause) => statusOf(cause) === 'critical')
      : undefined
  }
  return CAUSES[id]?.find((cause) => {
    const status = statusOf(cause)
    return status === 'critical' || (status === 'unknown' && raw === 'unknown')
  })
}
