/** Opens a playbook or checklist by its id or file, checked against everything this program can do. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Catalog } from '../playbook/catalog.ts'
import type { Document } from '../playbook/document.ts'
import { loadDocument, type DocumentFiles, type DocumentKind } from '../playbook/load.ts'
import type { CommandContext } from './command.ts'
import { createDocumentFiles } from './document-files.ts'
import { wireCatalog } from './wire-catalog.ts'

export interface OpenDocument {
  readonly document: Document
  readonly catalog: Catalog
}

/**
 * @throws MtsError DOCUMENT_INVALID (78), NOT_FOUND (66) with the nearest id.
 */
export async function openDocument(
  context: CommandContext,
  kind: DocumentKind,
  idOrPath: string,
  dirs: readonly string[] = [],
): Promise<OpenDocument> {
  const catalog = await openCatalog(context)
  const files = await openDocumentFiles(context, dirs)
  return { document: await loadDocument(files, kind, idOrPath, catalog), catalog }
}

/** `dirs`: directories named on the command line; they come before the configured ones. */
export async function openDocumentFiles(
  context: CommandContext,
  dirs: readonly string[] = [],
): Promise<DocumentFiles> {
  const settings = await context.settings()
  const playbookDirs = [...dirs, ...settings.playbookDirs]
  return createDocumentFiles({
    assetsDir: context.ports.assetsDir,
    playbookDirs,
    cwd: context.ports.cwd,
  })
}

/** Every probe and action over this command's client and settings; samples of `mts watch` where the journal can be read. */
export async function openCatalog(context: CommandContext): Promise<Catalog> {
  const settings = await context.settings()
  return wireCatalog({
    service: await context.service(),
    settings,
    clock: context.ports.clock,
    surroundings: { cwd: context.ports.cwd, env: context.ports.env },
    journal: () => context.journal(),
    knownLogPatterns: async () =>
      (await import('./known-log-patterns.ts')).loadKnownLogPatterns(context),
    readAsset: (path) => readFile(join(context.ports.assetsDir, path), 'utf8'),
    samples: async (metric, fromMs, toMs) =>
      (await context.journal()).samples({ url: settings.url, metric, fromMs, toMs }),
  })
}
