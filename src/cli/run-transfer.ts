/** `mts run export` and `mts run import`: a run leaves this journal in one file, and goes on where it is taken in. */
import { closeSync, fsyncSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { isoSeoul } from '../core/dates.ts'
import { MtsError, systemCodeOf } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import type { Journal, RunHeader, StoredEvent } from '../core/journal.ts'
import type { ImportedRun, RunCopy, RunTransfers } from '../core/run-copy.ts'
import { text, type Text } from '../core/text.ts'
import { MAX_COPY_LENGTH, parseRunCopy } from '../journal/run-copy.ts'
import { foldRun } from '../playbook/fold.ts'
import type { RunExported, RunImported } from '../render/run-transfer.ts'
import type { CommandContext, Outcome } from './command.ts'
import { usageError } from './usage-error.ts'
import { commandLineFor } from './walk-engine.ts'
import { isRunId, selectRun } from './walk-selection.ts'

/** Where the file goes instead of to a file. */
const STDOUT = '-'

/**
 * `file`: a path, `-` for standard output, or nothing for `mts-run-<run>.json` here. The file is made
 * before the run is closed, and a file that was there is never written over.
 */
export async function exportRun(
  context: CommandContext,
  words: readonly string[],
): Promise<Outcome> {
  const [first, second, third] = words
  const named = first !== undefined && isRunId(first) ? first : undefined
  const given = named === undefined ? first : second
  if ((named === undefined ? second : third) !== undefined) {
    throw usageError(
      text('mts run export [실행] [파일|-] 형식입니다', 'it is mts run export [run] [file|-]'),
    )
  }
  const journal = await context.journal()
  const header = selectRun(journal, named, (await context.settings()).url)
  const transfers = transfersOf(journal)
  if (given === STDOUT) return printed(transfers.exportRun(header.run, context.ports.operator))
  const path = resolve(context.ports.cwd, given ?? `mts-run-${header.run}.json`)
  const copy = intoFile(path, () => transfers.exportRun(header.run, context.ports.operator))
  const { renderRunExported } = await import('../render/run-transfer.ts')
  const closed = journal.run(header.run)?.exported !== undefined
  const value: RunExported = {
    kind: 'RunExported',
    run: header.run,
    file: path,
    events: copy.events.length,
    digest: copy.digest,
    exportedAt: isoSeoul(copy.exportedAtMs),
    by: copy.exportedBy,
    host: copy.exportedFrom,
    closed,
    url: header.url,
    ...pendingOf(journal, header),
    import: `mts run import ${basename(path)}`,
  }
  return { value, exitCode: EXIT.ok, faces: { table: renderRunExported } }
}

/** Standard output holds the copy itself, also as JSON: it is what another machine reads. */
function printed(copy: RunCopy): Outcome<RunCopy> {
  return { value: copy, exitCode: EXIT.ok, faces: { table: copyText, raw: copyText } }
}

function copyText(copy: RunCopy): string {
  return JSON.stringify(copy, null, 1)
}

/** Makes the file first: a place that cannot be written must not close the run. */
function intoFile(path: string, give: () => RunCopy): RunCopy {
  let file: number
  try {
    file = openSync(path, 'wx', 0o600)
  } catch (error) {
    throw unwritable(path, error)
  }
  let given = false
  try {
    const copy = give()
    given = true
    writeSync(file, `${copyText(copy)}\n`)
    fsyncSync(file)
    return copy
  } catch (error) {
    rmSync(path, { force: true })
    throw given ? unwritable(path, error) : error
  } finally {
    closeSync(file)
  }
}

function unwritable(path: string, error: unknown): MtsError {
  const code = systemCodeOf(error) ?? ''
  const exists = code === 'EEXIST'
  return new MtsError({
    code: exists ? 'FILE_EXISTS' : 'FILE_UNWRITABLE',
    exitCode: exists ? EXIT.usage : EXIT.config,
    message: exists
      ? text(`이미 있는 파일입니다: ${path}`, `this file is there already: ${path}`)
      : text(`파일을 쓸 수 없습니다: ${path}(${code})`, `cannot write ${path} (${code})`),
    next: [
      text(
        '다른 파일 이름을 지정하세요: mts run export <실행> <파일>',
        'name another file: mts run export <run> <file>',
      ),
    ],
    cause: error,
  })
}

/** A request whose result is not known goes along: nothing may be sent before it is read. */
function pendingOf(journal: Journal, header: RunHeader): Pick<RunExported, 'pendingAction'> {
  const open = journal.openIntents({ url: header.url }).find(({ run }) => run === header.run)
  if (open === undefined) return {}
  const { step, action, sentAtMs } = open
  return { pendingAction: { step, action, sentAt: isoSeoul(sentAtMs) } }
}

export async function importRun(
  context: CommandContext,
  file: string,
  options: { readonly reopen?: boolean },
): Promise<Outcome<RunImported>> {
  const content = file === STDOUT ? await context.ports.readStdin() : readCopy(context, file)
  const copy = parseRunCopy(content, file === STDOUT ? 'stdin' : file)
  assertReadable(copy)
  const journal = await context.journal()
  const by = context.ports.operator
  const result = transfersOf(journal).importRun(copy, { by, reopen: options.reopen === true })
  const { renderRunImported } = await import('../render/run-transfer.ts')
  const header = journal.run(result.run)
  return {
    value: importedValue(context, journal, copy, result, header),
    exitCode: EXIT.ok,
    faces: { table: renderRunImported },
  }
}

function importedValue(
  context: CommandContext,
  journal: Journal,
  copy: RunCopy,
  { run, kind, formerly }: ImportedRun,
  header: RunHeader | undefined,
): RunImported {
  const isOver = header?.endedAtMs !== undefined
  const line = commandLineFor(context, copy.url)
  return {
    kind: 'RunImported',
    run,
    outcome: kind,
    ...(formerly === undefined ? {} : { formerly }),
    subject: copy.subject,
    status: header?.status ?? copy.status,
    url: copy.url,
    from: { host: copy.exportedFrom, by: copy.exportedBy, at: isoSeoul(copy.exportedAtMs) },
    events: copy.events.length,
    ...(header === undefined ? {} : pendingOf(journal, header)),
    next: line(['run', isOver ? 'status' : 'resume', run]),
  }
}

function readCopy(context: CommandContext, file: string): string {
  const path = resolve(context.ports.cwd, file)
  try {
    // Hangul takes three bytes: what is longer than this cannot be short enough as text.
    if (statSync(path).size > MAX_COPY_LENGTH * 3) return ' '.repeat(MAX_COPY_LENGTH + 1)
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = systemCodeOf(error) ?? ''
    throw new MtsError({
      code: 'NOT_FOUND',
      exitCode: EXIT.notFound,
      message: text(`파일을 읽을 수 없습니다: ${file}(${code})`, `cannot read ${file} (${code})`),
      next: [
        text('mts run import <파일> 또는 -(표준 입력)', 'mts run import <file>, or - for stdin'),
      ],
      cause: error,
    })
  }
}

/** Hashes show edits; a file made by hand with fitting hashes must still be a run that can be read. */
function assertReadable(copy: RunCopy): void {
  if (copy.runKind === 'action') return
  try {
    const events = copy.events.map((event) => ({
      ...event,
      kind: event.kind as StoredEvent['kind'],
      run: copy.run,
      data: JSON.parse(event.data) as unknown,
    }))
    if (foldRun(events).url === copy.url) return
  } catch (error) {
    throw unreadable(error)
  }
  throw unreadable(undefined)
}

function unreadable(cause: unknown): MtsError {
  const message: Text = text(
    '내보낸 실행의 내용을 해석할 수 없습니다. 가져오지 않았습니다',
    'the exported run makes no sense to this version of mts; nothing was imported',
  )
  return new MtsError({
    code: 'EXPORT_INVALID',
    exitCode: EXIT.config,
    message,
    ...(cause === undefined ? {} : { cause }),
  })
}

function transfersOf({ transfers }: Journal): RunTransfers {
  if (transfers === undefined) throw new Error('this journal keeps no runs that could travel')
  return transfers
}
