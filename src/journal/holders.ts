/** Rights that a process holds - to write a run, to work on a date - and when they may be taken over. */
import { MtsError } from '../core/errors.ts'
import { defect } from './journal-errors.ts'
import type { ProcessHolder } from './process-identity.ts'

export function holderJson(holder: ProcessHolder): string {
  return JSON.stringify(holder)
}

/** What `holderJson` wrote. */
export function parseHolder(json: string): ProcessHolder {
  const value: unknown = JSON.parse(json)
  if (typeof value !== 'object' || value === null) throw defect('a holder is no object')
  const { pid, startTime, bootId, host, pidNamespace } = value as Record<string, unknown>
  if (
    typeof pid !== 'number' ||
    typeof startTime !== 'string' ||
    typeof bootId !== 'string' ||
    typeof host !== 'string'
  ) {
    throw defect('a holder is incomplete')
  }
  const holder = { pid, startTime, bootId, host }
  return typeof pidNamespace === 'string' ? { ...holder, pidNamespace } : holder
}

/**
 * Gives a right back. Where that cannot be written (a full disk, a busy journal) it ends with this
 * process all the same: whoever comes next finds the holder dead. So nothing is thrown for it, and
 * the error that led here, if there was one, is not hidden.
 */
export function giveBack(write: () => void): void {
  try {
    write()
  } catch (error) {
    const harmless =
      error instanceof MtsError && (error.code === 'JOURNAL_UNWRITABLE' || error.code === 'BUSY')
    if (!harmless) throw error
  }
}
