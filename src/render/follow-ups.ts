/** What stays open after incidents: the overdue first, each with what closes it. */
import { text, type Text } from '../core/text.ts'
import type { FollowUp } from '../report/report.ts'
import { padCells, wrapCells } from './columns.ts'
import { command } from './lines.ts'
import { say, type View } from './view.ts'

export interface FollowUpItem extends FollowUp {
  /** Of the run's document. */
  readonly title: Text
  readonly status: 'open' | 'closed'
  readonly overdue?: boolean
  readonly closedAt?: string
  readonly closedBy?: string
  readonly reason?: string
}

export interface FollowUpList {
  readonly kind: 'FollowUpList'
  readonly items: readonly FollowUpItem[]
  /** The one that was just written down or closed. */
  readonly changed?: string
}

export function renderFollowUps({ items }: FollowUpList, view: View): string {
  const open = items.filter(({ status }) => status === 'open')
  const closed = items.filter(({ status }) => status === 'closed')
  if (items.length === 0) return say(view, text('남은 후속 조치가 없습니다', 'no follow-ups'))
  const lines = [
    view.paint.bold(
      say(
        view,
        text(
          `후속 조치  남음 ${open.length}${closed.length === 0 ? '' : ` · 완료 ${closed.length}`}`,
          `Follow-ups  ${open.length} open${closed.length === 0 ? '' : `, ${closed.length} closed`}`,
        ),
      ),
    ),
  ]
  const ordered = [...open].sort((left, right) => dueKey(left).localeCompare(dueKey(right)))
  for (const item of [...ordered, ...closed]) lines.push(...itemLines(item, view))
  const closable = ordered.find(({ id, kind }) => id !== undefined && kind !== 'unseen')
  if (closable?.id !== undefined) {
    const reason = say(view, text('근거', 'why'))
    lines.push(
      command(
        view,
        text('닫기', 'Close'),
        `mts run follow-up --close ${closable.id} --reason '${reason}'`,
      ),
    )
  }
  return lines.join('\n')
}

/** What has no due time comes after what has one. */
function dueKey({ due }: FollowUpItem): string {
  return due ?? '9999'
}

const LABELS = {
  overdue: text('기한 지남', 'overdue'),
  open: text('남음', 'open'),
  closed: text('완료', 'closed'),
} as const
const LABEL_CELLS = 10

function itemLines(item: FollowUpItem, view: View): string[] {
  const { status, overdue, id, run, kind, owner, due } = item
  const label = say(view, LABELS[overdue === true ? 'overdue' : status])
  const painted =
    overdue === true
      ? view.paint.critical(label)
      : status === 'open'
        ? view.paint.warning(label)
        : view.paint.dim(label)
  const named = kind === 'added' && owner !== undefined
  const facts = [
    ...(named ? [say(view, text(`담당 ${owner}`, `owner ${owner}`))] : []),
    ...(due === undefined ? [] : [say(view, text(`기한 ${due}`, `due ${due}`))]),
    ...closing(item, view),
  ]
  const width = Math.min(80, view.width) - LABEL_CELLS
  const head = `${id ?? run}  ${say(view, item.title)}`
  const body = [say(view, item.text), ...facts].join(' · ')
  const pad = ' '.repeat(Math.max(0, padCells(label, LABEL_CELLS).length - label.length))
  const [first = '', ...more] = [...wrapCells(head, width), ...wrapCells(body, width)]
  return [`${painted}${pad}${first}`, ...more.map((part) => `${' '.repeat(LABEL_CELLS)}${part}`)]
}

function closing({ closedAt, closedBy, reason }: FollowUpItem, view: View): string[] {
  if (closedAt === undefined) return []
  const at = closedAt.slice(5, 16).replace('T', ' ')
  return [say(view, text(`${at} ${closedBy}: ${reason}`, `${at} ${closedBy}: ${reason}`))]
}
