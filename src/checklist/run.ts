/** A checklist as it stands: items from the run's state, what changed since the last signed one, its exit code. */
import { isoSeoul, seoulDateOf, type SeoulDate } from '../core/dates.ts'
import { EXIT, type ExitCode } from '../core/exit-code.ts'
import { text, type Text } from '../core/text.ts'
import type { Step } from '../playbook/document.ts'
import type { RunState, StepState } from '../playbook/run-state.ts'
import { numericChanges, type Change } from './run-change.ts'

export type ItemStatus =
  | 'pass'
  | 'warning'
  | 'fail'
  | 'unknown'
  | 'skipped'
  /** Needs a person, and nobody has answered yet. */
  | 'unanswered'

export interface ChecklistItem {
  readonly id: string
  readonly title: Text
  readonly status: ItemStatus
  readonly blocking?: true
  readonly observed?: Text
  readonly reason?: Text
  /** Numbers that differ from the last signed checklist. */
  readonly change?: readonly Change[]
  /** Numbers that differ from the one signed a week ago. */
  readonly changeWeek?: readonly Change[]
  /** The status it had in the last signed checklist, where that was another. */
  readonly before?: ItemStatus
  readonly evidence?: { readonly source: string; readonly value?: unknown }
  /** What a person entered. */
  readonly answers?: Readonly<Record<string, unknown>>
  readonly note?: string
  /** What to do about a failed one. */
  readonly next?: Text
  /** How often it failed or warned in the last 90 days. */
  readonly caughtCount?: number
}

export interface ChecklistRun {
  readonly kind: 'ChecklistRun'
  readonly checklist: string
  readonly title: Text
  readonly date: SeoulDate
  readonly run: string
  readonly url: string
  readonly items: readonly ChecklistItem[]
  /** The worst that stands out: fail, warning, unanswered, unknown, pass. */
  readonly status: Exclude<ItemStatus, 'skipped'>
  /** Items that are not as in the last signed checklist; absent when there is none. */
  readonly changed?: { readonly items: number; readonly since: SeoulDate }
  readonly signed?: { readonly by: string; readonly at: string }
  readonly operator: string
  /** The exact command that goes on, as long as it is not signed. */
  readonly rerun?: string
  /** Checklists that are due on the same day. */
  readonly alsoDue?: readonly string[]
  /** The business day it was due on, when that is not today. */
  readonly dueOn?: SeoulDate
}

/** What a checklist may be held against besides the last signed one. */
export interface ChecklistAround {
  /** Wall clock: what was seen too long before is no longer evidence. Absent: as it was then. */
  readonly nowMs?: number
  readonly weekAgo?: RunState
  readonly caught?: ReadonlyMap<string, number>
  readonly alsoDue?: readonly string[]
  readonly dueOn?: SeoulDate
}

/** What was read longer ago has to be read again before anybody signs it. */
export const FRESH_MS = 3_600_000

export function checklistValue(
  state: RunState,
  previous: RunState | undefined,
  rerun: string,
  around: ChecklistAround = {},
): ChecklistRun {
  const items = checklistItems(state, previous, around)
  const { signed } = state
  return {
    kind: 'ChecklistRun',
    checklist: state.document.id,
    title: state.document.title,
    date: seoulDateOf(state.startedAtMs),
    run: state.run,
    url: state.url,
    items,
    status: statusOf(items),
    ...(previous === undefined
      ? {}
      : {
          changed: {
            items: items.filter((item) => item.before !== undefined).length,
            since: seoulDateOf(previous.startedAtMs),
          },
        }),
    operator: state.operator,
    ...((around.alsoDue ?? []).length === 0 ? {} : { alsoDue: around.alsoDue ?? [] }),
    ...(around.dueOn === undefined ? {} : { dueOn: around.dueOn }),
    ...(signed === undefined
      ? { rerun }
      : { signed: { by: signed.by, at: isoSeoul(signed.atMs) } }),
  }
}

export function checklistItems(
  state: RunState,
  previous: RunState | undefined,
  around: ChecklistAround = {},
): readonly ChecklistItem[] {
  return state.document.steps.map((step) => itemOf(step, state, previous, around))
}

/** A pass that was read so long ago that it proves nothing about now. */
export function isExpired(step: Step, state: RunState, nowMs: number): boolean {
  const own = state.steps[step.id]
  return (
    step.type === 'probe' &&
    state.signed === undefined &&
    own?.status === 'succeeded' &&
    own.endedAtMs !== undefined &&
    nowMs - own.endedAtMs > FRESH_MS
  )
}

/** A failed blocking item 2, a failed one or a warning 1, else unanswered 4, else unknown 3, else 0. */
export function exitCodeOfChecklist(value: ChecklistRun): ExitCode {
  if (value.items.some((item) => item.status === 'fail' && item.blocking === true)) {
    return EXIT.critical
  }
  const codes: Readonly<Record<ChecklistRun['status'], ExitCode>> = {
    fail: EXIT.warning,
    warning: EXIT.warning,
    unanswered: EXIT.waiting,
    unknown: EXIT.unknown,
    pass: EXIT.ok,
  }
  return codes[value.status]
}

const ORDER = ['fail', 'warning', 'unanswered', 'unknown'] as const

function statusOf(items: readonly ChecklistItem[]): ChecklistRun['status'] {
  for (const status of ORDER) {
    if (items.some((item) => item.status === status)) return status
  }
  return 'pass'
}

function itemOf(
  step: Step,
  state: RunState,
  previous: RunState | undefined,
  { nowMs, weekAgo, caught }: ChecklistAround,
): ChecklistItem {
  const own = state.steps[step.id]
  const last = previous?.steps[step.id]
  const expired = nowMs !== undefined && isExpired(step, state, nowMs)
  const status = expired ? 'unknown' : itemStatus(step, own)
  const before = last === undefined || previous === undefined ? undefined : itemStatus(step, last)
  const change =
    own === undefined || last === undefined ? [] : numericChanges(last.value, own.value)
  const changeWeek = numericChanges(weekAgo?.steps[step.id]?.value, own?.value)
  const caughtCount = caught?.get(step.id)
  const observed = own?.observed
  const evidence = evidenceOf(own)
  const note = (own?.notes ?? []).join(' / ')
  return {
    id: step.id,
    title: step.title,
    status,
    ...(step.blocking === true ? { blocking: true } : {}),
    ...(observed === undefined ? {} : { observed }),
    ...(expired ? { reason: expiredWords(own) } : reasonOf(step, state)),
    ...(change.length === 0 ? {} : { change }),
    ...(changeWeek.length === 0 ? {} : { changeWeek }),
    ...(before === undefined || before === status ? {} : { before }),
    ...(evidence === undefined ? {} : { evidence }),
    ...(own?.answers === undefined ? {} : { answers: own.answers }),
    ...(note === '' ? {} : { note }),
    ...(status === 'fail' && step.finding !== undefined ? { next: step.finding.message } : {}),
    ...(caughtCount === undefined ? {} : { caughtCount }),
  }
}

function expiredWords(own: StepState | undefined): Text {
  const at = isoSeoul(own?.endedAtMs ?? 0).slice(11, 16)
  return text(`${at}에 본 것: 다시 확인하세요`, `seen at ${at}: look again`)
}

function itemStatus(step: Step, own: StepState | undefined): ItemStatus {
  switch (own?.status) {
    case 'succeeded':
      return own.verdict === 'warning' ? 'warning' : 'pass'
    case 'failed':
      return 'fail'
    case 'skipped':
      return 'skipped'
    case 'inconclusive':
    case 'unknown':
      return 'unknown'
    case 'pending':
    case 'running':
    case 'waiting':
    case undefined:
      return asksPerson(step, own) ? 'unanswered' : 'unknown'
  }
}

function asksPerson(step: Step, own: StepState | undefined): boolean {
  return (
    step.type === 'manual' || step.type === 'approval' || own?.asksWhetherItApplies !== undefined
  )
}

function reasonOf(step: Step, state: RunState): { readonly reason?: Text } {
  const own = state.steps[step.id]
  if (own?.reason !== undefined) return { reason: own.reason }
  if (own?.asksWhetherItApplies === undefined || own.endedAtMs !== undefined) return {}
  const { steps } = state.document
  const waitsForAnother = steps
    .slice(0, steps.indexOf(step))
    .some((earlier) => itemStatus(earlier, state.steps[earlier.id]) === 'unanswered')
  return {
    reason: waitsForAnother
      ? text('앞 항목의 답을 기다립니다', 'waits for the answer of an earlier item')
      : own.asksWhetherItApplies,
  }
}

function evidenceOf(own: StepState | undefined): ChecklistItem['evidence'] {
  const observation = own?.observation
  if (observation === undefined) return undefined
  return observation.kind === 'observed'
    ? { source: observation.source, value: observation.value }
    : { source: observation.source }
}
