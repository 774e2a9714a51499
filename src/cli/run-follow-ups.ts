/** `mts run follow-up`: what stays to be done after an incident, listed, written down and closed. */
import { addDays, isSeoulDate, isoSeoul, nextSeoulTime, seoulInstant } from '../core/dates.ts'
import { MtsError } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import type { Journal, JournalEvent, RunHeader } from '../core/journal.ts'
import { cleanText } from '../core/sanitize.ts'
import { text } from '../core/text.ts'
import { foldRun } from '../playbook/fold.ts'
import type { RunState } from '../playbook/run-state.ts'
import type { FollowUpItem, FollowUpList } from '../render/follow-ups.ts'
import { allFollowUpsOf, followUpId, followUpsOfAction, isToDo } from '../report/follow-ups.ts'
import type { CommandContext, Outcome } from './command.ts'
import { usageError } from './usage-error.ts'
import { isRunId, selectRun } from './walk-selection.ts'

export interface FollowUpFlags {
  readonly add?: string
  readonly owner?: string
  readonly due?: string
  readonly close?: string
  readonly reason?: string
  readonly all?: boolean
}

/** Runs that are looked through for what is open, the newest first. */
const MAX_RUNS = 1000
const MAX_WORDS = 500

/** Without flags it lists: of one run everything, of all runs what is open. */
export async function followUps(
  context: CommandContext,
  named: string | undefined,
  flags: FollowUpFlags,
): Promise<Outcome<FollowUpList>> {
  assertFlags(flags)
  const journal = await context.journal()
  if (flags.add !== undefined) return add(context, journal, named, flags)
  if (flags.close !== undefined) return close(context, journal, named, flags)
  if (named !== undefined) {
    const header = selectRun(journal, named, '')
    return listed(itemsOf(journal, header, context))
  }
  const found = journal
    .runs({ limit: MAX_RUNS })
    .flatMap((header) => itemsOf(journal, header, context))
  const open = found.filter((item) => item.status === 'open' && isToDo(item))
  return listed(flags.all === true ? found : open)
}

function assertFlags(flags: FollowUpFlags): void {
  const { add: words, close: id, owner, due, reason } = flags
  if (words !== undefined && id !== undefined) {
    throw usageError(
      text('--add와 --close는 함께 쓸 수 없습니다', '--add and --close exclude each other'),
    )
  }
  if (words === undefined && (owner !== undefined || due !== undefined)) {
    throw usageError(text('--owner와 --due는 --add에 씁니다', '--owner and --due belong to --add'))
  }
  if (id === undefined && reason !== undefined) {
    throw usageError(text('--reason은 --close에 씁니다', '--reason belongs to --close'))
  }
  if (id !== undefined && cleanText(reason ?? '') === '') {
    throw usageError(
      text(
        "닫는 근거를 적으세요: --reason '02:31 #12 COMPLETED'",
        'say with --reason why it is done',
      ),
    )
  }
}

async function add(
  context: CommandContext,
  journal: Journal,
  named: string | undefined,
  flags: FollowUpFlags,
): Promise<Outcome<FollowUpList>> {
  const words = cleanText(flags.add ?? '', MAX_WORDS)
  if (words === '') throw usageError(text('할 일을 적으세요', 'say what is to be done'))
  const header = await runOf(context, journal, named)
  const owner = flags.owner === undefined ? '' : cleanText(flags.owner, 100)
  const due = flags.due === undefined ? undefined : parseDue(flags.due, context.ports.clock.now())
  const id = String((stateOf(journal, header)?.followUps ?? []).length + 1)
  append(journal, header, {
    kind: 'followUpAdded',
    data: {
      id,
      text: words,
      by: context.ports.operator,
      ...(owner === '' ? {} : { owner }),
      ...(due === undefined ? {} : { due }),
    },
  })
  return changed(context, journal, header, followUpId(header.run, id))
}

async function close(
  context: CommandContext,
  journal: Journal,
  named: string | undefined,
  flags: FollowUpFlags,
): Promise<Outcome<FollowUpList>> {
  const given = (flags.close ?? '').trim()
  const dot = given.indexOf('.')
  const inId = dot > 0 && isRunId(given.slice(0, dot)) ? given.slice(0, dot) : undefined
  const own = inId === undefined ? given : given.slice(dot + 1)
  const run = inId ?? named
  if (run === undefined || (named !== undefined && named !== run)) {
    throw usageError(
      text(
        `닫을 번호를 실행 번호와 함께 적으세요: 20261124-01.1 (받은 값: ${given})`,
        `name it with its run, such as 20261124-01.1, not ${given}`,
      ),
    )
  }
  const header = selectRun(journal, run, '')
  const item = itemsOf(journal, header, context).find(({ id }) => id === followUpId(run, own))
  if (item === undefined) throw noSuch(followUpId(run, own), run)
  if (item.status === 'closed') {
    throw usageError(
      text(`이미 닫은 항목입니다: ${item.id}`, `this one is closed already: ${item.id}`),
      [`mts run follow-up ${run}`],
    )
  }
  const reason = cleanText(flags.reason ?? '', MAX_WORDS)
  append(journal, header, {
    kind: 'followUpClosed',
    data: { id: own, reason, by: context.ports.operator },
  })
  return changed(context, journal, header, item.id ?? '')
}

async function changed(
  context: CommandContext,
  journal: Journal,
  header: RunHeader,
  id: string,
): Promise<Outcome<FollowUpList>> {
  return listed(itemsOf(journal, header, context), id)
}

async function listed(items: readonly FollowUpItem[], id?: string): Promise<Outcome<FollowUpList>> {
  const { renderFollowUps } = await import('../render/follow-ups.ts')
  return {
    value: { kind: 'FollowUpList', items, ...(id === undefined ? {} : { changed: id }) },
    exitCode: EXIT.ok,
    faces: { table: renderFollowUps },
  }
}

/** Of one run, open first as it was left, closed last. */
function itemsOf(
  journal: Journal,
  header: RunHeader,
  context: CommandContext,
): readonly FollowUpItem[] {
  const state = stateOf(journal, header)
  const common = { title: state?.document.title ?? text(header.subject, header.subject) }
  if (state === undefined) {
    return followUpsOfAction(header).map((item) => ({
      ...item,
      ...common,
      status: 'open' as const,
    }))
  }
  const nowMs = context.ports.clock.now()
  const items = allFollowUpsOf(state).map((item): FollowUpItem => {
    const own = item.id?.slice(header.run.length + 1) ?? ''
    const closing = state.closedFollowUps?.[own]
    if (closing === undefined) {
      const overdue = item.due !== undefined && dueMs(item.due) < nowMs
      return { ...item, ...common, status: 'open', ...(overdue ? { overdue } : {}) }
    }
    return {
      ...item,
      ...common,
      status: 'closed',
      closedAt: isoSeoul(closing.atMs),
      closedBy: closing.by,
      reason: closing.reason,
    }
  })
  // What left with an export is open there, not here.
  const open = state.exported === undefined ? items.filter(({ status }) => status === 'open') : []
  return [...open, ...items.filter(({ status }) => status === 'closed')]
}

function stateOf(journal: Journal, header: RunHeader): RunState | undefined {
  return header.kind === 'action' ? undefined : foldRun(journal.events(header.run))
}

/** The run named; else the newest that is open, or the newest of this service. */
async function runOf(
  context: CommandContext,
  journal: Journal,
  named: string | undefined,
): Promise<RunHeader> {
  const { url } = await context.settings()
  const newest = journal
    .runs({ kind: 'playbook', limit: MAX_RUNS })
    .find((header) => header.url === url && header.exported === undefined)
  const header =
    named === undefined && newest !== undefined ? newest : selectRun(journal, named, url)
  if (header.kind !== 'action') return header
  throw usageError(
    text(
      `플레이북이나 점검의 실행에만 남길 수 있습니다: ${header.run}`,
      `only runs of playbooks and checklists keep follow-ups, not ${header.run}`,
    ),
    ['mts run list'],
  )
}

/** `YYYY-MM-DD`, `YYYY-MM-DD HH:MM`, or `HH:MM`: the next such time of Seoul. */
function parseDue(words: string, nowMs: number): string {
  const [, date, time] = /^(\d{4}-\d{2}-\d{2})?[T ]?(\d{2}:\d{2})?$/.exec(words.trim()) ?? []
  const isTime = time === undefined || /^([01]\d|2[0-3]):[0-5]\d$/.test(time)
  if ((date === undefined && time === undefined) || !isTime) throw badDue(words)
  if (date !== undefined) {
    if (!isSeoulDate(date)) throw badDue(words)
    return time === undefined ? date : `${date} ${time}`
  }
  return nextSeoulTime(time ?? '', nowMs)
}

function badDue(words: string): MtsError {
  return usageError(
    text(
      `--due는 2026-11-25, "2026-11-25 02:30", 02:30 형식입니다: ${cleanText(words, 40)}`,
      `--due is 2026-11-25, "2026-11-25 02:30" or 02:30, not ${cleanText(words, 40)}`,
    ),
  )
}

/** A day is over at its end. */
function dueMs(due: string): number {
  const [date = '', time] = due.split(' ')
  if (!isSeoulDate(date)) return Number.POSITIVE_INFINITY
  return time === undefined ? seoulInstant(addDays(date, 1), '00:00') : seoulInstant(date, time)
}

function noSuch(id: string, run: string): MtsError {
  return new MtsError({
    code: 'NOT_FOUND',
    exitCode: EXIT.notFound,
    message: text(`없는 후속 조치입니다: ${id}`, `there is no follow-up ${id}`),
    next: [`mts run follow-up ${run}`],
  })
}

function append(journal: Journal, header: RunHeader, event: JournalEvent): void {
  const writer = journal.openRun(header.run)
  try {
    writer.append(event)
  } finally {
    writer.release()
  }
}
