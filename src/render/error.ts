/** An error as people read it: what failed, and what to do next, each line within the screen. */
import type { Text } from '../core/text.ts'
import { cellsOf, labelled, padCells, wrapCells } from './columns.ts'
import { say } from './view.ts'
import type { View } from './view.ts'

export interface ErrorValue {
  readonly kind: 'Error'
  readonly code: string
  readonly message: Text
  /** Commands (they start with `mts `) or words. */
  readonly next: readonly (string | Text)[]
}

const LABELS: { readonly error: Text; readonly next: Text } = {
  error: { ko: '오류', en: 'Error' },
  next: { ko: '조치', en: 'Next' },
}

const LABEL_CELLS = 7

export function renderError(error: ErrorValue, view: View): string {
  const width = Math.min(80, view.width)
  const label = padCells(say(view, LABELS.error), LABEL_CELLS)
  const message = labelled('', say(view, error.message), LABEL_CELLS, width)
  const lines = [
    view.paint.critical(label.trimEnd()) +
      ' '.repeat(label.length - label.trimEnd().length) +
      message.slice(LABEL_CELLS),
  ]
  const steps = error.next.map((step) => (typeof step === 'string' ? step : say(view, step)))
  if (steps.length > 0) lines.push(renderNext(say(view, LABELS.next), steps, width))
  return lines.join('\n')
}

/** On one line where it fits, else one line each. */
function renderNext(label: string, steps: readonly string[], width: number): string {
  const room = width - LABEL_CELLS
  const joined = steps.join(' · ')
  const lines =
    cellsOf(joined) <= room
      ? [joined]
      : steps.flatMap((step) =>
          step.startsWith('mts ') ? commandLines(step, room) : wrapCells(step, room),
        )
  return lines
    .map((line, index) => padCells(index === 0 ? label : '', LABEL_CELLS) + line)
    .join('\n')
}

/** A command that is too long for a line is continued with a backslash, so that it can still be pasted. */
export function commandLines(command: string, width: number): string[] {
  if (cellsOf(command) <= width) return [command]
  const lines: string[] = []
  let line = ''
  for (const word of command.split(' ')) {
    const candidate = line === '' ? word : `${line} ${word}`
    if (line !== '' && cellsOf(candidate) > width - 2) {
      lines.push(`${line} \\`)
      line = `  ${word}`
    } else {
      line = candidate
    }
  }
  lines.push(line)
  return lines
}

/** One line of a Nagios plugin. `|` would begin performance data. */
export function renderErrorNagios(error: ErrorValue, view: View): string {
  const words = say(view, error.message).replaceAll('|', '/').replaceAll('\n', ' ')
  return `MTS UNKNOWN - ${words}`
}
