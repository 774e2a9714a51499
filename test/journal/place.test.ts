import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { getuid } from 'node:process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openSqlite } from '../../src/journal/driver.ts'
import type { SqlDatabase } from '../../src/journal/driver.ts'
import { childProcesses } from './child-processes.ts'
import { desk, startRun, tamper, temporaryDirectory, thrownBy } from './fixture.ts'

const start = childProcesses()

describe('where the journal lies', () => {
  it('is made with its directories, for nobody but its owner, whatever the umask', async () => {
    const path = join(temporaryDirectory(), 'a', 'b', 'journal.db')
    const child = start('modes', path)
    expect(await child.ended).toBe(0)
    expect(child.lines[0]).toEqual({
      directory: '700',
      files: {
        'journal.db': '600',
        'journal.db-wal': '600',
        'journal.db-shm': '600',
        'journal.db.head': '600',
      },
    })
  })

  it('is tightened when its files were open to others', () => {
    const at = desk()
    startRun(at.open())
    const files = ['', '-wal', '-shm', '.head'].map((suffix) => `${at.path}${suffix}`)
    for (const file of files) chmodSync(file, 0o644)
    at.open()
    expect(files.map((file) => (statSync(file).mode & 0o777).toString(8))).toEqual(
      files.map(() => '600'),
    )
  })

  it.each([0o777, 0o770, 0o1777])('is refused where others can write (%o)', (mode) => {
    const directory = temporaryDirectory()
    chmodSync(directory, mode)
    const error = thrownBy(() => desk(join(directory, 'journal.db')).open())
    expect(error).toMatchObject({ code: 'CONFIG', exitCode: 78 })
    expect(error.text.en).toContain('others can write')
    expect(error.next[0]).toEqual({ ko: `chmod 700 ${directory}`, en: `chmod 700 ${directory}` })
    expect(existsSync(join(directory, 'journal.db'))).toBe(false)
  })

  it('leaves a directory that only others can read as it is', () => {
    const directory = temporaryDirectory()
    chmodSync(directory, 0o755)
    startRun(desk(join(directory, 'journal.db')).open())
    expect((statSync(directory).mode & 0o777).toString(8)).toBe('755')
  })

  it('is 78 when it cannot be made', () => {
    const directory = temporaryDirectory()
    writeFileSync(join(directory, 'file'), '')
    mkdirSync(join(directory, 'taken'))
    for (const path of [join(directory, 'file', 'journal.db'), join(directory, 'taken')]) {
      const error = thrownBy(() => desk(path).open())
      expect(error).toMatchObject({ code: 'CONFIG', exitCode: 78 })
      expect(error.text.ko).toContain(path)
      expect(error.next).not.toEqual([])
    }
  })

  it('is 78 when its directory is read-only', () => {
    // Root may write where it may not; in the kernel's own file system not even root makes a file.
    const directory = getuid?.() === 0 ? '/proc/self' : temporaryDirectory()
    if (getuid?.() !== 0) chmodSync(directory, 0o500)
    const error = thrownBy(() => desk(join(directory, 'journal.db')).open())
    expect(error).toMatchObject({ code: 'CONFIG', exitCode: 78 })
  })

  it('is 78 at once when nothing can be written to it', () => {
    const at = desk()
    startRun(at.open())
    const readOnly: typeof openSqlite = (path, options) => {
      const database = openSqlite(path, options)
      database.exec('PRAGMA query_only = ON')
      return database
    }
    const error = thrownBy(() => at.open(200, readOnly))
    expect(error).toMatchObject({ code: 'CONFIG', exitCode: 78 })
    expect(error.text.en).toContain('readonly')
  })
})

describe('a file that is not a journal of this mts', () => {
  it.each([
    ['no database at all', 'settlements, by hand\n'.repeat(300)],
    ['a few bytes', 'hi'],
  ])('is refused and left as it is: %s', (_what, content) => {
    const path = join(temporaryDirectory(), 'journal.db')
    writeFileSync(path, content)
    const error = thrownBy(() => desk(path).open())
    expect(error).toMatchObject({ code: 'CONFIG', exitCode: 78 })
    expect(error.text.en).toContain('not a journal')
    expect(readFileSync(path, 'utf8')).toBe(content)
  })

  it("is refused and left as it is: another program's database", () => {
    const path = join(temporaryDirectory(), 'places.sqlite')
    tamper(path, (database) => database.exec('CREATE TABLE bookmarks (url TEXT)'))
    const before = readFileSync(path)
    const error = thrownBy(() => desk(path).open())
    expect(error).toMatchObject({ code: 'CONFIG', exitCode: 78 })
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  it('is refused when a newer mts has made it', () => {
    const at = desk()
    startRun(at.open()).release()
    tamper(at.path, (database) => database.exec('PRAGMA user_version = 99'))
    const error = thrownBy(() => at.open())
    expect(error).toMatchObject({ code: 'CONFIG', exitCode: 78 })
    expect(error.text.en).toContain('made by a newer mts: format 99')
  })

  it('is refused when it is damaged, and nothing is overwritten', () => {
    const at = desk()
    const journal = at.open()
    for (let index = 0; index < 20; index++) startRun(journal)
    journal.close()
    const whole = readFileSync(at.path)
    // The first page stays readable, everything behind it is gone.
    const broken = Buffer.concat([whole.subarray(0, 4096), Buffer.alloc(whole.length - 4096, 0xff)])
    const path = join(temporaryDirectory(), 'journal.db')
    writeFileSync(path, broken)
    const error = thrownBy(() => desk(path).open())
    expect(error).toMatchObject({ code: 'CONFIG', exitCode: 78 })
    expect(error.text.en).toContain('damaged')
    expect(readFileSync(path).equals(broken)).toBe(true)
  })
})

/** A database of which a test replaces one part. */
function altered(
  database: SqlDatabase,
  change: Partial<Pick<SqlDatabase, 'prepare' | 'exec'>>,
): SqlDatabase {
  return {
    prepare: (sql) => database.prepare(sql),
    exec: (sql) => database.exec(sql),
    ...change,
    get inTransaction() {
      return database.inTransaction
    },
    close: () => database.close(),
  }
}

describe('opening', () => {
  it('proves by a write of its own that the disk takes one', () => {
    const at = desk()
    at.open().close()
    const first = at.open()
    const before = statSync(`${at.path}-wal`).size
    at.open()
    expect(statSync(`${at.path}-wal`).size).toBeGreaterThan(before)
    first.close()
  })

  it('waits for its commits to be on disk, in a write-ahead log', () => {
    const opened: SqlDatabase[] = []
    desk().open(100, (path, options) => {
      const database = openSqlite(path, options)
      opened.push(database)
      return database
    })
    const pragma = (name: string) => opened[0]?.prepare(`PRAGMA ${name}`).get([])?.[name]
    expect(pragma('synchronous')).toBe(2)
    expect(pragma('journal_mode')).toBe('wal')
    expect(pragma('foreign_keys')).toBe(1)
  })

  it('tries again when another process is just making the same file', () => {
    let refusals = 2
    const at = desk()
    const journal = at.open(100, (path, options) => {
      const database = openSqlite(path, options)
      return altered(database, {
        prepare(sql) {
          if (sql.includes('journal_mode') && refusals-- > 0) {
            throw Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' })
          }
          return database.prepare(sql)
        },
      })
    })
    expect(journal.verifyChain().intact).toBe(true)
  })
})

describe('a disk that refuses', () => {
  /** The journal with a hand on the database underneath it. */
  function withDatabase() {
    const at = desk()
    const opened: SqlDatabase[] = []
    let commitsFail = false
    const journal = at.open(100, (path, options) => {
      const database = openSqlite(path, options)
      opened.push(database)
      return altered(database, {
        exec(sql) {
          if (sql !== 'COMMIT' || !commitsFail) return database.exec(sql)
          // As SQLite does when the disk is full: rolled back already when the error is told.
          database.exec('ROLLBACK')
          throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
        },
      })
    })
    const failCommits = (fail: boolean): void => {
      commitsFail = fail
    }
    const pragma = (sql: string) => opened[0]?.prepare(`PRAGMA ${sql}`).get([])
    return { at, journal, pragma, failCommits }
  }

  it('is 78 with words when it is full, leaves nothing half written, and goes on afterwards', () => {
    const { at, journal, pragma } = withDatabase()
    const writer = startRun(journal)
    const big = { text: 'x'.repeat(100_000) }
    pragma('max_page_count = 1')
    const error = thrownBy(() => {
      writer.intend({
        step: 's',
        action: 'a',
        date: '2026-11-23',
        nowMs: at.clock.now(),
        data: big,
      })
    })
    expect(error).toMatchObject({ code: 'JOURNAL_UNWRITABLE', exitCode: 78 })
    expect(error.text.ko).toContain('디스크 공간 부족')
    expect(error.text.en).toContain('the disk is full')
    expect(journal.openIntents()).toEqual([])
    expect(journal.events(writer.run)).toHaveLength(1)
    expect(thrownBy(() => startRun(journal, { data: big })).code).toBe('JOURNAL_UNWRITABLE')
    expect(journal.runs()).toHaveLength(1)
    pragma('max_page_count = 1000000')
    writer.intend({ step: 's', action: 'a', date: '2026-11-23', nowMs: at.clock.now(), data: big })
    expect(journal.openIntents()).toHaveLength(1)
    expect(journal.verifyChain()).toMatchObject({ intact: true, events: 3 })
  })

  it('is 78 with its reason when SQLite has rolled back by itself', () => {
    const { journal, failCommits } = withDatabase()
    const writer = startRun(journal)
    failCommits(true)
    const error = thrownBy(() => writer.append({ kind: 'noteAdded', data: {} }))
    expect(error).toMatchObject({ code: 'JOURNAL_UNWRITABLE', exitCode: 78 })
    expect(error.text.en).toContain('the disk is full')
    failCommits(false)
    writer.append({ kind: 'noteAdded', data: {} })
    expect(journal.verifyChain()).toMatchObject({ intact: true, events: 2 })
  })

  it('is 78 when it has become read-only, and does not stop the journal from being closed', () => {
    const { at, journal, pragma } = withDatabase()
    const writer = startRun(journal)
    pragma('query_only = 1')
    const error = thrownBy(() => writer.append({ kind: 'noteAdded', data: {} }))
    expect(error).toMatchObject({ code: 'JOURNAL_UNWRITABLE', exitCode: 78 })
    writer.release()
    journal.close()
    expect(at.open().verifyChain()).toMatchObject({ intact: true, events: 1 })
  })

  it('is 75 when another program keeps the file locked', () => {
    const at = desk()
    const writer = startRun(at.open(100, (path) => openSqlite(path, { busyTimeoutMs: 20 })))
    tamper(at.path, (database) => {
      database.exec('BEGIN IMMEDIATE')
      const error = thrownBy(() => writer.append({ kind: 'noteAdded', data: {} }))
      expect(error).toMatchObject({ code: 'BUSY', exitCode: 75 })
      database.exec('ROLLBACK')
    })
    writer.append({ kind: 'noteAdded', data: {} })
  })
})

describe('closing', () => {
  it('leaves nothing in the write-ahead log, and may be done twice', () => {
    const at = desk()
    const journal = at.open()
    const writer = startRun(journal)
    expect(statSync(`${at.path}-wal`).size).toBeGreaterThan(0)
    journal.close()
    journal.close()
    expect(statSync(`${at.path}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0)
    expect(thrownBy(() => journal.runs()).code).toBe('DEFECT')
    expect(thrownBy(() => writer.append({ kind: 'noteAdded', data: {} })).code).toBe('DEFECT')
  })

  it('does not wait for others that are at work', () => {
    const at = desk()
    const journal = at.open()
    startRun(journal)
    tamper(at.path, (database) => {
      database.exec('BEGIN')
      database.prepare('SELECT * FROM events').all([])
      const before = performance.now()
      journal.close()
      expect(performance.now() - before).toBeLessThan(1000)
      database.exec('COMMIT')
    })
    expect(at.open().verifyChain().events).toBe(1)
  })
})
