/** A checklist on one screen: what stands out first, what is as ever folded into one line. */
import { koreanDate } from '../core/dates.ts'
import { text, type Text } from '../core/text.ts'
import type { ChecklistItem, ChecklistRun, ItemStatus } from '../checklist/run.ts'
import type { Change } from '../checklist/run-change.ts'
import { cellsOf, padCells, wrapCells } from './columns.ts'
import { command, line, LABEL_CELLS, spread } from './lines.ts'
import { say, type Paint, type View } from './view.ts'

const ITEM_STATES: Readonly<
  Record<ItemStatus, { readonly words: Text; readonly tone: Exclude<keyof Paint, 'bold'> }>
> = {
  fail: { words: text('실패', 'failed'), tone: 'critical' },
  warning: { words: text('경고', 'warning'), tone: 'warning' },
  unanswered: { words: text('미응답', 'unanswered'), tone: 'warning' },
  unknown: { words: text('확인 불가', 'unknown'), tone: 'unknown' },
  skipped: { words: text('건너뜀', 'skipped'), tone: 'dim' },
  pass: { words: text('통과', 'passed'), tone: 'ok' },
}

const LOUD: readonly ItemStatus[] = ['fail', 'warning', 'unanswered', 'unknown', 'skipped']

export function renderChecklist(value: ChecklistRun, view: View): string {
  const width = Math.min(80, view.width)
  const numbered = value.items.map((item, index) => ({ item, number: index + 1 }))
  const lines = [headline(value, view)]
  for (const status of LOUD) {
    for (const { item, number } of numbered) {
      if (item.status === status) lines.push(itemLine(item, number, view))
    }
  }
  const quiet = numbered.filter(({ item }) => item.status === 'pass')
  // One that has just come back to fine is news as well.
  const recovered = quiet.filter(({ item }) => item.before !== undefined)
  for (const { item, number } of recovered) lines.push(itemLine(item, number, view))
  const same = quiet.filter(({ item }) => item.before === undefined)
  if (same.length > 0) {
    const label =
      value.changed === undefined ? text('통과', 'passed') : text('변동 없음', 'as before')
    lines.push(
      line(view, label, same.map(({ item, number }) => quietWords(item, number, view)).join(' · ')),
    )
  }
  const signature =
    value.signed === undefined
      ? text('서명 전', 'not signed')
      : text(
          `서명 ${value.signed.by} ${value.signed.at.slice(11, 16)}`,
          `signed ${value.signed.by} ${value.signed.at.slice(11, 16)}`,
        )
  lines.push(spread(countWords(value, view), say(view, signature), width))
  if (value.rerun !== undefined) lines.push(command(view, text('계속', 'Go on'), value.rerun))
  return lines.join('\n')
}

function headline(value: ChecklistRun, view: View): string {
  const date = view.lang === 'ko' ? koreanDate(value.date) : value.date
  const news =
    value.changed === undefined
      ? text('비교할 이전 점검 없음', 'nothing signed to compare with')
      : text(
          `지난 점검(${value.changed.since})과 달라진 것 ${value.changed.items}`,
          `${value.changed.items} changed since ${value.changed.since}`,
        )
  return wrapCells(
    `${view.paint.bold(say(view, value.title))}  ${date} · ${say(view, news)}`,
    Math.min(80, view.width),
  ).join('\n')
}

function itemLine(item: ChecklistItem, number: number, view: View): string {
  const width = Math.min(80, view.width)
  const { words, tone } = ITEM_STATES[item.status]
  const label = say(view, words)
  const lead = view.paint[tone](label) + ' '.repeat(Math.max(1, LABEL_CELLS - cellsOf(label)))
  const head = `${number} ${say(view, item.title)}`
  const next = item.next === undefined ? [] : [`→ ${say(view, item.next)}`]
  const room = width - LABEL_CELLS
  const joined = [seen(item, view).join(' · '), ...next].filter((part) => part !== '').join('  ')
  const titled = padCells(head, 18)
  if (cellsOf(titled) + cellsOf(joined) + 1 <= room) return `${lead}${titled} ${joined}`.trimEnd()
  const indent = ' '.repeat(LABEL_CELLS)
  return [head, ...wrapCells(joined, room - 2).map((part) => `  ${part}`)]
    .map((part, index) => (index === 0 ? lead : indent) + part)
    .join('\n')
}

function seen(item: ChecklistItem, view: View): string[] {
  const parts: string[] = []
  if (item.observed !== undefined) parts.push(say(view, item.observed))
  if (item.reason !== undefined) {
    const reason = say(view, item.reason)
    if (!parts.includes(reason)) parts.push(reason)
  }
  if (item.before !== undefined) {
    const before = say(view, ITEM_STATES[item.before].words)
    parts.push(say(view, text(`이전 ${before}`, `was ${before}`)))
  }
  parts.push(...changeWords(item.change ?? []))
  if (item.note !== undefined) parts.push(`${say(view, text('메모:', 'note:'))} ${item.note}`)
  return parts
}

function quietWords(item: ChecklistItem, number: number, view: View): string {
  const changes = changeWords(item.change ?? [])
  const observed = item.observed === undefined ? [] : [say(view, item.observed)]
  const inside = [...observed, ...changes].join(', ')
  return `${number} ${say(view, item.title)}${inside === '' ? '' : `(${inside})`}`
}

/** At most this many numbers of one item are shown; JSON holds them all. */
const MAX_CHANGES = 2

function changeWords(changes: readonly Change[]): string[] {
  const told = changes.flatMap((change) => {
    const words = changeWord(change)
    return words === undefined ? [] : [words]
  })
  return told.slice(0, MAX_CHANGES)
}

/** Only what has a unit in its name can be told in a line. */
function changeWord({ field, difference }: Change): string | undefined {
  const sign = difference > 0 ? '+' : ''
  const name = field.split('.').at(-1) ?? field
  if (/percent$/i.test(name)) {
    const points = Math.round(difference * 10) / 10
    const short = name.replace(/percent$/i, '')
    return points === 0 ? undefined : `${short === '' ? '' : `${short} `}${sign}${points}%p`
  }
  if (/count$/i.test(name)) return `${name.replace(/count$/i, '')} ${sign}${difference}`.trim()
  return undefined
}

function countWords(value: ChecklistRun, view: View): string {
  const order: readonly ItemStatus[] = [
    'fail',
    'warning',
    'pass',
    'unanswered',
    'unknown',
    'skipped',
  ]
  return order
    .map((status) => ({
      status,
      count: value.items.filter((item) => item.status === status).length,
    }))
    .filter(({ count }) => count > 0)
    .map(({ status, count }) => `${say(view, ITEM_STATES[status].words)} ${count}`)
    .join(' · ')
}
