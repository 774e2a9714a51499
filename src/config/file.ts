/** The configuration file: found, read, and taken apart with the position of every key. YAML and JSON, nothing that runs. */
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { LineCounter as LineCounterType, Node, Pair, YAMLMap } from 'yaml'
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
const MAX_BYTES = 1024 * 1024

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
    return parseConfigFile(text, path)
  }
  return { kind: 'none' }
}

export async function parseConfigFile(text: string, path: string): Promise<FileReading> {
  if (Buffer.byteLength(text) > MAX_BYTES) {
    return broken(path, path, '설정 파일이 너무 큽니다(1MiB 초과)', 'larger than 1 MiB')
  }
  const { LineCounter, parseDocument, isCollection, isMap, isNode, isScalar, visit } =
    await import('yaml')
  const lines: LineCounterType = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const at = (offset: number): { readonly where: string; readonly line: number } => {
    const { line, col } = lines.linePos(offset)
    return { where: `${path}:${line}:${col}`, line }
  }
  if (document.errors.length > 0) {
    return {
      kind: 'problems',
      path,
      problems: document.errors.map((error) => ({
        where: at(error.pos[0]).where,
        key: '',
        message: {
          ko: `YAML 형식이 아닙니다: ${error.message}`,
          en: `not valid YAML: ${error.message}`,
        },
      })),
    }
  }
  const root: unknown = document.contents
  if (root === null || (isScalar(root) && root.value === null)) {
    return { kind: 'read', file: { path, entries: new Map(), profiles: new Map() } }
  }
  if (!isMap(root)) {
    return broken(path, at(0).where, '"키: 값" 목록이어야 합니다', 'expected keys with values')
  }

  const aliases: ConfigProblem[] = []
  visit(document, {
    Alias: (_key, node) => {
      aliases.push({
        where: at(node.range?.[0] ?? 0).where,
        key: '',
        message: { ko: '별칭(*)은 쓸 수 없습니다', en: 'aliases (*) are not supported' },
      })
    },
  })
  if (aliases.length > 0) return { kind: 'problems', path, problems: aliases }

  const entries = new Map<string, FileEntry>()
  const collect = (map: YAMLMap, prefix: string): void => {
    for (const { key, value } of map.items as Pair<Node, Node | null>[]) {
      const name = isScalar(key) ? String(key.value) : ''
      const start = value?.range?.[0] ?? key.range?.[0] ?? 0
      entries.set(prefix + name, {
        value: value === null ? null : value.toJS(document),
        line: at(start).line,
        where: at(start).where,
        whereKey: at(key.range?.[0] ?? 0).where,
        locate: (inside) => {
          const node = isCollection(value) ? value.getIn([...inside], true) : undefined
          return at(isNode(node) ? (node.range?.[0] ?? start) : start).where
        },
      })
      if (isMap(value)) collect(value as YAMLMap, `${prefix}${name}.`)
    }
  }
  collect(root as YAMLMap, '')
  return { kind: 'read', file: splitProfiles(path, entries) }
}

/** `profiles.NAME.key` becomes `key` of that profile. */
function splitProfiles(path: string, whole: ReadonlyMap<string, FileEntry>): ConfigFile {
  const entries = new Map<string, FileEntry>()
  const profiles = new Map<string, Map<string, FileEntry>>()
  for (const [key, entry] of whole) {
    const match = /^profiles(?:\.([^.]+)(?:\.(.+))?)?$/.exec(key)
    if (match === null) {
      entries.set(key, entry)
      continue
    }
    const [, name, rest] = match
    if (name === undefined) continue
    const profile = profiles.get(name) ?? new Map<string, FileEntry>()
    profiles.set(name, profile)
    if (rest !== undefined) profile.set(rest, entry)
  }
  return { path, entries, profiles }
}

function broken(path: string, where: string, ko: string, en: string): FileReading {
  return { kind: 'problems', path, problems: [{ where, key: '', message: { ko, en } }] }
}

export function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value
}
