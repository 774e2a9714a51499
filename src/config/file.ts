/** The configuration file, found and read; `parse-file.ts` takes it apart. */
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { systemCodeOf } from '../core/errors.ts'
import type { ConfigProblem } from './problem.ts'
import type { ConfigSources } from './sources.ts'

/** A value of the file as it stands there, with its place. */
export interface FileEntry {
  readonly value: unknown
  readonly line: number
  /** `file:line:column`, of the value. */
  readonly where: string
  /** Of the key. */
  readonly whereKey: string
  /** Of a value inside it, as near as it can be told. */
  readonly locate: (path: readonly PropertyKey[]) => string
}

export interface ConfigFile {
  readonly path: string
  /** By dotted key, profiles apart: every value and every map on the way. */
  readonly entries: ReadonlyMap<string, FileEntry>
  readonly profiles: ReadonlyMap<string, ReadonlyMap<string, FileEntry>>
}

export type FileReading =
  | { readonly kind: 'none' }
  | { readonly kind: 'read'; readonly file: ConfigFile }
  | {
      readonly kind: 'problems'
      readonly path: string
      readonly problems: readonly ConfigProblem[]
    }

const NAMES = ['config.yaml', 'config.yml', 'config.json'] as const

/** Where a configuration of the user's own is looked for, in this order. */
export function candidatePaths(sources: ConfigSources): readonly string[] {
  const named = sources.options.config ?? nonEmpty(sources.env['MTS_CONFIG'])
  return named === undefined
    ? NAMES.map((name) => join(sources.directories.config, name))
    : [resolve(sources.cwd, named)]
}

/**
 * Reads the named file, or the user's own. Directories above the working directory are not
 * searched: a file found there could point the tool at another's service.
 */
export async function readConfigFile(sources: ConfigSources): Promise<FileReading> {
  const paths = candidatePaths(sources)
  const named = paths.length === 1
  for (const path of paths) {
    let text: string
    try {
      text = await readFile(path, 'utf8')
    } catch (error) {
      const code = systemCodeOf(error)
      if (code === undefined) throw error
      if (code === 'ENOENT' && !named) continue
      return {
        kind: 'problems',
        path,
        problems: [
          {
            where: path,
            key: '',
            message: {
              ko: `설정 파일을 읽을 수 없습니다(${code})`,
              en: `the configuration cannot be read (${code})`,
            },
          },
        ],
      }
    }
    // YAML is loaded only where there is a file.
    const { parseConfigFile } = await import('./parse-file.ts')
    return parseConfigFile(text, path)
  }
  return { kind: 'none' }
}

export function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value
}
