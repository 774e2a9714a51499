/** Where the program lies as the npm package: in `dist/`, beside `playbooks/` and `checklists/`. */
import { fileURLToPath } from 'node:url'
import type { Place } from './place.ts'

export function placeOf(execPath: string, script: string | undefined): Place {
  return {
    program: script === undefined ? [execPath] : [execPath, script],
    assetsDir: fileURLToPath(new URL('..', import.meta.url)),
  }
}
