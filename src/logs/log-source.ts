/**
 * Reads a log's bytes, whole or in a pipe, plain or gzipped, two blocks in turn: one is read while
 * the other is looked at. What a log is packed in is seen in its first bytes, not in its name.
 */
import { open, type FileHandle } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { MtsError, systemCodeOf } from '../core/errors.ts'
import type { ExitCode } from '../core/exit-code.ts'
import { text, type Text } from '../core/text.ts'

export interface LogSource {
  /** As it is shown: the path, or `-`. */
  readonly name: string
  readonly path: string | null
  /** What is piped in, when `path` is null. */
  readonly stream?: AsyncIterable<Uint8Array>
  /** Where to begin in a file that is not packed: the start of a line; its beginning when absent. */
  readonly fromByte?: number
  /** What to end with when it cannot be read. */
  readonly exitCode: ExitCode
}

/** Called with every block; its bytes are good only until it returns. */
export type TakeChunk = (chunk: Buffer) => void

const BLOCK_BYTES = 512 * 1024

/**
 * @throws MtsError NOT_FOUND or LOG_UNREADABLE with the source's exit code.
 * @returns bytes read, as they lie on the disk.
 */
export async function readLog(
  source: LogSource,
  take: TakeChunk,
  signal: AbortSignal,
): Promise<number> {
  try {
    if (source.path === null) return await readStream(source.stream ?? [], take, signal)
    const handle = await open(source.path, 'r')
    try {
      return await readFile(handle, source.fromByte ?? 0, take, signal)
    } finally {
      await handle.close()
    }
  } catch (error) {
    signal.throwIfAborted()
    throw unreadableLog(source, error)
  }
}

async function readFile(
  handle: FileHandle,
  fromByte: number,
  take: TakeChunk,
  signal: AbortSignal,
): Promise<number> {
  if ((await handle.stat()).isDirectory()) throw new NotALog(IS_A_DIRECTORY)
  const unpack = createUnpacker(take)
  let reading: Buffer = Buffer.allocUnsafeSlow(BLOCK_BYTES)
  let waiting: Buffer = Buffer.allocUnsafeSlow(BLOCK_BYTES)
  let total = 0
  // A pipe has no positions: only where one is asked for.
  const position = (): number | null => (fromByte === 0 ? null : fromByte + total)
  let pending = handle.read(reading, 0, BLOCK_BYTES, position())
  for (;;) {
    const { bytesRead } = await pending
    signal.throwIfAborted()
    if (bytesRead === 0) break
    total += bytesRead
    const block = reading
    reading = waiting
    waiting = block
    pending = handle.read(reading, 0, BLOCK_BYTES, position())
    // A failure of the next read is told where it is awaited, also when this block throws first.
    pending.catch(() => undefined)
    await unpack.push(block.subarray(0, bytesRead))
  }
  await unpack.end()
  return total
}

async function readStream(
  stream: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  take: TakeChunk,
  signal: AbortSignal,
): Promise<number> {
  const unpack = createUnpacker(take)
  let total = 0
  for await (const chunk of stream) {
    signal.throwIfAborted()
    total += chunk.length
    await unpack.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length))
  }
  await unpack.end()
  return total
}

interface Unpacker {
  push(block: Buffer): Promise<void> | void
  end(): Promise<void> | void
}

function createUnpacker(take: TakeChunk): Unpacker {
  let inner: Unpacker | undefined
  /** Fewer bytes than tell the form. */
  let head: Buffer = Buffer.alloc(0)
  const decide = (block: Buffer): Unpacker => {
    if (block[0] === 0x1f && block[1] === 0x8b) return createGunzipper(take)
    return { push: (plain) => take(plain), end: () => undefined }
  }
  return {
    push(block) {
      if (inner !== undefined) return inner.push(block)
      head = Buffer.concat([head, block])
      if (head.length < 4) return undefined
      refuseOthers(head)
      inner = decide(head)
      return inner.push(head)
    },
    end() {
      inner ??= decide(head)
      if (head.length < 4 && head.length > 0) take(head)
      return inner.end()
    },
  }
}

/** First bytes of what is packed in another way, and what unpacks it. */
const PACKED: readonly (readonly [readonly number[], string])[] = [
  [[0x28, 0xb5, 0x2f, 0xfd], 'zstd -dc'],
  [[0xfd, 0x37, 0x7a, 0x58], 'xz -dc'],
  [[0x42, 0x5a, 0x68, 0x39], 'bzip2 -dc'],
  [[0x50, 0x4b, 0x03, 0x04], 'unzip -p'],
  [[0x04, 0x22, 0x4d, 0x18], 'lz4 -dc'],
]

/** A stray NUL is no sign: a log that was cut while it was written to begins with many. */
function refuseOthers(head: Buffer): void {
  for (const [bytes, unpack] of PACKED) {
    if (bytes.every((byte, index) => head[index] === byte)) throw new NotALog(packedWords(unpack))
  }
  const mark = head.readUInt16BE(0)
  if (mark === 0xfffe || mark === 0xfeff) throw new NotALog(IS_UTF16)
}

function createGunzipper(take: TakeChunk): Unpacker {
  const gunzip = createGunzip({ chunkSize: BLOCK_BYTES })
  const state: { failure?: Error; wake?: (() => void) | undefined } = {}
  const throwFailure = (): void => {
    const { failure } = state
    if (failure !== undefined) throw failure
  }
  const settle = (): void => {
    state.wake?.()
    state.wake = undefined
  }
  const ended = new Promise<void>((resolve) => {
    gunzip.once('close', resolve)
  })
  gunzip.on('data', (chunk: Buffer) => {
    try {
      take(chunk)
    } catch (error) {
      gunzip.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  })
  gunzip.on('error', (error: Error) => {
    state.failure = error
    settle()
  })
  gunzip.on('drain', settle)
  return {
    async push(block) {
      throwFailure()
      // zlib works on in the background, and the block is filled again meanwhile.
      const room = gunzip.write(Buffer.from(block))
      if (!room) {
        await new Promise<void>((resolve) => {
          state.wake = resolve
        })
      }
      throwFailure()
    },
    async end() {
      gunzip.end()
      await ended
      throwFailure()
    },
  }
}

/** It can be read, but it is no log. */
class NotALog extends Error {
  readonly words: Text

  constructor(words: Text) {
    super(words.en)
    this.words = words
  }
}

const IS_A_DIRECTORY = text('디렉터리입니다', 'it is a directory')
const IS_UTF16 = text(
  'UTF-16입니다: iconv -f UTF-16 -t UTF-8로 바꾸세요',
  'it is UTF-16: convert it with iconv -f UTF-16 -t UTF-8',
)

function packedWords(unpack: string): Text {
  return text(
    `다른 방식으로 압축됨: ${unpack} FILE | mts logs patterns -`,
    `packed in another way: ${unpack} FILE | mts logs patterns -`,
  )
}

/** What a log that cannot be read ends with. */
export function unreadableLog(source: LogSource, error: unknown): MtsError {
  const code = systemCodeOf(error)
  const missing = code === 'ENOENT'
  const why =
    error instanceof NotALog
      ? error.words
      : code?.startsWith('Z_') === true
        ? text(`gzip이 깨졌습니다(${code})`, `broken gzip (${code})`)
        : text(code ?? String(error), code ?? String(error))
  return new MtsError({
    code: missing ? 'NOT_FOUND' : 'LOG_UNREADABLE',
    exitCode: source.exitCode,
    message: missing
      ? text(`로그 파일이 없습니다: ${source.name}`, `no such log file: ${source.name}`)
      : text(
          `로그를 읽을 수 없습니다: ${source.name}(${why.ko})`,
          `the log cannot be read: ${source.name} (${why.en})`,
        ),
    next: ['mts logs patterns --help'],
    cause: error,
  })
}
