/** Documents as `mts playbook list`, `show` and `validate` show them. */
import { nearestName } from '../core/nearest.ts'
import { stripControls } from '../core/sanitize.ts'
import { text, type Text } from '../core/text.ts'
import type { Catalog } from './catalog.ts'
import type { Document, Priority } from './document.ts'
import type { Problem } from './fault.ts'
import { parseDocument, type DocumentFiles, type DocumentKind } from './load.ts'

interface PlaybookListItem {
  readonly id: string
  readonly file: string
  readonly valid: boolean
  /** Absent when the file is not valid. */
  readonly title?: Text
  readonly version?: string
  readonly priority?: Priority
  readonly impact?: Text
  readonly steps?: number
  /** Names of the alerts it answers to. */
  readonly triggers?: readonly string[]
}

export interface PlaybookList {
  readonly kind: 'PlaybookList'
  /** Most urgent first. */
  readonly items: readonly PlaybookListItem[]
}

interface ValidationItem {
  readonly file: string
  readonly valid: boolean
  readonly id?: string
  readonly problems: readonly Omit<Problem, 'file'>[]
}

export interface Validation {
  readonly kind: 'Validation'
  readonly valid: boolean
  readonly items: readonly ValidationItem[]
}

export async function listPlaybooks(files: DocumentFiles, catalog: Catalog): Promise<PlaybookList> {
  const items: PlaybookListItem[] = []
  for (const { id, file } of await files.list('Playbook')) {
    const source = await files.read(file)
    if (source === undefined) continue
    const parsed = parseDocument(source, file, catalog)
    items.push(parsed.kind === 'document' ? itemOf(parsed.document) : { id, file, valid: false })
  }
  const rank = (item: PlaybookListItem): string => `${item.priority ?? 'P9'} ${item.id}`
  items.sort((left, right) => (rank(left) < rank(right) ? -1 : 1))
  return { kind: 'PlaybookList', items }
}

function itemOf(document: Document): PlaybookListItem {
  return {
    id: document.id,
    file: document.file,
    valid: true,
    title: document.title,
    version: document.version,
    ...(document.priority === undefined ? {} : { priority: document.priority }),
    ...(document.impact === undefined ? {} : { impact: document.impact }),
    steps: document.steps.length,
    triggers: document.triggers.map(({ alertname }) => alertname),
  }
}

/** The files named, or every playbook and checklist. A file that is not there is left out of the result. */
export async function validateFiles(
  files: DocumentFiles,
  named: readonly string[],
  catalog: Catalog,
): Promise<Validation> {
  const known = await everyFile(files)
  const wanted =
    named.length === 0 ? known.map(({ file }) => file) : named.map((name) => fileOf(name, known))
  const playbooks = (await files.list('Playbook')).map(({ id }) => id)
  const items: ValidationItem[] = []
  for (const file of wanted) {
    const source = await files.read(file)
    if (source === undefined) continue
    const parsed = parseDocument(source, file, catalog)
    // A file with faults of its own is mended first.
    const problems =
      parsed.kind === 'invalid'
        ? parsed.problems
        : deadLinks(source, file, playbooks, parsed.document)
    items.push({
      file,
      valid: problems.length === 0,
      ...(parsed.kind === 'document' ? { id: parsed.document.id } : {}),
      problems: problems.map(({ file: _named, ...problem }) => problem),
    })
  }
  return { kind: 'Validation', valid: items.every((item) => item.valid), items }
}

/** What can be typed after `mts playbook` besides the id of one. */
const SUBCOMMANDS = ['list', 'show', 'validate', 'test', 'schema', 'render']

/** Words that send a reader to a playbook that is not there, at three in the morning. */
function deadLinks(
  source: string,
  file: string,
  playbooks: readonly string[],
  { id: own }: Document,
): readonly Problem[] {
  const known = new Set([...playbooks, ...SUBCOMMANDS, own])
  return source.split('\n').flatMap((row, index) =>
    [...row.matchAll(/mts playbook ([a-z][a-z0-9-]*)/g)].flatMap((match) => {
      const [, id = ''] = match
      if (known.has(id)) return []
      const nearest = nearestName(id, playbooks)
      const message = text(
        `없는 플레이북을 안내합니다: ${id}${nearest === undefined ? '' : `(혹시 ${nearest}?)`}`,
        `there is no playbook ${id}${nearest === undefined ? '' : ` (did you mean ${nearest}?)`}`,
      )
      const column = match.index + 'mts playbook '.length + 1
      return [{ file, line: index + 1, column, message, source: stripControls(row) }]
    }),
  )
}

interface KnownFile {
  readonly id: string
  readonly file: string
}

async function everyFile(files: DocumentFiles): Promise<readonly KnownFile[]> {
  const kinds: readonly DocumentKind[] = ['Playbook', 'Checklist']
  return (await Promise.all(kinds.map((kind) => files.list(kind)))).flat()
}

/** An id stands for its file; anything else is a path. */
function fileOf(name: string, known: readonly KnownFile[]): string {
  return known.find(({ id }) => id === name)?.file ?? name
}
