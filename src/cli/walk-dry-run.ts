/** `mts playbook <id> --dry-run`: everything is read, nothing is sent, and nothing is written down. */
import { existsSync } from 'node:fs'
import { dueSettlementDate } from '../core/dates.ts'
import { EXIT } from '../core/exit-code.ts'
import type { Document } from '../playbook/document.ts'
import type { DryRun } from '../playbook/dry-run.ts'
import type { CommandContext, Outcome } from './command.ts'
import { openCatalog } from './documents.ts'
import { inputsOf, type WalkStart } from './walk.ts'
import { isSaid, LOOK_LIMIT_MS } from './walk-engine.ts'

/** Showing what would happen is a success, whatever it shows. */
export async function dryRunDocument(
  context: CommandContext,
  document: Document,
  start: WalkStart,
): Promise<Outcome<DryRun>> {
  const { dryRun } = await import('../playbook/dry-run.ts')
  const { createExpressions } = await import('../playbook/conditions.ts')
  const { renderDryRun } = await import('../render/dry-run.ts')
  const settings = await context.settings()
  const service = await context.service()
  const { wire } = service
  const { fromStep } = start
  const value = await dryRun(
    {
      document,
      inputs: await inputsOf(context, document, start.inputs),
      operator: context.ports.operator,
      ...(fromStep === undefined ? {} : { fromStep }),
      next: [await context.commandLine(wordsOf(document, start))],
    },
    {
      catalog: await openCatalog(existsSync(settings.journal) ? context : withoutJournal(context)),
      expressions: createExpressions(),
      clock: context.ports.clock,
      signal: context.signal,
      lookLimit: () => AbortSignal.timeout(LOOK_LIMIT_MS),
      url: settings.url,
      dueDate: (nowMs) => dueSettlementDate(nowMs, settings.batch),
      notify: (notice) => {
        if (isSaid(notice, context)) context.dialog.notify(notice)
      },
      ...(wire === undefined ? {} : { spell: (request) => wire.spell(request) }),
    },
  )
  return { value, exitCode: EXIT.ok, faces: { table: renderDryRun } }
}

function wordsOf(document: Document, { inputs, fromStep }: WalkStart): readonly string[] {
  const shown = inputs.filter(
    (pair) => document.inputs[pair.split('=', 1)[0] ?? '']?.secret !== true,
  )
  return [
    'playbook',
    document.id,
    ...shown.flatMap((input) => ['--input', input]),
    ...(fromStep === undefined ? [] : ['--from', fromStep]),
  ]
}

/** Reading a journal that is not there yet would make one. */
function withoutJournal(context: CommandContext): CommandContext {
  const journal = async () => {
    const { createMemoryJournal } = await import('../playbook/memory-journal.ts')
    return createMemoryJournal(context.ports.clock)
  }
  return { ...context, journal }
}
