/** Work that may hang, under a limit: what has not answered by then is not known. */
import type { CommandContext } from './command.ts'

export type Late = { readonly kind: 'late' }

/** The work's signal is aborted once nobody waits for it any more. Rejects as the work does. */
export async function withinLimit<T>(
  context: CommandContext,
  limitMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | Late> {
  const { clock } = context.ports
  const cut = new AbortController()
  const woken = new AbortController()
  const late = (): Late => ({ kind: 'late' })
  const tooLate = clock
    .sleep(limitMs, AbortSignal.any([context.signal, woken.signal]))
    // Woken early: the answer is there and has won, or Ctrl-C.
    .then(late, late)
  const working = work(AbortSignal.any([context.signal, cut.signal])).catch(
    (error: unknown): Late => {
      if (cut.signal.aborted || context.signal.aborted) return late()
      throw error
    },
  )
  try {
    return await Promise.race([working, tooLate])
  } finally {
    woken.abort()
    cut.abort()
  }
}
