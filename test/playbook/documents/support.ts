/** The real catalog over a service that is never asked, and short ways to documents. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { wireCatalog } from '../../../src/cli/wire-catalog.ts'
import type { Service } from '../../../src/core/service.ts'
import type { Settings } from '../../../src/core/settings.ts'
import type { Catalog } from '../../../src/playbook/catalog.ts'
import type { Document } from '../../../src/playbook/document.ts'
import type { Problem } from '../../../src/playbook/fault.ts'
import { parseDocument } from '../../../src/playbook/load.ts'

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** Declarations only: asking the service would be a defect of the test. */
export function declaredCatalog(): Catalog {
  const service = new Proxy({} as Service, {
    get: (_target, name) => {
      throw new Error(`the service was asked: ${String(name)}`)
    },
  })
  const settings = {
    url: 'http://127.0.0.1:1',
    stores: [],
    batch: { at: '02:00', graceMs: 1_800_000 },
    verifyAfterMs: 5000,
  } as unknown as Settings
  const clock = { now: () => 0, monotonicMs: () => 0, sleep: async () => undefined }
  return wireCatalog({ service, settings, clock })
}

export async function shipped(kind: 'playbooks' | 'checklists', id: string): Promise<Document> {
  const file = join(ROOT, kind, `${id}.yaml`)
  return documentIn(await readFile(file, 'utf8'), file)
}

export function documentIn(source: string, file = 'test.yaml'): Document {
  const parsed = parseDocument(source, file, declaredCatalog())
  if (parsed.kind === 'invalid') throw new Error(written(parsed.problems).join('\n'))
  return parsed.document
}

export function problemsIn(source: string): readonly string[] {
  const parsed = parseDocument(source, 'test.yaml', declaredCatalog())
  return parsed.kind === 'invalid' ? written(parsed.problems) : []
}

/** `line:column English words` */
function written(problems: readonly Problem[]): string[] {
  return problems.map(({ line, column, message }) => `${line}:${column} ${message.en}`)
}

/** A playbook with these steps, each written without its two leading blanks. */
export function playbook(steps: string, head = ''): string {
  const body = steps
    .trim()
    .split('\n')
    .map((row) => `  ${row}`)
    .join('\n')
  return `apiVersion: mts/v1
kind: Playbook
id: test
title: { ko: 시험, en: test }
version: 1.0.0
owner: test
priority: P1
impact: { ko: 영향, en: impact }
worsens: { ko: 악화, en: worsens }
${head}steps:
${body}
`
}
