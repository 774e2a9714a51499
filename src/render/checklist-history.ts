/** Items of a checklist over time: one mark a run, the newest on the right, and what they have caught. */
import { shortDate } from '../core/dates.ts'
import { text, type Text } from '../core/text.ts'
import type { ChecklistHistory, HistoryItem } from '../checklist/history.ts'
import type { ItemStatus } from '../checklist/run.ts'
import { cellsOf, padCells, wrapCells } from './columns.ts'
import { say, type Paint, type View } from './view.ts'

/** Height says how bad; what is no verdict has a mark of its own. */
const MARKS: Readonly<
  Record<ItemStatus, { readonly mark: string; readonly tone: Exclude<keyof Paint, 'bold'> }>
> = {
  pass: { mark: '▁', tone: 'ok' },
  warning: { mark: '▄', tone: 'warning' },
  fail: { mark: '█', tone: 'critical' },
  unknown: { mark: '?', tone: 'unknown' },
  unanswered: { mark: '·', tone: 'dim' },
  skipped: { mark: '-', tone: 'dim' },
}

const MOST_POINTS = 30
const TITLE_CELLS = 28

export function renderChecklistHistory(value: ChecklistHistory, view: View): string {
  const width = Math.min(80, view.width)
  const name = view.paint.bold(value.checklist)
  if (value.from === undefined || value.to === undefined) {
    const nothing = text('점검 기록이 없습니다', 'it was never run')
    return `${name}  ${say(view, nothing)}`
  }
  const span = `${shortDate(value.from)}–${shortDate(value.to)}`
  const legend = text(
    '▁ 통과 ▄ 경고 █ 실패 ? 확인 불가 - 건너뜀 · 미응답',
    '▁ passed ▄ warned █ failed ? unknown - skipped · unanswered',
  )
  const titleCells = Math.min(
    TITLE_CELLS,
    Math.max(...value.items.map((item) => cellsOf(say(view, item.title)))),
  )
  return [
    `${name}  ${span}`,
    ...value.items.flatMap((item) => itemLines(item, titleCells, width, view)),
    say(view, legend),
  ].join('\n')
}

function itemLines(item: HistoryItem, titleCells: number, width: number, view: View): string[] {
  const points = item.points.slice(-MOST_POINTS)
  const marks = points.map(({ status }) => view.paint[MARKS[status].tone](MARKS[status].mark))
  const [title = '', ...more] = wrapCells(say(view, item.title), titleCells)
  const caught: Text =
    item.caughtCount === 0
      ? text('90일 걸림 없음', 'caught nothing')
      : text(`90일 걸림 ${item.caughtCount}회`, `caught ${item.caughtCount}`)
  const spark = marks.join('') + ' '.repeat(Math.max(0, MOST_POINTS - points.length))
  const line = `${padCells(title, titleCells)}  ${spark}  ${say(view, caught)}`
  const fits = titleCells + 2 + MOST_POINTS + 2 + cellsOf(say(view, caught)) <= width
  const first = fits ? line : `${padCells(title, titleCells)}  ${marks.join('')}`
  return [first.trimEnd(), ...more]
}
