/** `mts alerts …`: what fires and which playbook it calls for; silencing, with a preview of what it hides. */
import type { Command } from 'commander'
import type { AlertList } from '../../alerts/alert-list.ts'
import type { SilenceListValue } from '../../alerts/silence-value.ts'
import type { LabelMatcher } from '../../core/label-matcher.ts'
import { EXIT } from '../../core/exit-code.ts'
import { text } from '../../core/text.ts'
import type { CommandContext, CommandSpec, Outcome } from '../command.ts'
import { addExamples } from '../help.ts'
import { usageError } from '../usage-error.ts'

interface SilenceOptions {
  readonly for?: string
  readonly reason?: string
  readonly remove?: string
  readonly confirm?: string
}

export const alertsCommand: CommandSpec = {
  declare(program, perform, lang) {
    const word = (ko: string, en: string): string => (lang === 'ko' ? ko : en)
    const alerts = program
      .command('alerts')
      .description(word('발생 · 대기 · 침묵 중인 알림', 'what fires, waits or is silenced'))
      .option('--open [alertname]', word('알림의 플레이북 시작', 'walk the playbook of an alert'))
      .action((options: { open?: string | true }) =>
        perform((context) =>
          options.open === undefined ? list(context) : open(context, options.open),
        ),
      )
    addExamples(alerts, lang, [
      ['mts alerts', text('지금 울리는 알림', 'what fires now')],
      ['mts alerts --open', text('첫 알림의 플레이북 시작', 'walk the playbook of the first')],
    ])
    declareSilence(alerts, perform, lang, word)
  },
}

function declareSilence(
  alerts: Command,
  perform: Parameters<CommandSpec['declare']>[1],
  lang: Parameters<CommandSpec['declare']>[2],
  word: (ko: string, en: string) => string,
): void {
  addExamples(
    alerts
      .command('silence [matchers...]')
      .description(
        word(
          '알림 침묵(승인 필요). 조건이 없으면 목록',
          'silence alerts (asks); without matchers, the list',
        ),
      )
      .option('--for <duration>', word('기간(최대 24h)', 'how long, at most 24h'))
      .option('--reason <words>', word('사유', 'why'))
      .option('--remove <id>', word('침묵 해제', 'end a silence'))
      .option('--confirm <digest>', word('앞서 출력된 승인값', 'the digest printed before'))
      .action((matchers: readonly string[], options: SilenceOptions) =>
        perform((context) => silence(context, matchers, options)),
      ),
    lang,
    [
      [
        "mts alerts silence alertname=NoSalesDetected --for 2h --reason '휴무'",
        text('무엇이 가려지는지 보여 주고 묻습니다', 'shows what it would hide, and asks'),
      ],
      ['mts alerts silence', text('걸려 있는 침묵', 'the silences that are set')],
      ['mts alerts silence --remove 49af3a72-…', text('해제', 'end one')],
    ],
  )
}

async function list(context: CommandContext): Promise<Outcome<AlertList>> {
  const value = await readAlerts(context)
  const { renderAlerts } = await import('../../render/alerts.ts')
  return { value, exitCode: EXIT.ok, faces: { table: renderAlerts } }
}

async function readAlerts(context: CommandContext): Promise<AlertList> {
  const [{ listAlerts }, { playbookForAlert }, { listPlaybookFacts }, { isoSeoul }, clients] =
    await Promise.all([
      import('../../alerts/alert-list.ts'),
      import('../../core/alert-playbook.ts'),
      import('../playbook-facts.ts'),
      import('../../core/dates.ts'),
      import('../telemetry-clients.ts'),
    ])
  const { notConfigured, telemetryError, withTelemetry } = clients
  const options = { signal: context.signal }
  return withTelemetry(context, async ({ prometheus, alertmanager }) => {
    if (prometheus === undefined && alertmanager === undefined) throw notConfigured('Alertmanager')
    const [rules, active, playbooks] = await Promise.all([
      prometheus?.alerts(options),
      alertmanager?.alerts(options),
      listPlaybookFacts(context),
    ])
    const asked = [
      { source: 'Alertmanager' as const, read: active },
      { source: 'Prometheus' as const, read: rules },
    ]
    const failed = asked.flatMap(({ source, read }) =>
      read?.kind === 'unknown' ? [{ source, failure: read.failure }] : [],
    )
    const [first] = failed
    if (
      first !== undefined &&
      failed.length === asked.filter(({ read }) => read !== undefined).length
    ) {
      throw telemetryError(first.source, first.failure)
    }
    return {
      kind: 'AlertList' as const,
      observedAt: isoSeoul(context.ports.clock.now()),
      items: listAlerts(
        rules?.kind === 'ok' ? rules.value : [],
        active?.kind === 'ok' ? active.value : [],
        (alert) => playbookForAlert(alert, playbooks ?? []),
      ),
      unseen: failed.map(({ source, failure }) => ({ source, reason: failure.message })),
    }
  })
}

/** The playbook of the alert that was named, else of the worst that fires. */
async function open(context: CommandContext, named: string | true): Promise<Outcome> {
  const { items } = await readAlerts(context)
  const alert = items.find(
    ({ alertname, state, playbook }) =>
      (named === true ? state === 'firing' : alertname === named) && playbook !== undefined,
  )
  if (alert?.playbook === undefined) {
    const { MtsError } = await import('../../core/errors.ts')
    throw new MtsError({
      code: 'NOT_FOUND',
      exitCode: EXIT.notFound,
      message:
        named === true
          ? text('플레이북이 있는 발생 알림이 없습니다', 'no firing alert has a playbook')
          : text(
              `플레이북이 있는 알림이 없습니다: ${named}`,
              `no such alert has a playbook: ${named}`,
            ),
      next: ['mts alerts', 'mts playbook list'],
    })
  }
  const { walkDocument } = await import('../walk.ts')
  const { openDocument } = await import('../documents.ts')
  const { document } = await openDocument(context, 'Playbook', alert.playbook)
  return walkDocument(context, document, { inputs: [] })
}

async function silence(
  context: CommandContext,
  words: readonly string[],
  options: SilenceOptions,
): Promise<Outcome> {
  const { renderSilenceAction } = await import('../../render/silence.ts')
  const { performSilence } = await import('../silence-flow.ts')
  if (options.remove !== undefined) {
    if (words.length > 0 || options.for !== undefined) {
      throw usageError(
        text(
          '--remove에는 침묵 번호만 씁니다',
          '--remove takes the id of a silence and nothing else',
        ),
      )
    }
    const request = { action: 'unsilence' as const, id: options.remove }
    const { value, exitCode } = await performSilence(context, request, options.confirm)
    return { value, exitCode, faces: { table: renderSilenceAction } }
  }
  if (words.length === 0) return listSilences(context)
  const input = {
    matchers: await matchersOf(words),
    forMs: await durationOf(options.for),
    reason: await reasonOf(options.reason),
  }
  const { value, exitCode } = await performSilence(
    context,
    { action: 'silence', input },
    options.confirm,
  )
  return { value, exitCode, faces: { table: renderSilenceAction } }
}

async function listSilences(context: CommandContext): Promise<Outcome<SilenceListValue>> {
  const { notConfigured, telemetryError, withTelemetry } = await import('../telemetry-clients.ts')
  const { isoSeoul } = await import('../../core/dates.ts')
  const { writeMatcher } = await import('../../core/label-matcher.ts')
  const { renderSilenceList } = await import('../../render/silence.ts')
  const read = await withTelemetry(context, async ({ alertmanager }) => {
    if (alertmanager === undefined) throw notConfigured('Alertmanager')
    return alertmanager.silences({ signal: context.signal })
  })
  if (read.kind === 'unknown') throw telemetryError('Alertmanager', read.failure)
  const items = (read.kind === 'ok' ? read.value : [])
    .filter(({ state }) => state !== 'expired')
    .map((one) => ({
      id: one.id,
      state: one.state,
      matchers: one.matchers.map(writeMatcher),
      startsAt: isoSeoul(one.startsAtMs),
      endsAt: isoSeoul(one.endsAtMs),
      createdBy: one.createdBy,
      comment: one.comment,
    }))
  return {
    value: { kind: 'SilenceList', items },
    exitCode: EXIT.ok,
    faces: { table: renderSilenceList },
  }
}

/** `alertname=X`, `instance=~"10\..*"`, or a bare name for an alert. */
async function matchersOf(words: readonly string[]): Promise<readonly LabelMatcher[]> {
  const { parseMatchers } = await import('../../core/label-matcher.ts')
  return words.flatMap((word) => {
    if (/^[\p{L}\p{N}_ .-]+$/u.test(word))
      return [{ name: 'alertname', operator: '=' as const, value: word }]
    const parsed = parseMatchers(word)
    if (parsed === undefined || parsed.length === 0) {
      throw usageError(
        text(`조건이 아닙니다: ${word}(예: alertname=NoSalesDetected)`, `no matcher: ${word}`),
        ['mts alerts silence --help'],
      )
    }
    return parsed
  })
}

async function durationOf(words: string | undefined): Promise<number> {
  const { parseDuration } = await import('../../core/duration.ts')
  const { LONGEST_SILENCE_MS } = await import('../../alerts/silence-rules.ts')
  const forMs = words === undefined ? undefined : parseDuration(words)
  if (forMs === undefined || forMs < 1000 || forMs > LONGEST_SILENCE_MS) {
    throw usageError(
      text(
        '끝나는 때가 있어야 합니다: --for 2h (최대 24h)',
        'a silence needs an end: --for 2h (24h at most)',
      ),
    )
  }
  return forMs
}

async function reasonOf(words: string | undefined): Promise<string> {
  const { cleanText } = await import('../../core/sanitize.ts')
  const reason = cleanText(words ?? '', 200)
  if (reason === '') {
    throw usageError(
      text('사유가 있어야 합니다: --reason 사유', 'a silence needs a reason: --reason'),
    )
  }
  return reason
}
