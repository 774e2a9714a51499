/** The options every command takes, and what can be known of them before commander has parsed. */
import { Option } from 'commander'
import type { Command } from 'commander'
import type { Lang, Text } from '../core/text.ts'
import type { Globals } from './command.ts'

interface GlobalOption {
  readonly flags: string
  readonly words: Text
}

const GLOBAL_OPTIONS: readonly GlobalOption[] = [
  { flags: '--url <url>', words: { ko: '서비스 주소', en: 'the service' } },
  {
    flags: '--profile <name>',
    words: { ko: '설정 파일의 프로필', en: 'profile in the config file' },
  },
  { flags: '--config <file>', words: { ko: '설정 파일', en: 'config file' } },
  {
    flags: '-o, --output <format>',
    words: { ko: '출력 형식(table, json 등)', en: 'format: table, json, ...' },
  },
  { flags: '--lang <ko|en>', words: { ko: '표시 언어', en: 'language shown' } },
  {
    flags: '--timeout <duration>',
    words: { ko: '조회 1건의 제한 시간(예: 5s)', en: 'deadline of each read, e.g. 5s' },
  },
  { flags: '--no-color', words: { ko: '색 없이 출력', en: 'no colour' } },
  { flags: '-q, --quiet', words: { ko: '진행 표시 생략', en: 'no progress messages' } },
  { flags: '--debug', words: { ko: '오류에 스택 표시', en: 'stack traces with errors' } },
]

export function declareGlobals(program: Command, lang: Lang): void {
  for (const option of GLOBAL_OPTIONS) {
    program.addOption(new Option(option.flags, option.words[lang]))
  }
}

/** The parsed global options, whichever command they were written beside. */
export function globalsOf(program: Command): Globals {
  const options = program.opts<Partial<Record<string, unknown>>>()
  const words = (name: string): string | undefined => {
    const value = options[name]
    return typeof value === 'string' ? value : undefined
  }
  const url = words('url')
  const profile = words('profile')
  const config = words('config')
  const output = words('output')
  const lang = words('lang')
  const timeout = words('timeout')
  return {
    ...(url === undefined ? {} : { url }),
    ...(profile === undefined ? {} : { profile }),
    ...(config === undefined ? {} : { config }),
    ...(output === undefined ? {} : { output }),
    ...(lang === undefined ? {} : { lang }),
    ...(timeout === undefined ? {} : { timeout }),
    color: options['color'] !== false,
    quiet: options['quiet'] === true,
    debug: options['debug'] === true,
  }
}
