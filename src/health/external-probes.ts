/** PG, VAN and card networks, as far as the configuration names them: whether they answer, and whose they are. */
import { z } from 'zod'
import { durationText } from '../core/duration.ts'
import type { External } from '../core/settings.ts'
import { text, type Text } from '../core/text.ts'
import type { ProbeDeclaration } from '../playbook/operation.ts'
import { nothing, type Nothing } from './meter-count.ts'

/** What came of asking one of them; `unknown` is a defect of ours or a setting, not theirs. */
export interface ExternalAnswer {
  readonly state: 'up' | 'down' | 'hanging'
  readonly latencyMs: number
  /** An HTTP status or a system code. */
  readonly detail: string
}

export type AskExternal = (
  external: External,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
) => Promise<ExternalAnswer>

export interface ExternalProbePorts {
  readonly externals: readonly External[]
  readonly askExternal: AskExternal
}

const TIMEOUT_MS = 3000

export function createExternalProbe(ports: ExternalProbePorts): ProbeDeclaration<Nothing> {
  return {
    id: 'externals.probe',
    title: text('PG·VAN 등 외부 연동', 'PG, VAN and other externals'),
    impact: 'read_only',
    idempotent: true,
    inputs: nothing,
    outputs: z.object({
      checked: z.number(),
      /** Ids of those that did not answer as they should. */
      troubled: z.array(z.string()),
      results: z.array(
        z.object({
          id: z.string(),
          state: z.enum(['up', 'down', 'hanging']),
          latencyMs: z.number(),
          detail: z.string(),
        }),
      ),
    }),
    async observe(_input, context) {
      const source = 'externals'
      if (ports.externals.length === 0) return { kind: 'unknown', reason: NOT_SET, source }
      const results = await Promise.all(
        ports.externals.map(async (external) => ({
          external,
          answer: await ports.askExternal(external, {
            timeoutMs: TIMEOUT_MS,
            signal: context.signal,
          }),
        })),
      )
      const troubled = results.filter(({ answer }) => answer.state !== 'up')
      return {
        kind: 'observed',
        value: {
          checked: results.length,
          troubled: troubled.map(({ external }) => external.id),
          results: results.map(({ external, answer }) => ({ id: external.id, ...answer })),
        },
        summary: wordsOf(results, troubled),
        source: ports.externals.map(({ id }) => id).join(', '),
      }
    },
  }
}

const NOT_SET = text(
  '측정 불가: 설정 externals에 PG·VAN·카드사 연결을 적으면 측정합니다(mts config init)',
  'cannot be measured: name PG, VAN and card networks in externals (mts config init)',
)

interface Result {
  readonly external: External
  readonly answer: ExternalAnswer
}

function wordsOf(all: readonly Result[], troubled: readonly Result[]): Text {
  if (troubled.length === 0) {
    const each = all.map(({ external, answer }) => {
      const took = durationText(Math.round(answer.latencyMs))
      return text(`${external.id} ${took.ko}`, `${external.id} ${took.en}`)
    })
    return text(
      `모두 응답: ${each.map(({ ko }) => ko).join(', ')}`,
      `all answer: ${each.map(({ en }) => en).join(', ')}`,
    )
  }
  const each = troubled.map(({ external, answer }) => {
    const owner = external.owner === undefined ? '' : ` · ${external.owner}`
    return answer.state === 'hanging'
      ? text(`${external.id} 응답 없음(3초)${owner}`, `${external.id} no answer (3 s)${owner}`)
      : text(
          `${external.id} 이상(${answer.detail})${owner}`,
          `${external.id} ${answer.detail}${owner}`,
        )
  })
  const fine = all.length - troubled.length
  return text(
    `${each.map(({ ko }) => ko).join(', ')} · 나머지 응답 ${fine}`,
    `${each.map(({ en }) => en).join(', ')}; ${fine} others answer`,
  )
}
