/**
 * Which package is the service's own, as the log itself shows it: its frames stand in the traces,
 * and its loggers, abbreviated to initials, write the lines.
 */
import { isFrameworkClass } from './frameworks.ts'
import { rootOf } from './trace.ts'

/** A logger that fits says more than a frame: libraries write less than the service does. */
const LOGGER_VOTES = 3

/** Undefined where neither traces nor loggers name a package that is no framework's. */
export function ownPackageOf(
  traces: readonly (readonly string[])[],
  loggers: ReadonlySet<string>,
): string | undefined {
  const votes = new Map<string, number>()
  const vote = (root: string, count: number): void => {
    votes.set(root, (votes.get(root) ?? 0) + count)
  }
  for (const frames of traces) {
    for (const frame of frames) {
      const root = rootOf(frame)
      if (root !== undefined) vote(root, 1)
    }
  }
  for (const logger of loggers) {
    const root = fullRootOf(logger)
    if (root !== undefined) vote(root, 1)
  }
  for (const root of votes.keys()) {
    for (const logger of loggers) if (abbreviates(logger, root)) vote(root, LOGGER_VOTES)
  }
  let own: string | undefined
  let most = 0
  for (const [root, count] of votes) {
    if (count > most || (count === most && own !== undefined && root < own)) {
      own = root
      most = count
    }
  }
  return own
}

/** Of a logger that is written out. */
function fullRootOf(logger: string): string | undefined {
  const packages = logger.split('.').slice(0, -1)
  const whole = packages.length >= 3 && packages.every((part) => /^[a-z]\w+$/.test(part))
  return whole && !isFrameworkClass(logger) ? packages.slice(0, 3).join('.') : undefined
}

/** `c.o.t.controller.SalesController` and `.okpos.todaysales.X` fit `com.okpos.todaysales`. */
function abbreviates(logger: string, root: string): boolean {
  const wanted = root.split('.')
  const parts = logger.split('.')
  // The first part may be cut to the width of the column.
  const from = parts[0] === '' ? 1 : 0
  const offset = parts[0] === '' ? wanted.length - 1 : 0
  if (parts.length - from < wanted.length - offset + 1) return false
  if (offset > 0) return wanted.slice(1).some((part) => parts[1] === part)
  return wanted.every((part, index) => {
    const written = parts[from + index]
    return written === part || (written?.length === 1 && part.startsWith(written))
  })
}
