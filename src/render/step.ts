/** One step as one line (or a few): its state first, then what was seen. Used by runs and questions alike. */
import { groupedWon, parseWon } from '../core/money.ts'
import { text, type Text } from '../core/text.ts'
import type { Run, RunStep } from '../playbook/run.ts'
import { cellsOf, padCells, wrapCells } from './columns.ts'
import { LABEL_CELLS } from './lines.ts'
import { say, type Paint, type View } from './view.ts'

/** Numbers and titles take this much; what was seen begins after it. */
const TITLE_CELLS = 22

interface StateWords {
  readonly words: Text
  readonly tone?: Exclude<keyof Paint, 'bold'>
}

const STATES: Readonly<Record<string, StateWords>> = {
  pending: { words: text('예정', 'to do'), tone: 'dim' },
  running: { words: text('진행 중', 'running') },
  waiting: { words: text('현재', 'now'), tone: 'warning' },
  succeeded: { words: text('완료', 'done'), tone: 'ok' },
  failed: { words: text('실패', 'failed'), tone: 'critical' },
  skipped: { words: text('건너뜀', 'skipped'), tone: 'dim' },
  inconclusive: { words: text('판정 불가', 'undecided'), tone: 'unknown' },
  unknown: { words: text('확인 불가', 'unknown'), tone: 'unknown' },
}

const WARNING: StateWords = { words: text('경고', 'warning'), tone: 'warning' }

function stateOf(step: RunStep): StateWords {
  if (step.status === 'succeeded' && step.verdict === 'warning') return WARNING
  return STATES[step.status] ?? { words: text(step.status, step.status) }
}

/** The step's line; `body` replaces what was seen (the question, for the step at hand). */
export function renderStepLine(step: RunStep, number: number, view: View, body?: string): string {
  const width = Math.min(80, view.width)
  const state = stateOf(step)
  const label = say(view, state.words)
  const painted = state.tone === undefined ? label : view.paint[state.tone](label)
  const head = `${number} ${say(view, step.title)}`
  const words = body ?? seenWords(step, view)
  const indent = ' '.repeat(LABEL_CELLS)
  const lead = painted + ' '.repeat(Math.max(1, LABEL_CELLS - cellsOf(label)))
  if (words === '') return lead + wrapCells(head, width - LABEL_CELLS).join(`\n${indent}`)
  // A long title keeps its line; what was seen then stands below it.
  if (cellsOf(head) >= TITLE_CELLS) {
    const lines = [
      ...wrapCells(head, width - LABEL_CELLS),
      ...wrapCells(words, width - LABEL_CELLS - 2).map((line) => `  ${line}`),
    ]
    return lead + lines.join(`\n${indent}`)
  }
  const column = LABEL_CELLS + TITLE_CELLS
  const [first = '', ...more] = wrapCells(words, width - column)
  return [
    lead + padCells(head, TITLE_CELLS) + first,
    ...more.map((line) => ' '.repeat(column) + line),
  ].join('\n')
}

/** Steps that were reached, numbered as in the document; those on another way are left out. */
export function reachedSteps(
  run: Run,
): readonly { readonly step: RunStep; readonly number: number }[] {
  return run.steps
    .map((step, index) => ({ step, number: index + 1 }))
    .filter(({ step }) => step.status !== 'pending' && !isPassedOver(step))
}

/** Skipped without ever having begun or been decided: a branch led past it. */
function isPassedOver(step: RunStep): boolean {
  return step.status === 'skipped' && step.endedAt === undefined
}

/** What was seen, why it is not a pass, what was entered. */
function seenWords(step: RunStep, view: View): string {
  const parts: string[] = []
  if (step.observed !== undefined) parts.push(say(view, step.observed))
  if (step.reason !== undefined) {
    const reason = say(view, step.reason)
    if (!parts.includes(reason)) parts.push(reason)
  }
  const codes = (step.codes ?? []).filter((code) => !parts.some((part) => part.includes(code)))
  if (codes.length > 0 && step.status === 'failed') parts.push(codes.join(' '))
  if (step.note !== undefined) {
    parts.push(`${say(view, text('메모:', 'note:'))} ${step.note}`)
  }
  return parts.join(' · ')
}

/** A value entered by a person, money grouped. */
export function answerWords(value: unknown): string {
  if (typeof value === 'string') {
    const won = parseWon(value)
    return won === undefined || won.length < 4 ? value : groupedWon(won)
  }
  return String(value)
}
