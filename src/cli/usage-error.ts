/** commander's complaints as typed errors (64), in both languages, with the nearest suggestion. */
import type { Command, CommanderError } from 'commander'
import { MtsError } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import type { Text } from '../core/text.ts'

export function usageError(message: Text, next: readonly (string | Text)[] = []): MtsError {
  return new MtsError({ code: 'USAGE', exitCode: EXIT.usage, message, next })
}

/** `argv` tells which command was meant, so that its own help can be pointed at. */
export function usageErrorOf(
  error: CommanderError,
  program: Command,
  argv: readonly string[],
): MtsError {
  const { command, words } = commandMeant(program, argv)
  const help = ['mts', ...words, '--help'].join(' ')
  const quoted = /'([^']*)'/.exec(error.message)?.[1] ?? ''
  const suggestions = suggestionsOf(error.message)
  const guess = suggestions.length === 0 ? undefined : suggestions.join(', ')
  switch (error.code) {
    case 'commander.unknownCommand':
      return usageError(
        withGuess({ ko: `없는 명령입니다: ${quoted}`, en: `unknown command: ${quoted}` }, guess),
        [...suggestions.map((name) => ['mts', ...words, name].join(' ')), help],
      )
    case 'commander.unknownOption':
      return usageError(
        withGuess({ ko: `없는 옵션입니다: ${quoted}`, en: `unknown option: ${quoted}` }, guess),
        [help],
      )
    case 'commander.excessArguments':
      return usageError({ ko: '인자가 너무 많습니다', en: 'too many arguments' }, [help])
    case 'commander.missingArgument':
      return usageError(
        { ko: `인자가 없습니다: <${quoted}>`, en: `missing argument: <${quoted}>` },
        [help],
      )
    case 'commander.optionMissingArgument':
      return usageError(
        { ko: `옵션에 값이 없습니다: ${quoted}`, en: `option without value: ${quoted}` },
        [help],
      )
    case 'commander.missingMandatoryOptionValue':
      return usageError(
        { ko: `필수 옵션이 없습니다: ${quoted}`, en: `missing option: ${quoted}` },
        [help],
      )
    case 'commander.invalidArgument':
      return usageError(invalidValue(error.message, quoted), [help])
    case 'commander.help': {
      const names = command
        .createHelp()
        .visibleCommands(command)
        .map((sub) => sub.name())
        .filter((name) => name !== 'help')
        .join('|')
      const line = ['mts', ...words, `<${names}>`].join(' ')
      return usageError(
        { ko: `하위 명령이 필요합니다: ${line}`, en: `a subcommand is needed: ${line}` },
        [help],
      )
    }
    default: {
      const complaint = error.message.replace(/^error: /, '')
      return usageError({ ko: `사용법이 맞지 않습니다: ${complaint}`, en: complaint }, [help])
    }
  }
}

function withGuess(message: Text, guess: string | undefined): Text {
  if (guess === undefined) return message
  return { ko: `${message.ko} (혹시 ${guess}?)`, en: `${message.en} (did you mean ${guess}?)` }
}

/** `error: option '--level <n>' argument 'x' is invalid. Allowed choices are 1, 2, 3.` */
function invalidValue(message: string, quoted: string): Text {
  const value = /(?:argument|value) '([^']*)' is invalid/.exec(message)?.[1] ?? ''
  const name = /for argument '([^']*)'/.exec(message)?.[1] ?? quoted
  const why = /is invalid(?: for argument '[^']*')?\.\s*(.*)$/s.exec(message)?.[1] ?? ''
  const choices = /^Allowed choices are (.*)\.$/.exec(why)?.[1]
  return {
    ko: `값이 올바르지 않습니다: ${name} = ${value}${choices === undefined ? (why === '' ? '' : ` (${why})`) : ` (가능한 값: ${choices})`}`,
    en: `invalid value: ${name} = ${value}${why === '' ? '' : ` (${why})`}`,
  }
}

function suggestionsOf(message: string): string[] {
  const found = /\(Did you mean (?:one of )?(.+)\?\)/.exec(message)?.[1]
  return found === undefined ? [] : found.split(', ')
}

/** The deepest command named by the words, options left out. */
function commandMeant(
  program: Command,
  argv: readonly string[],
): { readonly command: Command; readonly words: readonly string[] } {
  let command = program
  const words: string[] = []
  for (const word of argv) {
    const sub = command.commands.find((candidate) => candidate.name() === word)
    if (sub === undefined) continue
    command = sub
    words.push(word)
  }
  return { command, words }
}
