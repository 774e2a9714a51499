/** The screens of a checklist at a terminal: all of it once, then only what is new, and its playbooks at a key. */
import { text } from '../core/text.ts'
import type { ChecklistRun } from '../checklist/run.ts'
import type { Question } from '../playbook/dialog.ts'
import type { RunState } from '../playbook/run-state.ts'
import type { View } from '../render/view.ts'
import type { ChecklistFace } from './prompt-face.ts'

export interface ChecklistScreens extends ChecklistFace {
  /** Whether the person has the whole of it on the screen, as it was signed. */
  readonly shown: boolean
  /** The item whose playbook was asked for, once. */
  takeOpened(): string | undefined
}

/** `valueOf`: the checklist as it stands, held against what came before. */
export async function createChecklistScreens(
  valueOf: (state: RunState) => ChecklistRun,
): Promise<ChecklistScreens> {
  const { renderChecklist, renderItemAtHand, renderNewItems } =
    await import('../render/checklist.ts')
  const { line } = await import('../render/lines.ts')
  const { say } = await import('../render/view.ts')
  let seen: ReadonlySet<string> | undefined
  let opened: string | undefined
  let shown = false

  const finished = (value: ChecklistRun): readonly string[] =>
    value.items
      .filter(({ status, notReached }) => status !== 'unanswered' && notReached !== true)
      .map(({ id }) => id)

  const above = (value: ChecklistRun, question: Question, view: View): readonly string[] => {
    const known = seen
    seen = new Set(finished(value))
    // Nobody signs what they have not seen: above the signature stands all of it.
    if (question.kind === 'sign') return [renderChecklist(value, view)]
    if (known === undefined) return [renderChecklist(value, view, { open: true })]
    return renderNewItems(value, new Set(finished(value).filter((id) => !known.has(id))), view)
  }

  return {
    get shown() {
      return shown
    },
    screen(question, view) {
      const { rerun: _notNow, ...value } = valueOf(question.state)
      shown = question.kind === 'sign'
      const lines = [...above(value, question, view)]
      if (question.kind !== 'sign') {
        lines.push(renderItemAtHand(value, question.step, say(view, question.prompt), view))
      }
      for (const { message } of question.reasons) {
        lines.push(line(view, text('이유', 'Why'), say(view, message)))
      }
      return lines.join('\n')
    },
    details(question, view) {
      const { rerun: _notNow, ...value } = valueOf(question.state)
      const why = question.of?.why
      return [
        ...(why === undefined ? [] : [line(view, text('목적', 'Purpose'), say(view, why))]),
        renderChecklist(value, view, { all: true, open: question.kind !== 'sign' }),
        line(view, text('대상', 'Service'), `${value.url} · ${value.run}`),
      ].join('\n')
    },
    openable(question) {
      return valueOf(question.state).items.flatMap((item, index) =>
        item.playbook === undefined ? [] : [{ number: index + 1, item: item.id }],
      )
    },
    open(item) {
      opened = item
    },
    takeOpened() {
      const item = opened
      opened = undefined
      // What was on the screen before the playbook has scrolled away.
      if (item !== undefined) seen = undefined
      return item
    },
  }
}
