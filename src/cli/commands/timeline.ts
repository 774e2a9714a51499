/** `mts timeline [--from --to]`: what happened, in one ordered list, each with its source. */
import { EXIT } from '../../core/exit-code.ts'
import { text } from '../../core/text.ts'
import type { Timeline } from '../../report/timeline.ts'
import type { CommandContext, CommandSpec, Outcome } from '../command.ts'
import { addExamples } from '../help.ts'

interface TimelineFlags {
  readonly from?: string
  readonly to?: string
}

export const timelineCommand: CommandSpec = {
  declare(program, perform, lang) {
    const word = (ko: string, en: string): string => (lang === 'ko' ? ko : en)
    addExamples(
      program
        .command('timeline')
        .description(
          word(
            '무슨 일이 있었는가: 로그·정산·실행 기록을 시간순으로(기본 최근 12시간)',
            'what happened, in order (default: the last 12 hours)',
          ),
        )
        .option(
          '--from <time>',
          word('시작: 02:00, 날짜, 날짜T시각', 'from: 02:00, a date, or both'),
        )
        .option('--to <time>', word('끝(기본 지금)', 'to (default now)'))
        .action((flags: TimelineFlags) => perform((context) => timeline(context, flags))),
      lang,
      [
        ['mts timeline', text('지난밤', 'the night')],
        ['mts timeline --from 02:00 --to 03:00', text('배치 시간대', 'around the batch')],
      ],
    )
  },
}

async function timeline(context: CommandContext, flags: TimelineFlags): Promise<Outcome<Timeline>> {
  const { parseWindow } = await import('../../report/window.ts')
  const window = parseWindow(flags.from, flags.to, context.ports.clock.now())
  if (window.kind === 'problem') {
    const { usageError } = await import('../usage-error.ts')
    throw usageError(window.words)
  }
  const { gatherTimeline } = await import('../timeline-facts.ts')
  const { renderTimeline } = await import('../../render/timeline.ts')
  const value = await gatherTimeline(context, window.fromMs, window.toMs)
  const blind = value.sources.some((source) => source.status === 'unknown')
  return { value, exitCode: blind ? EXIT.unknown : EXIT.ok, faces: { table: renderTimeline } }
}
