/** Where the instances of a fleet come from: the command line's file, or the configuration. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { MtsError, messageOf, systemCodeOf } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import type { Settings } from '../core/settings.ts'
import { cleanText } from '../core/sanitize.ts'
import { text } from '../core/text.ts'
import type { Text } from '../core/text.ts'
import {
  entryOf,
  entryOfScrape,
  isServiceScrape,
  parseTargetGroups,
  withoutDuplicates,
} from '../fleet/entries.ts'
import type { FleetEntry } from '../fleet/fleet.ts'
import type { CommandContext } from './command.ts'

/** A thousand targets take some 100 KB. */
const MAX_FILE_BYTES = 64 * 1024 * 1024

/**
 * Never an empty fleet: what names no instance is an error. Throws NOT_FOUND (66) for a file that is
 * not there, CONFIG (78) for one that cannot be read or names nothing, UNREACHABLE (69) for a
 * Prometheus that does not answer.
 */
export async function loadFleet(
  context: CommandContext,
  settings: Settings,
  file: string | undefined,
): Promise<readonly FleetEntry[]> {
  const sources = await entriesOf(context, settings, file)
  const { entries, duplicates } = withoutDuplicates(sources.entries)
  if (entries.length === 0) throw emptyFleet(sources.name)
  if (duplicates > 0) {
    context.dialog.notify({
      code: 'FLEET_DUPLICATES',
      text: text(
        `같은 주소 ${duplicates}개는 한 번만 확인합니다`,
        `${duplicates} addresses are there more than once and asked once`,
      ),
    })
  }
  return entries
}

async function entriesOf(
  context: CommandContext,
  settings: Settings,
  file: string | undefined,
): Promise<{ readonly entries: readonly FleetEntry[]; readonly name: string }> {
  if (file !== undefined) {
    const path = resolve(context.ports.cwd, file)
    return { entries: await loadTargetFile(path), name: path }
  }
  const { fleet } = settings
  const instances = fleet?.instances ?? []
  const asksPrometheus =
    fleet?.job !== undefined || (instances.length === 0 && fleet?.file === undefined)
  if (asksPrometheus && settings.prometheusUrl === undefined) throw noSource(fleet?.job)
  const entries = [
    ...instances.map(({ name, url, stores }) =>
      entryOf(name ?? new URL(url).host, url, stores === undefined ? {} : { stores }),
    ),
    ...(fleet?.file === undefined ? [] : await loadTargetFile(fleet.file)),
    ...(asksPrometheus ? await askPrometheus(context, fleet?.job) : []),
  ]
  const name = [
    ...(instances.length === 0 ? [] : ['fleet.instances']),
    ...(fleet?.file === undefined ? [] : [fleet.file]),
    ...(asksPrometheus ? ['Prometheus'] : []),
  ].join(', ')
  return { entries, name }
}

async function loadTargetFile(path: string): Promise<readonly FleetEntry[]> {
  const source = await readText(path)
  const entries = parseTargetGroups(await parseText(source, path))
  if (entries === undefined) {
    throw wrongFile(
      path,
      text(
        '[{targets: [host:port], labels: {}}] 형식이 아닙니다',
        'expected [{targets: [host:port], labels: {}}]',
      ),
    )
  }
  return entries
}

async function readText(path: string): Promise<string> {
  try {
    const source = await readFile(path, 'utf8')
    if (source.length <= MAX_FILE_BYTES) return source
  } catch (error) {
    const code = systemCodeOf(error)
    if (code === undefined) throw error
    throw new MtsError({
      code: code === 'ENOENT' ? 'NOT_FOUND' : 'CONFIG',
      exitCode: code === 'ENOENT' ? EXIT.notFound : EXIT.config,
      message: text(
        `인스턴스 목록 파일을 읽을 수 없습니다: ${path}(${code})`,
        `cannot read the file of instances: ${path} (${code})`,
      ),
      next: ['mts config show fleet.file'],
      cause: error,
    })
  }
  throw wrongFile(path, text('파일이 너무 큽니다', 'the file is too large'))
}

/** JSON is YAML, but read in a hundredth of the time. */
async function parseText(source: string, path: string): Promise<unknown> {
  try {
    return JSON.parse(source) as unknown
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  const { parseYaml } = await import('./yaml-value.ts')
  try {
    return parseYaml(source)
  } catch (error) {
    const words = cleanText(messageOf(error).split('\n')[0] ?? '', 200)
    throw wrongFile(path, text(`JSON이나 YAML이 아닙니다: ${words}`, `no JSON or YAML: ${words}`))
  }
}

/** Without a job, the targets that are scraped where this service shows its metrics. */
async function askPrometheus(
  context: CommandContext,
  job: string | undefined,
): Promise<readonly FleetEntry[]> {
  const { withTelemetry, notConfigured, telemetryError } = await import('./telemetry-clients.ts')
  return withTelemetry(context, async ({ prometheus }) => {
    if (prometheus === undefined) throw notConfigured('Prometheus')
    const read = await prometheus.targets({ signal: context.signal })
    if (read.kind === 'unknown') throw telemetryError('Prometheus', read.failure)
    if (read.kind === 'absent') return []
    return read.value
      .filter((target) =>
        job === undefined ? isServiceScrape(target.scrapeUrl) : target.job === job,
      )
      .map(({ scrapeUrl, labels }) => entryOfScrape(scrapeUrl, labels))
  })
}

const HOW: readonly (string | Text)[] = [
  text(
    '목록 파일 지정: mts health --fleet shops.json(Prometheus file_sd 형식)',
    'name a file: mts health --fleet shops.json (as of Prometheus file_sd)',
  ),
  text('설정: fleet.instances, fleet.file, fleet.job', 'or set fleet.instances, .file or .job'),
]

function noSource(job: string | undefined): MtsError {
  return new MtsError({
    code: 'NOT_CONFIGURED',
    exitCode: EXIT.config,
    message:
      job === undefined
        ? text('확인할 인스턴스가 설정되지 않았습니다', 'no instances are configured')
        : text(
            `fleet.job(${job})에는 prometheus.url이 필요합니다`,
            `fleet.job (${job}) needs prometheus.url`,
          ),
    next: HOW,
  })
}

function emptyFleet(source: string): MtsError {
  return new MtsError({
    code: 'FLEET_EMPTY',
    exitCode: EXIT.config,
    message: text(`인스턴스가 하나도 없습니다: ${source}`, `not one instance is named: ${source}`),
    next: HOW,
  })
}

function wrongFile(path: string, why: Text): MtsError {
  return new MtsError({
    code: 'CONFIG',
    exitCode: EXIT.config,
    message: text(
      `인스턴스 목록 파일이 올바르지 않습니다: ${path}: ${why.ko}`,
      `the file of instances is not valid: ${path}: ${why.en}`,
    ),
    next: HOW,
  })
}
