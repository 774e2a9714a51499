/** `mts health`: the levels of the guide, judged; `--watch` does it again and again on one screen. */
import { Option, type Command } from 'commander'
import type { Sample } from '../../core/journal.ts'
import type { Settings } from '../../core/settings.ts'
import { text, type Lang } from '../../core/text.ts'
import type { Status } from '../../core/verdict.ts'
import { MtsError } from '../../core/errors.ts'
import { EXIT, type ExitCode } from '../../core/exit-code.ts'
import type { Health, Level } from '../../health/health.ts'
import type { HealthPorts } from '../../health/round.ts'
import type { CommandContext, CommandSpec, Outcome, Perform } from '../command.ts'
import { addExamples } from '../help.ts'
import { usageError } from '../usage-error.ts'

const DEFAULT_URL = 'http://localhost:8080'
const DEFAULT_INTERVAL = '10s'
const SHORTEST_INTERVAL_MS = 1000

export const healthCommand: CommandSpec = {
  faces: { health: ['nagios'] },
  declare(program: Command, perform: Perform, lang: Lang) {
    const word = (ko: string, en: string): string => (lang === 'ko' ? ko : en)
    const health = program
      .command('health')
      .description(word('서비스 상태 점검(1~3단계)', 'judge the state of the service'))
      .addOption(
        new Option(
          '--level <n>',
          word('1 연동, 2 업무까지, 3 자원까지', '1 dependencies, 2 and business, 3 and resources'),
        )
          .choices(['1', '2', '3'])
          .default('3'),
      )
      .option(
        '--fleet [file]',
        word(
          '여러 인스턴스(목록 파일, 없으면 설정)',
          'many instances: a file of them, or the configured ones',
        ),
      )
      .option('--watch', word('화면을 계속 갱신', 'redraw on and on'))
      .option(
        '--interval <duration>',
        word('--watch의 갱신 간격', 'how often --watch redraws'),
        DEFAULT_INTERVAL,
      )
      .action((options: HealthFlags) =>
        perform(async (context) => {
          const level = Number(options.level) as Level
          if (options.fleet !== undefined) return checkMany(context, level, options)
          if (options.watch !== true) return checkOnce(context, level)
          return watch(context, level, await intervalOf(context, options.interval))
        }),
      )
    addExamples(health, lang, [
      ['mts health', text('전체 점검', 'everything')],
      ['mts health --level 1 --watch', text('연동 상태 지켜보기', 'watch the dependencies')],
      ['mts health --fleet shops.json', text('여러 인스턴스를 한 번에', 'many instances at once')],
      ['mts health -o nagios', text('Nagios 플러그인으로', 'as a Nagios plugin')],
    ])
  },
}

const EXIT_OF: Readonly<Record<Status, ExitCode>> = {
  ok: EXIT.ok,
  warning: EXIT.warning,
  critical: EXIT.critical,
  unknown: EXIT.unknown,
}

interface HealthFlags {
  readonly level: string
  /** True without a file. */
  readonly fleet?: string | true
  readonly watch?: boolean
  readonly interval: string
}

async function checkMany(
  context: CommandContext,
  level: Level,
  { fleet, watch: watches }: HealthFlags,
): Promise<Outcome> {
  if (watches === true) {
    throw usageError(
      text('--fleet과 --watch는 함께 쓸 수 없습니다', '--fleet and --watch do not go together'),
    )
  }
  if (context.globals.url !== undefined) {
    throw usageError(
      text(
        '--fleet과 --url은 함께 쓸 수 없습니다(--url은 서비스 하나)',
        '--fleet and --url do not go together: --url names one service',
      ),
    )
  }
  const { checkFleet } = await import('../fleet-check.ts')
  return checkFleet(context, level, {
    exitOf: EXIT_OF,
    ...(typeof fleet === 'string' ? { file: fleet } : {}),
  })
}

async function checkOnce(context: CommandContext, level: Level): Promise<Outcome> {
  const ports = await healthPorts(context)
  const { checkHealth } = await import('../../health/check-health.ts')
  const health = await addressed(context, await checkHealth(ports, level))
  // What was cut short by Ctrl-C would look like an outage.
  context.signal.throwIfAborted()
  return outcomeOf(health, EXIT_OF[health.status])
}

async function outcomeOf(health: Health, exitCode: ExitCode): Promise<Outcome> {
  const { renderHealth, renderHealthNagios } = await import('../../render/health.ts')
  const outcome: Outcome<Health> = {
    value: health,
    exitCode,
    faces: { table: renderHealth, nagios: renderHealthNagios },
  }
  return outcome
}

async function healthPorts(context: CommandContext): Promise<HealthPorts> {
  const settings = await context.settings()
  return {
    reader: await context.service(),
    clock: context.ports.clock,
    settings,
    samples: (metric, fromMs, toMs) => readSamples(context, settings, { metric, fromMs, toMs }),
    ...(settings.prometheusUrl === undefined ? {} : await prometheusPort(context, settings)),
    signal: context.signal,
  }
}

async function prometheusPort(
  { ports }: CommandContext,
  settings: Settings,
): Promise<Pick<HealthPorts, 'withOverTime'>> {
  const { overTimeOf } = await import('../over-time.ts')
  return overTimeOf(settings, ports.clock)
}

/** Only looked for when a verdict needs them: opening the journal costs more than the whole check. */
async function readSamples(
  context: CommandContext,
  settings: Settings,
  query: { readonly metric: string; readonly fromMs: number; readonly toMs: number },
): Promise<readonly Sample[]> {
  const { existsSync } = await import('node:fs')
  if (!existsSync(settings.journal)) return []
  try {
    return (await context.journal()).samples({ url: settings.url, ...query })
  } catch (error) {
    if (!(error instanceof MtsError)) throw error
    context.dialog.notify({ code: 'SAMPLES_UNREADABLE', text: error.text })
    return []
  }
}

/** Commands name the url unless they would reach this service without it. */
async function addressed(context: CommandContext, health: Health): Promise<Health> {
  const { globals } = context
  const plain =
    health.url === DEFAULT_URL &&
    globals.url === undefined &&
    globals.profile === undefined &&
    globals.config === undefined
  if (plain) return health
  const { readdressNext } = await import('../../health/health.ts')
  const commands = new Set(health.checks.flatMap((check) => check.next ?? []))
  const lines = new Map<string, string>()
  for (const command of commands) lines.set(command, await context.commandLine(command.split(' ')))
  return readdressNext(health, (command) => lines.get(command) ?? command)
}

async function intervalOf(context: CommandContext, words: string): Promise<number> {
  const { parseDuration } = await import('../../core/duration.ts')
  const intervalMs = parseDuration(words)
  if (intervalMs === undefined || intervalMs < SHORTEST_INTERVAL_MS) {
    throw usageError(
      text(
        `--interval 값이 올바르지 않습니다: ${words} (예: 10s, 1s 이상)`,
        `--interval takes a duration of at least 1s, not ${words}`,
      ),
    )
  }
  if (!context.ports.stdout.isTTY || context.output !== 'table') {
    throw usageError(
      text('--watch는 터미널에서만 사용할 수 있습니다', '--watch needs a terminal'),
      ['mts health -o json'],
    )
  }
  return intervalMs
}

/** Ends with Ctrl-C: the terminal is as it was, and the last picture stays below. */
async function watch(
  context: CommandContext,
  level: Level,
  intervalMs: number,
): Promise<Outcome | undefined> {
  const { signal } = context
  const { stdout, clock } = context.ports
  const [{ checkHealth }, { renderHealth, renderHealthFrame }, { screenText }, { wantsColor }] =
    await Promise.all([
      import('../../health/check-health.ts'),
      import('../../render/health.ts'),
      import('../../render/output.ts'),
      import('../context.ts'),
    ])
  const ports: HealthPorts = { ...(await healthPorts(context)), pathsOut: new Map() }
  const view = await context.view()
  const color = wantsColor(context.ports, context.globals, stdout)
  const draw = (shown: string): void => {
    stdout.write(renderHealthFrame(screenText(shown, color), intervalMs, view))
  }

  let last: Health | undefined
  stdout.write(ENTER_SCREEN)
  try {
    draw(text('확인 중', 'asking')[context.lang])
    while (!signal.aborted) {
      const startedMs = clock.monotonicMs()
      const health = await addressed(context, await checkHealth(ports, level))
      if (signal.aborted) break
      last = health
      draw(renderHealth(health, view))
      await pause(context, Math.max(0, startedMs + intervalMs - clock.monotonicMs()))
    }
  } finally {
    stdout.write(LEAVE_SCREEN)
  }
  return last === undefined ? undefined : outcomeOf(last, EXIT.interrupted)
}

/** The alternate screen, without a cursor; and back. */
const ENTER_SCREEN = '\u001B[?1049h\u001B[?25l\u001B[H\u001B[2J'
const LEAVE_SCREEN = '\u001B[?25h\u001B[?1049l'

async function pause(context: CommandContext, ms: number): Promise<void> {
  try {
    await context.ports.clock.sleep(ms, context.signal)
  } catch (error) {
    if (!context.signal.aborted) throw error
  }
}
