/** A journal whose process dies at one of its writes, before or after the write reached the disk, and lets nothing more through. */
import type { Journal, RunWriter } from '../../src/core/journal.ts'

export class Killed extends Error {}

export interface Death {
  /** Writes that still get through. */
  readonly writes: number
  /** The write that kills is lost; otherwise it is the last thing on the disk. */
  readonly lostBefore: boolean
}

export interface Mortal {
  readonly isDead: () => boolean
  /** What was written so far, the write that killed included. */
  readonly written: () => readonly string[]
  wrap(journal: Journal): Journal
}

export function createMortal({ writes, lostBefore }: Death): Mortal {
  const kinds: string[] = []
  let isDead = false
  const dying = <T>(kind: string, write: () => T): T => {
    if (isDead) throw new Killed()
    if (kinds.push(kind) <= writes) return write()
    isDead = true
    if (!lostBefore) write()
    throw new Killed()
  }
  const wrapWriter = (writer: RunWriter): RunWriter => ({
    run: writer.run,
    epoch: writer.epoch,
    append: (event, options) => dying(event.kind, () => writer.append(event, options)),
    askApproval: (approval, data) =>
      dying('approvalRequested', () => writer.askApproval(approval, data)),
    intend: (intent) => dying('actionIntended', () => writer.intend(intent)),
    finishAction: (finish) => dying('actionFinished', () => writer.finishAction(finish)),
    // The dead give nothing back; the journal is closed instead, as the system would.
    release: () => (isDead ? undefined : writer.release()),
  })
  return {
    isDead: () => isDead,
    written: () => kinds,
    wrap: (journal) => ({
      ...journal,
      startRun: (options) => dying('runStarted', () => wrapWriter(journal.startRun(options))),
      openRun: (run) => {
        if (isDead) throw new Killed()
        return wrapWriter(journal.openRun(run))
      },
    }),
  }
}
