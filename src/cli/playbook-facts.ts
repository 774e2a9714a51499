/** Which playbooks there are and which alerts call for them: read from the files, without judging the rest of them. */
import { MtsError } from '../core/errors.ts'
import type { PlaybookFact } from '../doctor/facts.ts'
import type { CommandContext } from './command.ts'
import { openDocumentFiles } from './documents.ts'

/** Undefined when the operator's own directories cannot be read; a file that is no YAML is left to `playbook validate`. */
export async function listPlaybookFacts(
  context: CommandContext,
): Promise<readonly PlaybookFact[] | undefined> {
  const { parse } = await import('yaml')
  try {
    const files = await openDocumentFiles(context)
    const facts: PlaybookFact[] = []
    for (const { id, file } of await files.list('Playbook')) {
      const source = await files.read(file)
      if (source === undefined) continue
      facts.push({ id, alerts: alertsIn(source, parse) })
    }
    return facts
  } catch (error) {
    if (!(error instanceof MtsError)) throw error
    context.dialog.notify({ code: 'PLAYBOOKS_UNREADABLE', text: error.text })
    return undefined
  }
}

function alertsIn(source: string, parse: (text: string) => unknown): readonly string[] {
  let document: unknown
  try {
    document = parse(source)
  } catch {
    // `mts playbook validate` says where it is wrong.
    return []
  }
  const { triggers } = (document ?? {}) as { triggers?: unknown }
  if (!Array.isArray(triggers)) return []
  return triggers.flatMap((trigger: unknown) => {
    const name = (trigger as { alertname?: unknown } | null)?.alertname
    return typeof name === 'string' ? [name] : []
  })
}
