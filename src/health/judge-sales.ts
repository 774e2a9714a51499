/** No sale in an hour is critical, if the stores were open and if it is known that there was none. */
import { durationText } from '../core/duration.ts'
import type { Sample } from '../core/journal.ts'
import { text, type Text } from '../core/text.ts'
import type { Fact } from './fact.ts'
import type { Judged } from './health.ts'
import { SCRAPED, besideLastWeek, scrapedCount } from './judge-scraped-sales.ts'
import type { HealthSettings, SalesCounter, SalesObservations } from './observations.ts'

/** Two starts of one process, read at different times, ms. */
const SAME_START_MS = 2000

export function judgeSales(seen: SalesObservations, settings: HealthSettings): Judged {
  const verdict = judgeSold(seen, settings)
  return seen.open.openMs < seen.windowMs ? verdict : besideLastWeek(verdict, seen)
}

function judgeSold(seen: SalesObservations, settings: HealthSettings): Judged {
  const { open, windowMs } = seen
  if (!open.openNow) {
    const words = text('영업시간 외', 'closed')
    return {
      ...judged('ok', 'openingHours'),
      observed: words,
      reason: text('영업시간 외: 매출이 없어도 정상', 'closed: no sale is no alarm'),
      summary: words,
    }
  }
  const span = spanWords(windowMs)
  if (settings.stores.length > 0) return judgeStores(seen, settings, span)
  const scraped = scrapedCount(seen, settings)
  if (scraped?.count === 0) return noSales(seen, settings, span, SCRAPED)
  if (scraped !== undefined) return soldByCounter(scraped.count, scraped.whole, span, SCRAPED)
  if (seen.counter === undefined) {
    return notChecked(
      text(
        `인스턴스가 ${settings.instances}대라 카운터로 판단할 수 없음: stores(MTS_STORES)를 설정하세요`,
        `counters prove nothing with ${settings.instances} instances: set stores (MTS_STORES)`,
      ),
      '/api/v1/sales',
    )
  }
  return judgeCounter(seen, seen.counter, settings, span)
}

function judged(status: Judged['status'], source: string): Omit<Judged, 'summary'> {
  return { status, observed: null, threshold: 1, unit: 'sales', reason: null, source }
}

function unknownSales(reason: Text, source: string): Judged {
  return { ...judged('unknown', source), reason, summary: text('확인 불가', 'not known') }
}

/** Without stores nothing is counted; what stands in for them did not suffice. */
function notChecked(reason: Text, source: string): Judged {
  return { ...unknownSales(reason, source), observed: 'not_checked' }
}

/** As it follows `지난` and `in the last`. */
function spanWords(windowMs: number): Text {
  return windowMs === 3_600_000 ? text('1시간', 'hour') : durationText(windowMs)
}

function soldWords(count: number, span: Text): Text {
  return text(`지난 ${span.ko} ${count}건`, `${count} in the last ${span.en}`)
}

function judgeStores(seen: SalesObservations, settings: HealthSettings, span: Text): Judged {
  const source = '/api/v1/sales'
  const counts = seen.stores.flatMap(({ count }) => (count.kind === 'known' ? [count.value] : []))
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total > 0) {
    const all = counts.length === settings.stores.length
    return {
      ...judged('ok', source),
      observed: total,
      reason: all
        ? null
        : text(
            `가맹점 ${settings.stores.length}곳 중 ${counts.length}곳 확인`,
            `${counts.length} of ${settings.stores.length} stores looked at`,
          ),
      summary: soldWords(total, span),
    }
  }
  const unread = seen.stores.find(({ count }) => count.kind === 'unknown')
  if (unread !== undefined || counts.length < settings.stores.length) {
    const why = unread?.count.kind === 'unknown' ? unread.count.reason : text('미조회', 'not asked')
    return unknownSales(text(`매출 조회 ${why.ko}`, `sales of the stores: ${why.en}`), source)
  }
  return noSales(seen, settings, span, source)
}

/** None was sold: an alarm only once the stores have been open for the whole window. */
function noSales(
  seen: SalesObservations,
  settings: HealthSettings,
  span: Text,
  source: string,
): Judged {
  if (seen.open.openMs < seen.windowMs) {
    const opened = durationText(seen.open.openMs)
    const words = text(`영업 ${opened.ko}째 0건`, `open for ${opened.en}, none yet`)
    return { ...judged('ok', source), observed: 0, reason: words, summary: words }
  }
  const hours =
    settings.openingHours === undefined
      ? text(
          ' · 영업시간 외라면 openingHours(MTS_OPENING_HOURS)를 설정하세요',
          ' · if closed now, set openingHours (MTS_OPENING_HOURS)',
        )
      : text('', '')
  const words = soldWords(0, span)
  return {
    ...judged('critical', source),
    observed: 0,
    reason: text(
      `지난 ${span.ko} 매출 0건${hours.ko}`,
      `no sale in the last ${span.en}${hours.en}`,
    ),
    summary: words,
  }
}

function soldByCounter(count: number, exact: boolean, span: Text, source: string): Judged {
  return {
    ...judged('ok', source),
    observed: count,
    reason: text(
      '카운터 기준: 실패한 등록도 셈',
      'by the counter, which counts failed registrations as well',
    ),
    summary: exact
      ? soldWords(count, span)
      : text(`지난 ${span.ko} ${count}건 이상`, `at least ${count} in the last ${span.en}`),
  }
}

function judgeCounter(
  seen: SalesObservations,
  counter: SalesCounter,
  settings: HealthSettings,
  span: Text,
): Judged {
  const source = '/actuator/metrics/sales.created.total'
  const { count, startMs } = counter
  if (count.kind === 'unknown' || startMs.kind === 'unknown') {
    const reason = count.kind === 'unknown' ? count.reason : reasonOf(startMs)
    return notChecked(text(`매출 카운터 ${reason.ko}`, `sales counter: ${reason.en}`), source)
  }
  const fromMs = seen.nowMs - seen.windowMs
  const sold = soldSince(
    fromMs,
    { value: count.value, atMs: seen.nowMs, startMs: startMs.value },
    counter.samples,
  )
  if (sold.kind === 'some') return soldByCounter(sold.count, false, span, source)
  if (sold.kind === 'none') return noSales(seen, settings, span, source)
  const since = durationText(Math.max(0, seen.nowMs - startMs.value))
  return notChecked(
    text(
      `기동 후 ${since.ko}간 ${count.value}건, 지난 ${span.ko} 판단 불가: stores(MTS_STORES)를 설정하거나 mts watch로 기록하세요`,
      `${count.value} since the start ${since.en} ago, the last ${span.en} not known: set stores (MTS_STORES) or keep mts watch running`,
    ),
    source,
  )
}

function reasonOf(fact: Fact<unknown>): Text {
  return fact.kind === 'unknown' ? fact.reason : text('', '')
}

export type SoldSince =
  /** At least this many for certain. */
  | { readonly kind: 'some'; readonly count: number }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown' }

interface Count {
  readonly atMs: number
  readonly value: number
  readonly startMs?: number | undefined
}

/**
 * What a counter proves about the time since `fromMs`. A process begins with a count of 0, which is
 * a reading too; between the last reading of one process and the start of the next nothing is seen.
 */
export function soldSince(
  fromMs: number,
  current: { readonly value: number; readonly atMs: number; readonly startMs: number },
  samples: readonly Sample[],
): SoldSince {
  const counts: Count[] = samples
    .filter((sample) => Number.isFinite(sample.value) && sample.atMs <= current.atMs)
    .map(({ atMs, value, processStartMs }) => ({ atMs, value, startMs: processStartMs }))
  counts.push(current)
  for (const startMs of new Set(counts.map((count) => count.startMs))) {
    if (startMs !== undefined) counts.push({ atMs: startMs, value: 0, startMs })
  }
  counts.sort((left, right) => left.atMs - right.atMs || left.value - right.value)

  let certain = 0
  let seenFrom = Number.POSITIVE_INFINITY
  let blind = false
  for (const [index, count] of counts.entries()) {
    seenFrom = Math.min(seenFrom, count.atMs)
    const before = counts[index - 1]
    if (before === undefined || count.atMs <= fromMs) continue
    const rise = count.value - before.value
    if (!sameProcess(before, count) || rise < 0) blind = true
    else if (before.atMs >= fromMs) certain += rise
    else if (rise > 0) blind = true
  }
  if (certain > 0) return { kind: 'some', count: certain }
  return blind || seenFrom > fromMs ? { kind: 'unknown' } : { kind: 'none' }
}

function sameProcess(left: Count, right: Count): boolean {
  return (
    left.startMs !== undefined &&
    right.startMs !== undefined &&
    Math.abs(left.startMs - right.startMs) <= SAME_START_MS
  )
}
