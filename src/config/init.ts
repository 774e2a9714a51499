/** Writes the example configuration, once: what is there is never overwritten. */
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { MtsError, systemCodeOf } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import type { Lang } from '../core/text.ts'
import { candidatePaths } from './file.ts'
import type { ConfigSources } from './sources.ts'
import { renderTemplate } from './template.ts'

/** The path that was written. Refused (5) where a configuration exists, 78 where none can be written. */
export async function writeTemplate(sources: ConfigSources, lang: Lang): Promise<string> {
  const paths = candidatePaths(sources)
  for (const path of paths) {
    if (await exists(path)) throw alreadyThere(path)
  }
  const [path] = paths
  if (path === undefined) throw new Error('no place for a configuration')
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await writeFile(path, renderTemplate(lang), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    const code = systemCodeOf(error)
    if (code === 'EEXIST') throw alreadyThere(path)
    throw new MtsError({
      code: 'CONFIG',
      exitCode: EXIT.config,
      message: {
        ko: `설정 파일을 쓸 수 없습니다: ${path}(${code ?? '알 수 없음'})`,
        en: `the configuration cannot be written: ${path} (${code ?? 'unknown'})`,
      },
      cause: error,
    })
  }
  return path
}

export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT' || systemCodeOf(error) === 'ENOTDIR') return false
    throw error
  }
}

function alreadyThere(path: string): MtsError {
  return new MtsError({
    code: 'EXISTS',
    exitCode: EXIT.refused,
    message: {
      ko: `이미 있는 설정 파일은 덮어쓰지 않습니다: ${path}`,
      en: `an existing configuration is never overwritten: ${path}`,
    },
    next: ['mts config check', 'mts config show'],
  })
}
