import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Journal } from '../../src/core/journal.ts'
import type { Channel, Notice } from '../../src/core/notice.ts'
import type { WatchHold, WatchRecords } from '../../src/core/watch-records.ts'
import { openJournal } from '../../src/journal/journal.ts'
import { createProcessIdentity } from '../../src/journal/process-identity.ts'
import { createDeliverer } from '../../src/notify/deliver.ts'
import type { Sender } from '../../src/notify/senders.ts'
import type { Verdict } from '../../src/notify/verdict.ts'
import { createFakeClock, type FakeClock } from '../health/fake-time.ts'

const START_MS = Date.parse('2026-11-24T09:00:00+09:00')
const URL = 'http://service.test'

let directory: string
let clock: FakeClock
let journal: Journal

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mts-outbox-'))
  clock = createFakeClock(START_MS)
  journal = open()
})

afterEach(() => {
  journal.close()
  rmSync(directory, { recursive: true, force: true })
})

function open(): Journal {
  return openJournal(join(directory, 'journal.db'), { clock, process: createProcessIdentity() })
}

function watching(): WatchRecords {
  if (journal.watching === undefined) throw new Error('no watch')
  return journal.watching
}

function notice(title: string, more: Partial<Notice> = {}): Notice {
  return {
    event: 'opened',
    severity: 'critical',
    title,
    evidence: [],
    commands: [],
    service: URL,
    atMs: clock.now(),
    ...more,
  }
}

function put(hold: WatchHold, notices: readonly Notice[], channel: Channel = 'slack'): void {
  hold.commit({
    url: URL,
    state: { version: 1 },
    notices: notices.map((each) => ({ channel, notice: each })),
    samples: [],
    nowMs: clock.now(),
  })
}

interface Attempt {
  readonly title: string
  readonly atMs: number
  readonly maybeDuplicate: boolean
}

/** A receiver that answers by script, then takes everything. */
function receiver(verdicts: readonly Verdict[], channel: Channel = 'slack') {
  const attempts: Attempt[] = []
  const left = [...verdicts]
  const sender: Sender = {
    channel,
    spacingMs: 1000,
    retryMs: (attempt) => Math.min(300_000, 1000 * 2 ** attempt),
    async send({ title }, { maybeDuplicate }) {
      attempts.push({ title, atMs: clock.now(), maybeDuplicate })
      await clock.sleep(20)
      return left.shift() ?? { kind: 'sent' }
    },
  }
  return { attempts, sender }
}

async function drain(hold: WatchHold, sender: Sender): Promise<void> {
  const deliverer = createDeliverer({ outbox: hold, senders: [sender], clock })
  await clock.run(deliverer.drain(new AbortController().signal))
}

const again = (problem: string, retryAfterMs?: number): Verdict => ({
  kind: 'again',
  problem,
  maybeSent: false,
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
})

describe('the outbox', () => {
  it('sends in order, at most one a second', async () => {
    const hold = watching().hold(clock.now())
    put(hold, [notice('a'), notice('b'), notice('c')])
    const { attempts, sender } = receiver([])
    await drain(hold, sender)
    expect(attempts.map(({ title }) => title)).toEqual(['a', 'b', 'c'])
    const gaps = attempts.slice(1).map(({ atMs }, index) => atMs - (attempts[index]?.atMs ?? 0))
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000)
    expect(watching().pending()).toBe(0)
  })

  it('waits as long as the receiver asks, and nothing overtakes what waits', async () => {
    const hold = watching().hold(clock.now())
    put(hold, [notice('a'), notice('b')])
    const { attempts, sender } = receiver([again('HTTP 429', 30_000)])
    await drain(hold, sender)
    expect(attempts.map(({ title }) => title)).toEqual(['a', 'a', 'b'])
    expect((attempts[1]?.atMs ?? 0) - (attempts[0]?.atMs ?? 0)).toBeGreaterThanOrEqual(30_000)
    expect(attempts.every(({ maybeDuplicate }) => !maybeDuplicate)).toBe(true)
  })

  it('puts aside what can never succeed, says why, and goes on', async () => {
    const hold = watching().hold(clock.now())
    put(hold, [notice('a'), notice('b')])
    const { attempts, sender } = receiver([{ kind: 'failed', problem: 'HTTP 404 no_service' }])
    await drain(hold, sender)
    expect(attempts.map(({ title }) => title)).toEqual(['a', 'b'])
    const [b, a] = watching().deliveries(10)
    expect([a?.state, a?.problem]).toEqual(['failed', 'HTTP 404 no_service'])
    expect([b?.state, b?.problem]).toEqual(['sent', undefined])
  })

  it('loses nothing while the network is away for an hour', async () => {
    const hold = watching().hold(clock.now())
    put(hold, [notice('a'), notice('b')])
    const attempts: string[] = []
    const sender: Sender = {
      ...receiver([]).sender,
      async send({ title }) {
        await clock.sleep(20)
        if (clock.now() < START_MS + 3_600_000) return again('ENETUNREACH')
        attempts.push(title)
        return { kind: 'sent' }
      },
    }
    await drain(hold, sender)
    expect(attempts).toEqual(['a', 'b'])
    expect(clock.now() - START_MS).toBeLessThan(3_600_000 + 310_000)
  })

  it('keeps one reminder while the last one has not left', () => {
    const hold = watching().hold(clock.now())
    const reminder = notice('a', { event: 'reminded', incident: 'W1' })
    put(hold, [reminder])
    put(hold, [reminder, notice('b', { event: 'reminded', incident: 'W2' })])
    expect(watching().pending()).toBe(2)
  })

  it('never holds a secret that came with the words', () => {
    const hold = watching().hold(clock.now())
    put(hold, [notice('failed: https://hooks.slack.com/services/T0/B0/abcdef token=abc123')])
    const [delivery] = watching().deliveries(1)
    expect(delivery?.notice.title).not.toContain('abcdef')
    expect(delivery?.notice.title).not.toContain('abc123')
  })
})

describe('a process that dies', () => {
  it('between intent and answer sends again once, marked as perhaps a duplicate', async () => {
    const hold = watching().hold(clock.now())
    put(hold, [notice('a'), notice('b')])
    const head = hold.headOf('slack')
    hold.beginSending(head?.id ?? 0)
    // Nothing more is written: that is what kill -9 leaves.
    journal.close()
    journal = open()
    const next = watching().hold(clock.now())
    expect(next.recoverOutbox(clock.now())).toBe(1)
    const { attempts, sender } = receiver([])
    await drain(next, sender)
    expect(attempts.map(({ title, maybeDuplicate }) => [title, maybeDuplicate])).toEqual([
      ['a', true],
      ['b', false],
    ])
  })

  it('at any point, again and again: everything arrives, and twice only what was out, marked', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('before', 'out', 'taken', 'done'), { maxLength: 12 }),
        async (crashes) => {
          const own = mkdtempSync(join(tmpdir(), 'mts-crash-'))
          const path = join(own, 'journal.db')
          const reopen = (): Journal =>
            openJournal(path, { clock, process: createProcessIdentity() })
          let current = reopen()
          const arrived: { title: string; marked: boolean }[] = []
          try {
            const titles = ['a', 'b', 'c', 'd']
            let hold = holdOf(current)
            put(
              hold,
              titles.map((title) => notice(title)),
            )
            for (const crash of [...crashes, ...titles.map(() => 'done')]) {
              const head = hold.headOf('slack')
              if (head === undefined) break
              if (crash !== 'before') hold.beginSending(head.id)
              if (crash === 'taken' || crash === 'done') {
                arrived.push({ title: head.notice.title, marked: head.maybeDuplicate })
              }
              if (crash === 'done') hold.endSending(head.id, { kind: 'sent' }, clock.now())
              else {
                current.close()
                current = reopen()
                hold = holdOf(current)
                hold.recoverOutbox(clock.now())
              }
            }
            expect([...new Set(arrived.map(({ title }) => title))]).toEqual(titles)
            for (const title of titles) {
              const [, ...repeats] = arrived.filter((each) => each.title === title)
              expect(repeats.every(({ marked }) => marked)).toBe(true)
            }
            const lost = crashes.filter((crash) => crash === 'taken').length
            expect(arrived.length).toBeLessThanOrEqual(titles.length + lost)
          } finally {
            current.close()
            rmSync(own, { recursive: true, force: true })
          }
        },
      ),
      { numRuns: 15 },
    )
  })
})

function holdOf(journal_: Journal): WatchHold {
  if (journal_.watching === undefined) throw new Error('no watch')
  return journal_.watching.hold(clock.now())
}

describe('the right to watch', () => {
  it('is one process’s; who asks for it as well is told who has it', () => {
    const hold = watching().hold(START_MS)
    const other = open()
    try {
      expect(() => other.watching?.hold(START_MS)).toThrow(
        expect.objectContaining({
          exitCode: 75,
          text: expect.objectContaining({
            ko: expect.stringContaining(`pid ${process.pid}`) as string,
          }) as unknown,
        }) as Error,
      )
      hold.release()
      const taken = other.watching?.hold(START_MS)
      // What was let go cannot write any more.
      expect(() => put(hold, [])).toThrow(expect.objectContaining({ exitCode: 75 }) as Error)
      taken?.release()
    } finally {
      other.close()
    }
  })
})

describe('stopping', () => {
  it('waits briefly for what is out, then keeps it as perhaps sent', async () => {
    const hold = watching().hold(clock.now())
    put(hold, [notice('a')])
    const stop = new AbortController()
    const sender: Sender = {
      ...receiver([]).sender,
      send: (_notice, _marks, signal) =>
        new Promise((resolve) => {
          signal?.addEventListener('abort', () =>
            resolve({ kind: 'again', problem: '중단', maybeSent: true }),
          )
        }),
    }
    const deliverer = createDeliverer({ outbox: hold, senders: [sender], clock })
    const stopping = clock.sleep(5000).then(() => stop.abort(new Error('SIGTERM')))
    await clock.run(Promise.all([deliverer.run(stop.signal), stopping]))
    expect(clock.now() - START_MS - 5000).toBeLessThan(1000)
    const [delivery] = watching().deliveries(1)
    expect([delivery?.state, delivery?.maybeDuplicate]).toEqual(['waiting', true])
  })
})
