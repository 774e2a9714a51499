/** `mts playbook <id>` and `mts run resume`: a walk, and the value it ends with. */
import { resolve } from 'node:path'
import { isoSeoul, seoulDateOf } from '../core/dates.ts'
import { text } from '../core/text.ts'
import type { ChecklistRun } from '../checklist/run.ts'
import type { Document } from '../playbook/document.ts'
import type { ResumeOptions } from '../playbook/engine.ts'
import { foldRun } from '../playbook/fold.ts'
import { exitCodeOfRun, runValue, type Run } from '../playbook/run.ts'
import type { OpenedFrom, RunState } from '../playbook/run-state.ts'
import type { CommandContext, Outcome } from './command.ts'
import { commandLineFor, withEngine } from './walk-engine.ts'

export interface WalkStart {
  /** `name=value`. */
  readonly inputs: readonly string[]
  readonly fromStep?: string
  /** The checklist's item it is opened from. */
  readonly from?: OpenedFrom
}

/** Begins a run of a playbook, with `name=value` inputs, and walks it as far as it goes. */
export async function walkDocument(
  context: CommandContext,
  document: Document,
  options: WalkStart,
): Promise<Outcome<Run>> {
  const inputs = await inputsOf(context, document, options.inputs)
  const shown = new Set<string>()
  const { fromStep, from } = options
  const state = await withEngine(context, { shown }, (engine) =>
    engine.start({
      // Wherever `mts run status` is typed later, it finds the file again.
      document: { ...document, file: resolve(context.ports.cwd, document.file) },
      inputs,
      operator: context.ports.operator,
      ...(fromStep === undefined ? {} : { fromStep }),
      ...(from === undefined ? {} : { from }),
    }),
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
  const known = foldRun(journal.events(run))
  if (known.document.kind === 'Checklist') {
    const { resumeChecklist } = await import('./walk-checklist.ts')
    return resumeChecklist(context, known, options.given)
  }
  const { inputs = [], ...resume } = options
  await tellEdited(context, known)
  const secrets = secretsOf(known, inputs)
  const shown = new Set<string>()
  const state = await withEngine(context, { shown }, (engine) =>
    engine.resume(run, { ...resume, secrets, by: context.ports.operator }),
  )
  return runOutcome(context, state, shown)
}

/** Whoever has just corrected the file expects the correction to count. */
async function tellEdited(context: CommandContext, { document, run }: RunState): Promise<void> {
  const { documentSince } = await import('./pinned-document.ts')
  const now = await documentSince(context, document)
  if (now?.status !== 'edited') return
  context.dialog.notify({
    code: 'DOCUMENT_EDITED',
    text: text(
      `문서가 실행을 시작한 뒤 수정되었습니다. ${run}은(는) 시작할 때의 내용으로 이어 합니다`,
      `the document was edited since; ${run} goes on as it was begun`,
    ),
  })
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

export async function inputsOf(
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
