/** Where the running program lies: the package and the standalone executable differ in it. */

export interface Place {
  /** Program and arguments that start mts. */
  readonly program: readonly string[]
  /** Directory that holds `playbooks/` and `checklists/`. */
  readonly assetsDir: string
}
