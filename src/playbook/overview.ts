/** Documents as `mts playbook list`, `show` and `validate` show them. */
import type { Text } from '../core/text.ts'
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
  const items: ValidationItem[] = []
  for (const file of wanted) {
    const source = await files.read(file)
    if (source === undefined) continue
    const parsed = parseDocument(source, file, catalog)
    items.push(
      parsed.kind === 'document'
        ? { file, valid: true, id: parsed.document.id, problems: [] }
        : {
            file,
            valid: false,
            problems: parsed.problems.map(({ line, column, message }) => ({
              line,
              column,
              message,
            })),
          },
    )
  }
  return { kind: 'Validation', valid: items.every((item) => item.valid), items }
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
