/** What reports are made of: plain values, bilingual words, times with a zone. Every face shows the same. */
import type { SeoulDate } from '../core/dates.ts'
import type { ChainReport, RunStatus } from '../core/journal.ts'
import type { Won } from '../core/money.ts'
import { text, type Text } from '../core/text.ts'
import type { Chart } from './chart.ts'

export type Tone = 'critical' | 'warning' | 'ok' | 'info'

/** The state of the journal a report was made from. */
export interface JournalStamp {
  /** Hash of the newest event: the same hash means the same history. */
  readonly hash: string
  readonly events: number
  readonly intact: boolean
  readonly problem?: Text
}

export interface Evidence {
  readonly label: Text
  readonly value: string
}

/** One event of a run in words. */
export interface ReportEntry {
  readonly at: string
  /** Position in the journal. */
  readonly seq: number
  readonly code: string
  readonly tone: Tone
  readonly by?: string
  readonly step?: string
  readonly text: Text
  readonly evidence: readonly Evidence[]
}

/** What a rule kept from happening. */
export interface Prevented {
  readonly at: string
  readonly run: string
  readonly code: string
  readonly reason: Text
  /** What the request would have done. */
  readonly loss: Text
  /** Sales that would have been deleted; absent where no sale was at stake, or how many is not known. */
  readonly sales?: { readonly count: number; readonly amount: Won }
}

export interface Approval {
  readonly at: string
  readonly by: string
  readonly action: string
  readonly step: Text
  /** Typed at a terminal, or by a digest that had been printed. */
  readonly how: 'typed' | 'digest'
  readonly digest?: string
  readonly outcome?: string
}

export interface FollowUp {
  readonly kind: 'waiting' | 'pending' | 'named' | 'skipped' | 'unseen' | 'added'
  readonly run: string
  /** By which it is closed (`20261124-01.2`); absent where only going on with the run settles it. */
  readonly id?: string
  readonly text: Text
  readonly owner?: string
  /** `YYYY-MM-DD` or `YYYY-MM-DD HH:MM`, Seoul. */
  readonly due?: string
}

/** A section that people write. */
export interface BlankSection {
  readonly id: 'causes' | 'lessons'
  readonly title: Text
  readonly prompts: readonly Text[]
  /** What somebody entered in the run already. */
  readonly known: readonly Text[]
}

export interface Milestone {
  readonly id: 'onset' | 'noticed' | 'acknowledged' | 'mitigated' | 'resolved'
  readonly title: Text
  /** Absent: it did not happen, or is not known. */
  readonly at?: string
  /** Since the onset, or since it was noticed where the onset is not known. */
  readonly afterMs?: number
  /** What the time was taken from, or why there is none. */
  readonly basis: Text
}

interface ReportCommon {
  readonly kind: 'Report'
  readonly title: Text
  readonly url: string
  readonly generatedAt: string
  readonly journal: JournalStamp
  readonly summary: readonly Text[]
  readonly prevented: readonly Prevented[]
  readonly followUps: readonly FollowUp[]
  readonly charts: readonly Chart[]
}

export interface IncidentReport extends ReportCommon {
  readonly report: 'incident'
  readonly run: string
  readonly subject: string
  readonly status: RunStatus
  readonly operator: string
  readonly startedAt: string
  readonly endedAt?: string
  readonly severity: { readonly priority?: string; readonly words: Text }
  readonly finding?: { readonly code: string; readonly message: Text }
  /** The document as it was walked. */
  readonly document?: { readonly id: string; readonly version: string; readonly digest: string }
  readonly milestones: readonly Milestone[]
  readonly timeline: readonly ReportEntry[]
  readonly approvals: readonly Approval[]
  readonly blanks: readonly BlankSection[]
}

export type ItemTone = 'pass' | 'warning' | 'fail' | 'unknown' | 'skipped' | 'unanswered'

export interface PeriodRun {
  readonly run: string
  readonly date: SeoulDate
  readonly status: ItemTone
  readonly operator: string
  readonly signedBy?: string
}

export interface PeriodItem {
  readonly id: string
  readonly title: Text
  /** By date, oldest first; the last of a day counts. */
  readonly points: readonly {
    readonly date: SeoulDate
    readonly status: ItemTone
    readonly observed?: Text
    readonly note?: string
  }[]
}

export interface PeriodChecklist {
  readonly id: string
  readonly title: Text
  readonly runs: readonly PeriodRun[]
  readonly items: readonly PeriodItem[]
}

export interface PeriodIncident {
  readonly run: string
  readonly title: Text
  readonly priority?: string
  readonly status: RunStatus
  readonly startedAt: string
  readonly endedAt?: string
  readonly operator: string
  readonly finding?: { readonly code: string; readonly message: Text }
}

export interface PeriodReport extends ReportCommon {
  readonly report: 'daily' | 'weekly' | 'monthly' | 'checklist'
  readonly from: SeoulDate
  readonly to: SeoulDate
  readonly checklists: readonly PeriodChecklist[]
  readonly incidents: readonly PeriodIncident[]
}

export type Report = IncidentReport | PeriodReport

export function journalStamp(chain: ChainReport): JournalStamp {
  const { headHash, events, intact, problem } = chain
  return { hash: headHash, events, intact, ...(problem === undefined ? {} : { problem }) }
}

/** Statuses of a run as words of a report. */
export const RUN_WORDS: Readonly<Record<RunStatus, Text>> = {
  running: text('진행 중', 'running'),
  waiting: text('대기', 'waiting'),
  succeeded: text('완료', 'succeeded'),
  failed: text('실패', 'failed'),
  aborted: text('중지', 'aborted'),
  interrupted: text('중단됨', 'interrupted'),
}
