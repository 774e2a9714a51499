/** The settlements of the last days, one by one: a date that was left out or failed shows here. */
import { z } from 'zod'
import { addDays, dueSettlementDate, shortDate, type SeoulDate } from '../core/dates.ts'
import { text } from '../core/text.ts'
import type { ProbeDeclaration } from '../playbook/operation.ts'
import { recordFactOf } from './facts.ts'
import { optionsOf, type SettlementProbePorts } from './probes.ts'

const input = z.object({ days: z.int().min(2).max(31).default(7) })

export function createRecentDaysProbe(
  ports: SettlementProbePorts,
): ProbeDeclaration<z.output<typeof input>> {
  return {
    id: 'settlement.recentDays',
    title: text('최근 정산일', 'the settlements of the last days'),
    impact: 'read_only',
    idempotent: true,
    inputs: input,
    outputs: z.object({
      days: z.number(),
      completed: z.number(),
      /** Dates whose record is not COMPLETED. */
      notCompleted: z.array(z.string()),
      /** Dates without a record, as the service itself says. */
      missing: z.array(z.string()),
      unread: z.array(z.string()),
    }),
    async observe({ days }, context) {
      const { reader, settings } = ports
      const source = '/api/settlements/date/{date}'
      const due = dueSettlementDate(context.clock.now(), settings.batch)
      // Its own signal: each read listens to it, and the walk's would have too many.
      const signal = AbortSignal.any([context.signal])
      const options = optionsOf(ports, { ...context, signal })
      const seen = await Promise.all(
        Array.from({ length: days }, (_, back) => addDays(due, -back)).map(async (date) => {
          const fact = recordFactOf(await reader.settlementOnDate(date, options))
          if (fact.kind === 'record') {
            return { date, state: fact.record.status === 'COMPLETED' ? 'completed' : 'other' }
          }
          if (fact.kind !== 'none') return { date, state: 'unread' }
          // A bare 404 proves nothing: only the service's own `false` does.
          const exists = await reader.settlementExists(date, options)
          const none = exists.kind === 'ok' && !exists.value
          return { date, state: none ? 'missing' : 'unread' }
        }),
      )
      const dates = (state: string): SeoulDate[] =>
        seen.filter((day) => day.state === state).map(({ date }) => date)
      const value = {
        days,
        completed: dates('completed').length,
        notCompleted: dates('other'),
        missing: dates('missing'),
        unread: dates('unread'),
      }
      if (value.unread.length === days) {
        const reason = text('정산 기록 조회 실패', 'no settlement could be read')
        return { kind: 'unknown', reason, source }
      }
      const parts = [
        ['미완료', 'not completed', value.notCompleted],
        ['기록 없음', 'no record', value.missing],
        ['확인 불가', 'unread', value.unread],
      ] as const
      const troubles = parts.filter(([, , list]) => list.length > 0)
      return {
        kind: 'observed',
        value,
        summary: text(
          [`최근 ${days}일 중 완료 ${value.completed}일`]
            .concat(troubles.map(([ko, , list]) => `${ko} ${list.map(shortDate).join(', ')}`))
            .join(' · '),
          [`${value.completed} of ${days} days completed`]
            .concat(troubles.map(([, en, list]) => `${en} ${list.join(', ')}`))
            .join('; '),
        ),
        source,
      }
    },
  }
}
