/** `mts checklist history [name]`: every item over time. */
import { MtsError } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import { nearestName } from '../core/nearest.ts'
import { text } from '../core/text.ts'
import { checklistHistory, type ChecklistHistory } from '../checklist/history.ts'
import { foldRun } from '../playbook/fold.ts'
import type { CommandContext, Outcome } from './command.ts'

/** More than a checklist begun twice every day for 90 days. */
const MAX_RUNS = 200

/** Throws NOT_FOUND (66) for a name that is no checklist and was never run, and for an item it has not. */
export async function historyOf(
  context: CommandContext,
  name: string,
  item?: string,
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
  const whole = checklistHistory(name, url, states, context.ports.clock.now())
  const value = item === undefined ? whole : onlyItem(whole, item)
  const { renderChecklistHistory, renderItemHistory } =
    await import('../render/checklist-history.ts')
  return {
    value,
    exitCode: EXIT.ok,
    faces: { table: item === undefined ? renderChecklistHistory : renderItemHistory },
  }
}

function onlyItem(whole: ChecklistHistory, id: string): ChecklistHistory {
  const items = whole.items.filter((item) => item.id === id)
  if (items.length > 0) return { ...whole, items }
  const ids = whole.items.map((item) => item.id)
  const nearest = nearestName(id, ids)
  throw new MtsError({
    code: 'NOT_FOUND',
    exitCode: EXIT.notFound,
    message: text(
      `${whole.checklist}에 없는 항목: ${id}${nearest === undefined ? '' : `(혹시 ${nearest}?)`}`,
      `${whole.checklist} has no item ${id}${nearest === undefined ? '' : ` (did you mean ${nearest}?)`}`,
    ),
    next:
      ids.length === 0
        ? [`mts checklist ${whole.checklist}`]
        : [text(`가능: ${ids.join(', ')}`, `known: ${ids.join(', ')}`)],
  })
}
