/**
 * Which day does the batch settle? It takes "yesterday" in its own zone: a container without TZ
 * runs in UTC, and at 02:00 of Seoul settles the day before yesterday. Seen from the clock of the
 * service and from the time of day at which it wrote its last records.
 */
import { z } from 'zod'
import { addDays, seoulDateOf } from '../core/dates.ts'
import { durationText } from '../core/duration.ts'
import type { SettlementRecord } from '../core/service.ts'
import { text, type Text } from '../core/text.ts'
import type { ProbeDeclaration } from '../playbook/operation.ts'
import { MAX_CLOCK_SKEW_MS } from './interlock.ts'
import { zoneOfBatch } from './batch-probe.ts'
import type { SettlementProbePorts } from './probes.ts'

/** Dates that are looked at for a record the batch itself has written. */
const DATES_BACK = 7

export function createClockProbe(
  ports: SettlementProbePorts,
): ProbeDeclaration<Record<string, never>> {
  return {
    id: 'service.clock',
    title: text('서비스 시각과 시간대', "the service's clock and zone"),
    impact: 'read_only',
    idempotent: true,
    inputs: z.object({}),
    outputs: z.object({
      skewMs: z.number(),
      skewed: z.boolean(),
      zone: z.enum(['seoul', 'utc', 'unknown']),
      evidence: z.object({ date: z.string(), createdAt: z.string().nullable() }).nullable(),
    }),
    async observe(_input, context) {
      const { reader, settings } = ports
      const source = '/api/settlements/range (Date, createdAt)'
      const today = seoulDateOf(context.clock.now())
      const read = await reader.settlementRange(addDays(today, -DATES_BACK), today, {
        signal: context.signal,
        ...(settings.timeoutMs === undefined ? {} : { timeoutMs: settings.timeoutMs }),
      })
      if (read.kind === 'unknown') return { kind: 'unknown', reason: read.failure.message, source }
      if (read.meta.dateMs === undefined) {
        const reason = text('응답에 Date 헤더 없음', 'the answer has no Date header')
        return { kind: 'unknown', reason, source }
      }
      // The header has whole seconds: half a second is the fairest guess.
      const skewMs = read.meta.dateMs + 500 - context.clock.now()
      const records = read.kind === 'ok' ? read.value.records : []
      const told = records
        .map((record) => ({ record, zone: zoneOfBatch(record, settings.batch) }))
        .find(({ zone }) => zone !== 'unknown')
      const zone = told?.zone ?? 'unknown'
      const skewed = Math.abs(skewMs) > MAX_CLOCK_SKEW_MS
      return {
        kind: 'observed',
        value: {
          skewMs,
          skewed,
          zone,
          evidence:
            told === undefined
              ? null
              : { date: told.record.date, createdAt: told.record.createdAt },
        },
        summary: summaryOf(skewMs, skewed, zone, told?.record),
        source,
      }
    },
  }
}

function summaryOf(
  skewMs: number,
  skewed: boolean,
  zone: 'seoul' | 'utc' | 'unknown',
  record: SettlementRecord | undefined,
): Text {
  const off = durationText(Math.abs(skewMs))
  const clock = skewed
    ? text(`시각 ${off.ko} 어긋남`, `the clock is ${off.en} off`)
    : text('시각 일치', 'the clock agrees')
  const written = (record?.createdAt ?? '').slice(11, 16)
  const words = {
    seoul: text(`배치 시간대 정상(기록 ${written})`, `the batch runs in Seoul time (${written})`),
    utc: text(
      `배치가 UTC로 돕니다(기록 ${written}): 어제가 아니라 그제를 정산합니다`,
      `the batch runs in UTC (${written}): it settles the day before yesterday`,
    ),
    unknown: text(
      '배치가 만든 최근 기록 없음: 시간대 판단 불가',
      'no record of the batch itself: zone not known',
    ),
  }[zone]
  return text(`${clock.ko} · ${words.ko}`, `${clock.en}; ${words.en}`)
}
