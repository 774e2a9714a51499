/**
 * `mts settle reprocess`, `mts settle run` and `mts run resume` of either: wires the action to the
 * gate and the journal, and turns how it ended into one value and one exit code.
 */
import { EXIT, type ExitCode } from '../core/exit-code.ts'
import { MtsError } from '../core/errors.ts'
import type { Journal, OpenIntent, RunStatus, RunWriter, StoredEvent } from '../core/journal.ts'
import { text } from '../core/text.ts'
import type { ApprovalMode, GatePorts, GateResult } from '../playbook/gate.ts'
import type { ActionOutcome } from '../playbook/operation.ts'
import { reconcileIntent, runGate } from '../playbook/run-gate.ts'
import type { SettlementAction } from '../settlement/action-value.ts'
import {
  createReprocessAction,
  createRunAction,
  type ReprocessAction,
  type RunAction,
  type SettlementActionPorts,
  type SettlementLook,
} from '../settlement/actions.ts'
import type { SettlementVerdict } from '../settlement/reconcile.ts'
import type { CommandContext } from './command.ts'

export type SettlementRequest =
  | { readonly action: 'reprocess'; readonly id: number }
  | { readonly action: 'run'; readonly date: string }

/** The step under which a bare action stands in its run. */
const STEP = 'action'

export interface SettlementOutcome {
  readonly value: SettlementAction
  readonly exitCode: ExitCode
}

/** The declared actions over this command's client and settings. */
async function createSettlementActions(
  context: CommandContext,
): Promise<{ readonly reprocess: ReprocessAction; readonly run: RunAction }> {
  const settings = await context.settings()
  const ports: SettlementActionPorts = {
    service: await context.service(),
    clock: context.ports.clock,
    stores: settings.stores,
    rules: { batch: settings.batch },
    verifyAfterMs: settings.verifyAfterMs,
    ...(settings.timeoutMs === undefined ? {} : { timeoutMs: settings.timeoutMs }),
  }
  return { reprocess: createReprocessAction(ports), run: createRunAction(ports) }
}

/** A digest that was printed, a person who can be asked, or nobody: no terminal is not a yes. */
export function approvalModeOf(
  { dialog }: CommandContext,
  confirm: string | undefined,
): ApprovalMode {
  if (confirm !== undefined) return { kind: 'digest', digest: confirm }
  return dialog.approve === undefined ? { kind: 'nobody' } : { kind: 'ask' }
}

export async function performSettlementAction(
  context: CommandContext,
  request: SettlementRequest,
  confirm: string | undefined,
): Promise<SettlementOutcome> {
  const journal = await context.journal()
  const settings = await context.settings()
  const writer = writerFor(journal, request, settings.url, context, confirm)
  return withWriter(writer, async () => {
    return runRequest(context, journal, writer, request, approvalModeOf(context, confirm))
  })
}

/** Goes on with a bare action: an open intent is settled by reading; one that waited is looked at anew. */
export async function resumeSettlementAction(
  context: CommandContext,
  run: string,
  confirm?: string,
): Promise<SettlementOutcome> {
  const journal = await context.journal()
  const settings = await context.settings()
  const header = journal.run(run)
  const request = header?.kind === 'action' ? requestOf(journal.events(run)) : undefined
  if (header === undefined || request === undefined) {
    throw new MtsError({
      code: 'NOT_FOUND',
      exitCode: EXIT.notFound,
      message: text(`정산 처리 기록이 없습니다: ${run}`, `no settlement action on record: ${run}`),
      next: ['mts run list'],
    })
  }
  if (header.url !== settings.url) {
    throw new MtsError({
      code: 'USAGE',
      exitCode: EXIT.usage,
      message: text(
        `이 기록은 ${header.url}의 것입니다(현재 ${settings.url})`,
        `this run belongs to ${header.url} (now ${settings.url})`,
      ),
      next: [`mts run resume ${run} --url ${header.url}`],
    })
  }
  const intent = journal.openIntents({ url: header.url }).find((open) => open.run === run)
  if (intent === undefined && isFinished(header.status)) {
    const finished = finishedValue(journal.events(run))
    if (finished !== undefined) return finished
  }
  const writer = journal.openRun(run)
  return withWriter(writer, async () => {
    writer.append({ kind: 'runResumed', data: { operator: context.ports.operator } })
    if (intent !== undefined) return settleByReading(context, journal, writer, request, intent)
    return runRequest(context, journal, writer, request, approvalModeOf(context, confirm))
  })
}

async function runRequest(
  context: CommandContext,
  journal: Journal,
  writer: RunWriter,
  request: SettlementRequest,
  approval: ApprovalMode,
): Promise<SettlementOutcome> {
  const actions = await createSettlementActions(context)
  const { url } = await context.settings()
  return withGatePorts(context, journal, writer, async (ports) => {
    const common = { step: STEP, approval, url }
    const result: GateResult<SettlementLook, SettlementVerdict> =
      request.action === 'reprocess'
        ? await runGate({ ...common, action: actions.reprocess, input: { id: request.id } }, ports)
        : await runGate({ ...common, action: actions.run, input: { date: request.date } }, ports)
    const value = await valueOf(context, request, writer.run, result)
    return conclude(writer, value)
  })
}

async function settleByReading(
  context: CommandContext,
  journal: Journal,
  writer: RunWriter,
  request: SettlementRequest,
  intent: OpenIntent,
): Promise<SettlementOutcome> {
  const actions = await createSettlementActions(context)
  return withGatePorts(context, journal, writer, async (ports) => {
    const { look, verdict } =
      request.action === 'reprocess'
        ? await reconcileIntent(actions.reprocess, intent, ports)
        : await reconcileIntent(actions.run, intent, ports)
    const value = await valueOf(context, request, writer.run, { kind: 'done', look, verdict })
    return conclude(writer, value)
  })
}

/** The first Ctrl-C stops what has not been sent; once a request is out it only says so, and the second leaves. */
export async function withGatePorts<T>(
  context: CommandContext,
  journal: Journal,
  writer: RunWriter,
  work: (ports: GatePorts) => Promise<T>,
): Promise<T> {
  const hard = new AbortController()
  let sent = false
  const stopListening = context.onInterrupt((count) => {
    if (!sent || count >= 2) {
      hard.abort()
      return
    }
    context.dialog.notify({
      code: 'SENT_KEEP_READING',
      weight: 'important',
      text: text(
        '요청은 이미 전송되었습니다. 결과를 확인하는 중입니다. 한 번 더 누르면 나갑니다',
        'the request has been sent; reading its result, once more to leave',
      ),
    })
  })
  try {
    return await work({
      journal,
      writer,
      clock: context.ports.clock,
      signal: context.signal,
      hardStop: hard.signal,
      dialog: {
        ...context.dialog,
        notify: (notice) => {
          if (notice.code === 'ACTION_SENDING') sent = true
          context.dialog.notify(notice)
        },
      },
    })
  } finally {
    stopListening()
  }
}

async function valueOf(
  context: CommandContext,
  request: SettlementRequest,
  run: string,
  result: GateResult<SettlementLook, SettlementVerdict>,
): Promise<SettlementAction> {
  const { look } = result
  const common = {
    kind: 'SettlementAction' as const,
    action: request.action,
    ...(request.action === 'reprocess' ? { settlementId: request.id } : {}),
    date: request.action === 'run' ? request.date : look.date,
    before: look.before,
    dependencies: look.facts.dependencies,
    run,
  }
  const notActed = {
    after: null,
    sent: false,
    conservation: {
      status: 'not_checked' as const,
      reason: text('보낸 요청이 없어 대사하지 않았습니다', 'not compared: nothing was sent'),
      before: look.sales.kind === 'known' ? look.sales.totals : null,
      after: null,
    },
  }
  switch (result.kind) {
    case 'refused':
      return { ...common, ...notActed, outcome: 'refused', reasons: result.reasons }
    case 'declined':
      return {
        ...common,
        ...notActed,
        outcome: 'confirmation_required',
        reasons: result.reasons,
        rerun: await context.commandLine(wordsOf(request)),
      }
    case 'confirmation_required':
      return {
        ...common,
        ...notActed,
        outcome: 'confirmation_required',
        reasons: result.reasons,
        confirm: result.digest,
        rerun: await context.commandLine([...wordsOf(request), '--confirm', result.digest]),
      }
    case 'done': {
      const { verdict } = result
      return {
        ...common,
        outcome: verdict.outcome,
        reasons: verdict.reasons,
        after: verdict.after,
        ...(verdict.newSettlementId === undefined
          ? {}
          : { newSettlementId: verdict.newSettlementId }),
        conservation: verdict.conservation,
        sent: !verdict.reasons.some((reason) => reason.code === 'NOT_SENT'),
        ...(verdict.outcome === 'unknown'
          ? { rerun: await context.commandLine(['run', 'resume', run]) }
          : {}),
      }
    }
  }
}

function wordsOf(request: SettlementRequest): readonly string[] {
  return request.action === 'reprocess'
    ? ['settle', 'reprocess', String(request.id)]
    : ['settle', 'run', request.date]
}

function exitCodeOf(value: SettlementAction): ExitCode {
  const codes: Readonly<Record<ActionOutcome, ExitCode>> = {
    succeeded: value.conservation.status === 'not_checked' ? EXIT.unknown : EXIT.ok,
    refused: EXIT.refused,
    confirmation_required: EXIT.waiting,
    failed: EXIT.warning,
    violated: EXIT.critical,
    unknown: EXIT.outcomeUnknown,
  }
  return codes[value.outcome]
}

/** The run ends with the action, unless it waits for a yes or for its outcome to be read. */
function conclude(writer: RunWriter, value: SettlementAction): SettlementOutcome {
  const exitCode = exitCodeOf(value)
  if (value.outcome === 'confirmation_required' || value.outcome === 'unknown') {
    writer.append(
      { kind: 'runWaiting', data: { outcome: value.outcome, value } },
      { status: 'waiting' },
    )
  } else {
    const status: RunStatus = value.outcome === 'succeeded' ? 'succeeded' : 'failed'
    writer.append(
      { kind: 'runFinished', data: { status, outcome: value.outcome, value } },
      { status },
    )
  }
  return { value, exitCode }
}

function writerFor(
  journal: Journal,
  request: SettlementRequest,
  url: string,
  context: CommandContext,
  confirm: string | undefined,
): RunWriter {
  const asked = confirm === undefined ? undefined : journal.approval(confirm)
  const header = asked === undefined ? undefined : journal.run(asked.run)
  // A digest goes on in the run that asked for it; one that was spent, or is not ours, starts anew.
  if (header?.kind === 'action' && header.url === url && !isFinished(header.status)) {
    return journal.openRun(header.run)
  }
  return journal.startRun({
    kind: 'action',
    subject: `settlement.${request.action}`,
    url,
    operator: context.ports.operator,
    data: { request },
  })
}

function isFinished(status: RunStatus): boolean {
  return status === 'succeeded' || status === 'failed' || status === 'aborted'
}

function requestOf(events: readonly StoredEvent[]): SettlementRequest | undefined {
  const data = events[0]?.data as { request?: SettlementRequest } | undefined
  return data?.request
}

/** A finished action shows how it ended; nothing is asked or sent again. */
function finishedValue(events: readonly StoredEvent[]): SettlementOutcome | undefined {
  const last = events.findLast((event) => event.kind === 'runFinished')
  const data = last?.data as { value?: SettlementAction } | undefined
  return data?.value === undefined
    ? undefined
    : { value: data.value, exitCode: exitCodeOf(data.value) }
}

/** The right to write the run is given back, however the work ends. */
export async function withWriter<T>(writer: RunWriter, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } finally {
    writer.release()
  }
}
