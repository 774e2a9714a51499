/** A playbook opened from a checklist's item: linked to it, begun with its date, or gone on with. */
import type { ChecklistItem } from '../checklist/run.ts'
import { screenText } from '../render/output.ts'
import type { CommandContext } from './command.ts'
import { wantsColor } from './context.ts'

/** What the playbook ended with stands on the screen; the checklist's own value is what is printed. */
export async function openLinkedPlaybook(
  context: CommandContext,
  checklistRun: string,
  item: ChecklistItem,
): Promise<void> {
  const { playbook, opened = [] } = item
  if (playbook === undefined) return
  const { resumeDocument, walkDocument } = await import('./walk.ts')
  const open = opened.find((known) => known.playbook === playbook.id && !OVER.has(known.status))
  const { openDocument } = await import('./documents.ts')
  const outcome =
    open === undefined
      ? await walkDocument(
          context,
          (await openDocument(context, 'Playbook', playbook.id)).document,
          {
            inputs: playbook.date === undefined ? [] : [`date=${playbook.date}`],
            from: { run: checklistRun, item: item.id },
          },
        )
      : await resumeDocument(context, open.run, {})
  const { terminal, ports } = context
  if (terminal === undefined || outcome.value.kind !== 'Run') return
  const view = await context.view()
  const words = outcome.faces.table?.(outcome.value as never, view)
  if (words !== undefined) {
    terminal.output.write(
      `${screenText(words, wantsColor(ports, context.globals, ports.stderr))}\n`,
    )
  }
}

const OVER: ReadonlySet<string> = new Set(['succeeded', 'failed', 'aborted'])
