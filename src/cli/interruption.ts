/** Ctrl-C and SIGTERM: the first asks the command to stop, the next ends the program whatever it does. */
import { MtsError } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import type { Ports } from './ports.ts'

export interface Interruption {
  readonly signal: AbortSignal
  onInterrupt(listener: (count: number) => void): () => void
  /** Resolves when the program has to end now: nobody is listening any more, or it was asked three times. */
  readonly forced: Promise<void>
  stop(): void
}

export function createInterruption(ports: Ports): Interruption {
  const controller = new AbortController()
  const listeners = new Set<(count: number) => void>()
  let count = 0
  let force: () => void = () => undefined
  const forced = new Promise<void>((resolve) => {
    force = resolve
  })
  const stop = ports.onInterrupt(() => {
    count++
    if (count === 1) controller.abort(interruptedError())
    const heard = listeners.size > 0
    for (const listener of listeners) listener(count)
    if (count >= 3 || (count === 2 && !heard)) force()
  })
  return {
    signal: controller.signal,
    onInterrupt: (listener) => {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    forced,
    stop,
  }
}

export function interruptedError(): MtsError {
  return new MtsError({
    code: 'INTERRUPTED',
    exitCode: EXIT.interrupted,
    message: { ko: '중단했습니다', en: 'interrupted' },
  })
}
