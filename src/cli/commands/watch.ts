/** `mts watch`: judges the levels on and on and tells people; `ack` and `maintenance` speak to it. */
import type { Command } from 'commander'
import { isoSeoul } from '../../core/dates.ts'
import { parseDuration } from '../../core/duration.ts'
import { MtsError } from '../../core/errors.ts'
import { EXIT, type ExitCode } from '../../core/exit-code.ts'
import { cleanText } from '../../core/sanitize.ts'
import { text, type Lang } from '../../core/text.ts'
import type { Status } from '../../core/verdict.ts'
import type { WatchRecords } from '../../core/watch-records.ts'
import type { Level } from '../../health/health.ts'
import type { WatchUnit } from '../../render/systemd-unit.ts'
import type { WatchRequestValue } from '../../render/watch.ts'
import type { CommandContext, CommandSpec, Outcome, Perform } from '../command.ts'
import { addExamples } from '../help.ts'
import { usageError } from '../usage-error.ts'

interface WatchFlags {
  readonly once?: boolean
  readonly level?: string
  readonly printUnit?: boolean
}

const DEFAULT_ACK = '4h'
/** Longer than a shift's worth of works is more likely a mistake that silences everything. */
const LONGEST_MS = 7 * 86_400_000

export const watchCommand: CommandSpec = {
  declare(program, perform, lang) {
    const word = (ko: string, en: string): string => (lang === 'ko' ? ko : en)
    const watch = program
      .command('watch')
      .description(
        word('계속 감시하고 변화를 알림(Slack, PagerDuty)', 'watch, and tell people of changes'),
      )
      .option('--once', word('한 회차만(cron용)', 'one round, for cron'))
      .option('--level <n>', word('--once에서 볼 단계(1~3)', 'the level of --once, 1 to 3'))
      .option(
        '--print-unit',
        word('systemd 유닛과 cron 줄 출력', 'a systemd unit, and a cron line'),
      )
      .action((flags: WatchFlags) => perform((context) => watchWith(context, flags)))
    addExamples(watch, lang, [
      ['mts watch', text('지켜보며 알리기', 'watch and tell')],
      ['mts watch --print-unit', text('systemd로 설치', 'install it with systemd')],
      [
        'mts watch ack redis --reason "재기동 중"',
        text('대응 중임을 알리기', 'say that you are on it'),
      ],
      [
        'mts watch maintenance --for 2h --reason "DB 교체"',
        text('점검 중 알림 멈추기', 'works: nothing is told'),
      ],
    ])
    declareAck(watch, perform, lang)
    declareMaintenance(watch, perform, lang)
  },
}

function declareAck(watch: Command, perform: Perform, lang: Lang): void {
  const word = (ko: string, en: string): string => (lang === 'ko' ? ko : en)
  addExamples(
    watch
      .command('ack <check>')
      .description(
        word('대응 중임을 알림: 다시 알리지 않음', 'somebody is on it: no more reminders'),
      )
      .requiredOption('--reason <text>', word('사유', 'why'))
      .option('--for <duration>', word('이 시간이 지나면 다시 알림', 'until when'), DEFAULT_ACK)
      .action((check: string, flags: { reason: string; for: string }) =>
        perform((context) => acknowledge(context, check, flags)),
      ),
    lang,
    [['mts watch ack settlement --reason "개발팀 확인 중"', text('정산 장애', 'a settlement')]],
  )
}

function declareMaintenance(watch: Command, perform: Perform, lang: Lang): void {
  const word = (ko: string, en: string): string => (lang === 'ko' ? ko : en)
  addExamples(
    watch
      .command('maintenance')
      .description(
        word(
          '점검 시간: 측정하되 위험도 보내지 않음(휴무일·야간에는 경고만 보류)',
          'works: measured, nothing is sent (days off and nights hold back warnings only)',
        ),
      )
      .option('--for <duration>', word('점검 시간(예: 2h)', 'how long, such as 2h'))
      .option('--end', word('지금 끝냄', 'end it now'))
      .option('--reason <text>', word('사유', 'why'))
      .action((flags: { for?: string; end?: boolean; reason?: string }) =>
        perform((context) => maintain(context, flags)),
      ),
    lang,
    [
      ['mts watch maintenance --for 2h --reason "DB 교체"', text('두 시간', 'two hours')],
      ['mts watch maintenance --end', text('일찍 끝내기', 'end it early')],
    ],
  )
}

const EXIT_OF: Readonly<Record<Status, ExitCode>> = {
  ok: EXIT.ok,
  warning: EXIT.warning,
  critical: EXIT.critical,
  unknown: EXIT.unknown,
}

async function watchWith(context: CommandContext, flags: WatchFlags): Promise<Outcome | undefined> {
  if (flags.printUnit === true) return printUnit(context)
  const level = levelOf(flags)
  if (flags.once !== true) {
    const { runWatch } = await import('../watch-service.ts')
    await runWatch(context)
    return undefined
  }
  const { runWatchOnce } = await import('../watch-service.ts')
  const value = await runWatchOnce(context, level)
  const { renderWatchEvent } = await import('../../render/watch.ts')
  const { STATUS_WORDS, say } = await import('../../render/view.ts')
  return {
    value,
    exitCode: EXIT_OF[value.status],
    faces: {
      table: (_value, view) =>
        [
          ...value.events.map((event) => renderWatchEvent(event, view)),
          `${say(view, STATUS_WORDS[value.status])} · ${say(
            view,
            text(`알림 대기 ${value.pending}건`, `${value.pending} messages waiting`),
          )}`,
        ].join('\n'),
    },
  }
}

function levelOf({ level, once }: WatchFlags): Level | undefined {
  if (level === undefined) return undefined
  if (once === true && (level === '1' || level === '2' || level === '3'))
    return Number(level) as Level
  throw usageError(
    text('--level은 --once와 함께 1, 2, 3 중 하나입니다', '--level goes with --once: 1, 2 or 3'),
  )
}

async function printUnit(context: CommandContext): Promise<Outcome<WatchUnit>> {
  const { ports, globals } = context
  const settings = await context.settings()
  const { rhythmOf } = await import('../watch-policy.ts')
  const { stepOf } = await import('../../watch/rhythm.ts')
  const { renderWatchUnit } = await import('../../render/systemd-unit.ts')
  const { resolve } = await import('node:path')
  const value: WatchUnit = {
    kind: 'WatchUnit',
    program: ports.program ?? ['/usr/bin/env', 'mts'],
    user: ports.operator,
    url: settings.url,
    journal: settings.journal,
    ...(globals.config === undefined ? {} : { configFile: resolve(ports.cwd, globals.config) }),
    ...(globals.profile === undefined ? {} : { profile: globals.profile }),
    // Three rounds and the longest a round takes.
    watchdogSeconds: Math.max(30, Math.ceil((3 * stepOf(rhythmOf(settings))) / 1000)),
  }
  return {
    value,
    exitCode: EXIT.ok,
    faces: { table: renderWatchUnit, raw: renderWatchUnit },
  }
}

async function recordsOf(context: CommandContext): Promise<WatchRecords> {
  const records = (await context.journal()).watching
  if (records === undefined) throw new Error('this journal cannot be watched with')
  return records
}

async function acknowledge(
  context: CommandContext,
  check: string,
  flags: { readonly reason: string; readonly for: string },
): Promise<Outcome<WatchRequestValue>> {
  const reason = reasonOf(flags.reason)
  const forMs = durationOf(flags.for)
  const { url } = await context.settings()
  const records = await recordsOf(context)
  const { parseWatchState } = await import('../../watch/state.ts')
  const incidents = parseWatchState(records.state(url))?.incidents ?? []
  const open = incidents.filter((incident) => incident.check === check)
  if (open.length === 0) throw nothingOpen(check, [...new Set(incidents.map((each) => each.check))])
  const atMs = context.ports.clock.now()
  const untilMs = atMs + forMs
  const by = context.ports.operator
  records.request(url, { kind: 'ack', atMs, by, reason, check, untilMs })
  return requested({
    kind: 'WatchRequest',
    request: 'ack',
    url,
    by,
    reason,
    at: isoSeoul(atMs),
    until: isoSeoul(untilMs),
    check,
    incidents: open.map(({ id }) => id),
  })
}

function nothingOpen(check: string, open: readonly string[]): MtsError {
  return new MtsError({
    code: 'NOT_FOUND',
    exitCode: EXIT.notFound,
    message: text(
      open.length === 0
        ? `열린 장애가 없습니다: ${cleanText(check, 40)}`
        : `${cleanText(check, 40)}에는 열린 장애가 없습니다. 열린 장애: ${open.join(', ')}`,
      open.length === 0
        ? `nothing is open for ${cleanText(check, 40)}`
        : `nothing is open for ${cleanText(check, 40)}; open: ${open.join(', ')}`,
    ),
    next: ['mts health'],
  })
}

async function maintain(
  context: CommandContext,
  flags: { readonly for?: string; readonly end?: boolean; readonly reason?: string },
): Promise<Outcome<WatchRequestValue>> {
  const ends = flags.end === true
  if (ends === (flags.for !== undefined)) {
    throw usageError(text('--for 또는 --end 중 하나가 필요합니다', 'give either --for or --end'), [
      'mts watch maintenance --for 2h --reason "..."',
    ])
  }
  const reason = ends ? cleanText(flags.reason ?? '', 200) : reasonOf(flags.reason)
  const forMs = flags.for === undefined ? 0 : durationOf(flags.for)
  const { url } = await context.settings()
  const atMs = context.ports.clock.now()
  const by = context.ports.operator
  const untilMs = atMs + forMs
  const records = await recordsOf(context)
  records.request(url, { kind: 'maintenance', atMs, by, reason, untilMs })
  const [at, until] = [isoSeoul(atMs), isoSeoul(untilMs)]
  return requested({ kind: 'WatchRequest', request: 'maintenance', url, by, reason, at, until })
}

async function requested(value: WatchRequestValue): Promise<Outcome<WatchRequestValue>> {
  const { renderWatchRequest } = await import('../../render/watch.ts')
  return { value, exitCode: EXIT.ok, faces: { table: renderWatchRequest } }
}

function reasonOf(words: string | undefined): string {
  const reason = cleanText(words ?? '', 200)
  if (reason === '') throw usageError(text('--reason에 사유를 적으세요', 'say why with --reason'))
  return reason
}

function durationOf(words: string): number {
  const ms = parseDuration(words)
  if (ms !== undefined && ms > 0 && ms <= LONGEST_MS) return ms
  throw usageError(
    text(
      `--for 값이 올바르지 않습니다: ${words} (예: 30m, 2h, 최대 7d)`,
      `--for takes a duration such as 30m or 2h, up to 7d, not ${words}`,
    ),
  )
}
