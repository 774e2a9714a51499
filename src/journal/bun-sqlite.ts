/** SQLite in the standalone executable: Bun's own, since a native module cannot be put inside. */
import { Database } from 'bun:sqlite'
import type { Statement } from 'bun:sqlite'
import type { OpenDatabase, Row } from './driver.ts'

export const openDatabase: OpenDatabase = (path, { busyTimeoutMs }) => {
  const database = new Database(path, { readwrite: true, create: true })
  database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`)
  // Nothing of the journal in files elsewhere, as libsql is made to do.
  database.exec('PRAGMA temp_store = MEMORY')
  const statements: Statement[] = []
  return {
    prepare(sql) {
      const statement = database.prepare(sql)
      statements.push(statement)
      return {
        run: (params) => statement.run(...params).changes,
        get: (params) => (statement.get(...params) ?? undefined) as Row | undefined,
        all: (params) => statement.all(...params) as Row[],
      }
    },
    exec(sql) {
      database.exec(sql)
    },
    get inTransaction() {
      return database.inTransaction
    },
    close() {
      // With a statement left, SQLite would keep the file and its locks until memory is tidied up.
      for (const statement of statements) statement.finalize()
      database.close(true)
    },
  }
}
