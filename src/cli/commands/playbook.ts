/** `mts playbook …`: walks a playbook; lists, shows, checks and prints them. */
import type { Command } from 'commander'
import { EXIT } from '../../core/exit-code.ts'
import { MtsError } from '../../core/errors.ts'
import { text, type Lang } from '../../core/text.ts'
import type { Document } from '../../playbook/document.ts'
import type { CommandContext, CommandSpec, Outcome, Perform } from '../command.ts'
import { addExamples } from '../help.ts'

export const playbookCommand: CommandSpec = {
  declare(program, perform, lang) {
    const word = (ko: string, en: string): string => (lang === 'ko' ? ko : en)
    const playbook = program
      .command('playbook')
      .argument('[id]', word('플레이북 이름 또는 파일', 'a playbook, or a file'))
      .description(word('플레이북 실행 · 목록 · 검사', 'walk a playbook; list and check them'))
      .option(
        '--input <name=value>',
        word('입력값(여러 번 지정 가능)', 'an input; may be given several times'),
        (value: string, before: readonly string[]) => [...before, value],
        [] as readonly string[],
      )
      .option(
        '--playbooks <dir>',
        word('내 플레이북 디렉터리(반복 가능)', 'a directory of your own; may be given again'),
        (value: string, before: readonly string[]) => [...before, value],
        [] as readonly string[],
      )
      .option(
        '--dry-run',
        word(
          '읽기만 하고 보낼 요청을 보여줌',
          'read everything, send nothing, show what would go out',
        ),
      )
      .option(
        '--from <step>',
        word('이 단계부터 시작(앞 단계 결과가 필요하면 거부)', 'begin at this step'),
      )
      .option(
        '--non-interactive',
        word('터미널에서도 묻지 않음', 'ask nothing, even at a terminal'),
      )
      .action((id: string | undefined, options: WalkFlags) =>
        perform((context) => walkOrList(context, id, options, dirsOf(playbook))),
      )
    declareReading(playbook, perform, lang, word)
    addExamples(playbook, lang, [
      ['mts playbook', text('목록', 'the list')],
      ['mts playbook settlement-failure', text('정산 배치 실패 대응', 'a failed settlement')],
      [
        'mts playbook settlement-failure --input date=2026-11-23',
        text('다른 날짜의 정산', 'another date'),
      ],
      [
        'mts playbook settlement-failure --dry-run',
        text('보내지 않고 미리 보기', 'what would go out'),
      ],
    ])
  },
}

interface WalkFlags {
  readonly input: readonly string[]
  readonly dryRun?: boolean
  readonly from?: string
  readonly nonInteractive?: boolean
}

async function walkOrList(
  context: CommandContext,
  id: string | undefined,
  flags: WalkFlags,
  dirs: readonly string[],
): Promise<Outcome> {
  if (id === undefined) {
    if (flags.dryRun !== true && flags.from === undefined) return list(context, dirs)
    const { usageError } = await import('../usage-error.ts')
    throw usageError(
      text('--dry-run과 --from에는 플레이북 이름이 필요합니다', 'name the playbook to walk'),
    )
  }
  const { openDocument } = await import('../documents.ts')
  const { document } = await openDocument(context, 'Playbook', id, dirs)
  const options = {
    inputs: flags.input,
    ...(flags.from === undefined ? {} : { fromStep: flags.from }),
  }
  if (flags.dryRun === true) {
    const { dryRunDocument } = await import('../walk-dry-run.ts')
    return dryRunDocument(context, document, options)
  }
  const { walkDocument } = await import('../walk.ts')
  return walkDocument(
    flags.nonInteractive === true ? unattended(context) : context,
    document,
    options,
  )
}

/** As without a terminal: the first question ends the walk with the command that goes on. */
function unattended({ terminal: _nobody, dialog, ...context }: CommandContext): CommandContext {
  return { ...context, dialog: { notify: dialog.notify } }
}

/** Wherever on the line they were written. */
function dirsOf(playbook: Command): readonly string[] {
  return playbook.opts<{ playbooks: readonly string[] }>().playbooks
}

function declareReading(
  playbook: Command,
  perform: Perform,
  lang: Lang,
  word: (ko: string, en: string) => string,
): void {
  addExamples(
    playbook
      .command('list')
      .description(word('플레이북 목록', 'the playbooks'))
      .action(() => perform((context) => list(context, dirsOf(playbook)))),
    lang,
    [['mts playbook list -o json', text('JSON으로', 'as JSON')]],
  )
  addExamples(
    playbook
      .command('show <id>')
      .description(word('단계와 이유, 위험을 실행하지 않고 보기', 'its steps, reasons and dangers'))
      .action((id: string) => perform((context) => show(context, id, dirsOf(playbook)))),
    lang,
    [['mts playbook show settlement-failure', text('실행하지 않고 보기', 'without walking it')]],
  )
  addExamples(
    playbook
      .command('validate [files...]')
      .description(word('파일 검사(없으면 전부)', 'check files, or all of them'))
      .action((files: readonly string[]) =>
        perform((context) => validate(context, files, dirsOf(playbook))),
      ),
    lang,
    [['mts playbook validate ./mine.yaml', text('내 파일 검사', 'check a file of mine')]],
  )
  addExamples(
    playbook
      .command('test [ids...]')
      .description(word('사례(*.test.yaml) 실행, 네트워크 없음', 'walk their cases, no network'))
      .option(
        '--mutate',
        word('판정을 하나씩 뒤집어 사례가 알아채는지 확인', 'flip each probe: does a case notice'),
      )
      .action((ids: readonly string[], options: { mutate?: boolean }) =>
        perform(async (context) => {
          const { testPlaybooks } = await import('../playbook-authoring.ts')
          const dirs = dirsOf(playbook)
          return testPlaybooks(context, ids, { dirs, mutate: options.mutate === true })
        }),
      ),
    lang,
    [['mts playbook test --mutate', text('모든 플레이북', 'all of them')]],
  )
  addExamples(
    playbook
      .command('schema')
      .description(word('편집기용 JSON Schema', 'JSON Schema for editors'))
      .action(() =>
        perform(async (context) => (await import('../playbook-authoring.ts')).showSchema(context)),
      ),
    lang,
    [['mts playbook schema > mts.schema.json', text('편집기에 연결', 'for an editor')]],
  )
  addExamples(
    playbook
      .command('render <id>')
      .description(word('Markdown 문서로 출력', 'print it as Markdown'))
      .action((id: string) => perform((context) => render(context, id, dirsOf(playbook)))),
    lang,
    [['mts playbook render settlement-failure > p1.md', text('위키에 올리기', 'for the wiki')]],
  )
}

async function list(context: CommandContext, dirs: readonly string[]): Promise<Outcome> {
  const { openCatalog, openDocumentFiles } = await import('../documents.ts')
  const { listPlaybooks } = await import('../../playbook/overview.ts')
  const { renderPlaybookList } = await import('../../render/playbook-document.ts')
  const files = await openDocumentFiles(context, dirs)
  const value = await listPlaybooks(files, await openCatalog(context))
  return {
    value,
    exitCode: EXIT.ok,
    faces: { table: (_value, view) => renderPlaybookList(value, view) },
  }
}

async function show(
  context: CommandContext,
  id: string,
  dirs: readonly string[],
): Promise<Outcome> {
  const document = await anyDocument(context, id, dirs)
  const { renderDocument } = await import('../../render/playbook-document.ts')
  return {
    value: document,
    exitCode: EXIT.ok,
    faces: { table: (_value, view) => renderDocument(document, view) },
  }
}

async function validate(
  context: CommandContext,
  named: readonly string[],
  dirs: readonly string[],
): Promise<Outcome> {
  const { openCatalog, openDocumentFiles } = await import('../documents.ts')
  const { validateFiles } = await import('../../playbook/overview.ts')
  const { renderValidation } = await import('../../render/playbook-document.ts')
  const files = await openDocumentFiles(context, dirs)
  const value = await validateFiles(files, named, await openCatalog(context))
  if (value.items.length < named.length) throw await missing(context, named, dirs)
  return {
    value,
    exitCode: value.valid ? EXIT.ok : EXIT.config,
    faces: { table: (_value, view) => renderValidation(value, view) },
  }
}

/** The first of the names that is neither an id nor a file: 66, with the nearest. */
async function missing(
  context: CommandContext,
  named: readonly string[],
  dirs: readonly string[],
): Promise<MtsError> {
  for (const name of named) {
    try {
      await anyDocument(context, name, dirs)
    } catch (error) {
      if (error instanceof MtsError && error.exitCode === EXIT.notFound) return error
    }
  }
  throw new Error('a file vanished while it was checked')
}

async function render(
  context: CommandContext,
  id: string,
  dirs: readonly string[],
): Promise<Outcome> {
  const document = await anyDocument(context, id, dirs)
  const { documentMarkdown } = await import('../../render/playbook-markdown.ts')
  const value = {
    kind: 'PlaybookMarkdown',
    id: document.id,
    markdown: documentMarkdown(document, context.lang),
  } as const
  return {
    value,
    exitCode: EXIT.ok,
    faces: { table: () => value.markdown, raw: () => value.markdown },
  }
}

/** A playbook, or else a checklist, of that id. */
async function anyDocument(
  context: CommandContext,
  id: string,
  dirs: readonly string[],
): Promise<Document> {
  const { openDocument, openDocumentFiles } = await import('../documents.ts')
  const checklists = await (await openDocumentFiles(context, dirs)).list('Checklist')
  const kind = checklists.some((item) => item.id === id) ? 'Checklist' : 'Playbook'
  return (await openDocument(context, kind, id, dirs)).document
}
