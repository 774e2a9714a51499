/** Which playbooks there are and which alerts call for them: read from the files, without judging the rest of them. */
import type { AlertTrigger, TriggeredPlaybook } from '../core/alert-playbook.ts'
import { MtsError } from '../core/errors.ts'
import type { CommandContext } from './command.ts'
import { openDocumentFiles } from './documents.ts'
import { parseYamlValue } from './yaml-value.ts'

/** Undefined when the operator's own directories cannot be read; a file that is no YAML is left to `playbook validate`. */
export async function listPlaybookFacts(
  context: CommandContext,
): Promise<readonly TriggeredPlaybook[] | undefined> {
  try {
    const files = await openDocumentFiles(context)
    const facts: TriggeredPlaybook[] = []
    for (const { id, file } of await files.list('Playbook')) {
      const source = await files.read(file)
      if (source === undefined) continue
      facts.push({ id, triggers: triggersIn(source) })
    }
    return facts
  } catch (error) {
    if (!(error instanceof MtsError)) throw error
    context.dialog.notify({ code: 'PLAYBOOKS_UNREADABLE', text: error.text })
    return undefined
  }
}

function triggersIn(source: string): readonly AlertTrigger[] {
  const { triggers } = (parseYamlValue(source) ?? {}) as { triggers?: unknown }
  if (!Array.isArray(triggers)) return []
  return triggers.flatMap((trigger: unknown): readonly AlertTrigger[] => {
    const { alertname, labels } = (trigger ?? {}) as { alertname?: unknown; labels?: unknown }
    if (typeof alertname !== 'string') return []
    const pairs = Object.entries(labels ?? {}).map(([name, value]) => [name, String(value)])
    return [{ alertname, labels: Object.fromEntries(pairs) as Readonly<Record<string, string>> }]
  })
}
