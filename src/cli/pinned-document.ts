/** Whether the file a run was begun from still says what it said: the run goes on with what it has pinned. */
import { sha256 } from '../core/digest.ts'
import { MtsError } from '../core/errors.ts'
import type { Document } from '../playbook/document.ts'
import type { DocumentNow } from '../playbook/run.ts'
import type { CommandContext } from './command.ts'
import { openDocumentFiles } from './documents.ts'

/** Undefined while nothing has changed. */
export async function documentSince(
  context: CommandContext,
  { file, id, kind, digest }: Document,
): Promise<DocumentNow | undefined> {
  const files = await openDocumentFiles(context)
  const read = async (path: string): Promise<string | undefined> => {
    try {
      return await files.read(path)
    } catch (error) {
      // Not to be read is as good as gone: the run does not need it.
      if (error instanceof MtsError) return undefined
      throw error
    }
  }
  const there = await read(file)
  if (there !== undefined) return compared(file, there, digest)
  // A run from another machine, or of another installation: the one of that name here.
  const named = (await files.list(kind)).find((item) => item.id === id)?.file
  const source = named === undefined ? undefined : await read(named)
  return source === undefined || named === undefined
    ? { status: 'missing', file }
    : compared(named, source, digest)
}

function compared(file: string, source: string, digest: string): DocumentNow | undefined {
  const now = sha256(source)
  return now === digest ? undefined : { status: 'edited', file, digest: now }
}
