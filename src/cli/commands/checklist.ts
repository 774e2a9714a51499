/** `mts checklist [name]`: measures what can be measured, asks what cannot, and is signed. */
import { text } from '../../core/text.ts'
import type { CommandSpec } from '../command.ts'
import { addExamples } from '../help.ts'

export const checklistCommand: CommandSpec = {
  declare(program, perform, lang) {
    addExamples(
      program
        .command('checklist [name]')
        .description(
          lang === 'ko'
            ? '점검표 진행(기본 daily). 같은 날 다시 시작하면 서명 전까지 이어집니다'
            : 'works through a checklist (daily unless named); one run a day until it is signed',
        )
        .action((name: string | undefined) =>
          perform(async (context) => {
            // A journal that cannot be written is told before anything is read or asked.
            await context.journal()
            const { openDocument } = await import('../documents.ts')
            const { walkChecklist } = await import('../walk.ts')
            const { document } = await openDocument(context, 'Checklist', name ?? 'daily')
            return walkChecklist(context, document)
          }),
        ),
      lang,
      [
        ['mts checklist', text('일일 점검', 'the daily one')],
        ['mts checklist daily -o json', text('묻지 않고 잴 수 있는 것만', 'only what can be read')],
      ],
    )
  },
}
