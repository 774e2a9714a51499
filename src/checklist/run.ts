/** A checklist as it stands: items from the run's state, what changed since the last signed one, its exit code. */
import { isoSeoul, isSeoulDate, seoulDateOf, type SeoulDate } from '../core/dates.ts'
import { EXIT, type ExitCode } from '../core/exit-code.ts'
import type { RunStatus } from '../core/journal.ts'
import { text, type Text } from '../core/text.ts'
import type { Step } from '../playbook/document.ts'
import type { RunState, StepState } from '../playbook/run-state.ts'
import { namesDiffer, numericChanges, type Change } from './run-change.ts'

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
  /** What it is called where several share a line. */
  readonly short?: Text
  readonly status: ItemStatus
  readonly blocking?: true
  /** Whose answer alone counts. */
  readonly ownerOnly?: string
  /** Not answered yet, and another source is asked for: until then no screen shows its figures. */
  readonly concealedUntil?: string
  /** What was found elsewhere leaves nothing to look at here. */
  readonly notApplicable?: true
  /** The walk stands before it. */
  readonly notReached?: true
  readonly observed?: Text
  readonly reason?: Text
  /** Numbers that differ from the last signed checklist. */
  readonly change?: readonly Change[]
  /** Numbers that differ from the one signed a week ago. */
  readonly changeWeek?: readonly Change[]
  /** The status it had in the last signed checklist, where that was another. */
  readonly before?: ItemStatus
  /** It was judged then and now, and came out otherwise, or names other things. */
  readonly changed?: true
  readonly evidence?: { readonly source: string; readonly value?: unknown }
  /** What a person entered. */
  readonly answers?: Readonly<Record<string, unknown>>
  readonly note?: string
  /** What to do about one that failed or warns. */
  readonly next?: Text
  /** The playbook that treats it, with what it is to be begun with. */
  readonly playbook?: PlaybookToOpen
  /** Playbooks that were opened from it. */
  readonly opened?: readonly OpenedPlaybook[]
  /** How often it failed or warned in the last 90 days. */
  readonly caughtCount?: number
}

export interface PlaybookToOpen {
  readonly id: string
  /** The date that is not as it must be, where the item names one. */
  readonly date?: SeoulDate
}

export interface OpenedPlaybook {
  readonly item: string
  readonly run: string
  readonly playbook: string
  readonly status: RunStatus
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
  /** `hash` is the run's last one when it was signed: it stands for every event before it. */
  readonly signed?: { readonly by: string; readonly at: string; readonly hash: string }
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
  readonly opened?: readonly OpenedPlaybook[]
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
            items: items.filter(({ changed }) => changed === true).length,
            since: seoulDateOf(previous.startedAtMs),
          },
        }),
    operator: state.operator,
    ...((around.alsoDue ?? []).length === 0 ? {} : { alsoDue: around.alsoDue ?? [] }),
    ...(around.dueOn === undefined ? {} : { dueOn: around.dueOn }),
    ...(signed === undefined
      ? { rerun }
      : { signed: { by: signed.by, at: isoSeoul(signed.atMs), hash: signed.hash } }),
  }
}

/** It came out otherwise than last time. A question that is still open, or did not come up then, is no change. */
function isChanged(before: ItemStatus | undefined, status: ItemStatus): boolean {
  return before !== undefined && before !== status && JUDGED.has(before) && JUDGED.has(status)
}

/** It stood out then as now, and for another reason. */
function isNews(
  status: ItemStatus,
  last: StepState | undefined,
  own: StepState | undefined,
): boolean {
  if (last === undefined || (status !== 'fail' && status !== 'warning')) return false
  return namesDiffer(last.value, own?.value)
}

const JUDGED: ReadonlySet<ItemStatus> = new Set(['pass', 'warning', 'fail', 'unknown'])

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
  { nowMs, weekAgo, caught, opened = [] }: ChecklistAround,
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
  const concealedUntil = concealing(step, state)
  const openedHere = opened.filter(({ item }) => item === step.id)
  return {
    id: step.id,
    title: step.title,
    ...(step.short === undefined ? {} : { short: step.short }),
    status,
    ...(step.blocking === true ? { blocking: true } : {}),
    ...(step.type === 'manual' && step.ownerOnly !== undefined
      ? { ownerOnly: step.ownerOnly }
      : {}),
    ...(concealedUntil === undefined ? {} : { concealedUntil }),
    ...(own?.skippedBy === 'condition' ? { notApplicable: true } : {}),
    ...(isReached(step, own) ? {} : { notReached: true }),
    ...(observed === undefined ? {} : { observed }),
    ...(expired ? { reason: expiredWords(own) } : reasonOf(step, state)),
    ...(change.length === 0 ? {} : { change }),
    ...(changeWeek.length === 0 ? {} : { changeWeek }),
    ...(before === undefined || before === status ? {} : { before }),
    ...(isReached(step, own) && (isChanged(before, status) || isNews(status, last, own))
      ? { changed: true }
      : {}),
    ...(evidence === undefined ? {} : { evidence }),
    ...(own?.answers === undefined ? {} : { answers: own.answers }),
    ...(note === '' ? {} : { note }),
    ...nextOf(step, status, own?.value),
    ...goingOn(openedHere),
    ...(openedHere.length === 0 ? {} : { opened: openedHere }),
    ...(caughtCount === undefined ? {} : { caughtCount }),
  }
}

/** The open item that asks another source for what this one shows. */
function concealing(step: Step, state: RunState): string | undefined {
  return state.document.steps.find(
    (other) =>
      other.type === 'manual' &&
      other.conceals?.includes(step.id) === true &&
      itemStatus(other, state.steps[other.id]) === 'unanswered',
  )?.id
}

/** A playbook is begun with the date that stands open, not with yesterday. */
function nextOf(
  step: Step,
  status: ItemStatus,
  value: unknown,
): Pick<ChecklistItem, 'next' | 'playbook'> {
  if (status !== 'fail' && status !== 'warning') return {}
  const id = step.playbook ?? namedPlaybook(value)
  if (id === undefined) {
    return step.finding === undefined ? {} : { next: step.finding.message }
  }
  const date = openDateOf(value)
  const words = `mts playbook ${id}${date === undefined ? '' : ` --input date=${date}`}`
  return {
    next: text(words, words),
    playbook: { id, ...(date === undefined ? {} : { date }) },
  }
}

/** One that was opened is gone on with, not begun a second time. */
function goingOn(opened: readonly OpenedPlaybook[]): Pick<ChecklistItem, 'next'> {
  const open = opened.find(({ status }) => !OVER.has(status))
  return open === undefined
    ? {}
    : { next: text(`mts run resume ${open.run}`, `mts run resume ${open.run}`) }
}

const OVER: ReadonlySet<RunStatus> = new Set(['succeeded', 'failed', 'aborted'])

/** The first of the playbooks that an observation names itself. */
function namedPlaybook(value: unknown): string | undefined {
  const named = (value as { readonly playbooks?: unknown } | null | undefined)?.playbooks
  const [first] = Array.isArray(named) ? (named as readonly unknown[]) : []
  return typeof first === 'string' ? first : undefined
}

/** The oldest of the dates that an observation calls open. */
function openDateOf(value: unknown): SeoulDate | undefined {
  const open = (value as { readonly open?: unknown } | null | undefined)?.open
  const [first] = Array.isArray(open) ? (open as readonly unknown[]) : []
  const date = (first as { readonly date?: unknown } | null | undefined)?.date
  return typeof date === 'string' && isSeoulDate(date) ? date : undefined
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
  return step.type === 'manual' || step.type === 'action' || own?.asksWhetherItApplies !== undefined
}

function reasonOf(step: Step, state: RunState): { readonly reason?: Text } {
  const own = state.steps[step.id]
  if (own?.reason !== undefined) return { reason: own.reason }
  if (!isReached(step, own)) return { reason: text('아직 확인하지 않음', 'not looked at yet') }
  if (step.type === 'manual' && step.ownerOnly !== undefined && !isAnswered(own)) {
    const name = step.ownerOnly
    return { reason: text(`${name}의 답만 인정`, `only ${name} can answer`) }
  }
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

function isReached(step: Step, own: StepState | undefined): boolean {
  return asksPerson(step, own) || own?.observation !== undefined || isAnswered(own)
}

function isAnswered(own: StepState | undefined): boolean {
  return own?.endedAtMs !== undefined
}

function evidenceOf(own: StepState | undefined): ChecklistItem['evidence'] {
  const observation = own?.observation
  if (observation === undefined) return undefined
  return observation.kind === 'observed'
    ? { source: observation.source, value: observation.value }
    : { source: observation.source }
}
