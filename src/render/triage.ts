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
  lines.push(
    ...unclaimedLines(value, view, width),
    ...earlierLines(value, view, width),
    ...unseenLines(value, view, width),
  )
  return lines.join('\n')
}

/** What others would have reported; without them a look at the service itself is whole. */
const REPORTS: ReadonlySet<string> = new Set(['alerts', 'log'])

function nothing({ unseen }: Triage, view: View): string {
  return say(
    view,
    unseen.every(({ id, notConfigured }) => notConfigured === true && REPORTS.has(id))
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

const SHOWN_UNCLAIMED = 3

function unclaimedLines({ unclaimed }: Triage, view: View, width: number): string[] {
  if (unclaimed.length === 0) return []
  const label = say(view, text('플레이북 없음', 'no playbook'))
  const items = unclaimed.slice(0, SHOWN_UNCLAIMED).map(({ message }) => say(view, message))
  const more = unclaimed.length - SHOWN_UNCLAIMED
  if (more > 0) items.push(say(view, text(`외 ${more}건: mts alerts`, `${more} more: mts alerts`)))
  const shown = items.map((item) => stripControls(item))
  return [...labelled(view.paint.dim(label), cellsOf(label), width, shown)]
}

/** What is over and calls for nothing now: said, because it may be why somebody looks. */
function earlierLines({ earlier }: Triage, view: View, width: number): string[] {
  const label = say(view, text('지난 일', 'earlier'))
  return earlier.flatMap(({ playbook, message }) =>
    labelled(view.paint.dim(label), cellsOf(label), width, [
      stripControls(say(view, message)),
      stripControls(`mts playbook ${playbook}`),
    ]),
  )
}

/** Those with one reason share a line; what nobody set up comes last and by name alone. */
function unseenLines({ unseen }: Triage, view: View, width: number): string[] {
  const byReason = new Map<string, string[]>()
  for (const { id, message, notConfigured } of unseen) {
    if (notConfigured === true) continue
    const words = stripControls(say(view, message))
    byReason.set(words, [...(byReason.get(words) ?? []), id])
  }
  const label = say(view, text('확인 불가', 'not seen'))
  const seen = [...byReason].flatMap(([words, ids]) =>
    labelled(view.paint.unknown(label), cellsOf(label), width, [`${ids.join(', ')}: ${words}`]),
  )
  const missing = unseen.filter(({ notConfigured }) => notConfigured === true)
  if (missing.length === 0) return seen
  const none = say(view, text('설정 없음', 'not set up'))
  const ids = missing.map(({ id }) => id).join(', ')
  return [
    ...seen,
    ...labelled(view.paint.dim(none), cellsOf(none), width, [`${ids} → mts config init`]),
  ]
}

function labelled(
  painted: string,
  cells: number,
  width: number,
  items: readonly string[],
): readonly string[] {
  return wrapItems(items, width - cells - 2).map((line, index) =>
    index === 0 ? `${painted}  ${line}` : ' '.repeat(cells + 2) + line,
  )
}
