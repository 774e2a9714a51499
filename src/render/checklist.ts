/** A checklist on one screen: what stands out first, what is as ever folded into one line. */
import { koreanDate } from '../core/dates.ts'
import { groupedWon } from '../core/money.ts'
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

/** `all`: what passed is shown line by line as well. */
export function renderChecklist(value: ChecklistRun, view: View, all = false): string {
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
  const recovered = quiet.filter(({ item }) => all || item.before !== undefined)
  for (const { item, number } of recovered) lines.push(itemLine(item, number, view))
  const same = quiet.filter((each) => !recovered.includes(each))
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
  if (value.dueOn !== undefined) {
    lines.push(
      line(view, text('점검일', 'Due'), view.lang === 'ko' ? koreanDate(value.dueOn) : value.dueOn),
    )
  }
  for (const due of value.alsoDue ?? []) {
    lines.push(command(view, text('오늘 점검', 'Also due'), `mts checklist ${due}`))
  }
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
  parts.push(...changeWords(item, view))
  if (item.note !== undefined) parts.push(`${say(view, text('메모:', 'note:'))} ${item.note}`)
  return parts
}

function quietWords(item: ChecklistItem, number: number, view: View): string {
  const changes = changeWords(item, view)
  const observed = item.observed === undefined ? [] : [say(view, item.observed)]
  const inside = [...observed, ...changes].join(', ')
  return `${number} ${say(view, item.title)}${inside === '' ? '' : `(${inside})`}`
}

/** At most this many numbers of one item are shown; JSON holds them all. */
const MAX_CHANGES = 3

/** What a number is called in a line; others go by their own name, or are left to JSON. */
const FIGURES: Readonly<Record<string, Text>> = {
  heapPercent: text('힙', 'heap'),
  diskPercent: text('디스크', 'disk'),
  cpuPercent: text('CPU', 'CPU'),
  poolPercent: text('DB 연결', 'pool'),
  changePercent: text('추세', 'trend'),
  percent: text('응답률', 'rate'),
  totalAmount: text('정산액', 'settled'),
  amount: text('금액', 'amount'),
  transactionCount: text('정산 건수', 'settled'),
  count: text('건수', 'count'),
  beyondNoise: text('오류', 'errors'),
  serverErrors: text('5xx', '5xx'),
  incidentCount: text('장애', 'incidents'),
  openCount: text('남은 조치', 'open'),
  p95Ms: text('p95', 'p95'),
  responseMs: text('평균 응답', 'mean response'),
}

function changeWords(item: ChecklistItem, view: View): string[] {
  const weekly = new Map((item.changeWeek ?? []).map((change) => [change.field, change]))
  const told: string[] = []
  const units = new Set<string>()
  for (const change of item.change ?? []) {
    const name = FIGURES[change.field.split('.').at(-1) ?? change.field]
    const difference = differenceWords(change, view)
    if (name === undefined || difference === undefined) continue
    // Of money and of counts one figure is enough: the others of a record follow it.
    if (change.unit !== '%p' && units.has(change.unit ?? '')) continue
    units.add(change.unit ?? '')
    const week = weekly.get(change.field)
    const sinceWeek = week === undefined ? undefined : differenceWords(week, view)
    const beside =
      sinceWeek === undefined
        ? ''
        : say(view, text(`(전주 대비 ${sinceWeek})`, ` (${sinceWeek} in a week)`))
    told.push(`${say(view, name)} ${difference}${beside}`)
  }
  return told.slice(0, MAX_CHANGES)
}

/** Only what has a unit can be told in a line. */
function differenceWords({ unit, difference }: Change, view: View): string | undefined {
  if (unit === undefined) return undefined
  switch (unit) {
    case '원': {
      const amount = groupedWon(String(difference))
      return say(view, text(`${amount.startsWith('-') ? '' : '+'}${amount}원`, `${amount} won`))
    }
    case '%p': {
      const points = Math.round(Number(difference) * 10) / 10
      if (points === 0) return undefined
      return say(view, text(`${signed(points)}%p`, `${signed(points)} points`))
    }
    case '건':
      return say(view, text(`${signed(Number(difference))}건`, signed(Number(difference))))
    case 'ms':
      return `${signed(Math.round(Number(difference)))}ms`
  }
}

function signed(value: number): string {
  return value > 0 ? `+${value}` : String(value)
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
