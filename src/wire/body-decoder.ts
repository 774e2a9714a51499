/** Undoes a compressed answer piece by piece, so that the limit holds on what comes out of it. */
import { createGunzip, createInflate } from 'node:zlib'

export interface BodyDecoder {
  write(chunk: Uint8Array): void
  end(): void
  destroy(): void
}

interface DecoderEvents {
  /** Decoded bytes. */
  data(chunk: Uint8Array): void
  end(): void
  error(): void
}

/** `none` when the body is sent as it is; undefined for an encoding that was not asked for. */
export function createBodyDecoder(
  contentEncoding: string | undefined,
  events: DecoderEvents,
): BodyDecoder | 'none' | undefined {
  const name = contentEncoding?.trim().toLowerCase() ?? ''
  if (name === '' || name === 'identity') return 'none'
  if (name !== 'gzip' && name !== 'x-gzip' && name !== 'deflate') return undefined
  const stream = name === 'deflate' ? createInflate() : createGunzip()
  stream.on('data', (chunk: Uint8Array) => events.data(chunk))
  stream.on('end', () => events.end())
  stream.on('error', () => events.error())
  return {
    write: (chunk) => void stream.write(chunk),
    end: () => void stream.end(),
    destroy: () => void stream.destroy(),
  }
}
