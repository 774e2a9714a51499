/**
 * What must be known even when the command line cannot be parsed: the language and the format an
 * error is told in. Needs no library, so that `--version` starts as fast as it can.
 */
import type { Lang } from '../core/text.ts'

export interface EarlyOptions {
  readonly lang: Lang
  readonly output: string
  readonly debug: boolean
  readonly color: boolean
}

export function scanEarly(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): EarlyOptions {
  const end = argv.indexOf('--')
  const words = end === -1 ? argv : argv.slice(0, end)
  return {
    lang: langOf(valueOf(words, '--lang'), env),
    output: valueOf(words, '--output', '-o') ?? 'table',
    debug: words.includes('--debug'),
    color: !words.includes('--no-color'),
  }
}

/**
 * `--lang`, then MTS_LANG, then the locale as POSIX orders it. The operators are Korean: where the
 * machine says nothing (unset, C, POSIX), Korean.
 */
export function langOf(
  option: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Lang {
  for (const wanted of [option, env['MTS_LANG']]) {
    if (wanted === 'ko' || wanted === 'en') return wanted
  }
  return langOfLocale(env)
}

/** The language of LC_ALL, LC_MESSAGES or LANG, the first that is set. */
export function langOfLocale(env: Readonly<Record<string, string | undefined>>): Lang {
  const locale = [env['LC_ALL'], env['LC_MESSAGES'], env['LANG']].find(
    (value) => value !== undefined && value !== '',
  )
  if (locale === undefined || /^(C|POSIX)(\.|$)/i.test(locale)) return 'ko'
  return /^ko(_|-|\.|@|$)/i.test(locale) ? 'ko' : 'en'
}

/** The last value of an option: `--long v`, `--long=v`, `-s v`, `-sv`. */
function valueOf(words: readonly string[], long: string, short?: string): string | undefined {
  let found: string | undefined
  for (const [index, word] of words.entries()) {
    if (word === long || word === short) found = words[index + 1] ?? found
    else if (word.startsWith(`${long}=`)) found = word.slice(long.length + 1)
    else if (short !== undefined && word.startsWith(short) && !word.startsWith('--')) {
      found = word.slice(short.length)
    }
  }
  return found
}
