/** What went out, what waits, what failed and why. */
import { seoulClockOf, seoulDateOf, shortDate } from '../core/dates.ts'
import type { Channel, NoticeEvent } from '../core/notice.ts'
import { stripControls } from '../core/sanitize.ts'
import { text, type Text } from '../core/text.ts'
import type { DeliveryState } from '../core/watch-records.ts'
import { labelled, padCells } from './columns.ts'
import { say, type View } from './view.ts'
import { channelWords } from './watch.ts'

export interface ShownDelivery {
  readonly id: number
  readonly channel: Channel
  readonly event: NoticeEvent
  readonly title: string
  readonly state: DeliveryState
  /** ISO 8601, Seoul. */
  readonly createdAt: string
  readonly attempts: number
  readonly nextAt?: string
  readonly endedAt?: string
  readonly problem?: string
  readonly maybeDuplicate: boolean
  readonly incident?: string
}

export interface DeliveryList {
  readonly kind: 'DeliveryList'
  readonly items: readonly ShownDelivery[]
}

const STATE_WORDS: Readonly<Record<DeliveryState, Text>> = {
  waiting: text('대기', 'waiting'),
  sending: text('전송 중', 'sending'),
  sent: text('전송', 'sent'),
  failed: text('실패', 'failed'),
}

const LABEL_CELLS = 9

export function renderDeliveries({ items }: DeliveryList, view: View): string {
  if (items.length === 0) return say(view, text('보낸 알림이 없습니다', 'nothing was sent yet'))
  const width = Math.min(80, view.width)
  return items
    .map((item) => {
      const atMs = Date.parse(item.createdAt)
      const when = `${shortDate(seoulDateOf(atMs))} ${seoulClockOf(atMs)}`
      const where = say(view, channelWords([item.channel]))
      const parts = [
        `${when}  ${padCells(where, 9)}  ${stripControls(item.title)}`,
        ...details(item, view),
      ]
      const label = padCells(say(view, STATE_WORDS[item.state]), LABEL_CELLS)
      const lines = labelled(label.trimEnd(), parts.join(' · '), LABEL_CELLS, width)
      return item.state === 'failed'
        ? lines.replace(label.trimEnd(), view.paint.critical(label.trimEnd()))
        : lines
    })
    .join('\n')
}

function details(item: ShownDelivery, view: View): string[] {
  const said: Text[] = []
  if (item.attempts > 1) said.push(text(`${item.attempts}회 시도`, `${item.attempts} attempts`))
  if (item.problem !== undefined) {
    const why = stripControls(item.problem)
    said.push(text(`사유 ${why}`, why))
  }
  if (item.state === 'waiting' && item.nextAt !== undefined) {
    const next = item.nextAt.slice(11, 19)
    said.push(text(`다음 시도 ${next}`, `next at ${next}`))
  }
  if (item.maybeDuplicate) said.push(text('중복 가능', 'may be twice'))
  return said.map((words) => say(view, words))
}

export interface NotifyTest {
  readonly kind: 'NotifyTest'
  readonly status: 'ok' | 'failed'
  readonly items: readonly {
    readonly channel: Channel
    readonly status: 'sent' | 'failed'
    readonly problem?: string
  }[]
}

export function renderNotifyTest({ items }: NotifyTest, view: View): string {
  return items
    .map(({ channel, status, problem }) => {
      const where = say(view, channelWords([channel]))
      const words =
        status === 'sent'
          ? text('시험 알림 전송', 'the test message was taken')
          : text(`실패: ${problem ?? ''}`, `failed: ${problem ?? ''}`)
      return `${padCells(where, 11)}${stripControls(say(view, words))}`
    })
    .join('\n')
}
