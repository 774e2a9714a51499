/** The dead-letter queues: what waits, what was rejected, and what neither of them proves. */
import { text } from '../core/text.ts'
import type { Text } from '../core/text.ts'
import { padCells } from './columns.ts'
import { line, paintLabel } from './lines.ts'
import { say } from './view.ts'
import type { View } from './view.ts'

export type RejectedMessages =
  | {
      readonly status: 'known'
      readonly count: number
      /** When the service started counting; null when that is not known. */
      readonly since: string | null
    }
  | { readonly status: 'unknown'; readonly reason: Text }

export interface DeadLetters {
  readonly kind: 'DeadLetters'
  readonly url: string
  readonly observedAt: string
  readonly queues: readonly { readonly name: string; readonly messages: number }[]
  readonly rejected: RejectedMessages
  readonly note: Text
}

export function renderDeadLetters(value: DeadLetters, view: View): string {
  const waiting = value.queues.filter((queue) => queue.messages > 0)
  const lines = value.queues
    .toSorted((left, right) => right.messages - left.messages)
    .map((queue) => {
      const words = `${padCells(queue.name, 18)}${say(view, text(`${queue.messages}건`, String(queue.messages)))}`
      return queue.messages > 0
        ? paintLabel(view, text('적체', 'Waiting'), words, 'warning')
        : line(view, text('비어 있음', 'Empty'), words)
    })
  lines.push(line(view, text('거부', 'Rejected'), rejectedWords(value.rejected, view)))
  const label = waiting.length === 0 ? text('주의', 'Note') : text('참고', 'Note')
  lines.push(line(view, label, say(view, value.note)))
  return lines.join('\n')
}

function rejectedWords(rejected: RejectedMessages, view: View): string {
  if (rejected.status === 'unknown') {
    return say(view, text(`확인 불가: ${rejected.reason.ko}`, `unknown: ${rejected.reason.en}`))
  }
  const since = rejected.since?.slice(0, 16).replace('T', ' ')
  return say(
    view,
    text(
      `${rejected.count}건(${since === undefined ? '서비스 시작 이후' : `서비스 시작 ${since} 이후`})`,
      `${rejected.count} since the service started${since === undefined ? '' : ` at ${since}`}`,
    ),
  )
}
