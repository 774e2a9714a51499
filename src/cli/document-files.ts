/** The files of playbooks and checklists: the operator's own directories first, then those of the package. */
import { open, readdir, readFile } from 'node:fs/promises'
import { basename, dirname, extname, isAbsolute, join } from 'node:path'
import { MtsError, systemCodeOf } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import { text } from '../core/text.ts'
import type { DocumentFiles, DocumentKind } from '../playbook/load.ts'
import { MAX_DOCUMENT_BYTES } from '../playbook/yaml-source.ts'

export interface DocumentPlaces {
  /** Directory that holds `playbooks/` and `checklists/`. */
  readonly assetsDir: string
  /** The operator's own directories; they may hold both kinds. */
  readonly playbookDirs: readonly string[]
  /** What a relative path is relative to. */
  readonly cwd: string
}

/** Lies among the playbooks, and is none: the named patterns of the log. */
export const LOG_PATTERNS_FILE = 'log-patterns.yaml'

/** Cases of a playbook lie beside it. */
const CASES = /\.test\.ya?ml$/

const FOLDERS: Readonly<Record<DocumentKind, string>> = {
  Playbook: 'playbooks',
  Checklist: 'checklists',
}

export function createDocumentFiles(places: DocumentPlaces): DocumentFiles {
  const absolute = (path: string): string => (isAbsolute(path) ? path : join(places.cwd, path))
  const isShipped = (file: string): boolean =>
    Object.values(FOLDERS).some((folder) => dirname(file) === join(places.assetsDir, folder))
  return {
    async list(kind) {
      const shipped = await namesIn(join(places.assetsDir, FOLDERS[kind]))
      const own: { id: string; file: string }[] = []
      for (const dir of places.playbookDirs.map(absolute)) {
        for (const item of await namesIn(dir)) {
          if (kindIn(await contentOf(item.file)) === kind) own.push(item)
        }
      }
      const found = new Map<string, string>()
      for (const { id, file } of [...own, ...shipped]) if (!found.has(id)) found.set(id, file)
      return [...found].map(([id, file]) => ({ id, file }))
    },
    read: (file) => contentOf(absolute(file), isShipped(absolute(file))),
  }
}

async function namesIn(dir: string): Promise<readonly { id: string; file: string }[]> {
  let names: string[]
  try {
    names = await readdir(dir)
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return []
    throw unreadable(dir, error)
  }
  return names
    .filter((name) => ['.yaml', '.yml'].includes(extname(name)) && name !== LOG_PATTERNS_FILE)
    .filter((name) => !CASES.test(name))
    .sort()
    .map((name) => ({ id: basename(name, extname(name)), file: join(dir, name) }))
}

/** Undefined when there is no such file. What is shipped lies inside the standalone executable, to be read but not opened. */
async function contentOf(file: string, shipped = false): Promise<string | undefined> {
  try {
    return shipped ? await readFile(file, 'utf8') : await readBounded(file)
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined
    throw unreadable(file, error)
  }
}

/** One byte more than allowed is read, so that too large is seen. */
async function readBounded(file: string): Promise<string> {
  const handle = await open(file, 'r')
  try {
    const buffer = Buffer.alloc(MAX_DOCUMENT_BYTES + 1)
    let length = 0
    for (;;) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length)
      length += bytesRead
      if (bytesRead === 0 || length === buffer.length) break
    }
    return buffer.toString('utf8', 0, length)
  } finally {
    await handle.close()
  }
}

/** Directories of the operator's own hold both kinds; the first `kind:` at the margin tells them apart. */
function kindIn(source: string | undefined): string | undefined {
  return /^kind:\s*["']?(\w+)/m.exec(source ?? '')?.[1]
}

function unreadable(path: string, error: unknown): MtsError {
  const code = systemCodeOf(error) ?? ''
  return new MtsError({
    code: 'DOCUMENT_UNREADABLE',
    exitCode: EXIT.config,
    message: text(`읽을 수 없습니다: ${path}(${code})`, `cannot be read: ${path} (${code})`),
    cause: error,
  })
}
