/** The text of a configuration file, taken apart with the position of every key. YAML and JSON, nothing that runs. */
import { LineCounter, isCollection, isMap, isNode, isScalar, parseDocument, visit } from 'yaml'
import type { Node, Pair, YAMLMap } from 'yaml'
import type { ConfigFile, FileEntry, FileReading } from './file.ts'
import type { ConfigProblem } from './problem.ts'

const MAX_BYTES = 1024 * 1024

export function parseConfigFile(text: string, path: string): FileReading {
  if (Buffer.byteLength(text) > MAX_BYTES) {
    return broken(path, path, '설정 파일이 너무 큽니다(1MiB 초과)', 'larger than 1 MiB')
  }
  const lines = new LineCounter()
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
      if (isMap(value)) collect(value, `${prefix}${name}.`)
    }
  }
  collect(root, '')
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
