/**
 * The directory and the files of the journal: nobody but their owner may read or write them.
 * A file of the journal is never opened here once it exists: closing it again would drop the
 * locks that SQLite holds on it in this process.
 */
import { chmodSync, closeSync, lstatSync, mkdirSync, openSync, statSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { platform } from 'node:os'
import { dirname } from 'node:path'
import { systemCodeOf } from '../core/errors.ts'
import { text } from '../core/text.ts'
import { unusable } from './journal-errors.ts'

const DIRECTORY_MODE = 0o700
const FILE_MODE = 0o600
const WRITABLE_BY_OTHERS = 0o022
const OPEN_TO_OTHERS = 0o077

/** Makes what is missing, tightens what is ours, refuses what others could have written. */
export function preparePlace(path: string): void {
  const directory = dirname(path)
  mkdirSync(directory, { recursive: true, mode: DIRECTORY_MODE })
  // Windows keeps the rights of a user's own directories by other means than modes.
  const modesCount = platform() !== 'win32'
  if (modesCount) refuseWritableByOthers(path, directory, statSync(directory))
  createFile(path)
  if (!modesCount) return
  // SQLite gives the files beside it the mode of the journal itself; those of before are tightened.
  for (const file of [path, `${path}-wal`, `${path}-shm`, `${path}.head`]) tighten(file)
}

function refuseWritableByOthers(path: string, directory: string, found: Stats): void {
  if ((found.mode & WRITABLE_BY_OTHERS) === 0) return
  const mode = (found.mode & 0o7777).toString(8)
  throw unusable(
    path,
    text(
      `디렉터리 ${directory}에 다른 사용자도 쓸 수 있음(${mode})`,
      `others can write to its directory ${directory} (mode ${mode})`,
    ),
    { next: text(`chmod 700 ${directory}`, `chmod 700 ${directory}`) },
  )
}

function createFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', FILE_MODE))
  } catch (error) {
    if (systemCodeOf(error) !== 'EEXIST') throw error
  }
}

function tighten(file: string): void {
  const found = lstatSync(file, { throwIfNoEntry: false })
  if (found === undefined || !found.isFile() || (found.mode & OPEN_TO_OTHERS) === 0) return
  try {
    chmodSync(file, FILE_MODE)
  } catch (error) {
    // Removed by the last one to close it, between the two calls.
    if (systemCodeOf(error) !== 'ENOENT') throw error
  }
}
