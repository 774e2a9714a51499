/** One connection: statements prepared once, transactions that leave nothing half done, errors in words. */
import type { OpenDatabase, Row, SqlDatabase, SqlStatement, SqlValue } from './driver.ts'
import { damaged, defect, storageError } from './journal-errors.ts'

export interface Store {
  readonly path: string
  /** One IMMEDIATE transaction; what it wrote is on disk when this returns. */
  write<T>(body: () => T): T
  /** Everything read inside sees one and the same moment. */
  read<T>(body: () => T): T
  /** Number of rows changed. */
  run(sql: string, params?: readonly SqlValue[]): number
  get(sql: string, params?: readonly SqlValue[]): Row | undefined
  all(sql: string, params?: readonly SqlValue[]): readonly Row[]
  exec(sql: string): void
  close(): void
}

export function createStore(open: OpenDatabase, path: string, busyTimeoutMs: number): Store {
  const database: SqlDatabase = open(path, { busyTimeoutMs })
  const statements = new Map<string, SqlStatement>()
  let closed = false

  const guarded = <T>(body: () => T): T => {
    if (closed) throw defect('it was closed')
    try {
      return body()
    } catch (error) {
      throw storageError(error, path)
    }
  }
  const statement = (sql: string): SqlStatement => {
    let prepared = statements.get(sql)
    if (prepared === undefined) {
      prepared = database.prepare(sql)
      statements.set(sql, prepared)
    }
    return prepared
  }
  const transaction = <T>(begin: string, body: () => T): T =>
    guarded(() => {
      database.exec(begin)
      try {
        const result = body()
        database.exec('COMMIT')
        return result
      } catch (error) {
        // A full disk makes SQLite roll back by itself; a second ROLLBACK would hide the reason.
        if (database.inTransaction) database.exec('ROLLBACK')
        throw error
      }
    })

  return {
    path,
    write: (body) => transaction('BEGIN IMMEDIATE', body),
    read: (body) => transaction('BEGIN', body),
    run: (sql, params = []) => guarded(() => statement(sql).run(params)),
    get: (sql, params = []) => guarded(() => statement(sql).get(params)),
    all: (sql, params = []) => guarded(() => statement(sql).all(params)),
    exec: (sql) => guarded(() => database.exec(sql)),
    close() {
      if (closed) return
      closed = true
      statements.clear()
      database.close()
    },
  }
}

/** A column that must hold text. Anything else means that the file is not what we wrote. */
export function textOf(row: Row, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw defect(`column ${column} holds no text`)
  return value
}

export function numberOf(row: Row, column: string): number {
  const value = row[column]
  if (typeof value !== 'number') throw defect(`column ${column} holds no number`)
  return value
}

/** JSON that we wrote; the file is damaged when it cannot be read. */
export function parseStored(json: string, path: string): unknown {
  try {
    return JSON.parse(json) as unknown
  } catch (error) {
    throw damaged(path, error)
  }
}

/** undefined for NULL. */
export function optionalNumberOf(row: Row, column: string): number | undefined {
  return row[column] === null ? undefined : numberOf(row, column)
}
