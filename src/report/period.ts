/** The report on a day, a week or a month: its checklists, its incidents, and what is still open. */
import { addDays, isoSeoul, type SeoulDate } from '../core/dates.ts'
import type { ChainReport, RunHeader } from '../core/journal.ts'
import { parseWon } from '../core/money.ts'
import { text, type Text } from '../core/text.ts'
import type { ChecklistItem, ChecklistRun } from '../checklist/run.ts'
import type { RunState } from '../playbook/run-state.ts'
import type { LineChart } from './chart.ts'
import { followUpsOf } from './follow-ups.ts'
import { plainReport } from './plain.ts'
import { salesAtStake, salesWords } from './prevented.ts'
import {
  journalStamp,
  type FollowUp,
  type PeriodChecklist,
  type PeriodIncident,
  type PeriodItem,
  type PeriodReport,
  type Prevented,
} from './report.ts'

export type Period = 'daily' | 'weekly' | 'monthly'

export interface PeriodFacts {
  readonly report: PeriodReport['report']
  readonly from: SeoulDate
  readonly to: SeoulDate
  readonly url: string
  /** Checklists begun in the period, oldest first. */
  readonly checklists: readonly ChecklistRun[]
  /** Also of the days before, so that one day has a curve; oldest first. */
  readonly history: readonly ChecklistRun[]
  readonly incidents: readonly {
    readonly header: RunHeader
    readonly state?: RunState
    readonly title: Text
    /** How a bare action ended. */
    readonly finding?: PeriodIncident['finding']
  }[]
  readonly prevented: readonly Prevented[]
  readonly chain: ChainReport
  readonly nowMs: number
}

const TITLES: Readonly<Record<PeriodReport['report'], Text>> = {
  daily: text('일일 보고', 'Daily report'),
  weekly: text('주간 보고', 'Weekly report'),
  monthly: text('월간 보고', 'Monthly report'),
  checklist: text('점검 보고', 'Checklist report'),
}

/** `daily` the date itself, `weekly` the seven days up to it, `monthly` its month up to it. */
export function periodOf(period: Period, date: SeoulDate): { from: SeoulDate; to: SeoulDate } {
  if (period === 'daily') return { from: date, to: date }
  if (period === 'weekly') return { from: addDays(date, -6), to: date }
  return { from: `${date.slice(0, 8)}01`, to: date }
}

export function periodReport(facts: PeriodFacts): PeriodReport {
  const { checklists, incidents } = facts
  const grouped = groupChecklists(checklists)
  const followUps = followUpsIn(facts)
  return plainReport({
    kind: 'Report',
    report: facts.report,
    title: TITLES[facts.report],
    url: facts.url,
    from: facts.from,
    to: facts.to,
    generatedAt: isoSeoul(facts.nowMs),
    journal: journalStamp(facts.chain),
    summary: summaryOf(facts, followUps.length),
    checklists: grouped,
    incidents: incidents.map(incidentOf),
    prevented: facts.prevented,
    followUps,
    charts: itemCharts(facts.history),
  })
}

function incidentOf({
  header,
  state,
  title,
  finding: ended,
}: PeriodFacts['incidents'][number]): PeriodIncident {
  const finding = state?.ending?.finding ?? ended
  return {
    run: header.run,
    title,
    ...(state?.document.priority === undefined ? {} : { priority: state.document.priority }),
    status: header.status,
    startedAt: isoSeoul(header.startedAtMs),
    ...(header.endedAtMs === undefined ? {} : { endedAt: isoSeoul(header.endedAtMs) }),
    operator: header.operator,
    ...(finding === undefined ? {} : { finding: { code: finding.code, message: finding.message } }),
  }
}

function groupChecklists(runs: readonly ChecklistRun[]): readonly PeriodChecklist[] {
  const ids = [...new Set(runs.map((run) => run.checklist))]
  return ids.map((id) => {
    const own = runs.filter((run) => run.checklist === id)
    const last = own.at(-1)
    return {
      id,
      title: last?.title ?? text(id, id),
      runs: own.map((run) => ({
        run: run.run,
        date: run.date,
        status: run.status,
        operator: run.operator,
        ...(run.signed === undefined ? {} : { signedBy: run.signed.by }),
      })),
      items: itemsOf(lastOfEachDay(own)),
    }
  })
}

/** Begun again on a day: what was found last counts. */
function lastOfEachDay(runs: readonly ChecklistRun[]): readonly ChecklistRun[] {
  return [...new Map(runs.map((run) => [run.date, run])).values()]
}

function itemsOf(runs: readonly ChecklistRun[]): readonly PeriodItem[] {
  const titles = new Map<string, Text>()
  for (const run of runs) for (const item of run.items) titles.set(item.id, item.title)
  return [...titles].map(([id, title]) => ({
    id,
    title,
    points: runs.flatMap((run) => {
      const item = run.items.find((candidate) => candidate.id === id)
      return item === undefined ? [] : [pointOf(run.date, item)]
    }),
  }))
}

function pointOf(date: SeoulDate, item: ChecklistItem): PeriodItem['points'][number] {
  const observed = item.observed ?? item.reason
  return {
    date,
    status: item.status,
    ...(observed === undefined ? {} : { observed }),
    ...(item.note === undefined ? {} : { note: item.note }),
  }
}

function followUpsIn({ checklists, incidents }: PeriodFacts): readonly FollowUp[] {
  const unsigned = checklists
    .filter((run) => run.signed === undefined)
    .map((run) => ({
      kind: 'waiting' as const,
      run: run.run,
      text: text(`${run.date} ${run.title.ko}: 서명 전`, `${run.date} ${run.title.en}: not signed`),
    }))
  return [
    ...unsigned,
    ...incidents.flatMap(({ state }) => (state === undefined ? [] : followUpsOf(state))),
  ]
}

function summaryOf(facts: PeriodFacts, open: number): readonly Text[] {
  const { checklists, incidents, prevented } = facts
  const lines: Text[] = []
  if (checklists.length === 0) {
    lines.push(text('이 기간에 시작한 점검이 없습니다', 'no checklist was begun in this period'))
  } else {
    const signed = checklists.filter((run) => run.signed !== undefined).length
    const failed = checklists.filter((run) => run.status === 'fail').length
    lines.push(
      text(
        `점검 ${checklists.length}회 · 서명 ${signed} · 실패가 있는 점검 ${failed}`,
        `${checklists.length} checklists, ${signed} signed, ${failed} with a failed item`,
      ),
    )
  }
  const solved = incidents.filter(({ header }) => header.status === 'succeeded').length
  lines.push(
    incidents.length === 0
      ? text('장애 대응과 정산 처리 없음', 'no playbook was walked and no action taken')
      : text(
          `장애 대응과 정산 처리 ${incidents.length}건 · 완료 ${solved}`,
          `${incidents.length} playbooks and actions, ${solved} ended well`,
        ),
  )
  for (const stake of salesAtStake(prevented)) {
    const sales = salesWords(stake)
    lines.push(
      text(
        `안전 규칙이 ${sales.ko}의 삭제를 막았습니다`,
        `a safety rule kept ${sales.en} from being deleted`,
      ),
    )
  }
  if (open > 0) lines.push(text(`남은 조치 ${open}건`, `${open} follow-ups are open`))
  return lines
}

/** Numbers of the items that are worth a curve: where they stand in what was observed. */
const CURVES: readonly {
  readonly path: readonly string[]
  readonly title: Text
  readonly unit: string
}[] = [
  { path: ['sales', 'amount'], title: text('매출 합계', 'Sales'), unit: '원' },
  { path: ['sales', 'count'], title: text('매출 건수', 'Number of sales'), unit: '건' },
  {
    path: ['beyondNoise'],
    title: text('오류(알려진 잡음 제외)', 'Errors beyond the known noise'),
    unit: '건',
  },
  { path: ['percent'], title: text('API 응답률', 'Answer rate of the API'), unit: '%' },
]

function itemCharts(history: readonly ChecklistRun[]): readonly LineChart[] {
  const runs = lastOfEachDay(history)
  return CURVES.flatMap(({ path, title, unit }) => {
    const points = runs.flatMap((run) => {
      const value = run.items
        .map((item) => numberAt(item.evidence?.value, path))
        .find((found) => found !== undefined)
      return value === undefined ? [] : [{ at: `${run.date}T00:00:00+09:00`, value }]
    })
    if (points.length < 2) return []
    const id = `item-${path.join('-')}`
    return [
      {
        kind: 'lines' as const,
        id,
        title,
        unit,
        daily: true as const,
        series: [{ name: title, points }],
      },
    ]
  })
}

function numberAt(value: unknown, path: readonly string[]): number | undefined {
  let at: unknown = value
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return undefined
    at = (at as Record<string, unknown>)[key]
  }
  if (typeof at === 'number') return Number.isFinite(at) ? at : undefined
  // Money is a string of won.
  return typeof at === 'string' && parseWon(at) !== undefined ? Number(at) : undefined
}

/** Days before a period whose checklists give its curves something to begin from. */
export const HISTORY_DAYS: Readonly<Record<PeriodReport['report'], number>> = {
  daily: 13,
  checklist: 13,
  weekly: 7,
  monthly: 0,
}
