/** All sources laid over each other: each key's first source in the order option, variable, profile, file wins. */
import { isAbsolute, resolve, dirname } from 'node:path'
import { nearestName } from '../core/nearest.ts'
import { cleanText } from '../core/sanitize.ts'
import type { Text } from '../core/text.ts'
import { nonEmpty, readConfigFile } from './file.ts'
import type { ConfigFile, FileEntry } from './file.ts'
import { KEYS } from './keys.ts'
import type { Key, KeyName, Values } from './keys.ts'
import type { ConfigProblem } from './problem.ts'
import {
  hasReference,
  isSecretHeader,
  readSecretFile,
  resolveReferences,
  secretInFile,
} from './secrets.ts'
import type { ConfigSources, Origin } from './sources.ts'

export interface Configuration {
  /** Checked, in base units; keys nobody set are absent. */
  readonly values: Values
  readonly origins: ReadonlyMap<KeyName, Origin>
  readonly problems: readonly ConfigProblem[]
  /** The file that was read, if there is one. */
  readonly file?: string
  readonly profile?: string
}

/** A value as its source has it, not yet checked. */
interface Found {
  readonly raw: unknown
  readonly origin: Origin
  readonly locate: (path: readonly PropertyKey[]) => string
}

type Finding =
  | { readonly kind: 'found'; readonly found: Found }
  | { readonly kind: 'absent' }
  | { readonly kind: 'problem'; readonly problem: ConfigProblem }

const NAMES = Object.keys(KEYS) as KeyName[]

export async function readConfiguration(sources: ConfigSources): Promise<Configuration> {
  const reading = await readConfigFile(sources)
  const problems: ConfigProblem[] = reading.kind === 'problems' ? [...reading.problems] : []
  const file = reading.kind === 'read' ? reading.file : undefined
  if (file !== undefined) problems.push(...unknownKeys(file))
  const profile = sources.options.profile ?? nonEmpty(sources.env['MTS_PROFILE'])
  const profileEntries = profile === undefined ? undefined : file?.profiles.get(profile)
  if (profile !== undefined && profileEntries === undefined && reading.kind !== 'problems') {
    problems.push(unknownProfile(profile, file))
  }

  const values: Record<string, unknown> = {}
  const origins = new Map<KeyName, Origin>()
  for (const name of NAMES) {
    const key: Key = KEYS[name]
    const finding = await find(key, sources, file, profile, profileEntries)
    if (finding.kind === 'problem') problems.push(finding.problem)
    if (finding.kind !== 'found') continue
    const result = key.schema.safeParse(finding.found.raw)
    if (!result.success) {
      const [issue] = result.error.issues
      problems.push(misfit(key, finding.found, issue?.path ?? []))
      continue
    }
    values[name] =
      key.pathlike === true ? absolute(result.data, finding.found, file, sources) : result.data
    origins.set(name, finding.found.origin)
  }
  const path =
    reading.kind === 'none' ? undefined : reading.kind === 'read' ? reading.file.path : reading.path
  return {
    values,
    origins,
    problems: problems.sort(byPlace),
    ...(path === undefined ? {} : { file: path }),
    ...(profile === undefined ? {} : { profile }),
  }
}

async function find(
  key: Key,
  sources: ConfigSources,
  file: ConfigFile | undefined,
  profile: string | undefined,
  profileEntries: ReadonlyMap<string, FileEntry> | undefined,
): Promise<Finding> {
  const option = key.option === undefined ? undefined : sources.options[key.option]
  if (option !== undefined) {
    const name = `--${key.option}`
    return found(option, { kind: 'option', name }, () => name)
  }
  const variable = await findVariable(key, sources)
  if (variable.kind !== 'absent') return variable
  const inProfile = profileEntries?.get(key.path)
  if (inProfile !== undefined && profile !== undefined) {
    const origin: Origin = { kind: 'profile', name: profile, line: inProfile.line }
    return fromFile(key, inProfile, origin, sources)
  }
  const inFile = file?.entries.get(key.path)
  if (inFile === undefined) return { kind: 'absent' }
  return fromFile(key, inFile, { kind: 'file', line: inFile.line }, sources)
}

async function findVariable(key: Key, sources: ConfigSources): Promise<Finding> {
  const name = key.variable
  if (name === undefined) return { kind: 'absent' }
  const direct = nonEmpty(sources.env[name])
  const read = (text: string): unknown => key.fromVariable?.(text) ?? text
  const fileName = `${name}_FILE`
  const secretFile = key.secret === true ? nonEmpty(sources.env[fileName]) : undefined
  if (secretFile === undefined) {
    return direct === undefined
      ? { kind: 'absent' }
      : found(read(direct), { kind: 'variable', name }, () => name)
  }
  if (direct !== undefined) {
    return problem(fileName, key.path, {
      ko: `${name}와 함께 쓸 수 없습니다. 하나만 남기세요`,
      en: `cannot be used together with ${name}: keep one`,
    })
  }
  const secret = await readSecretFile(expand(secretFile, sources.cwd, sources.homeDir))
  if (secret.kind === 'problem') return problem(fileName, key.path, secret.message)
  return found(read(secret.value), { kind: 'variable', name: fileName }, () => fileName)
}

/** Secrets in a file are references to variables, or a mistake. */
function fromFile(key: Key, entry: FileEntry, origin: Origin, sources: ConfigSources): Finding {
  const variable = key.variable ?? ''
  if (key.path === 'url' && typeof entry.value === 'string' && hasPassword(entry.value)) {
    return problem(entry.where, key.path, secretInFile('MTS_PASSWORD'))
  }
  if (key.secret !== true) return found(entry.value, origin, entry.locate)
  if (typeof entry.value === 'string') {
    if (!hasReference(entry.value)) return problem(entry.where, key.path, secretInFile(variable))
    const resolved = resolveReferences(entry.value, sources.env)
    return resolved.kind === 'problem'
      ? problem(entry.where, key.path, resolved.message)
      : found(resolved.value, origin, entry.locate)
  }
  if (typeof entry.value !== 'object' || entry.value === null) {
    return found(entry.value, origin, entry.locate)
  }
  const headers: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(entry.value)) {
    const where = entry.locate([name])
    if (typeof value !== 'string') {
      headers[name] = value
      continue
    }
    if (!hasReference(value) && isSecretHeader(name)) {
      return problem(where, `${key.path}.${name}`, secretInFile(variable))
    }
    const resolved = resolveReferences(value, sources.env)
    if (resolved.kind === 'problem') return problem(where, `${key.path}.${name}`, resolved.message)
    headers[name] = resolved.value
  }
  return found(headers, origin, entry.locate)
}

function hasPassword(url: string): boolean {
  return URL.canParse(url) && new URL(url).password !== ''
}

function found(raw: unknown, origin: Origin, locate: Found['locate']): Finding {
  return { kind: 'found', found: { raw, origin, locate } }
}

function problem(where: string, key: string, message: Text): Finding {
  return { kind: 'problem', problem: { where, key, message } }
}

function misfit(
  key: Key,
  { raw, origin, locate }: Found,
  path: readonly PropertyKey[],
): ConfigProblem {
  const inside = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
  let value: unknown = raw
  for (const part of path) value = (value as Record<PropertyKey, unknown> | null)?.[part]
  const shown =
    key.secret === true
      ? { ko: '', en: '' }
      : {
          ko: `. 입력값: ${cleanText(JSON.stringify(value) ?? '없음', 60)}`,
          en: `, not ${cleanText(JSON.stringify(value) ?? 'nothing', 60)}`,
        }
  return {
    where: locate(path),
    key: key.path + inside.join(''),
    message: {
      ko: `${key.expected.ko} 형식이어야 합니다${shown.ko}`,
      en: `expected ${key.expected.en}${shown.en}`,
    },
    ...(origin.kind === 'option' ? { usage: true as const } : {}),
  }
}

/** As a reader goes through the file; variables and options keep their order. */
function byPlace(left: ConfigProblem, right: ConfigProblem): number {
  const [leftLine = 0, leftColumn = 0] = left.where
    .split(':')
    .slice(-2)
    .map((part) => Number(part) || 0)
  const [rightLine = 0, rightColumn = 0] = right.where
    .split(':')
    .slice(-2)
    .map((part) => Number(part) || 0)
  return leftLine - rightLine || leftColumn - rightColumn || 0
}

/** Keys nobody reads are mistakes: a misspelled threshold would silently not hold. */
function unknownKeys(file: ConfigFile): ConfigProblem[] {
  const known = NAMES.map((name) => KEYS[name].path)
  const groups = new Set(
    known.flatMap((path) => (path.includes('.') ? [path.split('.')[0] ?? ''] : [])),
  )
  const problems: ConfigProblem[] = []
  for (const entries of [file.entries, ...file.profiles.values()]) {
    for (const [path, entry] of entries) {
      const inside = known.some((name) => path === name || path.startsWith(`${name}.`))
      if (inside) continue
      if (groups.has(path)) {
        if (
          typeof entry.value === 'object' &&
          entry.value !== null &&
          !Array.isArray(entry.value)
        ) {
          continue
        }
        const keys = known.filter((name) => name.startsWith(`${path}.`)).join(', ')
        problems.push({
          where: entry.where,
          key: path,
          message: { ko: `하위 키가 필요합니다: ${keys}`, en: `expected keys inside: ${keys}` },
        })
        continue
      }
      const parent = path.slice(0, Math.max(0, path.lastIndexOf('.')))
      if (parent !== '' && !groups.has(parent)) continue
      const nearest = nearestName(path, [...known, ...groups, 'profiles'])
      problems.push({
        where: entry.whereKey,
        key: path,
        message:
          nearest === undefined
            ? { ko: '없는 키입니다', en: 'unknown key' }
            : {
                ko: `없는 키입니다. 혹시 ${nearest}?`,
                en: `unknown key: did you mean ${nearest}?`,
              },
      })
    }
  }
  return problems
}

function unknownProfile(profile: string, file: ConfigFile | undefined): ConfigProblem {
  const names = [...(file?.profiles.keys() ?? [])]
  const have =
    names.length === 0
      ? { ko: '정의된 프로필이 없습니다', en: 'no profiles are defined' }
      : { ko: `있는 프로필: ${names.join(', ')}`, en: `defined: ${names.join(', ')}` }
  return {
    where: file?.path ?? 'profile',
    key: `profiles.${profile}`,
    message: { ko: `없는 프로필입니다. ${have.ko}`, en: `no such profile; ${have.en}` },
  }
}

/** Paths of a file count from its directory, all others from the working directory. */
function absolute(
  value: unknown,
  { origin }: Found,
  file: ConfigFile | undefined,
  sources: ConfigSources,
): unknown {
  const ofFile = origin.kind === 'file' || origin.kind === 'profile'
  const base = ofFile && file !== undefined ? dirname(file.path) : sources.cwd
  if (Array.isArray(value)) return value.map((item) => expand(String(item), base, sources.homeDir))
  return expand(String(value), base, sources.homeDir)
}

function expand(path: string, base: string, homeDir: string): string {
  const home = path === '~' || path.startsWith('~/') ? homeDir + path.slice(1) : path
  return isAbsolute(home) ? home : resolve(base, home)
}
