/** What engines say while they work, on standard error; and the person who answers, where there is one. */
import type { ApprovalQuestion, Dialog, Notice } from '../core/dialog.ts'
import type { Lang } from '../core/text.ts'
import { shortenedCells, wrapCells } from '../render/columns.ts'
import { screenText } from '../render/output.ts'
import type { OutputPort, TerminalPort } from './ports.ts'

export interface DialogOptions {
  readonly stderr: OutputPort
  readonly lang: () => Lang
  readonly quiet: boolean
  readonly terminal?: TerminalPort
  /** Takes a question off the screen when the program is asked to stop. */
  readonly signal: AbortSignal
  /** The evidence a person must see before answering, as text for the screen. */
  readonly renderEvidence: (question: ApprovalQuestion) => Promise<string>
}

export interface ClearingDialog extends Dialog {
  /** Takes a progress line off the screen, before anything else is drawn there. */
  clear(): void
}

export function createDialog(options: DialogOptions): ClearingDialog {
  const { stderr, terminal } = options
  let progressShown = false

  const clear = (): void => {
    if (!progressShown) return
    progressShown = false
    stderr.write('\r\u001b[2K')
  }

  const notify = (notice: Notice): void => {
    const weight = notice.weight ?? 'normal'
    if (options.quiet && weight !== 'important') return
    const words = screenText(notice.text[options.lang()], false).trimEnd()
    clear()
    if (weight === 'progress' && stderr.isTTY) {
      // A line that would wrap could not be overwritten.
      stderr.write(shortenedCells(words.replaceAll('\n', ' '), Math.min(80, stderr.columns) - 1))
      progressShown = true
      return
    }
    const lines = words.split('\n').flatMap((line) => wrapCells(line, 80))
    stderr.write(`${lines.join('\n')}\n`)
  }

  if (terminal === undefined) return { notify, clear }
  return {
    notify,
    clear,
    approve: async (question) => {
      clear()
      const words = question.prompt[options.lang()]
      return terminal.approve(
        { ...question, prompt: { ko: words, en: words } },
        await options.renderEvidence(question),
        options.signal,
      )
    },
  }
}
