/** `mts run …`: the runs on record, and going on with them. */
import type { Command } from 'commander'
import { text, type Lang } from '../../core/text.ts'
import type { CommandSpec, Perform } from '../command.ts'
import { addExamples } from '../help.ts'
import type { FollowUpFlags } from '../run-follow-ups.ts'
import type { ResumeFlags } from '../walk-given.ts'

type Word = (ko: string, en: string) => string

const many = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
]

export const runCommand: CommandSpec = {
  declare(program, perform, lang) {
    const word: Word = (ko, en) => (lang === 'ko' ? ko : en)
    const run = program
      .command('run')
      .description(
        word('실행 기록 조회 · 이어하기 · 인계 · 옮기기 · 후속 조치', 'the runs on record'),
      )
    addExamples(run, lang, [
      ['mts run list', text('최근 실행', 'the newest runs')],
      ['mts run resume', text('끝나지 않은 최신 실행 이어하기', 'go on with the newest open one')],
    ])
    declareReading(run, perform, lang, word)
    declareResume(run, perform, lang, word)
    declareWriting(run, perform, lang, word)
    declareFollowUp(run, perform, lang, word)
    declareTravel(run, perform, lang, word)
  },
}

function declareReading(run: Command, perform: Perform, lang: Lang, word: Word): void {
  addExamples(
    run
      .command('list')
      .description(word('최근 실행 목록', 'the newest runs'))
      .option('--limit <count>', word('최대 개수(기본 20)', 'at most so many (20)'))
      .action((options: { limit?: string }) =>
        perform(async (context) => {
          const { listRuns } = await import('../walk-runs.ts')
          return listRuns(context, options.limit)
        }),
      ),
    lang,
    [['mts run list', text('최신순', 'newest first')]],
  )
  addExamples(
    run
      .command('status [run]')
      .description(word('실행 한 건의 상태(기본: 끝나지 않은 최신)', 'how a run stands'))
      .action((named: string | undefined) =>
        perform(async (context) => {
          const { showRun } = await import('../walk-runs.ts')
          return showRun(context, named)
        }),
      ),
    lang,
    [
      [
        'mts run status 20261124-01',
        text('단계별 결과와 이어 하는 명령', 'its steps and what goes on'),
      ],
    ],
  )
}

function declareResume(run: Command, perform: Perform, lang: Lang, word: Word): void {
  addExamples(
    run
      .command('resume [run]')
      .description(word('이어하기(기본: 끝나지 않은 최신)', 'goes on with a run'))
      .option('--step <id>', word('답할 단계', 'the step that is answered'))
      .option('--complete', word('완료·승인·정상', 'it is done, approved, fine'))
      .option(
        '--value <k=v>',
        word('완료에 딸린 값(반복 가능)', 'a value it takes (repeatable)'),
        many,
      )
      .option('--skip <reason>', word('사유와 함께 건너뛰기', 'skip it, with the reason'))
      .option('--confirm <digest>', word('앞서 출력된 승인값', 'the digest printed before'))
      .option('--repeat', word('다시 확인', 'look again'))
      .option('--input <k=v>', word('비밀 입력값(기록되지 않음)', 'a secret input, again'), many)
      .action((named: string | undefined, flags: ResumeFlags) =>
        perform(async (context) => {
          const { resumeRun } = await import('../walk-runs.ts')
          return resumeRun(context, named, flags)
        }),
      ),
    lang,
    [
      ['mts run resume', text('끝나지 않은 최신 실행', 'the newest that is not over')],
      [
        'mts run resume 20261124-01 --step notify --complete',
        text('사람이 한 단계를 완료로', 'a person has done the step'),
      ],
    ],
  )
}

function declareWriting(run: Command, perform: Perform, lang: Lang, word: Word): void {
  addExamples(
    run
      .command('abort [run]')
      .description(word('중지(결과를 모르는 요청이 있으면 거부)', 'ends a run for good'))
      .requiredOption('--reason <words>', word('사유', 'why'))
      .action((named: string | undefined, options: { reason: string }) =>
        perform(async (context) => {
          const { abortRun } = await import('../walk-runs.ts')
          return abortRun(context, named, options.reason)
        }),
      ),
    lang,
    [["mts run abort 20261124-01 --reason '오탐'", text('다시 이어 할 수 없습니다', 'for good')]],
  )
  addExamples(
    run
      .command('note <words...>')
      .usage('[run] <words...|->')
      .description(word('메모 남기기(-: 파이프에서 읽기)', 'adds a note; - reads a pipe'))
      .action((words: readonly string[]) =>
        perform(async (context) => {
          const { noteRun } = await import('../walk-runs.ts')
          return noteRun(context, words)
        }),
      ),
    lang,
    [
      [
        "mts run note 20261124-01 '재무팀 통보 03:10'",
        text('기록에 남습니다', 'it stays on record'),
      ],
      [
        'tail -50 app.log | mts run note 20261124-01 -',
        text('비밀값과 개인정보는 가려집니다', 'secrets and personal data are masked'),
      ],
    ],
  )
  addExamples(
    run
      .command('handoff [run]')
      .description(word('인계 기록과 증적(Markdown)', 'hands a run over, with its evidence'))
      .requiredOption('--to <name>', word('받는 사람', 'who takes over'))
      .action((named: string | undefined, options: { to: string }) =>
        perform(async (context) => {
          const { handOverRun } = await import('../walk-runs.ts')
          return handOverRun(context, named, options.to)
        }),
      ),
    lang,
    [
      [
        'mts run handoff 20261124-01 --to backend',
        text('이슈에 붙일 수 있는 형식', 'fit to be pasted into a ticket'),
      ],
    ],
  )
}

function declareFollowUp(run: Command, perform: Perform, lang: Lang, word: Word): void {
  addExamples(
    run
      .command('follow-up [run]')
      .description(
        word('후속 조치 목록 · 등록 · 닫기', 'what stays to be done: lists, adds, closes'),
      )
      .option('--add <words>', word('할 일 등록(기본: 최신 실행)', 'writes one down'))
      .option('--owner <name>', word('담당자', 'who does it'))
      .option('--due <time>', word('기한: 날짜, 날짜 시각, HH:MM', 'date, date and time, or HH:MM'))
      .option('--close <id>', word('닫을 번호', 'the one that is done'))
      .option('--reason <words>', word('닫는 근거', 'what shows that it is done'))
      .option('--all', word('닫은 것도 표시', 'closed ones too'))
      .action((named: string | undefined, flags: FollowUpFlags) =>
        perform(async (context) => {
          const { followUps } = await import('../run-follow-ups.ts')
          return followUps(context, named, flags)
        }),
      ),
    lang,
    [
      ['mts run follow-up', text('남은 것 전부', 'all that is open')],
      [
        "mts run follow-up 20261124-01 --add '자동 정산 확인' --owner kim --due 02:30",
        text('다음 02:30까지', 'until the next 02:30'),
      ],
      [
        "mts run follow-up --close 20261124-01.1 --reason '#12 COMPLETED'",
        text('근거와 함께 닫기', 'closed, with its proof'),
      ],
    ],
  )
}

function declareTravel(run: Command, perform: Perform, lang: Lang, word: Word): void {
  addExamples(
    run
      .command('export [words...]')
      .usage('[run] [file|-]')
      .description(
        word(
          '다른 장비에서 이어 하도록 파일로 내보내기',
          'writes a run to a file, to go on elsewhere',
        ),
      )
      .action((words: readonly string[]) =>
        perform(async (context) => {
          const { exportRun } = await import('../run-transfer.ts')
          return exportRun(context, words)
        }),
      ),
    lang,
    [
      ['mts run export 20261124-01', text('여기서는 닫힙니다', 'it is closed here')],
      [
        'mts run export 20261124-01 - | ssh bastion mts run import -',
        text('파일 없이 옮기기', 'moved without a file'),
      ],
    ],
  )
  addExamples(
    run
      .command('import <file>')
      .description(
        word(
          '내보낸 실행을 확인하고 이어받기(-: 표준 입력)',
          'checks an exported run and takes it in',
        ),
      )
      .option(
        '--reopen',
        word('여기서 내보낸 실행 되돌리기(가져간 곳이 없을 때)', 'takes back what nobody imported'),
      )
      .action((file: string, options: { reopen?: boolean }) =>
        perform(async (context) => {
          const { importRun } = await import('../run-transfer.ts')
          return importRun(context, file, options)
        }),
      ),
    lang,
    [
      [
        'mts run import mts-run-20261124-01.json',
        text('변경되거나 잘린 파일은 거부', 'refused if changed or cut'),
      ],
    ],
  )
}
