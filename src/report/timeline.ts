/**
 * What happened in a stretch of time, in one ordered list: from the journal, the log, the settlements
 * and what was measured, each with its source. What a source could not tell is said, never left out.
 */
import { isoSeoul, parseServiceTime, shortDate } from '../core/dates.ts'
import type { ChainReport, RunHeader, Sample, StoredEvent } from '../core/journal.ts'
import { groupedWon } from '../core/money.ts'
import type { SettlementRecord } from '../core/service.ts'
import { text, type Text } from '../core/text.ts'
import type { LogHappening } from '../logs/happenings.ts'
import { logEntry } from './log-entries.ts'
import { plainReport } from './plain.ts'
import { journalStamp, type JournalStamp, type Tone } from './report.ts'
import { runEntries } from './run-entries.ts'

export type TimelineSource = 'log' | 'journal' | 'settlements' | 'samples' | 'alerts' | 'watch'

export interface TimelineEntry {
  readonly at: string
  /** When it ended, or was seen last. */
  readonly until?: string
  readonly tone: Tone
  readonly source: TimelineSource
  readonly code: string
  readonly text: Text
  readonly run?: string
}

export interface SourceState {
  readonly source: TimelineSource
  readonly status: 'read' | 'partial' | 'unknown' | 'not_configured'
  readonly words: Text
}

export interface Timeline {
  readonly kind: 'Timeline'
  readonly from: string
  readonly to: string
  readonly url: string
  readonly entries: readonly TimelineEntry[]
  readonly sources: readonly SourceState[]
  readonly journal: JournalStamp
}

export interface TimelineFacts {
  readonly fromMs: number
  readonly toMs: number
  readonly url: string
  readonly runs: readonly { readonly header: RunHeader; readonly events: readonly StoredEvent[] }[]
  readonly happenings: readonly LogHappening[]
  readonly records: readonly SettlementRecord[]
  readonly samples: readonly Sample[]
  /** From elsewhere, already in words. */
  readonly others: readonly (Omit<TimelineEntry, 'at'> & { readonly atMs: number })[]
  readonly sources: readonly SourceState[]
  readonly chain: ChainReport
}

interface Placed {
  readonly atMs: number
  readonly untilMs?: number
  readonly entry: Omit<TimelineEntry, 'at' | 'until'>
}

export function timelineOf(facts: TimelineFacts): Timeline {
  const placed: Placed[] = [
    ...facts.happenings.map((happening) => ({
      atMs: happening.atMs,
      ...('untilMs' in happening && happening.untilMs > happening.atMs
        ? { untilMs: happening.untilMs }
        : {}),
      entry: { source: 'log' as const, ...logEntry(happening) },
    })),
    ...facts.runs.flatMap(({ header, events }) => ofRun(header, events)),
    ...facts.records.flatMap((record) => ofRecord(record, facts.happenings)),
    ...restartsIn(facts.samples),
    ...facts.others.map(({ atMs, ...entry }) => ({ atMs, entry })),
  ]
  const entries = placed
    .filter(({ atMs, untilMs }) => (untilMs ?? atMs) >= facts.fromMs && atMs <= facts.toMs)
    .sort((left, right) => left.atMs - right.atMs)
    .map(({ atMs, untilMs, entry }) => ({
      at: isoSeoul(atMs),
      ...(untilMs === undefined ? {} : { until: isoSeoul(untilMs) }),
      ...entry,
    }))
  return plainReport({
    kind: 'Timeline',
    from: isoSeoul(facts.fromMs),
    to: isoSeoul(facts.toMs),
    url: facts.url,
    entries,
    sources: facts.sources,
    journal: journalStamp(facts.chain),
  })
}

/** What a reader of the night wants of a run: not each look, but each decision and what came of it. */
const TOLD = new Set([
  'RUN_STARTED',
  'REFUSED',
  'APPROVAL_GIVEN',
  'ACTION_SENT',
  'ACTION_FINISHED',
  'NOTE',
  'HANDED_OVER',
  'RUN_FINISHED',
])

function ofRun(header: RunHeader, events: readonly StoredEvent[]): readonly Placed[] {
  const bySeq = new Map(events.map((event) => [event.seq, event.atMs]))
  return runEntries(events)
    .filter(({ code }) => TOLD.has(code))
    .map((entry) => ({
      atMs: bySeq.get(entry.seq) ?? header.startedAtMs,
      entry: {
        source: 'journal' as const,
        code: entry.code,
        tone: entry.tone,
        text: entry.text,
        run: header.run,
      },
    }))
}

function ofRecord(
  record: SettlementRecord,
  happenings: readonly LogHappening[],
): readonly Placed[] {
  const written = record.completedAt ?? record.createdAt
  const atMs = written === null ? undefined : parseServiceTime(written)
  if (atMs === undefined) return []
  const subject = text(
    `정산 #${record.id}(${shortDate(record.date)}) ${record.status}`,
    `settlement #${record.id} (${record.date}) ${record.status}`,
  )
  const totals = text(
    `${record.transactionCount}건 ${groupedWon(record.totalAmount)}원`,
    `${record.transactionCount} sales, ${groupedWon(record.totalAmount)} won`,
  )
  const note = record.note === null ? '' : ` · ${record.note}`
  const replaced = replacedBy(record, atMs, happenings)
  if (replaced !== undefined) return [{ atMs, entry: { source: 'settlements', ...replaced } }]
  return [
    {
      atMs,
      entry: {
        source: 'settlements',
        code: `SETTLEMENT_${/^[A-Z]{1,20}$/.test(record.status) ? record.status : 'OTHER'}`,
        tone:
          record.status === 'COMPLETED'
            ? 'ok'
            : record.status === 'FAILED'
              ? 'critical'
              : 'warning',
        text: text(`${subject.ko} · ${totals.ko}${note}`, `${subject.en}; ${totals.en}${note}`),
      },
    },
  ]
}

/** The log knows of a failed record of the same date with a lower id: this one came of reprocessing it. */
function replacedBy(
  record: SettlementRecord,
  atMs: number,
  happenings: readonly LogHappening[],
): Pick<TimelineEntry, 'code' | 'tone' | 'text'> | undefined {
  const failed = happenings.findLast(
    (happening) =>
      happening.kind === 'marked_failed' &&
      happening.date === record.date &&
      happening.id < record.id &&
      happening.atMs <= atMs,
  )
  if (failed?.kind !== 'marked_failed') return undefined
  const settled = happenings.findLast(
    (happening) =>
      happening.kind === 'settled' &&
      happening.date === record.date &&
      happening.atMs <= failed.atMs,
  )
  const before = settled?.kind === 'settled' ? settled : undefined
  const lost = before !== undefined && before.count > record.transactionCount
  const date = shortDate(record.date)
  const totals = text(
    `${record.transactionCount}건 ${groupedWon(record.totalAmount)}원`,
    `${record.transactionCount} sales, ${groupedWon(record.totalAmount)} won`,
  )
  const had =
    before === undefined
      ? text('', '')
      : text(
          ` · 이전 ${before.count}건 ${groupedWon(before.amount)}원`,
          `; before: ${before.count} sales, ${groupedWon(before.amount)} won`,
        )
  const warning = lost
    ? text('. 매출이 삭제되었을 수 있습니다', '. Sales may have been deleted')
    : text('', '')
  return {
    code: lost ? 'REPROCESSED_SALES_MISSING' : 'REPROCESSED',
    tone: lost ? 'critical' : 'ok',
    text: text(
      `정산 재처리: #${failed.id} → #${record.id}(${date}) ${record.status} · ${totals.ko}${had.ko}${warning.ko}`,
      `reprocessed: #${failed.id} became #${record.id} (${record.date}) ${record.status}; ${totals.en}${had.en}${warning.en}`,
    ),
  }
}

/** Another process.start.time between two measurements. */
function restartsIn(samples: readonly Sample[]): readonly Placed[] {
  const found = new Map<number, Placed>()
  let last: number | undefined
  for (const { processStartMs } of samples.toSorted((left, right) => left.atMs - right.atMs)) {
    if (processStartMs === undefined) continue
    if (last !== undefined && processStartMs > last) {
      found.set(processStartMs, {
        atMs: processStartMs,
        entry: {
          source: 'samples',
          code: 'RESTARTED',
          tone: 'warning',
          text: text(
            '서비스 재시작(기동 시각이 바뀜)',
            'the service was restarted (its start time changed)',
          ),
        },
      })
    }
    last = Math.max(last ?? 0, processStartMs)
  }
  return [...found.values()]
}
