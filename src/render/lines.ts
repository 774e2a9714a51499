/** Lines of a screen: a label column, wrapped text, commands that can be pasted, money and counts. */
import { groupedWon, type Won } from '../core/money.ts'
import { text, type Text } from '../core/text.ts'
import { cellsOf, labelled, padCells } from './columns.ts'
import { commandLines } from './error.ts'
import { say, type View } from './view.ts'

export const LABEL_CELLS = 10

/** A labelled line of at most 80 cells; commands are never broken inside a word. */
export function line(view: View, label: Text, value: string): string {
  return labelled(say(view, label), value, LABEL_CELLS, Math.min(80, view.width))
}

export function command(view: View, label: Text, words: string): string {
  const lines = commandLines(words, Math.min(80, view.width) - LABEL_CELLS)
  return lines
    .map((part, index) => padCells(index === 0 ? say(view, label) : '', LABEL_CELLS) + part)
    .join('\n')
}

export function won(view: View, value: Won): string {
  return say(view, text(`${groupedWon(value)}원`, `${groupedWon(value)} won`))
}

export function countAndAmount(view: View, count: number, amount: Won): string {
  return say(view, text(`${count}건 `, `${count} sales, `)) + won(view, amount)
}

export function paintLabel(
  view: View,
  label: Text,
  value: string,
  tone: 'critical' | 'warning' | 'ok' | 'unknown',
): string {
  const plain = say(view, label)
  const body = labelled(
    plain,
    value,
    Math.max(LABEL_CELLS, cellsOf(plain) + 1),
    Math.min(80, view.width),
  )
  return body.replace(plain, view.paint[tone](plain))
}

/** Two ends of a line, the right one flush; on two lines where they do not fit. */
export function spread(left: string, right: string, width: number): string {
  const gap = width - cellsOf(left) - cellsOf(right)
  return gap >= 2 ? `${left}${' '.repeat(gap)}${right}` : `${left}\n${right}`
}
