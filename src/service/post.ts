/**
 * What came of a request that changes something. `answered` needs the service's own word; `not_sent`
 * needs the certainty that no byte left; all the rest is lost, and is settled by reading.
 */
import type { SeoulDate } from '../core/dates.ts'
import type { PostResult } from '../core/service.ts'
import {
  cutOf,
  errorFailure,
  headFailure,
  isServiceError,
  mixedAnswer,
  otherShape,
} from './answer.ts'
import { parseJson } from '../wire/body.ts'
import type { Exchange } from '../wire/exchange.ts'
import { looksLikeSettlement, recordOf } from './settlements.ts'
import type { SettlementBody } from './settlements.ts'

/** 408 and 499 are said by whoever stands between and gave up: the service never says them. */
const BETWEEN: ReadonlySet<number> = new Set([408, 499])

/** `date`: of the settlement that must come back, where it is known. */
export function postResult(
  done: Exchange<SettlementBody>,
  place: string,
  date: SeoulDate | undefined,
): PostResult {
  if (done.kind === 'none') {
    return { kind: done.sent ? 'lost' : 'not_sent', failure: done.failure }
  }
  const { head, meta, reader } = done
  const { httpStatus } = head
  const wrong = headFailure(head, place)
  // The door was shut before the request came in: nothing behind it has heard of it.
  if (wrong?.kind === 'unauthorized') return { kind: 'answered', httpStatus, meta }
  if (wrong !== undefined) return { kind: 'lost', failure: wrong }
  if (reader.kind === 'settlements') {
    const seen = reader.seen(done.ended === 'whole')
    const first = seen.records[0]
    if (first === undefined || !looksLikeSettlement(seen)) {
      const why = done.ended === 'broken_off' ? cutOf(done, place) : otherShape(httpStatus)
      return { kind: 'lost', failure: why }
    }
    const record = recordOf(first, seen.sound && first.whole)
    if (record === undefined) return { kind: 'answered', httpStatus, meta }
    if (date !== undefined && record.date !== date) {
      return { kind: 'lost', failure: mixedAnswer(httpStatus) }
    }
    return { kind: 'answered', httpStatus, record, meta }
  }
  if (done.ended !== 'whole') return { kind: 'lost', failure: cutOf(done, place) }
  const bytes = reader.bytes()
  const why = errorFailure(head, bytes, place)
  return isOwnWord(httpStatus, bytes, why.kind === 'service_error')
    ? { kind: 'answered', httpStatus, meta }
    : { kind: 'lost', failure: why }
}

/** A gateway made of Spring answers 500 in Spring's words when it has lost the service: not this service's word. */
function isOwnWord(httpStatus: number, bytes: Uint8Array, recognized: boolean): boolean {
  if (!recognized || BETWEEN.has(httpStatus)) return false
  if (httpStatus >= 400 && httpStatus < 500) return true
  if (httpStatus !== 500) return false
  const parsed = parseJson(bytes)
  return bytes.length === 0 || (parsed.kind === 'json' && isServiceError(parsed.value))
}
