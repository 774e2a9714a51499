/** `mts drill …`: a rehearsal on the demo service with a hidden fault, scored. */
import { text } from '../../core/text.ts'
import type { CommandSpec } from '../command.ts'
import type { DrillFlags } from '../drill-run.ts'
import { addExamples } from '../help.ts'

export const drillCommand: CommandSpec = {
  declare(program, perform, lang) {
    const word = (ko: string, en: string): string => (lang === 'ko' ? ko : en)
    const drill = program
      .command('drill')
      .description(word('숨은 장애로 하는 훈련과 채점', 'a rehearsal with a hidden fault, scored'))
      .option('--hard', word('장애 두 개', 'two faults'))
      .option('--seed <number>', word('같은 장애를 다시', 'the same faults again'))
      .option('--port <port>', word('포트(기본: 비어 있는 포트)', 'the port (a free one)'))
      .action((flags: DrillFlags) =>
        perform(async (context) => (await import('../drill-run.ts')).runDrill(context, flags)),
      )
    addExamples(
      drill
        .command('act [name]')
        .description(
          word('서비스 밖의 조치와 문의(없으면 목록)', 'acts beside the service; lists them'),
        )
        .action((name: string | undefined) =>
          perform(async (context) =>
            (await import('../drill-client.ts')).actInDrill(context, name),
          ),
        ),
      lang,
      [['mts drill act ask-vendor', text('PG·VAN에 전화', 'call PG and VAN')]],
    )
    addExamples(
      drill
        .command('score')
        .description(word('진행 중인 훈련을 끝내고 채점', 'ends the drill, with its score'))
        .option(
          '--named <playbook>',
          word('실행하지 않았지만 답인 플레이북', 'a playbook not walked that is the answer'),
          (value: string, before: readonly string[]) => [...before, value],
          [] as readonly string[],
        )
        .action((options: { named: readonly string[] }) =>
          perform(async (context) =>
            (await import('../drill-client.ts')).scoreDrillNow(context, options.named),
          ),
        ),
      lang,
      [['mts drill score', text('다른 터미널에서', 'from another terminal')]],
    )
    addExamples(
      drill
        .command('list')
        .description(word('지난 훈련', 'the drills on record'))
        .action(() =>
          perform(async (context) => (await import('../drill-client.ts')).listDrills(context)),
        ),
      lang,
      [['mts drill list -o json', text('월간 점검용', 'for the monthly review')]],
    )
    addExamples(drill, lang, [
      ['mts drill', text('훈련 시작', 'begin')],
      ['mts drill --hard', text('장애 두 개', 'two at once')],
    ])
  },
}
