/**
 * What `mts watch` keeps in the journal: its state, what people asked of it, and the outbox. All of
 * it lies beside the chain of events: it is about telling, not about what was done.
 */
import type { AddressedNotice, Channel, Notice } from './notice.ts'
import type { Sample } from './journal.ts'

export type DeliveryState = 'waiting' | 'sending' | 'sent' | 'failed'

export interface Delivery {
  readonly id: number
  readonly url: string
  readonly channel: Channel
  readonly notice: Notice
  readonly createdAtMs: number
  readonly state: DeliveryState
  /** How often it was handed to the wire. */
  readonly attempts: number
  /** Not before this, ms since the epoch. */
  readonly nextAtMs: number
  readonly endedAtMs?: number
  /** Why the last attempt failed; free of secrets. */
  readonly problem?: string
  /** An attempt's answer was never seen: what is sent again may arrive twice. */
  readonly maybeDuplicate: boolean
}

/** What came of one attempt. */
export type DeliveryOutcome =
  | { readonly kind: 'sent' }
  /** To be tried again; `maybeSent`: the request may have been taken all the same. */
  | {
      readonly kind: 'again'
      readonly atMs: number
      readonly problem: string
      readonly maybeSent: boolean
    }
  | { readonly kind: 'failed'; readonly problem: string }

/** Asked of a watch by another process; it is taken up at the next round. */
export type WatchRequest = {
  readonly id: number
  readonly atMs: number
  readonly by: string
  readonly reason: string
} & (
  | { readonly kind: 'ack'; readonly check: string; readonly untilMs: number }
  | { readonly kind: 'maintenance'; readonly untilMs: number }
)

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never

export type NewWatchRequest = WithoutId<WatchRequest>

/** The right to watch and to send, held by one process. */
export interface WatchHold {
  /**
   * In one durable transaction: the state after a round, what has to be told, what was measured.
   * A reminder is left out while the last one of its incident has not left yet. Throws BUSY (75)
   * when another process holds the watch by now.
   */
  commit(round: {
    readonly url: string
    readonly state: unknown
    readonly notices: readonly AddressedNotice[]
    readonly samples: readonly Sample[]
    readonly nowMs: number
  }): void
  /**
   * What a process that died was sending is waiting again, marked as perhaps sent: how many. Called
   * once, before anything is sent.
   */
  recoverOutbox(nowMs: number): number
  /** The oldest that has not ended on a channel: order is kept, so nothing overtakes it. */
  headOf(channel: Channel): Delivery | undefined
  /** Durable before the request leaves. */
  beginSending(id: number): void
  endSending(id: number, outcome: DeliveryOutcome, nowMs: number): void
  release(): void
}

export interface WatchRecords {
  /** BUSY (75), naming who, while another living process watches with this journal. */
  hold(nowMs: number): WatchHold
  /** As it was committed last; undefined for a service that was never watched. */
  state(url: string): unknown
  /** Asks something of the watch; returns its id. */
  request(url: string, request: NewWatchRequest): number
  /** Asked after the one with id `afterId`, oldest first. */
  requests(url: string, afterId: number): readonly WatchRequest[]
  /** Notes one that was sent (or failed) without the outbox. */
  record(
    url: string,
    notice: AddressedNotice,
    outcome: Exclude<DeliveryOutcome, { kind: 'again' }>,
    nowMs: number,
  ): void
  /** Newest first. */
  deliveries(limit: number): readonly Delivery[]
  /** How many have not left yet. */
  pending(): number
}
