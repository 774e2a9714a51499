/** Where the program lies as the standalone executable: everything inside one file. */
import { dirname } from 'node:path'
import type { Place } from './place.ts'

/** `script`: where Bun shows the program inside the executable; the embedded files lie beside it. */
export function placeOf(execPath: string, script: string | undefined): Place {
  return { program: [execPath], assetsDir: dirname(script ?? '') }
}
