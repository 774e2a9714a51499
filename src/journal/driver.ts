/**
 * What the journal wants of SQLite. Everything else speaks to these few methods; the two drivers
 * behind them, libsql under Node and Bun's own in the standalone executable, have the same manners.
 */
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

/** The SQLite of the runtime: `imports` in package.json says which. */
export { openDatabase as openSqlite } from '#sqlite'

/** `SQLITE_FULL`, `SQLITE_BUSY`, …; undefined for anything SQLite did not say. */
export function sqliteCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code } = error as { code?: unknown }
  if (typeof code === 'string' && code.startsWith('SQLITE_')) return code
  // libsql's errors at opening carry their number in the words only.
  return /ConnectionFailed\(.*: 14"\)$/.test(error.message) ? 'SQLITE_CANTOPEN' : undefined
}
