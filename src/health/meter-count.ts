/** Counting over meters: a meter that is not there is unknown, except where its absence is a fact. */
import { z } from 'zod'
import type { WithOverTime } from '../core/over-time.ts'
import type { Read } from '../core/read.ts'
import type { Metric, RequestOptions, ServiceReader } from '../core/service.ts'
import { text, type Text } from '../core/text.ts'
import type { OperationContext } from '../playbook/operation.ts'
import { failureWords } from './words.ts'

export interface MeterProbePorts {
  readonly reader: ServiceReader
  readonly timeoutMs?: number
  /** Absent: no Prometheus is configured. */
  readonly withOverTime?: WithOverTime
}

export type Nothing = Record<string, never>
/** Inputs of a probe that takes none. */
export const nothing = z.object({}) as z.ZodType<Nothing>

export type Count =
  | { readonly kind: 'known'; readonly value: number }
  | { readonly kind: 'unknown'; readonly reason: Text }

/** A tag value appears only after its first event: 404 means 0, provided that the meter itself is there. */
export async function countOf(
  reader: ServiceReader,
  name: string,
  tags: Readonly<Record<string, string>>,
  options: RequestOptions,
): Promise<Count> {
  const tagged = await reader.metric(name, tags, options)
  if (tagged.kind !== 'absent') return countIn(tagged)
  const whole = await reader.metric(name, undefined, options)
  if (whole.kind !== 'ok') return { kind: 'unknown', reason: failureWords(whole) }
  return { kind: 'known', value: 0 }
}

function countIn(read: Exclude<Read<Metric>, { kind: 'absent' }>): Count {
  if (read.kind === 'unknown') return { kind: 'unknown', reason: failureWords(read) }
  const value = read.value.measurements['COUNT']
  return value === undefined || !Number.isFinite(value) || value < 0
    ? {
        kind: 'unknown',
        reason: text(`${read.value.name} 값 없음`, `no value for ${read.value.name}`),
      }
    : { kind: 'known', value }
}

export function optionsOf(
  ports: Pick<MeterProbePorts, 'timeoutMs'>,
  context: OperationContext,
): RequestOptions {
  return {
    signal: context.signal,
    ...(ports.timeoutMs === undefined ? {} : { timeoutMs: ports.timeoutMs }),
  }
}
