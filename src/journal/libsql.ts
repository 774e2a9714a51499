/** SQLite under Node: libsql, whose binary comes from the registry. */
import Libsql from 'libsql'
import type { OpenDatabase, Row } from './driver.ts'

export const openDatabase: OpenDatabase = (path, { busyTimeoutMs }) => {
  const database = new Libsql(path, { timeout: busyTimeoutMs })
  return {
    prepare(sql) {
      const statement = database.prepare(sql)
      // Parameters go in as one array: a lone null would be taken for an object of named ones.
      return {
        run: (params) => statement.run(params).changes,
        get: (params) => statement.get(params) as Row | undefined,
        all: (params) => statement.all(params) as Row[],
      }
    },
    exec(sql) {
      database.exec(sql)
    },
    get inTransaction() {
      return database.inTransaction
    },
    close() {
      database.close()
    },
  }
}
