import { describe, expect, it } from 'vitest'
import { digestOf } from '../../src/core/digest.ts'
import type { RunWriter } from '../../src/core/journal.ts'
import { DATE, START_MS, URL, desk, startRun, tamper, thrownBy } from './fixture.ts'

const DIGEST = digestOf({ what: 'was seen' })
const TEN_MINUTES = 600_000

function ask(writer: RunWriter, digest = DIGEST): void {
  writer.askApproval(
    {
      digest,
      step: 'reprocess',
      action: 'settlement.reprocess',
      askedAtMs: START_MS,
      expiresAtMs: START_MS + TEN_MINUTES,
    },
    { digest },
  )
}

function intend(writer: RunWriter, change: Partial<Parameters<RunWriter['intend']>[0]> = {}): void {
  writer.intend({
    step: 'reprocess',
    action: 'settlement.reprocess',
    date: DATE,
    nowMs: START_MS,
    data: { evidence: { id: 8 } },
    ...change,
  })
}

describe('an approval', () => {
  it('is on record with its event, and is found by its digest', () => {
    const journal = desk().open()
    const writer = startRun(journal)
    ask(writer)
    expect(journal.approval(DIGEST)).toEqual({
      digest: DIGEST,
      run: writer.run,
      step: 'reprocess',
      action: 'settlement.reprocess',
      askedAtMs: START_MS,
      expiresAtMs: START_MS + TEN_MINUTES,
    })
    expect(journal.events(writer.run).at(-1)).toMatchObject({
      kind: 'approvalRequested',
      step: 'reprocess',
      data: { digest: DIGEST },
    })
    expect(journal.approval('other')).toBeUndefined()
  })

  it('is spent by one intent, and good for no other', () => {
    const { open, clock } = desk()
    const journal = open()
    const writer = startRun(journal)
    ask(writer)
    clock.advance(1000)
    intend(writer, { digest: DIGEST, nowMs: clock.now() })
    expect(journal.approval(DIGEST)?.usedAtMs).toBe(clock.now())
    expect(journal.events(writer.run).slice(-2)).toMatchObject([
      { kind: 'approvalGiven', step: 'reprocess', data: { digest: DIGEST } },
      { kind: 'actionIntended', step: 'reprocess', data: { evidence: { id: 8 } } },
    ])
    writer.finishAction({ step: 'reprocess', data: { outcome: 'failed' } })
    const count = journal.events(writer.run).length
    const again = thrownBy(() => intend(writer, { digest: DIGEST }))
    expect(again).toMatchObject({ code: 'CONFIRM_USED', exitCode: 4 })
    expect(journal.events(writer.run)).toHaveLength(count)
    expect(journal.openIntents()).toEqual([])
  })

  it('stays spent when it is asked for under the same digest', () => {
    const writer = startRun(desk().open())
    ask(writer)
    ask(writer)
    intend(writer, { digest: DIGEST })
    expect(thrownBy(() => ask(writer)).code).toBe('DEFECT')
  })

  it.each([
    ['is good up to its last millisecond', START_MS + TEN_MINUTES, undefined],
    ['has expired a millisecond later', START_MS + TEN_MINUTES + 1, 'CONFIRM_EXPIRED'],
    ['has expired when the clock was set back', START_MS - 1, 'CONFIRM_EXPIRED'],
    ['is not judged by a time that is no number', Number.NaN, 'DEFECT'],
  ])('%s', (_title, nowMs, code) => {
    const journal = desk().open()
    const writer = startRun(journal)
    ask(writer)
    const attempt = () => intend(writer, { digest: DIGEST, nowMs })
    if (code === undefined) attempt()
    else expect(thrownBy(attempt).code).toBe(code)
    expect(journal.openIntents()).toHaveLength(code === undefined ? 1 : 0)
    expect(journal.approval(DIGEST)?.usedAtMs !== undefined).toBe(code === undefined)
  })

  it('is good only in the run, the step and for the action it was asked for', () => {
    const { open } = desk()
    const journal = open()
    const writer = startRun(journal)
    ask(writer)
    for (const attempt of [
      () => intend(startRun(journal), { digest: DIGEST }),
      () => intend(writer, { digest: DIGEST, step: 'other' }),
      () => intend(writer, { digest: DIGEST, action: 'settlement.run' }),
      () => intend(writer, { digest: digestOf('invented') }),
    ]) {
      expect(thrownBy(attempt)).toMatchObject({ code: 'CONFIRM_UNKNOWN', exitCode: 4 })
    }
    expect(journal.openIntents()).toEqual([])
    intend(writer, { digest: DIGEST })
  })
})

describe('an intent', () => {
  it('without a digest records that the id was typed', () => {
    const journal = desk().open()
    const writer = startRun(journal)
    intend(writer)
    expect(journal.events(writer.run).at(-2)).toMatchObject({
      kind: 'approvalGiven',
      data: { typed: true },
    })
    expect(journal.openIntents()).toEqual([
      {
        run: writer.run,
        step: 'reprocess',
        action: 'settlement.reprocess',
        url: URL,
        date: DATE,
        sentAtMs: START_MS,
        data: { evidence: { id: 8 } },
      },
    ])
  })

  it('blocks every other one on its date, without spending their approvals', () => {
    const { open } = desk()
    const [journal, other] = [open(100), open(200)]
    const first = startRun(journal)
    intend(first)
    const second = startRun(other)
    ask(second)
    const error = thrownBy(() => intend(second, { digest: DIGEST }))
    expect(error).toMatchObject({ code: 'INTENT_OPEN', exitCode: 75 })
    expect(error.next).toEqual([`mts run resume ${first.run} --url ${URL}`])
    expect(other.approval(DIGEST)).not.toHaveProperty('usedAtMs')
    intend(second, { date: '2026-11-22' })
    intend(startRun(other, { url: 'http://other:8080' }))
    first.finishAction({ step: 'reprocess', data: { outcome: 'succeeded' } })
    expect(other.openIntents({ url: URL, date: DATE })).toEqual([])
    second.finishAction({ step: 'reprocess', data: { outcome: 'failed' } })
    intend(second, { digest: DIGEST })
  })

  it('of a dead process blocks until somebody has reconciled it', () => {
    const { open, machine } = desk()
    const crashed = startRun(open(100))
    intend(crashed)
    machine.kill(100)
    const journal = open(200)
    expect(thrownBy(() => intend(startRun(journal))).code).toBe('INTENT_OPEN')
    const resumed = journal.openRun(crashed.run)
    expect(thrownBy(() => intend(resumed)).code).toBe('INTENT_OPEN')
    resumed.finishAction({ step: 'reprocess', data: { outcome: 'unknown' } })
    expect(journal.openIntents()).toHaveLength(1)
    expect(thrownBy(() => intend(startRun(journal))).code).toBe('INTENT_OPEN')
    resumed.finishAction({ step: 'reprocess', data: { outcome: 'violated' } })
    expect(journal.openIntents()).toEqual([])
    intend(startRun(journal))
  })

  it('blocks its own step on any date', () => {
    const writer = startRun(desk().open())
    intend(writer)
    expect(thrownBy(() => intend(writer, { date: '2026-11-22' })).code).toBe('INTENT_OPEN')
  })

  it('is found by url and by date', () => {
    const journal = desk().open()
    intend(startRun(journal))
    intend(startRun(journal), { date: '2026-11-22' })
    intend(startRun(journal, { url: 'http://other:8080' }))
    const dates = (filter: Parameters<typeof journal.openIntents>[0]) =>
      journal.openIntents(filter).map(({ url, date }) => `${url} ${date}`)
    expect(dates({ url: URL })).toEqual([`${URL} ${DATE}`, `${URL} 2026-11-22`])
    expect(dates({ date: DATE })).toEqual([`${URL} ${DATE}`, `http://other:8080 ${DATE}`])
    expect(dates({ url: URL, date: '2026-11-22' })).toEqual([`${URL} 2026-11-22`])
  })

  it('can be finished once, and only with an outcome', () => {
    const journal = desk().open()
    const writer = startRun(journal)
    const finish = (data: unknown) => () => writer.finishAction({ step: 'reprocess', data })
    expect(thrownBy(finish({ outcome: 'failed' })).code).toBe('DEFECT')
    intend(writer)
    for (const nothing of [{}, null, { outcome: '' }, { outcome: null }]) {
      expect(thrownBy(finish(nothing)).code).toBe('DEFECT')
    }
    expect(journal.openIntents()).toHaveLength(1)
    finish({ outcome: 'succeeded' })()
    expect(thrownBy(finish({ outcome: 'succeeded' })).code).toBe('DEFECT')
    expect(journal.events(writer.run).filter(({ kind }) => kind === 'actionFinished')).toHaveLength(
      1,
    )
  })

  it('cannot be doubled on a date, not even past the checks', () => {
    const { open, path } = desk()
    const writer = startRun(open())
    intend(writer)
    tamper(path, (database) => {
      const copy = `INSERT INTO intents SELECT seq - 1, run, 'other', action, url, date, sent_at_ms, NULL
        FROM intents`
      expect(() => database.exec(copy)).toThrow(/UNIQUE/)
    })
  })
})
