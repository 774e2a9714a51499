/** Items of a checklist over time: one mark a run, the newest on the right, and what they have caught. */
import { shortDate } from '../core/dates.ts'
import { text, type Text } from '../core/text.ts'
import type { ChecklistHistory, HistoryItem } from '../checklist/history.ts'
import type { ItemStatus } from '../checklist/run.ts'
import { cellsOf, padCells, wrapCells } from './columns.ts'
import { say, type Paint, type View } from './view.ts'

/** Height says how bad; what is no verdict has a mark of its own. */
const MARKS: Readonly<
  Record<
    ItemStatus,
    {
      readonly mark: string
      readonly tone: Exclude<keyof Paint, 'bold'>
      readonly words: Text
    }
  >
> = {
  pass: { mark: '▁', tone: 'ok', words: text('통과', 'passed') },
  warning: { mark: '▄', tone: 'warning', words: text('경고', 'warned') },
  fail: { mark: '█', tone: 'critical', words: text('실패', 'failed') },
  unknown: { mark: '?', tone: 'unknown', words: text('확인 불가', 'unknown') },
  unanswered: { mark: '·', tone: 'dim', words: text('미응답', 'open') },
  skipped: { mark: '-', tone: 'dim', words: text('건너뜀', 'skipped') },
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
  const legend = Object.values(MARKS)
    .map(({ mark, words }) => `${mark} ${say(view, words)}`)
    .join(' ')
  const titleCells = Math.min(
    TITLE_CELLS,
    Math.max(...value.items.map((item) => cellsOf(say(view, item.title)))),
  )
  return [
    `${name}  ${span}`,
    ...value.items.flatMap((item) => itemLines(item, titleCells, width, view)),
    legend,
  ].join('\n')
}

const NEWEST_POINTS = 40

/** One item, day by day: the newest first, with what was seen. */
export function renderItemHistory(value: ChecklistHistory, view: View): string {
  return value.items.flatMap((item) => dayLines(item, Math.min(80, view.width), view)).join('\n')
}

const STATUS_CELLS = 12

function dayLines(item: HistoryItem, width: number, view: View): readonly string[] {
  const days = item.points.slice(-NEWEST_POINTS).toReversed()
  return [
    `${view.paint.bold(say(view, item.title))}  ${say(view, caughtWords(item))}`,
    ...days.flatMap(({ date, status, observed }) => {
      const { words, tone, mark } = MARKS[status]
      const day = `${shortDate(date)}  `
      const lead = day + view.paint[tone](padCells(`${mark} ${say(view, words)}`, STATUS_CELLS))
      const room = width - cellsOf(day) - STATUS_CELLS
      return wrapCells(observed === undefined ? '' : say(view, observed), room).map((line, index) =>
        ((index === 0 ? lead : ' '.repeat(width - room)) + line).trimEnd(),
      )
    }),
  ]
}

function caughtWords({ caughtCount }: HistoryItem): Text {
  return caughtCount === 0
    ? text('90일 걸림 없음', 'caught nothing')
    : text(`90일 걸림 ${caughtCount}회`, `caught ${caughtCount}`)
}

function itemLines(item: HistoryItem, titleCells: number, width: number, view: View): string[] {
  const points = item.points.slice(-MOST_POINTS)
  const marks = points.map(({ status }) => view.paint[MARKS[status].tone](MARKS[status].mark))
  const [title = '', ...more] = wrapCells(say(view, item.title), titleCells)
  const caught = caughtWords(item)
  const spark = marks.join('') + ' '.repeat(Math.max(0, MOST_POINTS - points.length))
  const line = `${padCells(title, titleCells)}  ${spark}  ${say(view, caught)}`
  const fits = titleCells + 2 + MOST_POINTS + 2 + cellsOf(say(view, caught)) <= width
  const first = fits ? line : `${padCells(title, titleCells)}  ${marks.join('')}`
  return [first.trimEnd(), ...more]
}
