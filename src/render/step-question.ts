/** The screen at a question: where the run stands, what is new since the last one, what is asked and why. */
import { text } from '../core/text.ts'
import type { Document, Step } from '../playbook/document.ts'
import type { Observation, Reason } from '../playbook/operation.ts'
import type { Run } from '../playbook/run.ts'
import { line, paintLabel } from './lines.ts'
import { runHeadline } from './run.ts'
import { answerWords, reachedSteps, renderStepLine } from './step.ts'
import { say, type View } from './view.ts'

export interface QuestionScreen {
  readonly run: Run
  readonly document: Document
  /** The step at hand; absent for a checklist's signature. */
  readonly step?: Step
  readonly prompt: string
  readonly reasons: readonly Reason[]
  /** Steps already on the screen: they are not shown twice. */
  readonly shown: ReadonlySet<string>
  /** What was seen at this step, or last. */
  readonly evidence?: Observation
}

export function renderQuestionScreen(screen: QuestionScreen, view: View): string {
  const { run, document, step } = screen
  const lines = [runHeadline(run, view, view.nowMs - Date.parse(run.startedAt))]
  if (screen.shown.size === 0) {
    lines.push(...impactLines(document, view))
  }
  for (const { step: reached, number } of reachedSteps(run)) {
    if (screen.shown.has(reached.id) || reached.endedAt === undefined) continue
    lines.push(renderStepLine(reached, number, view))
  }
  if (step !== undefined) {
    const index = run.steps.findIndex((candidate) => candidate.id === step.id)
    const own = run.steps[index]
    if (own !== undefined) {
      const at = { ...own, status: 'waiting' }
      lines.push(renderStepLine(at, index + 1, view, screen.prompt))
      // What was seen at this very step: a decision is made on it.
      if (own.observed !== undefined) {
        lines.push(line(view, text('증적', 'Evidence'), say(view, own.observed)))
      }
    }
    if (step.danger !== undefined) {
      lines.push(paintLabel(view, text('주의', 'Careful'), say(view, step.danger), 'warning'))
    }
  }
  for (const reason of screen.reasons) {
    lines.push(line(view, text('이유', 'Why'), say(view, reason.message)))
  }
  return lines.join('\n')
}

/** What the business feels now, and what comes of waiting. */
function impactLines(document: Document, view: View): string[] {
  const { impact, worsens } = document
  return [
    ...(impact === undefined ? [] : [line(view, text('영향', 'Impact'), say(view, impact))]),
    ...(worsens === undefined ? [] : [line(view, text('지연 시', 'If late'), say(view, worsens))]),
  ]
}

/** Everything known, for a person who wants to see it before answering. */
export function renderDetails(screen: QuestionScreen, view: View): string {
  const { run, document, step } = screen
  const lines: string[] = []
  if (step?.why !== undefined) lines.push(line(view, text('목적', 'Purpose'), say(view, step.why)))
  lines.push(...impactLines(document, view))
  for (const { step: reached, number } of reachedSteps(run)) {
    lines.push(renderStepLine(reached, number, view))
    for (const [name, value] of Object.entries(reached.answers ?? {})) {
      lines.push(line(view, text('', ''), `${name}: ${answerWords(value)}`))
    }
  }
  for (const [name, value] of Object.entries(run.inputs)) {
    lines.push(line(view, text('입력', 'Input'), `${name}: ${String(value)}`))
  }
  for (const note of run.notes ?? []) {
    lines.push(
      line(view, text('메모', 'Note'), `${note.at.slice(11, 16)} ${note.by}: ${note.text}`),
    )
  }
  lines.push(...evidenceLines(screen, view))
  lines.push(line(view, text('대상', 'Service'), run.url))
  return lines.join('\n')
}

/** More than this is a document of its own: `mts run status -o json` has all of it. */
const MAX_VALUES = 16

/** Figure by figure, with where they come from. */
function evidenceLines({ evidence }: QuestionScreen, view: View): string[] {
  if (evidence === undefined) return []
  const source = line(view, text('출처', 'Source'), evidence.source)
  if (evidence.kind === 'unknown') return [source]
  const values = scalarsOf('', evidence.value)
  return [
    source,
    ...values
      .slice(0, MAX_VALUES)
      .map((value, index) =>
        line(view, index === 0 ? text('측정값', 'Values') : text('', ''), value),
      ),
    ...(values.length > MAX_VALUES
      ? [line(view, text('', ''), `… +${values.length - MAX_VALUES}`)]
      : []),
  ]
}

function scalarsOf(name: string, value: unknown): readonly string[] {
  if (value === null || typeof value !== 'object') return [`${name}: ${String(value)}`]
  return Object.entries(value).flatMap(([key, item]) => [
    ...scalarsOf(name === '' ? key : `${name}.${key}`, item),
  ])
}
