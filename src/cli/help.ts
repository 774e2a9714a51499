/** How `--help` looks: headings in the reader's language, Hangul aligned, examples at the end. */
import type { Command, HelpConfiguration } from 'commander'
import type { Lang, Text } from '../core/text.ts'
import { cellsOf, padCells } from '../render/columns.ts'

const HEADINGS_KO: Readonly<Record<string, string>> = {
  'Usage:': '사용법:',
  'Arguments:': '인자:',
  'Options:': '옵션:',
  'Global Options:': '공통 옵션:',
  'Commands:': '명령:',
}

export function helpConfiguration(lang: Lang): HelpConfiguration {
  return {
    showGlobalOptions: true,
    displayWidth: cellsOf,
    styleTitle: (title) => (lang === 'ko' ? (HEADINGS_KO[title] ?? title) : title),
    argumentDescription: (argument) => argument.description,
    optionDescription: (option) => {
      const choices = option.argChoices?.join('|')
      return choices === undefined ? option.description : `${option.description} (${choices})`
    },
  }
}

export type Example = readonly [commandLine: string, words: Text]

/** Every command ends its help with examples that can be pasted. */
export function addExamples(command: Command, lang: Lang, examples: readonly Example[]): Command {
  const heading = lang === 'ko' ? '예:' : 'Examples:'
  const widest = Math.max(...examples.map(([line]) => cellsOf(line)))
  const lines = examples.flatMap(([line, words]) =>
    widest + cellsOf(words[lang]) + 4 <= 80
      ? [`  ${padCells(line, widest)}  ${words[lang]}`]
      : [`  ${line}`, `      ${words[lang]}`],
  )
  return command.addHelpText('after', ['', heading, ...lines].join('\n'))
}
