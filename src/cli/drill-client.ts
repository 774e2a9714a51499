/** `mts drill act`, `score` and `list`: what the other terminal says to a drill, and the drills on record. */
import { MtsError } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import type { Journal } from '../core/journal.ts'
import { text } from '../core/text.ts'
import { ACTS } from '../drill/scenarios.ts'
import type { DrillAct, DrillActs, DrillList, DrillValue } from '../render/drill.ts'
import { say, type View } from '../render/view.ts'
import type { CommandContext, Outcome } from './command.ts'
import { askDrill, currentDrill, type DrillReply, type DrillRequest } from './drill-mailbox.ts'
import { usageError } from './usage-error.ts'

/** A drill that does not answer within this has died, ms. */
const ANSWER_MS = 10_000
const MAX_DRILLS = 50

export async function actInDrill(
  context: CommandContext,
  id: string | undefined,
): Promise<Outcome<DrillActs> | Outcome<DrillAct>> {
  const { renderActs } = await import('../render/drill.ts')
  if (id === undefined) {
    const items = ACTS.map((act) => ({ id: act.id, title: act.title }))
    return {
      value: { kind: 'DrillActs', items },
      exitCode: EXIT.ok,
      faces: { table: renderActs },
    }
  }
  if (!ACTS.some((act) => act.id === id)) {
    throw usageError(text(`없는 조치입니다: ${id}`, `there is no act ${id}`), ['mts drill act'])
  }
  const reply = await ask(context, { kind: 'act', id })
  if (reply.kind !== 'act') throw noDrill()
  return {
    value: { kind: 'DrillAct', act: id, message: reply.words },
    exitCode: EXIT.ok,
    faces: { table: ({ message }: DrillAct, view: View) => say(view, message) },
  }
}

export async function scoreDrillNow(
  context: CommandContext,
  named: readonly string[],
): Promise<Outcome<DrillValue>> {
  const reply = await ask(context, { kind: 'score', named })
  if (reply.kind !== 'score') throw noDrill()
  const { renderDrill } = await import('../render/drill.ts')
  // Written by the drill's own process a moment ago, into a directory that only this user can write.
  const value = reply.value as DrillValue
  return {
    value,
    exitCode: value.passed ? EXIT.ok : EXIT.warning,
    faces: { table: renderDrill },
  }
}

/** Newest first. */
export async function listDrills(context: CommandContext): Promise<Outcome<DrillList>> {
  const journal = await context.journal()
  const { renderDrillList } = await import('../render/drill.ts')
  const items = journal
    .runs({ kind: 'action', subject: 'drill', limit: MAX_DRILLS })
    .flatMap(({ run }) => keptDrill(journal, run) ?? [])
  return {
    value: { kind: 'DrillList', items },
    exitCode: EXIT.ok,
    faces: { table: renderDrillList },
  }
}

/** `mts run status` of a drill that is on record. */
export async function showDrill(
  context: CommandContext,
  run: string,
): Promise<Outcome<DrillValue>> {
  const value = keptDrill(await context.journal(), run)
  if (value === undefined) throw noDrill()
  const { renderDrill } = await import('../render/drill.ts')
  return { value, exitCode: EXIT.ok, faces: { table: renderDrill } }
}

function keptDrill(journal: Journal, run: string): DrillValue | undefined {
  const last = journal.events(run).findLast(({ kind }) => kind === 'runFinished')
  const { value } = (last?.data ?? {}) as { readonly value?: DrillValue }
  return value === undefined ? undefined : { ...value, run }
}

async function ask(context: CommandContext, request: DrillRequest): Promise<DrillReply> {
  const { clock, directories } = context.ports
  const current = currentDrill(directories.state)
  if (current === undefined) throw noDrill()
  const options = { clock, timeoutMs: ANSWER_MS, signal: context.signal }
  const reply = await askDrill(current.dir, request, options)
  if (reply === undefined) throw noDrill()
  return reply
}

function noDrill(): MtsError {
  return new MtsError({
    code: 'NOT_FOUND',
    exitCode: EXIT.notFound,
    message: text('진행 중인 훈련이 없습니다', 'no drill is going on'),
    next: ['mts drill', 'mts drill list'],
  })
}
