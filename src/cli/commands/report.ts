/** `mts report [<run>|daily|weekly|monthly]`: one incident, or a period's checklists, as Markdown, HTML or JSON. */
import type { SeoulDate } from '../../core/dates.ts'
import { MtsError } from '../../core/errors.ts'
import { EXIT } from '../../core/exit-code.ts'
import type { Journal } from '../../core/journal.ts'
import { text } from '../../core/text.ts'
import type { Period } from '../../report/period.ts'
import type { Report } from '../../report/report.ts'
import type { CommandContext, CommandSpec, Outcome } from '../command.ts'
import { addExamples } from '../help.ts'

interface ReportFlags {
  readonly date?: string
  readonly file?: string
  readonly open?: boolean
}

export const reportCommand: CommandSpec = {
  faces: { report: ['html', 'markdown'] },
  declare(program, perform, lang) {
    const word = (ko: string, en: string): string => (lang === 'ko' ? ko : en)
    addExamples(
      program
        .command('report [run|period]')
        .description(
          word(
            '장애 보고서, 일일·주간·월간 보고서(기본: 점검이 아닌 최신 실행)',
            'a report on a run, or on a day, week or month (default: the newest run that is no checklist)',
          ),
        )
        .option(
          '--date <date>',
          word('기간의 마지막 날(기본 오늘)', 'last day of the period (today)'),
        )
        .option('--file <path>', word('파일로 저장', 'writes a file'))
        .option('--open', word('HTML로 저장하고 열기', 'writes HTML and opens it'))
        .action((subject: string | undefined, flags: ReportFlags) =>
          perform((context) => report(context, subject, flags)),
        ),
      lang,
      [
        [
          'mts report 20261124-01 --open',
          text('장애 보고서를 브라우저로', 'an incident, in the browser'),
        ],
        [
          'mts report daily -o markdown',
          text('오늘 점검과 장애', "today's checklists and incidents"),
        ],
        ['mts report weekly -o html --file week.html', text('파일 하나로', 'one file to pass on')],
      ],
    )
  },
}

const PERIODS: readonly string[] = ['daily', 'weekly', 'monthly']

async function report(
  context: CommandContext,
  subject: string | undefined,
  flags: ReportFlags,
): Promise<Outcome<Report> | undefined> {
  const journal = await context.journal()
  const value =
    subject !== undefined && PERIODS.includes(subject)
      ? await periodReportOf(context, journal, subject as Period, await dateOf(flags.date))
      : await runReportOf(context, journal, subject, flags)
  const { renderReportMarkdown } = await import('../../render/report-markdown.ts')
  const { renderReportHtml } = await import('../../render/report-html.ts')
  const face = faceOf(context, flags)
  if (flags.file !== undefined || flags.open === true) {
    const { writeReport, showReport } = await import('../report-file.ts')
    const { screenText } = await import('../../render/output.ts')
    const { renderJson } = await import('../../render/json.ts')
    const rendered =
      face === 'json'
        ? renderJson(value, context.lang)
        : screenText(
            face === 'html'
              ? renderReportHtml(value, context.lang)
              : renderReportMarkdown(value, context.lang),
            false,
          )
    const path = await writeReport(context, rendered, {
      ...(flags.file === undefined ? {} : { file: flags.file }),
      name: `${nameOf(value)}.${face === 'html' ? 'html' : face === 'json' ? 'json' : 'md'}`,
    })
    if (flags.open === true) await showReport(context, path)
    return undefined
  }
  return {
    value,
    exitCode: EXIT.ok,
    faces: {
      table: (shown, view) => renderReportMarkdown(shown, view.lang),
      markdown: (shown, view) => renderReportMarkdown(shown, view.lang),
      html: (shown, view) => renderReportHtml(shown, view.lang),
    },
  }
}

/** What is opened, or saved as `.html`, is HTML, unless another format was asked for. */
function faceOf(context: CommandContext, flags: ReportFlags): 'html' | 'markdown' | 'json' {
  const { output } = context
  if (output === 'html' || output === 'markdown' || output === 'json') return output
  if (flags.open === true || /\.html?$/i.test(flags.file ?? '')) return 'html'
  return /\.json$/i.test(flags.file ?? '') ? 'json' : 'markdown'
}

function nameOf(value: Report): string {
  return value.report === 'incident' ? `incident-${value.run}` : `${value.report}-${value.to}`
}

async function periodReportOf(
  context: CommandContext,
  journal: Journal,
  period: Period,
  date: SeoulDate | undefined,
): Promise<Report> {
  const { periodOf } = await import('../../report/period.ts')
  const { periodOfJournal, reportDate } = await import('../report-facts.ts')
  const nowMs = context.ports.clock.now()
  return periodOfJournal(journal, {
    report: period,
    ...periodOf(period, reportDate(date, nowMs)),
    url: (await context.settings()).url,
    nowMs,
  })
}

async function runReportOf(
  context: CommandContext,
  journal: Journal,
  named: string | undefined,
  flags: ReportFlags,
): Promise<Report> {
  const { usageError } = await import('../usage-error.ts')
  const { isRunId } = await import('../walk-selection.ts')
  if (flags.date !== undefined) {
    throw usageError(
      text(
        '--date는 daily, weekly, monthly와 함께 씁니다',
        '--date goes with daily, weekly, monthly',
      ),
    )
  }
  if (named !== undefined && !isRunId(named)) {
    throw usageError(
      text(
        `실행 번호나 daily, weekly, monthly가 아닙니다: ${named}`,
        `neither a run nor daily, weekly or monthly: ${named}`,
      ),
    )
  }
  const { url } = await context.settings()
  const recent = journal.runs({ limit: 500 }).filter((run) => run.kind !== 'checklist')
  const header =
    named === undefined ? (recent.find((run) => run.url === url) ?? recent[0]) : journal.run(named)
  if (header === undefined) {
    throw new MtsError({
      code: 'NOT_FOUND',
      exitCode: EXIT.notFound,
      message:
        named === undefined
          ? text('보고할 실행 기록이 없습니다', 'there is no run to report on')
          : text(`실행 기록이 없습니다: ${named}`, `no such run: ${named}`),
      next: ['mts run list'],
    })
  }
  const { incidentOf, metersKept, periodOfJournal } = await import('../report-facts.ts')
  const { seoulDateOf } = await import('../../core/dates.ts')
  const nowMs = context.ports.clock.now()
  if (header.kind !== 'checklist') {
    return incidentOf(journal, header, nowMs, await metersKept(context, header, nowMs))
  }
  const date = seoulDateOf(header.startedAtMs)
  return periodOfJournal(journal, {
    report: 'checklist',
    from: date,
    to: date,
    url: header.url,
    only: header,
    nowMs,
  })
}

async function dateOf(given: string | undefined): Promise<SeoulDate | undefined> {
  if (given === undefined) return undefined
  const { isSeoulDate } = await import('../../core/dates.ts')
  if (isSeoulDate(given)) return given
  const { usageError } = await import('../usage-error.ts')
  throw usageError(
    text(`날짜가 아닙니다: ${given}(예: 2026-11-23)`, `not a date: ${given} (e.g. 2026-11-23)`),
  )
}
