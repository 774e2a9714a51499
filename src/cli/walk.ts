/** `mts playbook <id>`, `mts checklist` and `mts run resume`: a walk, and the value it ends with. */
import { isoSeoul, seoulDateOf } from '../core/dates.ts'
import type { Journal } from '../core/journal.ts'
import type { ChecklistRun } from '../checklist/run.ts'
import type { Document } from '../playbook/document.ts'
import type { ResumeOptions } from '../playbook/engine.ts'
import { foldRun } from '../playbook/fold.ts'
import { exitCodeOfRun, resumeWords, runValue, type Run } from '../playbook/run.ts'
import type { RunState } from '../playbook/run-state.ts'
import type { CommandContext, Outcome } from './command.ts'
import { commandLineFor, withEngine, type WalkOptions } from './walk-engine.ts'

/** Begins a run of a playbook, with `name=value` inputs, and walks it as far as it goes. */
export async function walkDocument(
  context: CommandContext,
  document: Document,
  options: { readonly inputs: readonly string[] },
): Promise<Outcome<Run>> {
  const inputs = await inputsOf(context, document, options.inputs)
  const shown = new Set<string>()
  const state = await withEngine(context, { shown }, (engine) =>
    engine.start({ document, inputs, operator: context.ports.operator }),
  )
  return runOutcome(context, state, shown)
}

/** Goes on with a playbook's or a checklist's run. */
export async function resumeDocument(
  context: CommandContext,
  run: string,
  options: Omit<ResumeOptions, 'by' | 'secrets'> & { readonly inputs?: readonly string[] },
): Promise<Outcome<Run> | Outcome<ChecklistRun>> {
  const journal = await context.journal()
  const { inputs = [], ...resume } = options
  const secrets = secretsOf(foldRun(journal.events(run)), inputs)
  const shown = new Set<string>()
  const walking = { ...(await signatureOptions(journal)), shown }
  const state = await withEngine(context, walking, (engine) =>
    engine.resume(run, { ...resume, secrets, by: context.ports.operator }),
  )
  return state.document.kind === 'Checklist'
    ? checklistOutcome(context, state)
    : runOutcome(context, state, shown)
}

/**
 * A checklist begun twice on a day is one run, until it is signed: everything is read anew, what a
 * person answered is kept.
 */
export async function walkChecklist(
  context: CommandContext,
  document: Document,
): Promise<Outcome<ChecklistRun>> {
  const journal = await context.journal()
  const { url } = await context.settings()
  const today = seoulDateOf(context.ports.clock.now())
  const open = journal
    .runs({ kind: 'checklist', subject: document.id, limit: 50 })
    .find(
      (header) =>
        header.url === url &&
        header.endedAtMs === undefined &&
        seoulDateOf(header.startedAtMs) === today,
    )
  const options = await signatureOptions(journal)
  const state = await withEngine(context, options, (engine) =>
    open === undefined
      ? engine.start({ document, inputs: {}, operator: context.ports.operator })
      : engine.resume(open.run, { by: context.ports.operator, anew: true }),
  )
  return checklistOutcome(context, state)
}

export async function runOutcome(
  context: CommandContext,
  state: RunState,
  shown: ReadonlySet<string>,
): Promise<Outcome<Run>> {
  const { renderRun } = await import('../render/run.ts')
  // What the person has just seen is not printed again on the same screen.
  const omitted = context.ports.stdout.isTTY ? shown : new Set<string>()
  return {
    value: runValue(state, state.status, commandLineFor(context, state.url)),
    exitCode: exitCodeOfRun(state),
    faces: { table: (value, view) => renderRun(value, view, omitted) },
  }
}

async function checklistOutcome(
  context: CommandContext,
  state: RunState,
): Promise<Outcome<ChecklistRun>> {
  const { checklistValue, exitCodeOfChecklist } = await import('../checklist/run.ts')
  const { renderChecklist } = await import('../render/checklist.ts')
  const journal = await context.journal()
  const rerun = commandLineFor(context, state.url)(resumeWords(state))
  const value = checklistValue(state, lastSigned(journal, state), rerun)
  const interrupted = state.status === 'interrupted'
  return {
    value,
    exitCode: interrupted ? exitCodeOfRun(state) : exitCodeOfChecklist(value),
    faces: { table: renderChecklist },
  }
}

/** The last signed run of the same checklist on the same service, before this one. */
function lastSigned(journal: Journal, state: RunState): RunState | undefined {
  const headers = journal.runs({ kind: 'checklist', subject: state.document.id, limit: 100 })
  for (const header of headers) {
    const earlier = header.startedAtMs <= state.startedAtMs && header.run !== state.run
    if (!earlier || header.url !== state.url || header.endedAtMs === undefined) continue
    const known = foldRun(journal.events(header.run))
    if (known.signed !== undefined) return known
  }
  return undefined
}

/** Above the signature stands the whole checklist: nobody signs what they have not seen. */
async function signatureOptions(journal: Journal): Promise<WalkOptions> {
  const { checklistValue } = await import('../checklist/run.ts')
  const { renderChecklist } = await import('../render/checklist.ts')
  return {
    renderSignature: ({ state }, view) => {
      const value = checklistValue(state, lastSigned(journal, state), '')
      const { rerun: _notNow, ...shown } = value
      return renderChecklist(shown, view)
    },
  }
}

async function inputsOf(
  context: CommandContext,
  document: Document,
  given: readonly string[],
): Promise<Readonly<Record<string, unknown>>> {
  const { parseInputs } = await import('../playbook/run-inputs.ts')
  const { createExpressions } = await import('../playbook/conditions.ts')
  const { dueSettlementDate } = await import('../core/dates.ts')
  const nowMs = context.ports.clock.now()
  const { batch } = await context.settings()
  return parseInputs(document, given, {
    expressions: createExpressions(),
    scope: {
      now: isoSeoul(nowMs),
      today: seoulDateOf(nowMs),
      dueDate: dueSettlementDate(nowMs, batch),
    },
    matches: matchesPattern,
  })
}

/** A pattern that cannot be read admits nothing. */
function matchesPattern(pattern: string, value: string): boolean | undefined {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(value)
  } catch {
    return undefined
  }
}

/** Secret inputs are in no journal: those given again, by name. */
function secretsOf(state: RunState, given: readonly string[]): Readonly<Record<string, unknown>> {
  const secrets: Record<string, unknown> = {}
  for (const pair of given) {
    const at = pair.indexOf('=')
    const name = pair.slice(0, Math.max(0, at))
    if (state.document.inputs[name]?.secret === true) secrets[name] = pair.slice(at + 1)
  }
  return secrets
}
