/** The named patterns of the log: `log-patterns.yaml` of the package, then of the operator's own directories. */
import { readFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { MtsError, systemCodeOf } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import { text, type Text } from '../core/text.ts'
import {
  checkKnownPatterns,
  type CompileExpression,
  type KnownPattern,
  type KnownPatterns,
} from '../logs/known-patterns.ts'
import type { Problem } from '../playbook/fault.ts'
import { parseYamlSource } from '../playbook/yaml-source.ts'
import type { CommandContext } from './command.ts'
import { createDocumentFiles, LOG_PATTERNS_FILE } from './document-files.ts'

/**
 * The operator's own come first: of two that fit, theirs is taken.
 * @throws MtsError LOG_PATTERNS_INVALID (78) with every fault and its place.
 */
export async function loadKnownLogPatterns(context: CommandContext): Promise<KnownPatterns> {
  const { playbookDirs } = await context.settings()
  const { assetsDir, cwd } = context.ports
  const own = playbookDirs.map((dir) => (isAbsolute(dir) ? dir : join(cwd, dir)))
  // Not by way of `documents.ts`: a log is read without every probe there is.
  const files = createDocumentFiles({ assetsDir, playbookDirs, cwd })
  const playbooks = (await files.list('Playbook')).map(({ id }) => id)
  const patterns: KnownPattern[] = []
  for (const dir of [...own, join(assetsDir, 'playbooks')]) {
    const file = join(dir, LOG_PATTERNS_FILE)
    const source = await contentOf(file)
    if (source === undefined) continue
    patterns.push(
      ...parseKnownLogPatterns(source, file, playbooks, await compilerFor(source)).patterns,
    )
  }
  return { patterns }
}

/** Pure: text to patterns, or every fault of it. */
export function parseKnownLogPatterns(
  source: string,
  file: string,
  playbooks: readonly string[],
  compile: CompileExpression,
): KnownPatterns {
  const yaml = parseYamlSource(source, file)
  if (yaml.kind === 'broken') throw invalid(yaml.problems)
  const checked = checkKnownPatterns(yaml.source.value, playbooks, compile)
  if (checked.kind === 'patterns') return checked.known
  const problems = checked.faults.map((fault) => yaml.source.problemOf(fault))
  problems.sort((left, right) => left.line - right.line || left.column - right.column)
  throw invalid(problems)
}

/** The expressions' library is loaded only for a file that has one. */
async function compilerFor(source: string): Promise<CompileExpression> {
  if (!/\bmatches["']?\s*:/.test(source)) {
    return () => {
      throw new Error('no expression was expected')
    }
  }
  return (await import('../logs/grep.ts')).compileExpression
}

async function contentOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = systemCodeOf(error)
    if (code === 'ENOENT') return undefined
    throw new MtsError({
      code: 'LOG_PATTERNS_INVALID',
      exitCode: EXIT.config,
      message: text(`읽을 수 없습니다: ${file}(${code})`, `cannot be read: ${file} (${code})`),
      cause: error,
    })
  }
}

const SHOWN = 20

function invalid(problems: readonly Problem[]): MtsError {
  const lines = problems.slice(0, SHOWN).map(({ file, line, column, message }): Text => {
    const place = `${file}:${line}:${column}`
    return text(`${place}  ${message.ko}`, `${place}  ${message.en}`)
  })
  return new MtsError({
    code: 'LOG_PATTERNS_INVALID',
    exitCode: EXIT.config,
    message: text(
      [`로그 패턴 파일 오류 ${problems.length}건`, ...lines.map(({ ko }) => ko)].join('\n'),
      [`${problems.length} faults in the file of log patterns`, ...lines.map(({ en }) => en)].join(
        '\n',
      ),
    ),
  })
}
