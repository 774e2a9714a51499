/** Writes rendered files into a directory: what is there and differs is shown first, never overwritten unasked. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MtsError, systemCodeOf } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import { text } from '../core/text.ts'
import { differenceOf } from '../monitoring/difference.ts'
import type { RenderedFile } from '../monitoring/rendered-file.ts'
import type { MonitoringRender } from '../monitoring/values.ts'

export async function writeRendered(
  directory: string,
  files: readonly RenderedFile[],
  overwrite: boolean,
): Promise<MonitoringRender['files']> {
  try {
    const made = await mkdir(directory, { recursive: true })
    // Prometheus and Grafana run as other users and have to read these; no secret is in them.
    if (made !== undefined) await chmod(directory, 0o755)
    const written: MonitoringRender['files'][number][] = []
    for (const { path, content } of files) {
      const place = join(directory, path)
      const before = await readIfThere(place)
      if (before === content) {
        written.push({ path, status: 'unchanged' })
        continue
      }
      const difference = before === undefined ? undefined : differenceOf(before, content)
      if (difference !== undefined && !overwrite) {
        written.push({ path, status: 'different', difference })
        continue
      }
      await writeFile(place, content)
      await chmod(place, 0o644)
      written.push(
        difference === undefined
          ? { path, status: 'created' }
          : { path, status: 'overwritten', difference },
      )
    }
    return written
  } catch (error) {
    const code = systemCodeOf(error)
    if (code === undefined) throw error
    throw new MtsError({
      code: 'DIRECTORY_UNWRITABLE',
      exitCode: EXIT.config,
      message: text(
        `파일을 쓸 수 없습니다: ${directory}(${code})`,
        `cannot write into ${directory} (${code})`,
      ),
      cause: error,
    })
  }
}

/** Undefined when there is no such file. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined
    throw error
  }
}
