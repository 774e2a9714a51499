/**
 * `mts alerts silence`, and `mts run resume` of it: wires the action to the gate and the journal, and
 * turns how it ended into one value and one exit code.
 */
import { writeMatcher } from '../core/label-matcher.ts'
import { isoSeoul } from '../core/dates.ts'
import { MtsError } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import type { ExitCode } from '../core/exit-code.ts'
import type { Journal, RunHeader, RunWriter } from '../core/journal.ts'
import { text } from '../core/text.ts'
import {
  createSilenceAction,
  createUnsilenceAction,
  type SilenceInput,
  type SilenceLook,
  type SilencePorts,
  type SilenceVerdict,
  type UnsilenceLook,
} from '../alerts/silence-actions.ts'
import type { SilenceResultValue } from '../alerts/silence-value.ts'
import type { GateResult } from '../playbook/gate.ts'
import type { ActionOutcome } from '../playbook/operation.ts'
import { reconcileIntent, runGate } from '../playbook/run-gate.ts'
import type { CommandContext } from './command.ts'
import { approvalModeOf, withGatePorts, withWriter } from './settlement-flow.ts'
import { notConfigured, withTelemetry } from './telemetry-clients.ts'

export type SilenceRequest =
  | { readonly action: 'silence'; readonly input: SilenceInput }
  | { readonly action: 'unsilence'; readonly id: string }

export interface SilenceOutcome {
  readonly value: SilenceResultValue
  readonly exitCode: ExitCode
}

const STEP = 'action'

export function isSilenceRun({ subject }: Pick<RunHeader, 'subject'>): boolean {
  return subject === 'alerts.silence' || subject === 'alerts.unsilence'
}

export async function performSilence(
  context: CommandContext,
  request: SilenceRequest,
  confirm: string | undefined,
): Promise<SilenceOutcome> {
  const journal = await context.journal()
  const { url } = await context.settings()
  const asked = confirm === undefined ? undefined : journal.approval(confirm)
  const header = asked === undefined ? undefined : journal.run(asked.run)
  // A digest goes on in the run that asked for it; one that was spent, or is not ours, starts anew.
  const goesOn =
    header !== undefined &&
    isSilenceRun(header) &&
    header.url === url &&
    header.endedAtMs === undefined
  const writer = goesOn
    ? journal.openRun(header.run)
    : journal.startRun({
        kind: 'action',
        subject: `alerts.${request.action}`,
        url,
        operator: context.ports.operator,
        data: { request },
      })
  return withWriter(writer, () => go(context, journal, writer, request, confirm))
}

/** Goes on with a silence: an open intent is settled by reading, one that waited is looked at anew. */
export async function resumeSilence(
  context: CommandContext,
  run: string,
  confirm?: string,
): Promise<SilenceOutcome> {
  const journal = await context.journal()
  const events = journal.events(run)
  const request = (events[0]?.data as { request?: SilenceRequest } | undefined)?.request
  const ended = events.findLast((event) => event.kind === 'runFinished')
  const known = (ended?.data as { value?: SilenceResultValue } | undefined)?.value
  if (known !== undefined) return { value: known, exitCode: exitCodeOf(known.outcome) }
  if (request === undefined) {
    throw new MtsError({
      code: 'NOT_FOUND',
      exitCode: EXIT.notFound,
      message: text(`침묵 처리 기록이 없습니다: ${run}`, `no silence on record: ${run}`),
      next: ['mts run list'],
    })
  }
  const writer = journal.openRun(run)
  return withWriter(writer, async () => {
    writer.append({ kind: 'runResumed', data: { operator: context.ports.operator } })
    return go(context, journal, writer, request, confirm)
  })
}

async function go(
  context: CommandContext,
  journal: Journal,
  writer: RunWriter,
  request: SilenceRequest,
  confirm: string | undefined,
): Promise<SilenceOutcome> {
  const { url } = await context.settings()
  const approval = approvalModeOf(context, confirm)
  const intent = journal.openIntents({ url }).find((open) => open.run === writer.run)
  return withTelemetry(context, async ({ alertmanager, prometheus }) => {
    if (alertmanager === undefined) throw notConfigured('Alertmanager')
    const ports: SilencePorts = {
      alertmanager,
      ...(prometheus === undefined ? {} : { prometheus }),
      operator: context.ports.operator,
      marker: writer.run,
    }
    return withGatePorts(context, journal, writer, async (gate) => {
      const common = { step: STEP, approval, url }
      if (request.action === 'silence') {
        const action = createSilenceAction(ports)
        const result: GateResult<SilenceLook, SilenceVerdict> =
          intent === undefined
            ? await runGate({ ...common, action, input: request.input }, gate)
            : { kind: 'done', ...(await reconcileIntent(action, intent, gate)) }
        return conclude(context, writer, request, result)
      }
      const action = createUnsilenceAction(ports)
      const result: GateResult<UnsilenceLook, SilenceVerdict> =
        intent === undefined
          ? await runGate({ ...common, action, input: { id: request.id } }, gate)
          : { kind: 'done', ...(await reconcileIntent(action, intent, gate)) }
      return conclude(context, writer, request, result)
    })
  })
}

/** The run ends with the action, unless it waits for a yes or for its outcome to be read. */
async function conclude(
  context: CommandContext,
  writer: RunWriter,
  request: SilenceRequest,
  result: GateResult<SilenceLook | UnsilenceLook, SilenceVerdict>,
): Promise<SilenceOutcome> {
  const value = await valueOf(context, writer.run, request, result)
  const waits = value.outcome === 'confirmation_required' || value.outcome === 'unknown'
  const status = value.outcome === 'succeeded' ? 'succeeded' : 'failed'
  if (waits) {
    writer.append(
      { kind: 'runWaiting', data: { outcome: value.outcome, value } },
      { status: 'waiting' },
    )
  } else {
    writer.append(
      { kind: 'runFinished', data: { status, outcome: value.outcome, value } },
      { status },
    )
  }
  return { value, exitCode: exitCodeOf(value.outcome) }
}

async function valueOf(
  context: CommandContext,
  run: string,
  request: SilenceRequest,
  result: GateResult<SilenceLook | UnsilenceLook, SilenceVerdict>,
): Promise<SilenceResultValue> {
  const { look } = result
  const ended = 'silence' in look ? look.silence : null
  const matchers = request.action === 'silence' ? request.input.matchers : (ended?.matchers ?? [])
  const common = {
    kind: 'SilenceAction' as const,
    action: request.action,
    matchers: matchers.map(writeMatcher),
    reason: request.action === 'silence' ? request.input.reason : (ended?.comment ?? ''),
    ...(request.action === 'silence' ? { forMs: request.input.forMs } : { silenceId: request.id }),
    endsAt: ended === null ? null : isoSeoul(ended.endsAtMs),
    hides: look.reach.hides?.map(({ alertname, labels }) => ({ alertname, labels })) ?? null,
    couldHide: look.reach.couldHide,
    run,
  }
  switch (result.kind) {
    case 'refused':
    case 'declined':
      return { ...common, outcome: 'refused', reasons: result.reasons }
    case 'confirmation_required':
      return {
        ...common,
        outcome: 'confirmation_required',
        reasons: result.reasons,
        confirm: result.digest,
        rerun: await context.commandLine([...wordsOf(request), '--confirm', result.digest]),
      }
    case 'done': {
      const { outcome, reasons, silenceId, endsAtMs } = result.verdict
      return {
        ...common,
        outcome,
        reasons,
        ...(silenceId === undefined ? {} : { silenceId }),
        ...(endsAtMs === undefined ? {} : { endsAt: isoSeoul(endsAtMs) }),
        ...(outcome === 'unknown'
          ? { rerun: await context.commandLine(['run', 'resume', run]) }
          : {}),
      }
    }
  }
}

function wordsOf(request: SilenceRequest): readonly string[] {
  if (request.action === 'unsilence') return ['alerts', 'silence', '--remove', request.id]
  const { matchers, forMs, reason } = request.input
  return [
    'alerts',
    'silence',
    ...matchers.map(writeMatcher),
    '--for',
    `${Math.round(forMs / 1000)}s`,
    '--reason',
    reason,
  ]
}

function exitCodeOf(outcome: ActionOutcome): ExitCode {
  const codes: Readonly<Record<ActionOutcome, ExitCode>> = {
    succeeded: EXIT.ok,
    refused: EXIT.refused,
    confirmation_required: EXIT.waiting,
    failed: EXIT.warning,
    violated: EXIT.critical,
    unknown: EXIT.outcomeUnknown,
  }
  return codes[outcome]
}
