/** What `mts run …` does: reads the journal, goes on with a run, ends it, writes to it. */
import { isoSeoul } from '../core/dates.ts'
import { MtsError } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import type { Journal, RunHeader, StoredEvent } from '../core/journal.ts'
import { cleanText } from '../core/sanitize.ts'
import { text } from '../core/text.ts'
import { foldRun } from '../playbook/fold.ts'
import { actionSummary, resumeWords, runSummary, runValue, type RunList } from '../playbook/run.ts'
import type { ActionRun } from '../render/run-action.ts'
import { followUpsOf, isToDo } from '../report/follow-ups.ts'
import type { SettlementAction } from '../settlement/action-value.ts'
import type { CommandContext, Outcome } from './command.ts'
import { usageError } from './usage-error.ts'
import { commandLineFor, withEngine } from './walk-engine.ts'
import { givenAnswer, type ResumeFlags } from './walk-given.ts'
import { isRunId, selectRun } from './walk-selection.ts'

const DEFAULT_LIMIT = 20
const MAX_LIMIT = 1000

export async function listRuns(
  context: CommandContext,
  limit: string | undefined,
): Promise<Outcome<RunList>> {
  const count = limit === undefined ? DEFAULT_LIMIT : Number(limit)
  if (!Number.isInteger(count) || count < 1 || count > MAX_LIMIT) {
    throw usageError(
      text(`--limit은 1~${MAX_LIMIT}의 정수입니다: ${limit}`, `--limit is 1 to ${MAX_LIMIT}`),
    )
  }
  const journal = await context.journal()
  const runs = journal.runs({ limit: count }).map((header) => {
    if (header.kind === 'action') return actionSummary(header)
    const state = foldRun(journal.events(header.run))
    const summary = runSummary(state, header.status, commandLineFor(context, header.url))
    const open =
      header.endedAtMs === undefined ? 0 : followUpsOf(state).filter((item) => isToDo(item)).length
    return open === 0 ? summary : { ...summary, openFollowUps: open }
  })
  const { renderRunList } = await import('../render/run.ts')
  return { value: { kind: 'RunList', runs }, exitCode: EXIT.ok, faces: { table: renderRunList } }
}

/** Showing a run is a success, however bad it stands. */
export async function showRun(
  context: CommandContext,
  named: string | undefined,
): Promise<Outcome> {
  const journal = await context.journal()
  const header = selectRun(journal, named, (await context.settings()).url)
  if (header.subject === 'drill')
    return (await import('./drill-client.ts')).showDrill(context, header.run)
  if (header.kind === 'action') return actionOutcome(context, journal, header)
  const { renderRun } = await import('../render/run.ts')
  const state = foldRun(journal.events(header.run))
  const { documentSince } = await import('./pinned-document.ts')
  const documentNow = await documentSince(context, state.document)
  const value = {
    ...runValue(state, header.status, commandLineFor(context, header.url)),
    ...(documentNow === undefined ? {} : { documentNow }),
  }
  return { value, exitCode: EXIT.ok, faces: { table: renderRun } }
}

export async function resumeRun(
  context: CommandContext,
  named: string | undefined,
  flags: ResumeFlags,
): Promise<Outcome> {
  const journal = await context.journal()
  const header = selectRun(journal, named, (await context.settings()).url)
  if (header.kind === 'action') {
    const { isSilenceRun, resumeSilence } = await import('./silence-flow.ts')
    if (isSilenceRun(header)) {
      const { renderSilenceAction } = await import('../render/silence.ts')
      const resumed = await resumeSilence(context, header.run, flags.confirm)
      return { ...resumed, faces: { table: renderSilenceAction } }
    }
    const { resumeSettlementAction } = await import('./settlement-flow.ts')
    const { renderSettlementAction } = await import('../render/settlement-action.ts')
    const { value, exitCode } = await resumeSettlementAction(context, header.run, flags.confirm)
    return { value, exitCode, faces: { table: renderSettlementAction } }
  }
  const { resumeDocument } = await import('./walk.ts')
  const given = givenAnswer(flags, foldRun(journal.events(header.run)))
  return resumeDocument(context, header.run, {
    ...(given === undefined ? {} : { given }),
    ...(flags.input === undefined ? {} : { inputs: flags.input }),
  })
}

export async function abortRun(
  context: CommandContext,
  named: string | undefined,
  reason: string,
): Promise<Outcome> {
  const why = cleanText(reason)
  if (why === '') throw usageError(text('사유를 적으세요', 'say why'))
  const journal = await context.journal()
  const header = selectRun(journal, named, (await context.settings()).url)
  if (header.endedAtMs !== undefined) throw alreadyOver(header)
  if (header.kind !== 'action') {
    const state = await withEngine(context, {}, (engine) =>
      engine.resume(header.run, { by: context.ports.operator, abort: { reason: why } }),
    )
    const { runOutcome } = await import('./walk.ts')
    return runOutcome(context, state, new Set())
  }
  const [open] = journal.openIntents({ url: header.url }).filter(({ run }) => run === header.run)
  if (open !== undefined) throw pending(header)
  const writer = journal.openRun(header.run)
  try {
    writer.append(
      { kind: 'runFinished', data: { status: 'aborted', reason: why, by: context.ports.operator } },
      { status: 'aborted' },
    )
  } finally {
    writer.release()
  }
  return actionOutcome(context, journal, journal.run(header.run) ?? header)
}

export async function noteRun(context: CommandContext, words: readonly string[]): Promise<Outcome> {
  const [first = '', ...rest] = words
  const named = isRunId(first) ? first : undefined
  const given = named === undefined ? words : rest
  const isPiped = given.length === 1 && given[0] === '-'
  const note = isPiped
    ? await (await import('./piped-note.ts')).readPipedNote(context.ports)
    : cleanText(given.join(' '), 1000)
  if (note === '') throw usageError(text('메모할 내용을 적으세요', 'there is nothing to note'))
  const journal = await context.journal()
  const header = selectRun(journal, named, (await context.settings()).url)
  const by = context.ports.operator
  append(journal, header, { kind: 'noteAdded', data: { text: note, by } })
  return showRun(context, header.run)
}

export async function handOverRun(
  context: CommandContext,
  named: string | undefined,
  to: string,
): Promise<Outcome> {
  const receiver = cleanText(to, 100)
  if (receiver === '') throw usageError(text('받는 사람을 적으세요', 'say who takes over'))
  const journal = await context.journal()
  const header = selectRun(journal, named, (await context.settings()).url)
  const by = context.ports.operator
  append(journal, header, { kind: 'runHandedOver', data: { to: receiver, by } })
  const line = commandLineFor(context, header.url)
  const common = {
    kind: 'Handoff' as const,
    to: receiver,
    by,
    at: isoSeoul(context.ports.clock.now()),
  }
  if (header.kind === 'action') {
    const { renderActionHandoff } = await import('../render/run-action.ts')
    const result = lastResult(journal.events(header.run))
    const value = {
      ...common,
      action: actionSummary(header),
      resume: line(['run', 'resume', header.run]),
      ...(result === undefined ? {} : { result }),
    }
    return { value, exitCode: EXIT.ok, faces: { table: renderActionHandoff } }
  }
  const { renderHandoff } = await import('../render/run-handoff.ts')
  const state = foldRun(journal.events(header.run))
  const value = {
    ...common,
    run: runValue(state, header.status, line),
    resume: line(
      header.endedAtMs === undefined ? resumeWords(state) : ['run', 'status', header.run],
    ),
  }
  return { value, exitCode: EXIT.ok, faces: { table: renderHandoff } }
}

async function actionOutcome(
  context: CommandContext,
  journal: Journal,
  header: RunHeader,
): Promise<Outcome> {
  const { renderActionRun } = await import('../render/run-action.ts')
  const [open] = journal.openIntents({ url: header.url }).filter(({ run }) => run === header.run)
  const result = lastResult(journal.events(header.run))
  const value: ActionRun = {
    kind: 'Run',
    ...actionSummary(header),
    steps: [],
    ...(open === undefined
      ? {}
      : {
          pendingAction: {
            step: open.step,
            action: open.action,
            sentAt: isoSeoul(open.sentAtMs),
          },
        }),
    ...(result === undefined ? {} : { result }),
    ...(header.endedAtMs === undefined && header.exported === undefined
      ? { rerun: commandLineFor(context, header.url)(['run', 'resume', header.run]) }
      : {}),
  }
  return {
    value,
    exitCode: EXIT.ok,
    faces: { table: renderActionRun },
  }
}

/** The value with which the action last ended or waited. */
function lastResult(events: readonly StoredEvent[]): SettlementAction | undefined {
  for (const event of events.toReversed()) {
    const data = event.data as { readonly value?: SettlementAction } | null
    if (data?.value?.kind === 'SettlementAction') return data.value
  }
  return undefined
}

function append(
  journal: Journal,
  header: RunHeader,
  event: Parameters<ReturnType<Journal['openRun']>['append']>[0],
): void {
  const writer = journal.openRun(header.run)
  try {
    writer.append(event)
  } finally {
    writer.release()
  }
}

function alreadyOver(header: RunHeader): MtsError {
  return new MtsError({
    code: 'RUN_OVER',
    exitCode: EXIT.usage,
    message: text(`이미 끝난 실행입니다: ${header.run}`, `this run is over: ${header.run}`),
    next: [`mts run status ${header.run}`],
  })
}

function pending(header: RunHeader): MtsError {
  return new MtsError({
    code: 'ACTION_PENDING',
    exitCode: EXIT.busy,
    message: text(
      '보낸 요청의 결과를 아직 모릅니다. 결과를 확인한 뒤 중지할 수 있습니다',
      'a request is out whose result is not known; settle it before aborting',
    ),
    next: [`mts run resume ${header.run} --url ${header.url}`],
  })
}
