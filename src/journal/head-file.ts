/**
 * How far the journal had come, in a small file beside it. The chain in the database cannot see
 * that its end is gone; this can. It is no part of what is durable: a head that stays behind is allowed,
 * so it moves on in place, without a sync for each event.
 */
import {
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { pid } from 'node:process'
import { systemCodeOf } from '../core/errors.ts'

export interface Head {
  /** Number of events, which is the last one's seq. */
  readonly events: number
  readonly hash: string
}

export type RecordedHead =
  | ({ readonly kind: 'recorded' } & Head)
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable' }

export interface HeadFile {
  read(): RecordedHead
  /** Replaces the file as a whole, synced; throws what the file system says. */
  write(head: Head): void
  /** Writes over the record in place, on disk when the system pleases; throws what the file system says. */
  advance(head: Head): void
  /** Syncs what was advanced. */
  settle(): void
  /** Removes what a crash left between writing and renaming. */
  sweep(): void
}

export function createHeadFile(path: string): HeadFile {
  const temporary = `${path}.${pid}.tmp`
  let isUnsettled = false

  function readOnce(): RecordedHead {
    try {
      return parseHead(readFileSync(path, 'utf8'))
    } catch (error) {
      return { kind: systemCodeOf(error) === 'ENOENT' ? 'absent' : 'unreadable' }
    }
  }

  /** The file must be there, and of this form: anything else is replaced as a whole. */
  function overwrite(head: Head): boolean {
    const file = openSync(path, 'r+')
    try {
      if (fstatSync(file).size !== RECORD_BYTES) return false
      writeSync(file, recordOf(head), 0)
      return true
    } finally {
      closeSync(file)
    }
  }

  return {
    read() {
      let recorded = readOnce()
      // Another process may be writing at this very moment.
      for (let again = 0; again < 3 && recorded.kind === 'unreadable'; again++)
        recorded = readOnce()
      return recorded
    },
    advance(head) {
      if (!overwrite(head)) this.write(head)
      else isUnsettled = true
    },
    settle() {
      if (!isUnsettled) return
      isUnsettled = false
      const file = openSync(path, 'r+')
      try {
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
    },
    write(head) {
      const file = openSync(temporary, 'w', 0o600)
      try {
        writeSync(file, recordOf(head))
        // On disk before it takes the old one's place, or a power cut could leave an empty file.
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
      renameSync(temporary, path)
    },
    sweep() {
      const prefix = `${basename(path)}.`
      for (const name of readdirSync(dirname(path))) {
        if (name.startsWith(prefix) && /^\d+\.tmp$/.test(name.slice(prefix.length))) {
          rmSync(join(dirname(path), name), { force: true })
        }
      }
    },
  }
}

/** Longer than any record, so that each takes the place of the one before exactly. */
const RECORD_BYTES = 192

/** `of` comes last and repeats what is before it: half of one record and half of another do not agree. */
function recordOf({ events, hash }: Head): string {
  const record = JSON.stringify({ events, hash, of: witnessOf({ events, hash }) })
  return `${record.padEnd(RECORD_BYTES - 1)}\n`
}

function witnessOf({ events, hash }: Head): string {
  return `${events}:${hash.slice(0, 16)}`
}

function parseHead(content: string): RecordedHead {
  try {
    const value: unknown = JSON.parse(content)
    if (typeof value !== 'object' || value === null) return { kind: 'unreadable' }
    const { events, hash, of } = value as { events?: unknown; hash?: unknown; of?: unknown }
    if (typeof events !== 'number' || !Number.isSafeInteger(events) || events < 0) {
      return { kind: 'unreadable' }
    }
    if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash)) return { kind: 'unreadable' }
    // Absent in the files of older versions.
    if (of !== undefined && of !== witnessOf({ events, hash })) return { kind: 'unreadable' }
    return { kind: 'recorded', events, hash }
  } catch {
    return { kind: 'unreadable' }
  }
}
