/**
 * The programs that tests start as a process: the npm package as built, and the standalone
 * executable. What is not built is skipped by name; where everything has to be there (CI), it fails.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe } from 'vitest'
import { executableFor, hostTarget } from '../../.ci/executables.mjs'
import { PROJECT_DIR } from './ports.ts'

export interface Program {
  readonly name: 'npm package' | 'executable'
  /** What to start, with what before the words of the command line. */
  readonly file: string
  readonly args: readonly string[]
}

interface BuiltProgram extends Program {
  /** Why it cannot be started; undefined when it can. */
  readonly missing: string | undefined
}

const PACKAGE: Program = {
  name: 'npm package',
  file: process.execPath,
  args: [join(PROJECT_DIR, 'bin', 'mts.js')],
}

/** One group of tests for each program; `use` is told before each test which one it is. */
export function describePrograms(
  title: string,
  use: (program: Program) => void,
  body: (program: Program) => void,
): void {
  for (const program of programs()) describeProgram(title, program, use, body)
}

/** Tests of what one of the programs alone promises. */
export function describeOnly(
  name: Program['name'],
  title: string,
  use: (program: Program) => void,
  body: () => void,
): void {
  for (const program of programs()) {
    if (program.name === name) describeProgram(title, program, use, body)
  }
}

function describeProgram(
  title: string,
  { missing, ...program }: BuiltProgram,
  use: (program: Program) => void,
  body: (program: Program) => void,
): void {
  // Where everything has to be there, a missing one fails with the same words.
  const skipped = missing !== undefined && process.env['CI'] === undefined
  const why = missing === undefined ? '' : `: ${missing}`
  describe.skipIf(skipped)(`${title} (${program.name}${why})`, () => {
    beforeEach(() => {
      if (missing !== undefined) throw new Error(missing)
      use(program)
    })
    body(program)
  })
}

function programs(): readonly BuiltProgram[] {
  const built = timeOf(join(PROJECT_DIR, 'dist', 'main.js'))
  return [
    { ...PACKAGE, missing: built === undefined ? 'not built: npm run build' : undefined },
    { name: 'executable', file: executable() ?? '', args: [], missing: missingExecutable(built) },
  ]
}

function executable(): string | undefined {
  const target = hostTarget()
  return target === undefined ? undefined : executableFor(target)
}

/** An executable of before the last build is of other sources: it would pass or fail for nothing. */
function missingExecutable(builtAt: number | undefined): string | undefined {
  const file = executable()
  if (file === undefined) return 'there is none for this machine'
  const madeAt = timeOf(file)
  if (madeAt === undefined) return 'not built: npm run build:executable -- --host'
  return builtAt !== undefined && madeAt < builtAt
    ? 'older than the build: npm run build:executable -- --host'
    : undefined
}

function timeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs
}
