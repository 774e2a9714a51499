/** Asks every source what happened in a stretch of time; one that cannot answer is named, and the others are told. */
import { addDays, seoulDateOf } from '../core/dates.ts'
import type { Journal } from '../core/journal.ts'
import type { SettlementRecord } from '../core/service.ts'
import { text } from '../core/text.ts'
import type { LogHappening } from '../logs/happenings.ts'
import { SAMPLED_FOR_METERS } from '../report/meters.ts'
import {
  timelineOf,
  type SourceState,
  type Timeline,
  type TimelineFacts,
} from '../report/timeline.ts'
import type { CommandContext } from './command.ts'
import { alertsWithin } from './timeline-alerts.ts'

const MAX_RUNS = 2000

interface Part<T> {
  readonly items: readonly T[]
  readonly state: SourceState
}

export async function gatherTimeline(
  context: CommandContext,
  fromMs: number,
  toMs: number,
): Promise<Timeline> {
  const journal = await context.journal()
  const { url } = await context.settings()
  const [log, settlements, alerts] = await Promise.all([
    logPart(context, fromMs, toMs),
    settlementPart(context, fromMs, toMs),
    alertsWithin(context, fromMs, toMs),
  ])
  return timelineOf({
    fromMs,
    toMs,
    url,
    runs: runsWithin(journal, url, fromMs, toMs),
    happenings: log.items,
    records: settlements.items,
    samples: SAMPLED_FOR_METERS.flatMap((metric) => journal.samples({ url, metric, fromMs, toMs })),
    others: [...alerts.items, ...watchedWithin(journal, url)],
    sources: [log.state, settlements.state, ...alerts.states],
    chain: journal.verifyChain(),
  })
}

function runsWithin(journal: Journal, url: string, fromMs: number, toMs: number) {
  return journal
    .runs({ limit: MAX_RUNS })
    .filter((header) => header.url === url && header.startedAtMs <= toMs)
    .map((header) => ({ header, events: journal.events(header.run) }))
    .filter(({ events }) => (events.at(-1)?.atMs ?? 0) >= fromMs)
}

const MAX_DELIVERIES = 1000

/** What `mts watch` told people, once for all channels. */
function watchedWithin(journal: Journal, url: string): TimelineFacts['others'] {
  const told = new Map<string, TimelineFacts['others'][number]>()
  for (const { notice, url: its } of journal.watching?.deliveries(MAX_DELIVERIES) ?? []) {
    if (its !== url || notice.event === 'test' || notice.event === 'reminded') continue
    const recovered = notice.event === 'recovered'
    told.set(`${notice.atMs} ${notice.event} ${notice.title}`, {
      source: 'watch',
      atMs: notice.atMs,
      code: `WATCH_${notice.event.toUpperCase()}`,
      tone: recovered ? 'ok' : notice.severity,
      text: text(notice.title, notice.title),
    })
  }
  return [...told.values()]
}

async function logPart(
  context: CommandContext,
  fromMs: number,
  toMs: number,
): Promise<Part<LogHappening>> {
  const { log } = await context.settings()
  const state = (status: SourceState['status'], ko: string, en: string): SourceState => ({
    source: 'log',
    status,
    words: text(ko, en),
  })
  if (log === undefined) {
    const words = [
      '설정 log 또는 MTS_LOG에 로그 파일을 적으세요',
      'set log, or MTS_LOG, to the log file',
    ] as const
    return { items: [], state: state('not_configured', ...words) }
  }
  const { readHappenings } = await import('../logs/happenings.ts')
  const read = await readHappenings(log, fromMs, toMs, context.signal)
  if (read.kind === 'unknown') {
    return { items: [], state: state('unknown', read.reason.ko, read.reason.en) }
  }
  const { happenings } = read
  if (read.cut) {
    return {
      items: happenings,
      state: state(
        'partial',
        '로그가 너무 길어 앞부분만 읽음',
        'the log is too long; only its beginning was read',
      ),
    }
  }
  if (read.firstMs === undefined) {
    return {
      items: happenings,
      state: state('partial', '이 시간대의 로그가 없음', 'the log holds nothing of this time'),
    }
  }
  return read.beginsLate
    ? {
        items: happenings,
        state: state(
          'partial',
          '로그가 이 시간대 도중에 시작됨(그 전은 알 수 없음)',
          'the log begins later; what was before is not known',
        ),
      }
    : { items: happenings, state: state('read', '읽음', 'read') }
}

/** A record is written the night after its date; one of an older date may be settled by hand today. */
const DAYS_BEFORE = 7

async function settlementPart(
  context: CommandContext,
  fromMs: number,
  toMs: number,
): Promise<Part<SettlementRecord>> {
  const settings = await context.settings()
  const { listSettlements } = await import('../settlement/show.ts')
  const found = await listSettlements(
    {
      reader: await context.service(),
      clock: context.ports.clock,
      stores: settings.stores,
      signal: context.signal,
      ...(settings.timeoutMs === undefined ? {} : { timeoutMs: settings.timeoutMs }),
    },
    addDays(seoulDateOf(fromMs), -DAYS_BEFORE),
    seoulDateOf(toMs),
  )
  if (found.kind === 'failed') {
    return {
      items: [],
      state: { source: 'settlements', status: 'unknown', words: found.failure.message },
    }
  }
  const { unknownDates } = found
  return {
    items: found.items,
    state: {
      source: 'settlements',
      status: unknownDates.length === 0 ? 'read' : 'partial',
      words:
        unknownDates.length === 0
          ? text('읽음', 'read')
          : text(
              `읽지 못한 날짜: ${unknownDates.join(', ')}`,
              `dates not read: ${unknownDates.join(', ')}`,
            ),
    },
  }
}
