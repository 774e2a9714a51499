/**
 * One line typed at a terminal. What is not understood is asked again with a hint: nothing typed is
 * ever taken for a default. A closed input (Ctrl-D, a lost terminal) answers `closed`, so that the
 * program never ends silently in the middle of a question.
 */
import type { EventEmitter } from 'node:events'
import { createPrompt, isEnterKey, useEffect, useKeypress, useState } from '@inquirer/core'

export type Understood<T> =
  | { readonly kind: 'value'; readonly value: T }
  /** Not understood: why, or what would be. */
  | { readonly kind: 'again'; readonly hint: string }

export type Line<T> =
  | { readonly kind: 'value'; readonly value: T }
  /** Ctrl-C, or the program was asked to stop. */
  | { readonly kind: 'interrupt' }
  | { readonly kind: 'closed' }

export interface LineQuestion<T> {
  /** What stands before the cursor. */
  readonly message: string
  /** What can be typed, below the line as long as it is asked. */
  readonly keys: string
  parse(typed: string): Understood<T>
}

export interface LinePorts {
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
  readonly signal: AbortSignal
  /** How a hint about something not understood looks. */
  paintHint(words: string): string
  paintKeys(words: string): string
}

export async function askLine<T>(question: LineQuestion<T>, ports: LinePorts): Promise<Line<T>> {
  const prompt = createPrompt<Line<T>, LineQuestion<T>>((config, done) => {
    const [typed, setTyped] = useState('')
    const [hint, setHint] = useState('')
    const [isDone, setDone] = useState(false)
    useEffect((readline) => {
      const closed = (): void => done({ kind: 'closed' })
      // It is Node's own interface, whose events the library's type leaves out.
      const events = readline as unknown as EventEmitter
      events.once('close', closed)
      return () => {
        events.removeListener('close', closed)
      }
    }, [])
    useKeypress((key, readline) => {
      if (isDone) return
      if (!isEnterKey(key)) {
        setTyped(readline.line)
        setHint('')
        return
      }
      const understood = config.parse(typed)
      if (understood.kind === 'value') {
        setDone(true)
        done({ kind: 'value', value: understood.value })
        return
      }
      setHint(understood.hint)
      setTyped('')
    })
    const line = `${config.message} ${typed}`
    if (isDone) return line
    const below = hint === '' ? [] : [ports.paintHint(hint)]
    return [line, [...below, ports.paintKeys(config.keys)].join('\n')]
  })
  try {
    return await prompt(question, {
      input: ports.input,
      output: ports.output,
      signal: ports.signal,
    })
  } catch (error) {
    const name = error instanceof Error ? error.name : ''
    // Ctrl-C, and the signal of the program: both mean stop.
    if (name === 'ExitPromptError' || name === 'AbortPromptError') return { kind: 'interrupt' }
    throw error
  }
}
