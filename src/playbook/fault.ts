/** Faults of a document: where, what was expected. All of a file are found at once. */
import { MtsError } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import { text, type Text } from '../core/text.ts'

export type FaultPath = readonly (string | number)[]

/** A fault by its place in the value. */
export interface Fault {
  readonly path: FaultPath
  /** Stands at the key, not at its value. */
  readonly atKey?: boolean
  /** Characters into the scalar at `path`, for expressions. */
  readonly offset?: number
  readonly message: Text
}

/** A fault by its place in the file; lines and columns count from 1. */
export interface Problem {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly message: Text
  /** The line as it stands in the file, at most 200 characters, without what a terminal would obey. */
  readonly source?: string
}

/** At most this many are written out in one error. */
const SHOWN = 20

/** One error (78) for all problems of a file, in the order of the file. */
export function documentError(problems: readonly Problem[]): MtsError {
  const [first] = problems
  const lines = problems.slice(0, SHOWN).map((problem) => {
    const place = `${problem.file}:${problem.line}:${problem.column}`
    return text(`${place}  ${problem.message.ko}`, `${place}  ${problem.message.en}`)
  })
  const rest = problems.length - lines.length
  const ko = [`플레이북·점검표 파일 오류 ${problems.length}건`, ...lines.map((line) => line.ko)]
  const en = [
    `${problems.length} ${problems.length === 1 ? 'fault' : 'faults'} in the file`,
    ...lines.map((line) => line.en),
  ]
  if (rest > 0) {
    ko.push(`… 외 ${rest}건`)
    en.push(`… and ${rest} more`)
  }
  return new MtsError({
    code: 'DOCUMENT_INVALID',
    exitCode: EXIT.config,
    message: text(ko.join('\n'), en.join('\n')),
    ...(first === undefined ? {} : { next: [`mts playbook validate ${first.file}`] }),
  })
}
