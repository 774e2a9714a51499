/** `mts logs patterns`: what a log says, as patterns instead of lines; compared with before, if asked. */
import { isAbsolute, join } from 'node:path'
import { durationText, parseDuration } from '../../core/duration.ts'
import { isoSeoul } from '../../core/dates.ts'
import { MtsError } from '../../core/errors.ts'
import { EXIT, type ExitCode } from '../../core/exit-code.ts'
import { LOG_LEVELS, type LogLevel, type LogPatterns } from '../../core/log-patterns.ts'
import { text } from '../../core/text.ts'
import type { LogSource } from '../../logs/log-source.ts'
import type { Baseline, Window } from '../../logs/mine-log.ts'
import type { CommandContext, CommandSpec, Outcome } from '../command.ts'
import { addExamples } from '../help.ts'
import { usageError } from '../usage-error.ts'

interface PatternsOptions {
  readonly since?: string
  readonly until?: string
  readonly level?: string
  readonly grep?: string
  readonly compare?: string
  readonly top?: string
}

/** Patterns written out for people, unless they ask for more. */
const SHOWN_PATTERNS = 15
const PROGRESS_EVERY_MS = 500
const HELP = ['mts logs patterns --help']

export const logsCommand: CommandSpec = {
  declare(program, perform, lang) {
    const word = (ko: string, en: string): string => (lang === 'ko' ? ko : en)
    const logs = program
      .command('logs')
      .description(word('로그 분석', "what the service's log says"))
    addExamples(logs, lang, [
      ['mts logs patterns service.log', text('오류·경고 패턴', 'errors and warnings as patterns')],
    ])
    addExamples(
      logs
        .command('patterns')
        .description(word('로그를 패턴으로 묶어 심각한 것부터 표시', 'groups a log into patterns'))
        .argument(
          '[files...]',
          word(
            '로그 파일(.gz 가능), -는 표준 입력(기본: 설정의 log)',
            'files (.gz too), - for standard input; default: the setting log',
          ),
        )
        .option(
          '--since <time>',
          word(
            '이때부터(예: 2h, 02:00, 2026-11-24T02:00)',
            'from then on: 2h, 02:00, 2026-11-24T02:00',
          ),
        )
        .option('--until <time>', word('이때까지', 'up to then'))
        .option(
          '--level <level>',
          word('이 수준 이상만(예: warn)', 'at least this severe, e.g. warn'),
        )
        .option(
          '--grep <expression>',
          word('이 정규식(RE2)에 맞는 이벤트만', 'only events that fit this expression (RE2)'),
        )
        .option(
          '--compare <baseline>',
          word(
            '비교 기준: 다른 로그, 저장한 -o json 결과, 구간(02:00..03:00), 기간(24h: --since 직전), daily(지난 일일 점검, --since 없으면 그 뒤만)',
            'another log, a saved -o json, a stretch (02:00..03:00), 24h: what came before --since, or daily: the last daily checklist (what came after it, without --since)',
          ),
        )
        .option(
          '--top <count>',
          word(
            `표시할 패턴 수(기본 ${SHOWN_PATTERNS})`,
            `patterns shown, default ${SHOWN_PATTERNS}`,
          ),
        )
        .action((files: readonly string[], options: PatternsOptions) =>
          perform((context) => patterns(context, files, options)),
        ),
      lang,
      [
        [
          'mts logs patterns service.log',
          text('오류·경고 패턴', 'errors and warnings as patterns'),
        ],
        ['mts logs patterns app.log app.log.1.gz --since 02:00', text('밤사이', 'last night')],
        [
          'mts logs patterns app.log --compare app.log.1.gz',
          text('어제와 달라진 것', 'what differs from yesterday'),
        ],
        [
          'mts logs patterns app.log --since 1h --compare 24h',
          text('최근 1시간을 그 전 24시간과', 'the last hour against the day before'),
        ],
        [
          'mts logs patterns --compare daily',
          text('지난 일일 점검 이후 달라진 것', 'what differs since the last daily checklist'),
        ],
        [
          'kubectl logs deploy/sales | mts logs patterns - --level warn',
          text('표준 입력', 'standard input'),
        ],
      ],
    )
  },
}

async function patterns(
  context: CommandContext,
  files: readonly string[],
  options: PatternsOptions,
): Promise<Outcome<LogPatterns>> {
  const { clock } = context.ports
  const top = options.top === undefined ? SHOWN_PATTERNS : countOf(options.top)
  const level = options.level === undefined ? undefined : await levelOf(options.level)
  const asked = await windowOf(options, clock.now())
  const grep = options.grep === undefined ? undefined : await grepOf(options.grep)
  const sources = await sourcesOf(context, files)
  const baseline =
    options.compare === undefined ? undefined : await baselineOf(context, options.compare, asked)
  const window = asked ?? windowAfter(baseline, options.compare)
  const { loadKnownLogPatterns } = await import('../known-log-patterns.ts')
  const known = await loadKnownLogPatterns(context)
  const { mineLog } = await import('../../logs/mine-log.ts')
  const { renderLogPatterns } = await import('../../render/logs.ts')
  const value = await mineLog({
    sources,
    known,
    signal: context.signal,
    monotonicMs: () => clock.monotonicMs(),
    onProgress: progressOf(context),
    ...(window === undefined ? {} : { window }),
    ...(grep === undefined ? {} : { grep }),
    ...(level === undefined ? {} : { level }),
    ...(baseline === undefined ? {} : { baseline }),
  })
  return {
    value,
    exitCode: EXIT.ok,
    faces: {
      table: (found, view) =>
        renderLogPatterns(found, view, { top, everyLevel: level !== undefined }),
    },
  }
}

function countOf(value: string): number {
  if (/^[1-9]\d{0,5}$/.test(value)) return Number(value)
  throw usageError(
    text(`--top은 1 이상의 정수입니다: ${value}`, `--top takes a number from 1: ${value}`),
    HELP,
  )
}

async function levelOf(value: string): Promise<LogLevel> {
  const { parseLevel } = await import('../../logs/levels.ts')
  const level = parseLevel(value)
  if (level !== undefined) return level
  const known = LOG_LEVELS.filter((name) => name !== 'UNKNOWN')
    .join(', ')
    .toLowerCase()
  throw usageError(
    text(`없는 로그 수준: ${value} (가능: ${known})`, `no such level: ${value} (known: ${known})`),
    HELP,
  )
}

async function windowOf(options: PatternsOptions, nowMs: number): Promise<Window | undefined> {
  const { since, until } = options
  if (since === undefined && until === undefined) return undefined
  const { parseMoment } = await import('../../logs/moments.ts')
  const momentOf = (name: string, value: string): number => {
    const ms = parseMoment(value, nowMs)
    if (ms !== undefined) return ms
    throw usageError(
      text(
        `${name} 시각을 읽을 수 없습니다: ${value} (예: 2h, 02:00, 2026-11-24T02:00)`,
        `${name} takes a time such as 2h, 02:00 or 2026-11-24T02:00, not ${value}`,
      ),
      HELP,
    )
  }
  const fromMs = since === undefined ? -Infinity : momentOf('--since', since)
  const toMs = until === undefined ? Infinity : momentOf('--until', until)
  if (fromMs < toMs) return { fromMs, toMs }
  throw usageError(
    text(
      `--until이 --since보다 앞섭니다: ${isoSeoul(toMs)} < ${isoSeoul(fromMs)}`,
      `--until comes before --since: ${isoSeoul(toMs)} < ${isoSeoul(fromMs)}`,
    ),
    HELP,
  )
}

async function grepOf(expression: string) {
  const { createGrep } = await import('../../logs/grep.ts')
  try {
    return createGrep(expression)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw usageError(
      text(`--grep 정규식 오류: ${why}`, `--grep is no regular expression: ${why}`),
      HELP,
    )
  }
}

async function sourcesOf(
  context: CommandContext,
  files: readonly string[],
): Promise<readonly LogSource[]> {
  if (files.length > 0) {
    if (files.filter((file) => file === '-').length > 1) {
      throw usageError(text('-는 한 번만 쓸 수 있습니다', '- may be named once'), HELP)
    }
    return files.map((file) => sourceOf(context, file, EXIT.notFound))
  }
  const { log } = await context.settings()
  if (log !== undefined) return [sourceOf(context, log, EXIT.config)]
  throw usageError(
    text(
      '로그 파일을 지정하세요: mts logs patterns FILE (또는 설정 log, MTS_LOG)',
      'name a log: mts logs patterns FILE (or set log, MTS_LOG)',
    ),
    HELP,
  )
}

function sourceOf(context: CommandContext, file: string, exitCode: ExitCode): LogSource {
  if (file === '-') {
    return { name: '-', path: null, stream: context.ports.streamStdin(), exitCode }
  }
  const path = isAbsolute(file) ? file : join(context.ports.cwd, file)
  return { name: file, path, exitCode }
}

/** A stretch of the same log, what came before it, a saved report, or another log. */
async function baselineOf(
  context: CommandContext,
  value: string,
  window: Window | undefined,
): Promise<Baseline> {
  const { parseStretch } = await import('../../logs/moments.ts')
  const stretch = parseStretch(value, context.ports.clock.now())
  if (stretch !== undefined) return windowBaseline(stretch)
  const lengthMs = parseDuration(value)
  if (lengthMs !== undefined) {
    if (window === undefined || !Number.isFinite(window.fromMs)) {
      throw usageError(
        text(
          `--compare ${value}에는 --since가 필요합니다(그 직전 ${durationText(lengthMs).ko}과 비교)`,
          `--compare ${value} needs --since: it is compared with what came before`,
        ),
        [`mts logs patterns --since 1h --compare ${value}`],
      )
    }
    return windowBaseline({ fromMs: window.fromMs - lengthMs, toMs: window.fromMs })
  }
  if (value === '-') {
    throw usageError(text('--compare에는 -를 쓸 수 없습니다', '--compare cannot read -'), HELP)
  }
  if (value === DAILY) return dailyBaseline(context)
  const source = sourceOf(context, value, EXIT.notFound)
  const { loadSavedBaseline } = await import('../../logs/load-baseline.ts')
  const saved = await loadSavedBaseline(source)
  return saved === undefined
    ? { kind: 'sources', name: value, sources: [source] }
    : { kind: 'saved', baseline: saved }
}

/** `--compare daily`; a file of that name is `./daily`. */
const DAILY = 'daily'

/** The hours that a checklist has seen are not compared with themselves. */
function windowAfter(
  baseline: Baseline | undefined,
  value: string | undefined,
): Window | undefined {
  if (value !== DAILY || baseline?.kind !== 'saved') return undefined
  const { to } = baseline.baseline.span
  return to === null ? undefined : { fromMs: Date.parse(to), toMs: Infinity }
}

async function dailyBaseline(context: CommandContext): Promise<Baseline> {
  const { lastDailyPatterns } = await import('../log-baseline.ts')
  const { url } = await context.settings()
  const kept = lastDailyPatterns(await context.journal(), url, Infinity)
  if (kept !== undefined) return { kind: 'saved', baseline: kept.baseline }
  throw new MtsError({
    code: 'NOT_FOUND',
    exitCode: EXIT.notFound,
    message: text(
      '로그 패턴이 남은 일일 점검이 없습니다(점검 때 설정 log가 있어야 남습니다)',
      'no daily checklist has left patterns of a log (the setting log must be there when it runs)',
    ),
    next: [await context.commandLine(['mts', 'checklist', 'daily'])],
  })
}

function windowBaseline(window: Window): Baseline {
  return { kind: 'window', name: `${isoSeoul(window.fromMs)}..${isoSeoul(window.toMs)}`, window }
}

function progressOf(context: CommandContext): (bytes: number) => void {
  const { clock } = context.ports
  let nextMs = clock.monotonicMs() + PROGRESS_EVERY_MS
  return (bytes) => {
    const nowMs = clock.monotonicMs()
    if (nowMs < nextMs) return
    nextMs = nowMs + PROGRESS_EVERY_MS
    // Not `toLocaleString`: its tables take more memory than the patterns do.
    const megabytes = Math.round(bytes / 1_000_000)
    context.dialog.notify({
      code: 'LOG_READING',
      weight: 'progress',
      text: text(`로그 읽는 중 ${megabytes}MB`, `reading the log: ${megabytes} MB`),
    })
  }
}
