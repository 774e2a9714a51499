/**
 * Reads an exported run and proves that it is whole: each event against its hash, each against the
 * one before where they were neighbours, and the digest over everything. The hashes are no
 * signature: they show damage and edits, not who wrote the file.
 */
import { z } from 'zod'
import { digestOf } from '../core/digest.ts'
import { MtsError } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import type { RunCopy } from '../core/run-copy.ts'
import { text, type Text } from '../core/text.ts'
import { eventHash } from './chain.ts'

/** Longest file that is read, characters. A long incident is some hundred kilobytes. */
export const MAX_COPY_LENGTH = 64 * 1024 * 1024

const HASH = z.string().regex(/^[0-9a-f]{64}$/)
const SEQ = z.number().int().positive()
const MS = z.number().int()
const WORD = z.string().min(1).max(1000)

const COPY = z.strictObject({
  apiVersion: z.literal('mts/v1'),
  kind: z.literal('RunExport'),
  format: z.literal(1),
  run: z.string().regex(/^\d{8}-\d{2,}$/),
  runKind: z.enum(['playbook', 'checklist', 'action']),
  subject: WORD,
  url: WORD,
  operator: WORD,
  status: z.enum(['running', 'waiting', 'succeeded', 'failed', 'aborted', 'interrupted']),
  origin: HASH,
  exportedAtMs: MS,
  exportedBy: WORD,
  exportedFrom: WORD,
  events: z
    .array(
      z.strictObject({
        seq: SEQ,
        atMs: MS,
        kind: WORD,
        step: z.string().optional(),
        data: z.string(),
        previous: HASH,
        hash: HASH,
      }),
    )
    .min(1),
  intents: z.array(
    z.strictObject({
      seq: SEQ,
      step: WORD,
      action: WORD,
      date: WORD,
      sentAtMs: MS,
      closedAtMs: MS.optional(),
    }),
  ),
  digest: HASH,
})

/** `named`: how the file is called in words. Throws EXPORT_INVALID (78) for anything but a whole copy. */
export function parseRunCopy(content: string, named: string): RunCopy {
  const value = jsonOf(content, named)
  const kind = (value as { kind?: unknown } | null)?.kind
  if (kind !== 'RunExport') {
    throw invalid(
      named,
      text('mts run export로 만든 파일이 아닙니다', 'not made by mts run export'),
    )
  }
  const { format } = value as { format?: unknown }
  if (typeof format === 'number' && format > 1) {
    throw invalid(
      named,
      text(
        `더 새로운 mts가 만든 파일입니다(형식 ${format}). mts를 업데이트하세요`,
        `made by a newer mts (format ${format}); update mts`,
      ),
    )
  }
  const parsed = COPY.safeParse(value)
  if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.join('.') ?? ''
    throw invalid(
      named,
      text(`필요한 내용이 없거나 잘못됨: ${where}`, `missing or unfit: ${where}`),
    )
  }
  // Optional members are absent, never undefined: zod leaves them out.
  const copy = parsed.data as RunCopy
  const problem = problemOf(copy)
  if (problem !== undefined) throw invalid(named, problem)
  return copy
}

/** The digest of a copy: over all of it but the digest itself. */
export function copyDigest(copy: Omit<RunCopy, 'digest'>): string {
  const { digest: _own, ...rest } = copy as RunCopy
  return digestOf(rest)
}

/** What is wrong with the hashes of a copy, the first of it. */
function problemOf(copy: RunCopy): Text | undefined {
  let before: RunCopy['events'][number] | undefined
  for (const [index, event] of copy.events.entries()) {
    const { seq, atMs, kind, step, data, previous, hash } = event
    const chained = { seq, run: copy.run, atMs, kind, step: step ?? null, dataJson: data }
    const broken =
      eventHash(previous, chained) !== hash ||
      (before !== undefined && seq <= before.seq) ||
      (before !== undefined && seq === before.seq + 1 && previous !== before.hash)
    if (broken) {
      const number = index + 1
      return text(
        `기록 ${number}번(${kind})이 변경되었습니다. 가져오지 않았습니다`,
        `event ${number} (${kind}) was changed; nothing was imported`,
      )
    }
    before = event
  }
  const [first] = copy.events
  const whole = first?.kind === 'runStarted' && before?.kind === 'runExported'
  if (!whole || copyDigest(copy) !== copy.digest) {
    return text(
      '일부가 빠졌거나 변경되었습니다. 가져오지 않았습니다',
      'a part is missing or was changed; nothing was imported',
    )
  }
  return undefined
}

function jsonOf(content: string, named: string): unknown {
  if (content.length > MAX_COPY_LENGTH) {
    throw invalid(named, text('너무 큽니다(64MB 초과)', 'too large (over 64 MB)'))
  }
  try {
    return JSON.parse(content) as unknown
  } catch {
    const start = content.trimStart()
    if (start === '') throw invalid(named, text('비어 있습니다', 'it is empty'))
    throw invalid(
      named,
      start.startsWith('{')
        ? text(
            '끝이 잘렸거나 JSON이 깨졌습니다. 가져오지 않았습니다',
            'its end is missing or the JSON is broken; nothing was imported',
          )
        : text('JSON이 아닙니다', 'it is no JSON'),
    )
  }
}

function invalid(named: string, why: Text): MtsError {
  return new MtsError({
    code: 'EXPORT_INVALID',
    exitCode: EXIT.config,
    message: text(
      `내보낸 실행을 읽을 수 없습니다: ${named} · ${why.ko}`,
      `the exported run cannot be read: ${named}: ${why.en}`,
    ),
    next: [
      text(
        '내보낸 곳에서 같은 실행을 다시 내보내세요(mts run export <실행>: 같은 내용이 나옵니다)',
        'export the same run again where it came from (mts run export <run> gives the same copy)',
      ),
    ],
  })
}
