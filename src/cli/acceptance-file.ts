/** Where accepted findings are kept: a small file beside the journal, one list for each service. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as z from 'zod/mini'
import { MtsError, systemCodeOf } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import { text } from '../core/text.ts'
import type { Acceptance } from '../doctor/accepted.ts'

const schema = z.record(
  z.string(),
  z.array(
    z.object({
      code: z.string(),
      subject: z.string(),
      reason: z.string(),
      until: z.string(),
      acceptedBy: z.string(),
      acceptedAt: z.string(),
    }),
  ),
)

export function acceptancePath(journal: string): string {
  return join(dirname(journal), 'doctor-accepted.json')
}

/** By the service's url. Nothing is accepted where there is no file; a broken one is an error (78), not silence. */
export async function loadAcceptances(path: string, url: string): Promise<readonly Acceptance[]> {
  return (await loadAll(path))[url] ?? []
}

/** Replaces what was accepted for the same finding. */
export async function saveAcceptance(
  path: string,
  url: string,
  acceptance: Acceptance,
): Promise<void> {
  const all = await loadAll(path)
  const others = (all[url] ?? []).filter(
    ({ code, subject }) => code !== acceptance.code || subject !== acceptance.subject,
  )
  const content = JSON.stringify({ ...all, [url]: [...others, acceptance] }, undefined, 2)
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const fresh = `${path}.new`
    await writeFile(fresh, `${content}\n`, { mode: 0o600 })
    await rename(fresh, path)
  } catch (error) {
    throw problem(path, systemCodeOf(error) ?? '', error)
  }
}

async function loadAll(path: string): Promise<Readonly<Record<string, readonly Acceptance[]>>> {
  let content: string
  try {
    content = await readFile(path, 'utf8')
  } catch (error) {
    const code = systemCodeOf(error)
    if (code === 'ENOENT') return {}
    throw problem(path, code ?? '', error)
  }
  try {
    const parsed = schema.safeParse(JSON.parse(content))
    if (parsed.success) return parsed.data
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw problem(path, 'JSON')
}

function problem(path: string, code: string, cause?: unknown): MtsError {
  return new MtsError({
    code: 'ACCEPTANCES_UNREADABLE',
    exitCode: EXIT.config,
    message: text(
      `인정 목록을 읽거나 쓸 수 없습니다: ${path}(${code})`,
      `the list of accepted findings cannot be read or written: ${path} (${code})`,
    ),
    cause,
  })
}
