/** The whole program in process: words in, output through the ports, exit code out. */
import type { CommandSpec } from './command.ts'
import type { Ports } from './ports.ts'
import { VERSION } from './version.ts'

export interface RunOptions {
  /** Other commands than the program's own, for tests of the wiring. */
  readonly specs?: readonly CommandSpec[]
}

/** Never rejects. `--version` needs no library, so none is loaded for it. */
export async function run(
  argv: readonly string[],
  ports: Ports,
  options: RunOptions = {},
): Promise<number> {
  if (isVersionQuestion(argv)) {
    ports.stdout.write(`${VERSION}\n`)
    return 0
  }
  const { execute } = await import('./execute.ts')
  return execute(argv, ports, { version: VERSION, ...options })
}

export function isVersionQuestion(argv: readonly string[]): boolean {
  return argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')
}
