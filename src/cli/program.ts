/** The command tree: global options, every command's declaration, help in the reader's language. */
import { Command } from 'commander'
import type { Lang } from '../core/text.ts'
import type { CommandSpec, Perform } from './command.ts'
import { declareGlobals } from './globals.ts'
import { addExamples, helpConfiguration } from './help.ts'

export interface ProgramOptions {
  readonly specs: readonly CommandSpec[]
  readonly lang: Lang
  readonly version: string
  readonly perform: Perform
  /** Where help goes. Errors are thrown, never written. */
  readonly write: (text: string) => void
  /** Called before a command runs, with the words that name it. */
  readonly beforeCommand: (words: readonly string[]) => void
}

export function createProgram(options: ProgramOptions): Command {
  const { lang } = options
  const program = new Command('mts')
  program
    .exitOverride()
    .configureOutput({
      writeOut: options.write,
      writeErr: () => undefined,
      outputError: () => undefined,
      getOutHelpWidth: () => 80,
      getErrHelpWidth: () => 80,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .configureHelp(helpConfiguration(lang))
    .description(
      lang === 'ko'
        ? 'mini-today-sales 운영 절차를 실행합니다: 상태 확인, 플레이북, 점검, 정산'
        : 'Runs the runbook of mini-today-sales: health, playbooks, checklists, settlements',
    )
    .usage(lang === 'ko' ? '<명령> [옵션]' : '<command> [options]')
    .version(options.version, '-V, --version', lang === 'ko' ? '버전 표시' : 'print the version')
    .helpOption('-h, --help', lang === 'ko' ? '도움말 표시' : 'print help')
    .helpCommand('help [command]', lang === 'ko' ? '명령의 도움말 표시' : 'print help of a command')
  declareGlobals(program, lang)
  for (const spec of options.specs) spec.declare(program, options.perform, lang)
  program.hook('preAction', (_program, command) => {
    options.beforeCommand(wordsOf(command))
  })
  addExamples(program, lang, [
    ['mts health', { ko: '지금 상태', en: 'the state right now' }],
    ['mts playbook', { ko: '플레이북 목록', en: 'the playbooks' }],
    [
      'mts settle show <id>',
      { ko: '정산과 재처리 가능 여부', en: 'a settlement, and may it be reprocessed' },
    ],
  ])
  return program
}

/** `settle reprocess`, without the program's own name. */
function wordsOf(command: Command): readonly string[] {
  const words: string[] = []
  for (let at: Command | null = command; at !== null && at.parent !== null; at = at.parent) {
    words.unshift(at.name())
  }
  return words
}
