/** The report on one run: an incident walked by a playbook, or a settlement action by itself. */
import { isoSeoul } from '../core/dates.ts'
import { durationText } from '../core/duration.ts'
import type { ChainReport, RunHeader, Sample, StoredEvent } from '../core/journal.ts'
import { text, type Text } from '../core/text.ts'
import type { RunState } from '../playbook/run-state.ts'
import { blanksOf, followUpsOf, followUpsOfAction } from './follow-ups.ts'
import type { LineChart } from './chart.ts'
import { milestonesOf } from './milestones.ts'
import { plainReport } from './plain.ts'
import { preventedIn, salesAtStake, salesWords } from './prevented.ts'
import { OUTCOME_WORDS } from './report-words.ts'
import {
  journalStamp,
  RUN_WORDS,
  type Approval,
  type IncidentReport,
  type Milestone,
  type Prevented,
} from './report.ts'
import { actionValueOf, documentOf, runEntries, stepTitle } from './run-entries.ts'
import { meterCharts, type KeptMeter } from './sample-charts.ts'
import { stepChart } from './step-chart.ts'
import type { WatchedIncident } from './watched-incident.ts'

export interface IncidentFacts {
  readonly header: RunHeader
  readonly events: readonly StoredEvent[]
  /** Absent for a bare action. */
  readonly state?: RunState
  readonly chain: ChainReport
  /** What was measured around it. */
  readonly samples: readonly Sample[]
  /** What Prometheus kept of the same stretch; it is drawn instead. */
  readonly kept?: readonly KeptMeter[]
  /** What the watch had told before the run was begun. */
  readonly watched?: WatchedIncident
  readonly nowMs: number
}

const PRIORITY_WORDS: Readonly<Record<string, Text>> = {
  P0: text('즉시 대응', 'at once'),
  P1: text('당일 대응', 'the same day'),
  P2: text('계획 대응', 'as planned'),
}

export function incidentReport(facts: IncidentFacts): IncidentReport {
  const { header, events, state } = facts
  const document = state?.document ?? documentOf(events)
  const finding = state?.ending?.finding
  const prevented = preventedIn(events)
  const milestones = milestonesOf(header, events, document, facts.watched)
  const followUps = state === undefined ? followUpsOfAction(header) : followUpsOf(state)
  const title = document?.title ?? actionTitle(header, events)
  const priority = document?.priority
  const steps = state === undefined ? undefined : stepChart(state)
  return plainReport({
    kind: 'Report',
    report: 'incident',
    title,
    run: header.run,
    subject: header.subject,
    url: header.url,
    status: header.status,
    operator: header.operator,
    startedAt: isoSeoul(header.startedAtMs),
    ...(header.endedAtMs === undefined ? {} : { endedAt: isoSeoul(header.endedAtMs) }),
    generatedAt: isoSeoul(facts.nowMs),
    journal: journalStamp(facts.chain),
    severity: {
      ...(priority === undefined ? {} : { priority }),
      words:
        (priority === undefined ? undefined : PRIORITY_WORDS[priority]) ??
        text('등급 없음(플레이북 밖의 처리)', 'none (not walked by a playbook)'),
    },
    ...(finding === undefined ? {} : { finding: { code: finding.code, message: finding.message } }),
    ...(document === undefined
      ? {}
      : { document: { id: document.id, version: document.version, digest: document.digest } }),
    summary: summaryOf(facts, milestones, prevented, followUps.length),
    milestones,
    timeline: runEntries(events),
    approvals: approvalsOf(facts),
    prevented,
    followUps,
    blanks: blanksOf(state, document),
    charts: [
      ...(steps === undefined ? [] : [steps]),
      ...meterCharts(facts.samples, facts.kept, marksOf(header)),
    ],
  })
}

function marksOf({ startedAtMs, endedAtMs }: RunHeader): LineChart['marks'] {
  const start = { at: isoSeoul(startedAtMs), name: text('시작', 'begun') }
  return endedAtMs === undefined
    ? [start]
    : [start, { at: isoSeoul(endedAtMs), name: text('종료', 'ended') }]
}

function actionTitle(header: RunHeader, events: readonly StoredEvent[]): Text {
  const value = events.map(actionValueOf).findLast((found) => found !== undefined)
  if (value === undefined) return text(header.subject, header.subject)
  return value.action === 'reprocess'
    ? text(
        `정산 #${value.settlementId ?? '?'}(${value.date}) 재처리`,
        `Reprocessing settlement #${value.settlementId ?? '?'} (${value.date})`,
      )
    : text(`${value.date} 수동 정산`, `Settling ${value.date}`)
}

function summaryOf(
  { header, events, state, nowMs }: IncidentFacts,
  milestones: readonly Milestone[],
  prevented: readonly Prevented[],
  open: number,
): readonly Text[] {
  const lines: Text[] = []
  const words = RUN_WORDS[header.status]
  const took = durationText((header.endedAtMs ?? nowMs) - header.startedAtMs)
  const finding = state?.ending?.finding?.message
  const value = events.map(actionValueOf).findLast((found) => found !== undefined)
  if (finding !== undefined) lines.push(finding)
  else if (value !== undefined) {
    const why = value.reasons[0]?.message
    const outcome = OUTCOME_WORDS[value.outcome]
    lines.push(
      text(
        why === undefined ? outcome.ko : `${outcome.ko}: ${why.ko}`,
        why === undefined ? outcome.en : `${outcome.en}: ${why.en}`,
      ),
    )
  }
  lines.push(
    header.endedAtMs === undefined
      ? text(
          `${words.ko} · ${took.ko} 전 시작, ${header.operator}`,
          `${words.en}; begun ${took.en} ago by ${header.operator}`,
        )
      : text(
          `${words.ko} · ${took.ko} 걸림, ${header.operator}`,
          `${words.en}; took ${took.en}, ${header.operator}`,
        ),
  )
  if (state?.document.impact !== undefined) lines.push(state.document.impact)
  for (const stake of salesAtStake(prevented)) {
    const sales = salesWords(stake)
    lines.push(
      text(
        `안전 규칙이 ${sales.ko}의 삭제를 막았습니다`,
        `a safety rule kept ${sales.en} from being deleted`,
      ),
    )
  }
  const sent = events.filter((event) => event.kind === 'actionIntended').length
  lines.push(
    sent === 0
      ? text('서비스에 보낸 변경 요청 없음', 'no request that changes anything was sent')
      : text(
          `서비스에 보낸 변경 요청 ${sent}건`,
          `${sent} requests that change something were sent`,
        ),
  )
  if (milestones.some(({ id, at }) => id === 'resolved' && at === undefined)) {
    lines.push(text('아직 해결되지 않았습니다', 'it is not resolved'))
  }
  if (open > 0) lines.push(text(`남은 조치 ${open}건`, `${open} follow-ups are open`))
  return lines
}

function approvalsOf({ header, events, state }: IncidentFacts): readonly Approval[] {
  const found: Approval[] = []
  let by = header.operator
  for (const [index, event] of events.entries()) {
    if (event.kind === 'runResumed') {
      const data = event.data as { readonly by?: string; readonly operator?: string }
      by = data.by ?? data.operator ?? by
    }
    if (event.kind !== 'approvalGiven') continue
    const { digest } = event.data as { readonly digest?: string }
    const finished = events
      .slice(index)
      .find((later) => later.kind === 'actionFinished' && later.step === event.step)
    const outcome = (finished?.data as { readonly outcome?: string } | undefined)?.outcome
    found.push({
      at: isoSeoul(event.atMs),
      by,
      action: actionIdOf(state, event.step) ?? header.subject,
      step: stepTitle(state?.document, event.step),
      how: digest === undefined ? 'typed' : 'digest',
      ...(digest === undefined ? {} : { digest }),
      ...(outcome === undefined ? {} : { outcome }),
    })
  }
  return found
}

function actionIdOf(state: RunState | undefined, id: string | undefined): string | undefined {
  const step = state?.document.steps.find((candidate) => candidate.id === id)
  return step?.type === 'action' ? step.action : undefined
}
