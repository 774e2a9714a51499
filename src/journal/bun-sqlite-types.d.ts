/** What is used of Bun's SQLite: the types of Bun themselves would replace those of Node. */
declare module 'bun:sqlite' {
  export interface Statement {
    run(...params: readonly (string | number | null)[]): { readonly changes: number }
    /** null where there is no row. */
    get(...params: readonly (string | number | null)[]): unknown
    all(...params: readonly (string | number | null)[]): unknown[]
    finalize(): void
  }

  export class Database {
    constructor(path: string, options: { readonly readwrite: boolean; readonly create: boolean })
    prepare(sql: string): Statement
    /** One statement or several. */
    exec(sql: string): void
    readonly inTransaction: boolean
    /** With `throwOnError`, one that is still in use is an error instead of being closed later. */
    close(throwOnError: boolean): void
  }
}
