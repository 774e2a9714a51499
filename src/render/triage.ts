/** The ranked playbooks: one line each with what speaks for it, the best first. */
import { text, type Text } from '../core/text.ts'
import { stripControls } from '../core/sanitize.ts'
import type { CitedEvidence, Hypothesis, Triage } from '../triage/triage.ts'
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

/** What a health check says of itself does not name it. */
const NAMES: Readonly<Record<string, Text>> = {
  database: text('DB', 'database'),
  redis: text('Redis', 'Redis'),
  rabbitmq: text('RabbitMQ', 'RabbitMQ'),
  latency: text('응답시간', 'answer times'),
  'jvm-memory': text('힙', 'heap'),
  cpu: text('CPU', 'CPU'),
  disk: text('디스크', 'disk'),
  pool: text('커넥션 풀', 'connection pool'),
  'dead-letters': text('DLQ', 'dead letters'),
}

/** Two looks at one settlement: the one that classifies it says it better. */
function isTold({ id }: CitedEvidence, among: readonly CitedEvidence[]): boolean {
  return id === 'settlement' && among.some((other) => other.id === 'settlement-record')
}

function pieceOf({ id, message }: CitedEvidence, view: View): string {
  const name = NAMES[id]
  const words = say(view, message)
  return stripControls(name === undefined ? words : `${say(view, name)} ${words}`)
}

function wordsOf(hypothesis: Hypothesis, view: View): readonly string[] {
  const { evidence, explainedBy, contradicted } = hypothesis
  const own = evidence.filter(
    (piece) => explainedBy?.includes(piece.id) !== true && !isTold(piece, evidence),
  )
  const words = own.slice(0, SHOWN_PIECES).flatMap((piece) => pieceOf(piece, view).split(' · '))
  if (explainedBy !== undefined) {
    const names = explainedBy.map((id) => say(view, NAMES[id] ?? text(id, id))).join(', ')
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
