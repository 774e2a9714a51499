/** Gathers from the journal what a report is made of. */
import { addDays, seoulDateOf, seoulInstant, type SeoulDate } from '../core/dates.ts'
import type { Journal, RunHeader, StoredEvent } from '../core/journal.ts'
import { text, type Text } from '../core/text.ts'
import { checklistValue, type ChecklistRun } from '../checklist/run.ts'
import type { CommandContext } from './command.ts'
import { foldRun } from '../playbook/fold.ts'
import type { RunState } from '../playbook/run-state.ts'
import { incidentReport } from '../report/incident.ts'
import { HISTORY_DAYS, periodReport } from '../report/period.ts'
import { preventedIn } from '../report/prevented.ts'
import type { IncidentReport, PeriodReport } from '../report/report.ts'
import { watchedIncidentOf } from '../report/watched-incident.ts'
import { actionValueOf, documentOf } from '../report/run-entries.ts'
import { METERS, SAMPLED_FOR_METERS } from '../report/meters.ts'
import { MAX_POINTS, type KeptMeter } from '../report/sample-charts.ts'

/** Measurements before and after a run that belong to its picture. */
const AROUND_MS = 60 * 60_000
/** The runs of a year, and more than a month can hold. */
const MAX_RUNS = 5000

export interface Around {
  readonly fromMs: number
  readonly toMs: number
}

function aroundOf({ startedAtMs, endedAtMs }: RunHeader, nowMs: number): Around {
  return {
    fromMs: startedAtMs - AROUND_MS,
    toMs: Math.min(nowMs, (endedAtMs ?? nowMs) + AROUND_MS),
  }
}

/** `kept`: what `metersKept` found. */
export function incidentOf(
  journal: Journal,
  header: RunHeader,
  nowMs: number,
  kept: readonly KeptMeter[],
): IncidentReport {
  const events = journal.events(header.run)
  const { fromMs, toMs } = aroundOf(header, nowMs)
  const watched = watchedIncidentOf(journal.watching?.deliveries(MAX_DELIVERIES) ?? [], header)
  const state = stateOf(header, events)
  return incidentReport({
    header,
    events,
    ...(state === undefined ? {} : { state }),
    chain: journal.verifyChain(),
    samples: SAMPLED_FOR_METERS.flatMap((metric) =>
      journal.samples({ url: header.url, metric, fromMs, toMs }),
    ),
    kept,
    ...(watched === undefined ? {} : { watched }),
    nowMs,
  })
}

const MAX_DELIVERIES = 1000
const LEAST_STEP_MS = 15_000
/** A report is wanted now; what does not answer by then is drawn from the samples, or not at all. */
const KEPT_TIMEOUT_MS = 5000

/**
 * What Prometheus kept around a run of the configured service. Nothing where none is configured; where
 * it cannot tell, that is said and the samples are drawn.
 */
export async function metersKept(
  context: CommandContext,
  header: RunHeader,
  nowMs: number,
): Promise<readonly KeptMeter[]> {
  const settings = await context.settings()
  if (settings.prometheusUrl === undefined || header.url !== settings.url) return []
  const { overTimeOf } = await import('./over-time.ts')
  const { withOverTime } = overTimeOf(settings, context.ports.clock)
  if (withOverTime === undefined) return []
  const { fromMs, toMs } = aroundOf(header, nowMs)
  const stepMs = Math.max(LEAST_STEP_MS, Math.ceil((toMs - fromMs) / MAX_POINTS))
  const asked = await withOverTime((overTime) =>
    Promise.all(
      METERS.map(async ({ id, question }) => ({
        id,
        read: await overTime.range(
          question,
          { fromMs, toMs, stepMs },
          // A signal each: all of them listening to one would look like a leak.
          { signal: AbortSignal.any([context.signal]), timeoutMs: KEPT_TIMEOUT_MS },
        ),
      })),
    ),
  )
  const reasons = asked.flatMap(({ read }) => (read.kind === 'unknown' ? [read.reason] : []))
  const [reason] = reasons
  if (reason !== undefined && reasons.length === asked.length) {
    context.dialog.notify({
      code: 'METERS_NOT_KEPT',
      text: text(
        `Prometheus에서 지표를 읽지 못해 감시 표본으로 그립니다: ${reason.ko}`,
        `Prometheus tells no meters; they are drawn from the watch's samples: ${reason.en}`,
      ),
    })
  }
  return asked.flatMap(({ id, read }): KeptMeter[] => {
    if (read.kind === 'unknown') return []
    const points = read.points.flatMap(({ atMs, value }) =>
      value === null ? [] : [{ atMs, value }],
    )
    return [{ meter: id, stepMs, points }]
  })
}

/** `only`: the report on one checklist, not on everything of its day. */
export function periodOfJournal(
  journal: Journal,
  asked: {
    readonly report: PeriodReport['report']
    readonly from: SeoulDate
    readonly to: SeoulDate
    readonly url: string
    readonly only?: RunHeader
    readonly nowMs: number
  },
): PeriodReport {
  const { report, from, to, url, only } = asked
  const since = addDays(from, -HISTORY_DAYS[report])
  const headers = journal
    .runs({ limit: MAX_RUNS })
    .filter((header) => header.url === url && isWithin(header, since, to))
    .toReversed()
  const checklists = headers
    .filter(
      ({ kind, subject }) =>
        kind === 'checklist' && (only === undefined || subject === only.subject),
    )
    .map((header) => ({ header, value: checklistOf(journal.events(header.run)) }))
  const inPeriod = headers.filter((header) => isWithin(header, from, to))
  const others = only === undefined ? inPeriod.filter(({ kind }) => kind !== 'checklist') : []
  const told = others.map((header) => ({ header, events: journal.events(header.run) }))
  return periodReport({
    report,
    from,
    to,
    url,
    checklists: checklists
      .filter(({ header }) =>
        only === undefined ? isWithin(header, from, to) : header.run === only.run,
      )
      .map(({ value }) => value),
    history: checklists.map(({ value }) => value),
    incidents: told.map(({ header, events }) => {
      const state = stateOf(header, events)
      const finding = findingOf(events)
      return {
        header,
        title: titleOf(header, events),
        ...(state === undefined ? {} : { state }),
        ...(finding === undefined ? {} : { finding }),
      }
    }),
    prevented: told.flatMap(({ events }) => preventedIn(events)),
    chain: journal.verifyChain(),
    nowMs: asked.nowMs,
  })
}

function isWithin(header: RunHeader, from: SeoulDate, to: SeoulDate): boolean {
  return (
    header.startedAtMs >= seoulInstant(from) && header.startedAtMs < seoulInstant(addDays(to, 1))
  )
}

function stateOf(header: RunHeader, events: readonly StoredEvent[]): RunState | undefined {
  return header.kind === 'action' ? undefined : foldRun(events)
}

function checklistOf(events: readonly StoredEvent[]): ChecklistRun {
  return checklistValue(foldRun(events), undefined, '')
}

function titleOf(header: RunHeader, events: readonly StoredEvent[]): Text {
  const document = documentOf(events)
  if (document !== undefined) return document.title
  const value = events.map(actionValueOf).findLast((found) => found !== undefined)
  if (value === undefined) return text(header.subject, header.subject)
  return value.action === 'reprocess'
    ? text(
        `정산 #${value.settlementId ?? '?'} 재처리`,
        `reprocessing #${value.settlementId ?? '?'}`,
      )
    : text(`${value.date} 수동 정산`, `settling ${value.date}`)
}

/** Why a bare action ended as it did. */
function findingOf(events: readonly StoredEvent[]) {
  const value = events.map(actionValueOf).findLast((found) => found !== undefined)
  return value?.reasons[0]
}

/** The date asked for, else today in Seoul. */
export function reportDate(given: SeoulDate | undefined, nowMs: number): SeoulDate {
  return given ?? seoulDateOf(nowMs)
}
