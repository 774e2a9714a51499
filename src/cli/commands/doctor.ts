/** `mts doctor`: can the service, the scrape, the rules and the routes see what the playbooks rely on? */
import { EXIT } from '../../core/exit-code.ts'
import type { ExitCode } from '../../core/exit-code.ts'
import { text } from '../../core/text.ts'
import type { Diagnosis, Finding, FindingSeverity } from '../../doctor/diagnosis.ts'
import type { CommandContext, CommandSpec, Outcome } from '../command.ts'
import { addExamples } from '../help.ts'

interface DoctorOptions {
  readonly accept?: string
  readonly reason?: string
  readonly until?: string
}

export const doctorCommand: CommandSpec = {
  declare(program, perform, lang) {
    const word = (ko: string, en: string): string => (lang === 'ko' ? ko : en)
    addExamples(
      program
        .command('doctor')
        .description(word('모니터링 사각지대 진단', 'find what the monitoring cannot see'))
        .option(
          '--accept <code:subject>',
          word('고칠 수 없는 항목을 기한까지 인정', 'accept a finding that cannot be mended'),
        )
        .option('--reason <words>', word('인정 사유', 'why it is accepted'))
        .option('--until <date>', word('인정 기한 YYYY-MM-DD(최대 180일)', 'until when'))
        .action((options: DoctorOptions) => perform((context) => doctor(context, options))),
      lang,
      [
        ['mts doctor', text('진단', 'look at everything')],
        [
          "mts doctor --accept SERIES_BLIND:x_total --reason '배포' --until 2026-12-31",
          text('기한까지 인정', 'accepted until then'),
        ],
      ],
    )
  },
}

const EXITS: Readonly<Record<FindingSeverity, ExitCode>> = {
  critical: EXIT.critical,
  warning: EXIT.warning,
  info: EXIT.ok,
}

async function doctor(
  context: CommandContext,
  options: DoctorOptions,
): Promise<Outcome<Diagnosis>> {
  const settings = await context.settings()
  const wanted = await acceptanceOf(context, options)
  const [{ gatherDoctorFacts }, { withTelemetry }, { diagnose }, { applyAcceptances }, file] =
    await Promise.all([
      import('../doctor-facts.ts'),
      import('../telemetry-clients.ts'),
      import('../../doctor/diagnose.ts'),
      import('../../doctor/accepted.ts'),
      import('../acceptance-file.ts'),
    ])
  const { seoulDateOf } = await import('../../core/dates.ts')
  const path = file.acceptancePath(settings.journal)
  const facts = await withTelemetry(context, (telemetry) => gatherDoctorFacts(context, telemetry))
  // What Ctrl-C has cut short would look like an outage.
  context.signal.throwIfAborted()
  const found = diagnose(facts)
  if (wanted !== undefined) {
    const finding = await findingOf(found.findings, wanted)
    await file.saveAcceptance(path, settings.url, {
      code: finding.code,
      subject: finding.subject,
      reason: wanted.reason,
      until: wanted.until,
      acceptedBy: context.ports.operator,
      acceptedAt: found.observedAt,
    })
  }
  const acceptances = await file.loadAcceptances(path, settings.url)
  const { sortFindings, worstSeverity } = await import('../../doctor/diagnosis.ts')
  const findings = sortFindings(
    applyAcceptances(found.findings, acceptances, seoulDateOf(context.ports.clock.now())),
  )
  const worst = worstSeverity(findings)
  const { renderDiagnosis } = await import('../../render/doctor.ts')
  return {
    value: { ...found, findings },
    exitCode: worst === undefined ? EXIT.ok : EXITS[worst],
    faces: { table: renderDiagnosis },
  }
}

interface Wanted {
  readonly code: string
  readonly subject: string
  readonly reason: string
  readonly until: string
}

async function acceptanceOf(
  context: CommandContext,
  { accept, reason, until }: DoctorOptions,
): Promise<Wanted | undefined> {
  if (accept === undefined && reason === undefined && until === undefined) return undefined
  const { usageError } = await import('../usage-error.ts')
  const { daysBetween, isSeoulDate, seoulDateOf } = await import('../../core/dates.ts')
  const { longestUntil, LONGEST_DAYS } = await import('../../doctor/accepted.ts')
  const colon = accept?.indexOf(':') ?? -1
  if (accept === undefined || colon < 1 || reason === undefined || reason.trim() === '') {
    throw usageError(
      text(
        '--accept CODE:대상 --reason 사유 --until 날짜를 함께 쓰세요',
        '--accept CODE:SUBJECT, --reason and --until go together',
      ),
      ['mts doctor --help'],
    )
  }
  const today = seoulDateOf(context.ports.clock.now())
  const last = longestUntil(today)
  const fits =
    until !== undefined &&
    isSeoulDate(until) &&
    daysBetween(today, until) >= 0 &&
    daysBetween(until, last) >= 0
  if (!fits) {
    throw usageError(
      text(
        `--until은 오늘부터 ${LONGEST_DAYS}일 안의 날짜입니다(YYYY-MM-DD, ${last}까지)`,
        `--until takes a date within ${LONGEST_DAYS} days (YYYY-MM-DD, up to ${last})`,
      ),
    )
  }
  const { cleanText } = await import('../../core/sanitize.ts')
  return {
    code: accept.slice(0, colon),
    subject: accept.slice(colon + 1),
    reason: cleanText(reason, 300),
    until,
  }
}

/** Only what is there can be accepted: a typing error would accept nothing, silently. */
async function findingOf(findings: readonly Finding[], wanted: Wanted): Promise<Finding> {
  const finding = findings.find(
    ({ code, subject }) => code === wanted.code && subject === wanted.subject,
  )
  if (finding !== undefined) return finding
  const { MtsError } = await import('../../core/errors.ts')
  throw new MtsError({
    code: 'NOT_FOUND',
    exitCode: EXIT.notFound,
    message: text(
      `지금 그런 진단 항목이 없습니다: ${wanted.code}:${wanted.subject}`,
      `there is no such finding now: ${wanted.code}:${wanted.subject}`,
    ),
    next: ['mts doctor'],
  })
}
