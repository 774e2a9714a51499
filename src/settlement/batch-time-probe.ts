/** How long until the nightly batch: what decides whether an outage is a P1 now, and whether a restart would skip it. */
import { z } from 'zod'
import { addDays, isoSeoul, seoulDateOf, seoulInstant } from '../core/dates.ts'
import { durationText } from '../core/duration.ts'
import { text } from '../core/text.ts'
import type { ProbeDeclaration } from '../playbook/operation.ts'
import type { SettlementProbePorts } from './probes.ts'

/** RabbitMQ down this long before the batch will leave a FAILED record that holds sales. */
const SOON_MS = 2 * 3_600_000
/** A restart this close to the batch skips it, before and after. */
const BEFORE_MS = 5 * 60_000
const AFTER_MS = 10 * 60_000

export function createBatchTimeProbe(
  ports: SettlementProbePorts,
): ProbeDeclaration<Record<string, never>> {
  return {
    id: 'settlement.nextBatch',
    title: text('다음 정산 배치까지', 'until the next batch'),
    impact: 'read_only',
    idempotent: true,
    inputs: z.object({}),
    outputs: z.object({
      at: z.string(),
      remainingMs: z.number(),
      /** Within two hours. */
      soon: z.boolean(),
      /** From five minutes before to ten after: a restart now skips the batch. */
      restartSkipsIt: z.boolean(),
    }),
    observe(_input, context) {
      const nowMs = context.clock.now()
      const { at } = ports.settings.batch
      const today = seoulDateOf(nowMs)
      const todays = seoulInstant(today, at)
      const next = todays > nowMs ? todays : seoulInstant(addDays(today, 1), at)
      const remainingMs = next - nowMs
      const lately = [todays, seoulInstant(addDays(today, -1), at)].some(
        (ms) => nowMs >= ms && nowMs - ms <= AFTER_MS,
      )
      const restartSkipsIt = remainingMs <= BEFORE_MS || lately
      const left = durationText(remainingMs)
      const warning = restartSkipsIt
        ? text(' · 지금 재시작하면 배치를 건너뜁니다', '; a restart now skips it')
        : text('', '')
      return Promise.resolve({
        kind: 'observed',
        value: {
          at: isoSeoul(next),
          remainingMs,
          soon: remainingMs <= SOON_MS,
          restartSkipsIt,
        },
        summary: text(
          `다음 배치 ${at}까지 ${left.ko}${warning.ko}`,
          `${left.en} until the batch at ${at}${warning.en}`,
        ),
        source: 'batch.at',
      })
    },
  }
}
