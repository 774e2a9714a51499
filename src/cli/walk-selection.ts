/** Which run a command means: the one named, or the newest that is not over. */
import { MtsError } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import type { Journal, RunHeader } from '../core/journal.ts'
import { text } from '../core/text.ts'

const RECENT = 200

/** Throws NOT_FOUND (66) when there is no such run, or none that could be meant. */
export function selectRun(journal: Journal, named: string | undefined, url: string): RunHeader {
  if (named !== undefined) {
    const header = journal.run(named)
    if (header !== undefined) return header
    throw notFound(text(`실행 기록이 없습니다: ${named}`, `no such run: ${named}`))
  }
  const open = journal
    .runs({ limit: RECENT })
    .filter(({ endedAtMs, exported }) => endedAtMs === undefined && exported === undefined)
  // One of this service first: the others cannot be gone on with from here.
  const chosen = open.find((header) => header.url === url) ?? open[0]
  if (chosen !== undefined) return chosen
  throw notFound(text('끝나지 않은 실행이 없습니다', 'there is no run that is not over'))
}

/** Ids of runs: the day of Seoul and a number within it. */
export function isRunId(word: string): boolean {
  return /^\d{8}-\d{2,}$/.test(word)
}

function notFound(message: { readonly ko: string; readonly en: string }): MtsError {
  return new MtsError({
    code: 'NOT_FOUND',
    exitCode: EXIT.notFound,
    message,
    next: ['mts run list'],
  })
}
