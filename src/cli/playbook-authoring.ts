/** Tools of those who write playbooks: their cases, and the schema for editors. */
import { EXIT } from '../core/exit-code.ts'
import { MtsError } from '../core/errors.ts'
import { documentError } from '../playbook/fault.ts'
import type { PlaybookSchema } from '../playbook/json-schema.ts'
import type { PlaybookTest, PlaybookTestItem } from '../playbook/playbook-test.ts'
import { loadDocument } from '../playbook/load.ts'
import type { CommandContext, Outcome } from './command.ts'
import { openCatalog, openDocumentFiles } from './documents.ts'

export interface AuthoringOptions {
  /** Directories of playbooks named on the command line. */
  readonly dirs: readonly string[]
}

/** Walks the cases of the playbooks named, or of all. Throws DOCUMENT_INVALID (78) for cases with faults. */
export async function testPlaybooks(
  context: CommandContext,
  named: readonly string[],
  options: AuthoringOptions & { readonly mutate: boolean },
): Promise<Outcome<PlaybookTest>> {
  const { testPlaybook } = await import('../playbook/playbook-test.ts')
  const { parseCases } = await import('../playbook/load-cases.ts')
  const { createExpressions } = await import('../playbook/conditions.ts')
  const { renderPlaybookTest } = await import('../render/playbook-test.ts')
  const files = await openDocumentFiles(context, options.dirs)
  const catalog = await openCatalog(context)
  const ports = { catalog, expressions: createExpressions() }
  const known = (await files.list('Playbook')).map(({ id }) => id)
  const items: PlaybookTestItem[] = []
  for (const id of named.length === 0 ? known : named) {
    const document = await loadDocument(files, 'Playbook', id, catalog)
    const file = document.file.replace(/\.ya?ml$/, '.test.yaml')
    const source = await files.read(file)
    if (source === undefined) {
      items.push({ playbook: document.id, file, passed: false, cases: [], untaken: [] })
      continue
    }
    const parsed = parseCases(source, file, document, catalog)
    if (parsed.kind === 'invalid') throw documentError(parsed.problems)
    items.push(await testPlaybook(document, parsed.cases, file, options, ports))
    if (context.signal.aborted) throw interrupted()
  }
  const passed = items.every((item) => item.passed)
  return {
    value: { kind: 'PlaybookTest', passed, items },
    exitCode: passed ? EXIT.ok : EXIT.warning,
    faces: { table: renderPlaybookTest },
  }
}

function interrupted(): MtsError {
  return new MtsError({
    code: 'INTERRUPTED',
    exitCode: EXIT.interrupted,
    message: { ko: '중단했습니다', en: 'interrupted' },
  })
}

export async function showSchema(context: CommandContext): Promise<Outcome<PlaybookSchema>> {
  const { playbookSchema } = await import('../playbook/json-schema.ts')
  const value = playbookSchema(await openCatalog(context))
  const printed = JSON.stringify(value.schema, null, 2)
  return { value, exitCode: EXIT.ok, faces: { table: () => printed, raw: () => printed } }
}
