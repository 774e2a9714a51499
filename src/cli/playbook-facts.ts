/** Which playbooks there are and which alerts call for them: read from the files, without judging the rest of them. */
import { MtsError } from '../core/errors.ts'
import type { PlaybookFact } from '../doctor/facts.ts'
import type { CommandContext } from './command.ts'
import { openDocumentFiles } from './documents.ts'
import { parseYamlValue } from './yaml-value.ts'

/** Undefined when the operator's own directories cannot be read; a file that is no YAML is left to `playbook validate`. */
export async function listPlaybookFacts(
  context: CommandContext,
): Promise<readonly PlaybookFact[] | undefined> {
  try {
    const files = await openDocumentFiles(context)
    const facts: PlaybookFact[] = []
    for (const { id, file } of await files.list('Playbook')) {
      const source = await files.read(file)
      if (source === undefined) continue
      facts.push({ id, alerts: alertsIn(source) })
    }
    return facts
  } catch (error) {
    if (!(error instanceof MtsError)) throw error
    context.dialog.notify({ code: 'PLAYBOOKS_UNREADABLE', text: error.text })
    return undefined
  }
}

function alertsIn(source: string): readonly string[] {
  const { triggers } = (parseYamlValue(source) ?? {}) as { triggers?: unknown }
  if (!Array.isArray(triggers)) return []
  return triggers.flatMap((trigger: unknown) => {
    const name = (trigger as { alertname?: unknown } | null)?.alertname
    return typeof name === 'string' ? [name] : []
  })
}
