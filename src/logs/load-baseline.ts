/** Opens what `--compare` names, far enough to see whether it is a saved report or a log. */
import { open } from 'node:fs/promises'
import type { PatternBaseline } from '../core/log-patterns.ts'
import { MtsError } from '../core/errors.ts'
import { text } from '../core/text.ts'
import { unreadableLog, type LogSource } from './log-source.ts'
import { looksSaved, MAX_SAVED_BYTES, parseSavedBaseline } from './saved-baseline.ts'

const HEAD_BYTES = 256

/**
 * Undefined when the file is a log.
 * @throws MtsError with the source's exit code when it cannot be read, or is a report that is broken.
 */
export async function loadSavedBaseline(source: LogSource): Promise<PatternBaseline | undefined> {
  if (source.path === null) return undefined
  let content: string
  try {
    const handle = await open(source.path, 'r')
    try {
      const head = Buffer.alloc(HEAD_BYTES)
      const { bytesRead } = await handle.read(head, 0, HEAD_BYTES, 0)
      if (!looksSaved(head.toString('utf8', 0, bytesRead))) return undefined
      const { size } = await handle.stat()
      if (size > MAX_SAVED_BYTES) throw broken(source)
      content = await handle.readFile('utf8')
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw error instanceof MtsError ? error : unreadableLog(source, error)
  }
  const saved = parseSavedBaseline(content, source.name)
  if (saved === undefined) throw broken(source)
  return saved
}

function broken(source: LogSource): MtsError {
  return new MtsError({
    code: 'BASELINE_UNREADABLE',
    exitCode: source.exitCode,
    message: text(
      `저장된 로그 패턴이 깨졌습니다: ${source.name}`,
      `these saved log patterns are broken: ${source.name}`,
    ),
    next: [`mts logs patterns -o json > ${source.name}`],
  })
}
