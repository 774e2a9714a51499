/** The playbooks of the package, as triage ranks them. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Document } from '../../src/playbook/document.ts'
import { ROOT, shipped } from '../playbook/documents/support.ts'

export async function shippedPlaybooks(): Promise<readonly Document[]> {
  const ids = readdirSync(join(ROOT, 'playbooks'))
    .filter((name) => /^[a-z-]+\.yaml$/.test(name) && name !== 'log-patterns.yaml')
    .map((name) => name.replace(/\.yaml$/, ''))
  return Promise.all(ids.map((id) => shipped('playbooks', id)))
}
