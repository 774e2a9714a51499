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
  const { input: prompt } = await import('@inquirer/prompts')
  output.write(shown)
  try {
    const typed = await prompt(
      { message: `${question.prompt.ko}:`, theme: { prefix: '' } },
      { input, output, ...(signal === undefined ? {} : { signal }) },
    )
    return approvalOf(typed, question.expected)
  } catch (error) {
    // Ctrl-C, a closed terminal, and the signal: nobody said yes.
    const name = error instanceof Error ? error.name : ''
    if (name !== 'ExitPromptError' && name !== 'AbortPromptError') throw error
    const { interruptedError } = await import('./interruption.ts')
    throw interruptedError()
  }
}

/** Only the very id is a yes: not `y`, not Enter, not a part of it. */
export function approvalOf(typed: string, expected: string): Approval {
  return expected !== '' && typed.trim() === expected ? 'yes' : 'no'
}
