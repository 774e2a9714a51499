/** The person at the real terminal. Prompts are drawn on standard error: standard output is for results. */
import type { Approval, ApprovalQuestion } from '../core/dialog.ts'
import type { TerminalPort } from './ports.ts'

/** Only for a process whose standard input and standard error are terminals: there a person sees and types. */
export function createTerminal(
  stdin: () => NodeJS.ReadStream,
  stderr: () => NodeJS.WriteStream,
): TerminalPort {
  return {
    get input() {
      return stdin()
    },
    get output() {
      return stderr()
    },
    approve: (question, shown, signal) => approve(question, shown, signal, stdin(), stderr()),
  }
}

async function approve(
  question: ApprovalQuestion,
  shown: string,
  signal: AbortSignal | undefined,
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
): Promise<Approval> {
  const { askLine } = await import('./prompt-line.ts')
  output.write(shown)
  const same = (words: string): string => words
  const line = await askLine<Approval>(
    {
      message: `${question.prompt.ko}:`,
      keys: '',
      parse: (typed) => ({ kind: 'value', value: approvalOf(typed, question.expected) }),
    },
    {
      input,
      output,
      signal: signal ?? new AbortController().signal,
      paintHint: same,
      paintKeys: same,
    },
  )
  if (line.kind === 'value') return line.value
  // Ctrl-D or a terminal that is gone: nobody said yes. Ctrl-C: stop.
  if (line.kind === 'closed') return 'no'
  const { interruptedError } = await import('./interruption.ts')
  throw interruptedError()
}

/** Only the very id is a yes: not `y`, not Enter, not a part of it. */
export function approvalOf(typed: string, expected: string): Approval {
  return expected !== '' && typed.trim() === expected ? 'yes' : 'no'
}
