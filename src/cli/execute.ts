/** Parses, runs one command, presents its value or its error, and never rejects. */
import { CommanderError } from 'commander'
import type { Command } from 'commander'
import { parseDuration } from '../core/duration.ts'
import { EXIT } from '../core/exit-code.ts'
import type { CommandSpec, ExtraFace, Globals, Perform } from './command.ts'
import { createView, openContext, wantsColor } from './context.ts'
import { scanEarly } from './early.ts'
import { globalsOf } from './globals.ts'
import { createInterruption } from './interruption.ts'
import type { Interruption } from './interruption.ts'
import type { Ports } from './ports.ts'
import { checkOutput, presentError, presentOutcome } from './present.ts'
import type { Presentation } from './present.ts'
import { createProgram } from './program.ts'
import { usageError, usageErrorOf } from './usage-error.ts'

export interface ExecuteOptions {
  readonly version: string
  /** Other commands than the program's own. */
  readonly specs?: readonly CommandSpec[]
}

export async function execute(
  argv: readonly string[],
  ports: Ports,
  options: ExecuteOptions,
): Promise<number> {
  const interruption = createInterruption(ports)
  try {
    return await Promise.race([
      runProgram(argv, ports, options, interruption),
      interruption.forced.then(() => EXIT.interrupted),
    ])
  } finally {
    interruption.stop()
  }
}

/** The command that is typed most often is declared alone: telling commander of all the others takes longer. */
async function specsFor(first: string | undefined): Promise<readonly CommandSpec[]> {
  if (first === 'health') return [(await import('./commands/health.ts')).healthCommand]
  return (await import('./commands/index.ts')).COMMANDS
}

async function runProgram(
  argv: readonly string[],
  ports: Ports,
  { version, specs: given }: ExecuteOptions,
  interruption: Interruption,
): Promise<number> {
  const specs = given ?? (await specsFor(argv[0]))
  const early = scanEarly(argv, ports.env)
  const color = wantsColor(ports, early, ports.stdout)
  let presentation: Presentation = {
    ports,
    lang: early.lang,
    output: early.output,
    color,
    colorWanted: early.color,
    debug: early.debug,
    view: () => createView(ports, early.lang, color),
  }
  let exitCode: number = EXIT.ok
  const perform: Perform = async (task) => {
    const opened = await openContext(ports, globalsOf(program), interruption)
    presentation = { ...presentation, lang: opened.context.lang, view: opened.context.view }
    let outcome
    try {
      outcome = await task(opened.context)
    } finally {
      await opened.close()
    }
    if (outcome !== undefined) exitCode = await presentOutcome(outcome, presentation)
    else if (interruption.signal.aborted) exitCode = EXIT.interrupted
  }
  const program = createProgram({
    specs,
    lang: early.lang,
    version,
    perform,
    write: (words) => {
      ports.stdout.write(words)
    },
    beforeCommand: (words) => {
      const globals = globalsOf(program)
      checkGlobals(globals)
      checkOutput(globals.output ?? 'table', extraFacesOf(specs, words))
    },
  })
  try {
    await parse(program, argv)
    return exitCode
  } catch (error) {
    return presentError(error, interruption.signal.aborted, presentation)
  }
}

async function parse(program: Command, argv: readonly string[]): Promise<void> {
  try {
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return
    const bare = error.code === 'commander.help' && program.args.length === 0
    if (!bare) throw usageErrorOf(error, program, argv)
    program.outputHelp()
  }
}

/** Values that no command may see wrong. The configuration's own check says the same of variables and files. */
function checkGlobals(globals: Globals): void {
  if (globals.lang !== undefined && globals.lang !== 'ko' && globals.lang !== 'en') {
    throw usageError({
      ko: `--lang 값이 올바르지 않습니다: ${globals.lang} (가능: ko, en)`,
      en: `--lang takes ko or en, not ${globals.lang}`,
    })
  }
  if (globals.timeout !== undefined && !(Number(parseDuration(globals.timeout)) > 0)) {
    throw usageError({
      ko: `--timeout 값이 올바르지 않습니다: ${globals.timeout} (예: 5s, 500ms)`,
      en: `--timeout takes a duration such as 5s or 500ms, not ${globals.timeout}`,
    })
  }
}

function extraFacesOf(
  specs: readonly CommandSpec[],
  words: readonly string[],
): readonly ExtraFace[] {
  const name = words.join(' ')
  return specs.flatMap((spec) => spec.faces?.[name] ?? [])
}
