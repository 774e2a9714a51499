/** `mts monitoring render|check`: the corrected Prometheus, Alertmanager and Grafana files, and whether they hold. */
import type { Command } from 'commander'
import { EXIT } from '../../core/exit-code.ts'
import { text } from '../../core/text.ts'
import type { Text } from '../../core/text.ts'
import type { MonitoringPlan, PlanOptions } from '../../monitoring/plan.ts'
import type { MonitoringCheck, MonitoringRender } from '../../monitoring/values.ts'
import type { CommandContext, CommandSpec, Outcome } from '../command.ts'
import { addExamples } from '../help.ts'
import { usageError } from '../usage-error.ts'

interface RenderOptions {
  readonly out: string
  readonly overwrite?: boolean
  readonly job?: string
  readonly target: readonly string[]
  readonly slackChannel?: string
  readonly timeScale?: string
}

export const monitoringCommand: CommandSpec = {
  declare(program, perform, lang) {
    const word = (ko: string, en: string): string => (lang === 'ko' ? ko : en)
    const monitoring = program
      .command('monitoring')
      .description(
        word('Prometheus · Alertmanager · Grafana 설정 만들기와 검사', 'monitoring files'),
      )
    addExamples(monitoring, lang, [
      ['mts monitoring render --out monitoring', text('파일 만들기', 'write the files')],
      ['mts monitoring check --dir monitoring', text('파일 검사', 'check them')],
    ])
    declareRender(monitoring, perform, lang, word)
    addExamples(
      monitoring
        .command('check')
        .description(
          word('규칙과 설정 검사, 올라가 있는 것과 비교', 'check the files, and what is loaded'),
        )
        .option('--dir <dir>', word('파일이 있는 디렉터리(기본 .)', 'where the files are'), '.')
        .option('--days <n>', word('지난 며칠을 볼지(기본 7)', 'how many days to look back'), '7')
        .action((options: { dir: string; days: string }) =>
          perform((context) => check(context, options)),
        ),
      lang,
      [
        ['mts monitoring check --dir monitoring', text('검사', 'check')],
        [
          'mts monitoring check --dir monitoring --days 30',
          text('지난 30일의 발생 횟수', 'a month back'),
        ],
      ],
    )
  },
}

function declareRender(
  monitoring: Command,
  perform: Parameters<CommandSpec['declare']>[1],
  lang: Parameters<CommandSpec['declare']>[2],
  word: (ko: string, en: string) => string,
): void {
  addExamples(
    monitoring
      .command('render')
      .description(word('바로잡은 설정 파일 만들기', 'write the corrected files'))
      .requiredOption('--out <dir>', word('쓸 디렉터리', 'where to write'))
      .option('--overwrite', word('달라진 파일을 덮어쓰기', 'write over files that differ'))
      .option('--job <name>', word('수집 작업 이름(기본 mini-today-sales)', 'the job'))
      .option(
        '--target <host:port>',
        word(
          '수집 대상(여러 번 지정 가능, 기본 url)',
          'what is scraped; may be given several times',
        ),
        (value: string, before: readonly string[]) => [...before, value],
        [] as readonly string[],
      )
      .option('--slack-channel <name>', word('Slack 채널(기본 #alerts)', 'the channel'))
      .option(
        '--time-scale <factor>',
        word('모든 시간에 곱할 값(시험용, 기본 1)', 'multiplies every duration, for trials'),
      )
      .action((options: RenderOptions) => perform((context) => render(context, options))),
    lang,
    [
      ['mts monitoring render --out monitoring', text('만들기', 'write them')],
      [
        'mts monitoring render --out monitoring --target app-1:8080 --target app-2:8080',
        text('인스턴스 두 대', 'two instances'),
      ],
    ],
  )
}

async function render(
  context: CommandContext,
  options: RenderOptions,
): Promise<Outcome<MonitoringRender>> {
  const [{ createPlan }, { renderMonitoring }, { writeRendered }, { resolve }, faces] =
    await Promise.all([
      import('../../monitoring/plan.ts'),
      import('../../monitoring/render.ts'),
      import('../monitoring-files.ts'),
      import('node:path'),
      import('../../render/monitoring.ts'),
    ])
  const plan = createPlan(await context.settings(), planOptions(options))
  const directory = resolve(context.ports.cwd, options.out)
  const files = await writeRendered(directory, renderMonitoring(plan), options.overwrite === true)
  const differs = files.some(({ status }) => status === 'different')
  const value: MonitoringRender = {
    kind: 'MonitoringRender',
    directory,
    files,
    byHand: byHandOf(plan),
    ...(differs ? { rerun: await context.commandLine(rerunWords(options)) } : {}),
  }
  return {
    value,
    exitCode: differs ? EXIT.waiting : EXIT.ok,
    faces: { table: faces.renderMonitoringRender },
  }
}

function planOptions(options: RenderOptions): PlanOptions {
  const { job, target, slackChannel } = options
  if (job !== undefined && !/^[a-zA-Z][\w-]{0,60}$/.test(job)) {
    throw usageError(text(`작업 이름이 아닙니다: ${job}`, `no name of a job: ${job}`))
  }
  const odd = target.find((one) => !/^[\w.-]+:\d{1,5}$|^\[[\da-fA-F:]+\]:\d{1,5}$/.test(one))
  if (odd !== undefined) {
    throw usageError(
      text(`수집 대상이 아닙니다: ${odd} (host:port)`, `no target: ${odd} (host:port)`),
    )
  }
  const timeScale = options.timeScale === undefined ? undefined : Number(options.timeScale)
  if (timeScale !== undefined && !(timeScale > 0 && timeScale <= 10)) {
    throw usageError(
      text(
        `--time-scale 값이 올바르지 않습니다: ${options.timeScale}`,
        `--time-scale takes a number above 0, up to 10, not ${options.timeScale}`,
      ),
    )
  }
  return {
    ...(job === undefined ? {} : { job }),
    ...(target.length === 0 ? {} : { targets: target }),
    ...(slackChannel === undefined ? {} : { slackChannel }),
    ...(timeScale === undefined ? {} : { timeScale }),
  }
}

function rerunWords(options: RenderOptions): readonly string[] {
  const { out, job, target, slackChannel, timeScale } = options
  return [
    'monitoring',
    'render',
    '--out',
    out,
    ...(job === undefined ? [] : ['--job', job]),
    ...target.flatMap((one) => ['--target', one]),
    ...(slackChannel === undefined ? [] : ['--slack-channel', slackChannel]),
    ...(timeScale === undefined ? [] : ['--time-scale', timeScale]),
    '--overwrite',
  ]
}

/** What no file can do: secrets, the service's own settings, and what the scrape cannot show. */
function byHandOf(plan: MonitoringPlan): readonly Text[] {
  const { secretsDir, authorization } = plan
  return [
    text(
      `비밀값을 파일로 두세요: ${secretsDir}/slack-webhook-url, ${secretsDir}/pagerduty-routing-key`,
      `put the secrets into files: ${secretsDir}/slack-webhook-url, ${secretsDir}/pagerduty-routing-key`,
    ),
    ...(authorization.kind === 'none'
      ? []
      : [
          text(
            `서비스 인증값도 파일로 두세요: ${secretsDir}/${authorization.kind === 'bearer' ? 'service-token' : 'service-password'}`,
            `the service's secret too: ${secretsDir}/${authorization.kind === 'bearer' ? 'service-token' : 'service-password'}`,
          ),
        ]),
    text(
      'application.yml의 내용을 서비스 설정에 옮기세요(HighResponseTime에 필요)',
      "copy application.yml into the service's settings (HighResponseTime needs it)",
    ),
    text(
      'Redis, 큐 적체, 실패한 배치는 수집 지표에 없습니다. mts watch가 확인합니다',
      'Redis, the queues and a failed batch are not in the scrape: mts watch looks at them',
    ),
  ]
}

async function check(
  context: CommandContext,
  options: { readonly dir: string; readonly days: string },
): Promise<Outcome<MonitoringCheck>> {
  const days = Number(options.days)
  if (!Number.isInteger(days) || days < 1 || days > 90) {
    throw usageError(
      text(
        `--days는 1~90의 정수입니다: ${options.days}`,
        `--days takes 1 to 90, not ${options.days}`,
      ),
    )
  }
  const { resolve } = await import('node:path')
  const { checkMonitoring } = await import('../monitoring-check.ts')
  const { renderMonitoringCheck } = await import('../../render/monitoring.ts')
  const directory = resolve(context.ports.cwd, options.dir)
  const value = await checkMonitoring(context, { directory, days })
  return {
    value,
    exitCode: value.status === 'failed' ? EXIT.warning : EXIT.ok,
    faces: { table: renderMonitoringCheck },
  }
}
