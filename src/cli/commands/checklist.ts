/** `mts checklist [name]`: measures what can be measured, asks what cannot, and is signed. */
import type { Command } from 'commander'
import { text, type Lang } from '../../core/text.ts'
import type { CommandContext, CommandSpec, Outcome, Perform } from '../command.ts'
import { addExamples } from '../help.ts'

interface ChecklistFlags {
  readonly all?: boolean
  readonly answer: readonly string[]
  readonly answers?: string
  readonly ifDue?: boolean
  readonly remind?: boolean
}

export const checklistCommand: CommandSpec = {
  declare(program, perform, lang) {
    const word = (ko: string, en: string): string => (lang === 'ko' ? ko : en)
    const checklist = program
      .command('checklist')
      .argument(
        '[name]',
        word('daily, evening, weekly, monthly 또는 파일', 'a checklist, or a file'),
      )
      .description(
        word(
          '점검표 진행(기본 daily). 같은 날 다시 시작하면 서명 전까지 이어집니다',
          'works through a checklist (daily unless named); one run a day until it is signed',
        ),
      )
      .option('--all', word('통과한 항목도 한 줄씩 표시', 'show what passed line by line'))
      .option(
        '--answer <item=value>',
        word('항목의 답(여러 번 지정 가능)', 'an answer; may be given several times'),
        (value: string, before: readonly string[]) => [...before, value],
        [] as readonly string[],
      )
      .option('--answers <file>', word('답을 적은 YAML 파일', 'a YAML file of answers'))
      .option('--if-due', word('점검일이 아니면 바로 종료', 'end at once when it is not due today'))
      .option(
        '--remind',
        word('systemd timer와 cron 줄 출력', 'print a systemd timer and a cron line'),
      )
      .action((name: string | undefined, flags: ChecklistFlags) =>
        perform((context) => walk(context, name ?? 'daily', flags)),
      )
    declareHistory(checklist, perform, lang, word)
    addExamples(checklist, lang, [
      ['mts checklist', text('일일 점검', 'the daily one')],
      ['mts checklist daily -o json', text('묻지 않고 잴 수 있는 것만', 'only what can be read')],
      ['mts checklist daily --answer payout=198000', text('답을 함께', 'with an answer')],
      ['mts checklist weekly --remind', text('정기 실행 설정', 'a timer for it')],
    ])
  },
}

async function walk(
  context: CommandContext,
  name: string,
  flags: ChecklistFlags,
): Promise<Outcome> {
  const { openDocument } = await import('../documents.ts')
  if (flags.remind === true) {
    const { reminderOf } = await import('../walk-checklist-reminder.ts')
    return reminderOf(context, (await openDocument(context, 'Checklist', name)).document)
  }
  // A journal that cannot be written is told before anything is read or asked.
  await context.journal()
  const { document } = await openDocument(context, 'Checklist', name)
  if (flags.ifDue === true) {
    const { notDueToday } = await import('../walk-checklist-reminder.ts')
    const notDue = await notDueToday(context, document)
    if (notDue !== undefined) return notDue
  }
  const { readAnswers } = await import('../walk-checklist-answers.ts')
  const given = await readAnswers(document, {
    answers: flags.answer,
    cwd: context.ports.cwd,
    ...(flags.answers === undefined ? {} : { file: flags.answers }),
  })
  const { walkChecklist } = await import('../walk-checklist.ts')
  return walkChecklist(context, document, { given, all: flags.all === true })
}

function declareHistory(
  checklist: Command,
  perform: Perform,
  lang: Lang,
  word: (ko: string, en: string) => string,
): void {
  addExamples(
    checklist
      .command('history [name] [item]')
      .description(
        word('항목별 점검 기록(기본 daily)', 'every item over time (daily unless named)'),
      )
      .action((name: string | undefined, item: string | undefined) =>
        perform(async (context) => {
          const { historyOf } = await import('../walk-checklist-history.ts')
          return historyOf(context, name ?? 'daily', item)
        }),
      ),
    lang,
    [
      ['mts checklist history weekly', text('주간 점검의 기록', 'of the weekly one')],
      ['mts checklist history daily resources', text('한 항목의 날짜별 기록', 'one item by day')],
    ],
  )
}
