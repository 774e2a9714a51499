/**
 * A stack trace as names: the chain of exceptions and the first frames that are no framework's.
 * Reads the same lines as `followTrace` hashes, so that traces of one hash are one trace.
 */
import { isFrameworkClass, type FrameworkBytes } from './frameworks.ts'
import { causeStart, classEnd, followTrace, OWN_FRAMES, type TraceProgress } from './trace-lines.ts'

export interface Trace {
  /** Full class names, the outermost first; empty where no exception was printed. */
  readonly exceptions: readonly string[]
  /** `com.x.service.SalesService.createSale`, first of the trace first. */
  readonly frames: readonly string[]
  /** What the outermost exception says; raw. */
  readonly message: string
}

export const NO_TRACE: Trace = { exceptions: [], frames: [], message: '' }

const MAX_NAME = 200
/** Bytes of an exception's message that are read. */
export const MAX_TRACE_MESSAGE = 2048
const NEWLINE = 0x0a

/** `from` is the first line behind the event's own. */
export function readTrace(
  bytes: Buffer,
  from: number,
  end: number,
  frameworks: FrameworkBytes,
): Trace {
  const progress: TraceProgress = { hash: { a: 0, b: 0 }, exceptions: 0, ownFrames: 0, frames: 0 }
  const exceptions: string[] = []
  const frames: string[] = []
  let message = ''
  for (let at = from; at < end;) {
    const newline = bytes.indexOf(NEWLINE, at)
    const stop = newline < 0 || newline > end ? end : newline
    const lineEnd = stop > at && bytes[stop - 1] === 0x0d ? stop - 1 : stop
    const before = { exceptions: progress.exceptions, ownFrames: progress.ownFrames }
    followTrace(bytes, at, lineEnd, frameworks, progress)
    if (progress.exceptions > before.exceptions) {
      const start = causeStart(bytes, at, lineEnd)
      const nameEnd = classEnd(bytes, start, lineEnd)
      exceptions.push(bytes.toString('latin1', start, Math.min(nameEnd, start + MAX_NAME)))
      if (message === '') {
        message = bytes.toString(
          'utf8',
          nameEnd + 1,
          Math.min(lineEnd, nameEnd + 1 + MAX_TRACE_MESSAGE),
        )
      }
    } else if (progress.ownFrames > before.ownFrames) {
      const frame = /at ([^(]*)\(/.exec(bytes.toString('latin1', at, Math.min(lineEnd, at + 600)))
      frames.push((frame?.[1] ?? '').slice(0, MAX_NAME))
    }
    at = stop + 1
  }
  return { exceptions, frames: firstOfEachRoot(frames), message: message.trim() }
}

/** `com.okpos.todaysales.service.X.m` is of `com.okpos.todaysales`. Undefined where no package is named. */
export function rootOf(frame: string): string | undefined {
  const name = frame.slice(frame.lastIndexOf('/') + 1)
  const parts = name.split('.')
  // The last two are class and method.
  const packages = parts.slice(0, -2).filter((part) => /^[a-z]/.test(part))
  return packages.length === 0 ? undefined : packages.slice(0, 3).join('.')
}

function firstOfEachRoot(frames: readonly string[]): readonly string[] {
  const found = new Map<string, string>()
  for (const frame of frames.slice(0, OWN_FRAMES)) {
    const root = rootOf(frame)
    if (root === undefined || isFrameworkClass(frame)) continue
    if (!found.has(root)) found.set(root, frame)
  }
  return [...found.values()]
}

/** `SalesService.createSale`: class and method, without what compilers and proxies put around them. */
export function shortFrame(frame: string): string {
  const parts = frame.split('.')
  const method = (parts.at(-1) ?? '').replace(/^lambda\$([^$]+)\$\d+$/, '$1').replace(/\$\d+$/, '')
  const className = (parts.at(-2) ?? '').replace(/\$\$.*$/, '').replace(/\$(?=\w)/g, '.')
  return `${className}.${method}`
}

/** `org.springframework.amqp.AmqpConnectException` as people say it. */
export function shortClass(name: string): string {
  return (name.split('.').at(-1) ?? name).replace(/\$/g, '.')
}
