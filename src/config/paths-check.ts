/** Do the files that the settings name exist: asked by `mts config check`, not by every command. */
import { access, constants } from 'node:fs/promises'
import { systemCodeOf } from '../core/errors.ts'
import type { Configuration } from './configuration.ts'
import { KEYS } from './keys.ts'
import type { KeyName } from './keys.ts'
import type { ConfigProblem } from './problem.ts'

export async function checkPaths(configuration: Configuration): Promise<readonly ConfigProblem[]> {
  const { values } = configuration
  const named: (readonly [KeyName, string])[] = [
    ...(values.caFile === undefined ? [] : [['caFile', values.caFile] as const]),
    ...(values.log === undefined ? [] : [['log', values.log] as const]),
    ...(values.playbookDirs ?? []).map((directory) => ['playbookDirs', directory] as const),
  ]
  const problems: ConfigProblem[] = []
  for (const [name, path] of named) {
    try {
      await access(path, constants.R_OK)
    } catch (error) {
      const code = systemCodeOf(error)
      if (code === undefined) throw error
      problems.push({
        where: whereOf(configuration, name),
        key: KEYS[name].path,
        message: {
          ko: `읽을 수 없습니다: ${path}(${code})`,
          en: `cannot be read: ${path} (${code})`,
        },
      })
    }
  }
  return problems
}

function whereOf(configuration: Configuration, name: KeyName): string {
  const origin = configuration.origins.get(name)
  if (origin === undefined || origin.kind === 'default') return name
  if (origin.kind === 'option' || origin.kind === 'variable') return origin.name
  return `${configuration.file ?? ''}:${origin.line}`
}
