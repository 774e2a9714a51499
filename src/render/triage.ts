/** The ranked playbooks: one line each with what speaks for it, the best first. */
import { text, type Text } from '../core/text.ts'
import { stripControls } from '../core/sanitize.ts'
import type { Hypothesis, Triage } from '../triage/triage.ts'
import { cellsOf, padCells, wrapCells } from './columns.ts'
import { say, type View } from './view.ts'

const LIKELY_FROM = 0.7
const POSSIBLE_FROM = 0.4

/** How many pieces of evidence a line shows; the rest is in the JSON. */
const SHOWN_PIECES = 3

export function renderTriage(value: Triage, view: View): string {
  const width = Math.min(80, view.width)
  const rows = value.hypotheses.map((hypothesis, index) => ({
    head: [
      String(index + 1),
      stripControls(hypothesis.playbook),
      hypothesis.priority,
      say(view, likelihood(hypothesis)),
    ],
    words: wordsOf(hypothesis, view),
  }))
  const cells = [0, 1, 2, 3].map((column) =>
    Math.max(0, ...rows.map(({ head }) => cellsOf(head[column] ?? ''))),
  )
  const lines = rows.flatMap(({ head, words }) => {
    const start = `${head.map((part, column) => padCells(part, cells[column] ?? 0)).join('  ')}  `
    const indent = cellsOf(start)
    const [first = '', ...rest] = wrapItems(words, Math.max(24, width - indent))
    return [start + first, ...rest.map((line) => ' '.repeat(indent) + line)]
  })
  if (rows.length === 0) lines.push(nothing(value, view))
  lines.push(...unseenLines(value, view, width))
  return lines.join('\n')
}

function nothing({ unseen }: Triage, view: View): string {
  return say(
    view,
    unseen.length === 0
      ? text('이상 없음: 해당하는 플레이북이 없습니다', 'nothing wrong: no playbook is called for')
      : text(
          '확인된 이상 없음(확인하지 못한 항목은 제외)',
          'nothing wrong is known of (what was not seen aside)',
        ),
  )
}

function likelihood({ confidence, explainedBy, contradicted }: Hypothesis): Text {
  if (explainedBy !== undefined) return text('증상', 'symptom')
  if (contradicted === true) return text('낮음', 'low')
  if (confidence >= LIKELY_FROM) return text('유력', 'likely')
  return confidence >= POSSIBLE_FROM ? text('가능', 'possible') : text('낮음', 'low')
}

function wordsOf(hypothesis: Hypothesis, view: View): readonly string[] {
  const { evidence, explainedBy, contradicted } = hypothesis
  const own = evidence.filter(({ id }) => explainedBy?.includes(id) !== true)
  const words = own.slice(0, SHOWN_PIECES).map(({ message }) => stripControls(say(view, message)))
  if (explainedBy !== undefined) {
    const names = explainedBy.join(', ')
    words.push(say(view, text(`원인 ${names}: 그것부터`, `caused by ${names}: that first`)))
  }
  if (contradicted === true) {
    words.push(say(view, text('지금 보면 모두 정상', 'a fresh look finds all well')))
  }
  return words
}

function wrapItems(items: readonly string[], width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const item of items) {
    const longer = line === '' ? item : `${line} · ${item}`
    if (cellsOf(longer) <= width) {
      line = longer
      continue
    }
    if (line !== '') lines.push(line)
    const parts = wrapCells(item, width)
    lines.push(...parts.slice(0, -1))
    line = parts.at(-1) ?? ''
  }
  if (line !== '') lines.push(line)
  return lines
}

/** Those with one reason share a line. */
function unseenLines({ unseen }: Triage, view: View, width: number): string[] {
  const byReason = new Map<string, string[]>()
  for (const { id, message } of unseen) {
    const words = stripControls(say(view, message))
    byReason.set(words, [...(byReason.get(words) ?? []), id])
  }
  const label = say(view, text('확인 불가', 'not seen'))
  const indent = cellsOf(label) + 2
  return [...byReason].flatMap(([words, ids]) =>
    wrapCells(`${ids.join(', ')}: ${words}`, width - indent).map(
      (line, index) => (index === 0 ? `${view.paint.unknown(label)}  ` : ' '.repeat(indent)) + line,
    ),
  )
}
