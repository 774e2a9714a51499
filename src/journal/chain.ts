/**
 * The hash chain: each event carries the hash of the one before, so that an edited or removed
 * event shows. What a chain cannot show by itself is a lost end; the head file is there for that.
 */
import { sha256 } from '../core/digest.ts'
import { text } from '../core/text.ts'
import type { Text } from '../core/text.ts'
import type { RecordedHead } from './head-file.ts'

/** The hash before the first event. */
export const GENESIS_HASH = '0'.repeat(64)

/** An event as it is stored: `dataJson` is canonical JSON and is hashed as it stands. */
export interface ChainedEvent {
  readonly seq: number
  readonly run: string
  readonly atMs: number
  readonly kind: string
  readonly step: string | null
  readonly dataJson: string
  readonly hash: string
}

/** sha256 over the hash before and the event's canonical JSON. */
export function eventHash(previousHash: string, event: Omit<ChainedEvent, 'hash'>): string {
  // Put together by hand, so that what is hashed is the stored text and not a second rendering of it.
  const step = event.step === null ? '' : `,"step":${JSON.stringify(event.step)}`
  const json =
    `{"atMs":${event.atMs},"data":${event.dataJson},"kind":${JSON.stringify(event.kind)},` +
    `"run":${JSON.stringify(event.run)},"seq":${event.seq}${step}}`
  return sha256(previousHash + json)
}

/** Walks the chain one event at a time. */
export interface ChainWalk {
  readonly events: number
  readonly headHash: string
  readonly problem?: Text
}

export const CHAIN_START: ChainWalk = { events: 0, headHash: GENESIS_HASH }

/** The walk after one more event. The first problem found stays; what follows is not looked at. */
export function judgeNext(walk: ChainWalk, event: ChainedEvent): ChainWalk {
  if (walk.problem !== undefined) return walk
  if (event.seq !== walk.events + 1) {
    const missing = walk.events + 1
    return {
      ...walk,
      problem: text(
        `기록 ${missing}번이 없습니다(다음 기록은 ${event.seq}번)`,
        `event ${missing} is missing (the next one is ${event.seq})`,
      ),
    }
  }
  if (eventHash(walk.headHash, event) !== event.hash) {
    return {
      ...walk,
      problem: text(
        `기록 ${event.seq}번이 변경되었습니다(실행 ${event.run})`,
        `event ${event.seq} was changed after it was written (run ${event.run})`,
      ),
    }
  }
  return { events: event.seq, headHash: event.hash }
}

/**
 * Compares the whole chain with the head that was written down beside it. Behind is fine (a crash
 * between the two writes), ahead means that the end of the journal is lost.
 */
export function judgeHead(
  walk: ChainWalk,
  head: RecordedHead,
  hashAt: (seq: number) => string | undefined,
): Text | undefined {
  if (head.kind === 'absent') {
    if (walk.events === 0) return undefined
    return text(
      '기록의 끝을 적어 둔 파일(.head)이 없어, 마지막 기록이 사라졌는지 알 수 없습니다',
      'the file that holds the head (.head) is missing: whether the end of the journal is lost is not known',
    )
  }
  if (head.kind === 'unreadable') {
    return text(
      '기록의 끝을 적어 둔 파일(.head)을 읽을 수 없어, 마지막 기록이 사라졌는지 알 수 없습니다',
      'the file that holds the head (.head) cannot be read: whether the end of the journal is lost is not known',
    )
  }
  if (head.events > walk.events) {
    return text(
      `마지막 기록 ${head.events - walk.events}건이 사라졌습니다(${head.events}건 중 ${walk.events}건만 있음)`,
      `the last ${head.events - walk.events} events are lost (${walk.events} of ${head.events} are there)`,
    )
  }
  if (hashAt(head.events) !== head.hash) {
    return text(
      `기록 ${head.events}번이 적어 둔 것과 다릅니다: 사라진 뒤 다시 쓰였습니다`,
      `event ${head.events} is not the one that was noted: the end was lost and written anew`,
    )
  }
  return undefined
}
