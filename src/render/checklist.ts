/** A checklist on one screen: what stands out first, what is as ever folded into one line. */
import { koreanDate, shortDate } from '../core/dates.ts'
import { text, type Text } from '../core/text.ts'
import type { ChecklistItem, ChecklistRun, ItemStatus } from '../checklist/run.ts'
import { changeWords, quietFigures } from './checklist-figures.ts'
import { cellsOf, labelled, padCells, wrapCells } from './columns.ts'
import { command, line, LABEL_CELLS, spread } from './lines.ts'
import { say, type Paint, type View } from './view.ts'

const ITEM_STATES: Readonly<
  Record<ItemStatus, { readonly words: Text; readonly tone: Exclude<keyof Paint, 'bold'> }>
> = {
  fail: { words: text('실패', 'failed'), tone: 'critical' },
  warning: { words: text('경고', 'warning'), tone: 'warning' },
  unanswered: { words: text('미응답', 'to answer'), tone: 'warning' },
  unknown: { words: text('확인 불가', 'unknown'), tone: 'unknown' },
  skipped: { words: text('건너뜀', 'skipped'), tone: 'dim' },
  pass: { words: text('통과', 'passed'), tone: 'ok' },
}

const LOUD: readonly ItemStatus[] = ['fail', 'warning', 'unanswered', 'unknown', 'skipped']

interface Numbered {
  readonly item: ChecklistItem
  readonly number: number
}

export interface ChecklistFaceOptions {
  /** What passed is shown line by line as well. */
  readonly all?: boolean
  /** In the middle of it: what is still to be answered is not named, and there is no end yet. */
  readonly open?: boolean
}

export function renderChecklist(
  value: ChecklistRun,
  view: View,
  { all = false, open = false }: ChecklistFaceOptions = {},
): string {
  const items = numberedItems(value)
  const lines = [headline(value, view)]
  const shown = open ? items.filter(({ item }) => isDone(item)) : items
  lines.push(...itemLines(shown, value, view, all))
  if (open) return lines.join('\n')
  lines.push(spread(countWords(value, view), signatureWords(value, view), widthOf(view)))
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

/** What is new since the person saw the rest; empty where nothing is. */
export function renderNewItems(
  value: ChecklistRun,
  ids: ReadonlySet<string>,
  view: View,
): readonly string[] {
  const fresh = numberedItems(value).filter(
    ({ item }) => ids.has(item.id) && isDone(item) && item.notApplicable !== true,
  )
  const passed = fresh.filter(({ item }) => item.status === 'pass')
  const lines = fresh
    .filter(({ item }) => item.status !== 'pass')
    .map((each) => itemLine(each, value, view))
  if (passed.length === 0) return lines
  const label = say(view, ITEM_STATES.pass.words)
  return [...lines, foldedLine(label, quietParts(passed, value, view), view)]
}

/** One line for a person who has the rest on the screen: that it is signed, and what is left to do. */
export function renderSigned(value: ChecklistRun, view: View): string {
  const lines = [
    spread(
      `${view.paint.bold(say(view, value.title))} ${signatureWords(value, view)}`,
      value.run,
      widthOf(view),
    ),
  ]
  for (const { item } of numberedItems(value)) {
    if (item.next === undefined || item.status !== 'fail') continue
    lines.push(line(view, text('조치', 'Next'), say(view, item.next)))
  }
  for (const due of value.alsoDue ?? []) {
    lines.push(command(view, text('오늘 점검', 'Also due'), `mts checklist ${due}`))
  }
  return [...new Set(lines)].join('\n')
}

/** The item at hand, above its question. */
export function renderItemAtHand(
  value: ChecklistRun,
  id: string,
  prompt: string,
  view: View,
): string {
  const found = numberedItems(value).find(({ item }) => item.id === id)
  if (found === undefined) return prompt
  const { item, number } = found
  const label = say(view, text('확인', 'Check'))
  const head = `${number} ${say(view, item.title)}`
  const width = widthOf(view)
  const body = [
    labelled(label, head, LABEL_CELLS, width),
    ...wrapCells(prompt, width - LABEL_CELLS).map((part) => ' '.repeat(LABEL_CELLS) + part),
  ]
  if (item.note !== undefined) body.push(line(view, text('메모', 'Note'), item.note))
  const [first = '', ...rest] = body
  return [first.replace(label, view.paint.warning(label)), ...rest].join('\n')
}

function isDone({ status, notReached }: ChecklistItem): boolean {
  return status !== 'unanswered' && notReached !== true
}

function widthOf(view: View): number {
  return Math.min(80, view.width)
}

function numberedItems(value: ChecklistRun): readonly Numbered[] {
  return value.items.map((item, index) => ({ item, number: index + 1 }))
}

function itemLines(
  items: readonly Numbered[],
  value: ChecklistRun,
  view: View,
  all: boolean,
): string[] {
  const lines: string[] = []
  for (const status of LOUD) {
    for (const each of items) {
      if (each.item.status !== status || (each.item.notApplicable === true && !all)) continue
      lines.push(itemLine(each, value, view, all))
    }
  }
  const quiet = items.filter(({ item }) => item.status === 'pass')
  // One that has just come back to fine is news as well.
  const recovered = quiet.filter(({ item }) => all || item.changed === true)
  for (const each of recovered) lines.push(itemLine(each, value, view, all))
  const same = quiet.filter((each) => !recovered.includes(each))
  if (same.length > 0) {
    const label =
      value.changed === undefined ? text('통과', 'passed') : text('변동 없음', 'as before')
    lines.push(foldedLine(say(view, label), quietParts(same, value, view), view))
  }
  return lines
}

function headline(value: ChecklistRun, view: View): string {
  const date = view.lang === 'ko' ? koreanDate(value.date) : value.date
  return wrapCells(
    `${view.paint.bold(say(view, value.title))}  ${date} · ${say(view, newsOf(value))}`,
    widthOf(view),
  ).join('\n')
}

function newsOf({ changed }: ChecklistRun): Text {
  if (changed === undefined) {
    return text('비교할 이전 점검 없음', 'nothing signed to compare with')
  }
  const { since, items } = changed
  const day = shortDate(since)
  return items === 0
    ? text(`지난 점검(${day})과 같음`, `as on ${since}`)
    : text(`지난 점검(${day})과 달라진 것 ${items}`, `${items} changed since ${since}`)
}

function itemLine(
  { item, number }: Numbered,
  value: ChecklistRun,
  view: View,
  all = false,
): string {
  const { words, tone } = ITEM_STATES[item.status]
  const label = say(view, words)
  const lead = view.paint[tone](label) + ' '.repeat(Math.max(1, LABEL_CELLS - cellsOf(label)))
  const head = `${number} ${say(view, item.title)}`
  const next = item.next === undefined ? [] : [`→ ${say(view, item.next)}`]
  const room = widthOf(view) - LABEL_CELLS
  const body = seen(item, value, view, all)
  const joined = [body.join(' · '), ...next].filter((part) => part !== '').join('  ')
  const titled = padCells(head, 18)
  if (cellsOf(titled) + cellsOf(joined) + 1 <= room) return `${lead}${titled} ${joined}`.trimEnd()
  const indent = ' '.repeat(LABEL_CELLS)
  // What to do is found where the eye looks for it: on a line of its own.
  const below = [...wrapParts(body, room - 2), ...next.flatMap((part) => wrapCells(part, room - 2))]
  return [...wrapCells(head, room), ...below.map((part) => `  ${part}`)]
    .map((part, index) => (index === 0 ? lead : indent) + part)
    .join('\n')
}

function seen(item: ChecklistItem, value: ChecklistRun, view: View, all: boolean): string[] {
  const concealed = concealedWords(item, value, view)
  if (concealed !== undefined) return [concealed]
  const parts: string[] = []
  if (item.observed !== undefined) parts.push(say(view, item.observed))
  if (item.reason !== undefined) {
    const reason = say(view, item.reason)
    if (!parts.includes(reason)) parts.push(reason)
  }
  if (item.before !== undefined && item.changed === true) {
    const before = say(view, ITEM_STATES[item.before].words)
    parts.push(say(view, text(`지난 점검: ${before}`, `was: ${before}`)))
  }
  parts.push(...changeWords(item, view))
  if (item.note !== undefined) parts.push(`${say(view, text('메모:', 'note:'))} ${item.note}`)
  for (const { run, playbook } of item.opened ?? []) {
    parts.push(say(view, text(`${playbook} 시작(${run})`, `${playbook} opened (${run})`)))
  }
  const caught = caughtWords(item, all)
  if (caught !== undefined) parts.push(say(view, caught))
  return parts
}

/** How often it has caught something: the reason for looking at it at all. */
function caughtWords({ caughtCount, status }: ChecklistItem, all: boolean): Text | undefined {
  if (caughtCount === undefined) return undefined
  const standsOut = status === 'fail' || status === 'warning'
  if (!all && !(standsOut && caughtCount > 1)) return undefined
  return text(`90일 중 ${caughtCount}번 걸림`, `caught ${caughtCount} in 90 days`)
}

/** Typing what was just shown is a tick: until it is answered, its figures stay hidden. */
function concealedWords(item: ChecklistItem, value: ChecklistRun, view: View): string | undefined {
  if (item.concealedUntil === undefined || item.status !== 'pass') return undefined
  const number = value.items.findIndex(({ id }) => id === item.concealedUntil) + 1
  return say(view, text(`금액은 ${number}번 답한 뒤 표시`, `figures after item ${number}`))
}

function quietParts(items: readonly Numbered[], value: ChecklistRun, view: View): string[] {
  const told = new Set([''])
  return items.map(({ item, number }) => {
    const figures = concealedWords(item, value, view) ?? quietFigures(item, view)
    // Two items that rest on one record tell its figures once.
    const inside = told.has(figures) ? '' : `(${figures})`
    told.add(figures)
    return `${number} ${say(view, item.short ?? item.title)}${inside}`
  })
}

function foldedLine(label: string, parts: readonly string[], view: View): string {
  return wrapParts(parts, widthOf(view) - LABEL_CELLS)
    .map((words, index) => padCells(index === 0 ? label : '', LABEL_CELLS) + words)
    .join('\n')
}

/** Broken between parts where that is possible: a figure stays beside its name. */
function wrapParts(parts: readonly string[], cells: number): string[] {
  const lines: string[] = []
  for (const part of parts) {
    if (part === '') continue
    const last = lines.at(-1)
    if (last !== undefined && cellsOf(`${last} · ${part}`) <= cells) {
      lines[lines.length - 1] = `${last} · ${part}`
    } else lines.push(...wrapCells(part, cells))
  }
  return lines
}

function signatureWords({ signed }: ChecklistRun, view: View): string {
  if (signed === undefined) return say(view, text('서명 전', 'not signed'))
  const at = signed.at.slice(11, 16)
  const seal = signed.hash.slice(0, 8)
  return say(view, text(`서명 ${signed.by} ${at} · ${seal}`, `signed ${signed.by} ${at} · ${seal}`))
}

const COUNTED: readonly ItemStatus[] = [
  'fail',
  'warning',
  'pass',
  'unanswered',
  'unknown',
  'skipped',
]

function countWords(value: ChecklistRun, view: View): string {
  const items = value.items.filter((item) => item.notApplicable !== true)
  return COUNTED.map((status) => ({
    status,
    count: items.filter((item) => item.status === status).length,
  }))
    .filter(({ count }) => count > 0)
    .map(({ status, count }) => `${say(view, ITEM_STATES[status].words)} ${count}`)
    .join(' · ')
}
