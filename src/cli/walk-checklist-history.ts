/** `mts checklist history [name]`: every item over time. */
import { EXIT } from '../core/exit-code.ts'
import { checklistHistory, type ChecklistHistory } from '../checklist/history.ts'
import { foldRun } from '../playbook/fold.ts'
import type { CommandContext, Outcome } from './command.ts'

/** More than a checklist begun twice every day for 90 days. */
const MAX_RUNS = 200

/** Throws NOT_FOUND (66) for a name that is no checklist and was never run. */
export async function historyOf(
  context: CommandContext,
  name: string,
): Promise<Outcome<ChecklistHistory>> {
  const journal = await context.journal()
  const { url } = await context.settings()
  const headers = journal
    .runs({ kind: 'checklist', subject: name, limit: MAX_RUNS })
    .filter((header) => header.url === url)
  if (headers.length === 0) {
    const { openDocument } = await import('./documents.ts')
    await openDocument(context, 'Checklist', name)
  }
  const states = headers.map((header) => foldRun(journal.events(header.run)))
  const value = checklistHistory(name, url, states, context.ports.clock.now())
  const { renderChecklistHistory } = await import('../render/checklist-history.ts')
  return { value, exitCode: EXIT.ok, faces: { table: renderChecklistHistory } }
}
