/**
 * Did the nightly batch itself do the work? A COMPLETED record may be somebody's hand: then the
 * batch may still be broken, and tomorrow tells.
 */
import { z } from 'zod'
import { addDays, isoSeoul, parseServiceTime, seoulInstant, type SeoulDate } from '../core/dates.ts'
import type { SettlementRecord } from '../core/service.ts'
import { text, type Text } from '../core/text.ts'
import {
  dated,
  dateOf,
  optionalDate,
  optionsOf,
  unreadable,
  type SettlementProbe,
  type SettlementProbePorts,
} from './probes.ts'
import { recordFactOf } from './facts.ts'

const RAN = ['on_time', 'other_time', 'wrong_zone', 'failed', 'not_run', 'unfinished'] as const
type Ran = (typeof RAN)[number]

interface Batch {
  readonly at: string
  readonly graceMs: number
}

export function createBatchProbe(ports: SettlementProbePorts): SettlementProbe {
  return {
    id: 'settlement.batch',
    title: text('야간 배치', 'the nightly batch'),
    impact: 'read_only',
    idempotent: true,
    inputs: optionalDate,
    outputs: z.object({
      date: z.string(),
      ran: z.enum(RAN),
      createdAt: z.string().nullable(),
    }),
    async observe(input, context) {
      const date = dateOf(ports, input, context)
      const source = `/api/settlements/date/${date}`
      const options = optionsOf(ports, context)
      const [read, exists] = await Promise.all([
        ports.reader.settlementOnDate(date, options),
        ports.reader.settlementExists(date, options),
      ])
      const fact = recordFactOf(read)
      if (fact.kind === 'unknown') return unreadable(fact, source)
      if (fact.kind === 'none' && !(exists.kind === 'ok' && !exists.value)) {
        return {
          kind: 'unknown',
          reason: text('정산 기록 유무 확인 불가', 'whether there is a record is not known'),
          source: `/api/settlements/check/${date}`,
        }
      }
      const record = fact.kind === 'record' ? fact.record : undefined
      const ran = record === undefined ? 'not_run' : ranOf(record, date, ports.settings.batch)
      const createdAt = record?.createdAt ?? null
      return {
        kind: 'observed',
        value: { date, ran, createdAt },
        summary: dated(date, wordsOf(ran, createdAt, record?.note ?? null)),
        source,
      }
    },
  }
}

export function ranOf(record: SettlementRecord, date: SeoulDate, batch: Batch): Ran {
  if (record.status === 'PENDING' || record.status === 'PROCESSING') return 'unfinished'
  if (record.status !== 'COMPLETED') return 'failed'
  const zone = zoneOfBatch(record, batch)
  if (zone === 'utc') return 'wrong_zone'
  const night = record.createdAt?.startsWith(addDays(date, 1)) === true
  return zone === 'seoul' && night ? 'on_time' : 'other_time'
}

function wordsOf(ran: Ran, createdAt: string | null, note: string | null): Text {
  const at = createdAt === null ? '?' : createdAt.slice(5, 16).replace('T', ' ')
  const why = note === null ? '' : `: ${note}`
  switch (ran) {
    case 'on_time':
      return text(`배치 정상 실행(${at})`, `the batch ran in time (${at})`)
    case 'other_time':
      return text(
        `배치 시각이 아닌 ${at}에 생성(수동 정산·재처리)`,
        `made at ${at}, not by the batch (by hand or reprocessed)`,
      )
    case 'wrong_zone':
      return text(`배치가 UTC로 실행됨(기록 ${at})`, `the batch runs in UTC (record ${at})`)
    case 'failed':
      return text(`배치 실패(${at})${why}`, `the batch failed (${at})${why}`)
    case 'not_run':
      return text('배치가 남긴 기록 없음', 'the batch left no record')
    case 'unfinished':
      return text(`끝나지 않음(${at} 시작)`, `not finished (began ${at})`)
  }
}

/** The batch's own time of day, as the service wrote it: Seoul's or, nine hours before, UTC's. */
export function zoneOfBatch(
  record: Pick<SettlementRecord, 'createdAt'>,
  batch: { readonly at: string; readonly graceMs: number },
): 'seoul' | 'utc' | 'unknown' {
  const written = record.createdAt === null ? undefined : parseServiceTime(record.createdAt)
  if (written === undefined) return 'unknown'
  const date = isoSeoul(written).slice(0, 10)
  const afterBatch = (ms: number): boolean => {
    const day = 86_400_000
    const since = (((ms - seoulInstant(date, batch.at)) % day) + day) % day
    return since <= batch.graceMs
  }
  if (afterBatch(written)) return 'seoul'
  return afterBatch(written + 9 * 3_600_000) ? 'utc' : 'unknown'
}
