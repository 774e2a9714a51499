/** What is wrong with a configuration, where, and what was expected; and the error it becomes. */
import { MtsError } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import type { Text } from '../core/text.ts'

export interface ConfigProblem {
  /** `file:line:column`, `MTS_URL` or `--url`. */
  readonly where: string
  /** `thresholds.heapPercent`; empty for the file as a whole. */
  readonly key: string
  readonly message: Text
  /** A problem of the command line is a usage error, everything else is wrong configuration. */
  readonly usage?: true
}

/** One error for all problems; the first is told, the others are counted. */
export function configError(
  problems: readonly ConfigProblem[],
  options: { readonly config?: string } = {},
): MtsError {
  const [first, ...others] = problems
  if (first === undefined) throw new Error('configError needs a problem')
  const more =
    others.length === 0
      ? { ko: '', en: '' }
      : { ko: ` (외 ${others.length}건)`, en: ` (and ${others.length} more)` }
  const where =
    first.key === '' || first.usage === true ? first.where : `${first.where} ${first.key}`
  return new MtsError({
    code: first.usage === true ? 'USAGE' : 'CONFIG',
    exitCode: first.usage === true ? EXIT.usage : EXIT.config,
    message: {
      ko: `${where}: ${first.message.ko}${more.ko}`,
      en: `${where}: ${first.message.en}${more.en}`,
    },
    next: [first.usage === true ? 'mts --help' : checkCommand(options.config)],
  })
}

function checkCommand(config: string | undefined): string {
  if (config === undefined) return 'mts config check'
  const plain = /^[\w@%+=:,./-]+$/.test(config)
  return `mts config check --config ${plain ? config : `'${config.replaceAll("'", `'\\''`)}'`}`
}
