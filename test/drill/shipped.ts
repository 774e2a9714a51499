/** The findings of every shipped playbook, by its id. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { PROJECT_DIR } from '../support/ports.ts'

export function loadShipped(): ReadonlyMap<string, ReadonlySet<string>> {
  const dir = join(PROJECT_DIR, 'playbooks')
  const found = new Map<string, ReadonlySet<string>>()
  for (const file of readdirSync(dir)) {
    const { kind, id, steps } = parse(readFileSync(join(dir, file), 'utf8')) as {
      kind?: string
      id?: string
      steps?: { finding?: { code: string } }[]
    }
    if (kind !== 'Playbook' || id === undefined) continue
    found.set(id, new Set((steps ?? []).flatMap(({ finding }) => finding?.code ?? [])))
  }
  return found
}
