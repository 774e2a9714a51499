/** When an incident opens, a run of its playbook can stand ready for whoever answers the page. */
import { MtsError } from '../core/errors.ts'
import type { AddressedNotice } from '../core/notice.ts'
import { text } from '../core/text.ts'
import type { Advance } from '../watch/round.ts'
import type { Incident, WatchState } from '../watch/state.ts'
import type { CommandContext } from './command.ts'

/** What can be read is read before the message leaves; it must not wait for longer. */
const PREPARE_TIMEOUT_MS = 15_000

/** Fills in the runs of incidents that are told for the first time; without one they go out as they are. */
export async function prepareRuns(
  context: CommandContext,
  advance: Advance,
  before: WatchState,
): Promise<Advance> {
  const known = new Set(
    before.incidents.filter(({ told }) => Object.keys(told).length > 0).map(({ id }) => id),
  )
  let prepared = advance
  for (const incident of advance.state.incidents) {
    const playbook = /^mts playbook ([\w-]+)/.exec(incident.commands[0] ?? '')?.[1]
    const told = Object.keys(incident.told).length > 0
    const wanted = told && !known.has(incident.id) && incident.run === undefined
    if (!wanted || playbook === undefined) continue
    const run = await prepareRun(context, playbook)
    if (run !== undefined) {
      const command = await context.commandLine(['mts', 'run', 'resume', run])
      prepared = withRun(prepared, incident, run, command)
    }
  }
  return prepared
}

/** Walks as far as nobody is needed: without a terminal it asks nothing and changes nothing. */
async function prepareRun(context: CommandContext, id: string): Promise<string | undefined> {
  const { terminal: _nobody, ...rest } = context
  const deadline = AbortSignal.timeout(PREPARE_TIMEOUT_MS)
  const unattended: CommandContext = {
    ...rest,
    signal: AbortSignal.any([context.signal, deadline]),
    dialog: { notify: () => undefined },
  }
  try {
    const { walkDocument } = await import('./walk.ts')
    const { openDocument } = await import('./documents.ts')
    const { document } = await openDocument(unattended, 'Playbook', id)
    const { value } = await walkDocument(unattended, document, { inputs: [] })
    return value.status === 'waiting' ? value.run : undefined
  } catch (error) {
    if (!(error instanceof MtsError)) throw error
    context.dialog.notify({
      code: 'RUN_NOT_PREPARED',
      text: text(
        `플레이북을 준비하지 못했습니다(${id}): ${error.text.ko}`,
        `no run of ${id} could be prepared: ${error.text.en}`,
      ),
    })
    return undefined
  }
}

function withRun(advance: Advance, { id }: Incident, run: string, command: string): Advance {
  const add = (addressed: AddressedNotice): AddressedNotice =>
    addressed.notice.incident === id
      ? {
          ...addressed,
          notice: { ...addressed.notice, commands: [command, ...addressed.notice.commands] },
        }
      : addressed
  return {
    ...advance,
    state: {
      ...advance.state,
      incidents: advance.state.incidents.map((incident) =>
        incident.id === id ? { ...incident, run } : incident,
      ),
    },
    notices: advance.notices.map(add),
  }
}
