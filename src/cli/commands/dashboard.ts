/** `mts dashboard business|system`: the guide's queries as charts of the terminal, once or on and on. */
import { Argument, type Command } from 'commander'
import { parseDuration } from '../../core/duration.ts'
import { EXIT, type ExitCode } from '../../core/exit-code.ts'
import { text, type Lang } from '../../core/text.ts'
import type { Dashboard, DashboardName } from '../../dashboard/dashboard.ts'
import type { CommandContext, CommandSpec, Outcome, Perform } from '../command.ts'
import { addExamples } from '../help.ts'
import { usageError } from '../usage-error.ts'

interface DashboardFlags {
  readonly range: string
  readonly step?: string
  readonly watch?: boolean
  readonly interval: string
}

interface Span {
  readonly rangeMs: number
  readonly stepMs: number
}

const DEFAULT_RANGE = '6h'
const DEFAULT_INTERVAL = '15s'
const NAMES: readonly DashboardName[] = ['business', 'system']
const SHORTEST_RANGE_MS = 60_000
/** Nothing is kept longer in the journal. */
const LONGEST_RANGE_MS = 90 * 86_400_000
const SHORTEST_MS = 1000
/** As many points as a chart has columns of dots. */
const POINTS = 60
/** More than Prometheus gives for one curve, and than anyone can use. */
const MOST_POINTS = 2000
/** Steps that fall on whole quarters of a minute. */
const STEP_UNIT_MS = 15_000

export const dashboardCommand: CommandSpec = {
  declare(program: Command, perform: Perform, lang: Lang) {
    const word = (ko: string, en: string): string => (lang === 'ko' ? ko : en)
    const dashboard = program
      .command('dashboard')
      .description(word('업무·시스템 지표의 추이', 'curves of business and system'))
      .addArgument(
        new Argument('<name>', word('business(업무) 또는 system(시스템)', 'which one')).choices(
          NAMES,
        ),
      )
      .option('--range <duration>', word('얼마 동안', 'how far back'), DEFAULT_RANGE)
      .option('--step <duration>', word('점 사이의 간격', 'between two points'))
      .option('--watch', word('화면을 계속 갱신(q 종료)', 'redraw on and on; q ends'))
      .option(
        '--interval <duration>',
        word('--watch의 갱신 간격', 'how often --watch redraws'),
        DEFAULT_INTERVAL,
      )
      .action((name: DashboardName, flags: DashboardFlags) =>
        perform((context) => show(context, name, flags)),
      )
    addExamples(dashboard, lang, [
      ['mts dashboard system', text('최근 6시간', 'the last six hours')],
      ['mts dashboard business --range 1d', text('하루', 'a day')],
      ['mts dashboard system --range 1h --watch', text('지켜보기', 'watch it')],
    ])
  },
}

async function show(
  context: CommandContext,
  name: DashboardName,
  flags: DashboardFlags,
): Promise<Outcome<Dashboard> | undefined> {
  const span = spanOf(flags)
  const [{ openDashboard }, { renderDashboard, renderDashboardTable }] = await Promise.all([
    import('../dashboard-facts.ts'),
    import('../../render/dashboard.ts'),
  ])
  const look = await openDashboard(context)
  if (flags.watch === true) return watch(context, (signal) => look(name, span, signal), flags)
  const value = await look(name, span, context.signal)
  const { isTTY, columns } = context.ports.stdout
  return {
    value,
    exitCode: exitOf(value),
    faces: { table: isTTY && columns >= 40 ? renderDashboard : renderDashboardTable },
  }
}

async function watch(
  context: CommandContext,
  look: (signal: AbortSignal) => Promise<Dashboard>,
  flags: DashboardFlags,
): Promise<Outcome<Dashboard> | undefined> {
  const everyMs = durationOf('--interval', flags.interval, SHORTEST_MS)
  const [{ showLive, canShowLive }, { renderDashboard }, { screenText }, { wantsColor }] =
    await Promise.all([
      import('../live-screen.ts'),
      import('../../render/dashboard.ts'),
      import('../../render/output.ts'),
      import('../context.ts'),
    ])
  if (!canShowLive(context)) {
    throw usageError(
      text('--watch는 터미널에서만 사용할 수 있습니다', '--watch needs a terminal'),
      ['mts dashboard system -o json'],
    )
  }
  const view = await context.view()
  const color = wantsColor(context.ports, context.globals, context.ports.stdout)
  const asking = text('조회 중', 'asking')[context.lang]
  const { last, ended } = await showLive(context, {
    look,
    everyMs,
    draw: (seen, { columns, rows }) =>
      seen === undefined
        ? asking
        : screenText(renderDashboard(seen, { ...view, width: columns }, rows), color),
  })
  if (last === undefined) return undefined
  return {
    value: last,
    exitCode: ended === 'quit' ? exitOf(last) : EXIT.interrupted,
    faces: { table: renderDashboard },
  }
}

/** Showing something bad is success; showing nothing at all is not. */
function exitOf({ panels }: Dashboard): ExitCode {
  return panels.some(({ source }) => source !== null) ? EXIT.ok : EXIT.unknown
}

function spanOf({ range, step }: DashboardFlags): Span {
  const rangeMs = durationOf('--range', range, SHORTEST_RANGE_MS, LONGEST_RANGE_MS)
  if (step === undefined) {
    return { rangeMs, stepMs: Math.ceil(rangeMs / POINTS / STEP_UNIT_MS) * STEP_UNIT_MS }
  }
  const stepMs = durationOf('--step', step, SHORTEST_MS, rangeMs)
  if (rangeMs / stepMs <= MOST_POINTS) return { rangeMs, stepMs }
  throw usageError(
    text(
      `--step이 너무 짧습니다: ${step} (점은 ${MOST_POINTS}개까지)`,
      `--step ${step} gives more than ${MOST_POINTS} points`,
    ),
  )
}

function durationOf(
  option: string,
  words: string,
  leastMs: number,
  mostMs = LONGEST_RANGE_MS,
): number {
  const ms = parseDuration(words)
  if (ms !== undefined && ms >= leastMs && ms <= mostMs) return ms
  const least = leastMs >= SHORTEST_RANGE_MS ? '1m' : '1s'
  throw usageError(
    text(
      `${option} 값이 올바르지 않습니다: ${words} (예: 1h, 30m, ${least} 이상, 90d까지)`,
      `${option} takes a duration such as 1h or 30m, from ${least} up to 90d, not ${words}`,
    ),
  )
}
