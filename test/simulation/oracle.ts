/** What must hold at the end of every story, judged from the true state of the world and not from mts's own reading of it. */
import type { SettlementAction } from '../../src/settlement/action-value.ts'
import { EXIT } from '../../src/core/exit-code.ts'
import { seoulDateOf, seoulTimeOf } from '../../src/core/dates.ts'
import type { Fate, SentPost, SimRecord, SimSale } from './simulated-service.ts'

export interface Snapshot {
  readonly atMs: number
  readonly records: readonly SimRecord[]
  readonly sales: readonly SimSale[]
}

export interface Asked {
  readonly action: 'reprocess' | 'run'
  readonly oldId: number
  readonly date: string
  readonly stores: boolean
}

const COMPONENTS = ['db', 'customDatabase', 'redis', 'customRedis', 'rabbit', 'customRabbitMQ']

/** Never more requests than approvals, never one that the facts then at hand forbade. */
export function judgePosts(
  posts: readonly SentPost[],
  approvals: number,
  asked: {
    readonly stores: boolean
    readonly date: string
    /** When a digest was asked for, if one was. */
    readonly askedAtMs: number | undefined
  },
): string[] {
  const breaches: string[] = []
  if (posts.length > approvals) breaches.push(`${posts.length} POSTs for ${approvals} approvals`)
  for (const post of posts) {
    const { seen, atMs } = post
    const fresh = (seenAtMs: number | undefined): boolean =>
      seenAtMs !== undefined && atMs - seenAtMs <= 2000
    const say = (words: string): void => void breaches.push(`POST ${post.kind}: ${words}`)
    if (asked.askedAtMs !== undefined && atMs - asked.askedAtMs > 600_500) {
      say('the approval had expired')
    }
    if (!fresh(seen.record?.atMs)) say('the record was not looked at in the last 2 s')
    const record = seen.record?.read
    if (post.kind === 'reprocess') {
      if (record?.kind !== 'ok') say('the record was not read')
      else {
        if (record.value.status !== 'FAILED') say(`the record was ${record.value.status}`)
        if (record.value.holdsSales !== 'no') say(`holdsSales was ${record.value.holdsSales}`)
        if (record.value.totalAmount !== '0' || record.value.transactionCount !== 0) {
          say('the totals were not zero')
        }
      }
    } else {
      if (record?.kind !== 'absent') say('a record may have been there')
      if (seen.exists?.value !== false || !fresh(seen.exists.atMs)) say('check was not false')
      if (!asked.stores) say('no stores are configured')
      if (seen.sales?.count === 0) say('there was no sale')
    }
    if (asked.stores && (seen.sales?.count === 'unknown' || !fresh(seen.sales?.atMs))) {
      say('the sales were not read')
    }
    for (const name of COMPONENTS) {
      const component = seen.components[name]
      if (component?.up !== true || !fresh(component.atMs)) say(`${name} was not seen UP`)
    }
    if (seen.skewMs === undefined || Math.abs(seen.skewMs) > 61_000) say('the clocks differ')
    const serviceNow = atMs + (seen.skewMs ?? 0)
    const time = seoulTimeOf(serviceNow - 3000)
    if (time >= '01:58' && time < '02:30') say(`sent at ${time}, in the batch's window`)
    if (asked.date >= seoulDateOf(serviceNow)) say('the date was not over')
  }
  return breaches
}

/** The outcome against the contract's table and what is really there. */
export function judgeOutcome(
  value: SettlementAction,
  exitCode: number,
  sent: {
    readonly posts: number
    readonly sent: SentPost | undefined
    /** Intents on disk: after a crash mts cannot know whether one was followed by a request. */
    readonly intends: number
    readonly fate: Fate
    readonly nowMs: number
  },
  history: readonly Snapshot[],
  asked: Asked,
): string[] {
  const breaches: string[] = []
  const say = (words: string): void => void breaches.push(`${value.outcome}: ${words}`)
  const now = history.at(-1)
  if (now === undefined) throw new Error('no history')
  const record = now.records.find((item) => item.date === asked.date)
  const linked = (id: number): boolean => now.sales.some((sale) => sale.settlement === id)
  const codes = value.reasons.map((reason) => reason.code)
  const expected = {
    succeeded: value.conservation.status === 'not_checked' ? EXIT.unknown : EXIT.ok,
    refused: EXIT.refused,
    confirmation_required: EXIT.waiting,
    failed: EXIT.warning,
    violated: EXIT.critical,
    unknown: EXIT.outcomeUnknown,
  }[value.outcome]
  if (exitCode !== expected) say(`exit code ${exitCode}, not ${expected}`)
  const sinceMs = sent.sent === undefined ? 0 : sent.nowMs - sent.sent.atMs
  switch (value.outcome) {
    case 'refused':
    case 'confirmation_required':
      if (sent.posts > 0) say('a request was sent')
      break
    case 'succeeded': {
      if (sent.intends === 0) say('nothing was ever sent')
      if (!stayedFor(history, value.newSettlementId, sent.nowMs - 5000)) {
        say('told before the record had stayed COMPLETED for 5 s')
      }
      if (flippedBefore(history, sent.nowMs - 4000, asked)) say('it had been flipped long before')
      if (value.after?.status !== 'COMPLETED') say(`the record read back is ${value.after?.status}`)
      if (asked.action === 'reprocess' && value.newSettlementId === asked.oldId)
        say('under the old id')
      const missing = missingSales(value, history)
      if (missing > 0) say(`${missing} sales are gone`)
      break
    }
    case 'failed':
      if (sent.sent !== undefined && !codes.includes('NOT_SENT')) {
        const answered = sent.fate.answer === 'normal' || sent.fate.answer === 'breaks'
        if (!answered && sinceMs < 90_000) say(`told ${sinceMs} ms after a lost answer`)
        const unchanged = history.some(
          (item) =>
            item.atMs <= sent.nowMs &&
            (asked.action === 'run'
              ? !item.records.some((other) => other.date === asked.date)
              : item.records.some((other) => other.id === asked.oldId)),
        )
        if (!unchanged) say('but the old record is gone')
      }
      break
    case 'violated':
      if (codes.includes('FLIPPED') && !(record?.status === 'FAILED' && linked(record.id))) {
        say('FLIPPED, but it is not')
      }
      if (codes.includes('SALES_LOST') && missingSales(value, history) === 0) {
        say('SALES_LOST, but none is')
      }
      break
    case 'unknown':
      if (sent.intends === 0) say('but nothing was sent')
      break
  }
  // Whatever is said: a day's sales that are gone are never a success.
  const gone = missingSales(value, history)
  if (gone > 0 && (value.outcome === 'succeeded' || value.outcome === 'failed')) {
    say(`${gone} sales are gone and it does not say so`)
  }
  return breaches
}

/** Was the new record there already at that moment? */
function stayedFor(history: readonly Snapshot[], id: number | undefined, atMs: number): boolean {
  const first = history.find((item) => item.records.some((record) => record.id === id))
  return first !== undefined && first.atMs <= atMs
}

/** Was the date's record FAILED with sales linked at that moment? */
function flippedBefore(history: readonly Snapshot[], atMs: number, asked: Asked): boolean {
  const then = history.findLast((item) => item.atMs <= atMs)
  const record = then?.records.find((item) => item.date === asked.date)
  return (
    record?.status === 'FAILED' &&
    record.id !== asked.oldId &&
    then?.sales.some((sale) => sale.settlement === record.id) === true
  )
}

/** Sales that were there at the beginning and are not any more. */
function missingSales(_value: SettlementAction, history: readonly Snapshot[]): number {
  const ids = new Set(history.at(-1)?.sales.map((sale) => sale.id))
  return history[0]?.sales.filter((sale) => !ids.has(sale.id)).length ?? 0
}
