/** Items that nobody needs: looked at for 90 days, and they never caught anything. */
import { z } from 'zod'
import { text, type Text } from '../core/text.ts'
import type { ProbeDeclaration } from '../playbook/operation.ts'
import { CAUGHT_WITHIN_DAYS, idleItems, type ChecklistHistory } from './history.ts'

export interface IdlePorts {
  /** Of every checklist that was ever run on this service. */
  histories(nowMs: number): Promise<readonly ChecklistHistory[]>
}

type Nothing = Record<string, never>
const nothing = z.object({}) as z.ZodType<Nothing>

export function createIdleProbe(ports: IdlePorts): ProbeDeclaration<Nothing> {
  return {
    id: 'checklist.idleItems',
    title: text('잡은 것이 없는 점검 항목', 'items that never caught anything'),
    impact: 'read_only',
    idempotent: true,
    inputs: nothing,
    outputs: z.object({
      idleCount: z.number(),
      idle: z.array(z.object({ checklist: z.string(), item: z.string() })),
    }),
    async observe(_input, context) {
      const nowMs = context.clock.now()
      const idle = (await ports.histories(nowMs)).flatMap((history) =>
        idleItems(history, nowMs).map((item) => ({ checklist: history.checklist, item })),
      )
      return {
        kind: 'observed',
        value: {
          idleCount: idle.length,
          idle: idle.map(({ checklist, item }) => ({ checklist, item: item.id })),
        },
        summary: idleWords(idle.map(({ item }) => item.title)),
        source: 'journal runs',
      }
    },
  }
}

function idleWords(titles: readonly Text[]): Text {
  if (titles.length === 0) {
    return text(
      `${CAUGHT_WITHIN_DAYS}일 동안 걸린 것이 없는 항목 없음`,
      `no item went ${CAUGHT_WITHIN_DAYS} days without catching anything`,
    )
  }
  return text(
    `${CAUGHT_WITHIN_DAYS}일 동안 걸린 것 없음: ${titles.map(({ ko }) => ko).join(', ')}`,
    `nothing caught in ${CAUGHT_WITHIN_DAYS} days: ${titles.map(({ en }) => en).join(', ')}`,
  )
}
