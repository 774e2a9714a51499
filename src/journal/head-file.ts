/**
 * How far the journal had come, in a small file beside it. The chain in the database cannot see
 * that its end is gone; this can.
 */
import {
  closeSync,
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
  /** Replaces the file as a whole; throws what the file system says. */
  write(head: Head): void
  /** Removes what a crash left between writing and renaming. */
  sweep(): void
}

export function createHeadFile(path: string): HeadFile {
  const temporary = `${path}.${pid}.tmp`
  return {
    read() {
      try {
        return parseHead(readFileSync(path, 'utf8'))
      } catch (error) {
        return { kind: systemCodeOf(error) === 'ENOENT' ? 'absent' : 'unreadable' }
      }
    },
    write(head) {
      const file = openSync(temporary, 'w', 0o600)
      try {
        writeSync(file, `${JSON.stringify({ events: head.events, hash: head.hash })}\n`)
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

function parseHead(content: string): RecordedHead {
  try {
    const value: unknown = JSON.parse(content)
    if (typeof value !== 'object' || value === null) return { kind: 'unreadable' }
    const { events, hash } = value as { events?: unknown; hash?: unknown }
    if (typeof events !== 'number' || !Number.isSafeInteger(events) || events < 0) {
      return { kind: 'unreadable' }
    }
    if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash)) return { kind: 'unreadable' }
    return { kind: 'recorded', events, hash }
  } catch {
    return { kind: 'unreadable' }
  }
}
