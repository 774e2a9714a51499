/** Typed errors: what failed, why, and what to do next. Anything untyped is a defect and says so. */
import type { ExitCode } from './exit-code.ts'
import type { Text } from './text.ts'

export class MtsError extends Error {
  /** Stable, for programs: `USAGE`, `UNREACHABLE`, `BUSY`, ... */
  readonly code: string
  readonly exitCode: ExitCode
  readonly text: Text
  /** Commands or actions that help next, most useful first. Commands start with `mts `. */
  readonly next: readonly (string | Text)[]

  constructor(options: {
    code: string
    exitCode: ExitCode
    message: Text
    next?: readonly (string | Text)[]
    cause?: unknown
  }) {
    super(options.message.en, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'MtsError'
    this.code = options.code
    this.exitCode = options.exitCode
    this.text = options.message
    this.next = options.next ?? []
  }
}

/** The message of anything thrown; `String(error)` of an Error repeats its class name. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The system error code (`ECONNREFUSED`, `ENOSPC`), looked for through the chain of causes. */
export function systemCodeOf(error: unknown): string | undefined {
  let current: unknown = error
  for (let depth = 0; depth < 8 && typeof current === 'object' && current !== null; depth++) {
    const candidate = current as { code?: unknown; cause?: unknown; errors?: unknown }
    if (typeof candidate.code === 'string') return candidate.code
    if (Array.isArray(candidate.errors)) {
      const inner = systemCodeOf(candidate.errors[0])
      if (inner !== undefined) return inner
    }
    current = candidate.cause
  }
  return undefined
}
