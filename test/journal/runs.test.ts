import { describe, expect, it } from 'vitest'
import { seoulInstant } from '../../src/core/dates.ts'
import { desk, startRun, thrownBy } from './fixture.ts'

describe('runs', () => {
  it('are numbered within the day of Seoul, beyond 99 too', () => {
    const { open, clock } = desk()
    const journal = open()
    clock.set(seoulInstant('2026-11-23', '23:59'))
    expect(startRun(journal).run).toBe('20261123-01')
    clock.set(seoulInstant('2026-11-24', '00:00'))
    const ids = Array.from({ length: 101 }, () => startRun(journal).run)
    expect(ids[0]).toBe('20261124-01')
    expect(ids[98]).toBe('20261124-99')
    expect(ids[100]).toBe('20261124-101')
    expect(journal.runs({ limit: 2 }).map(({ run }) => run)).toEqual([
      '20261124-101',
      '20261124-100',
    ])
  })

  it('are listed newest first, by kind, by subject and up to a limit', () => {
    const { open, clock } = desk()
    const journal = open()
    const started = [
      ['playbook', 'settlement-failure'],
      ['checklist', 'daily'],
      ['checklist', 'weekly'],
      ['checklist', 'daily'],
    ] as const
    for (const [kind, subject] of started) {
      clock.advance(60_000)
      startRun(journal, { kind, subject })
    }
    const ids = (filter?: Parameters<typeof journal.runs>[0]) =>
      journal.runs(filter).map(({ run }) => run.slice(-2))
    expect(ids()).toEqual(['04', '03', '02', '01'])
    expect(ids({ kind: 'checklist' })).toEqual(['04', '03', '02'])
    expect(ids({ kind: 'checklist', subject: 'daily' })).toEqual(['04', '02'])
    expect(ids({ subject: 'daily', limit: 1 })).toEqual(['04'])
    expect(ids({ kind: 'action' })).toEqual([])
  })

  it('keep what they were started with, in the list and in the chain', () => {
    const { open, clock } = desk()
    const journal = open()
    const { run } = startRun(journal, { data: { inputs: { date: '2026-11-23' } } })
    expect(journal.run(run)).toEqual({
      run: '20261124-01',
      kind: 'action',
      subject: 'settlement.reprocess',
      url: 'http://localhost:8080',
      operator: 'kim',
      startedAtMs: clock.now(),
      status: 'running',
    })
    const [first] = journal.events(run)
    expect(first).toMatchObject({
      seq: 1,
      run,
      kind: 'runStarted',
      atMs: clock.now(),
      data: {
        inputs: { date: '2026-11-23' },
        header: { operator: 'kim', url: journal.run(run)?.url },
      },
    })
    expect(journal.run('20261124-77')).toBeUndefined()
    expect(journal.events('20261124-77')).toEqual([])
  })

  it('have the status their last event leaves', () => {
    const { open, clock } = desk()
    const journal = open()
    const writer = startRun(journal)
    const status = () => journal.run(writer.run)?.status
    writer.append({ kind: 'stepStarted', step: 'look', data: {} })
    expect(status()).toBe('running')
    writer.append({ kind: 'runWaiting', data: {} })
    expect(status()).toBe('waiting')
    writer.append({ kind: 'noteAdded', data: { note: 'called the bank' } })
    expect(status()).toBe('waiting')
    writer.append({ kind: 'runResumed', data: {} })
    expect(status()).toBe('running')
    writer.append({ kind: 'stepFinished', step: 'look', data: {} }, { status: 'waiting' })
    expect(status()).toBe('waiting')
    clock.advance(5000)
    writer.append({ kind: 'runFinished', data: { status: 'failed' } })
    expect(journal.run(writer.run)).toMatchObject({ status: 'failed', endedAtMs: clock.now() })
  })

  it('keep their end when a note is added afterwards, and lose it when they go on', () => {
    const { open, clock } = desk()
    const journal = open()
    const writer = startRun(journal)
    const endedAtMs = clock.now()
    writer.append({ kind: 'runFinished', data: { status: 'aborted' } })
    clock.advance(60_000)
    writer.append({ kind: 'noteAdded', data: {} }, { status: 'aborted' })
    expect(journal.run(writer.run)?.endedAtMs).toBe(endedAtMs)
    writer.append({ kind: 'runResumed', data: {} })
    expect(journal.run(writer.run)).not.toHaveProperty('endedAtMs')
  })

  it('cannot finish without saying how', () => {
    const { open } = desk()
    const journal = open()
    const writer = startRun(journal)
    const finish = () => writer.append({ kind: 'runFinished', data: { status: 'fine' } })
    expect(thrownBy(finish)).toMatchObject({ code: 'DEFECT', exitCode: 70 })
    expect(journal.events(writer.run)).toHaveLength(1)
  })

  it('show as interrupted when the process that walked them has died or let go', () => {
    const { open, machine } = desk()
    const [dying, reader] = [open(100), open(200)]
    const running = startRun(dying)
    const waiting = startRun(dying)
    waiting.append({ kind: 'runWaiting', data: {} })
    const released = startRun(reader)
    expect(reader.runs().map(({ status }) => status)).toEqual(['running', 'waiting', 'running'])
    machine.kill(100)
    released.release()
    expect(reader.run(running.run)?.status).toBe('interrupted')
    expect(reader.run(waiting.run)?.status).toBe('waiting')
    expect(reader.run(released.run)?.status).toBe('interrupted')
  })
})

describe('the right to write a run', () => {
  it('is refused while its holder lives, naming who holds it', () => {
    const { open, clock } = desk()
    const { run } = startRun(open(4211), { operator: 'park' })
    clock.advance(60_000)
    const error = thrownBy(() => open(200).openRun(run))
    expect(error).toMatchObject({ code: 'BUSY', exitCode: 75 })
    expect(error.text.ko).toContain('PID 4211 · 담당자 park · 2026-11-24 02:45:00부터')
    expect(error.text.en).toContain('pid 4211, operator park, since 2026-11-24 02:45:00')
    expect(error.next).toEqual([`mts run status ${run} --url http://localhost:8080`])
  })

  it('is refused to the process that holds it already', () => {
    const { open } = desk()
    const journal = open(100)
    const { run } = startRun(journal)
    expect(thrownBy(() => journal.openRun(run)).code).toBe('BUSY')
    expect(thrownBy(() => open(100).openRun(run)).code).toBe('BUSY')
  })

  it('passes on at once when its holder has died, and the former holder is fenced off', () => {
    const { open, machine } = desk()
    const former = startRun(open(100))
    machine.kill(100)
    const journal = open(200)
    const writer = journal.openRun(former.run)
    expect(writer.epoch).toBe(former.epoch + 1)
    for (const late of [
      () => former.append({ kind: 'noteAdded', data: {} }),
      () => former.intend({ step: 's', action: 'a', date: '2026-11-23', nowMs: 1, data: {} }),
      () => former.finishAction({ step: 's', data: { outcome: 'succeeded' } }),
      () =>
        former.askApproval(
          { digest: 'd', step: 's', action: 'a', askedAtMs: 1, expiresAtMs: 2 },
          {},
        ),
    ]) {
      expect(thrownBy(late)).toMatchObject({ code: 'BUSY', exitCode: 75 })
    }
    former.release()
    expect(thrownBy(() => open(300).openRun(former.run)).code).toBe('BUSY')
    writer.append({ kind: 'runResumed', data: {} })
    expect(journal.events(former.run).map(({ kind }) => kind)).toEqual(['runStarted', 'runResumed'])
    expect(journal.approval('d')).toBeUndefined()
    expect(journal.openIntents()).toEqual([])
  })

  it('passes on when it was given back, or its journal closed', () => {
    const { open } = desk()
    const journal = open(100)
    const first = startRun(journal)
    const second = startRun(journal)
    first.release()
    first.release()
    expect(open(200).openRun(first.run).epoch).toBe(2)
    expect(thrownBy(() => first.append({ kind: 'noteAdded', data: {} })).code).toBe('DEFECT')
    journal.close()
    expect(open(200).openRun(second.run).epoch).toBe(2)
  })

  it('is 66 for a run that does not exist', () => {
    const error = thrownBy(() => desk().open().openRun('20261124-09'))
    expect(error).toMatchObject({ code: 'NOT_FOUND', exitCode: 66, next: ['mts run list'] })
  })
})

describe('the lock on a settlement date', () => {
  it('is refused while a living process holds it, this one included', () => {
    const { open } = desk()
    const [journal, other] = [open(100), open(200)]
    const { run } = startRun(journal, { operator: 'lee' })
    const lock = journal.lockDate('http://a', '2026-11-23', run)
    const theirs = startRun(other)
    const error = thrownBy(() => other.lockDate('http://a', '2026-11-23', theirs.run))
    expect(error).toMatchObject({ code: 'BUSY', exitCode: 75 })
    expect(error.text.en).toContain(`run ${run}, pid 100, operator lee`)
    const again = startRun(journal)
    expect(thrownBy(() => journal.lockDate('http://a', '2026-11-23', again.run)).code).toBe('BUSY')
    expect(thrownBy(() => journal.lockDate('http://a', '2026-11-23', run)).code).toBe('BUSY')
    other.lockDate('http://a', '2026-11-22', theirs.run)
    other.lockDate('http://b', '2026-11-23', theirs.run)
    lock.release()
    other.lockDate('http://a', '2026-11-23', theirs.run)
  })

  it('is taken over at once from the dead, whose late release takes nothing away', () => {
    const { open, machine } = desk()
    const [dead, heir, third] = [open(100), open(200), open(300)]
    const lock = dead.lockDate('http://a', '2026-11-23', startRun(dead).run)
    machine.kill(100)
    heir.lockDate('http://a', '2026-11-23', startRun(heir).run)
    lock.release()
    const { run } = startRun(third)
    expect(thrownBy(() => third.lockDate('http://a', '2026-11-23', run)).code).toBe('BUSY')
  })

  it('ends with its journal', () => {
    const { open } = desk()
    const journal = open(100)
    journal.lockDate('http://a', '2026-11-23', startRun(journal).run)
    journal.close()
    const other = open(200)
    const { run } = startRun(other)
    expect(() => other.lockDate('http://a', '2026-11-23', run)).not.toThrow()
  })

  it('belongs to a run on record', () => {
    const journal = desk().open()
    expect(thrownBy(() => journal.lockDate('http://a', '2026-11-23', 'none')).code).toBe(
      'NOT_FOUND',
    )
  })
})
