/** How old a proof is: the day a person entered, against today. */
import { z } from 'zod'
import { daysBetween, isSeoulDate, seoulDateOf } from '../core/dates.ts'
import { text } from '../core/text.ts'
import type { ProbeDeclaration } from '../playbook/operation.ts'

const ageInput = z.object({ date: z.string() })

export function createAgeProbe(): ProbeDeclaration<z.output<typeof ageInput>> {
  return {
    id: 'proof.age',
    title: text('증적의 나이', 'how old a proof is'),
    impact: 'read_only',
    idempotent: true,
    inputs: ageInput,
    outputs: z.object({ date: z.string(), ageDays: z.number() }),
    observe({ date: entered }, context) {
      const date = entered.trim()
      const source = 'answer'
      const today = seoulDateOf(context.clock.now())
      const ageDays = isSeoulDate(date) ? daysBetween(date, today) : undefined
      if (ageDays === undefined || ageDays < 0) {
        const reason =
          ageDays === undefined
            ? text(`날짜(YYYY-MM-DD)가 아님: ${date}`, `not a date (YYYY-MM-DD): ${date}`)
            : text(`아직 오지 않은 날짜: ${date}`, `a day that has not come: ${date}`)
        return Promise.resolve({ kind: 'unknown', reason, source })
      }
      return Promise.resolve({
        kind: 'observed',
        value: { date, ageDays },
        summary: text(`${date}, ${ageDays}일 전`, `${date}, ${ageDays} days ago`),
        source,
      })
    },
  }
}
