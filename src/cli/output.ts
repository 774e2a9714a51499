/** Standard output and standard error, each opened only as far as it is needed: a stream costs milliseconds. */
import { fstatSync, writeSync } from 'node:fs'
import { isatty } from 'node:tty'
import type { OutputPort } from './ports.ts'

/** Whether a person reads there. Loads what terminals need only where there may be one. */
export function isTerminal(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice() && isatty(descriptor)
  } catch {
    // Closed before we began: nobody reads.
    return false
  }
}

/**
 * A file or pipe is written to at once, as a stream would; a terminal, and a pipe that is full and may
 * not be waited for, through the stream. `onError` hears of a reader that has gone (EPIPE), once.
 */
export function createOutput(
  descriptor: number,
  open: () => NodeJS.WriteStream,
  onError: (error: NodeJS.ErrnoException) => void,
): OutputPort {
  let opened: NodeJS.WriteStream | undefined
  let gone = false
  let terminal: boolean | undefined
  const isTTY = (): boolean => (terminal ??= isTerminal(descriptor))
  const stream = (): NodeJS.WriteStream => {
    opened ??= open().on('error', onError)
    return opened
  }

  /** What is left to write; undefined when the reader has gone. */
  function writeNow(bytes: Buffer): Buffer | undefined {
    let rest = bytes
    while (rest.length > 0) {
      try {
        rest = rest.subarray(writeSync(descriptor, rest))
      } catch (error) {
        const failure = error as NodeJS.ErrnoException
        if (failure.code === 'EINTR') continue
        if (failure.code !== 'EPIPE') return rest
        gone = true
        queueMicrotask(() => onError(failure))
        return undefined
      }
    }
    return rest
  }

  return {
    write(text) {
      if (gone) return
      if (opened !== undefined || isTTY()) {
        stream().write(text)
        return
      }
      const rest = writeNow(Buffer.from(text, 'utf8'))
      if (rest !== undefined && rest.length > 0) stream().write(rest)
    },
    get isTTY() {
      return isTTY()
    },
    get columns() {
      return isTTY() ? stream().columns : 80
    },
    get rows() {
      return isTTY() ? stream().rows : undefined
    },
  }
}
