/** A report as a file of the user's own: written where asked, or beside the journal, and shown if wanted. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { MtsError, messageOf, systemCodeOf } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import { text } from '../core/text.ts'
import type { CommandContext } from './command.ts'

/** Readable by nobody else. Throws CONFIG (78) when the place cannot be written. */
export async function writeReport(
  context: CommandContext,
  words: string,
  to: { readonly file?: string; readonly name: string },
): Promise<string> {
  const { ports } = context
  const path =
    to.file === undefined
      ? join(ports.directories.state, 'reports', to.name)
      : resolve(ports.cwd, to.file)
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await writeFile(path, words, { mode: 0o600 })
  } catch (error) {
    const why = systemCodeOf(error) ?? messageOf(error)
    throw new MtsError({
      code: 'CONFIG',
      exitCode: EXIT.config,
      message: text(
        `보고서를 쓸 수 없습니다: ${path}(${why})`,
        `the report cannot be written: ${path} (${why})`,
      ),
      next: ['mts report --file <path>'],
      cause: error,
    })
  }
  context.dialog.notify({
    code: 'REPORT_WRITTEN',
    weight: 'important',
    text: text(`보고서: ${path}`, `report: ${path}`),
    data: { path },
  })
  return path
}

/** Where no program is there to show it, the path has been said and that is enough. */
export async function showReport(context: CommandContext, path: string): Promise<void> {
  if ((await context.ports.openFile(path)) === 'opened') return
  context.dialog.notify({
    code: 'NO_OPENER',
    weight: 'important',
    text: text(
      '여는 프로그램(xdg-open, open)이 없습니다. 위 파일을 브라우저로 여세요',
      'there is no program to open it with (xdg-open, open); open the file above in a browser',
    ),
  })
}
