/** Approvals (good once) and intents (what was sent and whose outcome is not known). Within a transaction. */
import type { AskedApproval, OpenIntent } from '../core/journal.ts'
import { confirmRefused, defect, intentOpen } from './journal-errors.ts'
import type { Row } from './driver.ts'
import type { Store } from './store.ts'
import { numberOf, optionalNumberOf, parseStored, textOf } from './store.ts'

const APPROVAL = `SELECT digest, run, step, action, asked_at_ms, expires_at_ms, used_at_ms
  FROM approvals WHERE digest = ?`

export function findApproval(store: Store, digest: string): AskedApproval | undefined {
  const row = store.get(APPROVAL, [digest])
  if (row === undefined) return undefined
  const usedAtMs = optionalNumberOf(row, 'used_at_ms')
  return {
    digest: textOf(row, 'digest'),
    run: textOf(row, 'run'),
    step: textOf(row, 'step'),
    action: textOf(row, 'action'),
    askedAtMs: numberOf(row, 'asked_at_ms'),
    expiresAtMs: numberOf(row, 'expires_at_ms'),
    ...(usedAtMs === undefined ? {} : { usedAtMs }),
  }
}

/** Asking for the same thing at the same instant is the same question; a spent one is never revived. */
export function insertApproval(store: Store, asked: Omit<AskedApproval, 'usedAtMs'>): void {
  const { digest, run, step, action, askedAtMs, expiresAtMs } = asked
  if (!Number.isFinite(askedAtMs) || !Number.isFinite(expiresAtMs)) {
    throw defect('an approval needs its times')
  }
  const existing = findApproval(store, digest)
  if (existing !== undefined) {
    const same = existing.run === run && existing.step === step && existing.action === action
    if (same && existing.usedAtMs === undefined) return
    throw defect('an approval was asked for under the digest of another one')
  }
  store.run(
    `INSERT INTO approvals (digest, run, step, action, asked_at_ms, expires_at_ms)
     VALUES (?, ?, ?, ?, ?, ?)`,
    [digest, run, step, action, Math.trunc(askedAtMs), Math.trunc(expiresAtMs)],
  )
}

/** Marks it used, or throws why it may not be. */
export function spendApproval(
  store: Store,
  use: {
    readonly digest: string
    readonly run: string
    readonly step: string
    readonly action: string
    readonly nowMs: number
  },
): void {
  const asked = findApproval(store, use.digest)
  if (
    asked === undefined ||
    asked.run !== use.run ||
    asked.step !== use.step ||
    asked.action !== use.action
  ) {
    throw confirmRefused('CONFIRM_UNKNOWN')
  }
  if (asked.usedAtMs !== undefined) throw confirmRefused('CONFIRM_USED')
  // Put this way round so that a time that is no number, or a clock set back, is not a yes.
  const inTime = use.nowMs >= asked.askedAtMs && use.nowMs <= asked.expiresAtMs
  if (!inTime) throw confirmRefused('CONFIRM_EXPIRED')
  const used = Math.trunc(use.nowMs)
  store.run('UPDATE approvals SET used_at_ms = ? WHERE digest = ?', [used, use.digest])
}

const OPEN_INTENTS = `SELECT intents.run, intents.step, intents.action, intents.url, intents.date,
  intents.sent_at_ms, events.data
  FROM intents JOIN events USING (seq) WHERE intents.closed_at_ms IS NULL`

/** Oldest first. */
export function listOpenIntents(
  store: Store,
  filter: { readonly url?: string | undefined; readonly date?: string | undefined },
): readonly OpenIntent[] {
  const conditions: string[] = []
  const params: string[] = []
  if (filter.url !== undefined) {
    conditions.push(' AND intents.url = ?')
    params.push(filter.url)
  }
  if (filter.date !== undefined) {
    conditions.push(' AND intents.date = ?')
    params.push(filter.date)
  }
  return store
    .all(`${OPEN_INTENTS}${conditions.join('')} ORDER BY intents.seq`, params)
    .map((row) => openIntentOf(row, store.path))
}

function openIntentOf(row: Row, path: string): OpenIntent {
  return {
    run: textOf(row, 'run'),
    step: textOf(row, 'step'),
    action: textOf(row, 'action'),
    url: textOf(row, 'url'),
    date: textOf(row, 'date'),
    sentAtMs: numberOf(row, 'sent_at_ms'),
    data: parseStored(textOf(row, 'data'), path),
  }
}

/** Whatever is open on the date, or in this very step, must be reconciled first. */
export function refuseWhileIntentOpen(
  store: Store,
  next: {
    readonly run: string
    readonly step: string
    readonly url: string
    readonly date: string
  },
): void {
  const row = store.get(
    `${OPEN_INTENTS} AND ((intents.url = ? AND intents.date = ?) OR (intents.run = ? AND intents.step = ?))
     ORDER BY intents.seq LIMIT 1`,
    [next.url, next.date, next.run, next.step],
  )
  if (row !== undefined) throw intentOpen(openIntentOf(row, store.path))
}

/** `closedAtMs`: of a request that was settled in another journal already. */
export function insertIntent(
  store: Store,
  seq: number,
  intent: Omit<OpenIntent, 'data'> & { readonly closedAtMs?: number },
): void {
  const { run, step, action, url, date, sentAtMs, closedAtMs } = intent
  store.run(
    `INSERT INTO intents (seq, run, step, action, url, date, sent_at_ms, closed_at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    [seq, run, step, action, url, date, Math.trunc(sentAtMs), closedAtMs ?? null],
  )
}

/** Position of the open intent of this step; undefined when there is none. */
export function openIntentSeq(store: Store, run: string, step: string): number | undefined {
  const row = store.get(
    'SELECT seq FROM intents WHERE run = ? AND step = ? AND closed_at_ms IS NULL',
    [run, step],
  )
  return row === undefined ? undefined : numberOf(row, 'seq')
}

export function closeIntent(store: Store, seq: number, atMs: number): void {
  store.run('UPDATE intents SET closed_at_ms = ? WHERE seq = ?', [atMs, seq])
}
