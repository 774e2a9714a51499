/** Finds where in a log a time begins, by halving the file, so that a night costs what its lines cost. */
import { open, type FileHandle } from 'node:fs/promises'
import { createHeaderParser, type HeaderParser } from './header.ts'

const PROBE_BYTES = 64 * 1024

/**
 * Start of a line before which every event is older than `atMs`; 0 when none can be told to be: a
 * packed log, JSON lines. Rejects as `open` does.
 */
export async function offsetOf(path: string, atMs: number): Promise<number> {
  const handle = await open(path, 'r')
  try {
    const { size } = await handle.stat()
    const headers = createHeaderParser()
    let low = 0
    let high = size
    while (high - low > 4 * PROBE_BYTES) {
      const middle = Math.floor((low + high) / 2)
      const found = await firstEventAfter(handle, headers, middle, high)
      if (found === undefined || found.atMs >= atMs) high = middle
      else low = found.offset
    }
    return low
  } finally {
    await handle.close()
  }
}

async function firstEventAfter(
  handle: FileHandle,
  headers: HeaderParser,
  from: number,
  until: number,
): Promise<{ readonly atMs: number; readonly offset: number } | undefined> {
  const block = Buffer.allocUnsafe(2 * PROBE_BYTES)
  for (let at = from; at < until; at += PROBE_BYTES) {
    const { bytesRead } = await handle.read(block, 0, block.length, at)
    const seen = block.subarray(0, bytesRead)
    let start = seen.indexOf(0x0a) + 1
    while (start > 0 && start < seen.length) {
      const end = seen.indexOf(0x0a, start)
      if (end < 0) break
      if (headers.parse(seen, start, end)) {
        return { atMs: headers.header.timeMs, offset: at + start }
      }
      start = end + 1
    }
    if (bytesRead < block.length) return undefined
  }
  return undefined
}

/** The first line that begins at `offset` or after it; `offset` itself when none does nearby. */
export async function lineStartAfter(path: string, offset: number): Promise<number> {
  if (offset <= 0) return 0
  const handle = await open(path, 'r')
  try {
    const block = Buffer.allocUnsafe(2 * PROBE_BYTES)
    const { bytesRead } = await handle.read(block, 0, block.length, offset - 1)
    const newline = block.subarray(0, bytesRead).indexOf(0x0a)
    return newline < 0 ? offset : offset + newline
  } finally {
    await handle.close()
  }
}
