/** `mts config show|check|init|path`: what holds, where it came from, what is wrong with it. */
import { MtsError } from '../../core/errors.ts'
import { EXIT } from '../../core/exit-code.ts'
import { text } from '../../core/text.ts'
import type { ConfigProblem } from '../../config/problem.ts'
import type { ShownSetting } from '../../config/show.ts'
import type {
  ConfigCheckValue,
  ConfigInitValue,
  ConfigPathValue,
  ConfigValue,
} from '../../config/values.ts'
import type { CommandContext, CommandSpec, Outcome } from '../command.ts'
import { configSources } from '../context.ts'
import { addExamples } from '../help.ts'

export const configCommand: CommandSpec = {
  declare(program, perform, lang) {
    const config = program
      .command('config')
      .description(
        lang === 'ko' ? '설정 조회 · 검사 · 생성' : 'show, check and create the settings',
      )
    addExamples(config, lang, [
      ['mts config init', text('예시 설정 파일 생성', 'write an example')],
      ['mts config show', text('설정값과 출처', 'values and where they came from')],
    ])
    addExamples(
      config
        .command('show [key]')
        .description(
          lang === 'ko' ? '설정값과 출처(비밀값은 ***)' : 'values and where they came from',
        )
        .action((key: string | undefined) => perform((context) => show(context, key))),
      lang,
      [
        ['mts config show', text('모든 설정', 'every setting')],
        ['mts config show thresholds', text('기준값만', 'only the thresholds')],
      ],
    )
    addExamples(
      config
        .command('check')
        .description(lang === 'ko' ? '설정 파일과 환경 변수 검사' : 'check file and variables')
        .action(() => perform(check)),
      lang,
      [
        ['mts config check', text('쓰고 있는 설정', 'what is in use')],
        ['mts config check --config new.yaml', text('적용 전에', 'before it is used')],
      ],
    )
    addExamples(
      config
        .command('init')
        .description(
          lang === 'ko'
            ? '예시 설정 파일 생성(덮어쓰지 않음)'
            : 'write an example, never over a file',
        )
        .action(() => perform(init)),
      lang,
      [['mts config init', text('기본 위치에 생성', 'in the usual place')]],
    )
    addExamples(
      config
        .command('path')
        .description(lang === 'ko' ? '설정 파일 위치' : 'where the file is')
        .action(() => perform(path)),
      lang,
      [
        [
          'mts config path',
          text('읽는 파일과 찾는 위치', 'the file read, and where it is looked for'),
        ],
      ],
    )
  },
}

async function show(
  context: CommandContext,
  key: string | undefined,
): Promise<Outcome<ConfigValue>> {
  const { readConfiguration } = await import('../../config/configuration.ts')
  const { settingsOf } = await import('../../config/load.ts')
  const { configError } = await import('../../config/problem.ts')
  const { describeSettings } = await import('../../config/show.ts')
  const { renderConfig } = await import('../../render/config.ts')
  const sources = configSources(context.ports, context.globals)
  const configuration = await readConfiguration(sources)
  if (configuration.problems.length > 0) {
    throw configError(configuration.problems, sources.options)
  }
  const all = describeSettings(configuration, settingsOf(configuration, sources))
  const items =
    key === undefined
      ? all
      : all.filter((item) => item.key === key || item.key.startsWith(`${key}.`))
  if (key !== undefined && items.length === 0) throw await unknownKey(key, all)
  return {
    value: {
      kind: 'Config',
      file: configuration.file ?? null,
      profile: configuration.profile ?? null,
      items,
    },
    exitCode: EXIT.ok,
    faces: { table: renderConfig },
  }
}

async function unknownKey(key: string, all: readonly ShownSetting[]): Promise<MtsError> {
  const { nearestName } = await import('../../core/nearest.ts')
  const names = all.map((item) => item.key)
  const nearest = nearestName(key, names) ?? names.find((name) => name.includes(key))
  return new MtsError({
    code: 'NOT_FOUND',
    exitCode: EXIT.notFound,
    message: text(`없는 설정입니다: ${key}`, `no such setting: ${key}`),
    next: nearest === undefined ? ['mts config show'] : [`mts config show ${nearest}`],
  })
}

async function check(context: CommandContext): Promise<Outcome<ConfigCheckValue>> {
  const { readConfiguration } = await import('../../config/configuration.ts')
  const { renderConfigCheck } = await import('../../render/config.ts')
  const { checkPaths } = await import('../../config/paths-check.ts')
  const sources = configSources(context.ports, context.globals)
  const configuration = await readConfiguration(sources)
  const problems: readonly ConfigProblem[] = [
    ...configuration.problems,
    ...(await checkPaths(configuration)),
  ]
  return {
    value: {
      kind: 'ConfigCheck',
      file: configuration.file ?? null,
      status: problems.length === 0 ? 'ok' : 'wrong',
      problems: problems.map(({ where, key, message }) => ({ where, key, message })),
    },
    exitCode: problems.length === 0 ? EXIT.ok : EXIT.config,
    faces: { table: renderConfigCheck },
  }
}

async function init(context: CommandContext): Promise<Outcome<ConfigInitValue>> {
  const { writeTemplate } = await import('../../config/init.ts')
  const { renderConfigInit } = await import('../../render/config.ts')
  const sources = configSources(context.ports, context.globals)
  const file = await writeTemplate(sources, context.lang)
  return {
    value: { kind: 'ConfigInit', file },
    exitCode: EXIT.ok,
    faces: { table: renderConfigInit },
  }
}

async function path(context: CommandContext): Promise<Outcome<ConfigPathValue>> {
  const { candidatePaths } = await import('../../config/file.ts')
  const { exists } = await import('../../config/init.ts')
  const { renderConfigPath } = await import('../../render/config.ts')
  const sources = configSources(context.ports, context.globals)
  const searched = candidatePaths(sources)
  let file: string | null = null
  for (const candidate of searched) {
    if (file === null && (await exists(candidate))) file = candidate
  }
  return {
    value: { kind: 'ConfigPath', file, searched, stateDirectory: sources.directories.state },
    exitCode: EXIT.ok,
    faces: { table: renderConfigPath },
  }
}
