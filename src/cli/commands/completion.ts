/** `mts completion <shell>`: the script a shell loads, and the hidden command it asks on every Tab. */
import { Argument } from 'commander'
import type { Command, Option } from 'commander'
import { EXIT } from '../../core/exit-code.ts'
import { text } from '../../core/text.ts'
import type { CommandSpec, Outcome } from '../command.ts'
import { addExamples } from '../help.ts'

interface Completion {
  readonly kind: 'Completion'
  readonly shell: string
  readonly script: string
}

interface Suggestions {
  readonly kind: 'Suggestions'
  readonly text: string
}

const SHELLS = ['zsh', 'bash', 'fish', 'powershell'] as const

export const completionCommand: CommandSpec = {
  declare(program, perform, lang) {
    addExamples(
      program
        .command('completion')
        .description(
          lang === 'ko' ? '셸 자동 완성 스크립트' : 'a script for completion in the shell',
        )
        .addArgument(new Argument('<shell>', SHELLS.join(', ')).choices(SHELLS))
        .action((shell: string) => perform(() => completion(shell))),
      lang,
      [
        ['source <(mts completion bash)', text('이 셸에서 바로', 'in this shell')],
        ['mts completion zsh > ~/.zfunc/_mts', text('zsh에 설치', 'install for zsh')],
        [
          'mts completion fish > ~/.config/fish/completions/mts.fish',
          text('fish에 설치', 'for fish'),
        ],
      ],
    )
    program
      .command('complete [words...]', { hidden: true })
      .allowUnknownOption()
      .action((words: readonly string[]) => perform(() => suggest(program, words)))
  },
}

async function completion(shell: string): Promise<Outcome<Completion>> {
  const { RootCommand } = await import('@bomb.sh/tab')
  const script = printedBy(() => {
    new RootCommand().setup('mts', 'mts', shell)
  })
  return {
    value: { kind: 'Completion', shell, script },
    exitCode: EXIT.ok,
    faces: { table: (value) => value.script, raw: (value) => value.script },
  }
}

async function suggest(program: Command, words: readonly string[]): Promise<Outcome<Suggestions>> {
  const { RootCommand } = await import('@bomb.sh/tab')
  const root = new RootCommand()
  const globals = program.createHelp().visibleOptions(program)
  for (const option of globals) describe(root, option)
  for (const [path, command] of commandsBelow(program, [])) {
    const known = root.command(path.join(' '), command.description())
    for (const option of [...command.createHelp().visibleOptions(command), ...globals]) {
      describe(known, option)
    }
    for (const argument of command.registeredArguments) {
      const choices = argument.argChoices ?? []
      known.argument(
        argument.name(),
        (complete) => {
          for (const choice of choices) complete(choice, '')
        },
        argument.variadic,
      )
    }
  }
  const printed = printedBy(() => {
    root.parse([...words])
  })
  return {
    value: { kind: 'Suggestions', text: printed },
    exitCode: EXIT.ok,
    faces: { table: (value) => value.text, raw: (value) => value.text },
  }
}

function commandsBelow(command: Command, path: readonly string[]): [readonly string[], Command][] {
  return command
    .createHelp()
    .visibleCommands(command)
    .filter((sub) => sub.name() !== 'help')
    .flatMap((sub) => {
      const below = [...path, sub.name()]
      return [[below, sub] as [readonly string[], Command], ...commandsBelow(sub, below)]
    })
}

/** An option that takes a value completes its choices; what has none completes to nothing, not to files. */
function describe(
  command: { option(...definition: OptionDefinition): unknown },
  option: Option,
): void {
  const name = option.long?.replace(/^--/, '')
  if (name === undefined) return
  const short = option.short?.replace(/^-/, '')
  if (option.required || option.optional) {
    const choices =
      name === 'lang'
        ? ['ko', 'en']
        : name === 'output'
          ? ['table', 'json']
          : (option.argChoices ?? [])
    command.option(
      name,
      option.description,
      (complete) => {
        for (const choice of choices) complete(choice, '')
      },
      short,
    )
  } else if (short === undefined) {
    command.option(name, option.description)
  } else {
    command.option(name, option.description, short)
  }
}

type OptionDefinition = [
  name: string,
  description: string,
  handlerOrShort?: string | ((complete: (value: string, description: string) => void) => void),
  short?: string,
]

/** The library prints by itself; what it prints is this command's value. It does so before it returns. */
function printedBy(work: () => void): string {
  const lines: string[] = []
  const { log } = console
  console.log = (...words: readonly unknown[]) => {
    lines.push(words.join(' '))
  }
  try {
    work()
  } finally {
    console.log = log
  }
  return lines.join('\n')
}
