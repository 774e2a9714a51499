/** Prometheus' text format as the service writes it: told from a page or an error, and handed on as it is. */
import type { Read } from '../core/read.ts'
import { cutOf, errorFailure, headFailure, isServiceMediaType, unknown } from './answer.ts'
import type { CollectingReader } from '../wire/body.ts'
import type { Exchange } from '../wire/exchange.ts'
import { unreadable } from '../wire/failure.ts'

export const EXPOSITION_ACCEPT = 'text/plain;version=0.0.4'

/** A comment, or a series with its value and perhaps a time. */
const LINE =
  /^(?:#.*|[a-zA-Z_:][\w:]*(?:\{.*\})? (?:[+-]?(?:\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|Inf)|NaN)(?: -?\d+)?)$/

export function readExposition(done: Exchange<CollectingReader>, place: string): Read<string> {
  if (done.kind === 'none') return unknown(done.failure, done.latencyMs)
  const { head, meta, reader } = done
  const { httpStatus, latencyMs } = meta
  const isAnswer = httpStatus === 200
  const wrong = headFailure(head, place, isAnswer ? isPlainText : isServiceMediaType)
  if (wrong !== undefined) return unknown(wrong, latencyMs)
  if (done.ended !== 'whole') return unknown(cutOf(done, place), latencyMs)
  if (!isAnswer) return unknown(errorFailure(head, reader.bytes(), place), latencyMs)
  // Lines that were lost at the end would not be missed: it has to be certain where the end is.
  if (!head.delimited) {
    const why = unreadable('끝까지 받았는지 알 수 없음', 'it may lack its end', httpStatus)
    return unknown(why, latencyMs)
  }
  const value = parseExposition(reader.bytes())
  if (value !== undefined) return { kind: 'ok', value, meta }
  return unknown(unreadable('지표가 아님', 'it holds no metrics', httpStatus), latencyMs)
}

function isPlainText(mediaType: string): boolean {
  return mediaType === 'text/plain'
}

/** The text itself, or undefined when a line is something else or no series is in it. */
function parseExposition(bytes: Uint8Array): string | undefined {
  let body: string
  try {
    body = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
  // The format asks for a line feed at the end of the last line, too.
  if (!body.endsWith('\n')) return undefined
  const lines = body.split('\n').filter((line) => line !== '')
  const isSound = lines.every((line) => LINE.test(line))
  return isSound && lines.some((line) => !line.startsWith('#')) ? body : undefined
}
