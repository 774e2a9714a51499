/**
 * The one place that knows which SQLite is underneath. Everything else speaks to these few
 * methods, so that another driver with the same manners (bun:sqlite) can take its place.
 */
import Libsql from 'libsql'

export type SqlValue = string | number | null
export type Row = Readonly<Record<string, unknown>>

export interface SqlStatement {
  /** Number of rows changed. */
  run(params: readonly SqlValue[]): number
  get(params: readonly SqlValue[]): Row | undefined
  all(params: readonly SqlValue[]): readonly Row[]
}

export interface SqlDatabase {
  prepare(sql: string): SqlStatement
  /** Runs statements that return nothing. */
  exec(sql: string): void
  /** False again after an error that made SQLite roll back by itself (a full disk). */
  readonly inTransaction: boolean
  close(): void
}

/** Opens a file that exists already. `busyTimeoutMs`: how long a locked database is waited for. */
export type OpenDatabase = (
  path: string,
  options: { readonly busyTimeoutMs: number },
) => SqlDatabase

export const openLibsql: OpenDatabase = (path, { busyTimeoutMs }) => {
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

/** `SQLITE_FULL`, `SQLITE_BUSY`, …; undefined for anything SQLite did not say. */
export function sqliteCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code } = error as { code?: unknown }
  if (typeof code === 'string' && code.startsWith('SQLITE_')) return code
  // libsql's errors at opening carry their number in the words only.
  return /ConnectionFailed\(.*: 14"\)$/.test(error.message) ? 'SQLITE_CANTOPEN' : undefined
}
