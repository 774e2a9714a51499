/**
 * The gate itself: what `gate.ts` promises, in order. A lock on the date is held from the last look
 * to the verdict; the intent is on disk before the request leaves; a crash at any line leaves either
 * nothing sent, or an open intent that is settled by reading.
 */
import { digestOf } from '../core/digest.ts'
import { durationText } from '../core/duration.ts'
import { MtsError, messageOf } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import type { DateLock, OpenIntent } from '../core/journal.ts'
import { text } from '../core/text.ts'
import type { GatePorts, GateRequest, GateResult } from './gate.ts'
import type { ActionDeclaration, Look, OperationContext, Reason, Verdict } from './operation.ts'

/** An approval is good for ten minutes. */
const APPROVAL_MS = 10 * 60_000
/** The request leaves only on facts at most this old. */
const FRESH_MS = 2000

/** What `actionIntended` carries: enough to settle the outcome by reading after any crash. */
interface IntentData {
  readonly input: unknown
  readonly look: unknown
  readonly sentAtMs: number
}

export async function runGate<Input, L extends Look, S, V extends Verdict>(
  request: GateRequest<Input, L, S, V>,
  ports: GatePorts,
): Promise<GateResult<L, V>> {
  const { action, input, approval } = request
  const { clock, dialog, signal } = ports
  const context: OperationContext = { clock, signal }

  if (approval.kind === 'digest') return confirmByDigest(request, ports)

  const look = await action.look(input, context)
  assertNoOpenIntent(look, request, ports)
  if (look.refusals.length > 0) return { kind: 'refused', look, reasons: look.refusals }
  if (approval.kind === 'nobody' || dialog.approve === undefined) {
    return askLater(look, [], request, ports)
  }
  const answer = await dialog.approve({
    kind: 'approval',
    code: 'APPROVE_ACTION',
    expected: look.typedConfirmation,
    prompt: look.confirmationPrompt,
    value: { action: action.id, look },
  })
  if (answer !== 'yes') {
    return { kind: 'declined', look, reasons: [declined()] }
  }
  const lock = ports.journal.lockDate(request.url, look.date, ports.writer.run)
  try {
    const last = await action.look(input, context)
    assertNoOpenIntent(last, request, ports)
    if (last.refusals.length > 0) return { kind: 'refused', look: last, reasons: last.refusals }
    if (last.date !== look.date || digestOf(last.evidence) !== digestOf(look.evidence)) {
      return { kind: 'declined', look: last, reasons: [evidenceChanged()] }
    }
    return await perform(last, undefined, request, ports)
  } finally {
    lock.release()
  }
}

async function confirmByDigest<Input, L extends Look, S, V extends Verdict>(
  request: GateRequest<Input, L, S, V>,
  ports: GatePorts,
): Promise<GateResult<L, V>> {
  const { action, input, approval } = request
  if (approval.kind !== 'digest') throw new Error('confirmByDigest without a digest')
  const context: OperationContext = { clock: ports.clock, signal: ports.signal }
  const asked = ports.journal.approval(approval.digest)
  const problem = approvalProblem(asked, request, ports)
  if (asked === undefined || problem !== undefined) {
    const look = await action.look(input, context)
    assertNoOpenIntent(look, request, ports)
    if (look.refusals.length > 0) return { kind: 'refused', look, reasons: look.refusals }
    return askLater(look, problem === undefined ? [] : [problem], request, ports)
  }
  // The date is not known before the look, the lock must be held during the last one: look twice.
  const first = await action.look(input, context)
  let lock: DateLock | undefined
  try {
    let look = first
    if (first.refusals.length === 0) {
      assertNoOpenIntent(first, request, ports)
      lock = ports.journal.lockDate(request.url, first.date, ports.writer.run)
      look = await action.look(input, context)
    }
    assertNoOpenIntent(look, request, ports)
    if (look.refusals.length > 0) return { kind: 'refused', look, reasons: look.refusals }
    const digest = digestFor(look, asked.askedAtMs, request, ports)
    if (look.date !== first.date || digest !== approval.digest) {
      return askLater(look, [evidenceChanged()], request, ports)
    }
    return await perform(look, approval.digest, request, ports)
  } finally {
    lock?.release()
  }
}

function approvalProblem<Input, L extends Look, S, V extends Verdict>(
  asked: ReturnType<GatePorts['journal']['approval']>,
  request: GateRequest<Input, L, S, V>,
  ports: GatePorts,
): Reason | undefined {
  if (asked?.usedAtMs !== undefined) {
    return {
      code: 'CONFIRM_USED',
      message: text(
        '이미 사용한 승인값입니다. 승인은 한 번만 유효합니다',
        'this digest was used already; an approval is good once',
      ),
    }
  }
  if (
    asked === undefined ||
    asked.run !== ports.writer.run ||
    asked.action !== request.action.id ||
    asked.step !== request.step
  ) {
    return {
      code: 'CONFIRM_UNKNOWN',
      message: text(
        '이 처리에서 요청한 승인값이 아닙니다. 새로 확인하세요',
        'this digest was not asked for by this action; look again',
      ),
    }
  }
  if (ports.clock.now() >= asked.expiresAtMs) {
    return {
      code: 'CONFIRM_EXPIRED',
      message: text('승인값이 만료되었습니다(10분)', 'this digest has expired (ten minutes)'),
    }
  }
  return undefined
}

/** The digest is bound to where, what, on which evidence, in which run, and when it was asked. */
function digestFor<Input, L extends Look, S, V extends Verdict>(
  look: L,
  askedAtMs: number,
  request: GateRequest<Input, L, S, V>,
  ports: GatePorts,
): string {
  // 128 bits: short enough to be pasted, far too long to be guessed.
  return digestOf({
    url: request.url,
    action: request.action.id,
    input: request.input,
    step: request.step,
    evidence: look.evidence,
    run: ports.writer.run,
    askedAtMs,
  }).slice(0, 32)
}

function askLater<Input, L extends Look, S, V extends Verdict>(
  look: L,
  reasons: readonly Reason[],
  request: GateRequest<Input, L, S, V>,
  ports: GatePorts,
): GateResult<L, V> {
  const askedAtMs = Math.trunc(ports.clock.now())
  const digest = digestFor(look, askedAtMs, request, ports)
  ports.writer.askApproval(
    {
      digest,
      step: request.step,
      action: request.action.id,
      askedAtMs,
      expiresAtMs: askedAtMs + (request.expiresInMs ?? APPROVAL_MS),
    },
    { digest, action: request.action.id, input: request.input, evidence: look.evidence },
  )
  return { kind: 'confirmation_required', look, digest, reasons }
}

/** From here on the date is locked, the facts are fresh and the approval is given. */
async function perform<Input, L extends Look, S, V extends Verdict>(
  look: L,
  digest: string | undefined,
  request: GateRequest<Input, L, S, V>,
  ports: GatePorts,
): Promise<GateResult<L, V>> {
  const { action, input, step } = request
  const { clock, writer, dialog } = ports
  if (ports.signal.aborted) return { kind: 'declined', look, reasons: [declined()] }
  if (isStale(look, ports)) return { kind: 'refused', look, reasons: [stale()] }

  const sentAtMs = clock.now()
  const intent: IntentData = { input, look, sentAtMs }
  writer.intend({
    step,
    action: action.id,
    date: look.date,
    ...(digest === undefined ? {} : { digest }),
    nowMs: sentAtMs,
    data: intent,
  })
  // The disk may have been slow: facts that grew old meanwhile are not acted on.
  if (isStale(look, ports) || ports.signal.aborted) {
    const reasons = ports.signal.aborted ? [declined()] : [stale()]
    writer.finishAction({ step, data: { outcome: 'failed', sent: false, reasons } })
    return { kind: 'refused', look, reasons }
  }

  const late = new AbortController()
  const hardStop = ports.hardStop ?? late.signal
  const context: OperationContext = { clock, signal: hardStop }
  dialog.notify({
    code: 'ACTION_SENDING',
    text: text('요청을 보냅니다', 'sending the request'),
    weight: 'progress',
    data: { action: action.id, sentAtMs },
  })
  const sending = orStopped(action.send(input, look, context), hardStop)
  const sent = await withProgress(sending, action.timeLimitMs, ports)
  writer.append({ kind: 'probeObserved', step, data: { sent } })
  const verdict = await orStopped(
    action.reconcile(input, { look, sentAtMs, sent }, context),
    hardStop,
  )
  recordFinish(step, verdict, ports)
  return { kind: 'done', look, verdict }
}

/**
 * Settles an intent that a crash, a lost answer or Ctrl-C left open: by reading, never by sending.
 * `data` is what the intent carried.
 */
export async function reconcileIntent<Input, L extends Look, S, V extends Verdict>(
  action: ActionDeclaration<Input, L, S, V>,
  intent: OpenIntent,
  ports: GatePorts,
): Promise<{ readonly look: L; readonly verdict: V }> {
  const data = intent.data as IntentData
  const input = action.inputs.parse(data.input)
  const look = data.look as L
  const sent = recordedAnswer<S>(intent, ports)
  const lock = ports.journal.lockDate(intent.url, intent.date, ports.writer.run)
  try {
    const verdict = await action.reconcile(
      input,
      { look, sentAtMs: intent.sentAtMs, sent },
      { clock: ports.clock, signal: ports.hardStop ?? ports.signal },
    )
    recordFinish(intent.step, verdict, ports)
    return { look, verdict }
  } finally {
    lock.release()
  }
}

/** The answer, if it reached the disk: after the last intent of that step. */
function recordedAnswer<S>(intent: OpenIntent, ports: GatePorts): S | undefined {
  let sent: S | undefined
  for (const event of ports.journal.events(intent.run)) {
    if (event.step !== intent.step) continue
    if (event.kind === 'actionIntended') sent = undefined
    if (event.kind === 'probeObserved') {
      const data = event.data as { sent?: S } | null
      if (data?.sent !== undefined) sent = data.sent
    }
  }
  return sent
}

/** The verdict is told even if the disk fails now: the open intent on it keeps the date blocked. */
function recordFinish(step: string, verdict: Verdict, ports: GatePorts): void {
  try {
    ports.writer.finishAction({ step, data: verdict })
  } catch (error) {
    ports.dialog.notify({
      code: 'JOURNAL_UNWRITABLE',
      weight: 'important',
      text: text(
        `결과를 기록하지 못했습니다(${messageOf(error)}). 디스크를 확인한 뒤: mts run resume ${ports.writer.run}`,
        `the result could not be recorded (${messageOf(error)}); check the disk, then: mts run resume ${ports.writer.run}`,
      ),
    })
  }
}

function assertNoOpenIntent<Input, L extends Look, S, V extends Verdict>(
  look: L,
  request: GateRequest<Input, L, S, V>,
  ports: GatePorts,
): void {
  if (look.date === '') return
  const [open] = ports.journal.openIntents({ url: request.url, date: look.date })
  if (open === undefined) return
  throw new MtsError({
    code: 'INTENT_OPEN',
    exitCode: EXIT.busy,
    message: text(
      `${look.date}에 결과가 확인되지 않은 요청이 있습니다(${open.run}). 먼저 결과를 확인하세요`,
      `a request on ${look.date} whose outcome is not known is on record (${open.run}); settle it first`,
    ),
    next: [`mts run resume ${open.run} --url ${request.url}`],
  })
}

function isStale(look: Look, ports: GatePorts): boolean {
  return ports.clock.monotonicMs() - look.startedMonotonicMs > FRESH_MS
}

/** The second Ctrl-C: leave at once. The intent stays open and blocks the date until it is read. */
function orStopped<T>(work: Promise<T>, hardStop: AbortSignal): Promise<T> {
  const interrupted = (): MtsError =>
    new MtsError({
      code: 'INTERRUPTED',
      exitCode: EXIT.interrupted,
      message: text(
        '중단했습니다. 요청은 이미 전송되었고 결과는 아직 모릅니다',
        'interrupted; the request had been sent and its outcome is not known',
      ),
    })
  if (hardStop.aborted) return Promise.reject(interrupted())
  return new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(interrupted())
    hardStop.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => hardStop.removeEventListener('abort', stop))
  })
}

/** Tells once a second how long the answer has been awaited. */
async function withProgress<T>(
  work: Promise<T>,
  limitMs: number | undefined,
  ports: GatePorts,
): Promise<T> {
  const most = limitMs === undefined ? text('1분', 'a minute') : durationText(limitMs)
  const done = new AbortController()
  const startedMs = ports.clock.monotonicMs()
  const tick = async (): Promise<void> => {
    for (;;) {
      await ports.clock.sleep(1000, done.signal)
      const seconds = Math.round((ports.clock.monotonicMs() - startedMs) / 1000)
      ports.dialog.notify({
        code: 'ACTION_WAITING',
        weight: 'progress',
        text: text(
          `응답 대기 ${seconds}초(최대 ${most.ko})`,
          `waiting for the answer, ${seconds} s (${most.en} at most)`,
        ),
        data: { seconds },
      })
    }
  }
  tick().catch((error: unknown) => {
    // It ends by being aborted when the answer is there; anything else is a defect.
    if (!done.signal.aborted) throw error
  })
  try {
    return await work
  } finally {
    done.abort()
  }
}

function declined(): Reason {
  return {
    code: 'DECLINED',
    message: text('취소했습니다. 보낸 요청이 없습니다', 'cancelled; nothing was sent'),
  }
}

function evidenceChanged(): Reason {
  return {
    code: 'EVIDENCE_CHANGED',
    message: text(
      '확인한 뒤 상태가 바뀌어 보내지 않았습니다. 다시 확인하세요',
      'what was seen has changed since; nothing was sent, look again',
    ),
  }
}

function stale(): Reason {
  return {
    code: 'STALE_FACTS',
    message: text(
      '조회가 2초를 넘겨 보내지 않았습니다. 서비스가 느리면 잠시 후 다시 시도하세요',
      'the facts were more than 2 s old when ready to send; nothing was sent, try again when the service answers faster',
    ),
  }
}
