import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { canonicalJson, sha256 } from '../../src/core/digest.ts'
import type { Journal } from '../../src/core/journal.ts'
import { openSqlite } from '../../src/journal/driver.ts'
import { createEventLog } from '../../src/journal/event-log.ts'
import { createHeadFile } from '../../src/journal/head-file.ts'
import { createStore } from '../../src/journal/store.ts'
import { desk, startRun, tamper } from './fixture.ts'
import type { Desk } from './fixture.ts'

/** A journal with two runs and some events each, closed. */
function written(at: Desk): void {
  const journal = at.open()
  for (const writer of [startRun(journal), startRun(journal)]) {
    for (let index = 0; index < 3; index++) {
      at.clock.advance(1000)
      writer.append({
        kind: 'stepFinished',
        step: `step-${index}`,
        data: { index, amount: '60000' },
      })
    }
    writer.append({ kind: 'runFinished', data: { status: 'succeeded' } })
  }
  journal.close()
}

/** What `change` did to a closed journal, as the chain sees it. */
function problemAfter(change: (at: Desk) => void): string | undefined {
  const at = desk()
  written(at)
  change(at)
  return at.open().verifyChain().problem?.en
}

function withoutTriggers(at: Desk, sql: string): void {
  tamper(at.path, (database) => {
    database.exec('DROP TRIGGER events_are_not_changed')
    database.exec('DROP TRIGGER events_are_not_removed')
    database.exec('DROP TRIGGER events_have_no_gaps')
    database.exec('PRAGMA foreign_keys = OFF')
    database.exec(sql)
  })
}

describe('the chain', () => {
  it('holds over all runs, numbers events without gaps and hashes their canonical JSON', () => {
    const at = desk()
    written(at)
    const journal = at.open()
    const report = journal.verifyChain()
    const events = ['20261124-01', '20261124-02']
      .flatMap((run) => journal.events(run))
      .toSorted((left, right) => left.seq - right.seq)
    expect(report).toEqual({ intact: true, events: 10, headHash: events.at(-1)?.hash })
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    let previous = '0'.repeat(64)
    for (const { hash, ...event } of events) {
      expect(hash).toBe(sha256(previous + canonicalJson(event)))
      previous = hash
    }
  })

  it('is intact when nothing has been written yet', () => {
    const report = desk().open().verifyChain()
    expect(report).toEqual({ intact: true, events: 0, headHash: '0'.repeat(64) })
  })

  it('is checked in full when it is longer than one batch', () => {
    const at = desk()
    const journal = at.open()
    const writer = startRun(journal)
    for (let index = 0; index < 600; index++) writer.append({ kind: 'noteAdded', data: { index } })
    expect(journal.verifyChain()).toMatchObject({ intact: true, events: 601 })
    withoutTriggers(at, `UPDATE events SET data = '{"index":0}' WHERE seq = 600`)
    expect(journal.verifyChain().problem?.en).toContain('event 600 was changed')
  })

  it('refuses changes, removals and gaps by SQL', () => {
    const at = desk()
    written(at)
    tamper(at.path, (database) => {
      for (const sql of [
        `UPDATE events SET data = '{}' WHERE seq = 3`,
        'DELETE FROM events WHERE seq = 10',
        `INSERT OR REPLACE INTO events SELECT seq, run, 0, kind, step, data, hash FROM events WHERE seq = 3`,
        `INSERT INTO events SELECT 12, run, 0, kind, step, data, hash FROM events WHERE seq = 3`,
      ]) {
        expect(() => database.exec(sql), sql).toThrow(/append-only/)
      }
    })
    expect(at.open().verifyChain().intact).toBe(true)
  })

  it.each([
    ['data', `UPDATE events SET data = '{"amount":"0","index":1}' WHERE seq = 3`],
    ['the spacing of data', `UPDATE events SET data = data || ' ' WHERE seq = 3`],
    ['a time', 'UPDATE events SET at_ms = at_ms + 1 WHERE seq = 3'],
    ['a kind', `UPDATE events SET kind = 'noteAdded' WHERE seq = 3`],
    ['a step', `UPDATE events SET step = NULL WHERE seq = 3`],
    ['a run', `UPDATE events SET run = '20261124-02' WHERE seq = 3`],
    ['a hash', `UPDATE events SET hash = '${'1'.repeat(64)}' WHERE seq = 3`],
  ])('shows that %s was edited', (_what, sql) => {
    expect(problemAfter((at) => withoutTriggers(at, sql))).toContain('event 3 was changed')
  })

  it.each([
    ['in the middle', 'DELETE FROM events WHERE seq = 4', 'event 4 is missing'],
    ['at the beginning', 'DELETE FROM events WHERE seq = 1', 'event 1 is missing'],
    ['at the end', 'DELETE FROM events WHERE seq > 8', 'the last 2 events are lost (8 of 10'],
    ['altogether', 'DELETE FROM events', 'the last 10 events are lost (0 of 10'],
  ])('shows that events were removed %s', (_where, sql, words) => {
    expect(problemAfter((at) => withoutTriggers(at, sql))).toContain(words)
  })

  it('still shows a lost end when new events have taken its place', () => {
    const add = (journal: Journal, count: number) => {
      for (let index = 0; index < count; index++) startRun(journal)
    }
    for (const count of [1, 2, 5]) {
      const problem = problemAfter((at) => {
        withoutTriggers(at, 'DELETE FROM events WHERE seq > 8')
        const journal = at.open()
        add(journal, count)
        journal.close()
      })
      expect(problem).toMatch(/the last 1 events are lost|event 10 is not the one that was noted/)
    }
  })

  it('shows a journal that was put back to an older copy', () => {
    const at = desk()
    written(at)
    copyFileSync(at.path, `${at.path}.backup`)
    written(at)
    copyFileSync(`${at.path}.backup`, at.path)
    rmSync(`${at.path}-wal`, { force: true })
    rmSync(`${at.path}-shm`, { force: true })
    expect(at.open().verifyChain().problem?.en).toContain('the last 10 events are lost (10 of 20')
  })

  it('says that a lost end cannot be excluded when the head is missing or unreadable', () => {
    expect(problemAfter(({ path }) => rmSync(`${path}.head`))).toContain('is missing')
    expect(problemAfter(({ path }) => writeFileSync(`${path}.head`, '{"events":'))).toContain(
      'cannot be read',
    )
    expect(
      problemAfter(({ path }) =>
        writeFileSync(`${path}.head`, `{"events":-1,"hash":"${'0'.repeat(64)}"}`),
      ),
    ).toContain('cannot be read')
  })

  it('allows a head that is behind, as a crash leaves it, and moves it on when opened', () => {
    const at = desk()
    const journal = at.open()
    const writer = startRun(journal)
    const behind = readFileSync(`${at.path}.head`)
    writer.append({ kind: 'noteAdded', data: {} })
    const current = readFileSync(`${at.path}.head`, 'utf8')
    writeFileSync(`${at.path}.head`, behind)
    writeFileSync(`${at.path}.head.4711.tmp`, 'half')
    expect(journal.verifyChain()).toMatchObject({ intact: true, events: 2 })
    const reopened = at.open()
    expect(readFileSync(`${at.path}.head`, 'utf8')).toBe(current)
    expect(() => readFileSync(`${at.path}.head.4711.tmp`)).toThrow(/ENOENT/)
    expect(reopened.verifyChain().intact).toBe(true)
  })

  it('never takes the head back, when a slower process comes after a faster one', () => {
    const at = desk()
    const journal = at.open()
    const [first] = journal.events(startRun(journal).run)
    const writer = startRun(journal)
    writer.append({ kind: 'noteAdded', data: {} })
    const head = readFileSync(`${at.path}.head`, 'utf8')
    const store = createStore(openSqlite, at.path, 1000)
    const log = createEventLog(store, createHeadFile(`${at.path}.head`), at.clock)
    log.recordHead({ events: 1, hash: first?.hash ?? '' })
    store.close()
    expect(readFileSync(`${at.path}.head`, 'utf8')).toBe(head)
    expect(JSON.parse(head)).toMatchObject({ events: 3 })
  })

  it('goes on when the head cannot be written: the events are what counts', () => {
    const at = desk()
    const journal = at.open()
    const writer = startRun(journal)
    rmSync(`${at.path}.head`)
    writer.append({ kind: 'noteAdded', data: {} })
    expect(journal.events(writer.run)).toHaveLength(2)
    expect(journal.verifyChain().intact).toBe(false)
  })
})
