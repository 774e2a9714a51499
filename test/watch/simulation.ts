/** A watch in simulated time: the real loop, state machine, journal and outbox; scripted checks and receivers. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { watchOnMarks, type Look } from '../../src/cli/watch-loop.ts'
import { seoulInstant, seoulTimeOf } from '../../src/core/dates.ts'
import type { Journal } from '../../src/core/journal.ts'
import type { Channel } from '../../src/core/notice.ts'
import { text } from '../../src/core/text.ts'
import type { Status } from '../../src/core/verdict.ts'
import type { WatchRecords } from '../../src/core/watch-records.ts'
import { CHECK_LEVELS, type CheckId, type Level } from '../../src/health/health.ts'
import { openSqlite, type OpenDatabase } from '../../src/journal/driver.ts'
import { openJournal } from '../../src/journal/journal.ts'
import { createProcessIdentity } from '../../src/journal/process-identity.ts'
import { createDeliverer } from '../../src/notify/deliver.ts'
import type { Post, PostAnswer } from '../../src/notify/post.ts'
import { createSenders } from '../../src/notify/senders.ts'
import { DEFAULT_FLAPPING, type WatchPolicy } from '../../src/watch/policy.ts'
import { DEFAULT_EVERY_MS } from '../../src/watch/rhythm.ts'
import type { Change, WatchedCheck } from '../../src/watch/round.ts'
import { createFakeClock, type FakeClock } from '../health/fake-time.ts'

const DATE = '2026-11-24'
export const URL = 'http://service.test:8080'

export const POLICY: WatchPolicy = {
  failures: 2,
  recoveries: 2,
  remindAfterMs: 30 * 60_000,
  noEvidenceAfterMs: 15 * 60_000,
  flapping: DEFAULT_FLAPPING,
  channels: ['slack', 'finance', 'pagerduty'],
  routes: {},
  holidays: [],
  maintenance: [],
  tellRuns: false,
}

export function at(time: string, date = DATE): number {
  return seoulInstant(date, time)
}

/** A check has a status from one time up to another. */
export interface Spell {
  readonly check: CheckId
  readonly from: string
  readonly until: string
  readonly status: Status
}

export function checkOf(id: string, level: number, status: Status): WatchedCheck {
  const words: Readonly<Record<Status, string>> = {
    ok: '정상',
    warning: '느림',
    critical: '응답 없음',
    unknown: '인증 거부(401)',
  }
  return {
    id,
    level,
    status,
    reason: status === 'ok' ? null : text(words[status], status),
    summary: text(words[status], status),
    ...(status === 'ok' ? {} : { next: [`mts playbook ${id}-trouble`] }),
  }
}

/** What one receiver got, as it came over the wire. */
export interface Received {
  readonly atMs: number
  readonly channel: Channel
  readonly words: string
  readonly body: Record<string, unknown>
}

export interface Simulation {
  readonly clock: FakeClock
  readonly records: WatchRecords
  readonly journal: Journal
  readonly received: readonly Received[]
  readonly changes: readonly Change[]
  readonly missed: readonly (readonly number[])[]
  readonly rounds: () => number
  /** Watches until then, as one process does: holds, recovers the outbox, lets go. */
  watchUntil(untilMs: number, policy?: Partial<WatchPolicy>): Promise<void>
  /** Lets time pass while nobody watches. */
  passUntil(untilMs: number): Promise<void>
  dispose(): void
}

export interface SimulationOptions {
  readonly startMs: number
  look(level: Level, nowMs: number): Omit<Look, 'samples'>
  /** How long the look that begins then takes, ms. */
  readonly lookMs?: (nowMs: number) => number
  /** The receiver's answer; absent: everything is taken. */
  readonly answer?: (nowMs: number, channel: Channel) => PostAnswer | undefined
  /** Without fsync: for days on end. */
  readonly fast?: boolean
}

const fastDatabase: OpenDatabase = (path, options) => {
  const database = openSqlite(path, options)
  return {
    ...database,
    get inTransaction() {
      return database.inTransaction
    },
    exec: (sql) => database.exec(sql.replace('synchronous = FULL', 'synchronous = OFF')),
  }
}

export function createSimulation(options: SimulationOptions): Simulation {
  const directory = mkdtempSync(join(tmpdir(), 'mts-watch-'))
  const clock = createFakeClock(options.startMs)
  const journal = openJournal(join(directory, 'state', 'journal.db'), {
    clock,
    process: createProcessIdentity(),
    ...(options.fast === true ? { openDatabase: fastDatabase } : {}),
  })
  const { watching: records } = journal
  if (records === undefined) throw new Error('a journal that cannot be watched with')
  const received: Received[] = []
  const changes: Change[] = []
  const missed: (readonly number[])[] = []
  let rounds = 0
  const post = receivers(clock, received, options)

  return {
    clock,
    records,
    journal,
    received,
    changes,
    missed,
    rounds: () => rounds,
    async watchUntil(untilMs, given = {}) {
      const policy = { ...POLICY, ...given }
      const stop = new AbortController()
      const senders = createSenders(
        {
          slackUrl: 'https://hooks.test/slack',
          financeUrl: 'https://hooks.test/finance',
          pagerdutyKey: 'k'.repeat(32),
          pagerdutyUrl: 'https://events.test',
        },
        post,
      )
      const hold = records.hold(clock.now())
      const deliverer = createDeliverer({ outbox: hold, senders, clock })
      hold.recoverOutbox(clock.now())
      const loop = watchOnMarks({
        clock,
        url: URL,
        policy,
        rhythm: { everyMs: DEFAULT_EVERY_MS, jitterMs: 0 },
        records,
        hold,
        signal: stop.signal,
        commandLine: (words) => words.join(' '),
        random: () => 0,
        async look(level) {
          rounds++
          const seen = options.look(level, clock.now())
          await clock.sleep(options.lookMs?.(clock.now()) ?? 40)
          return { ...seen, samples: [] }
        },
        onRound(done) {
          changes.push(...done.changes)
          deliverer.poke()
        },
        onMissed: (marks) => missed.push(marks),
      })
      const ending = clock.sleep(untilMs - clock.now()).then(() => stop.abort(new Error('end')))
      await clock.run(Promise.all([loop, deliverer.run(stop.signal), ending]))
      hold.release()
    },
    async passUntil(untilMs) {
      await clock.run(clock.sleep(untilMs - clock.now()))
    },
    dispose() {
      journal.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

function receivers(clock: FakeClock, received: Received[], options: SimulationOptions): Post {
  return async ({ url, body }) => {
    const channel: Channel = url.includes('events.test')
      ? 'pagerduty'
      : url.endsWith('/finance')
        ? 'finance'
        : 'slack'
    await clock.sleep(30)
    const answer = options.answer?.(clock.now(), channel)
    if (answer !== undefined) return answer
    const value = JSON.parse(body) as Record<string, unknown>
    const words =
      channel === 'pagerduty'
        ? `${String(value['event_action'])} ${String(value['dedup_key']).split('/').at(-1)}`
        : String(value['text'])
    received.push({ atMs: clock.now(), channel, words, body: value })
    return { kind: 'answered', httpStatus: channel === 'pagerduty' ? 202 : 200, body: 'ok' }
  }
}

/** Every check of a level, fine but for its spells. */
export function scripted(spells: readonly Spell[], date = DATE): SimulationOptions['look'] {
  return (level, nowMs) => ({
    checks: Object.entries(CHECK_LEVELS)
      .filter(([, own]) => own <= level)
      .map(([id, own]) => {
        const spell = spells.find(
          ({ check, from, until }) =>
            check === id && nowMs >= at(from, date) && nowMs < at(until, date),
        )
        return checkOf(id, own, spell?.status ?? 'ok')
      }),
  })
}

/** `01:10 slack [위험] redis …`: one line for each message, in the order they came. */
export function linesOf(received: readonly Received[]): string[] {
  return received.map(({ atMs, channel, words }) => `${seoulTimeOf(atMs)} ${channel} ${words}`)
}
